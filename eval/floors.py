"""The values below which (for false abstentions: above which) a run fails.

They hold for the whole question set of `seeds/`, answered by the extractive composer, all
languages and types together. Each is a mean as `eval.report` shows it. They lie a little below
what the present version reaches, to catch a loss and not the last digit of a processor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eval import metrics

RECALL_AT_5 = 0.83
MRR = 0.74
FACT_RECALL = 0.66
CITATION_RECALL = 0.66
CITATION_PRECISION = 0.72
RIGHT_ABSTENTIONS = 0.62
FALSE_PREMISES_RIGHT = 0.58
MOST_FALSE_ABSTENTIONS = 0.06

FLOORS: Mapping[str, float] = {
    metrics.RECALL_AT_5.name: RECALL_AT_5,
    metrics.MRR.name: MRR,
    metrics.FACT_RECALL.name: FACT_RECALL,
    metrics.CITATION_RECALL.name: CITATION_RECALL,
    metrics.CITATION_PRECISION.name: CITATION_PRECISION,
    metrics.RIGHT_ABSTENTIONS.name: RIGHT_ABSTENTIONS,
    metrics.FALSE_PREMISES_RIGHT.name: FALSE_PREMISES_RIGHT,
    metrics.FALSE_ABSTENTIONS.name: MOST_FALSE_ABSTENTIONS,
}


@dataclass(frozen=True, kw_only=True)
class Miss:
    """A metric whose mean is on the wrong side of its floor; None where nothing was scored."""

    metric: str
    mean: float | None
    floor: float


def misses(
    means: Mapping[str, float | None], floors: Mapping[str, float] = FLOORS
) -> tuple[Miss, ...]:
    """The metrics that fail, in the order of `metrics.METRICS`.

    A metric for which nothing was scored fails, unless its floor lets everything pass.
    """
    return tuple(
        Miss(metric=metric.name, mean=means.get(metric.name), floor=floors[metric.name])
        for metric in metrics.METRICS
        if not _holds(metric, means.get(metric.name), floors[metric.name])
    )


def _holds(metric: metrics.Metric, mean: float | None, floor: float) -> bool:
    worst = 0.0 if metric.higher_is_better else 1.0
    if floor == worst:
        return True
    if mean is None:
        return False
    return mean >= floor if metric.higher_is_better else mean <= floor
