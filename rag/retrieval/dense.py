"""Dense retrieval: the passages whose vectors are nearest to the question's."""

from __future__ import annotations

from rag.index.snapshot import Snapshot
from rag.index.vectors import VectorIndex
from rag.models.embedder import Embedder
from rag.types import Hit


class DenseRetriever:
    """Finds passages by the cosine of their vectors with the question's. Safe between threads."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder) -> None:
        self._passages = {passage.passage_id: passage for passage in snapshot.passages}
        self._vectors = VectorIndex(list(self._passages), snapshot.vectors)
        self._embedder = embedder

    def retrieve(self, question: str, k: int) -> tuple[Hit, ...]:
        """The `k` best hits, best first; the score is the cosine. Fewer in a smaller index."""
        (query,) = self._embedder.embed_queries([question])
        return tuple(
            Hit(passage=self._passages[passage_id], score=score)
            for passage_id, score in self._vectors.search(query, k)
        )
