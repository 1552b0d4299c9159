"""Hybrid retrieval: dense and lexical evidence, fused within each language, and by date."""

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
from rag.retrieval.lexical import LexicalIndex, LexicalSearch, Scores, by_language, clauses_for
from rag.retrieval.question import Query, as_embedded
from rag.store.sections import Days, Section
from rag.store.snapshot import Snapshot
from rag.text.languages import text_language
from rag.text.periods import Period
from rag.types import Hit, Passage, TimeFrame

# The days on which passages were published, held against a time frame.

_LATE_DAYS = 3
"""How it was chosen stands in docs/retrieval.md."""
_UNKNOWN = 0.5


_DAYS_UNTIL_REPORTED = {1: 30, 12: 120}
_DAYS_UNTIL_OTHERS = 60
"""How long after its end figures of a period come out, by its months: a year's take longest."""


def until_reported(frame: TimeFrame | None, periods: Sequence[Period]) -> TimeFrame | None:
    """Returns the frame, where figures of periods are asked for until these have come out."""
    if not periods or frame is None or frame.effect != "prefer" or frame.end is None:
        return frame
    late = max(_DAYS_UNTIL_REPORTED.get(p.last - p.first + 1, _DAYS_UNTIL_OTHERS) for p in periods)
    return replace(frame, end=frame.end + timedelta(days=late))


def newest_day(sections: Sequence[Section]) -> date | None:
    """The day of the newest article, if any has a date."""
    last = [
        int(days[:, 1].max(initial=0))
        for section in sections
        for days in [section.days if section.allowed is None else section.days[section.allowed]]
    ]
    newest = max(last, default=0)
    return date.fromordinal(newest) if newest else None


def within(days: Days, frame: TimeFrame) -> NDArray[np.bool_]:
    """Which passages may have been published on the days of a frame, shape (passages,).

    Where the frame only prefers, a few days more count: events are still reported on then. Undated
    passages are not among them.
    """
    start, end = frame.start or date.min, frame.end or date.max
    late = _LATE_DAYS if frame.effect == "prefer" else 0
    latest = min(end.toordinal() + late, date.max.toordinal())
    first, last = days.T
    fitting: NDArray[np.bool_] = (first <= latest) & (last >= start.toordinal()) & (first <= last)
    return fitting


def preferred(days: Days, frame: TimeFrame) -> NDArray[np.float64]:
    """How well the days of passages fit a frame, each from 0 to 1; half for undated ones.

    `prefer` gives 1 to those within the frame. `newest` gives the share of these passages that
    are no newer than this one, among those before the frame's end.
    """
    first, last = days.T
    fitting = within(days, frame)
    fit = fitting.astype(np.float64)
    if frame.effect == "newest":
        dated = np.sort(last[fitting])
        share = np.searchsorted(dated, last, side="right") / max(1, len(dated))
        fit = np.where(fitting, share, 0.0)
    return np.where(first > last, _UNKNOWN, fit)


# Hybrid retrieval: dense and lexical evidence, fused within each language, and by date.
#
# Each passage gets two scores, the cosine of its vector with the question's, and BM25. Both are
# put on one scale by how they stand out among all passages of their language (z-scores), and
# added. So no language drowns the other, and lexical evidence counts only as far as it tells
# passages apart.

_CANDIDATES = 100
"""How many passages of a language either kind of evidence proposes."""
_PRIOR = 5
"""As many passages of all languages are counted with those of one: a handful tells little."""
_RERANKED = 40
"""How many passages a reranker reads."""
_LEXICAL_WEIGHT = 0.25
_DAY_WEIGHT = 1.0
"""How both weights were chosen stands in docs/retrieval.md."""

Allowed = NDArray[np.bool_] | None
"""Which passages of a section can be found; None for all."""


class HybridRetriever:
    """Finds passages by meaning and by words, in both languages. Safe between threads."""

    def __init__(
        self, snapshot: Snapshot, embedder: Embedder, reranker: Reranker | None = None
    ) -> None:
        self._embedder = embedder
        self._reranker = reranker
        self._languages = [
            _OneLanguage(language, sections)
            for language, sections in by_language(snapshot.sections).items()
        ]
        self.newest = newest_day(snapshot.sections)
        """The day of the newest article, if any has a date."""

    def has_articles_of(self, frame: TimeFrame) -> bool:
        """Whether any article may have been published on the days of the frame."""
        return any(bool(np.any(some)) for each in self._languages for some in each.allowed(frame))

    def retrieve(self, question: str, k: int, frame: TimeFrame | None = None) -> tuple[Hit, ...]:
        """The `k` best hits for a question as it stands, best first, fewer in a smaller index."""
        vector = begin_query(self._embedder, as_embedded(question))
        query = Query(text=question, language=text_language(question), time_frame=frame)
        return self.search(query, vector, k)

    def search(
        self, query: Query, vector: Callable[[], NDArray[np.float32]], k: int
    ) -> tuple[Hit, ...]:
        """The same for a question that is understood.

        `vector` waits for its vector, shape (dimensions,), as `rag.models.embedder.begin_query`
        has it; words are looked up meanwhile.
        Scores are sums of z-scores. A reranker takes the place of what comes before dates.
        """
        if not self._languages:
            return ()
        frame = until_reported(query.time_frame, query.periods)
        only = frame if frame and frame.effect == "only" else None
        looked_up = [each.look_up(query) for each in self._languages]
        # Once: an embedder that can't begin early computes it now.
        embedded = vector()
        asked = [
            _Asked(language, embedded, words)
            for language, words in zip(self._languages, looked_up, strict=True)
        ]
        of_all = (
            _Spread.pooled([one.cosines for one in asked]),
            _Spread.pooled([one.words for one in asked]),
        )
        found = _Found.joined([one.fused(of_all, only) for one in asked])
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
    """How scores are spread: their number, mean and variance."""

    count: int
    mean: float
    variance: float

    @classmethod
    def of(cls, scores: NDArray[np.float32], count: int | None = None) -> _Spread:
        """That of some scores, which may stand for `count` others."""
        count = len(scores) if count is None else count
        if not len(scores):
            return cls(count=0, mean=0.0, variance=0.0)
        return cls(count=count, mean=float(np.mean(scores)), variance=float(np.var(scores)))

    @classmethod
    def pooled(cls, spreads: Sequence[_Spread]) -> _Spread:
        """That of the scores of several."""
        if len(spreads) == 1:
            return spreads[0]
        count = sum(spread.count for spread in spreads)
        if not count:
            return spreads[0]
        mean = math.fsum(s.count * s.mean for s in spreads) / count
        squares = math.fsum(s.count * (s.variance + (s.mean - mean) ** 2) for s in spreads)
        return cls(count=count, mean=mean, variance=squares / count)

    def with_prior(self, other: _Spread) -> _Spread:
        """With `_PRIOR` scores counted in that are spread like others."""
        count = self.count + _PRIOR
        return _Spread(
            count=count,
            mean=(self.count * self.mean + _PRIOR * other.mean) / count,
            variance=(self.count * self.variance + _PRIOR * other.variance) / count,
        )

    def standing_out(self, scores: NDArray[np.float32]) -> NDArray[np.float64]:
        """The z-scores of some scores; 0 where all are alike."""
        if self.variance < 1e-12:
            return np.zeros(len(scores))
        return (scores.astype(np.float64) - self.mean) / math.sqrt(self.variance)


@dataclass(frozen=True, kw_only=True)
class _Found:
    """Passages that are proposed: row `rows[i]` of the section `sections[places[i]]`."""

    sections: tuple[Section, ...]
    places: NDArray[np.int64]
    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    days: Days

    @classmethod
    def joined(cls, several: Sequence[_Found]) -> _Found:
        """All of several, one behind the other."""
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
        """The passages of some of these, by their place here; without those that went meanwhile."""
        read: dict[int, Passage] = {}
        for place, section in enumerate(self.sections):
            of_section = [i for i in chosen if self.places[i] == place]
            passages = section.passages.at(self.rows[of_section].tolist())
            read |= {i: p for i, p in zip(of_section, passages, strict=True) if p}
        return read


class _OneLanguage:
    """The passages of one language."""

    def __init__(self, language: Language, sections: Sequence[Section]) -> None:
        self.language = language
        self.sections = tuple(sections)
        self._index = LexicalIndex([section.postings for section in sections])

    def look_up(self, query: Query) -> tuple[LexicalSearch, list[Scores]]:
        """The words of a question, and what the sample of each section scores for them.

        Where a sample is all there is, these are the scores of the section itself.
        """
        search = self._index.search(clauses_for(query, self.language))
        return search, [search.scores(section.sample.postings) for section in self.sections]

    def allowed(self, frame: TimeFrame | None) -> list[Allowed]:
        """Which passages of each section can be found; with a frame, those within it alone."""
        found: list[Allowed] = []
        for section in self.sections:
            some = section.allowed
            if frame:
                of_days = within(section.days, frame)
                some = of_days if some is None else some & of_days
            found.append(some)
        return found


class _Asked:
    """One question over the passages of one language.

    `cosines` and `words` are how the two kinds of scores are spread among all of them.
    """

    def __init__(
        self,
        language: _OneLanguage,
        vector: NDArray[np.float32],
        words: tuple[LexicalSearch, list[Scores]],
    ) -> None:
        self._language = language
        self._vector = vector
        self._search, self._sampled = words
        counts = [section.count for section in language.sections]
        near = [section.sample.vectors @ vector for section in language.sections]
        self.cosines = _Spread.pooled(list(map(_Spread.of, near, counts)))
        self.words = _Spread.pooled(list(map(_Spread.of, self._sampled, counts)))

    def fused(self, of_all: tuple[_Spread, _Spread], only: TimeFrame | None) -> _Found:
        """What either kind of evidence proposes, with fused scores.

        `of_all` tells how cosines and lexical scores of all languages are spread.
        """
        sections = self._language.sections
        allowed = self._language.allowed(only)
        cosines, words = self.cosines.with_prior(of_all[0]), self.words.with_prior(of_all[1])
        parts = []
        for place, (section, some) in enumerate(zip(sections, allowed, strict=True)):
            near, _ = section.vectors.search(self._vector, _CANDIDATES, some)
            rows, scores = self._words(place, near, some)
            dense = cosines.standing_out(section.vectors.cosines(self._vector, rows))
            lexical = words.standing_out(scores)
            parts.append(
                _Found(
                    sections=(section,),
                    places=np.zeros(len(rows), np.int64),
                    rows=rows,
                    scores=dense + _LEXICAL_WEIGHT * lexical,
                    days=section.days[rows],
                )
            )
        return _Found.joined(parts)

    def _words(
        self, place: int, near: NDArray[np.int64], allowed: Allowed
    ) -> tuple[NDArray[np.int64], Scores]:
        """What words propose in a section beside `near`, all in rising order, with their scores."""
        if self._is_whole(place):
            scores = self._sampled[place]
            rows = np.union1d(near, _best(scores, allowed))
            return rows, scores[rows]
        postings = self._language.sections[place].postings
        rows, scores = self._search.best(postings, _CANDIDATES, allowed, also=near)
        order = np.argsort(rows)
        return rows[order], scores[order]

    def _is_whole(self, place: int) -> bool:
        return len(self._sampled[place]) == len(self._language.sections[place])


def _best(scores: Scores, allowed: Allowed) -> NDArray[np.int64]:
    """The best rows above 0, best first."""
    rows = np.flatnonzero(scores > 0 if allowed is None else (scores > 0) & allowed)
    return rows[np.argsort(-scores[rows], kind="stable")[:_CANDIDATES]]
