"""Sections: passages of one language that are searched together, by vectors and by terms.

Scores are compared within a language only, so each language has its own sections. One section holds
the articles that are in memory. A large index has a second one, whose articles lie in files
(`rag.store.large.bulk`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.messages import Language
from rag.models.embedder import Vectors
from rag.store.postings import Postings
from rag.store.searching import (
    Limits,
    Proposed,
    PublicationDays,
    Sample,
    Scores,
    WordSearch,
)
from rag.store.vectors import FlatVectors, VectorIndex, sample_rows
from rag.text.languages import passage_language
from rag.text.written_dates import published_days
from rag.types import Document, Passage, Published

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
class Section:
    """Passages of one language, a `rag.store.searching.SearchedSection`. Row i is passage i.

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
        """See `SearchedSection`."""
        return len(self) if self.allowed is None else int(self.allowed.sum())

    @property
    def newest(self) -> int:
        """See `SearchedSection`."""
        days = self.days if self.allowed is None else self.days[self.allowed]
        return int(days[:, 1].max(initial=0))

    @property
    def statistics(self) -> tuple[Postings, ...]:
        """See `SearchedSection`."""
        return (self.postings,)

    @property
    def samples(self) -> tuple[tuple[Sample, int], ...]:
        """See `SearchedSection`."""
        return ((self.sample, self.count),)

    def has_days(self, days: tuple[int, int]) -> bool:
        """See `SearchedSection`."""
        return bool(np.any(self._within(Limits(days=days))))

    def propose(
        self,
        vector: NDArray[np.float32],
        words: WordSearch,
        sampled: Sequence[Scores],
        k: int,
        limits: Limits,
    ) -> Proposed:
        """See `SearchedSection`."""
        allowed = self._within(limits)
        near, _ = self.vectors.search(vector, k, allowed)
        (scores,) = sampled
        if len(scores) == len(self):
            rows = np.union1d(near, _best(scores, allowed, k))
            scores = scores[rows]
        else:
            rows, scores = words.best(self.postings, k, allowed, also=near)
            order = np.argsort(rows)
            rows, scores = rows[order], scores[order]
        return Proposed(
            rows=rows,
            cosines=self.vectors.cosines(vector, rows),
            words=scores,
            days=self.days[rows],
        )

    def read(self, rows: Sequence[int]) -> list[Passage | None]:
        """See `SearchedSection`."""
        return self.passages.at(rows)

    def holding(self, terms: Sequence[int], most: int) -> tuple[int, list[int]]:
        """See `SearchedSection`."""
        rows = reduce(np.intersect1d, (self.postings.find(term)[0] for term in terms))
        return len(rows), rows[:most].tolist()

    def _within(self, limits: Limits) -> NDArray[np.bool_] | None:
        """Return which passages may be found, shape (n,); None for all."""
        some = self.allowed
        if limits.days is not None:
            some = _both(some, between(self.days, limits.days))
        if limits.articles is not None:
            some = _both(some, self.passages.of_articles(limits.articles))
        return some


def between(days: PublicationDays, span: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which passages may have been published on the days of a span, shape (passages,).

    Undated passages are False.
    """
    first, last = days.T
    fitting: NDArray[np.bool_] = (first <= span[1]) & (last >= span[0]) & (first <= last)
    return fitting


def _both(some: NDArray[np.bool_] | None, others: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return others if some is None else some & others


def _best(scores: Scores, allowed: NDArray[np.bool_] | None, k: int) -> NDArray[np.int64]:
    """Return the `k` best rows with a score above 0, best first."""
    rows = np.flatnonzero(scores > 0 if allowed is None else (scores > 0) & allowed)
    return rows[np.argsort(-scores[rows], kind="stable")[:k]]


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
