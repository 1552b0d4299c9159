"""Paired comparison: held to hand arithmetic, and to what chance does."""

import numpy as np
import pytest

from eval.comparison import compare
from eval.guard import regressions

GROUPS = {f"q{i}": f"g{i // 2}" for i in range(400)}


def scores(values: list[float], metric: str = "fact recall") -> dict[str, dict[str, float]]:
    return {f"q{i}": {metric: value} for i, value in enumerate(values)}


def test_better_and_worse_are_in_the_metrics_own_direction() -> None:
    (change,) = compare(scores([0, 1, 1, 0.5]), scores([1, 0, 1, 1]), GROUPS)
    assert (change.n, change.before, change.after) == (4, 0.625, 0.75)
    assert change.difference == pytest.approx(0.125)
    assert (change.better, change.worse) == (("q0", "q3"), ("q1",))
    wrong = "false abstentions"
    (change,) = compare(scores([0, 1], wrong), scores([1, 0], wrong), GROUPS)
    assert (change.better, change.worse) == (("q1",), ("q0",))


def test_only_questions_that_both_runs_score_count() -> None:
    before, after = scores([1, 1, 1]), scores([1, 0])
    before["q0"] = {"MRR": 1.0}
    (change,) = compare(before, after, GROUPS)
    assert change.n == 1
    assert compare(scores([1.0]), {}, GROUPS) == ()


def test_chance_is_told_from_gain() -> None:
    rng = np.random.default_rng(3)
    base = rng.uniform(0, 0.8, 200)
    (gain,) = compare(scores(base.tolist()), scores((base + 0.1).tolist()), GROUPS)
    assert gain.low == pytest.approx(0.1)
    assert gain.p < 0.001
    noise = base + rng.normal(0, 0.1, 200)
    (chance,) = compare(scores(base.tolist()), scores(noise.tolist()), GROUPS)
    assert chance.low < 0 < chance.high
    assert chance.p > 0.05
    (same,) = compare(scores(base.tolist()), scores(base.tolist()), GROUPS)
    assert same.p == 1


def test_two_wordings_that_fall_together_are_one_observation() -> None:
    # Five facts, each with two wordings: a difference on all has p = 2 / 2^5, not 2 / 2^10.
    (change,) = compare(scores([0.0] * 10), scores([1.0] * 10), GROUPS)
    assert change.p == pytest.approx(2 / 32, abs=0.01)


def test_the_guard_allows_a_flicker_and_no_loss() -> None:
    before = scores([1.0] * 100)
    assert regressions(scores([0.0] * 3 + [1.0] * 97), before, GROUPS) == ()
    (lost,) = regressions(scores([0.0] * 4 + [1.0] * 96), before, GROUPS)
    assert lost.worse == ("q0", "q1", "q2", "q3")
    # What is lost here may be won there; and of false abstentions, more is worse.
    won = scores([1.0] * 96 + [0.0] * 4)
    assert regressions(scores([0.0] * 4 + [1.0] * 96), won, GROUPS) == ()
    wrong = "false abstentions"
    assert regressions(scores([1.0] * 9, wrong), scores([0.0] * 9, wrong), GROUPS)
    assert not regressions(scores([0.0] * 9, wrong), scores([1.0] * 9, wrong), GROUPS)
