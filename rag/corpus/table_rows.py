"""The rows of tables, read from a document's text as `rag.corpus.tables` writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

ROWS_FENCE = "table-rows"
"""The name of the Markdown fence around a table that is in its final form."""
_HEADER = re.compile(r"\|(?: .*)? \|")


@dataclass(frozen=True, kw_only=True)
class Row:
    """`text[start:end]` is the row; `values` has its cells by the number of their column."""

    start: int
    end: int
    name: str
    values: dict[int, str]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of a document's text.

    `label` names what the rows are (区县), `columns` what they tell of them. `header` is the
    line with both, and `above` the line that stands before the table.
    """

    label: str
    columns: tuple[str, ...]
    header: str
    above: str
    rows: tuple[Row, ...]


def is_header(line: str) -> bool:
    """Tells whether a line names the columns of the rows below it."""
    return line.startswith("| ") and bool(_HEADER.fullmatch(line))


def begins_in_table(text: str, start: int) -> bool:
    """Tells whether the line of a document's text that `start` lies in is a row of a table."""
    block = text.rfind("\n\n", 0, start) + 2
    block = 0 if block == 1 else block
    end = text.find("\n", block)
    return 0 < end < start and is_header(text[block:end])


def read_tables(text: str) -> tuple[Table, ...]:
    """Returns the tables of a document's text, in order."""
    found: list[Table] = []
    if "| " not in text:
        return ()
    position, above = 0, ""
    for block in text.split("\n\n"):
        lines = block.split("\n")
        if is_header(lines[0]) and len(lines) > 1:
            label, *columns = lines[0].removeprefix("| ").removesuffix(" |").split(" | ")
            at, rows = position + len(lines[0]) + 1, []
            for line in lines[1:]:
                rows.append(_row(line, at, columns))
                at += len(line) + 1
            found.append(
                Table(
                    label=label,
                    columns=tuple(columns),
                    header=lines[0],
                    above=above,
                    rows=tuple(rows),
                )
            )
        above = lines[-1]
        position += len(block) + 2
    return tuple(found)


def _row(line: str, start: int, columns: Sequence[str]) -> Row:
    behind = "：" if "：" in line else ": "
    between = "；" if behind == "：" else "; "
    name, _, rest = line.partition(behind)
    values: dict[int, str] = {}
    parts = rest.split(between) if rest else []
    unnamed = not any(columns)
    at = 0
    for number, part in enumerate(parts):
        if unnamed:
            values[number] = part
            continue
        column = next((i for i in range(at, len(columns)) if _is_cell_of(part, columns[i])), None)
        if column is not None:
            values[column] = part.removeprefix(columns[column]).strip()
            at = column + 1
        elif at:
            values[at - 1] += between + part
    return Row(start=start, end=start + len(line), name=name, values=values)


def _is_cell_of(part: str, column: str) -> bool:
    return bool(column) and part.startswith(column)
