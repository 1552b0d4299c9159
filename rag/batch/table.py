"""Read a table of questions, and write it again with the answers.

CSV, TSV, XLSX, JSON Lines, and text with a question a line come in; CSV, XLSX and JSON Lines go
out. Every column and row that came in goes out.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from rag.batch.cells import csv_text
from rag.errors import ConfigError, DocumentError
from rag.exports.saving import missing_extra
from rag.ingest.files import decode
from rag.messages import Message
from rag.text.characters import one_line

READABLE = (".csv", ".tsv", ".xlsx", ".jsonl", ".txt")
WRITABLE = (".csv", ".xlsx", ".jsonl")
MOST_BYTES = 50_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 200

_QUESTION_COLUMNS = ("question", "questions", "query", "问题", "提问", "題目", "题目", "問題")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One question. `number` is its line in the file; `cells` are its values by column.

    `problem` says why it can't be asked; then `question` is empty.
    """

    number: int
    question: str
    cells: Mapping[str, object]
    problem: Message | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """The columns of a file, in order, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(path: Path, column: str | None = None) -> Table:
    """Return the questions of a file. `column` names the column that has them.

    Without it, that is the one named “question” or “问题”, or the only one. A row that can't be
    used has a `problem`; empty rows are left out. Raises `ConfigError` if the file can't be read,
    is too large, or has no such column.
    """
    ending = path.suffix.lower()
    if ending not in READABLE:
        raise _unusable(path, "its ending", "文件结尾", READABLE)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ConfigError(
                en=f"{path} has {size:,} bytes: give at most {MOST_BYTES:,}.",
                zh=f"{path} 有 {size:,} 字节：最多 {MOST_BYTES:,}。",
            )
        if ending == ".xlsx":
            return _table(path, _numbered(_spreadsheet(path)), column)
        text = decode(path.read_bytes(), path.name)
    except OSError as error:
        raise ConfigError(
            en=f"{path} can't be read ({error.strerror}): name a file of questions.",
            zh=f"{path} 无法读取（{error.strerror}）：请给出问题文件。",
        ) from error
    except DocumentError as error:
        raise ConfigError(en=error.message.en, zh=error.message.zh) from error
    if ending == ".jsonl":
        return _json_lines(path, text, column)
    if ending == ".txt":
        lines = [(n, [line]) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
        return _table(path, [(0, ["question"]), *lines], None)
    return _table(path, _separated(text, ending), column)


def write_table(columns: Sequence[str], rows: Iterable[Mapping[str, object]], ending: str) -> bytes:
    """Return a table as a CSV, XLSX or JSON Lines file. A value may lack; lists are joined by LF.

    Text that a spreadsheet would run as a formula is written as text. Raises `ConfigError` without
    openpyxl.
    """
    if ending == ".jsonl":
        return "".join(
            json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows
        ).encode(errors="replace")
    lines: list[list[object]] = [list(columns)]
    lines += ([_joined(row.get(name)) for name in columns] for row in rows)
    if ending == ".xlsx":
        try:
            from rag.batch.spreadsheet import workbook_bytes

            return workbook_bytes(lines)
        except ImportError as error:
            raise missing_extra(".xlsx") from error
    out = io.StringIO(newline="")
    csv.writer(out).writerows([csv_text(value) for value in line] for line in lines)
    # Excel reads a CSV file as UTF-8 only with this mark.
    return out.getvalue().encode("utf-8-sig")


def _joined(value: object) -> object:
    joined = "\n".join(map(str, value)) if isinstance(value, list | tuple) else value
    return None if joined == "" else joined


def _spreadsheet(path: Path) -> Iterator[list[object]]:
    try:
        from rag.batch.spreadsheet import read_rows
    except ImportError as error:
        raise missing_extra(".xlsx") from error
    return read_rows(path)


def _numbered(rows: Iterable[list[object]]) -> list[tuple[int, list[object]]]:
    return list(enumerate(rows, start=1))


def _separated(text: str, ending: str) -> list[tuple[int, list[object]]]:
    first = text.lstrip("\n").partition("\n")[0]
    separator = "\t" if ending == ".tsv" else max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[tuple[int, list[object]]] = []
    start = 1
    try:
        for cells in reader:
            rows.append((start, list(cells)))
            start = reader.line_num + 1
    except csv.Error as error:
        raise ConfigError(
            en=f"Line {reader.line_num} is no line of a table ({error}): save the file again.",
            zh=f"第 {reader.line_num} 行不是表格的行（{error}）：请重新保存文件。",
        ) from error
    return rows


def _table(path: Path, lines: Sequence[tuple[int, Sequence[object]]], column: str | None) -> Table:
    """Return the table of lines of cells, of which the first that is not empty is the header."""
    filled = [(number, cells) for number, cells in lines if any(map(_said, cells))]
    if not filled:
        raise _empty(path)
    columns = _distinct([_said(cell) for cell in filled[0][1]])
    at, has_header = _question_at(path, columns, column)
    if not has_header:
        columns = ["question"]
    _check_size(path, len(filled), len(columns))
    return Table(
        columns=tuple(columns),
        rows=tuple(_row(number, cells, columns, at) for number, cells in filled[has_header:]),
    )


def _row(number: int, cells: Sequence[object], columns: Sequence[str], at: int) -> Row:
    extra = [cell for cell in cells[len(columns) :] if _said(cell)]
    values = dict(zip_longest(columns, cells[: len(columns)]))
    question = _said(values[columns[at]])
    problem = None
    if extra:
        left = " | ".join(map(_said, extra))[:200]
        problem = Message(
            code="row_too_long",
            en=f"the row has {len(cells)} cells, and the header {len(columns)}; left over: {left}",
            zh=f"这一行有 {len(cells)} 格，而表头有 {len(columns)} 格；多出：{left}",
        )
    elif not question:
        problem = _no_question()
    return Row(number=number, question="" if problem else question, cells=values, problem=problem)


def _question_at(path: Path, columns: Sequence[str], column: str | None) -> tuple[int, bool]:
    """Return the place of the column of questions, and whether the first line is a header."""
    names = [name.casefold() for name in columns]
    wanted = [column.strip().casefold()] if column else list(_QUESTION_COLUMNS)
    for name in wanted:
        if name in names:
            return names.index(name), True
    if len(columns) == 1 and not column:
        return 0, False
    raise _no_column(path, columns, column)


def _json_lines(path: Path, text: str, column: str | None) -> Table:
    rows: list[Row] = []
    columns: dict[str, None] = {}
    wanted = [column] if column else list(_QUESTION_COLUMNS)
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        problem: Message | None = None
        if isinstance(record, str):
            record = {"question": record}
        if not isinstance(record, dict):
            problem = Message(
                code="row_not_json",
                en="the line is no JSON object and no JSON string",
                zh="这一行不是 JSON 对象，也不是 JSON 字符串",
            )
            rows.append(Row(number=number, question="", cells={"line": line}, problem=problem))
            continue
        columns |= dict.fromkeys(map(str, record))
        said = next((record[name] for name in wanted if isinstance(record.get(name), str)), "")
        problem = None if _said(said) else _no_question()
        rows.append(Row(number=number, question=_said(said), cells=record, problem=problem))
    if not rows:
        raise _empty(path)
    if all(row.problem for row in rows):
        raise _no_column(path, list(columns), column)
    _check_size(path, len(rows), len(columns))
    return Table(columns=tuple(columns), rows=tuple(rows))


def _said(cell: object) -> str:
    """Return what a cell says. A whole number that came as 3.0 is 3."""
    if cell is None:
        return ""
    whole = isinstance(cell, float) and cell.is_integer()
    return one_line(str(int(cell)) if isinstance(cell, float) and whole else str(cell))


def _distinct(names: Sequence[str]) -> list[str]:
    """Return the names of columns, each once: empty and repeated ones get a number."""
    columns: list[str] = []
    for place, name in enumerate(names, start=1):
        wanted = name or f"column {place}"
        columns.append(wanted if wanted not in columns else f"{wanted} ({place})")
    return columns


def _no_question() -> Message:
    return Message(code="row_empty", en="the row has no question", zh="这一行没有问题")


def _no_column(path: Path, columns: Sequence[str], column: str | None) -> ConfigError:
    there = ", ".join(columns)[:200]
    wanted = column or "question"
    return ConfigError(
        en=f"{path} has no column {wanted!r}, only {there}: name the one with the questions"
        " (--column).",
        zh=f"{path} 中没有名为 {wanted!r} 的列，只有 {there}：请指明问题所在的列（--column）。",
    )


def _empty(path: Path) -> ConfigError:
    return ConfigError(
        en=f"{path} has no question: write one in each row.",
        zh=f"{path} 中没有问题：请每行写一个。",
    )


def _check_size(path: Path, rows: int, columns: int) -> None:
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise ConfigError(
            en=f"{path} has {rows:,} rows and {columns:,} columns: give at most {MOST_ROWS:,} and"
            f" {MOST_COLUMNS:,}.",
            zh=f"{path} 有 {rows:,} 行 {columns:,} 列：最多 {MOST_ROWS:,} 行 {MOST_COLUMNS:,} 列。",
        )


def _unusable(path: Path, what: str, zh: str, endings: Sequence[str]) -> ConfigError:
    return ConfigError(
        en=f"{path.name!r} can't be used because of {what}: name a file that ends in"
        f" {', '.join(endings)}.",
        zh=f"{path.name!r} 的{zh}无法使用：文件名须以 {'、'.join(endings)} 结尾。",
    )
