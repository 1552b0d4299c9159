"""The reader's training examples: questions with a text, and claims with a source."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

QUESTIONS_FILE = "questions.jsonl.gz"
CLAIMS_FILE = "claims.jsonl.gz"
HELD_OUT = "held_out"

HELD_OUT_KINDS = frozenset({"attribution", "unit", "scope"})
"""Kinds of claims that are never trained on, to test the reader on unknown kinds."""

Language = Literal["zh", "en"]
Label = Literal["supported", "refuted", "unknown", "not_supported"]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question and a text that may answer it.

    `text[start:end]` is the answer, in code points; both are -1 if the text does not answer.
    `source` names the set of the row. `kind` is `as it is`, or a kind of near miss made from the
    row.
    """

    language: Language
    question: str
    text: str
    start: int
    end: int
    source: str
    kind: str = "as it is"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A sentence that may be said about `evidence`, and whether `evidence` supports it.

    `not_supported` means refuted or unknown, if the set does not say which. `kind` names how a
    generated claim was made.
    """

    claim_language: Language
    source_language: Language
    claim: str
    evidence: str
    label: Label
    source: str
    kind: str = "as it is"


@dataclass(frozen=True, kw_only=True)
class Window:
    """A question with the part of its text that is read. It is one training example.

    `sentence` is the span of the sentences that hold the answer. Both spans are (-1, -1) if the
    window does not answer.
    """

    language: str
    question: str
    text: str
    answer: tuple[int, int]
    sentence: tuple[int, int]
    source: str
    kind: str


def write_examples(path: Path, examples: Iterable[Window | Claim]) -> None:
    """Write examples as lines of JSON, gzip-compressed."""
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=3) as file:
        for example in examples:
            file.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")


def windows_of(path: Path) -> list[Window]:
    """Read the questions that `write_examples` wrote."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return [
            Window(**{**r, "answer": tuple(r["answer"]), "sentence": tuple(r["sentence"])})
            for r in rows
        ]


def claims_of(path: Path) -> list[Claim]:
    """Read the claims that `write_examples` wrote."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [Claim(**json.loads(line)) for line in lines]
