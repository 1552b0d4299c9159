"""How likely it is that the sentences found hold an answer, as a calibrated probability."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.answering.selection.features import SENTENCE_FEATURES, Asked
from rag.answering.selection.ranking import Candidate
from rag.answering.selection.requirements import Reader, Requirement, Requirements
from rag.corpus.languages import text_language
from rag.retrieval.terms import shows

LOOKED_AT = 5
"""How many of the best sentences are looked at: an answer is rarely in a later one."""

ANSWERABILITY_FEATURES = ("bias", "cosine", "missing", "lacking", "across", "English")
"""What the probability is made of, in order:

- cosine: the largest among the five best sentences, above what is usual between the languages
- missing: the share of the question's concepts, by weight, that no passage of the five shows
- lacking: 1 if each of the five lacks something that `requirements` says it must have
- across: the best sentence is in another language than the question; English: the question is

Tried, and left out because held-out questions were told apart as well without them: the best
sentence's score by `ranking` and its lead, the kinds of fact given, the days spoken of.
"""

ANSWERABILITY_WEIGHTS = {
    "bias": 0.22,
    "cosine": 1.20,
    "missing": -1.60,
    "lacking": -1.83,
    "across": 0.48,
    "English": 0.60,
}
"""Of a logistic regression by `python -m eval.fitting` (the command stands in docs/refusal.md) on
1,230 cases: questions of ten public sets, those that they call unanswerable, and answerable ones
with their articles taken out. Area under the ROC curve 0.794 on 1,101 cases that took no part,
three whole sets among them."""


def probability(asked: Asked, needed: Requirements, ranked: Sequence[Candidate]) -> float:
    """How likely the sentences found hold an answer, 0 to 1; `ranked` has at least one."""
    weights = np.array([ANSWERABILITY_WEIGHTS[name] for name in ANSWERABILITY_FEATURES])
    log_odds = float(answerability_features(asked, needed, ranked) @ weights)
    return 1 / (1 + math.exp(-log_odds))


def answerability_features(
    asked: Asked, needed: Requirements, ranked: Sequence[Candidate]
) -> NDArray[np.float64]:
    """The features of the best of `ranked` sentences, at least one: shape (features,)."""
    best = ranked[:LOOKED_AT]
    reader = Reader(needed)
    around = [reader.around(candidate.evidence) for candidate in best]
    missing = sum(
        weight
        for concept, weight in zip(asked.concepts, asked.weights, strict=True)
        if not any(shows(text, concept) for text in around)
    )
    return np.array(
        [
            1.0,
            max(float(c.features[SENTENCE_FEATURES.index("cosine")]) for c in best),
            missing / (sum(asked.weights) or 1.0),
            float(all(lacks(candidate, needed) for candidate in best)),
            float(text_language(best[0].evidence.text) != asked.query.language),
            float(asked.query.language == "en"),
        ]
    )


def lacks(candidate: Candidate, needed: Requirements) -> frozenset[Requirement]:
    """What a sentence surely lacks: a reason can be given without a word that usually gives one."""
    unsure: frozenset[Requirement] = frozenset({"kind"} if needed.wanted == "reason" else ())
    return candidate.reading.lacking - unsure
