"""Sections: passages of one language that are searched together, by vectors and by terms.

Scores are compared within a language only, so each language has its own sections. One section holds
the articles that are in memory. A large index has a second one, whose articles lie in files
(`rag.store.large.bulk`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.messages import Language
from rag.models.embedder import Vectors
from rag.store.vectors import FlatVectors, VectorIndex, sample_rows
from rag.text.languages import passage_language
from rag.text.words import read_counts
from rag.text.written_dates import published_days
from rag.types import Document, Passage, Published

# Postings: the passages that contain a term, with counts.

Rows = NDArray[np.uint32]

_MOST_PASSAGES = 1 << 24
_CHUNK = 1 << 16
"""How many passages are sorted at once; that takes about 100 MB."""
_NAMES = ("terms", "starts", "rows", "counts", "lengths")


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


# Sections.

PublicationDays = NDArray[np.int32]
"""Shape (n, 2): the first and last possible day of publication of each passage, as ordinals."""

UNDATED = (0, -1)
"""The days of a passage without a date: an empty period, which matches no other."""


class Passages(Protocol):
    """The passages of a section, by row."""

    def at(self, rows: Sequence[int]) -> list[Passage | None]:
        """Return the passages of some rows.

        A passage is None if its article changed since the section was opened.
        """
        ...

    def of_articles(self, doc_ids: Collection[str]) -> NDArray[np.bool_]:
        """Return which rows belong to these articles, shape (n,)."""
        ...


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An evenly spread sample of a section's passages (`rag.store.vectors.sample_rows`)."""

    vectors: Vectors
    postings: Postings
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    """Passages of one language. Row i of each part is passage i.

    `allowed`, shape (n,), is False for passages whose article changed or was removed since the
    files were written. It is None if there are no such passages.
    """

    language: Language
    passages: Passages
    vectors: VectorIndex
    postings: Postings
    days: PublicationDays
    sample: Sample
    allowed: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.days)

    @cached_property
    def count(self) -> int:
        """The number of passages that can be found."""
        return len(self) if self.allowed is None else int(self.allowed.sum())


class _InMemory:
    """Passages that are in memory."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages

    def at(self, rows: Sequence[int]) -> list[Passage | None]:
        return [self._passages[row] for row in rows]

    def of_articles(self, doc_ids: Collection[str]) -> NDArray[np.bool_]:
        wanted = frozenset(doc_ids)
        return np.array([passage.doc_id in wanted for passage in self._passages], np.bool_)


def sections_of(
    passages: Sequence[Passage],
    documents: Mapping[str, Document],
    vectors: Vectors,
    terms: Sequence[bytes],
) -> tuple[Section, ...]:
    """Return the sections of articles in memory, one for each language.

    Row i of `vectors` and `terms[i]`, its term counts (`rag.text.words.count_terms`), belong to
    `passages[i]`.
    """
    languages = np.array([passage_language(p.text, documents[p.doc_id].language) for p in passages])
    days = days_of(documents[passage.doc_id].published for passage in passages)
    return tuple(
        _section(
            language,
            [passages[row] for row in rows.tolist()],
            vectors[rows],
            [terms[row] for row in rows.tolist()],
            days[rows],
        )
        for language in sorted(set(languages.tolist()))
        for rows in [np.flatnonzero(languages == language)]
    )


def _section(
    language: Language,
    passages: Sequence[Passage],
    vectors: Vectors,
    terms: Sequence[bytes],
    days: PublicationDays,
) -> Section:
    index, postings = FlatVectors(vectors), Postings.of(terms)
    rows = sample_rows(len(passages)).tolist()
    whole = len(rows) == len(passages)
    return Section(
        language=language,
        passages=_InMemory(passages),
        vectors=index,
        postings=postings,
        days=days,
        sample=Sample(
            vectors=index.sample(),
            postings=postings if whole else Postings.of([terms[row] for row in rows]),
            texts=tuple(passages[row].text for row in rows),
        ),
    )


def days_of(dates: Iterable[Published | None]) -> PublicationDays:
    """Return the first and last day of each date, shape (n, 2)."""
    spans = [_span(published) for published in dates]
    return np.array(spans, np.int32).reshape(-1, 2)


def _span(published: Published | None) -> tuple[int, int]:
    if published is None:
        return UNDATED
    first, last = published_days(published)
    return first.toordinal(), last.toordinal()
