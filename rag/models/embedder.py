"""The interface of an embedding model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rag.messages import Message

Vectors = NDArray[np.float32]
"""Shape (n, dimensions), rows of length 1: the dot product of two rows is their cosine."""


OnProgress = Callable[[int, int], None]
"""Is called with (done, total) for a step of preparing a model. Each step starts at 0 again."""


class Embedder(Protocol):
    """Turns texts into unit vectors. Questions and passages are embedded in different ways.

    `fingerprint` identifies the model: its weights, prompts and tokenizer. An index can only be
    used with the model that made it. `runtime` is the software that computes the vectors here, for
    example "openvino int8". Two runtimes give vectors of the same text that are similar enough to
    be searched together (`rag.models.openvino_export` checks this). `max_tokens` is the longest
    input that the model reads, with prefix and special tokens; longer input is cut at its end.
    `notice` is a message that a faster runtime could not be used, with the reason. The methods can
    be called from several threads.
    """

    name: str
    fingerprint: str
    runtime: str
    notice: Message | None
    dimensions: int
    max_tokens: int

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of questions, in order; shape (0, dimensions) if there are none."""
        ...

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return the vectors of passages, in order.

        `on_progress` is called with the number of passages that were embedded since its last call.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without prefix and special tokens."""
        ...


@runtime_checkable
class BeginsEarly(Protocol):
    """An embedder that can embed a question in the background."""

    def begin_query(self, text: str) -> Callable[[], NDArray[np.float32]]:
        """Start to embed a question. The returned function waits for the vector.

        Its shape is (dimensions,).
        """
        ...


def begin_query(embedder: Embedder, text: str) -> Callable[[], NDArray[np.float32]]:
    """Return a function that returns the vector of a question, shape (dimensions,).

    The vector is computed in the background if the embedder can do that, else when the function is
    called.
    """
    if isinstance(embedder, BeginsEarly):
        return embedder.begin_query(text)
    return lambda: embedder.embed_queries([text])[0]
