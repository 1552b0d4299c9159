"""Numbering the citations of one answer."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.evidence import Evidence
from rag.types import Citation, Statement


class Citer:
    """Gives each cited place of an answer its marker, by first appearance; one per answer."""

    def __init__(self, statements: Sequence[Statement] = ()) -> None:
        """`statements` have their markers already; numbering goes on behind them."""
        self._markers: dict[tuple[str, int, int], int] = {
            (c.doc_id, c.start, c.end): c.marker for s in statements for c in s.citations
        }

    def cite(self, cited: Sequence[Evidence]) -> tuple[Citation, ...]:
        """Citations of these sentences, in the order of their markers."""
        made = [self._citation(evidence) for evidence in cited]
        return tuple(sorted(made, key=lambda citation: citation.marker))

    def _citation(self, evidence: Evidence) -> Citation:
        document = evidence.document
        place = (document.doc_id, evidence.start, evidence.end)
        marker = self._markers.setdefault(place, max(self._markers.values(), default=0) + 1)
        return Citation(
            marker=marker,
            doc_id=document.doc_id,
            start=evidence.start,
            end=evidence.end,
            quote=document.text[evidence.start : evidence.end],
            title=document.title,
            outlet=document.outlet,
            published=document.published,
            url=document.url,
            content_hash=document.content_hash,
            also_in=evidence.also_in,
            answer=evidence.answer,
        )
