"""Hybrid retrieval: find passages by embeddings and by words, and prefer those of the right days.

Each passage gets two scores: the cosine of its embedding with that of the question, and BM25. Each
score becomes a z-score among all passages of the same language, and both are added. So one language
does not hide the other, and words count only as far as they distinguish passages.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from rag.messages import Language
from rag.models.cross_encoders import Reranker
from rag.models.embedder import Embedder, begin_query
from rag.retrieval.lexical import LexicalIndex, LexicalSearch, by_language, clauses_for
from rag.retrieval.question import Query, as_embedded
from rag.store.searching import Limits, OpenIndex, PublicationDays, Scores, SearchedSection
from rag.store.sections import between
from rag.text.languages import text_language
from rag.text.periods import Period
from rag.types import Hit, Passage, TimeFrame

# Days of publication and time frames.

_LATE_DAYS = 3
"""The number of days after a preferred time frame that still count (see docs/retrieval.md)."""
_UNKNOWN = 0.5


_DAYS_UNTIL_REPORTED = {1: 30, 12: 120}
_DAYS_UNTIL_OTHERS = 60
"""Days from the end of a period to the publication of its figures, by its number of months.

Those of a year take longest.
"""


def until_reported(frame: TimeFrame | None, periods: Sequence[Period]) -> TimeFrame | None:
    """Return the frame, made longer if the question asks for figures of periods.

    It then ends when these figures have been published.
    """
    if not periods or frame is None or frame.effect != "prefer" or frame.end is None:
        return frame
    late = max(_DAYS_UNTIL_REPORTED.get(p.last - p.first + 1, _DAYS_UNTIL_OTHERS) for p in periods)
    return replace(frame, end=frame.end + timedelta(days=late))


def newest_day(sections: Sequence[SearchedSection]) -> date | None:
    """Return the day of the newest article, or None if no article has a date."""
    newest = max((section.newest for section in sections), default=0)
    return date.fromordinal(newest) if newest else None


def days_of_frame(frame: TimeFrame) -> tuple[int, int]:
    """Return the first and last day that fit a frame, as ordinals.

    If the frame is only preferred, some later days count too, because reports come later than
    events.
    """
    start, end = frame.start or date.min, frame.end or date.max
    late = _LATE_DAYS if frame.effect == "prefer" else 0
    return start.toordinal(), min(end.toordinal() + late, date.max.toordinal())


def within(days: PublicationDays, frame: TimeFrame) -> NDArray[np.bool_]:
    """Return which passages may have been published in a frame, shape (passages,).

    Undated passages are False.
    """
    return between(days, days_of_frame(frame))


def preferred(days: PublicationDays, frame: TimeFrame) -> NDArray[np.float64]:
    """Return how well the days of passages fit a frame, 0 to 1, with 0.5 for undated ones.

    With `prefer`, passages within the frame get 1. With `newest`, a passage gets the share of
    passages up to the frame's end that are not newer than it.
    """
    first, last = days.T
    fitting = within(days, frame)
    fit = fitting.astype(np.float64)
    if frame.effect == "newest":
        dated = np.sort(last[fitting])
        share = np.searchsorted(dated, last, side="right") / max(1, len(dated))
        fit = np.where(fitting, share, 0.0)
    return np.where(first > last, _UNKNOWN, fit)


# Retrieval.

_CANDIDATES = 100
"""The number of passages of a language that embeddings and words propose each."""
_PRIOR = 5
"""The number of scores of all languages that are added to those of one, which may be few."""
_RERANKED = 40
"""The number of passages that a reranker reads."""
_LEXICAL_WEIGHT = 0.25
_DAY_WEIGHT = 1.0
"""docs/retrieval.md explains how both weights were chosen."""


class HybridRetriever:
    """Finds passages by meaning and by words, in both languages. Safe between threads."""

    def __init__(
        self, snapshot: OpenIndex, embedder: Embedder, reranker: Reranker | None = None
    ) -> None:
        self._embedder = embedder
        self._reranker = reranker
        self._sections = tuple(snapshot.sections)
        self._languages = [
            _OneLanguage(language, sections)
            for language, sections in by_language(self._sections).items()
        ]
        self.newest = newest_day(self._sections)
        """The day of the newest article, or None if no article has a date."""

    def has_articles_of(self, frame: TimeFrame) -> bool:
        """Return True if an article may have been published on the days of the frame."""
        days = days_of_frame(frame)
        return any(section.has_days(days) for section in self._sections)

    def retrieve(self, question: str, k: int, frame: TimeFrame | None = None) -> tuple[Hit, ...]:
        """Return the `k` best hits for a question as it is, best first; fewer in a small index."""
        vector = begin_query(self._embedder, as_embedded(question))
        query = Query(text=question, language=text_language(question), time_frame=frame)
        return self.search(query, vector, k)

    def search(
        self, query: Query, vector: Callable[[], NDArray[np.float32]], k: int
    ) -> tuple[Hit, ...]:
        """Return the `k` best hits for a query, best first.

        `vector` waits for the embedding of the question, shape (dimensions,), as returned by
        `rag.models.embedder.begin_query`. Words are looked up in the meantime. Scores are sums of
        z-scores. With a reranker, its scores replace those before dates are added.
        """
        if not self._languages:
            return ()
        frame = until_reported(query.time_frame, query.periods)
        only = days_of_frame(frame) if frame and frame.effect == "only" else None
        limits = Limits(days=only, articles=query.articles)
        looked_up = [each.look_up(query) for each in self._languages]
        # Called only once: some embedders compute the embedding now.
        embedded = vector()
        asked = [
            _Asked(language, embedded, words)
            for language, words in zip(self._languages, looked_up, strict=True)
        ]
        of_all = (
            _Spread.pooled([one.cosines for one in asked]),
            _Spread.pooled([one.words for one in asked]),
        )
        found = _Found.joined([one.fused(of_all, limits) for one in asked])
        scores = found.scores
        dates = np.zeros(len(scores))
        if frame and only is None and self.has_articles_of(frame):
            dates = _DAY_WEIGHT * preferred(found.days, frame)
        best = np.argsort(-(scores + dates), kind="stable")
        if self._reranker and len(best):
            best = best[:_RERANKED]
            passages = found.passages(best.tolist())
            best = np.array([i for i in best.tolist() if i in passages], np.int64)
            reranked = self._reranker.score(query.text, [passages[i].text for i in best.tolist()])
            scores[best] = _Spread.of(reranked).standing_out(reranked)
            best = best[np.argsort(-(scores + dates)[best], kind="stable")]
        best = best[:k]
        passages = found.passages(best.tolist())
        return tuple(
            Hit(passage=passages[i], score=float(scores[i] + dates[i]))
            for i in best.tolist()
            if i in passages
        )


@dataclass(frozen=True, kw_only=True)
class _Spread:
    """The number, mean and variance of scores."""

    count: int
    mean: float
    variance: float

    @classmethod
    def of(cls, scores: NDArray[np.float32], count: int | None = None) -> _Spread:
        """Return the spread of some scores, which may be a sample of `count` scores."""
        count = len(scores) if count is None else count
        if not len(scores):
            return cls(count=0, mean=0.0, variance=0.0)
        return cls(count=count, mean=float(np.mean(scores)), variance=float(np.var(scores)))

    @classmethod
    def pooled(cls, spreads: Sequence[_Spread]) -> _Spread:
        """Return the spread of several groups of scores together."""
        if len(spreads) == 1:
            return spreads[0]
        count = sum(spread.count for spread in spreads)
        if not count:
            return spreads[0]
        mean = math.fsum(s.count * s.mean for s in spreads) / count
        squares = math.fsum(s.count * (s.variance + (s.mean - mean) ** 2) for s in spreads)
        return cls(count=count, mean=mean, variance=squares / count)

    def with_prior(self, other: _Spread) -> _Spread:
        """Return this spread with `_PRIOR` scores added that are spread like `other`."""
        count = self.count + _PRIOR
        return _Spread(
            count=count,
            mean=(self.count * self.mean + _PRIOR * other.mean) / count,
            variance=(self.count * self.variance + _PRIOR * other.variance) / count,
        )

    def standing_out(self, scores: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the z-scores of some scores; 0 if all scores are nearly equal."""
        if self.variance < 1e-12:
            return np.zeros(len(scores))
        return (scores.astype(np.float64) - self.mean) / math.sqrt(self.variance)


@dataclass(frozen=True, kw_only=True)
class _Found:
    """Proposed passages: row `rows[i]` of the section `sections[places[i]]`."""

    sections: tuple[SearchedSection, ...]
    places: NDArray[np.int64]
    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    days: PublicationDays

    @classmethod
    def joined(cls, several: Sequence[_Found]) -> _Found:
        """Return several results as one."""
        firsts = np.cumsum([0, *(len(found.sections) for found in several)])
        return cls(
            sections=tuple(section for found in several for section in found.sections),
            places=np.concatenate(
                [found.places + first for found, first in zip(several, firsts, strict=False)]
            ),
            rows=np.concatenate([found.rows for found in several]),
            scores=np.concatenate([found.scores for found in several]),
            days=np.concatenate([found.days for found in several]),
        )

    def passages(self, chosen: Sequence[int]) -> dict[int, Passage]:
        """Return the passages of some places by place, without those deleted in the meantime."""
        read: dict[int, Passage] = {}
        for place, section in enumerate(self.sections):
            of_section = [i for i in chosen if self.places[i] == place]
            passages = section.read(self.rows[of_section].tolist())
            read |= {i: p for i, p in zip(of_section, passages, strict=True) if p}
        return read


class _OneLanguage:
    """The passages of one language."""

    def __init__(self, language: Language, sections: Sequence[SearchedSection]) -> None:
        self.language = language
        self.sections = tuple(sections)
        self._index = LexicalIndex([part for section in sections for part in section.statistics])

    def look_up(self, query: Query) -> tuple[LexicalSearch, list[list[Scores]]]:
        """Return the search for a question's words, and the scores of each section's samples."""
        search = self._index.search(clauses_for(query, self.language))
        return search, [
            [search.scores(sample.postings) for sample, _ in section.samples]
            for section in self.sections
        ]


class _Asked:
    """One question and the passages of one language.

    `cosines` and `words` are the spreads of both kinds of scores among all these passages.
    """

    def __init__(
        self,
        language: _OneLanguage,
        vector: NDArray[np.float32],
        words: tuple[LexicalSearch, list[list[Scores]]],
    ) -> None:
        self._language = language
        self._vector = vector
        self._search, self._sampled = words
        samples = [each for section in language.sections for each in section.samples]
        counts = [count for _, count in samples]
        near = [sample.vectors @ vector for sample, _ in samples]
        scores = [each for of_section in self._sampled for each in of_section]
        self.cosines = _Spread.pooled(list(map(_Spread.of, near, counts)))
        self.words = _Spread.pooled(list(map(_Spread.of, scores, counts)))

    def fused(self, of_all: tuple[_Spread, _Spread], limits: Limits) -> _Found:
        """Return the passages that embeddings or words propose, with their combined scores.

        `of_all` are the spreads of the cosines and of the lexical scores in all languages.
        """
        cosines, words = self.cosines.with_prior(of_all[0]), self.words.with_prior(of_all[1])
        parts = []
        for section, sampled in zip(self._language.sections, self._sampled, strict=True):
            found = section.propose(self._vector, self._search, sampled, _CANDIDATES, limits)
            dense, lexical = cosines.standing_out(found.cosines), words.standing_out(found.words)
            parts.append(
                _Found(
                    sections=(section,),
                    places=np.zeros(len(found.rows), np.int64),
                    rows=found.rows,
                    scores=dense + _LEXICAL_WEIGHT * lexical,
                    days=found.days,
                )
            )
        return _Found.joined(parts)
