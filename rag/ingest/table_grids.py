"""Read tables in HTML and in plain text, with merged cells, as grids and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree
from lxml import html as lxml_html

from rag.text.characters import is_cjk, one_line
from rag.text.table_rows import cell_value, is_period

# Grids.

_LONGEST_SPAN = 60
LONGEST_REPEATED = 200
"""A cell's text is repeated in its whole span up to this many characters; else it is not."""
_MOST_COVERED = 100_000
"""The most cells of a table that spans may fill. Without it, a small file could grow too large."""
_SPECIAL = re.compile(r"[\\`*_\[\]<>&~|]")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell of a table in HTML or Word, which may span several columns and rows."""

    text: str
    columns: int = 1
    rows: int = 1
    heading: bool = False


def expand(rows: Iterable[Sequence[Cell]]) -> list[list[str]]:
    """Return the table as a grid of texts, with a span's text in each of its places.

    After the first `_MOST_COVERED` places, spans count as plain cells.
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
                # Long texts aren't repeated: a small file could grow too large.
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
    """Return the grid with its first `count` rows, which name the columns, joined into one."""
    if count < 2:
        return [list(row) for row in grid]
    columns = max(map(len, grid))
    header = []
    for at in range(columns):
        parts = [row[at] for row in grid[:count] if at < len(row) and row[at]]
        name = ""
        for part in dict.fromkeys(parts):
            # Chinese has no blanks between words.
            name += part if not name or (is_cjk(name[-1]) and is_cjk(part[0])) else f" {part}"
        header.append(name)
    return [header, *(list(row) for row in grid[count:])]


def markdown_table(grid: Sequence[Sequence[str]], *, header: bool) -> str:
    """Return the grid as a Markdown table. Without `header`, the column names are empty."""
    columns = max(map(len, grid), default=0)
    # Short rows are not filled up: one wide row would make a small file very large.
    rows = [list(row) for row in grid]
    if not header:
        rows.insert(0, [])
    rows[0] += [""] * (columns - len(rows[0]))
    lines = ["| " + " | ".join(map(_escaped, row)) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * columns)
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


# Tables in HTML, read with lxml.

_TABLE_TAG = re.compile(r"<(/?)table\b[^>]*>", re.IGNORECASE)
_LONGEST_CELL = 5_000
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "td", "th"})
_HIDDEN = frozenset({"script", "style", "template", "noscript"})


def split_tables(source: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of an HTML text in order, with True for each outermost table."""
    depth = start = position = 0
    for match in _TABLE_TAG.finditer(source):
        if not match[1]:
            if depth == 0:
                yield source[position : match.start()], False
                start = match.start()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                yield source[start : match.end()], True
                position = match.end()
    # A table without an end does not count as one.
    yield source[start if depth else position :], False


def read_table(source: str) -> tuple[str, list[list[str]]]:
    """Return the caption of a table and its grid, whose first row may name the columns."""
    try:
        return _caption_and_grid(lxml_html.fragment_fromstring(source))
    except (etree.ParserError, ValueError):
        return "", []


def flatten_tables(tree: lxml_html.HtmlElement) -> None:
    """Rewrite the tables of a page without merged cells, with captions as paragraphs above.

    Tables that contain other tables are page layout, and stay as they are.
    """
    for table in list(tree.iter("table")):
        parent = table.getparent()
        if parent is None:
            continue
        caption, grid = _caption_and_grid(table)
        if len(grid) < 2 or max(map(len, grid)) < 2:
            continue
        for child in list(table):
            table.remove(child)
        for number, row in enumerate(grid):
            line = etree.SubElement(table, "tr")
            for text in row:
                etree.SubElement(line, "td" if number else "th").text = text
        if caption:
            above = lxml_html.Element("p")
            above.text = caption
            parent.insert(parent.index(table), above)


def _caption_and_grid(table: lxml_html.HtmlElement) -> tuple[str, list[list[str]]]:
    if table.find(".//table") is not None:
        return "", []
    caption = next((_text(part) for part in table.iter("caption")), "")
    rows: list[list[Cell]] = []
    headings = 0
    for row in table.iter("tr"):
        cells = [
            Cell(
                text=_text(cell),
                columns=_span(cell.get("colspan")),
                rows=_span(cell.get("rowspan")),
                heading=cell.tag == "th",
            )
            for cell in row.iterchildren("td", "th")
        ]
        if not any(cell.text for cell in cells):
            continue
        inside_head = row.getparent() is not None and row.getparent().tag == "thead"
        if len(rows) == headings and (inside_head or all(cell.heading for cell in cells)):
            headings += 1
        rows.append(cells)
    if not headings and rows:
        # If cells of the first row span columns, it names the columns in several levels.
        headings = min(max(cell.rows for cell in rows[0]), len(rows) - 1, 3)
        headings = headings if any(cell.columns > 1 for cell in rows[0]) else 0
    first = rows[0][0] if rows and rows[0] else None
    if headings and first and len(rows[0]) == 1 and len(rows) > 1 and len(rows[1]) > 1:
        # A single cell in the first row is the title of the table.
        caption, rows, headings = caption or first.text, rows[1:], headings - 1
    return caption, merged_header(expand(rows), headings)


def _text(element: lxml_html.HtmlElement) -> str:
    parts: list[str] = []
    size = 0
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if not isinstance(node.tag, str):
            parts.append((node.tail or "") if event == "end" else "")
        elif node.tag in _HIDDEN:
            continue
        elif event == "start":
            parts.append(("\n" if node.tag in _BREAKS else "") + (node.text or ""))
        elif node is not element:
            parts.append(("\n" if node.tag in _BREAKS else "") + (node.tail or ""))
        size += len(parts[-1]) if parts else 0
        if size > _LONGEST_CELL:
            break
    return one_line("".join(parts))


def _span(value: str | None) -> int:
    return int(value) if value and value.isdigit() and len(value) < 6 else 1


# Tables in plain text, with pipes, tabs or aligned columns.

_PIPES = re.compile(r"\s{0,3}\|.*\|\s*")
_DELIMITER = re.compile(r"\s{0,3}\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?\|?\s*")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_APART = re.compile(r"\s*\t\s*|(?<=\S) {2,}(?=\S)|\u3000+")
_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_LEAST_ROWS = 3
_NO_VALUE = ("—", "-", "–")
_LONGEST_NAME = 30


def with_plain_tables(source: str) -> str:
    """Return the Markdown text with tables in plain text rewritten as Markdown tables."""
    # A blank line would end an HTML table.
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
    """Yield the lines between two blank lines, with their tables in Markdown."""
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
    """Return the rows of the table that begins at line `at`; none if there is no table."""
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
    """Return the cells of a line with columns; none if it has no columns."""
    parts = [part for part in _APART.split(line.strip()) if part]
    return parts if len(parts) > 1 else []


def _name_and_numbers(line: str) -> list[str]:
    """Return a name and at least two numbers after it, separated by single blanks as in a PDF.

    Returns an empty list if the line is different.
    """
    words = line.split()
    at = len(words)
    # A year may be the name of a column; months and days are in lists of dates.
    while at > 1 and (cell_value(words[at - 1]) is not None or words[at - 1] in _NO_VALUE):
        at -= 1
    name = " ".join(words[:at])
    named = any(character.isalpha() for character in name) and len(name) <= _LONGEST_NAME
    return [name, *words[at:]] if len(words) - at > 1 and named else []


def _is_number(cell: str) -> bool:
    return cell_value(cell) is not None or is_period(cell) or cell in _NO_VALUE
