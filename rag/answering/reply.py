"""Reading a chat model's reply while it comes in: whole sentences, and the markers they carry."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.corpus.sentences import SHORT_GROUP, may_end, split_sentences

_PLAIN_MARKER = (
    r"\s*[\[【［]\s*\^?(?:(?:sources?|sentences?|来源|句子|句)\s*[:：]?\s*)?"
    r"\d+(?:[\s,，、;；-]+\d+)*\s*\^?\s*[\]】］]"
)
_MARKER = rf"(?:\s*[（(](?:sources?|来源)?\s*[:：]?(?:{_PLAIN_MARKER})+\s*[）)]|{_PLAIN_MARKER})"
_BRACKETED = re.compile(_MARKER, re.IGNORECASE)
# A marker behind the full stop belongs to the sentence before it; a number that opens a line is
# that of a list.
_MARKER_BEHIND_STOP = re.compile(
    rf"((?<![。！？!?.…])(?<!^\d)(?<!^\d\d)[。！？!?.…]++)([”’\"']?)((?:{_MARKER})+)",
    re.IGNORECASE | re.MULTILINE,
)
_MARKUP = re.compile(r"^\s*(?:[-*•]\s+|#{1,6}\s+|\d{1,2}[.)、]\s+|>\s+)|\*\*|__|`", re.MULTILINE)
_MOST_MARKERS = 40
# What has no end after as many characters is no sentence that anyone could check.
_LONGEST_SENTENCE = 600
_QUOTATION_MARKS = (("“", "”"), ("‘", "’"), ("「", "」"), ("『", "』"))


@dataclass(frozen=True, kw_only=True)
class ReplySentence:
    """One sentence of a reply, without its markers; `numbers` are those, in order, each once."""

    text: str
    numbers: tuple[int, ...]


class ReplyReader:
    """Takes a reply in pieces; how it is cut into them makes no difference.

    `rest` is what has come since the last whole sentence.
    """

    def __init__(self) -> None:
        self.rest = ""

    def feed(self, piece: str) -> tuple[ReplySentence, ...]:
        """The sentences that became whole with this piece."""
        found: list[ReplySentence] = []
        for character in piece:
            self.rest += character
            # Within a Latin word it is open whether the word begins another sentence.
            if not (character.isspace() or (character.isascii() and character.isalnum())):
                found += self._take(final=len(self.rest) > _LONGEST_SENTENCE)
        return tuple(found)

    def finish(self) -> tuple[ReplySentence, ...]:
        """The sentences that were left: nothing more is coming."""
        return self._take(final=True)

    def _take(self, *, final: bool) -> tuple[ReplySentence, ...]:
        sentences, self.rest = take_sentences(self.rest, final=final)
        return sentences


def take_sentences(buffer: str, *, final: bool) -> tuple[tuple[ReplySentence, ...], str]:
    """The sentences of `buffer` that are whole, and the rest, which may still grow.

    A sentence is whole once another has begun behind it, since a marker may follow the full
    stop, and no short quotation is open that a closing mark could still join. With `final`,
    nothing more is coming and everything is whole.
    """
    if not final and not may_end(buffer):
        return (), buffer
    moved = _MARKER_BEHIND_STOP.sub(r"\3\1\2", buffer)
    spans = split_sentences(moved)
    if not final:
        # The next piece may be the marker of the last whole sentence.
        spans = spans[:-1]
        while spans and (_opens_marker(moved, spans[-1].end) or _quoting(moved, spans[-1].end)):
            spans = spans[:-1]
    sentences = [read_sentence(moved[span.start : span.end]) for span in spans]
    rest = moved[spans[-1].end :] if spans else moved
    return tuple(s for s in sentences if s.text), rest


def read_sentence(text: str) -> ReplySentence:
    """Part one sentence into its words and its markers; Markdown is dropped from the words."""
    numbers: list[int] = []
    for match in _BRACKETED.finditer(text):
        digits = re.findall(r"\d+", match.group())[:_MOST_MARKERS]
        # No evidence has so high a number, and int() takes no endless one.
        numbers += [int(number[:9]) for number in digits]
    words = _MARKUP.sub("", _BRACKETED.sub("", text)).strip()
    return ReplySentence(
        text=" ".join(words.split()) if words.strip(" .。-*#") else "",
        numbers=tuple(dict.fromkeys(numbers)),
    )


def _opens_marker(text: str, at: int) -> bool:
    return text[at:].lstrip().startswith(("[", "【", "［", "(", "（"))


def _quoting(text: str, end: int) -> bool:
    """Whether a quotation that is open at `end` may still close and be short."""
    line = text.rfind("\n", 0, end) + 1
    if "\n" in text[end:].rstrip("\n"):
        return False
    opened = [
        text.rfind(opener, line, end)
        for opener, closer in _QUOTATION_MARKS
        if text.rfind(opener, line, end) > text.rfind(closer, line, end)
    ]
    if text.count('"', line, end) % 2:
        opened.append(text.rfind('"', line, end))
    return any(len(text) - place <= 3 * SHORT_GROUP + 2 for place in opened)
