"""An embedder that stores each vector in a file and never computes it twice."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from rag.models.embedder import Embedder, Vectors

# The number of texts embedded between two commits. A stopped run loses fewer than these.
_COMMIT_TEXTS = 512
_LOOKUP_TEXTS = 500


class CachedEmbedder:
    """The `Embedder` protocol over another embedder, with its vectors kept in a file.

    `path` is a SQLite file. A vector is stored under the model's fingerprint, its runtime, and the
    exact text. Use it in one thread only.
    """

    def __init__(self, inner: Embedder, path: Path) -> None:
        self.name = inner.name
        self.fingerprint = inner.fingerprint
        self.runtime = inner.runtime
        self.notice = inner.notice
        self.dimensions = inner.dimensions
        self.max_tokens = inner.max_tokens
        self._inner = inner
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, timeout=60)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID"
        )

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of questions, shape (n, dimensions), in order."""
        return self._embed("query", self._inner.embed_queries, texts, None)

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return the vectors of passages, shape (n, dimensions).

        Stored ones count as done at once.
        """
        return self._embed("passage", self._inner.embed_passages, texts, on_progress)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without prefix and special tokens."""
        return self._inner.count_tokens(texts)

    def _embed(
        self,
        kind: str,
        embed: Callable[[Sequence[str]], Vectors],
        texts: Sequence[str],
        on_progress: Callable[[int], None] | None,
    ) -> Vectors:
        told = on_progress or (lambda _: None)
        keys = [self._key(kind, text) for text in texts]
        kept = self._kept(keys)
        told(sum(key in kept for key in keys))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
        order = list(missing)
        for start in range(0, len(order), _COMMIT_TEXTS):
            some = order[start : start + _COMMIT_TEXTS]
            vectors = embed([missing[key] for key in some]).astype("<f4")
            rows = [(key, vector.tobytes()) for key, vector in zip(some, vectors, strict=True)]
            with self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
            kept.update(rows)
            told(len(some))
        found = np.empty((len(texts), self.dimensions), np.float32)
        for row, key in zip(found, keys, strict=True):
            row[:] = np.frombuffer(kept[key], "<f4")
        return found

    def _kept(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        kept: dict[bytes, bytes] = {}
        for start in range(0, len(keys), _LOOKUP_TEXTS):
            some = keys[start : start + _LOOKUP_TEXTS]
            marks = ",".join("?" * len(some))
            query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"  # noqa: S608
            kept.update(self._connection.execute(query, some))
        return kept

    def _key(self, kind: str, text: str) -> bytes:
        whole = f"{self.fingerprint}\0{self.runtime}\0{kind}\0{text}"
        return hashlib.sha256(whole.encode(errors="surrogatepass")).digest()
