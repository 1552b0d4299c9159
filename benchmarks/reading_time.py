"""Measure the time that the reader takes for a question's windows, and for a claim.

    python benchmarks/reading_time.py [--rounds N] [--folder READER]

A question is read with 12 different windows of 160 tokens each, and a claim of 60 tokens with a
source of 120. The shortest time is printed too, because other programs can only make it longer.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag.config import BUNDLED_EMBEDDER
from rag.models.loading import load_embedder, load_reader
from rag.models.reader import Reader

WINDOWS = 12
WINDOW_TOKENS = 160
CLAIM_TOKENS = 60
SOURCE_TOKENS = 120
QUESTION = "双方各持股多少，合资公司的工厂计划建在哪里？"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--folder", help="folder of another reader than the bundled one")
    options = parser.parse_args()

    started = time.perf_counter()
    embedder = load_embedder(BUNDLED_EMBEDDER)
    embedded = time.perf_counter()
    reader, notice = load_reader(options.folder, embedder)
    if reader is None:
        print(notice.en if notice else "there is no reader")
        return 1
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {reader.runtime}")
    print(
        f"loaded in {time.perf_counter() - embedded:.2f} s, after the embedding model's "
        f"{embedded - started:.2f} s"
    )

    lines = (
        (files("rag.models.bundled") / "calibration.txt").read_text(encoding="utf-8").splitlines()
    )
    chance = random.Random(7)
    drawn = [
        [cut(reader, " ".join(chance.sample(lines, 9)), WINDOW_TOKENS) for _ in range(WINDOWS)]
        for _ in range(options.rounds)
    ]
    claims = [
        (
            cut(reader, " ".join(chance.sample(lines, 6)), CLAIM_TOKENS),
            cut(reader, " ".join(chance.sample(lines, 9)), SOURCE_TOKENS),
        )
        for _ in range(options.rounds)
    ]
    reader.read(QUESTION, drawn[0])
    reader.judge(claims[:1])
    report(
        f"{WINDOWS} windows of {WINDOW_TOKENS} tokens",
        [timed(partial(reader.read, QUESTION, texts)) for texts in drawn],
    )
    report(
        f"a claim of {CLAIM_TOKENS} tokens with a source of {SOURCE_TOKENS}",
        [timed(partial(reader.judge, [pair])) for pair in claims],
    )
    return 0


def cut(reader: Reader, text: str, tokens: int) -> str:
    """Return the beginning of a text with about `tokens` tokens."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high)
            if reader.count_tokens([text[:middle]])[0] <= tokens
            else (low, middle - 1)
        )
    return text[:low]


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def report(what: str, times: Sequence[float]) -> None:
    p50, p95 = np.percentile(times, [50, 95])
    print(
        f"{what}: p50 {p50:.0f} ms, p95 {p95:.0f} ms, shortest {min(times):.0f} ms, n={len(times)}"
    )


if __name__ == "__main__":
    sys.exit(main())
