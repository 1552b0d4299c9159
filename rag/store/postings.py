"""Postings: the passages that contain a term, with counts, in memory or mapped from files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.text.words import read_counts

# The usual values for BM25, from Robertson and Zaragoza, The Probabilistic Relevance Framework
# (2009): how soon repetitions stop to count, and how much the length of a passage counts.
K1 = 1.2
B = 0.75

Rows = NDArray[np.uint32]

_MOST_PASSAGES = 1 << 24
_CHUNK = 1 << 16
"""How many passages are sorted at once; that takes about 100 MB."""
_NAMES = ("terms", "starts", "rows", "counts", "lengths")


class TermStatistics(Protocol):
    """How often terms are in some passages. Its length is the number of passages."""

    @property
    def total_length(self) -> float:
        """The number of terms in all passages."""
        ...

    def __len__(self) -> int: ...

    def held(self, term: int) -> int:
        """Return the number of passages that contain a term."""
        ...


class Postings:
    """The postings of n passages, in memory or mapped from files. Row i is passage i.

    `terms` are the numbers of all terms (`rag.text.words.term_number`), in rising order. The
    passages that contain `terms[t]` are `rows[starts[t]:starts[t + 1]]`, in rising order, and
    `counts` has the same slice (1 to 255). `lengths` are the numbers of terms in each passage,
    shape (n,). The object does not change after it is built.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.terms: NDArray[np.uint32] = arrays["terms"]
        self.starts: NDArray[np.int64] = arrays["starts"]
        self.rows: Rows = arrays["rows"]
        self.counts: NDArray[np.uint8] = arrays["counts"]
        self.lengths: NDArray[np.uint32] = arrays["lengths"]

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def total_length(self) -> float:
        """The number of terms in all passages."""
        return float(self.lengths.sum())

    def held(self, term: int) -> int:
        """Return the number of passages that contain a term."""
        return len(self.find(term)[0])

    @classmethod
    def of(cls, counted: Sequence[bytes]) -> Postings:
        """Return postings in memory, built from stored term counts."""
        if len(counted) >= _MOST_PASSAGES:
            raise ValueError(f"{len(counted)} passages are more than {_MOST_PASSAGES}")
        packed = read_counts(counted)
        rows = np.repeat(
            np.arange(len(counted), dtype=np.uint64), [len(blob) // 8 for blob in counted]
        )
        often = packed & np.uint64(0xFF)
        # 32 bits of term, 24 of row, 8 of count: after sorting, a term's postings are adjacent.
        postings = (packed >> np.uint64(8) << np.uint64(32)) | rows << np.uint64(8) | often
        postings.sort()
        terms = (postings >> np.uint64(32)).astype(np.uint32)
        starts = np.flatnonzero(np.diff(terms, prepend=~terms[:1]))
        return cls(
            {
                "terms": terms[starts],
                "starts": np.append(starts, len(terms)).astype(np.int64),
                "rows": (postings >> np.uint64(8)).astype(np.uint32) & np.uint32(0xFFFFFF),
                "counts": postings.astype(np.uint8),
                "lengths": np.bincount(rows.astype(np.intp), often, minlength=len(counted)).astype(
                    np.uint32
                ),
            }
        )

    def find(self, term: int) -> tuple[Rows, NDArray[np.uint8]]:
        """Return the rows that contain a term, and its count in each."""
        at = int(np.searchsorted(self.terms, np.uint32(term)))
        if at == len(self.terms) or self.terms[at] != term:
            return self.rows[:0], self.counts[:0]
        part = slice(int(self.starts[at]), int(self.starts[at + 1]))
        return self.rows[part], self.counts[part]

    @classmethod
    def open(cls, folder: Path, prefix: str) -> Postings:
        """Open the postings that `write_postings` wrote. Their data is read only when needed."""
        return cls(
            {
                name: np.asarray(np.load(folder / f"{prefix}.{name}.npy", mmap_mode="r"))
                for name in _NAMES
            }
        )


def write_postings(folder: Path, prefix: str, counted: Iterable[bytes]) -> None:
    """Write the postings of any number of passages into files, using little memory."""
    # After an error, Windows may leave the folder: it deletes no file that is still mapped.
    with TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as temporary:
        parts = []
        for number, chunk in enumerate(_chunks(counted)):
            _save(Path(temporary), str(number), Postings.of(chunk))
            parts.append(Postings.open(Path(temporary), str(number)))
        _save(folder, prefix, _joined(parts, Path(temporary)))
        parts.clear()


def _joined(parts: Sequence[Postings], scratch: Path) -> Postings:
    """Return the postings of several runs of passages, one run after the other."""
    if len(parts) == 1:
        return parts[0]
    terms = np.unique(np.concatenate([part.terms for part in parts] or [np.empty(0, np.uint32)]))
    held = np.zeros(len(terms), np.int64)
    for part in parts:
        held[np.searchsorted(terms, part.terms)] += np.diff(part.starts)
    starts = np.append(0, np.cumsum(held))
    size = int(starts[-1])
    rows = _mapped(scratch / "rows.npy", np.uint32, size)
    counts = _mapped(scratch / "counts.npy", np.uint8, size)
    filled, first = starts[:-1].copy(), 0
    for part in parts:
        at = np.searchsorted(terms, part.terms)
        many = np.diff(part.starts)
        places = np.repeat(filled[at] - part.starts[:-1], many) + np.arange(len(part.rows))
        rows[places] = part.rows + np.uint32(first)
        counts[places] = part.counts
        filled[at] += many
        first += len(part)
    return Postings(
        {
            "terms": terms,
            "starts": starts,
            "rows": np.asarray(rows),
            "counts": np.asarray(counts),
            "lengths": np.concatenate([part.lengths for part in parts] or [terms]),
        }
    )


def _mapped(path: Path, kind: type[np.generic], size: int) -> NDArray[Any]:
    """Return a new array in a file. Raises `OSError` if there is no room for it."""
    array = np.lib.format.open_memmap(path, "w+", kind, (size,))
    # Without reserved space, writing to a mapped file on a full disk kills the process.
    if sys.platform == "linux":
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return array


def _chunks(counted: Iterable[bytes]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    for blob in counted:
        chunk.append(blob)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _save(folder: Path, prefix: str, postings: Postings) -> None:
    for name in _NAMES:
        np.save(folder / f"{prefix}.{name}.npy", getattr(postings, name))
