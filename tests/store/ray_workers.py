"""An embedding model for workers of tests, which imports little, and can end its process."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from rag.messages import Message
from rag.models.embedder import Vectors

DEADLY = "The worker ends here."


class SumEmbedder:
    """Gives each text a vector that no other text has.

    If `mark` is a path, the first process that is to embed `DEADLY` writes it and kills itself. If
    it can't be written, every such process does.
    """

    name = "sum"
    fingerprint = "sum-1"
    runtime = "sum"
    notice: Message | None = None
    dimensions = 8
    max_tokens = 512

    def __init__(self, mark: Path | None = None, seconds: float = 0) -> None:
        self._mark = mark
        self._seconds = seconds
        self.embedded: list[str] = []

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[:] = np.frombuffer(hashlib.sha256(text.encode()).digest()[:8], np.uint8)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return rows

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        if self._mark and not self._mark.exists() and any(DEADLY in text for text in texts):
            with contextlib.suppress(OSError):
                self._mark.write_text("ended")
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(self._seconds)
        self.embedded += texts
        if on_progress:
            on_progress(len(texts))
        return self.embed_queries(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [max(1, len(text) * 2 // 3) for text in texts]


def load_sum(threads: int | None) -> SumEmbedder:  # noqa: ARG001
    return SumEmbedder()


def load_mortal(mark: Path, threads: int | None) -> SumEmbedder:  # noqa: ARG001
    return SumEmbedder(mark)


def load_slow(threads: int | None) -> SumEmbedder:  # noqa: ARG001
    return SumEmbedder(seconds=0.3)
