"""Hybrid retrieval: dense and lexical evidence, fused within each language.

Each passage gets two scores, the cosine of its vector with the question's, and BM25. Both are put
on one scale by how they stand out among the best of their language (a z-score over the best
`_COMPARED` passages), and added. So no language drowns the other, and lexical evidence counts only
as far as it tells passages apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rag.index.snapshot import Snapshot
from rag.index.vectors import VectorIndex
from rag.models.embedder import Embedder
from rag.retrieval.lexical import LexicalScorer
from rag.types import Hit

_COMPARED = 100
"""How many of the best passages of a language a score is measured against."""
_LEXICAL_WEIGHT = 0.7
"""How it was chosen stands in docs/architecture.md."""


class HybridRetriever:
    """Finds passages by meaning and by words, in both languages. Safe between threads."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder) -> None:
        self._passages = snapshot.passages
        self._vectors = snapshot.vectors
        self._embedder = embedder
        self._lexical = LexicalScorer(snapshot)
        languages = [snapshot.documents[p.doc_id].language for p in snapshot.passages]
        self._indexes = [
            VectorIndex(rows.tolist(), snapshot.vectors[rows])
            for language in sorted(set(languages))
            for rows in [np.flatnonzero(np.array(languages) == language)]
        ]

    def retrieve(self, question: str, k: int) -> tuple[Hit, ...]:
        """The `k` best hits, best first, fewer in a smaller index; scores are sums of z-scores."""
        (query,) = self._embedder.embed_queries([question])
        return self.search(question, query, k)

    def search(self, question: str, query: NDArray[np.float32], k: int) -> tuple[Hit, ...]:
        """The same where the question's vector, shape (dimensions,), is there already."""
        lexical = self._lexical.scores(question)
        fused = [found for index in self._indexes for found in self._fused(index, query, lexical)]
        fused.sort(key=lambda found: -found[1])
        return tuple(Hit(passage=self._passages[row], score=score) for row, score in fused[:k])

    def _fused(
        self, index: VectorIndex, query: NDArray[np.float32], lexical: NDArray[np.float32]
    ) -> list[tuple[int, float]]:
        """Rows of one language with their fused scores: the best of either kind."""
        nearest = index.search(query, _COMPARED)
        cosines = np.array([cosine for _, cosine in nearest])
        own = lexical[index.ids]
        # The best in words, whether or not they are near in meaning.
        best = np.argsort(-own, kind="stable")[:_COMPARED]
        rows = np.union1d([row for row, _ in nearest], index.ids[best[own[best] > 0]]).astype(int)
        dense = _standing_out(self._vectors[rows] @ query, cosines)
        words = _standing_out(lexical[rows], own[best])
        scores = dense + _LEXICAL_WEIGHT * words
        return list(zip(rows.tolist(), scores.tolist(), strict=True))


def _standing_out(scores: NDArray[np.float32], among: NDArray[np.floating]) -> NDArray[np.float64]:
    """The z-scores of `scores` among others; 0 where those are all alike."""
    spread = float(np.std(among)) if len(among) else 0.0
    if spread < 1e-6:
        return np.zeros(len(scores))
    return (scores.astype(np.float64) - float(np.mean(among))) / spread
