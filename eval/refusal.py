"""The refusal curve: the effect of other thresholds of answerability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.records import Record


@dataclass(frozen=True, kw_only=True)
class RefusalPoint:
    """The effect of giving answers only from `threshold` on.

    `false_answers` is the share of unanswerable questions that would be answered, and
    `false_refusals` the share of answerable ones that would not. Both are in 0..1.
    """

    threshold: float
    false_answers: float
    false_refusals: float


def refusal_curve(records: Sequence[Record]) -> tuple[RefusalPoint, ...]:
    """Return a point for every threshold that changes anything, the lowest first.

    The points come from the answerability of each answer. The result is () if there are no
    questions of one kind. The composer's answer at another threshold is unknown: the curve assumes
    that it would answer.
    """
    answerable = _answerabilities(records, "false abstentions")
    unanswerable = _answerabilities(records, "abstention recall")
    if not answerable or not unanswerable:
        return ()
    return tuple(
        RefusalPoint(
            threshold=threshold,
            false_answers=sum(a >= threshold for a in unanswerable) / len(unanswerable),
            false_refusals=sum(a < threshold for a in answerable) / len(answerable),
        )
        for threshold in sorted({*answerable, *unanswerable, 0.0, 1.0})
    )


def _answerabilities(records: Sequence[Record], metric: str) -> list[float]:
    """Return the answerability of the questions to which the metric applies."""
    return [
        record.answer.answerability
        for record in records
        if metric in record.scores and record.answer and record.answer.answerability is not None
    ]
