"""The arithmetic of fitting: on figures made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from eval.fitting import Rows, fit_logistic
from eval.metrics.roc import area_under_roc


def test_the_area_is_how_often_right_scores_above_wrong() -> None:
    # Pairs: 3 > 1, 3 > 2, 2 > 1, 2 = 2: three and a half of four.
    scores, right = np.array([3.0, 2.0, 2.0, 1.0]), np.array([1.0, 1.0, 0.0, 0.0])
    assert area_under_roc(scores, right) == pytest.approx(3.5 / 4)


def test_the_area_of_one_kind_alone_is_unknown() -> None:
    assert np.isnan(area_under_roc(np.array([1.0]), np.array([1.0])))


def test_a_logistic_regression_finds_the_odds() -> None:
    # Of ten with the feature nine are right, of ten without it one: log-odds ±ln 9.
    features = np.array([[1.0, 1.0]] * 10 + [[1.0, 0.0]] * 10)
    right = np.array([1.0] * 9 + [0.0] + [1.0] + [0.0] * 9)
    bias, weight = fit_logistic(Rows(features=features, right=right, weights=np.full(20, 1 / 20)))
    # The ridge draws the weight a little towards nought.
    assert bias == pytest.approx(-np.log(9), abs=0.15)
    assert bias + weight == pytest.approx(np.log(9), abs=0.15)
