"""What Ray's processes do for an indexing run: tasks read files, workers cut and embed articles.

Rows go from one to the other, and to the indexing run: the number of a file, and something that it
gave, pickled. Each file ends with a row of None, so that a file without articles has a row.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import RagError
from rag.ingest.loader import load_documents
from rag.messages import Message
from rag.models.embedder import Embedder
from rag.store.preparing import Cut, Embedded, cut
from rag.store.reading import FileToRead, Item
from rag.types import Document

_PART_BYTES = 1024 * 1024
_PART_FILES = 256
_YIELDED_BYTES = 64 * 1024

Batch = dict[str, NDArray[Any]]
"""Rows as columns: `file`, integers, and `item`, bytes."""
_Hashes = NDArray[np.uint64]


# Reading, in tasks.


def parts_of(files: list[FileToRead]) -> Iterator[list[tuple[int, Path, Path]]]:
    """Yield the files with their numbers, paths and bases, in parts that one task each reads."""
    part: list[tuple[int, Path, Path]] = []
    size = 0
    for number, file in enumerate(files):
        part.append((number, file.path, file.base))
        size += file.size
        if len(part) >= _PART_FILES or size >= _PART_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


def read_part(batch: Batch) -> Iterator[Batch]:
    """Yield what the files of a part give, a little at a time."""
    rows: list[tuple[int, bytes]] = []
    size = 0
    for data in batch["part"]:
        for number, path, base in pickle.loads(data):  # noqa: S301 - from this run
            for item in (*load_documents(path, base), None):
                rows.append((number, pickle.dumps(item)))
                size += len(rows[-1][1])
                if size >= _YIELDED_BYTES:
                    yield _batch(rows)
                    rows, size = [], 0
    if rows:
        yield _batch(rows)


def _batch(rows: list[tuple[int, bytes]]) -> Batch:
    items = np.empty(len(rows), dtype=object)
    items[:] = [item for _, item in rows]
    return {"file": np.array([number for number, _ in rows]), "item": items}


# Cutting and embedding, in actors.


@dataclass(frozen=True, kw_only=True)
class Known:
    """What workers must know of the index, as the sorted first 64 bits of hashes.

    `articles` did not change since this version of the program read them; `vectors` are stored. If
    two hashes begin alike, the indexing run makes what is then missing.
    """

    articles: _Hashes
    vectors: _Hashes

    @classmethod
    def of(cls, files: Iterable[FileToRead], vector_keys: Iterable[str]) -> Known:
        """Return what is known of these files, and of the index."""
        articles = (
            _hash_of(document.natural_id, document.content_hash)
            for file in files
            if file.known and file.known.read_by_this_version
            for document in file.known.documents
        )
        return cls(articles=_sorted(articles), vectors=_sorted(map(_first_bits, vector_keys)))


def _sorted(hashes: Iterable[int]) -> _Hashes:
    return np.sort(np.fromiter(hashes, np.uint64))


def _holds(hashes: _Hashes, wanted: int) -> bool:
    place = int(np.searchsorted(hashes, np.uint64(wanted)))
    return place < len(hashes) and int(hashes[place]) == wanted


def _hash_of(natural_id: str, content_hash: str) -> int:
    text = f"{natural_id}\0{content_hash}".encode(errors="surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:8])


def _first_bits(vector_key: str) -> int:
    return int(vector_key[:16], 16)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A worker can't work: it can't load the model, or has another one."""

    reason: Message


@dataclass(frozen=True)
class Deadly:
    """Workers died over these articles, again and again."""


class Tries:
    """Counts how often the same articles were begun. Ray itself would begin them for ever."""

    def __init__(self) -> None:
        self._begun: dict[bytes, int] = {}

    def begin(self, articles: bytes) -> int:
        """Return how often these articles were begun, now included, and not ended."""
        self._begun[articles] = self._begun.get(articles, 0) + 1
        return self._begun[articles]

    def end(self, articles: bytes) -> None:
        """Forget articles that are done."""
        self._begun.pop(articles, None)


class Worker:
    """Holds an embedding model, and cuts and embeds the articles that it is given.

    It may be called again while a call runs.
    """

    def __init__(
        self,
        load: Callable[[int | None], Embedder],
        fingerprint: str,
        threads: int,
        known: list[Any],
        tries: Any,
        most: int,
    ) -> None:
        import ray

        # The tokenizer has threads of its own.
        os.environ.setdefault("RAYON_NUM_THREADS", str(threads))
        self._known: Known = ray.get(known[0])
        self._tries, self._most = tries, most
        self._refused: Refused | None = None
        try:
            self._embedder = load(threads if threads < processors() else None)
        except RagError as error:
            self._refused = Refused(reason=error.message)
            return
        if self._embedder.fingerprint != fingerprint:
            self._refused = Refused(reason=_other_model(self._embedder.name))

    def __call__(self, batch: Batch) -> Iterator[Batch]:
        """Yield the batch with its articles cut and embedded."""
        import ray

        if self._refused:
            yield _batch([(int(batch["file"][0]), pickle.dumps(self._refused))])
            return
        digest = hashlib.sha256(batch["file"].tobytes() + b"".join(batch["item"])).digest()
        if ray.get(self._tries.begin.remote(digest)) > self._most:
            yield _batch([(int(batch["file"][0]), pickle.dumps(Deadly()))])
            return
        items = [pickle.loads(data) for data in batch["item"]]  # noqa: S301 - from this run
        numbers = map(int, batch["file"])
        made = map(pickle.dumps, self._made(items))
        result = _batch(list(zip(numbers, made, strict=True)))
        self._tries.end.remote(digest)
        yield result

    def _made(self, items: list[Item | None]) -> Iterator[Item | None]:
        """Yield the items; articles that are new or changed are cut, and new passages embedded."""
        cuts = [self._cut(item) if isinstance(item, Document) else None for item in items]
        keys: list[tuple[str, ...]] = []
        texts: dict[str, str] = {}
        for item, parts in zip(items, cuts, strict=True):
            fresh: dict[str, str] = {}
            if isinstance(item, Document) and parts:
                for key, span in zip(parts.keys, parts.spans, strict=True):
                    if key not in texts and not _holds(self._known.vectors, _first_bits(key)):
                        fresh[key] = item.text[span.start : span.end]
            keys.append(tuple(fresh))
            texts |= fresh
        vectors = self._embedder.embed_passages(list(texts.values()))
        done = 0
        for item, parts, own in zip(items, cuts, keys, strict=True):
            if not isinstance(item, Document) or parts is None:
                yield item
                continue
            rows = vectors[done : done + len(own)]
            done += len(own)
            yield Embedded(document=item, cut=parts, keys=own, vectors=rows)

    def _cut(self, document: Document) -> Cut | None:
        """Cut an article, unless it is stored as it is."""
        known = _hash_of(document.doc_id, document.content_hash)
        return None if _holds(self._known.articles, known) else cut(document.text, self._embedder)


def processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _other_model(name: str) -> Message:
    return Message(
        code="EmbedderError",
        en=f"A worker on the cluster has another embedding model ({name}): install the same version"
        " of this program and the same model on every machine.",
        zh=f"集群中的一个工作进程使用了另一个嵌入模型（{name}）："
        "请在每台机器上安装相同版本的本程序和相同的模型。",
    )
