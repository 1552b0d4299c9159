"""Measure the cost of lexical search by three engines: ours in memory, SQLite's FTS5, and bm25s.

    python benchmarks/lexical_engines.py CORPUS.jsonl[.gz] QUESTIONS.jsonl[.gz] [--questions N]

All three get the terms of passages as an index stores them, and those of each question, and return
the best 100 passages. An update is the time until one changed article is found: FTS5 writes its
rows, and the others, which are in memory, are built again. bm25s is left out if it is not installed
(`pip install bm25s`).
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from retrieval_time import read_passages, records

from rag.config import BUNDLED_EMBEDDER
from rag.models.loading import load_embedder
from rag.retrieval.lexical import Clause, LexicalIndex
from rag.store.postings import Postings
from rag.text.words import count_terms, read_counts, term_number, terms

_BEST = 100

Ask = Callable[[Sequence[str]], Any]


def ours(counts: Sequence[bytes]) -> Ask:
    postings = Postings.of(counts)
    index = LexicalIndex([postings])

    def ask(wanted: Sequence[str]) -> Any:
        clauses = [Clause(forms=((term_number(term),),)) for term in dict.fromkeys(wanted)]
        return index.search(clauses).best(postings, _BEST)

    return ask


def fts5(counts: Sequence[bytes], path: Path) -> tuple[Ask, Callable[[], None]]:
    connection = sqlite3.connect(path)
    connection.execute("CREATE VIRTUAL TABLE found USING fts5 (terms, tokenize = 'ascii')")
    rows = ((row, _as_text(blob)) for row, blob in enumerate(counts))
    with connection:
        connection.executemany("INSERT INTO found (rowid, terms) VALUES (?, ?)", rows)

    def ask(wanted: Sequence[str]) -> Any:
        query = " OR ".join(f"t{term_number(term):x}" for term in wanted)
        sql = "SELECT rowid FROM found WHERE terms MATCH ? ORDER BY bm25(found) LIMIT ?"
        return connection.execute(sql, (query, _BEST)).fetchall()

    def update() -> None:
        with connection:
            for row, blob in enumerate(counts[:3]):
                connection.execute("DELETE FROM found WHERE rowid = ?", (row,))
                connection.execute(
                    "INSERT INTO found (rowid, terms) VALUES (?, ?)", (row, _as_text(blob))
                )

    return ask, update


def of_bm25s(counts: Sequence[bytes]) -> Ask:
    import bm25s

    numbers: dict[int, int] = {}
    texts = [
        [numbers.setdefault(number, len(numbers)) for number in _numbers(blob)] for blob in counts
    ]
    vocabulary = {str(number): at for number, at in numbers.items()}
    index = bm25s.BM25(k1=1.2, b=0.75)
    index.index((texts, vocabulary), show_progress=False)

    def ask(wanted: Sequence[str]) -> Any:
        known = [numbers[n] for n in map(term_number, wanted) if n in numbers]
        scores = index.get_scores_from_ids(known)
        return np.argpartition(-scores, min(_BEST, len(scores) - 1))[:_BEST]

    return ask


def _numbers(blob: bytes) -> list[int]:
    packed = read_counts([blob])
    numbers = np.repeat(packed >> np.uint64(8), (packed & np.uint64(0xFF)).astype(int))
    return [int(number) for number in numbers]


def _as_text(blob: bytes) -> str:
    return " ".join(f"t{number:x}" for number in _numbers(blob))


def timed(what: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    return what(), time.perf_counter() - began


def row(name: str, build: float, update: float, ask: Ask, questions: list[list[str]]) -> None:
    milliseconds = [1000 * timed(partial(ask, wanted))[1] for wanted in questions]
    p50, p95 = np.percentile(milliseconds, [50, 95])
    print(f"| {name} | {p50:.1f} | {p95:.1f} | {build:.1f} | {update:.2f} |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions_file", type=Path, metavar="questions")
    parser.add_argument("--questions", type=int, default=300)
    options = parser.parse_args()
    _, passages = read_passages(options.corpus, load_embedder(BUNDLED_EMBEDDER))
    counts = [count_terms(passage.text) for passage in passages]
    asked = [record["question"] for record in records(options.questions_file)]
    questions = [list(dict.fromkeys(terms(text))) for text in asked[: options.questions]]
    print(f"{len(counts)} passages, {len(questions)} questions of", end=" ")
    print(f"{np.mean([len(wanted) for wanted in questions]):.0f} different terms\n")
    print("| engine | p50, ms | p95, ms | build, s | update, s |\n|---|---|---|---|---|")
    ask, build = timed(lambda: ours(counts))
    row("ours", build, build, ask, questions)
    with TemporaryDirectory() as folder:
        (ask, update), build = timed(lambda: fts5(counts, Path(folder) / "fts5.sqlite3"))
        row("FTS5", build, timed(update)[1], ask, questions)
    try:
        ask, build = timed(lambda: of_bm25s(counts))
    except ModuleNotFoundError:
        return 0
    row("bm25s", build, build, ask, questions)
    return 0


if __name__ == "__main__":
    sys.exit(main())
