"""The refusal curve: what another threshold of answerability would cost and save."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.records import Record


@dataclass(frozen=True, kw_only=True)
class RefusalPoint:
    """What would happen if answers were given from `threshold` on.

    `false_answers` is the share of unanswerable questions that would be answered, and
    `false_refusals` the share of answerable ones that would not; both 0..1.
    """

    threshold: float
    false_answers: float
    false_refusals: float


def refusal_curve(records: Sequence[Record]) -> tuple[RefusalPoint, ...]:
    """A point for every threshold that changes anything, the lowest first.

    From the answerability that each answer was given with; () where either kind of question is
    missing. What the composer would have found to say at another threshold is not known: the
    curve takes it that it says something.
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
    """Of the questions that a metric applies to, which tells whether they can be answered."""
    return [
        record.answer.answerability
        for record in records
        if metric in record.scores and record.answer and record.answer.answerability is not None
    ]
