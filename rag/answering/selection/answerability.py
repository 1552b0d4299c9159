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
from rag.retrieval.terms import Concept, shows, surely_missing

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


READ_ANSWERABILITY_FEATURES = (
    "window",
    "inside",
    "answer",
    "window across",
    "unknown name",
    "no name",
    "no date",
    "not counted",
)
"""What is added to these where the reader took part, in order:

- window, inside, answer: the largest of what it said of the five best, in log-odds; window
  across: the first of them where the best sentence is in another language than the question
- unknown name: a name of the question stands in no article found; no name, no date, not counted:
  each of the five lacks the names, the days or the thing to be counted
"""
READ_ANSWERABILITY_WEIGHTS = {
    **ANSWERABILITY_WEIGHTS,
    "window": 0.3,
    "inside": 0.3,
    "answer": 0.0,
    "window across": 0.0,
    "unknown name": -1.0,
    "no name": -1.0,
    "no date": -1.0,
    "not counted": -0.5,
}

_VECTOR = np.array([ANSWERABILITY_WEIGHTS[name] for name in ANSWERABILITY_FEATURES])
_READ_VECTOR = np.array(
    [
        READ_ANSWERABILITY_WEIGHTS[name]
        for name in (*ANSWERABILITY_FEATURES, *READ_ANSWERABILITY_FEATURES)
    ]
)


def probability(asked: Asked, needed: Requirements, ranked: Sequence[Candidate]) -> float:
    """How likely the sentences found hold an answer, 0 to 1; `ranked` has at least one."""
    weights = _READ_VECTOR if ranked[0].was_read else _VECTOR
    log_odds = float(answerability_features(asked, needed, ranked) @ weights)
    return 1 / (1 + math.exp(-log_odds))


def answerability_features(
    asked: Asked, needed: Requirements, ranked: Sequence[Candidate]
) -> NDArray[np.float64]:
    """The features of the best of `ranked` sentences, at least one: shape (features,).

    Those of `READ_ANSWERABILITY_FEATURES` follow where the reader took part.
    """
    best = ranked[:LOOKED_AT]
    reader = Reader(needed)
    around = [reader.around(candidate.evidence) for candidate in best]
    missing = sum(
        weight
        for concept, weight in zip(asked.concepts, asked.weights, strict=True)
        if not any(shows(text, concept) for text in around)
    )
    across = float(text_language(best[0].evidence.text) != asked.query.language)
    features = np.array(
        [
            1.0,
            max(float(c.features[SENTENCE_FEATURES.index("cosine")]) for c in best),
            missing / (sum(asked.weights) or 1.0),
            float(all(lacks(candidate, needed) for candidate in best)),
            across,
            float(asked.query.language == "en"),
        ]
    )
    if not best[0].was_read:
        return features
    read = [c.read_features for c in best]
    window, inside, answer = (
        max(row[name] for row in read) for name in ("window", "inside", "answer")
    )
    lacking = [
        float(all(want in c.reading.lacking for c in best)) for want in ("name", "date", "counted")
    ]
    unknown = float(bool(unknown_names(needed, ranked)))
    read_row = [window, inside, answer, across * window, unknown, *lacking]
    return np.concatenate([features, read_row])


def unknown_names(needed: Requirements, ranked: Sequence[Candidate]) -> tuple[Concept, ...]:
    """The names asked about that stand in none of the articles of the sentences."""
    reader = Reader(needed)
    documents = {c.evidence.document.doc_id: c.evidence.document for c in ranked}.values()
    return tuple(
        name
        for name in needed.names
        if all(surely_missing(name, reader.whole(document)) for document in documents)
    )


def lacks(candidate: Candidate, needed: Requirements) -> frozenset[Requirement]:
    """What a sentence surely lacks: a reason can be given without a word that usually gives one."""
    unsure: frozenset[Requirement] = frozenset({"kind"} if needed.wanted == "reason" else ())
    return candidate.reading.lacking - unsure
