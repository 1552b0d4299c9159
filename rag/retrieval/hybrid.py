"""Hybrid retrieval: dense and lexical evidence, fused within each language, and by date.

Each passage gets two scores, the cosine of its vector with the question's, and BM25. Both are put
on one scale by how they stand out among all passages of their language (z-scores), and added. So no
language drowns the other, and lexical evidence counts only as far as it tells passages apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.index.snapshot import Snapshot
from rag.index.vectors import VectorIndex
from rag.models.embedder import Embedder, Vectors
from rag.models.reranker import Reranker
from rag.retrieval.languages import passage_languages
from rag.retrieval.lexical import LexicalScorer
from rag.retrieval.published_days import PublishedDays
from rag.retrieval.query import Query
from rag.retrieval.terms import text_language
from rag.types import Hit, TimeFrame

_CANDIDATES = 100
"""How many passages of a language either kind of evidence proposes."""
_SAMPLE = 4_096
"""How many vectors, about, tell how the cosines of a language are spread."""
_PRIOR = 5
"""As many passages of all languages are counted with those of one: a handful tells little."""
_RERANKED = 40
"""How many passages a reranker reads."""
_LEXICAL_WEIGHT = 0.25
_DAY_WEIGHT = 1.0
"""How both weights were chosen stands in docs/retrieval.md."""


class HybridRetriever:
    """Finds passages by meaning and by words, in both languages. Safe between threads."""

    def __init__(
        self, snapshot: Snapshot, embedder: Embedder, reranker: Reranker | None = None
    ) -> None:
        self._passages = snapshot.passages
        self._vectors = snapshot.vectors
        self._embedder = embedder
        self._reranker = reranker
        languages = passage_languages(snapshot)
        self._lexical = LexicalScorer(snapshot.terms, languages)
        self._days = PublishedDays(snapshot)
        self._sample = _sample(snapshot.vectors)
        self._languages = [
            _OneLanguage(np.flatnonzero(languages == language), snapshot.vectors)
            for language in sorted(set(languages.tolist()))
        ]

    @property
    def newest(self) -> date | None:
        """The day of the newest article, if any has a date."""
        return self._days.newest

    def has_articles_of(self, frame: TimeFrame) -> bool:
        """Whether any article may have been published on the days of the frame."""
        return bool(self._days.within(frame).any())

    def retrieve(self, question: str, k: int, frame: TimeFrame | None = None) -> tuple[Hit, ...]:
        """The `k` best hits for a question as it stands, best first, fewer in a smaller index."""
        (vector,) = self._embedder.embed_queries([question])
        query = Query(text=question, language=text_language(question), time_frame=frame)
        return self.search(query, vector, k)

    def search(self, query: Query, vector: NDArray[np.float32], k: int) -> tuple[Hit, ...]:
        """The same for a question that is understood, with its vector, shape (dimensions,).

        Scores are sums of z-scores. A reranker takes the place of what comes before dates.
        """
        if not self._passages:
            return ()
        frame = query.time_frame
        only = self._days.within(frame) if frame and frame.effect == "only" else None
        lexical = self._lexical.scores(query.text, query.translations)
        of_all = _Spread.of(self._sample @ vector), _Spread.of(lexical)
        found = [each.fused(vector, lexical, of_all, only) for each in self._languages]
        rows = np.concatenate([some for some, _ in found])
        scores = np.concatenate([some for _, some in found])
        dates = np.zeros(len(rows))
        if frame and only is None and self.has_articles_of(frame):
            dates = _DAY_WEIGHT * self._days.preferred(rows, frame)
        best = np.argsort(-(scores + dates), kind="stable")
        if self._reranker and len(best):
            best = best[:_RERANKED]
            texts = [self._passages[row].text for row in rows[best]]
            reranked = self._reranker.score(query.text, texts)
            scores[best] = _Spread.of(reranked).standing_out(reranked)
            best = best[np.argsort(-(scores + dates)[best], kind="stable")]
        return tuple(
            Hit(passage=self._passages[rows[i]], score=float(scores[i] + dates[i]))
            for i in best[:k]
        )


@dataclass(frozen=True, kw_only=True)
class _Spread:
    """How scores are spread: their number, mean and variance."""

    count: int
    mean: float
    variance: float

    @classmethod
    def of(cls, scores: NDArray[np.float32]) -> _Spread:
        return cls(count=len(scores), mean=float(np.mean(scores)), variance=float(np.var(scores)))

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


class _OneLanguage:
    """The passages of one language: `rows` of `vectors`, shape (passages, dimensions)."""

    def __init__(self, rows: NDArray[np.int64], vectors: Vectors) -> None:
        self._rows = rows
        self._vectors = vectors
        self._index = VectorIndex(rows.tolist(), vectors[rows])
        self._sample = _sample(vectors[rows])

    def fused(
        self,
        query: NDArray[np.float32],
        lexical: NDArray[np.float32],
        of_all: tuple[_Spread, _Spread],
        only: NDArray[np.bool_] | None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The rows that either kind of evidence proposes, with their fused scores.

        `of_all` tells how the cosines and the lexical scores of all languages are spread.
        """
        among = self._rows if only is None else self._rows[only[self._rows]]
        if only is None:
            nearest = [row for row, _ in self._index.search(query, _CANDIDATES)]
        else:
            # Those of some days are few enough to be looked at one by one.
            nearest = among[_best(self._vectors[among] @ query)].tolist()
        in_words = among[_best(lexical[among])]
        rows = np.union1d(nearest, in_words[lexical[in_words] > 0]).astype(np.int64)
        cosines = _Spread.of(self._sample @ query).with_prior(of_all[0])
        words = _Spread.of(lexical[self._rows]).with_prior(of_all[1])
        dense = cosines.standing_out(self._vectors[rows] @ query)
        return rows, dense + _LEXICAL_WEIGHT * words.standing_out(lexical[rows])


def _best(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.argsort(-scores, kind="stable")[:_CANDIDATES]


def _sample(vectors: Vectors) -> Vectors:
    return vectors[:: max(1, len(vectors) // _SAMPLE)]
