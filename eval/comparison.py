"""Compare two runs question by question: what got better or worse, and if by chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.intervals import SEED, Observation, clustered_bootstrap
from eval.metrics import METRICS
from eval.records import Record, Run
from rag.errors import ConfigError

PERMUTATIONS = 9_999

Scores = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Change:
    """The change of a metric from `before` to `after`, over the questions that both runs score.

    `difference` is the mean of after - before; `low` and `high` are its 95 % interval by bootstrap
    over clusters. `p` is two-sided, from a permutation test that swaps the runs cluster by cluster,
    because questions that share a fact change together. `better` and `worse` are ids of questions.
    """

    metric: str
    n: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    p: float
    better: tuple[str, ...]
    worse: tuple[str, ...]


def compare(
    before: Mapping[str, Scores], after: Mapping[str, Scores], clusters: Mapping[str, str]
) -> tuple[Change, ...]:
    """Return the change of every metric that some question has in both runs.

    `before` and `after` give scores by question id, and `clusters` gives the cluster of each
    question.
    """
    changes = []
    for metric in METRICS:
        name = metric.name
        shared = [q for q in before if name in before[q] and name in after.get(q, {})]
        if not shared:
            continue
        values = [after[q][name] - before[q][name] for q in shared]
        gains = values if metric.higher_is_better else [-value for value in values]
        observations = [
            Observation(group=clusters[q], value=value)
            for q, value in zip(shared, values, strict=True)
        ]
        low, high = clustered_bootstrap(observations)
        changes.append(
            Change(
                metric=name,
                n=len(shared),
                before=float(np.mean([before[q][name] for q in shared])),
                after=float(np.mean([after[q][name] for q in shared])),
                difference=float(np.mean(values)),
                low=low,
                high=high,
                p=_p_value(observations),
                better=tuple(q for q, gain in zip(shared, gains, strict=True) if gain > 0),
                worse=tuple(q for q, gain in zip(shared, gains, strict=True) if gain < 0),
            )
        )
    return tuple(changes)


def compare_runs(before: Run, after: Run) -> tuple[Change, ...]:
    """Return the changes between two runs. Raises `ConfigError` if they share no question."""
    clusters = {record.question_id: record.cluster for record in before.records}
    changes = compare(_scores(before), _scores(after), clusters)
    if not changes:
        raise ConfigError(
            en=f"{before.name} and {after.name} share no question: compare runs of one set.",
            zh=f"{before.name} 与 {after.name} 没有共同的问题：请比较同一套问题的评测。",
        )
    return changes


def print_changes(console: Console, before: Run, after: Run, changes: Sequence[Change]) -> None:
    """Print a table of metrics, then each changed question with both answers' status."""
    table = Table(title=f"{after.name} against {before.name}", title_justify="left")
    for column in ("metric", "n", "before", "after", "difference (95 %)", "p", "better", "worse"):
        table.add_column(column, justify="left" if column == "metric" else "right")
    for c in changes:
        difference = f"{c.difference:+.3f} ({c.low:+.3f} to {c.high:+.3f})"
        table.add_row(
            *(c.metric, str(c.n), f"{c.before:.3f}", f"{c.after:.3f}", difference, f"{c.p:.3f}"),
            *(str(len(c.better)), str(len(c.worse))),
        )
    console.print(table)
    old = {record.question_id: record for record in before.records}
    new = {record.question_id: record for record in after.records}
    for title, style, ids in (
        ("Worse", "red", [c.worse for c in changes]),
        ("Better", "green", [c.better for c in changes]),
    ):
        for question_id in sorted({q for some in ids for q in some}):
            concerned = zip(changes, ids, strict=True)
            metrics = ", ".join(c.metric for c, some in concerned if question_id in some)
            line = f"{title}: {question_id} ({metrics}) {new[question_id].question}"
            console.print(Text(line, style=style))
            console.print(Text(f"  {_said(old[question_id])}\n  {_said(new[question_id])}"))


def _said(record: Record) -> str:
    if record.answer is None:
        return f"no answer: {record.error}"
    return f"{record.answer.status}: {' '.join(record.answer.text.split())[:200]}"


def _scores(run: Run) -> dict[str, Scores]:
    return {record.question_id: record.scores for record in run.records}


def _p_value(differences: Sequence[Observation]) -> float:
    sums: dict[str, float] = {}
    for o in differences:
        sums[o.group] = sums.get(o.group, 0.0) + o.value
    totals = np.array([total for total in sums.values() if total])
    if not len(totals):
        return 1.0
    signs = np.random.default_rng(SEED).choice((-1.0, 1.0), size=(PERMUTATIONS, len(totals)))
    # Add one on both sides, because the observed result is itself one of the permutations.
    as_large = np.abs(signs @ totals) >= abs(totals.sum()) - 1e-9
    return float((1 + as_large.sum()) / (1 + PERMUTATIONS))
