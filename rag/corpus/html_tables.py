"""The tables of HTML, merged cells and all, as plain grids; through lxml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html

from rag.corpus.characters import one_line
from rag.corpus.table_grid import Cell, expand, merged_header

_TABLE_TAG = re.compile(r"<(/?)table\b[^>]*>", re.IGNORECASE)
_LONGEST_CELL = 5_000
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "td", "th"})
_HIDDEN = frozenset({"script", "style", "template", "noscript"})


def split_tables(source: str) -> Iterator[tuple[str, bool]]:
    """The pieces of HTML in order, each with whether it is a whole table of the outermost level."""
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
    # A table that never ends is none.
    yield source[start if depth else position :], False


def read_table(source: str) -> tuple[str, list[list[str]]]:
    """Returns the caption of a table, and its grid whose first row may name the columns."""
    try:
        return _caption_and_grid(lxml_html.fragment_fromstring(source))
    except (etree.ParserError, ValueError):
        return "", []


def flatten_tables(tree: lxml_html.HtmlElement) -> None:
    """Rewrite the tables of a page without merged cells, their captions as paragraphs above them.

    Tables that hold others lay out a page; they stay.
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
        # A first row whose cells span rows below it names columns in levels.
        headings = min(max(cell.rows for cell in rows[0]), len(rows) - 1, 3)
        headings = headings if any(cell.columns > 1 for cell in rows[0]) else 0
    first = rows[0][0] if rows and rows[0] else None
    if headings and first and len(rows[0]) == 1 and len(rows) > 1 and len(rows[1]) > 1:
        # One cell across the whole table is its title.
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
