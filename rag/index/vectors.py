"""Nearest-neighbour search over passage vectors, through FAISS."""

from __future__ import annotations

from collections.abc import Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

from rag.models.embedder import Vectors


class VectorIndex:
    """Exact search by inner product, which for unit vectors is the cosine.

    `ids[i]` names row i of `vectors`, shape (n, dimensions). Safe for searching from several
    threads; never changed after it is built.
    """

    def __init__(self, ids: Sequence[int], vectors: Vectors) -> None:
        self._ids = np.asarray(ids, dtype=np.int64)
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(np.ascontiguousarray(vectors))

    @property
    def ids(self) -> NDArray[np.int64]:
        """The names of the rows, in order."""
        return self._ids

    def search(self, query: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
        """The `k` nearest (id, cosine in [-1, 1]) of one vector of shape (dimensions,), best first.

        Fewer than `k` where the index holds fewer.
        """
        scores, rows = self._index.search(query.reshape(1, -1), k)
        # FAISS pads with row -1 when it has fewer than k vectors.
        return [
            (int(self._ids[row]), float(score))
            for row, score in zip(rows[0], scores[0], strict=True)
            if row >= 0
        ]
