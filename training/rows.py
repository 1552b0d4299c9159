"""What the reader learns from: questions with a text, and claims with a source."""

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
"""Kinds of claims that no training sees: they tell whether it reads kinds that it wasn't shown."""

Language = Literal["zh", "en"]
Label = Literal["supported", "refuted", "unknown", "not_supported"]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question and a text that answers it, or doesn't.

    `text[start:end]` is the answer, in code points; both are -1 where the text doesn't answer.
    `source` names the set that it comes from, `kind` what was made of its row: `as it is`, or a
    kind of near miss.
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
    """A sentence that somebody might say of `evidence`, and whether `evidence` bears it out.

    `not_supported` is refuted or unknown, where the set doesn't tell which. `kind` names how a
    claim was made, for claims of our own.
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
    """A question with the part of its text that is read: what one training example is.

    `sentence` is the span of the sentences that hold the answer; both spans are (-1, -1) where
    the window doesn't answer.
    """

    language: str
    question: str
    text: str
    answer: tuple[int, int]
    sentence: tuple[int, int]
    source: str
    kind: str


def write_examples(path: Path, examples: Iterable[Window | Claim]) -> None:
    """Write examples as lines of JSON, packed."""
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=3) as file:
        for example in examples:
            file.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")


def windows_of(path: Path) -> list[Window]:
    """Read what `write_examples` wrote of questions."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return [
            Window(**{**r, "answer": tuple(r["answer"]), "sentence": tuple(r["sentence"])})
            for r in rows
        ]


def claims_of(path: Path) -> list[Claim]:
    """Read what `write_examples` wrote of claims."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [Claim(**json.loads(line)) for line in lines]
