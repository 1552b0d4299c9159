"""Check a run against a baseline that is part of the project, so that no loss goes unnoticed.

`baseline.jsonl` has the scores of each question of the seeds' set, as the extractive composer
answered it. `python -m eval baseline RUN` writes it anew, and its diff shows what changed. A metric
fails if the questions that got worse outweigh those that got better by more than differences
between processors can explain.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from eval.comparison import Change, Scores, compare
from eval.metrics import METRICS
from eval.records import Run
from rag.errors import ConfigError

BASELINE = Path(__file__).with_name("baseline.jsonl")
"""The baseline scores of a run over the whole set on `seeds/`."""

_ALLOWED_QUESTIONS = 1.5
_ALLOWED_SHARE = 0.02


def write_baseline(run: Run, path: Path = BASELINE) -> None:
    """Make the scores of a run the baseline, one line per question, sorted by id.

    Raises `ConfigError` if the run is not a complete one by the extractive composer.
    """
    if run.manifest["composer"] != "extractive" or len(run.records) != run.manifest["questions"]:
        raise ConfigError(
            en=f"{run.name} is not a complete run of the extractive composer: make one first.",
            zh=f"{run.name} 不是完整的原句作答评测：请先完成一次。",
        )
    lines = [
        json.dumps({"id": r.question_id, "cluster": r.cluster, "scores": _rounded(r.scores)})
        for r in sorted(run.records, key=lambda record: record.question_id)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rounded(scores: Scores) -> dict[str, float]:
    return {metric: round(score, 4) for metric, score in scores.items()}


def read_baseline(path: Path = BASELINE) -> tuple[dict[str, Scores], dict[str, str]]:
    """Return scores and clusters by question id."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {r["id"]: r["scores"] for r in records}, {r["id"]: r["cluster"] for r in records}


def regressions(
    after: Mapping[str, Scores], before: Mapping[str, Scores], clusters: Mapping[str, str]
) -> tuple[Change, ...]:
    """Return the metrics that lost more than allowed: one and a half questions plus 2 % of all."""
    higher = {metric.name: metric.higher_is_better for metric in METRICS}
    return tuple(
        change
        for change in compare(before, after, clusters)
        if _lost(change, higher[change.metric]) > _ALLOWED_QUESTIONS + _ALLOWED_SHARE * change.n
    )


def print_regressions(console: Console, found: Sequence[Change]) -> None:
    """Print each metric that fails, and the questions that got worse."""
    for change in found:
        line = f"{change.metric} fell from {change.before:.3f} to {change.after:.3f}; worse: "
        console.print(Text(line + ", ".join(change.worse), style="bold red"))


def _lost(change: Change, higher_is_better: bool) -> float:
    return change.n * (-change.difference if higher_is_better else change.difference)
