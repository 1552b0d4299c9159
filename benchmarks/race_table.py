"""Write the results of a race as one Markdown table with 95 % intervals (`eval/intervals.py`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from race_answers import score

from eval.intervals import Estimate, Observation, estimate
from eval.questions import QUESTIONS, load_questions
from rag.types import Document

NAMES = {"here": "here", "llama_index": "LlamaIndex", "haystack": "Haystack", "txtai": "txtai"}
MEASURES = ("nDCG@10", "recall@5")
# The measure for comparing runs question by question, and the run of this project.
COMPARED = "nDCG@10"
OURS = "hybrid"
RESAMPLES = 2_000
SEED = 20_250_213
# Rows of answers, and whether a higher value is better.
ANSWERS = {
    "facts stated": True,
    "facts stated and rightly cited": True,
    "answered without any of the facts": False,
    "refused wrongly": False,
    "refused rightly": True,
    "sentences with a citation": True,
    "citations right": True,
}


@dataclass(frozen=True)
class Cell:
    """A figure of one system, and its text."""

    value: float
    text: str


@dataclass(frozen=True)
class Row:
    """A measure of every system.

    `cells` are in the systems' order, or None if a system has no value.

    `higher_is_better` is None if no value is best.
    """

    measure: str
    n: str
    cells: Sequence[Cell | None]
    higher_is_better: bool | None = True


def to_markdown(out: Path, articles: Sequence[Document], systems: Sequence[str]) -> str:
    """Return the table of what is finished in `out`, and a line of versions below it."""
    rows = [*_speed_rows(out, systems), *_retrieval_rows(out, systems)]
    for folder in sorted((out / "answers").glob("*/")):
        rows += _answer_rows(folder, articles, systems)
    lines = [
        "| | n | " + " | ".join(NAMES[system] for system in systems) + " |",
        "|---" * (len(systems) + 2) + "|",
        *(_line(row) for row in rows if any(row.cells)),
        "",
        f"Versions: {_versions(out)}.",
    ]
    return "\n".join(lines)


def _line(row: Row) -> str:
    values = [cell.value for cell in row.cells if cell and row.higher_is_better is not None]
    best = (max if row.higher_is_better else min)(values, default=None)
    cells = [
        "—" if cell is None else f"**{cell.text}**" if cell.value == best else cell.text
        for cell in row.cells
    ]
    return f"| {row.measure} | {row.n} | {' | '.join(cells)} |"


# --- index and search -------------------------------------------------------------------------


def _speed_rows(out: Path, systems: Sequence[str]) -> Iterable[Row]:
    rounds = {system: _rounds(out, system) for system in systems}
    if not all(rounds.values()):
        return
    one = rounds[systems[0]][0]
    n = f"{one['articles']} articles, rounds: {min(map(len, rounds.values()))}"
    for unit, clock in (
        ("characters", "clock"),
        ("characters", "processor"),
        ("passages", "clock"),
        ("articles", "clock"),
    ):
        rates = {
            system: [r[unit] / r["index_seconds"][clock] for r in some]
            for system, some in rounds.items()
        }
        per = "second" if clock == "clock" else "processor second"
        # Systems choose the size of passages, so more passages are not better.
        better = None if unit == "passages" else True
        cells = [_rate(rates[system]) for system in systems]
        yield Row(f"index, {unit} a {per}", n, cells, better)
    seconds = {
        system: [r["index_seconds"]["clock"] for r in some] for system, some in rounds.items()
    }
    ratios = {system: min(some) / min(seconds[systems[0]]) for system, some in seconds.items()}
    cells = [Cell(ratios[system], f"{ratios[system]:.1f}") for system in systems]
    yield Row("index, time by that of ours", n, cells, higher_is_better=False)
    asked = len(next(iter(one["search_milliseconds"].values()))["clock"])
    n = f"{asked} questions, rounds: {min(map(len, rounds.values()))}"
    for name, quantile, clock in (
        ("p50, ms", 50, "clock"),
        ("p95, ms", 95, "clock"),
        ("p50, ms of processor", 50, "processor"),
    ):
        cells = [_latency(rounds[system], quantile, clock) for system in systems]
        yield Row(f"search, {name}", n, cells, higher_is_better=False)


def _rounds(out: Path, system: str) -> list[dict[str, Any]]:
    files = sorted((out / "speed").glob(f"{system}.*.json"))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def _rate(values: Sequence[float]) -> Cell:
    """Return the fastest round (slowest to fastest), because other programs only slow it down."""
    low, high = min(values), max(values)
    return Cell(high, f"{_short(high)} ({_short(low)}–{_short(high)})")


def _latency(rounds: Sequence[Mapping[str, Any]], quantile: int, clock: str) -> Cell:
    """Return the quantile over questions for each way to search, with intervals.

    The fastest round of each question counts, and questions are resampled.
    """
    cells = []
    for way in rounds[0]["search_milliseconds"]:
        times = np.array([r["search_milliseconds"][way][clock] for r in rounds]).min(axis=0)
        value = float(np.percentile(times, quantile))
        low, high = _bootstrap(times, quantile)
        cells.append(Cell(value, f"{_short(value)} ({_short(low)}–{_short(high)}) {way}"))
    return Cell(min(cell.value for cell in cells), ", ".join(cell.text for cell in cells))


def _bootstrap(values: np.ndarray[Any, Any], quantile: int) -> tuple[float, float]:
    """Return the 2.5 % and 97.5 % bounds of a quantile of values drawn with replacement."""
    drawn = np.random.default_rng(SEED).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(np.percentile(values[drawn], quantile, axis=1), [0.025, 0.975])
    return float(low), float(high)


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.1f}"


# --- retrieval --------------------------------------------------------------------------------


def _retrieval_rows(out: Path, systems: Sequence[str]) -> Iterable[Row]:
    for file in sorted((out / "retrieval").glob("*.json")):
        found = json.loads(file.read_text(encoding="utf-8"))
        runs, name, n = found["runs"], found["set"], str(found["questions"])
        for measure in MEASURES:
            best = [_best_run(runs, system, measure) for system in systems]
            cells = [_named(_estimated(runs[run][measure]), run) if run else None for run in best]
            yield Row(f"{name}, {measure}", n, cells)
        less = {(c["a"], c["b"]): c["difference"] for c in found["comparisons"]}
        best = [_best_run(runs, system, COMPARED) for system in systems]
        cells = [_less(less.get((OURS, run or ""))) for run in best]
        yield Row(f"{name}, {COMPARED}, ours less theirs", n, cells, higher_is_better=None)


def _best_run(runs: Mapping[str, Any], system: str, measure: str) -> str | None:
    """Return the system's run with the best mean."""
    if system == "here":
        return OURS
    named = [name for name in runs if name.startswith(f"{system}-")]
    return max(named, key=lambda name: runs[name][measure]["mean"], default=None)


def _named(cell: Cell | None, run: str) -> Cell | None:
    """Add the peer's way to search, taken from a run such as `haystack-hybrid.cmrc2018`."""
    way = run.partition("-")[2].partition(".")[0]
    return cell and Cell(cell.value, f"{cell.text} {way}".strip())


def _less(difference: Mapping[str, float] | None) -> Cell | None:
    """Return the paired difference, ours less theirs. It is stored as theirs less ours."""
    if difference is None:
        return None
    mean, low, high = (-difference[part] for part in ("mean", "high", "low"))
    return Cell(mean, f"{mean:+.3f} ({low:+.3f} to {high:+.3f})")


def _estimated(found: Mapping[str, Any]) -> Cell | None:
    if found["mean"] is None:
        return None
    text = f"{found['mean']:.3f} ({found['low']:.3f}–{found['high']:.3f})"
    return Cell(found["mean"], text)


# --- answers ----------------------------------------------------------------------------------


def _answer_rows(
    folder: Path, articles: Sequence[Document], systems: Sequence[str]
) -> Iterable[Row]:
    records = {system: _answers(folder / f"{system}.jsonl") for system in systems}
    # Questions that a system was not asked yet are left out for all.
    common = set.intersection(*(set(some) for some in records.values()))
    questions = [q for q in load_questions(QUESTIONS, articles) if q.question_id in common]
    by_id = {document.doc_id: document for document in articles}
    scored = {
        system: [score(q, records[system][q.question_id], by_id) for q in questions]
        for system in systems
    }
    for measure, higher in ANSWERS.items():
        estimates = [
            estimate(
                [
                    Observation(group=s.question.cluster, value=s.values[measure])
                    for s in scored[system]
                    if measure in s.values
                ]
            )
            for system in systems
        ]
        n = "/".join(dict.fromkeys(str(e.n) for e in estimates))
        yield Row(f"{folder.name}: {measure}", n, list(map(_answer_cell, estimates)), higher)


def _answer_cell(found: Estimate) -> Cell | None:
    return _estimated({"mean": found.mean, "low": found.low, "high": found.high})


def _answers(file: Path) -> dict[str, dict[str, Any]]:
    if not file.is_file():
        return {}
    lines = file.read_text(encoding="utf-8").split("\n")
    return {record["id"]: record for record in map(json.loads, filter(None, lines))}


def _versions(out: Path) -> str:
    kept = [*(out / "speed").glob("*.json"), *(out / "rankings").glob("*.json")]
    records = [json.loads(file.read_text(encoding="utf-8")) for file in kept]
    for file in (out / "answers").glob("*/*.jsonl"):
        records += _answers(file).values()
    found = {item for record in records for item in record.get("versions", {}).items()}
    return ", ".join(f"{name} {number}" for name, number in sorted(found))
