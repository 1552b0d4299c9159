"""Tell two kinds of texts apart by examples of each, whatever the texts are about.

A line through the vectors of the examples is fitted (ridge regression): texts of one kind lie on
one side of it. A few dozen examples on many subjects suffice, since what they are about cancels
out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.models.embedder import Vectors

_RIDGE = 0.3
"""How much smaller weights are preferred; 0.1 to 3 told kinds apart equally well."""


@dataclass(frozen=True, kw_only=True, eq=False)
class KindLine:
    """A fitted line. `weights` has shape (dimensions,)."""

    weights: NDArray[np.float32]
    offset: float

    def scores(self, vectors: Vectors) -> NDArray[np.float32]:
        """Return a score for each row: about 1 for the first kind and -1 for the second."""
        return np.asarray(vectors @ self.weights - self.offset, dtype=np.float32)


def fit_kinds(one: Vectors, other: Vectors) -> KindLine:
    """Return the line between examples of two kinds, each of shape (n, dimensions), n > 0."""
    examples = np.vstack([one, other]).astype(np.float64)
    wanted = np.r_[np.ones(len(one)), -np.ones(len(other))]
    mean, level = examples.mean(axis=0), wanted.mean()
    centred = examples - mean
    gram = centred @ centred.T + _RIDGE * np.eye(len(examples))
    weights = centred.T @ np.linalg.solve(gram, wanted - level)
    return KindLine(weights=weights.astype(np.float32), offset=float(mean @ weights - level))
