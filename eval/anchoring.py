"""Find the gold spans again after the cleaning of the articles' text has changed.

A quote that is still in the text is not touched. Any other is searched for without regard to
blanks, case and width, and gets the article's present wording. A quote that is not found is listed,
for a person to decide.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.types import Document


@dataclass(frozen=True, kw_only=True)
class Anchored:
    """A span that was searched for. `found` is the article's present wording, or None if lost."""

    question_id: str
    doc_id: str
    quote: str
    found: str | None


def anchor(path: Path, documents: Mapping[str, Document]) -> tuple[Anchored, ...]:
    """Update the spans of a question file to the articles' present wording. Lost spans stay.

    The file is written only if something was found. Other lines keep every byte. Returns the spans
    that were searched for.
    """
    lines, looked_for = [], []
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        record: dict[str, Any] = json.loads(line) if line.strip() else {}
        changes = [
            change
            for span in record.get("spans", ())
            if (change := _anchored(record["id"], span, documents.get(span["doc_id"])))
        ]
        if any(change.found for change in changes):
            line = json.dumps(record, ensure_ascii=False) + "\n"
        lines.append(line)
        looked_for += changes
    if any(change.found for change in looked_for):
        path.write_text("".join(lines), encoding="utf-8")
    return tuple(looked_for)


def _anchored(question_id: str, span: dict[str, Any], document: Document | None) -> Anchored | None:
    """Return None if the span is in its place; or else search for it, and update it if found."""
    quote, text = span["quote"], document.text if document else ""
    if text.count(quote) >= span["occurrence"]:
        return None
    found = _find(quote, text, span["occurrence"])
    if found:
        # Spans are counted by exact quotes, so count the new wording before this place.
        span["quote"] = text[slice(*found)]
        span["occurrence"] = text.count(span["quote"], 0, found[1])
    return Anchored(
        question_id=question_id,
        doc_id=span["doc_id"],
        quote=quote,
        found=span["quote"] if found else None,
    )


def _find(quote: str, text: str, occurrence: int) -> tuple[int, int] | None:
    """Return start and end of the `occurrence`-th place with the quote's letters in order."""
    folded = [
        (letter, place) for place, character in enumerate(text) for letter in _fold(character)
    ]
    letters, wanted = "".join(letter for letter, _ in folded), _fold(quote)
    at = -1
    for _ in range(occurrence if wanted else 0):
        at = letters.find(wanted, at + 1)
        if at < 0:
            break
    if at < 0:
        return None
    return folded[at][1], folded[at + len(wanted) - 1][1] + 1


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
