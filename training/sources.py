"""The public sets that the reader learns from, with their licences and weights.

The rows are in the folder `DATA` (`reading.jsonl.gz`, `claims.jsonl.gz`, `qaclaims.jsonl.gz`).
`training/MODEL_CARD.md` says where each set comes from.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.rows import Claim, Question


@dataclass(frozen=True, kw_only=True)
class Source:
    """One set: how often its rows are drawn compared with weight 1, and if its licence is open.

    `open` is true if the set, or the set it was made from, has a licence that allows training a
    model that is distributed.
    """

    weight: float
    open: bool


QUESTIONS = {
    "cmrc2018-train": Source(weight=2.0, open=True),  # CC BY-SA 4.0
    "dureader-checklist": Source(weight=1.5, open=True),  # DuReader: Apache-2.0
    "dureader-robust-dev": Source(weight=1.5, open=True),  # DuReader: Apache-2.0
    "squadshifts-new_wiki": Source(weight=1.5, open=True),  # CC BY 4.0
    "squadshifts-reddit": Source(weight=0.4, open=True),  # CC BY 4.0
    "squadshifts-amazon_reviews": Source(weight=0.3, open=True),  # CC BY 4.0
    "squad-sentences": Source(weight=0.7, open=True),  # SQuAD: CC BY-SA 4.0
    "selqa": Source(weight=1.0, open=True),  # Apache-2.0
    "nq-open-oracle": Source(weight=1.0, open=True),  # MIT; Natural Questions: CC BY-SA 3.0
    "covidqa": Source(weight=1.0, open=True),  # Apache-2.0
    "cail2019": Source(weight=0.6, open=False),
    "houjin-news": Source(weight=4.0, open=False),
}

CLAIMS = {
    "chinese-snli": Source(weight=0.5, open=True),  # SNLI: CC BY-SA 4.0
    "chinese-mnli": Source(weight=1.0, open=True),  # MNLI: mostly open
    "paws-x": Source(weight=1.0, open=True),  # free with credit
    "docnli-fever-nli": Source(weight=0.7, open=True),  # BSD 3-Clause; FEVER: CC BY-SA 3.0
    "docnli-mnli": Source(weight=0.5, open=True),  # BSD 3-Clause
    "conjnli": Source(weight=0.7, open=True),  # MIT
    "rte": Source(weight=1.5, open=True),  # to be cited
    "summedits": Source(weight=1.0, open=True),  # Apache-2.0
    "fever-symmetric": Source(weight=2.0, open=True),  # MIT
    "mqm-ted": Source(weight=1.5, open=True),  # Apache-2.0
    "mqm-2023": Source(weight=2.0, open=True),  # Apache-2.0
    "qa-zh": Source(weight=1.6, open=True),  # made from the sets above, if those are open
    "qa-en": Source(weight=1.6, open=True),
    "climate-fever": Source(weight=0.7, open=False),
    "wmt21": Source(weight=0.8, open=False),  # for research
    "wmt22": Source(weight=0.8, open=False),
    "wmt23": Source(weight=0.8, open=False),
}


def questions(data: Path, *, open_only: bool) -> list[Question]:
    """Return the questions of the public sets, only of open sets if `open_only`."""
    return [
        Question(
            language=row["lang"],
            question=row["question"],
            text=row["context"],
            start=row["start"],
            end=row["end"],
            source=row["source"],
        )
        for row in _rows(data / "reading.jsonl.gz")
        if QUESTIONS[row["source"]].open or not open_only
    ]


def claims(data: Path, *, open_only: bool) -> list[Claim]:
    """Return the claims of the public sets.

    Claims made from questions are used only if their texts are open too.
    """
    closed = {
        question.text
        for question in questions(data, open_only=False)
        if open_only and not QUESTIONS[question.source].open
    }
    texts = "\n".join(closed)
    rows = [
        row
        for name in ("claims.jsonl.gz", "qaclaims.jsonl.gz")
        for row in _rows(data / name)
        if CLAIMS[row["source"]].open or not open_only
    ]
    return [
        Claim(
            claim_language=row["lang_claim"],
            source_language=row["lang_source"],
            claim=row["claim"],
            evidence=row["evidence"],
            label=row["label"],
            source=row["source"],
        )
        for row in rows
        if not (row["source"].startswith("qa-") and row["evidence"] in texts)
    ]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)
