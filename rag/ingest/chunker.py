"""Cut a document's text into passages.

A passage does not cross a section, and it follows the paragraphs: a heading always starts a
passage, and a long paragraph is a passage of its own. Each decision depends only on the text
nearby. So a sentence that is added at the top of an article changes only the first one or two
passages, and the vectors of the others can be reused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.text.sentences import Sentence, split_sentences

CHUNKER_VERSION = 2
"""Must be raised when the same text and settings would give other passages."""

PASSAGE_TOKENS = 256
"""The default budget of a passage, in tokens of the embedding model, without its prefix."""

CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, kw_only=True)
class ChunkerSettings:
    """The settings that decide where passages begin and end. An index records them.

    `budget` is the largest number of tokens in a passage. `floor` is the number of tokens that a
    passage should have before the next paragraph starts a new one.
    """

    budget: int = PASSAGE_TOKENS
    floor: int = PASSAGE_TOKENS // 4
    version: int = CHUNKER_VERSION


CHUNKER = ChunkerSettings()
"""The settings for every new index."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """The part `text[start:end]` of a text."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """A sentence, or a part of a sentence that is longer than the budget."""

    start: int
    end: int
    tokens: int
    heading: bool


_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n")
_CLAUSE_END = "，、；：,;:—"


def chunk(
    text: str, count_tokens: CountTokens, budget: int = PASSAGE_TOKENS, floor: int | None = None
) -> tuple[Span, ...]:
    """Return the passages of `text`: in order, disjoint, and covering every non-blank character.

    `count_tokens` returns the number of tokens of each string, either without special tokens or
    with them for each string. It is called once for all sentences, and again only for parts of a
    sentence that is longer than `budget`. The tokens of a passage are the sum over its sentences. A
    subword tokenizer gives at most a few more for the blanks between them, so blanks are counted
    with the sentence before. `floor` is a quarter of the budget by default.

    A passage exceeds the budget only if a single character does. A sentence is cut only if it alone
    exceeds the budget: at the end of a clause, else at a blank, else anywhere. Raises `ValueError`
    if `budget` is not positive.
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
    # A sentence is counted with the blanks after it, so the counts add up to the passage's.
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
    """Cut a sentence that alone exceeds the budget into parts within the budget."""
    waiting = [(sentence.start, sentence.end, tokens)]
    done: list[_Piece] = []
    while waiting:
        spans: list[tuple[int, int]] = []
        for start, end, size in waiting:
            if size <= budget or end - start == 1:
                done.append(_Piece(start=start, end=end, tokens=size, heading=False))
            else:
                spans += _cut_evenly(text, start, end, -(-size // budget))
        # Parts are counted with the blanks after them, as sentences are.
        counts = count_tokens([text[a : _next_word(text, b)] for a, b in spans]) if spans else []
        waiting = [(a, b, size) for (a, b), size in zip(spans, counts, strict=True)]
    return sorted(done, key=lambda piece: piece.start)


def _cut_evenly(text: str, start: int, end: int, parts: int) -> Iterator[tuple[int, int]]:
    """Yield spans of similar length that cover `text[start:end]` except blanks at the cuts."""
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
    """Return the best place for a cut: before `ideal`, a clause's end or a blank, else `ideal`."""
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
    """Yield sections as lists of paragraphs. A heading belongs to the first paragraph."""
    section: list[list[_Piece]] = []
    previous: _Piece | None = None
    for piece in pieces:
        if previous is None:
            section.append([piece])
        elif piece.heading and not previous.heading:
            yield section
            section = [[piece]]
        elif piece.heading or previous.heading:
            # Headings that follow each other stay together with the paragraph after them.
            section[-1].append(piece)
        elif _PARAGRAPH_BREAK.search(text, previous.end, piece.start):
            section.append([piece])
        else:
            section[-1].append(piece)
        previous = piece
    if section:
        yield section


def _groups(section: list[list[_Piece]], budget: int, floor: int) -> list[list[_Piece]]:
    """Return the paragraphs of a section, with small ones joined to others.

    A small paragraph is joined to the next one, and a small last one to the one before.
    """
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
    """Yield runs of whole pieces that are within the budget and of similar length."""
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
