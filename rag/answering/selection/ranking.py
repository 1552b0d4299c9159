"""Which sentence answers best: a linear model over the features of `features`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.answering.evidence import Evidence
from rag.answering.selection.features import SENTENCE_FEATURES, Asked, sentence_features
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

_VECTOR = np.array([WEIGHTS[name] for name in SENTENCE_FEATURES])


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A sentence with what it has of what is asked for.

    `score` is in log-odds: of two sentences of one question, e ** (difference) says how many times
    likelier the one holds the answer. `features` are those of `SENTENCE_FEATURES`.
    """

    evidence: Evidence
    reading: Reading
    features: NDArray[np.float64]
    score: float


def rank(asked: Asked, needed: Requirements, evidence: Sequence[Evidence]) -> tuple[Candidate, ...]:
    """The sentences by how likely each holds the answer, best first."""
    features, readings = sentence_features(asked, evidence, Reader(needed))
    unranked = (
        Candidate(evidence=e, reading=reading, features=row, score=0.0)
        for e, reading, row in zip(evidence, readings, features, strict=True)
    )
    return ranked_by(_VECTOR, tuple(unranked))


def ranked_by(
    weights: NDArray[np.float64], candidates: Sequence[Candidate]
) -> tuple[Candidate, ...]:
    """The candidates with the scores that these weights give, best first."""
    scored = (replace(c, score=float(c.features @ weights)) for c in candidates)
    return tuple(sorted(scored, key=lambda candidate: candidate.score, reverse=True))
