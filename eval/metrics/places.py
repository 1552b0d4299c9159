"""Decide if two places of an article are the same."""

from __future__ import annotations

from eval.questions import GoldSpan
from rag.types import Citation, Passage

_SUBSTANTIAL = 0.5
"""The share of a place that two places must have in common to count as the same."""


def covers(passage: Passage, span: GoldSpan) -> bool:
    """Return True if passage and gold span share at least half of the shorter one."""
    return passage.doc_id == span.doc_id and is_same_place(passage.start, passage.end, span)


def cites(citation: Citation, span: GoldSpan) -> bool:
    """Return True if citation and gold span share at least half of the shorter one.

    The shorter one counts because a program cites whole sentences, while a gold span may be only
    the important clause, or the other way round. Neighbours that only touch do not count.
    """
    return citation.doc_id == span.doc_id and is_same_place(citation.start, citation.end, span)


def is_same_place(start: int, end: int, span: GoldSpan) -> bool:
    """Return True if `start` to `end` and the span share at least half of the shorter one."""
    shorter = min(end - start, span.end - span.start)
    return min(end, span.end) - max(start, span.start) >= _SUBSTANTIAL * max(shorter, 1)
