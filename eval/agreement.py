"""Measure how far the verifier and a person agree on a sheet of statements (`eval.spot_check`).

A sheet has about equally many statements of each verdict, so its agreement is not the run's share
of right verdicts. Counts within one verdict are valid for the run: the share of "supported" that a
person marks "not supported" is the error that misleads readers. A statement that was left out has
no citation, which shows the person its verdict. So agreement on these is weaker evidence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.intervals import RESAMPLES, SEED, Estimate, Observation, estimate, wilson
from eval.spot_check import LABELS, Marked
from rag.errors import ConfigError

Indicators = npt.NDArray[np.int64]
"""Shape (items, categories): 1 if a judge put the item into the category, else 0."""


@dataclass(frozen=True, kw_only=True)
class Kappa:
    """Cohen's kappa and its 95 % interval. It is at most 1; 0 is chance, and below 0 is worse.

    All are None if verifier and person each put everything into one and the same category. Then
    chance alone agrees on everything, and kappa is 0/0.
    """

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """The agreement of verifier and person on the `n` marked statements of a sheet.

    `confusion[i][j]` counts statements with the verifier's verdict i and the person's mark j, in
    the order supported, partial, unsupported. `binary` counts the last two as one. `false_passes`
    is the share of the verifier's "supported" that the person marked "unsupported";
    `falsely_passed` are these statements.
    """

    n: int
    unmarked: int
    observed: Estimate
    kappa: Kappa
    binary: Kappa
    false_passes: Estimate
    falsely_passed: tuple[Marked, ...]
    confusion: tuple[tuple[int, ...], ...]


def agreement(sheet: Sequence[Marked]) -> Agreement:
    """Return the agreement of a sheet. Raises `ConfigError` if no statement is marked."""
    pairs = [(row.verdict, row.mark) for row in sheet if row.mark]
    if not pairs:
        raise ConfigError(
            en=f"None of the {len(sheet)} statements is marked: write supported, partial or "
            "unsupported in the column mark, or mark them on the page and download the sheet.",
            zh=f"{len(sheet)} 个句子都还没有标注：请在 mark 一列填写 支持、部分支持 或 不支持，"
            "或在网页上标注后下载。",
        )
    counts = Counter(pairs)
    verdicts, marks = zip(*pairs, strict=True)
    passed = [mark for verdict, mark in pairs if verdict == "supported"]
    return Agreement(
        n=len(pairs),
        unmarked=len(sheet) - len(pairs),
        observed=_share([verdict == mark for verdict, mark in pairs]),
        kappa=cohens_kappa(verdicts, marks),
        binary=cohens_kappa(
            [v == "supported" for v in verdicts], [m == "supported" for m in marks]
        ),
        false_passes=_share([mark == "unsupported" for mark in passed]),
        falsely_passed=tuple(
            row for row in sheet if (row.verdict, row.mark) == ("supported", "unsupported")
        ),
        confusion=tuple(tuple(counts[verdict, mark] for mark in LABELS) for verdict in LABELS),
    )


def cohens_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> Kappa:
    """Return the unweighted kappa of two judges' categories for the same items, at least one.

    κ = (p_o - p_e) / (1 - p_e), where p_o is the share of items in agreement and p_e the share
    expected by chance from judges with the same totals (Cohen, 1960, "A Coefficient of Agreement
    for Nominal Scales", Educational and Psychological Measurement 20).

    The interval is a percentile bootstrap over items, as in `eval.intervals`. Resamples without a
    kappa are left out. If the judges agree on everything, every resample gives 1, although few
    items cannot prove this. Then the lower end is κ with Wilson's lower end for p_o, and with p_e
    unchanged.
    """
    n = len(first)
    categories = list(dict.fromkeys([*first, *second]))
    a, b = (
        np.array([[category == item for category in categories] for item in judge], dtype=np.int64)
        for judge in (first, second)
    )
    whole = _kappas(a, b, np.arange(n)[np.newaxis])
    if not len(whole):
        return Kappa(value=None, low=None, high=None)
    value = float(whole[0])
    if value == 1.0:
        chance = float(a.mean(axis=0) @ b.mean(axis=0))
        return Kappa(value=value, low=(wilson(1.0, n)[0] - chance) / (1 - chance), high=1.0)
    drawn = np.random.default_rng(SEED).integers(n, size=(RESAMPLES, n))
    low, high = np.quantile(_kappas(a, b, drawn), [0.025, 0.975])
    return Kappa(value=value, low=float(low), high=float(high))


def print_agreement(console: Console, found: Agreement) -> None:
    """Print the table of verdicts and marks, the figures, and each wrongly passed statement."""
    table = Table(title="Verifier (rows) against person (columns)", title_justify="left")
    table.add_column("")
    for english, _ in LABELS.values():
        table.add_column(english, justify="right")
    for (english, _), counts in zip(LABELS.values(), found.confusion, strict=True):
        table.add_row(english, *map(str, counts))
    console.print(table)
    console.print(f"{found.n} statements marked, {found.unmarked} not marked and left out.")
    console.print(f"Agreement: {_estimate_text(found.observed)}")
    console.print(f"Cohen's kappa: {_kappa_text(found.kappa)}")
    console.print(f"  supported against anything less: {_kappa_text(found.binary)}")
    passed = _estimate_text(found.false_passes)
    console.print(f"Supported to the verifier, not supported to the person: {passed}")
    for row in found.falsely_passed:
        remark = f" ({row.remark})" if row.remark else ""
        console.print(Text(f"  {row.statement_id}: {row.statement}{remark}", style="red"))
    console.print(
        "Intervals are of 95 %: Wilson's for shares, bootstrap over statements for kappa. Agreement"
        " and kappa are those of this sheet, which holds more doubtful statements than the run.",
        style="dim",
    )


def _kappas(a: Indicators, b: Indicators, drawn: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return the kappa of each row of `drawn`, which has shape (samples, n) and holds item indices.

    Rows whose kappa is 0/0 are left out. Numerator and denominator are multiplied by n², to be
    whole numbers, so that 0 is exact.
    """
    n = drawn.shape[1]
    agreed = (a * b).sum(axis=1)[drawn].sum(axis=1)
    chance = (a[drawn].sum(axis=1) * b[drawn].sum(axis=1)).sum(axis=1)
    defined = chance < n * n
    kappas: npt.NDArray[np.float64] = (n * agreed - chance)[defined] / (n * n - chance)[defined]
    return kappas


def _share(values: Sequence[bool]) -> Estimate:
    """Each statement is a group of its own, because a sheet rarely has two of one question."""
    return estimate([Observation(group=str(n), value=v) for n, v in enumerate(values)])


def _estimate_text(value: Estimate) -> str:
    if value.mean is None or value.low is None or value.high is None:
        return "no such statement is marked"
    return f"{value.mean:.3f} ({value.low:.3f} to {value.high:.3f}), n = {value.n}"


def _kappa_text(kappa: Kappa) -> str:
    if kappa.value is None or kappa.low is None or kappa.high is None:
        return "undefined: verifier and person put every statement in one and the same category"
    return f"{kappa.value:.3f} ({kappa.low:.3f} to {kappa.high:.3f})"
