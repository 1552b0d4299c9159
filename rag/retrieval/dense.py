"""Dense retrieval: the passages whose vectors are nearest to the question's."""

from __future__ import annotations

from rag.index.snapshot import Snapshot
from rag.models.embedder import Embedder
from rag.types import Hit


class DenseRetriever:
    """Finds passages by the cosine of their vectors with the question's. Safe between threads."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder) -> None:
        self._sections = snapshot.sections
        self._embedder = embedder

    def retrieve(self, question: str, k: int) -> tuple[Hit, ...]:
        """The `k` best hits, best first; the score is the cosine. Fewer in a smaller index."""
        (query,) = self._embedder.embed_queries([question])
        hits = []
        for section in self._sections:
            rows, cosines = section.vectors.search(query, k, section.allowed)
            passages = section.passages.at(rows.tolist())
            hits += [
                Hit(passage=passage, score=cosine)
                for passage, cosine in zip(passages, cosines.tolist(), strict=True)
                if passage
            ]
        return tuple(sorted(hits, key=lambda hit: -hit.score)[:k])
