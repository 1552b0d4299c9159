"""The agreement of verifier and person, against arithmetic by hand."""

from __future__ import annotations

from io import StringIO
from itertools import product

import pytest
from rich.console import Console

from eval.agreement import Kappa, agreement, cohens_kappa, print_agreement
from eval.intervals import wilson
from eval.spot_check import Marked
from rag.errors import ConfigError
from rag.types import Verdict

VERDICTS: tuple[Verdict, ...] = ("supported", "partial", "unsupported")


def row(number: int, verdict: Verdict, mark: Verdict | None, remark: str = "") -> Marked:
    return Marked(
        statement_id=f"q{number}#1",
        question="q",
        statement=f"statement {number}",
        quotes="",
        verdict=verdict,
        mark=mark,
        remark=remark,
    )


def sheet(*counts: int) -> list[Marked]:
    """A sheet with these counts: verdicts in rows, marks in columns."""
    pairs = [
        pair for pair, n in zip(product(VERDICTS, VERDICTS), counts, strict=True) for _ in range(n)
    ]
    return [row(number, *pair) for number, pair in enumerate(pairs)]


def printed(rows: list[Marked]) -> str:
    shown = StringIO()
    print_agreement(Console(file=shown, width=200), agreement(rows))
    return shown.getvalue()


def test_kappa_by_hand() -> None:
    #                    person: supported  partial  unsupported | total
    # verifier supported              12         2            0  |    14
    #          partial                 3         6            4  |    13
    #          unsupported             0         2           11  |    13
    #          total                  15        10           15  |    40
    found = agreement(sheet(12, 2, 0, 3, 6, 4, 0, 2, 11))
    assert found.confusion == ((12, 2, 0), (3, 6, 4), (0, 2, 11))
    assert (found.n, found.unmarked) == (40, 0)
    # p_o = (12 + 6 + 11) / 40 = 29/40 = 0.725
    assert found.observed.mean == pytest.approx(0.725)
    assert (found.observed.low, found.observed.high) == wilson(0.725, 40)
    # p_e = (14·15 + 13·10 + 13·15) / 40² = (210 + 130 + 195) / 1600 = 535/1600
    # κ = (1160 - 535) / (1600 - 535) = 625/1065 = 0.5869
    assert found.kappa.value == pytest.approx(625 / 1065)
    # Supported against less: 12 and 2, 3 and 23. p_o = 35/40 = 1400/1600,
    # p_e = (14·15 + 26·25) / 1600 = 860/1600, κ = (1400 - 860) / (1600 - 860) = 540/740.
    assert found.binary.value == pytest.approx(540 / 740)


def test_the_interval_of_kappa_is_near_the_normal_one() -> None:
    # Half and half, 80 of 100 agree: p_o = 0.8, p_e = 0.5, κ = 0.3 / 0.5 = 0.6. Cohen's standard
    # error is √(p_o·(1 - p_o) / (n·(1 - p_e)²)) = √(0.16 / 25) = 0.08: 0.6 ± 1.96 · 0.08.
    kappa = cohens_kappa("a" * 50 + "b" * 50, "a" * 40 + "b" * 10 + "b" * 40 + "a" * 10)
    assert kappa.value == pytest.approx(0.6)
    assert (kappa.low, kappa.high) == pytest.approx((0.443, 0.757), abs=0.015)
    assert kappa == cohens_kappa("a" * 50 + "b" * 50, "a" * 40 + "b" * 10 + "b" * 40 + "a" * 10)


def test_kappa_is_0_for_chance_and_below_for_worse() -> None:
    # Each of four pairs once: p_o = 2/4, p_e = (2·2 + 2·2) / 16 = 1/2.
    assert cohens_kappa("aabb", "abab").value == 0
    # Never agreed: p_o = 0, p_e = 1/2, κ = -1.
    assert cohens_kappa("aabb", "bbaa").value == -1


def test_full_agreement_of_few_is_no_certainty() -> None:
    kappa = cohens_kappa("aaabbb", "aaabbb")
    # Wilson for 6 of 6: 6 / (6 + 1.96²) = 0.6097; p_e = 1/2, so the lower end is 0.1097 / 0.5.
    assert (kappa.value, kappa.high) == (1.0, 1.0)
    assert kappa.low == pytest.approx(0.2193, abs=1e-3)


def test_one_category_has_no_kappa() -> None:
    rows = sheet(7, 0, 0, 0, 0, 0, 0, 0, 0)
    assert agreement(rows).kappa == Kappa(value=None, low=None, high=None)
    assert "Cohen's kappa: undefined" in printed(rows)
    # Agreement by chance alone is not undefined where only one judge saw but one category:
    # p_o = p_e = 6/7, κ = 0.
    assert agreement(sheet(6, 1, 0, 0, 0, 0, 0, 0, 0)).kappa.value == 0


def test_what_is_not_marked_is_counted_and_left_out() -> None:
    rows = [*sheet(1, 0, 0, 0, 0, 0, 0, 0, 1), row(7, "partial", None), row(8, "supported", None)]
    found = agreement(rows)
    assert (found.n, found.unmarked) == (2, 2)
    assert found.kappa.value == 1
    with pytest.raises(ConfigError, match="None of the 2 statements is marked: write supported"):
        agreement(rows[2:])


def test_what_was_passed_wrongly_has_a_share_and_is_named() -> None:
    # Of 10 that the verifier calls supported, 2 are partial and 1 is unsupported to the person.
    rows = [*sheet(7, 2, 0, 0, 0, 0, 0, 0, 3), row(99, "supported", "unsupported", "[b]2024[/b]!")]
    found = agreement(rows)
    assert found.false_passes.mean == pytest.approx(1 / 10)
    assert (found.false_passes.low, found.false_passes.high) == wilson(1 / 10, 10)
    shown = printed(rows)
    assert "q99#1: statement 99 ([b]2024[/b]!)" in shown
    assert "not supported to the person: 0.100 (0.018 to 0.404), n = 10" in shown
    # None passed, none wrongly passed: that is not a share of 0.
    assert "not supported to the person: no such statement" in printed(sheet(*[0] * 8, 2))
