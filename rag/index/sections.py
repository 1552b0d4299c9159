"""Sections: passages of one language that are searched together.

Scores are compared within a language, so each has sections of its own: one of articles that are
held in memory, and in a large index one more whose articles lie in files (`rag.index.bulk`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.corpus.languages import passage_language
from rag.corpus.published import published_days
from rag.index.postings import Postings
from rag.index.vectors import FlatVectors, VectorIndex, sample_rows
from rag.messages import Language
from rag.models.embedder import Vectors
from rag.types import Document, Passage, Published

Days = NDArray[np.int32]
"""Shape (n, 2): the first and last day, as ordinals, on which each may have been published."""

UNDATED = (0, -1)
"""Never within any days: it ends before it begins."""


class Passages(Protocol):
    """The passages of a section, by row."""

    def at(self, rows: Sequence[int]) -> list[Passage | None]:
        """Those of some rows; None for one whose article changed since the section was opened."""
        ...


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Passages that stand for all of a section, evenly spread: `rag.index.vectors.sample_rows`."""

    vectors: Vectors
    postings: Postings
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    """Passages of one language: row i of each part is passage i. Never changed.

    `allowed`, shape (n,), leaves out passages whose article changed or went since the files were
    written; None where there are none such.
    """

    language: Language
    passages: Passages
    vectors: VectorIndex
    postings: Postings
    days: Days
    sample: Sample
    allowed: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.days)

    @cached_property
    def count(self) -> int:
        """How many passages of it can be found."""
        return len(self) if self.allowed is None else int(self.allowed.sum())


class _InMemory:
    """Passages that are held as they are."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages

    def at(self, rows: Sequence[int]) -> list[Passage | None]:
        return [self._passages[row] for row in rows]


def sections_of(
    passages: Sequence[Passage],
    documents: Mapping[str, Document],
    vectors: Vectors,
    terms: Sequence[bytes],
) -> tuple[Section, ...]:
    """The sections of articles in memory, a language each; row i of `vectors` is `passages[i]`.

    `terms[i]` are its term counts (`rag.corpus.analysis.count_terms`).
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
    days: Days,
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


def days_of(dates: Iterable[Published | None]) -> Days:
    """The days of articles with these dates."""
    spans = [_span(published) for published in dates]
    return np.array(spans, np.int32).reshape(-1, 2)


def _span(published: Published | None) -> tuple[int, int]:
    if published is None:
        return UNDATED
    first, last = published_days(published)
    return first.toordinal(), last.toordinal()
