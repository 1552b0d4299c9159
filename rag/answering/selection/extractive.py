"""Compose an answer without a model: the fewest sentences of the articles that answer.

Every statement is a quotation, so it is always true to its article. What has to be chosen is which
sentences, how many, and none twice. The best sentence comes first. Another one is added only if it
probably adds a part of the answer: a concept of the question, a kind of fact, a name, one more
reason or item.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.answering.selection.ranking import Asked, Candidate
from rag.answering.selection.requirements import Requirements, asks_several
from rag.text.measures import asks_for_figure, measures_in

_SAME_COSINE = 0.95
CONSIDERED = 12
"""How many of the best sentences are considered."""
MOST_QUOTED = 6
"""The most sentences that are quoted, if the caller gives no number."""

ADDITION_FEATURES = (
    "bias",
    "behind",
    "fit",
    "new concepts",
    "new kinds",
    "uncovered",
    "likeness",
    "open",
    "list",
    "names",
    "said",
)
"""The features that tell if one more sentence is worth adding, in order:

- behind: its score below the best one's; fit: its own score
- new concepts, new kinds: what it shows and tells of the question that the chosen ones don't, as
  shares; uncovered: the share of the question's concepts that the chosen ones don't show
- likeness: its cosine with the most similar of the chosen ones, scaled to start at about 0
- open, list, names: 1 if the question wants no particular kind of fact, wants several things, names
  several names or days
- said: how many are chosen"""
ADDITION_WEIGHTS = {
    "bias": -2.52,
    "behind": -0.33,
    "fit": 0.13,
    "new concepts": 0.58,
    "new kinds": 0.08,
    "uncovered": 0.53,
    "likeness": -0.11,
    "open": 0.68,
    "list": 0.82,
    "names": 0.27,
    "said": -0.36,
}
"""The weights of a logistic regression by `python -m eval.fitting`, on 8,036 sentences that could
have been added to the answers of 545 questions. Area under the ROC curve: 0.756 on held-out
questions."""

READ_ADDITION_FEATURES = ("inside", "answer", "window", "less inside", "unread")
"""Further features if the reader took part: what it said of the sentence, and how much less surely
the sentence answers than the best one."""
READ_ADDITION_WEIGHTS = {
    "bias": -2.08,
    "behind": -0.28,
    "fit": 0.10,
    "new concepts": -0.08,
    "new kinds": -0.76,
    "uncovered": 0.29,
    "likeness": -0.03,
    "open": 0.57,
    "list": 0.79,
    "names": 0.31,
    "said": -0.37,
    "inside": -0.02,
    "answer": -0.02,
    "window": 0.01,
    "less inside": -0.04,
    "unread": -1.16,
}
"""As `ADDITION_WEIGHTS`, on 9,038 sentences. Area under the ROC curve: 0.809 on 5,402 held out."""

_ADDED_FROM, _READ_ADDED_FROM = (0.12, 0.09), (0.08, 0.06)
"""The least probability at which a sentence is added; the second, lower value is for questions that
ask for several things.

Without the reader, on 528 held-out questions, 0.2, 0.14 and 0.09 for all give 1.2, 1.5 and 2.0
sentences, of which 0.53, 0.51 and 0.47 state an answer, and find 0.57, 0.63 and 0.67 of the facts.
The chosen values give 1.7 sentences, 0.49 and 0.65. With it, on 400 held-out questions, 0.2, 0.12,
0.09 and 0.06 give 1.1, 1.5, 1.7 and 2.2 sentences, 0.73, 0.69, 0.65 and 0.58, and 0.69, 0.75, 0.77
and 0.80 of the facts."""

_VECTOR = np.array([ADDITION_WEIGHTS[name] for name in ADDITION_FEATURES])
_READ_VECTOR = np.array(
    [READ_ADDITION_WEIGHTS[name] for name in (*ADDITION_FEATURES, *READ_ADDITION_FEATURES)]
)


def compose_extractive(
    asked: Asked, needed: Requirements, ranked: Sequence[Candidate], most: int = MOST_QUOTED
) -> tuple[Candidate, ...]:
    """Return the sentences to quote: at most `most`, the best first, none twice in other words.

    `ranked` is the result of `rank`. If it has any sentence, at least one is returned.
    """
    # Rows of a table are similar to one another, yet each is an answer.
    rows = [candidate for candidate in ranked if candidate.is_asked_for]
    chosen = rows[:most] or list(ranked[:1])
    read = bool(ranked) and ranked[0].was_read
    vector = _READ_VECTOR if read else _VECTOR
    measures = measures_in(asked.query.text) if asks_for_figure(asked.query.text) else frozenset()
    rest = [
        candidate
        for candidate in ranked[len(chosen) : CONSIDERED]
        if not _is_of_other_measures(candidate, measures)
    ]
    several = asks_several(asked.query.text)
    floor = (_READ_ADDED_FROM if read else _ADDED_FROM)[several]
    while rest and len(chosen) < most:
        rest = [candidate for candidate in rest if not is_said(candidate, chosen)]
        likely = [
            float(addition_features(asked, needed, ranked, chosen, candidate) @ vector)
            for candidate in rest
        ]
        if not likely or max(likely) < math.log(floor / (1 - floor)):
            break
        chosen.append(rest.pop(likely.index(max(likely))))
    return tuple(chosen)


def addition_features(
    asked: Asked,
    needed: Requirements,
    ranked: Sequence[Candidate],
    chosen: Sequence[Candidate],
    candidate: Candidate,
) -> NDArray[np.float64]:
    """Return the features of adding `candidate` to `chosen`, shape (features,).

    The features of `READ_ADDITION_FEATURES` follow if the reader took part.
    """
    total = sum(asked.weights) or 1.0
    covered = [any(flags) for flags in zip(*(c.evidence.shown for c in chosen), strict=True)]
    new = sum(
        weight
        for weight, shown, known in zip(
            asked.weights, candidate.evidence.shown, covered, strict=True
        )
        if shown and not known
    )
    uncovered = sum(w for w, known in zip(asked.weights, covered, strict=True) if not known)
    told = frozenset[str]().union(*(c.reading.told for c in chosen))
    # A second reason is as welcome as the first; the public sets hardly have such questions.
    parts = [part for part in needed.parts if part not in ("list", "anything", "reason")]
    likeness = max(float(c.evidence.vector @ candidate.evidence.vector) for c in chosen)
    features = np.array(
        [
            1.0,
            ranked[0].score - candidate.score,
            candidate.score,
            new / total,
            sum(p in candidate.reading.told - told for p in parts) / len(parts) if parts else 0.0,
            uncovered / total,
            20 * (likeness - 0.85),
            float("anything" in needed.parts),
            float("list" in needed.parts),
            float(len(needed.names) > 1 or len(needed.dates) > 1),
            float(len(chosen)),
        ]
    )
    if not candidate.was_read:
        return features
    return np.concatenate([features, _read_row(ranked[0], candidate)])


def _read_row(best: Candidate, candidate: Candidate) -> NDArray[np.float64]:
    """Return the features of `READ_ADDITION_FEATURES`."""
    read = candidate.read_features
    return np.array(
        [
            read["inside"],
            read["answer"],
            read["window"],
            best.read_features["inside"] - read["inside"],
            read["unread"],
        ]
    )


def _is_of_other_measures(candidate: Candidate, asked: frozenset[str]) -> bool:
    """Return True if a sentence gives figures of other measures only: revenue for a profit."""
    found = measures_in(candidate.evidence.text)
    return bool(asked and found) and not asked & found


def is_said(candidate: Candidate, chosen: Sequence[Candidate]) -> bool:
    """Return True if one of the chosen sentences says the same in nearly the same words."""
    vector = candidate.evidence.vector
    return any(float(vector @ other.evidence.vector) >= _SAME_COSINE for other in chosen)
