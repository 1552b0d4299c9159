"""Make values safe for the cells of a spreadsheet."""

from __future__ import annotations

import re

MOST_CHARACTERS = 32_767
"""The longest text that a cell of a spreadsheet may hold."""

_FORMULA = re.compile(r"^\s*[=+\-@\t\r＝＋－＠]|^[\t\r\n]")
_NUMBER = re.compile(r"[-+]?[\d,.]*\d%?")
_NOT_IN_A_CELL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def is_like_a_formula(text: str) -> bool:
    """Return True if a spreadsheet could run a text: it begins with = + - @ and is no number."""
    return bool(_FORMULA.match(text)) and not _NUMBER.fullmatch(text)


def cell_text(text: str) -> str:
    """Return a text that fits into a cell: without control characters, cut with … if too long."""
    kept = _NOT_IN_A_CELL.sub("", text)
    return kept if len(kept) <= MOST_CHARACTERS else kept[: MOST_CHARACTERS - 1] + "…"


def csv_text(value: object) -> str:
    """Return a value for a CSV file. A text that is like a formula begins with an apostrophe."""
    text = "" if value is None else cell_text(str(value))
    return f"'{text}" if is_like_a_formula(text) else text
