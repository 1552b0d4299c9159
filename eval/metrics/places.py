"""When two places of an article are the same."""

from __future__ import annotations

from eval.questions import GoldSpan
from rag.types import Citation, Passage

_SUBSTANTIAL = 0.5
"""The share of a place that has to be shared before two places count as the same."""


def covers(passage: Passage, span: GoldSpan) -> bool:
    """True if the passage holds at least half of the gold span, or lies within it by half."""
    return passage.doc_id == span.doc_id and is_same_place(passage.start, passage.end, span)


def cites(citation: Citation, span: GoldSpan) -> bool:
    """True if citation and gold span share at least half of the shorter of the two.

    Of the shorter, because a program cites whole sentences while a gold span may be the clause
    that matters, or the other way round; two neighbours that touch don't count.
    """
    return citation.doc_id == span.doc_id and is_same_place(citation.start, citation.end, span)


def is_same_place(start: int, end: int, span: GoldSpan) -> bool:
    """True if `start` to `end` of the span's article and the span share half of the shorter."""
    shorter = min(end - start, span.end - span.start)
    return min(end, span.end) - max(start, span.start) >= _SUBSTANTIAL * max(shorter, 1)
