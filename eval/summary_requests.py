"""Measure which texts are taken for requests for summaries.

    python -m eval summary-requests [SET...] [--lot choosing|judging]

`summary_requests.jsonl` has requests in both languages that were written before the program, and
questions that look like them. One half was for choosing the threshold, the other for judging.
Printed are the requests recognised, those whose topic is read whole, and the questions taken for
requests; with folders of public sets also how many of their questions are.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.intervals import wilson
from rag.config import Config
from rag.models.loading import load_embedder
from rag.retrieval.summary_asked import SummaryRequests

_TEXTS = Path(__file__).parent / "summary_requests.jsonl"


def main(arguments: Sequence[str]) -> int:
    """Run the command of `arguments`, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval summary-requests")
    parser.add_argument("sets", nargs="*", type=Path, metavar="SET")
    parser.add_argument("--lot", choices=("choosing", "judging"), default="judging")
    given = parser.parse_args(arguments)
    requests = SummaryRequests(load_embedder(Config.from_environment().embedder))
    texts = [json.loads(line) for line in _TEXTS.read_text(encoding="utf-8").splitlines()]
    for language in ("zh", "en"):
        lot = [t for t in texts if t["lot"] == given.lot and t["language"] == language]
        asked = [text for text in lot if text["asks"]]
        read = [(text["about"], requests.read(text["text"])) for text in asked]
        found = [(about, request) for about, request in read if request]
        whole = sum(sorted(about.split()) == sorted(r.about.split()) for about, r in found)
        wrong = sum(bool(requests.read(text["text"])) for text in lot if not text["asks"])
        print(f"{language}: {_share(len(found), len(asked))} requests recognised,")
        print(f"    {whole} of these with just their topic;")
        print(f"    {_share(wrong, len(lot) - len(asked))} questions taken for requests")
    if given.sets:
        questions = sorted({q for folder in given.sets for q in _questions(folder)})
        taken = [question for question in questions if requests.read(question)]
        print(f"public sets: {_share(len(taken), len(questions), 4)} questions taken for requests")
        print("\n".join(f"    {question}" for question in taken))
    return 0


def _questions(folder: Path) -> Iterator[str]:
    with gzip.open(folder / "questions.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)["question"]


def _share(count: int, total: int, digits: int = 2) -> str:
    low, high = wilson(count / total, total)
    share = ", ".join(f"{n:.{digits}f}" for n in (count / total, low, high))
    return f"{count} of {total} ({share})"
