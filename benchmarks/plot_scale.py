"""Draw the results of `benchmarks/scale.py measure` for indexes of several sizes.

pip install matplotlib
python benchmarks/plot_scale.py FILE.json ... --out docs/scale.svg
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()

    runs = [json.loads(file.read_text(encoding="utf-8")) for file in options.files]
    runs.sort(key=lambda run: run["passages"])
    sizes = [run["passages"] for run in runs]
    plt.rcParams["svg.hashsalt"] = "scale"  # Equal figures give an equal file.
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), layout="constrained")
    times, memory, opening = axes
    times.plot(sizes, [run["milliseconds"]["p95"] for run in runs], "o-", label="p95")
    times.plot(sizes, [run["milliseconds"]["p50"] for run in runs], "o-", label="p50")
    times.axhline(60, color="grey", linestyle=":", label="aim for p95")
    draw(times, "question to hits, ms")
    resident = "resident_mebibytes_beside_the_model"
    memory.plot(sizes, column(runs, resident, "after_the_questions"), "o-", label="after questions")
    memory.plot(sizes, column(runs, resident, "opened"), "o-", label="opened")
    memory.axhline(1536, color="grey", linestyle=":", label="aim")
    draw(memory, "memory beside the model, MiB")
    opening.plot(sizes, [run["open_seconds"] for run in runs], "o-", label="opening")
    opening.plot(
        sizes,
        column(runs, "one_changed_article_seconds", "until_it_is_found"),
        "o-",
        label="a changed article found",
    )
    opening.axhline(5, color="grey", linestyle=":", label="aim for opening")
    draw(opening, "seconds")
    figure.savefig(options.out, metadata={"Date": None})
    return 0


def column(runs: list[dict[str, Any]], part: str, name: str) -> list[float]:
    return [run[part][name] for run in runs]


def draw(axis: Any, label: str) -> None:
    axis.set_xscale("log")
    axis.set_xlabel("passages")
    axis.set_title(label, fontsize=10)
    axis.set_ylim(bottom=0)
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8)


if __name__ == "__main__":
    sys.exit(main())
