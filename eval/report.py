"""Print the results of a run as tables in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.cost import cost
from eval.intervals import Estimate
from eval.metrics import METRICS
from eval.runner import Outcome, Row


def print_tables(console: Console, rows: Sequence[Row]) -> None:
    """Print each metric overall and by language, and then for each type of question.

    For a type, only deciding metrics are printed. The others are on the report's page.
    """
    console.print(_table("All questions", ("metric", "questions"), _by_metric(rows)))
    console.print(_table("By type", ("type", "metric"), _by_type(rows)))
    console.print(
        "Intervals are of 95 %, over clusters of questions: bootstrap for means, Wilson's for "
        "shares (eval/intervals.py).",
        style="dim",
    )


def print_cost(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Print the cost of the answers in one line."""
    console.print(str(cost((o.seconds, o.answer) for o in outcomes)))


def print_errors(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Print each question without an answer, and why. It counts in the means as the worst."""
    for outcome in outcomes:
        if outcome.error is not None:
            line = f"{outcome.question.question_id} has no answer: {outcome.error}"
            console.print(Text(line, style="red"))


def print_failures(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Print every question that failed a metric, with its answer."""
    for outcome in outcomes:
        if not outcome.failed:
            continue
        question, answer = outcome.question, outcome.answer
        console.print()
        console.print(Text(f"{question.question_id} ({question.type})", style="bold"))
        console.print(Text(question.text))
        scores = [
            f"{metric.name} {score:.2f}"
            for metric, score in zip(METRICS, outcome.scores, strict=True)
            if score is not None
        ]
        console.print(Text(", ".join(scores), style="yellow"))
        status = answer.status if answer else f"no answer: {outcome.error}"
        console.print(Text(f"{status}: {answer.text if answer else ''}", style="dim"))


def _by_metric(rows: Sequence[Row]) -> list[tuple[str, str, Estimate]]:
    slices = ("overall", "zh", "en")
    return [
        (metric.name, row.slice, row.estimate)
        for metric in METRICS
        for row in rows
        if row.metric == metric.name and row.slice in slices
    ]


def _by_type(rows: Sequence[Row]) -> list[tuple[str, str, Estimate]]:
    decisive = {metric.name for metric in METRICS if metric.decides}
    return [
        (row.slice, row.metric, row.estimate)
        for row in rows
        if row.slice not in ("overall", "zh", "en") and row.metric in decisive
    ]


def _table(title: str, names: tuple[str, str], lines: Sequence[tuple[str, str, Estimate]]) -> Table:
    """Return a table with a section for each first column. Lines without scores are left out."""
    table = Table(title=title, title_justify="left")
    for name in names:
        table.add_column(name)
    for name in ("n", "mean", "95 % interval"):
        table.add_column(name, justify="right")
    section = None
    for first, second, value in lines:
        if value.mean is None or value.low is None or value.high is None:
            continue
        if section not in (None, first):
            table.add_section()
        shown = "" if section == first else first
        section = first
        interval = f"{value.low:.3f} – {value.high:.3f}"
        table.add_row(shown, second, str(value.n), f"{value.mean:.3f}", interval)
    return table
