"""Measure how well scores separate right cases from wrong ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def area_under_roc(scores: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Return the chance that a right case scores above a wrong one, ties by half: 0 to 1.

    `scores` and `right` (1 or 0) have shape (n,). The result is NaN if there are no cases of one
    kind. This is the area under the ROC curve (Hanley and McNeil, 1982).
    """
    good, bad = scores[right == 1], scores[right == 0]
    if not len(good) or not len(bad):
        return float("nan")
    return float((good[:, None] > bad).mean() + (good[:, None] == bad).mean() / 2)
