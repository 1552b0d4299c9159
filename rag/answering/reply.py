"""Reading a chat model's reply while it comes in: whole sentences, and the markers they carry."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.corpus.sentences import split_sentences

_BRACKETED = re.compile(r"\s*[\[【]\s*\d+(?:[\s,，、;；-]+\d+)*\s*[\]】]")
# A marker behind the full stop belongs to the sentence before it.
_MARKER_BEHIND_STOP = re.compile(
    r"([。！？!?]|(?<!\d)\.)([”’\"']?)((?:\s*[\[【]\s*\d+(?:[\s,，、;；-]+\d+)*\s*[\]】])+)"
)
_MARKUP = re.compile(r"^\s*(?:[-*•]\s+|#{1,6}\s+|\d{1,2}[.)、]\s+|>\s+)|\*\*|__|`", re.MULTILINE)
_MOST_MARKERS = 40


@dataclass(frozen=True, kw_only=True)
class ReplySentence:
    """One sentence of a reply, without its markers; `numbers` are those, in order, each once."""

    text: str
    numbers: tuple[int, ...]


def take_sentences(buffer: str, *, final: bool) -> tuple[tuple[ReplySentence, ...], str]:
    """The sentences of `buffer` that are whole, and the rest, which may still grow.

    A sentence is whole once another has begun behind it, since a marker may follow the full
    stop. With `final`, nothing more is coming and everything is whole.
    """
    moved = _MARKER_BEHIND_STOP.sub(r"\3\1\2", buffer)
    spans = split_sentences(moved)
    if not final:
        # The next piece may be the marker of the last whole sentence.
        spans = spans[:-1]
        if not spans or not moved[spans[-1].end :].strip() or _opens_marker(moved, spans[-1].end):
            spans = spans[:-1]
    sentences = [read_sentence(moved[span.start : span.end]) for span in spans]
    rest = moved[spans[-1].end :] if spans else moved
    return tuple(s for s in sentences if s.text), rest


def read_sentence(text: str) -> ReplySentence:
    """Part one sentence into its words and its markers; Markdown is dropped from the words."""
    numbers: list[int] = []
    for match in _BRACKETED.finditer(text):
        numbers += [int(digits) for digits in re.findall(r"\d+", match.group())[:_MOST_MARKERS]]
    words = _MARKUP.sub("", _BRACKETED.sub("", text)).strip()
    return ReplySentence(
        text=" ".join(words.split()) if words.strip(" .。-*#") else "",
        numbers=tuple(dict.fromkeys(numbers)),
    )


def _opens_marker(text: str, at: int) -> bool:
    return text[at:].lstrip().startswith(("[", "【"))
