"""What a race found, as one Markdown table with 95 % intervals (`eval/intervals.py`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
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
RESAMPLES = 2_000
SEED = 20_250_213
# Rows of answers, and whether more of it is better.
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
    """A figure of one system, and what is written of it."""

    value: float
    text: str


@dataclass(frozen=True)
class Row:
    """A measure of every system, `cells` in their order; None where a system has none."""

    measure: str
    n: str
    cells: Sequence[Cell | None]
    higher_is_better: bool = True


def to_markdown(out: Path, articles: Sequence[Document], systems: Sequence[str]) -> str:
    """The table of what is finished in `out`, and a line of versions under it."""
    rows = [*_speed_rows(out, systems), *_retrieval_rows(out, systems)]
    for folder in sorted((out / "answers").glob("*/")):
        rows += _answer_rows(folder, articles, systems)
    lines = [
        "| | n | " + " | ".join(NAMES[system] for system in systems) + " |",
        "|---" * (len(systems) + 2) + "|",
        *map(_line, rows),
        "",
        f"Versions: {_versions(out)}.",
    ]
    return "\n".join(lines)


def _line(row: Row) -> str:
    values = [cell.value for cell in row.cells if cell]
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
    n = f"{one['articles']} articles, {min(map(len, rounds.values()))} rounds"
    for unit in ("characters", "passages"):
        rates = {
            system: [r[unit] / r["index_seconds"] for r in some] for system, some in rounds.items()
        }
        yield Row(f"index, {unit}/s", n, [_rate(rates[system]) for system in systems])
    # A round's ratio compares neighbours in time.
    ratios = {
        system: [
            peer["index_seconds"] / ours["index_seconds"]
            for ours, peer in zip(rounds[systems[0]], some, strict=False)
        ]
        for system, some in rounds.items()
    }
    yield Row("index, time by ours", n, [_rate(ratios[system], "×") for system in systems], False)
    asked = len(next(iter(one["search_milliseconds"].values())))
    for name, quantile in (("p50", 50), ("p95", 95)):
        yield Row(
            f"search, {name}, ms",
            f"{asked} questions, {len(rounds[systems[0]])} rounds",
            [_latency(rounds[system], quantile) for system in systems],
            higher_is_better=False,
        )


def _rounds(out: Path, system: str) -> list[dict[str, Any]]:
    files = sorted((out / "speed").glob(f"{system}.*.json"))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def _rate(values: Sequence[float], unit: str = "") -> Cell:
    """The median with its interval; of a few rounds, that is from the lowest to the highest."""
    middle = float(np.median(values))
    low, high = _bootstrap(np.array(values)[:, None], lambda drawn: np.median(drawn, axis=(1, 2)))
    return Cell(middle, f"{_short(middle)}{unit} ({_short(low)}–{_short(high)})")


def _latency(rounds: Sequence[Mapping[str, Any]], quantile: int) -> Cell:
    """Each way's quantile over questions, of each the median round; resampled by question."""
    ways = [
        (way, np.median([r["search_milliseconds"][way] for r in rounds], axis=0))
        for way in rounds[0]["search_milliseconds"]
    ]
    cells = []
    for way, values in ways:
        value = float(np.percentile(values, quantile))
        low, high = _bootstrap(values[:, None], lambda d: np.percentile(d, quantile, axis=(1, 2)))
        cells.append(Cell(value, f"{_short(value)} ({_short(low)}–{_short(high)}) {way}"))
    return Cell(min(c.value for c in cells), ", ".join(c.text for c in cells))


def _bootstrap(
    values: np.ndarray[Any, Any], measure: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]
) -> tuple[float, float]:
    """The 2.5 % and 97.5 % quantiles of a measure of rows drawn with replacement."""
    drawn = np.random.default_rng(SEED).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(measure(values[drawn]), [0.025, 0.975])
    return float(low), float(high)


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.1f}"


# --- retrieval --------------------------------------------------------------------------------


def _retrieval_rows(out: Path, systems: Sequence[str]) -> Iterable[Row]:
    for file in sorted((out / "retrieval").glob("*.json")):
        found = json.loads(file.read_text(encoding="utf-8"))
        for measure in MEASURES:
            cells = [_best_way(found["runs"], system, measure) for system in systems]
            yield Row(f"{found['set']}, {measure}", str(found["questions"]), cells)


def _best_way(runs: Mapping[str, Any], system: str, measure: str) -> Cell | None:
    """The run of a system that has the best mean, named by its way."""
    if system == "here":
        return _estimated(runs["hybrid"][measure])
    ways = {
        name.partition("-")[2].partition(".")[0]: values[measure]
        for name, values in runs.items()
        if name.startswith(f"{system}-")
    }
    way = max(ways, key=lambda name: ways[name]["mean"], default=None)
    if way is None:
        return None
    cell = _estimated(ways[way])
    return cell and Cell(cell.value, f"{cell.text} {way}")


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
    # What one of them was not asked yet is left out for all.
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
