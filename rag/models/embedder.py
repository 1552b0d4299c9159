"""What the rest of the project asks of an embedding model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rag.messages import Message

Vectors = NDArray[np.float32]
"""Shape (n, dimensions), rows of length 1: the dot product of two rows is their cosine."""


OnProgress = Callable[[int, int], None]
"""Told (done, total) of one step of preparing a model; a next step starts at 0 again."""


class Embedder(Protocol):
    """Texts to unit vectors. Questions and passages are embedded differently on purpose.

    `fingerprint` names the model: weights, prompts, tokenizer. It is what an index is bound to.
    `runtime` is what computes it here ("openvino int8"): vectors that two runtimes make of one
    text are near enough to be searched together (`rag.models.openvino_export` holds them to that).
    `max_tokens` is the longest input the model reads, prefix and special tokens included; longer
    input is cut at its end. `notice` tells a person that a faster runtime could not be used, and
    why. Safe to call from several threads.
    """

    name: str
    fingerprint: str
    runtime: str
    notice: Message | None
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


@runtime_checkable
class BeginsEarly(Protocol):
    """An embedder that computes beside Python, so that a question needn't be waited for at once."""

    def begin_query(self, text: str) -> Callable[[], NDArray[np.float32]]:
        """Begin with a question; what comes back waits for its vector, shape (dimensions,)."""
        ...


def begin_query(embedder: Embedder, text: str) -> Callable[[], NDArray[np.float32]]:
    """The vector of a question, shape (dimensions,), for when it is asked for.

    It is under way by then where the embedder can do that, and made only then where it can't.
    """
    if isinstance(embedder, BeginsEarly):
        return embedder.begin_query(text)
    return lambda: embedder.embed_queries([text])[0]
