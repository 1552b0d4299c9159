"""Chinese text folded into Simplified characters, and cut into words."""

from __future__ import annotations

from functools import cache

import opencc
import rjieba


def simplified(text: str) -> str:
    """Returns the text with Traditional characters folded into Simplified ones."""
    converted: str = _simplified().convert(text)
    return converted


def segmented(han: str) -> list[str]:
    """The words of a run of Han characters, in order; what is no word known gives its characters.

    Without the segmenter's guesses at unknown words, so that one changed character changes the
    words around it as little as can be.
    """
    words: list[str] = rjieba.cut(han, hmm=False)
    return words


def is_word(han: str) -> bool:
    """Tells whether the segmenter knows these Han characters, two or more, as one word."""
    return len(han) > 1 and segmented(han) == [han]


def tagged(text: str) -> list[tuple[str, str]]:
    """Returns the words of a text in order, unknown ones guessed at, each with its part of speech.

    The tags are jieba's: `n` a noun, `nr` a person, `ns` a place, `v` a verb, `eng` Latin letters.
    """
    words: list[tuple[str, str]] = rjieba.tag(text)
    return words


@cache
def _simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
