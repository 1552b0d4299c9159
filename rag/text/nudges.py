"""Reads what asks nothing new: "Really?" doubts the answer before, "What else?" wants more."""

from __future__ import annotations

from typing import Literal

from rag.text.phrases import folded, pieces, read_phrases

Nudge = Literal["doubt", "more"]

_LONGEST = 60
_KINDS = read_phrases("nudges.txt")


def nudge_in(text: str) -> Nudge | None:
    """Returns what a nudge wants of the answer before; None for any other text."""
    if len(text) > _LONGEST:
        return None
    found = pieces(folded(text), _KINDS)
    if not found:
        return None
    return "doubt" if "doubt" in found else "more" if "more" in found else None
