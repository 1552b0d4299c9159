import pytest

from eval.intervals import Observation, clustered_bootstrap, estimate, wilson


def observations(*pairs: tuple[str, float]) -> list[Observation]:
    return [Observation(group=group, value=value) for group, value in pairs]


def test_wilson_against_published_values() -> None:
    # Newcombe (1998), Statistics in Medicine 17, Table I, method 3 (score, no correction):
    # 81/263 -> 0.2553..0.3662, 15/148 -> 0.0624..0.1605, 0/20 -> 0..0.1611, 1/29 -> 0.0061..0.1718
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15 / 148, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0.0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1 / 29, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


def test_the_bootstrap_of_fair_coins_is_near_the_normal_interval() -> None:
    # 400 groups of one value each, half 0 and half 1: the mean is 0.5, its standard error
    # √(0.25/400) = 0.025, so 95 % lie within 0.5 ± 1.96 * 0.025 = 0.451..0.549.
    coins = observations(*((str(n), float(n % 2)) for n in range(400)))
    assert clustered_bootstrap(coins) == pytest.approx((0.451, 0.549), abs=0.005)


def test_twins_that_agree_are_not_twice_the_evidence() -> None:
    single = observations(*((str(n), n / 10) for n in range(11)))
    twins = single + single
    # Each draw of groups has the same mean whether its members stand once or twice in it.
    assert clustered_bootstrap(twins) == pytest.approx(clustered_bootstrap(single))


def test_the_bootstrap_repeats() -> None:
    data = observations(*((str(n), n / 30) for n in range(31)))
    assert clustered_bootstrap(data) == clustered_bootstrap(data)
    assert clustered_bootstrap(data) != clustered_bootstrap(data, seed=1)


def test_estimate_of_fractions() -> None:
    # (0.0 + 0.5 + 0.5 + 1.0) / 4 = 0.5, over four questions in three groups
    result = estimate(observations(("a", 0.0), ("b", 0.5), ("c", 0.5), ("c", 1.0)))
    assert (result.n, result.groups, result.mean) == (4, 3, 0.5)
    assert result.low is not None
    assert result.high is not None
    # The lowest draw is a, a, a: mean 0; the highest is c, c, c: mean (0.5 + 1.0) / 2 = 0.75.
    assert 0.0 <= result.low < 0.5 < result.high <= 0.75


def test_estimate_of_yes_or_no_is_wilson_over_groups() -> None:
    # Four times yes, in two groups: Wilson for 2 of 2, not for 4 of 4.
    result = estimate(observations(("a", 1.0), ("a", 1.0), ("b", 1.0), ("b", 1.0)))
    assert result.mean == 1.0
    assert (result.low, result.high) == wilson(1.0, 2)


def test_values_all_the_same_still_have_an_interval() -> None:
    result = estimate(observations(("a", 0.5), ("b", 0.5)))
    assert (result.low, result.high) == wilson(0.5, 2)


def test_nothing_scored_is_not_zero() -> None:
    result = estimate([])
    assert (result.n, result.mean, result.low, result.high) == (0, None, None, None)
