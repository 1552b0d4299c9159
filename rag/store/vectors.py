"""Nearest-neighbour search over passage vectors with FAISS, in memory or in files."""

from __future__ import annotations

import math
import os
import threading
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
"""The approximate number of vectors in a sample, which shows how cosines are distributed."""
_FLAT = 10_000
"""Up to this many vectors, the vectors themselves are compared; above it, their codes."""
_WHOLE = 200_000
"""Up to this many codes, all are searched; above it, only the codes in the nearest cells."""
_MOST_CELLS = 1_024
_LOOKED_THROUGH = 0.4
"""The share of cells that is searched.

It is large because a question in another language is far from all cells.
"""
_COARSE = 3
"""The search by codes finds this many times the wanted rows. They are then compared exactly."""
_FEW = 2_000
"""If at most this many vectors are allowed, all of them are compared exactly."""
_TRAINING = 65_536
"""About how many vectors the codes are trained on. More make no difference."""
_ROWS_AT_ONCE = 16_384


class VectorIndex(Protocol):
    """Unit vectors, identified by row. Several threads may search at the same time."""

    def __len__(self) -> int: ...

    def search(
        self, query: Query, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Rows, NDArray[np.float32]]:
        """Return the `k` nearest rows and their cosines (-1 to 1), best first.

        Returns fewer if there are not enough. `allowed`, shape (n,), is False for rows to leave
        out.
        """
        ...

    def cosines(self, query: Query, rows: Rows) -> NDArray[np.float32]:
        """Return the exact cosines of some rows."""
        ...

    def sample(self) -> Vectors:
        """Return the vectors of the rows that `sample_rows` gives, about `_SAMPLE` of them."""
        ...


def sample_rows(n: int) -> NDArray[np.int64]:
    """Return an evenly spread sample of n rows; all rows if they are few."""
    return np.arange(0, n, max(1, n // _SAMPLE))


class FlatVectors:
    """Exact search in memory; row i is row i of `vectors`, shape (n, dimensions)."""

    def __init__(self, vectors: Vectors) -> None:
        n, dimensions = vectors.shape
        self._index: Any = faiss.IndexFlatIP(dimensions)
        self._index.add(np.ascontiguousarray(vectors))
        # FAISS keeps its own copy. This is a view of it, so there is no second one.
        view = faiss.rev_swig_ptr(self._index.get_xb(), n * dimensions)
        self._vectors = view.reshape(n, dimensions)

    def __len__(self) -> int:
        return len(self._vectors)

    def search(
        self, query: Query, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Rows, NDArray[np.float32]]:
        """Return the `k` nearest rows; see `VectorIndex`."""
        return _searched(self._index, query, k, allowed)

    def cosines(self, query: Query, rows: Rows) -> NDArray[np.float32]:
        """See `VectorIndex`."""
        return self._vectors[rows] @ query

    def sample(self) -> Vectors:
        """See `VectorIndex`."""
        return self._vectors[sample_rows(len(self))]


class StoredVectors:
    """Search in the files that `write_vectors` wrote. Vectors are read from the file when needed.

    FAISS searches codes of 2 bits for each dimension, which are in memory. If there are very many,
    it searches only the codes in the nearest cells. The rows that it finds are then compared
    exactly, with their vectors from the file. Raises `IndexDamaged` for a vector that fails its
    checksum.
    """

    def __init__(self, folder: Path, prefix: str, dimensions: int) -> None:
        self._folder = folder
        self._size = 4 * dimensions
        self._checksums = np.load(folder / f"{prefix}.vectors.crc.npy")
        self._file = os.open(folder / f"{prefix}.vectors", os.O_RDONLY | _BINARY)
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
        """Return the nearest rows by their codes, sorted by exact cosine; see `VectorIndex`."""
        rows = self._near(query, k, allowed)
        found = self.cosines(query, rows)
        best = np.argsort(-found, kind="stable")[:k]
        return rows[best], found[best]

    def _near(self, query: Query, k: int, allowed: NDArray[np.bool_] | None = None) -> Rows:
        """Return the rows with the nearest codes, up to `_COARSE` times `k` of them.

        Returns all allowed rows if they are few.
        """
        k *= _COARSE
        if allowed is None:
            return _searched(self._index, query, k)[0]
        count = int(np.count_nonzero(allowed))
        if count <= max(k, _FEW):
            return np.flatnonzero(allowed)
        # The search also finds rows that aren't allowed, so ask for more.
        wanted = k * len(self) // count
        # The allowed rows may all be in cells that are far from the question.
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
        """Check every vector, which takes five seconds for a million. Raises `IndexDamaged`."""
        for first in range(0, len(self), _ROWS_AT_ONCE):
            self._read(np.arange(first, min(len(self), first + _ROWS_AT_ONCE)))

    def _read(self, rows: Rows) -> Vectors:
        size = self._size
        # Not a mapped file: that would also load the neighbours of each vector into memory.
        blobs = [_read_at(self._file, size, row * size) for row in rows.tolist()]
        for blob, checksum in zip(blobs, self._checksums[rows].tolist(), strict=True):
            if zlib.crc32(blob) != checksum:
                raise damaged(self._folder, "a vector fails its checksum")
        return np.frombuffer(b"".join(blobs), "<f4").reshape(len(rows), size // 4)


def write_vectors(folder: Path, prefix: str, vectors: Iterable[bytes], dimensions: int) -> None:
    """Write unit vectors (little-endian float32) and a FAISS index of them, using little memory.

    Raises `OSError` if they can't be written.
    """
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
    except RuntimeError as error:  # FAISS raises this on a full disk
        raise OSError(str(error)) from error


def _index_for(vectors: Vectors) -> Any:
    """Return an empty index of the right kind for this number of vectors."""
    n, dimensions = vectors.shape
    # A code covers two dimensions, and there must be an even number of codes.
    if n <= _FLAT or dimensions % 4:
        return faiss.IndexFlatIP(dimensions)
    # For unit vectors, distance and cosine give the same order. Codes work better with distance.
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
        # FAISS keeps its own reference to the array.
        selector: Any = faiss.IDSelectorBitmap
        options = {"sel": selector(bits)}
        parameters = faiss.SearchParameters(**options)
    scores, rows = index.search(query.reshape(1, -1), min(k, index.ntotal), params=parameters)
    # FAISS pads with row -1 where it finds fewer.
    found = rows[0] >= 0
    return rows[0][found], scores[0][found]


def _seek_and_read(file: int, size: int, place: int) -> bytes:
    """Do what `os.pread` does, which Windows lacks."""
    with _SEEKING:
        os.lseek(file, place, os.SEEK_SET)
        return os.read(file, size)


# Windows would translate line ends in a file that is not opened as binary.
_BINARY = getattr(os, "O_BINARY", 0)
_SEEKING = threading.Lock()
_read_at = getattr(os, "pread", _seek_and_read)
