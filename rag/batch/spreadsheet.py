"""Read and write XLSX files, with openpyxl."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from rag.batch.cells import cell_text, is_like_a_formula
from rag.errors import ConfigError, first_line

_MOST_UNPACKED = 400_000_000
"""Bytes that a file may have when it is unpacked."""
_WIDTHS = 12, 60
"""The narrowest and the widest column, in characters."""


def read_rows(path: Path) -> Iterator[list[object]]:
    """Yield the cells of the first sheet, row by row. A formula's cell has its last value.

    Raises `ConfigError` if the file is broken or too large when unpacked.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
        if unpacked > _MOST_UNPACKED:
            raise ValueError(f"{unpacked:,} bytes unpacked")
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            for row in book.worksheets[0].iter_rows(values_only=True):
                cells = list(row)
                while cells and cells[-1] is None:
                    cells.pop()
                yield cells
        finally:
            book.close()
    except OSError:
        raise
    except Exception as error:  # openpyxl raises many kinds of errors for a broken file
        reason = f"{type(error).__name__}: {first_line(error)[:120]}"
        raise ConfigError(
            en=f"{path} can't be read ({reason}): save it again as .xlsx or .csv.",
            zh=f"{path} 无法读取（{reason}）：请重新保存为 .xlsx 或 .csv。",
        ) from error


def workbook_bytes(lines: Sequence[Sequence[object]]) -> bytes:
    """Return an XLSX file with one sheet. The first line is its header, which stays in view."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("answers")
    sheet.freeze_panes = "A2"
    for place, width in enumerate(_widths(lines)):
        sheet.column_dimensions[_letters(place)].width = width
    for number, line in enumerate(lines):
        sheet.append([_cell(sheet, value, bold=number == 0) for value in line])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(sheet: object, value: object, *, bold: bool) -> WriteOnlyCell:
    known = isinstance(value, int | float | bool | datetime | date | time) or value is None
    cell = WriteOnlyCell(sheet, value=value if known else None)
    if not known:
        text = cell_text(str(value))
        cell.value = text
        # openpyxl takes a text that begins with = for a formula.
        cell.data_type = "s"
        # Without this, the text becomes a formula when someone edits the cell.
        cell.quotePrefix = is_like_a_formula(text)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)
    return cell


def _widths(lines: Iterable[Sequence[object]]) -> list[int]:
    widths: dict[int, int] = {}
    for line in lines:
        for place, value in enumerate(line):
            longest = max(map(len, str(value or "").split("\n")))
            widths[place] = max(widths.get(place, _WIDTHS[0]), min(longest + 2, _WIDTHS[1]))
    return [widths[place] for place in sorted(widths)]


def _letters(place: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(place + 1))
