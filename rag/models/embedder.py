"""What the rest of the project asks of an embedding model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (n, dimensions), rows of length 1: the dot product of two rows is their cosine."""


class Embedder(Protocol):
    """Texts to unit vectors. Questions and passages are embedded differently on purpose.

    `fingerprint` changes whenever the same text could get another vector, and is what an index
    is bound to. `max_tokens` is the longest input the model reads, prefix and special tokens
    included; longer input is cut at its end. Safe to call from several threads.
    """

    name: str
    fingerprint: str
    dimensions: int
    max_tokens: int

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, in order. An empty sequence gives shape (0, dimensions)."""
        ...

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of passages, in order; `on_progress` is told how many more are done."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text alone, without prefix and special tokens."""
        ...
