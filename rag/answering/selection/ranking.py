"""Rank sentences by how well they answer, by a linear model over features."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.answering.evidence import AskedRow, Evidence
from rag.answering.selection.requirements import Reading, RequirementReader, Requirements
from rag.retrieval.question import Query
from rag.text.languages import text_language
from rag.text.terms import Concept

# The features of a sentence; `eval.fitting` fits the weights on public question sets.

USUAL_COSINE = {"zh": {"zh": 0.90, "en": 0.80}, "en": {"zh": 0.80, "en": 0.87}}
"""The usual cosine of the best sentence, by the question's and the sentence's language. The
embedding model puts two languages further apart."""

_SPREAD = 20.0
"""Cosines of the sentences of one question lie within about 0.1; this factor brings them to about
1."""
_FAR_BEHIND = 2.0
"""In sums of z-scores: passages that are further behind the first one count the same."""

SENTENCE_FEATURES = (
    "cosine",
    "led",
    "nearby",
    "told",
    "dated",
    "otherwise dated",
    "behind",
    "length",
)
"""The features of a sentence, in order:

- cosine: with the question, above what is usual between the two languages
- led, nearby: the weighted share of the question's concepts in the sentence with the one before it,
  and in its passage and title
- told: the share of the wanted kinds of fact of which it gives one that the question doesn't state
- dated, otherwise dated: 1 if it names a day asked about, 1 if it names only others
- behind: how far its passage's score is below the best one's
- length: the logarithm of its number of characters, reduced for English, which needs more of them

Tried, and left out because none changed which sentence comes first on held-out questions: shared
character pairs, names and concepts in the sentence alone, how close they stand to the fact, if it
is a question or opens the article."""


READ_FEATURES = ("inside", "answer", "window", "unread")
"""The features of what the reader said of a sentence, in order:

- inside: how surely it answers; answer: how surely its best words do, above "no answer"; window:
  how surely it and its neighbours do; all in log-odds, and 0 if it wasn't read
- unread: 1 if it wasn't read"""
_SUREST = 8.0
"""Log-odds beyond which the reader can't be any surer."""


@dataclass(frozen=True, kw_only=True)
class SentenceReading:
    """The figures that the reader gave a sentence, as in `READ_FEATURES`, in log-odds."""

    inside: float
    answer: float
    window: float


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question as the features need it; `weights[i]` belongs to `concepts[i]`."""

    query: Query
    concepts: Sequence[Concept]
    weights: Sequence[float]


def sentence_features(
    asked: Asked, evidence: Sequence[Evidence], reader: RequirementReader
) -> tuple[NDArray[np.float64], tuple[Reading, ...]]:
    """Return the features and the reading of each sentence.

    The features have the shape (sentences, len(SENTENCE_FEATURES)).
    """
    readings = tuple(reader.read(e) for e in evidence)
    rows = [_row(asked, e, reading, reader) for e, reading in zip(evidence, readings, strict=True)]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(SENTENCE_FEATURES)), readings


def _row(
    asked: Asked, evidence: Evidence, reading: Reading, reader: RequirementReader
) -> tuple[float, ...]:
    language = text_language(evidence.text)
    typed = [part for part in reader.needed.parts if part not in ("list", "anything")]
    return (
        _SPREAD * (evidence.cosine - USUAL_COSINE[asked.query.language][language]),
        evidence.led,
        evidence.nearby,
        sum(part in reading.told for part in typed) / len(typed) if typed else 0.0,
        float(reading.dated),
        float(reading.otherwise_dated),
        min(evidence.behind, _FAR_BEHIND),
        math.log(1 + len(evidence.text)) * (1.0 if language == "zh" else 0.8),
    )


def read_features(reading: SentenceReading | None) -> NDArray[np.float64]:
    """Return the features of what the reader said of a sentence, shape (len(READ_FEATURES),)."""
    if reading is None:
        return np.array([0.0, 0.0, 0.0, 1.0])
    said = np.array([reading.inside, reading.answer, reading.window, 0.0])
    return np.asarray(np.clip(said, -_SUREST, _SUREST))


# The weights and the ranking; a second model is for sentences that the reader has read.

WEIGHTS = {
    "cosine": 2.39,
    "led": 2.37,
    "nearby": 2.87,
    "told": 1.87,
    "dated": 0.70,
    "otherwise dated": -1.26,
    "behind": -1.17,
    "length": 0.57,
}
"""Fitted by `python -m eval.fitting` (the command is in docs/refusal.md) on 545 questions of ten
public sets, so that the softmax over a question's sentences falls on the right ones. On 528 other
questions the first sentence states an accepted answer for 0.547; for 0.521 with the cosine and
fixed amounts for words and requirements alone."""

_ROW_AHEAD = 3.0
"""Log-odds by which a row that is asked for is ahead of any other sentence."""

_VECTOR = np.array([WEIGHTS[name] for name in SENTENCE_FEATURES])

READ_WEIGHTS = {"inside": 0.3, "answer": 0.2, "window": 0.0, "unread": -1.0}
"""The weights of what the reader says of a sentence, added to the weights above. Chosen among
180 combinations by `python -m eval.fitting` (docs/reader.md): with these, the first sentence and
the first two are right most often in the mean of eleven sets. Fitting all twelve weights anew was
right less often."""

_READ_VECTOR = np.concatenate([_VECTOR, [READ_WEIGHTS[name] for name in READ_FEATURES]])


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A sentence with its score and with what it has of what is asked for.

    `score` is in log-odds: of two sentences of one question, e ** (difference) says how many times
    likelier the one holds the answer. `features` are those of `SENTENCE_FEATURES`, followed by
    those of `READ_FEATURES` if the reader took part. `read` is what the reader said of this
    sentence, None if it wasn't read. `is_asked_for` marks a row of a table that the question asks
    for.
    """

    evidence: Evidence
    reading: Reading
    features: NDArray[np.float64]
    score: float
    read: SentenceReading | None = None
    is_asked_for: bool = False

    @property
    def was_read(self) -> bool:
        """True if the reader took part in ranking the sentence."""
        return len(self.features) > len(SENTENCE_FEATURES)

    @property
    def read_features(self) -> dict[str, float]:
        """The features of `READ_FEATURES` by name; they must be there."""
        values = self.features[len(SENTENCE_FEATURES) :]
        return dict(zip(READ_FEATURES, map(float, values), strict=True))


def rank(asked: Asked, needed: Requirements, evidence: Sequence[Evidence]) -> tuple[Candidate, ...]:
    """Return the sentences by how likely each holds the answer, best first."""
    features, readings = sentence_features(asked, evidence, RequirementReader(needed))
    unranked = (
        Candidate(evidence=e, reading=reading, features=row, score=0.0)
        for e, reading, row in zip(evidence, readings, features, strict=True)
    )
    return ranked_by(_VECTOR, tuple(unranked))


def rank_read(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates of `rank`, ranked again with what the reader said, best first."""
    read = [
        replace(c, features=np.concatenate([c.features, read_features(c.read)])) for c in candidates
    ]
    return ranked_by(_READ_VECTOR, read)


def with_rows_first(ranked: Sequence[Candidate], rows: Sequence[AskedRow]) -> tuple[Candidate, ...]:
    """Return the ranked sentences after the rows of a table that are asked for.

    The rows keep the order of `rows`.
    """
    order = {(row.document.doc_id, row.start): number for number, row in enumerate(rows)}

    def number(candidate: Candidate) -> int | None:
        return order.get((candidate.evidence.document.doc_id, candidate.evidence.start))

    first = sorted((c for c in ranked if number(c) is not None), key=lambda c: number(c) or 0)
    score = max((c.score for c in ranked), default=0.0) + _ROW_AHEAD
    raised = (replace(candidate, score=score, is_asked_for=True) for candidate in first)
    return (*raised, *(candidate for candidate in ranked if number(candidate) is None))


def ranked_by(
    weights: NDArray[np.float64], candidates: Sequence[Candidate]
) -> tuple[Candidate, ...]:
    """Return the candidates with the scores that these weights give, best first."""
    scored = (replace(c, score=float(c.features @ weights)) for c in candidates)
    return tuple(sorted(scored, key=lambda candidate: candidate.score, reverse=True))
