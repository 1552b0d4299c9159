"""Reads a short text that is made of known phrases and of nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from importlib.resources import files

_APOSTROPHES = str.maketrans("’‘´`", "''''")
_NO_WORD = re.compile(r"(?:[^\w']|_)+")
_LATIN = re.compile(r"[a-z0-9']")


def folded(text: str) -> str:
    """Returns the words of a text alone: small letters, single blanks, no punctuation, no emoji."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    return _NO_WORD.sub(" ", text).strip()


def read_phrases(file_name: str) -> dict[str, str]:
    """The phrases of a file beside this one, each with the `[kind]` under which it stands."""
    text = files(__package__).joinpath(file_name).read_text(encoding="utf-8")
    kinds: dict[str, str] = {}
    for part in text.split("[")[1:]:
        kind, _, phrases = part.partition("]")
        kinds |= {words: kind for phrase in phrases.split(",") if (words := folded(phrase))}
    return kinds


def pieces(text: str, phrases: Mapping[str, str]) -> list[str] | None:
    """Returns the values of the fewest phrases that make up a folded text; None where they can't.

    A phrase in Latin letters never ends within a word. Takes time in proportion to the text's
    length times that of the longest phrase.
    """
    longest = max(map(len, phrases))
    # For each place that can be reached: the pieces up to there.
    reached: dict[int, list[str]] = {0: []}
    for start in range(len(text)):
        before = reached.get(start)
        if before is None:
            continue
        if text[start] == " ":
            _reach(reached, start + 1, before)
            continue
        for end in range(start + 1, min(len(text), start + longest) + 1):
            value = phrases.get(text[start:end])
            if value is not None and not _within_word(text, end):
                _reach(reached, end, [*before, value])
    return reached.get(len(text))


def _reach(reached: dict[int, list[str]], place: int, way: list[str]) -> None:
    # Of equals the one whose earlier phrases are longer: 您好-呀, not 您-好呀.
    if place not in reached or len(way) <= len(reached[place]):
        reached[place] = way


def _within_word(text: str, at: int) -> bool:
    return at < len(text) and bool(_LATIN.match(text[at - 1]) and _LATIN.match(text[at]))
