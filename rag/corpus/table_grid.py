"""Tables with merged cells and names in levels -> plain grids, and grids -> Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.corpus.characters import is_cjk

_LONGEST_SPAN = 60
LONGEST_REPEATED = 200
"""Characters of a text that stands in each place of its span; a longer one stands once."""
_MOST_COVERED = 100_000
"""Places of one table that its spans may cover: beyond, a small file could grow without bound."""
_SPECIAL = re.compile(r"[\\`*_\[\]<>&~|]")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell as HTML and Word have it: it may span several columns and rows."""

    text: str
    columns: int = 1
    rows: int = 1
    heading: bool = False


def expand(rows: Iterable[Sequence[Cell]]) -> list[list[str]]:
    """The rectangle of texts that cells with spans cover; a span's text stands in each place.

    Spans past the first `_MOST_COVERED` places count as plain cells.
    """
    grid: list[list[str]] = []
    covered = 0
    hanging: dict[int, tuple[int, str]] = {}
    for cells in rows:
        row: list[str] = []
        waiting = list(reversed(cells))
        last = max(hanging, default=-1)
        while waiting or last >= len(row):
            at = len(row)
            if at in hanging:
                left, text = hanging.pop(at)
                if left > 1:
                    hanging[at] = left - 1, text
                row.append(text)
                covered += 1
            elif waiting:
                cell = waiting.pop()
                # Texts aren't repeated, else a small file could grow without bound.
                again = cell.text if len(cell.text) <= LONGEST_REPEATED else ""
                spans = covered < _MOST_COVERED
                columns = max(1, min(cell.columns, _LONGEST_SPAN)) if spans else 1
                covered += columns - 1
                for number in range(columns):
                    if cell.rows > 1 and spans:
                        hanging[len(row)] = cell.rows - 1, again
                    row.append(again if number else cell.text)
            else:
                row.append("")
        grid.append(row)
        if covered >= _MOST_COVERED:
            hanging.clear()
    return grid


def merged_header(grid: Sequence[Sequence[str]], count: int) -> list[list[str]]:
    """The grid with its first `count` rows, the names of columns in levels, made one row."""
    if count < 2:
        return [list(row) for row in grid]
    columns = max(map(len, grid))
    header = []
    for at in range(columns):
        parts = [row[at] for row in grid[:count] if at < len(row) and row[at]]
        name = ""
        for part in dict.fromkeys(parts):
            # Chinese is written without blanks between the words.
            name += part if not name or (is_cjk(name[-1]) and is_cjk(part[0])) else f" {part}"
        header.append(name)
    return [header, *(list(row) for row in grid[count:])]


def markdown_table(grid: Sequence[Sequence[str]], *, header: bool) -> str:
    """Returns the grid in Markdown, on lines of its own; without `header` under empty names."""
    columns = max(map(len, grid), default=0)
    # Short rows stay short: a wide one among many would make a small file a large one.
    rows = [list(row) for row in grid]
    if not header:
        rows.insert(0, [])
    rows[0] += [""] * (columns - len(rows[0]))
    lines = ["| " + " | ".join(map(_escaped, row)) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * columns)
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
