"""Read the texts of a set, and a sample of its questions, for every system."""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

# The same as in `eval/collection.py`.
SEED = 20_250_213

QUERY = "query: "
PASSAGE = "passage: "


@dataclass(frozen=True)
class Text:
    """A document or a question."""

    id: str
    text: str


def read(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of JSON lines, gzip-compressed or plain."""
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def read_documents(file: Path, limit: int | None = None) -> list[Text]:
    """Return the first `limit` documents."""
    return [Text(str(record["id"]), record["text"]) for record in islice(read(file), limit)]


def sample(records: Iterable[dict[str, Any]], limit: int) -> list[Text]:
    """Return at most `limit` questions that have relevant documents, always the same ones."""
    questions = [Text(str(r["id"]), str(r["question"])) for r in records if r.get("relevant")]
    if limit < len(questions):
        chosen = random.Random(SEED).sample(range(len(questions)), limit)
        questions = [questions[i] for i in sorted(chosen)]
    return questions


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
