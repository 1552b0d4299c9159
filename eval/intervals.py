"""Means with 95 % confidence intervals.

Two wordings of a question, or two questions about one fact, are not independent observations. So
groups of such questions are resampled or counted, as Miller, "Adding Error Bars to Evals" (2024,
arXiv:2411.00640) advises for questions in clusters.

There are two methods, for two kinds of data:

- *Means of fractions* (recall, precision): percentile bootstrap over groups (Efron & Tibshirani,
  "An Introduction to the Bootstrap", 1993, ch. 13), with a fixed seed, so that a run repeats.
- *Shares of yes or no*, and means whose values are all the same: Wilson's score interval (Wilson,
  1927, JASA 22; recommended by Brown, Cai & DasGupta, 2001, Statistical Science 16). A bootstrap
  of twenty times "yes" gives 100 % to 100 %, which twenty questions cannot prove. n is the number
  of groups, as if a question's second wording gave no new information. So the interval may be
  wider than necessary, but never narrower.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 5_000
SEED = 20_250_213
# The 97.5 % quantile of the normal distribution, for a two-sided interval of 95 %.
Z = 1.959963984540054


@dataclass(frozen=True, kw_only=True)
class Observation:
    """The value of one question, in 0..1, and its group."""

    group: str
    value: float


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean over `n` questions in `groups` groups, and its 95 % interval.

    `mean`, `low` and `high` are None if nothing was scored, which is not the same as 0.
    """

    n: int
    groups: int
    mean: float | None
    low: float | None
    high: float | None


def estimate(observations: Sequence[Observation]) -> Estimate:
    """Return the mean of the observations with its interval, by the method that fits them."""
    groups = len({o.group for o in observations})
    if not observations:
        return Estimate(n=0, groups=0, mean=None, low=None, high=None)
    values = [o.value for o in observations]
    mean = math.fsum(values) / len(values)
    if set(values) <= {0.0, 1.0} or len(set(values)) == 1:
        low, high = wilson(mean, groups)
    else:
        low, high = clustered_bootstrap(observations)
    return Estimate(n=len(values), groups=groups, mean=mean, low=low, high=high)


def wilson(share: float, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % score interval for a `share` of `n` independent trials, n at least 1.

    centre = (p + z²/2n) / (1 + z²/n), half = z / (1 + z²/n) · √(p(1-p)/n + z²/4n²)
    """
    shrink = 1 + Z**2 / n
    centre = (share + Z**2 / (2 * n)) / shrink
    half = Z / shrink * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def clustered_bootstrap(
    observations: Sequence[Observation], *, resamples: int = RESAMPLES, seed: int = SEED
) -> tuple[float, float]:
    """Return the 2.5 % and 97.5 % quantiles of the mean over groups drawn with replacement.

    A drawn group adds all its observations. So the mean of a draw is the sum of its values divided
    by their number, which differs if groups differ in size.
    """
    sums: dict[str, float] = {}
    counts: dict[str, int] = {}
    for o in observations:
        sums[o.group] = sums.get(o.group, 0.0) + o.value
        counts[o.group] = counts.get(o.group, 0) + 1
    total = np.array(list(sums.values()))
    count = np.array([counts[group] for group in sums])
    drawn = np.random.default_rng(seed).integers(len(total), size=(resamples, len(total)))
    means = total[drawn].sum(axis=1) / count[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
