"""Postings: which passages hold a term, and how often; in memory, or mapped from files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.corpus.analysis import read_counts

Rows = NDArray[np.uint32]

_MOST_PASSAGES = 1 << 24
_CHUNK = 1 << 16
"""Passages whose postings are put in order at once: some 100 MB."""
_NAMES = ("terms", "starts", "rows", "counts", "lengths")


class Postings:
    """The postings of n passages: row i is passage i. Never changed after it is built.

    `terms` are the numbers of all terms (`rag.corpus.analysis.term_number`), in rising order;
    those of `terms[t]` are `rows[starts[t]:starts[t + 1]]`, rising, with `counts` beside them
    (1 to 255). `lengths` counts the terms of each passage, shape (n,).
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.terms: NDArray[np.uint32] = arrays["terms"]
        self.starts: NDArray[np.int64] = arrays["starts"]
        self.rows: Rows = arrays["rows"]
        self.counts: NDArray[np.uint8] = arrays["counts"]
        self.lengths: NDArray[np.uint32] = arrays["lengths"]

    def __len__(self) -> int:
        return len(self.lengths)

    @classmethod
    def of(cls, counted: Sequence[bytes]) -> Postings:
        """Postings in memory, of term counts as they are stored. Nothing is segmented."""
        if len(counted) >= _MOST_PASSAGES:
            raise ValueError(f"{len(counted)} passages are more than {_MOST_PASSAGES}")
        packed = read_counts(counted)
        rows = np.repeat(
            np.arange(len(counted), dtype=np.uint64), [len(blob) // 8 for blob in counted]
        )
        often = packed & np.uint64(0xFF)
        # 32 bits of term, 24 of row, 8 of count: sorted, the postings of a term lie together.
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
        """The rows that hold a term, and how often each does."""
        at = int(np.searchsorted(self.terms, np.uint32(term)))
        if at == len(self.terms) or self.terms[at] != term:
            return self.rows[:0], self.counts[:0]
        part = slice(int(self.starts[at]), int(self.starts[at + 1]))
        return self.rows[part], self.counts[part]

    @classmethod
    def open(cls, folder: Path, prefix: str) -> Postings:
        """Those that `write_postings` wrote. Read as they are needed, not now."""
        return cls(
            {
                name: np.asarray(np.load(folder / f"{prefix}.{name}.npy", mmap_mode="r"))
                for name in _NAMES
            }
        )


def write_postings(folder: Path, prefix: str, counted: Iterable[bytes]) -> None:
    """Write the postings of any number of passages into files, with little memory."""
    with TemporaryDirectory(dir=folder) as temporary:
        parts = []
        for number, chunk in enumerate(_chunks(counted)):
            _save(Path(temporary), str(number), Postings.of(chunk))
            parts.append(Postings.open(Path(temporary), str(number)))
        _save(folder, prefix, _joined(parts, Path(temporary)))


def _joined(parts: Sequence[Postings], scratch: Path) -> Postings:
    """The postings of several runs of passages, one run behind the other."""
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
    """An array in a file, to be filled. Raises `OSError` where there is no room for it."""
    array = np.lib.format.open_memmap(path, "w+", kind, (size,))
    # Else the system kills who writes into a mapped file on a full disk.
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
