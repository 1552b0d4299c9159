"""Nearest-neighbour search over passage vectors, through FAISS; in memory, or in files."""

from __future__ import annotations

import math
import os
import weakref
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from rag.models.embedder import Vectors
from rag.store.database import damaged

Rows = NDArray[np.int64]
Query = NDArray[np.float32]
"""Shape (dimensions,)."""

_SAMPLE = 4_096
"""How many vectors, about, tell how the cosines of a language are spread."""
_FLAT = 10_000
"""Up to so many vectors, every one is compared as it is; of more, their codes are."""
_WHOLE = 200_000
"""Up to so many codes, all are looked through; of more, those of the nearest cells."""
_MOST_CELLS = 1_024
_LOOKED_THROUGH = 0.4
"""The share of cells that are looked through. Questions in another language lie far from all."""
_COARSE = 3
"""By their codes, so many times as many as are wanted are found, and then compared exactly."""
_FEW = 2_000
"""So many vectors are compared exactly where no others are allowed."""
_TRAINING = 65_536
"""Vectors that codes are made to suit: more change nothing."""
_ROWS_AT_ONCE = 16_384


class VectorIndex(Protocol):
    """Unit vectors, named by their rows. Safe for searching from several threads."""

    def __len__(self) -> int: ...

    def search(
        self, query: Query, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Rows, NDArray[np.float32]]:
        """The `k` nearest rows and their cosines, -1 to 1, best first; fewer where there are fewer.

        `allowed`, shape (n,), leaves out rows that are not.
        """
        ...

    def cosines(self, query: Query, rows: Rows) -> NDArray[np.float32]:
        """The exact cosines of some rows."""
        ...

    def sample(self) -> Vectors:
        """Vectors of about `_SAMPLE` rows, those of `sample_rows`."""
        ...


def sample_rows(n: int) -> NDArray[np.int64]:
    """The rows that stand for n of them, evenly spread; all, where they are few."""
    return np.arange(0, n, max(1, n // _SAMPLE))


class FlatVectors:
    """Exact search in memory; row i is row i of `vectors`, shape (n, dimensions)."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = np.ascontiguousarray(vectors)
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(self._vectors)

    def __len__(self) -> int:
        return len(self._vectors)

    def search(
        self, query: Query, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Rows, NDArray[np.float32]]:
        """The `k` nearest of all; see `VectorIndex`."""
        return _searched(self._index, query, k, allowed)

    def cosines(self, query: Query, rows: Rows) -> NDArray[np.float32]:
        """See `VectorIndex`."""
        return self._vectors[rows] @ query

    def sample(self) -> Vectors:
        """See `VectorIndex`."""
        return self._vectors[sample_rows(len(self))]


class StoredVectors:
    """Search in files that `write_vectors` wrote; their vectors are read as they are needed.

    FAISS looks through codes of 2 bits for each dimension, which are all in memory: all codes, or
    of very many those of the nearest cells. What it finds is then compared exactly, by the vectors
    from the file. A vector that is not as it was written
    raises `IndexDamaged`.
    """

    def __init__(self, folder: Path, prefix: str, dimensions: int) -> None:
        self._folder = folder
        self._size = 4 * dimensions
        self._checksums = np.load(folder / f"{prefix}.vectors.crc.npy")
        self._file = os.open(folder / f"{prefix}.vectors", os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._file)
        self._index = faiss.read_index(str(folder / f"{prefix}.faiss"))
        if self._index.ntotal != len(self):
            raise ValueError(f"{self._index.ntotal} codes of {len(self)} vectors")
        if isinstance(self._index, faiss.IndexIVF):
            self._index.nprobe = round(_LOOKED_THROUGH * self._index.nlist)

    def __len__(self) -> int:
        return len(self._checksums)

    def search(
        self, query: Query, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Rows, NDArray[np.float32]]:
        """The nearest by their codes, in the order of their cosines; see `VectorIndex`."""
        rows = self._near(query, k, allowed)
        found = self.cosines(query, rows)
        best = np.argsort(-found, kind="stable")[:k]
        return rows[best], found[best]

    def _near(self, query: Query, k: int, allowed: NDArray[np.bool_] | None = None) -> Rows:
        """The rows whose codes are nearest, some times `k` of them."""
        k *= _COARSE
        if allowed is None:
            return _searched(self._index, query, k)[0]
        count = int(np.count_nonzero(allowed))
        if count <= max(k, _FEW):
            return np.flatnonzero(allowed)
        # Codes are searched as they lie, so that those which aren't allowed are found as well.
        wanted = k * len(self) // count
        # The allowed ones may all lie in cells that are far from the question.
        everywhere = 2 * count < len(self)
        while True:
            rows, _ = _searched(self._index, query, wanted, everywhere=everywhere)
            rows = rows[allowed[rows]]
            if len(rows) >= k or (everywhere and wanted >= len(self)):
                return rows[:k]
            wanted, everywhere = 4 * wanted, True

    def cosines(self, query: Query, rows: Rows) -> NDArray[np.float32]:
        """See `VectorIndex`."""
        return self._read(rows) @ query

    def sample(self) -> Vectors:
        """See `VectorIndex`."""
        return self._read(sample_rows(len(self)))

    def check(self) -> None:
        """Read every vector; at five seconds for a million. Raises `IndexDamaged`."""
        for first in range(0, len(self), _ROWS_AT_ONCE):
            self._read(np.arange(first, min(len(self), first + _ROWS_AT_ONCE)))

    def _read(self, rows: Rows) -> Vectors:
        size = self._size
        # Read, not mapped: the system would keep the neighbours of each in memory.
        blobs = [os.pread(self._file, size, row * size) for row in rows.tolist()]
        for blob, checksum in zip(blobs, self._checksums[rows].tolist(), strict=True):
            if zlib.crc32(blob) != checksum:
                raise damaged(self._folder, "a vector fails its checksum")
        return np.frombuffer(b"".join(blobs), "<f4").reshape(len(rows), size // 4)


def write_vectors(folder: Path, prefix: str, vectors: Iterable[bytes], dimensions: int) -> None:
    """Write unit vectors, little-endian float32, and an index of them, with little memory."""
    path, checksums = folder / f"{prefix}.vectors", []
    with path.open("wb") as file:
        for vector in vectors:
            file.write(vector)
            checksums.append(zlib.crc32(vector))
        file.flush()
        os.fsync(file.fileno())
    np.save(folder / f"{prefix}.vectors.crc.npy", np.array(checksums, np.uint32))
    written = np.memmap(path, "<f4", "r", shape=(len(checksums), dimensions))
    index = _index_for(written)
    for first in range(0, len(written), _ROWS_AT_ONCE):
        index.add(np.ascontiguousarray(written[first : first + _ROWS_AT_ONCE], np.float32))
    try:
        faiss.write_index(index, str(folder / f"{prefix}.faiss"))
    except RuntimeError as error:  # what FAISS makes of a full disk
        raise OSError(str(error)) from error


def _index_for(vectors: Vectors) -> Any:
    """An empty index that suits so many vectors."""
    n, dimensions = vectors.shape
    # Codes of two dimensions each, in an even number of pairs.
    if n <= _FLAT or dimensions % 4:
        return faiss.IndexFlatIP(dimensions)
    # Of unit vectors the nearest have the highest cosine, and distances suit codes better.
    index: Any = faiss.IndexPQFastScan(dimensions, dimensions // 2, 4, faiss.METRIC_L2)
    if n > _WHOLE:
        cells = min(math.isqrt(n), _MOST_CELLS)
        middles = faiss.IndexFlatL2(dimensions)
        index = faiss.IndexIVFPQFastScan(
            middles, dimensions, cells, dimensions // 2, 4, faiss.METRIC_L2
        )
    index.train(np.ascontiguousarray(vectors[:: -(-n // _TRAINING)], np.float32))
    return index


def _searched(
    index: Any,
    query: Query,
    k: int,
    allowed: NDArray[np.bool_] | None = None,
    *,
    everywhere: bool = False,
) -> tuple[Rows, NDArray[np.float32]]:
    parameters: Any = None
    if everywhere and isinstance(index, faiss.IndexIVF):
        options: dict[str, Any] = {"nprobe": index.nlist}
        parameters = faiss.SearchParametersIVF(**options)
    if allowed is not None:
        bits: Any = np.packbits(allowed, bitorder="little")
        # FAISS keeps hold of the array.
        selector: Any = faiss.IDSelectorBitmap
        options = {"sel": selector(bits)}
        parameters = faiss.SearchParameters(**options)
    scores, rows = index.search(query.reshape(1, -1), min(k, index.ntotal), params=parameters)
    # FAISS pads with row -1 where it finds fewer.
    found = rows[0] >= 0
    return rows[0][found], scores[0][found]
