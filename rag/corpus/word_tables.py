"""The tables of a Word file, merged cells and all, as Markdown."""

from __future__ import annotations

from typing import Any

from rag.corpus.table_grid import LONGEST_REPEATED, Cell, expand, markdown_table, merged_header

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def outermost_table(paragraph: Any) -> Any:
    """The table that a paragraph's element lies in, the outermost one; None outside of any."""
    return next(iter([*paragraph.iterancestors(_WORD + "tbl")][::-1]), None)


def paragraph_text(paragraph: Any) -> str:
    """Returns the text of a paragraph's element, with a blank for each tab and line break."""
    parts = paragraph.iter(_WORD + "t", _WORD + "tab", _WORD + "br")
    return "".join(part.text or " " for part in parts)


def word_table(table: Any) -> str:
    """Returns a table's element as Markdown; a table within a cell is part of the cell's text."""
    rows: list[list[Cell]] = []
    headings = 0
    above: list[str] = []
    for row in table.iter(_WORD + "tr"):
        if next(row.iterancestors(_WORD + "tbl")) is not table:
            continue
        cells: list[Cell] = []
        texts: list[str] = []
        for cell in row.iter(_WORD + "tc"):
            if next(cell.iterancestors(_WORD + "tr")) is not row:
                continue
            properties = cell.find(_WORD + "tcPr")
            merged = properties.find(_WORD + "vMerge") if properties is not None else None
            text = _cell_text(cell)
            if merged is not None and merged.get(_WORD + "val") != "restart":
                text = text or (above[len(texts)] if len(texts) < len(above) else "")
            columns = _columns(properties)
            cells.append(Cell(text=text, columns=columns))
            texts += [text if len(text) <= LONGEST_REPEATED else ""] * min(columns, 60)
        if not any(cell.text for cell in cells):
            continue
        if len(rows) == headings and row.find(f"{_WORD}trPr/{_WORD}tblHeader") is not None:
            headings += 1
        rows.append(cells)
        above = texts
    if rows and not headings and any(cell.columns > 1 for cell in rows[0]) and len(rows) > 2:
        # Names of columns in two levels, without Word having been told.
        headings = 2 if len(rows[0]) > 1 else 0
    caption = ""
    if len(rows) > 1 and len(rows[0]) == 1 and len(rows[1]) > 1:
        caption, rows, headings = f"{rows[0][0].text}\n\n", rows[1:], headings - 1
    return caption + markdown_table(merged_header(expand(rows), headings), header=True)


def _cell_text(cell: Any) -> str:
    paragraphs = [
        paragraph_text(paragraph)
        for paragraph in cell.iter(_WORD + "p")
        if not any(parent.tag == _FALLBACK for parent in paragraph.iterancestors())
    ]
    return " ".join(" ".join(paragraphs).split())


def _columns(properties: Any) -> int:
    span = properties.find(_WORD + "gridSpan") if properties is not None else None
    value = span.get(_WORD + "val", "") if span is not None else ""
    return int(value) if value.isdigit() and len(value) < 6 else 1
