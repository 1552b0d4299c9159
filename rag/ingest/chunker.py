"""A document's text -> the spans of its passages.

Passages are packed within sections and along paragraphs, by local decisions only: a heading
always starts a passage, and a paragraph of some length stands alone. So a sentence added at the
top of an article moves the borders of the first passage or two, not of every passage behind it,
and their vectors can be kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.text.sentences import Sentence, split_sentences

CHUNKER_VERSION = 2
"""Goes up whenever the same text and settings would give other passages."""

PASSAGE_TOKENS = 256
"""Default budget of a passage, in tokens of the embedding model, its prefix not counted."""

CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, kw_only=True)
class ChunkerSettings:
    """What decides where passages begin and end; an index records it.

    `budget` is the most tokens of a passage. `floor` is how many a passage should have before
    the next paragraph starts a new one.
    """

    budget: int = PASSAGE_TOKENS
    floor: int = PASSAGE_TOKENS // 4
    version: int = CHUNKER_VERSION


CHUNKER = ChunkerSettings()
"""The settings of every index that is made now."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """`text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """A sentence, or a part of one that is longer than a whole budget."""

    start: int
    end: int
    tokens: int
    heading: bool


_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n")
_CLAUSE_END = "，、；：,;:—"


def chunk(
    text: str, count_tokens: CountTokens, budget: int = PASSAGE_TOKENS, floor: int | None = None
) -> tuple[Span, ...]:
    """The passages of `text`: in order, disjoint, covering every character that isn't blank.

    `count_tokens` gives the number of tokens of each string, special tokens left out or counted
    every time; it is called once for all sentences, and again only for parts of a sentence that
    alone exceeds `budget`. A passage's tokens are taken as the sum of its sentences', which a
    subword tokenizer doesn't exceed by more than the blanks between them; those are counted with
    the sentence before. `floor` is a quarter of the budget by default.

    A passage exceeds the budget only where a single character does. A sentence is cut only where
    it alone exceeds the budget: at the end of a clause, else at a blank, else anywhere. Raises
    `ValueError` where `budget` is not positive.
    """
    if budget < 1:
        raise ValueError(f"budget is {budget}: give at least 1 token")
    least = budget // 4 if floor is None else min(floor, budget)
    passages: list[Span] = []
    for section in _sections(text, _pieces(text, count_tokens, budget)):
        for group in _groups(section, budget, least):
            passages += [
                Span(start=part[0].start, end=part[-1].end) for part in _parts(group, budget)
            ]
    return tuple(passages)


def _pieces(text: str, count_tokens: CountTokens, budget: int) -> list[_Piece]:
    sentences = split_sentences(text)
    if not sentences:
        return []
    # Each is counted with the blanks behind it, so that the counts add up to the passage's.
    borders = [sentence.start for sentence in sentences] + [len(text)]
    counts = count_tokens([text[a:b] for a, b in pairwise(borders)])
    pieces: list[_Piece] = []
    for sentence, tokens in zip(sentences, counts, strict=True):
        if tokens <= budget:
            pieces.append(_piece(sentence, tokens))
        else:
            pieces += _cut(text, sentence, tokens, count_tokens, budget)
    return pieces


def _piece(sentence: Sentence, tokens: int) -> _Piece:
    return _Piece(
        start=sentence.start, end=sentence.end, tokens=tokens, heading=sentence.kind == "heading"
    )


def _cut(
    text: str, sentence: Sentence, tokens: int, count_tokens: CountTokens, budget: int
) -> list[_Piece]:
    """Parts of a sentence that alone exceeds the budget, each within it."""
    waiting = [(sentence.start, sentence.end, tokens)]
    done: list[_Piece] = []
    while waiting:
        spans: list[tuple[int, int]] = []
        for start, end, size in waiting:
            if size <= budget or end - start == 1:
                done.append(_Piece(start=start, end=end, tokens=size, heading=False))
            else:
                spans += _cut_evenly(text, start, end, -(-size // budget))
        # Each with the blanks behind it, as sentences are counted.
        counts = count_tokens([text[a : _next_word(text, b)] for a, b in spans]) if spans else []
        waiting = [(a, b, size) for (a, b), size in zip(spans, counts, strict=True)]
    return sorted(done, key=lambda piece: piece.start)


def _cut_evenly(text: str, start: int, end: int, parts: int) -> Iterator[tuple[int, int]]:
    """Spans of about equal length that cover `text[start:end]` without the blanks at the cuts."""
    parts = max(2, min(parts, end - start))
    position = start
    for number in range(1, parts + 1):
        ideal = start + (end - start) * number // parts
        border = end if number == parts else _border(text, position + 1, ideal)
        span = _trimmed(text, position, border)
        if span[0] < span[1]:
            yield span
        position = border


def _border(text: str, first: int, ideal: int) -> int:
    """The best place for a cut at or before `ideal`: a clause's end, a blank, else `ideal`."""
    lowest = max(first, ideal - (ideal - first) // 2)
    for marks in (_CLAUSE_END, " \t\u3000"):
        for border in range(ideal, lowest - 1, -1):
            if text[border - 1] in marks:
                return border
    return max(first, ideal)


def _next_word(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _sections(text: str, pieces: list[_Piece]) -> Iterator[list[list[_Piece]]]:
    """Sections as lists of paragraphs; headings are the first paragraph of their section."""
    section: list[list[_Piece]] = []
    previous: _Piece | None = None
    for piece in pieces:
        if previous is None:
            section.append([piece])
        elif piece.heading and not previous.heading:
            yield section
            section = [[piece]]
        elif piece.heading or previous.heading:
            # Headings in a row, and the paragraph behind them, can't be parted.
            section[-1].append(piece)
        elif _PARAGRAPH_BREAK.search(text, previous.end, piece.start):
            section.append([piece])
        else:
            section[-1].append(piece)
        previous = piece
    if section:
        yield section


def _groups(section: list[list[_Piece]], budget: int, floor: int) -> list[list[_Piece]]:
    """Paragraphs of a section; a small one joins the next one, the last the one before."""
    groups: list[list[_Piece]] = []
    for paragraph in section:
        if groups and _tokens(groups[-1]) < floor:
            groups[-1] = groups[-1] + paragraph
        else:
            groups.append(list(paragraph))
    if len(groups) > 1 and _tokens(groups[-1]) < floor:
        last = groups.pop()
        if _tokens(groups[-1]) + _tokens(last) <= budget:
            groups[-1] = groups[-1] + last
        else:
            groups.append(last)
    return groups


def _parts(group: list[_Piece], budget: int) -> Iterator[list[_Piece]]:
    """Runs of whole pieces within the budget, of about equal length."""
    total = _tokens(group)
    if total <= budget:
        yield group
        return
    aim = total / -(-total // budget)
    part: list[_Piece] = []
    size = 0
    for piece in group:
        full = size >= aim and not part[-1].heading if part else False
        if part and (full or size + piece.tokens > budget):
            yield part
            part, size = [], 0
        part.append(piece)
        size += piece.tokens
    if part:
        yield part


def _tokens(pieces: list[_Piece]) -> int:
    return sum(piece.tokens for piece in pieces)
