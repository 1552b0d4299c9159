"""Tables that are written as plain lines -> Markdown tables: pipes alone, tabs, aligned columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.corpus.html_tables import split_tables
from rag.corpus.table_grid import markdown_table
from rag.text.cells import cell_value, is_period

_PIPES = re.compile(r"\s{0,3}\|.*\|\s*")
_DELIMITER = re.compile(r"\s{0,3}\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?\|?\s*")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_APART = re.compile(r"\s*\t\s*|(?<=\S) {2,}(?=\S)|\u3000+")
_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_LEAST_ROWS = 3
_NO_VALUE = ("—", "-", "–")
_LONGEST_NAME = 30


def with_plain_tables(source: str) -> str:
    """Markdown in which tables that only a reader would see as such are written as tables."""
    # A blank line would end a table of HTML.
    source = "".join(
        _BLANK_LINES.sub("\n", part) if is_table else part
        for part, is_table in split_tables(source)
    )
    lines = source.split("\n")
    written: list[str] = []
    fenced = False
    at = 0
    while at < len(lines):
        if _FENCE.match(lines[at]):
            fenced = not fenced
        end = at + 1
        if not fenced and lines[at].strip():
            while end < len(lines) and lines[end].strip() and not _FENCE.match(lines[end]):
                end += 1
        written += _block(lines[at:end]) if end - at > 1 else lines[at:end]
        at = end
    return "\n".join(written)


def _block(lines: list[str]) -> Iterator[str]:
    """Yields the lines between two blank ones, with their tables in Markdown."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and _PIPES.fullmatch(lines[end]):
            end += 1
        if end - at > 1:
            if not any(_DELIMITER.fullmatch(line) for line in lines[at : at + 2]):
                columns = lines[at].count("|") - lines[at].count("\\|") - 1
                yield from ("", "|" + " |" * columns, "|" + "---|" * columns)
            yield from lines[at:end]
            at = end
            continue
        rows = _aligned(lines, at)
        if len(rows) >= _LEAST_ROWS:
            yield from ("", markdown_table(rows, header=True), "")
            at += len(rows)
            continue
        yield lines[at]
        at += 1


def _aligned(lines: list[str], at: int) -> list[list[str]]:
    """The cells of the lines from `at` on that are rows of one table; none where they aren't."""
    header, columns = _cells(lines[at]), 0
    rows: list[list[str]] = []
    for number in range(at + 1, len(lines)):
        cells = _cells(lines[number]) or _name_and_numbers(lines[number])
        if (columns and len(cells) != columns) or not any(map(_is_number, cells[1:])):
            break
        columns = len(cells)
        rows.append(cells)
    if not header and len(lines[at].split()) == columns > 2:
        header = lines[at].split()
    return [header, *rows] if columns and len(header) == columns else []


def _cells(line: str) -> list[str]:
    """Returns what stands in columns; none where nothing is set apart."""
    parts = [part for part in _APART.split(line.strip()) if part]
    return parts if len(parts) > 1 else []


def _name_and_numbers(line: str) -> list[str]:
    """A name and the numbers behind it, two at least, parted by single blanks as in a PDF."""
    words = line.split()
    at = len(words)
    # A year names a column; months and days stand in lists of dates.
    while at > 1 and (cell_value(words[at - 1]) is not None or words[at - 1] in _NO_VALUE):
        at -= 1
    name = " ".join(words[:at])
    named = any(character.isalpha() for character in name) and len(name) <= _LONGEST_NAME
    return [name, *words[at:]] if len(words) - at > 1 and named else []


def _is_number(cell: str) -> bool:
    return cell_value(cell) is not None or is_period(cell) or cell in _NO_VALUE
