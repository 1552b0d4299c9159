"""Which sentence answers best: a linear model over the features of `features`.

Where the reader has read the best sentences, a second one that knows what it said of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.answering.evidence import AskedRow, Evidence
from rag.answering.selection.features import (
    READ_FEATURES,
    SENTENCE_FEATURES,
    Asked,
    SentenceReading,
    read_features,
    sentence_features,
)
from rag.answering.selection.requirements import Reader, Reading, Requirements

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
"""Fitted by `python -m eval.fitting` (the command stands in docs/refusal.md) on 545 questions of
ten public sets so that the softmax over a question's sentences falls on the right ones. Of 528
questions that took no part the first sentence states an accepted answer for 0.547; for 0.521 with
the cosine and fixed amounts for words and requirements alone."""

_ROW_AHEAD = 3.0
"""Log-odds by which a row that is asked for is ahead of any other sentence."""

_VECTOR = np.array([WEIGHTS[name] for name in SENTENCE_FEATURES])

READ_WEIGHTS = {"inside": 0.3, "answer": 0.2, "window": 0.0, "unread": -1.0}
"""What the reader says of a sentence, beside the weights above: chosen by `python -m eval.fitting`
(docs/reader.md) among 180 combinations, as the one whose first sentence and first two are right
most often in the mean of eleven sets. Fitting all twelve weights anew found fewer."""

_READ_VECTOR = np.concatenate([_VECTOR, [READ_WEIGHTS[name] for name in READ_FEATURES]])


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A sentence with what it has of what is asked for.

    `score` is in log-odds: of two sentences of one question, e ** (difference) says how many times
    likelier the one holds the answer. `features` are those of `SENTENCE_FEATURES`, and behind them
    those of `READ_FEATURES` where the reader took part. `read` is what it said of this sentence,
    None where it wasn't read. `is_asked_for` marks a row of a table that the question asks for.
    """

    evidence: Evidence
    reading: Reading
    features: NDArray[np.float64]
    score: float
    read: SentenceReading | None = None
    is_asked_for: bool = False

    @property
    def was_read(self) -> bool:
        """Tells whether the reader took part in ranking it."""
        return len(self.features) > len(SENTENCE_FEATURES)

    @property
    def read_features(self) -> dict[str, float]:
        """The features of `READ_FEATURES` by name; it must have them."""
        values = self.features[len(SENTENCE_FEATURES) :]
        return dict(zip(READ_FEATURES, map(float, values), strict=True))


def rank(asked: Asked, needed: Requirements, evidence: Sequence[Evidence]) -> tuple[Candidate, ...]:
    """The sentences by how likely each holds the answer, best first."""
    features, readings = sentence_features(asked, evidence, Reader(needed))
    unranked = (
        Candidate(evidence=e, reading=reading, features=row, score=0.0)
        for e, reading, row in zip(evidence, readings, features, strict=True)
    )
    return ranked_by(_VECTOR, tuple(unranked))


def rank_read(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates that `rank` gave, by what the reader said of them too, best first."""
    read = [
        replace(c, features=np.concatenate([c.features, read_features(c.read)])) for c in candidates
    ]
    return ranked_by(_READ_VECTOR, read)


def with_rows_first(ranked: Sequence[Candidate], rows: Sequence[AskedRow]) -> tuple[Candidate, ...]:
    """The ranked sentences, behind the rows of a table that are asked for, in their order."""
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
    """The candidates with the scores that these weights give, best first."""
    scored = (replace(c, score=float(c.features @ weights)) for c in candidates)
    return tuple(sorted(scored, key=lambda candidate: candidate.score, reverse=True))
