"""Tables of questions in, tables with answers out, opened again by other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from rag.batch.cells import MOST_CHARACTERS, cell_text, is_like_a_formula
from rag.batch.table import read_table, write_table
from rag.errors import ConfigError


def written(tmp_path: Path, name: str, data: bytes | str) -> Path:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def workbook(tmp_path: Path, lines: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(list(line))
    book.save(tmp_path / "made.xlsx")
    return tmp_path / "made.xlsx"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", "id,问题\n1,“为什么？”\n\n2,何时？\n".encode("gb18030")),
        ("a.csv", "\ufeffid;Question\r\n1;“为什么？”\r\n2;何时？\r\n".encode()),
        ("a.tsv", "id\tquestion\n1\t“为什么？”\n2\t何时？".encode()),
        ("a.csv", "id,question\n1,“为什么？”\n2,何时？\n".encode("utf-16")),
        (
            "a.jsonl",
            '{"id": 1, "question": "“为什么？”"}\n\n{"id": 2, "问题": "何时？"}\n'.encode(),
        ),
        ("a.txt", "“为什么？”\n\n何时？".encode()),
        ("a.csv", "“为什么？”\n何时？\n".encode()),
    ],
    ids=range(7),
)
def test_questions_are_read_as_they_were_saved(tmp_path: Path, name: str, data: bytes) -> None:
    rows = read_table(written(tmp_path, name, data)).rows
    assert [row.question for row in rows] == ["“为什么？”", "何时？"]
    assert all(row.problem is None for row in rows)


def test_a_spreadsheet_keeps_numbers_and_days(tmp_path: Path) -> None:
    day = datetime(2025, 2, 13)
    lines: list[list[object]] = [
        ["n", "Question", "day"],
        [1.5, "何时？", day],
        [],
        [2, 2025, None],
    ]
    table = read_table(workbook(tmp_path, lines))
    assert [(row.number, row.question) for row in table.rows] == [(2, "何时？"), (4, "2025")]
    data = write_table(table.columns, [row.cells for row in table.rows], ".xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    values = list(sheet.iter_rows(values_only=True))
    assert values == [("n", "Question", "day"), (1.5, "何时？", day), (2, 2025, None)]
    assert sheet.freeze_panes == "A2"


def test_a_row_that_cannot_be_asked_is_told(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "a.csv", "id,question\n1,\n2,Why?,more\n3,When?\n"))
    problems = [row.problem.en if row.problem else None for row in table.rows]
    assert problems == [
        "the row has no question",
        "the row has 3 cells, and the header 2; left over: more",
        None,
    ]
    table = read_table(written(tmp_path, "a.jsonl", '{"question": "Why?"}\n{"q"\n["x"]\n"When?"'))
    assert [(row.number, row.question) for row in table.rows] == [
        *((1, "Why?"), (2, ""), (3, ""), (4, "When?"))
    ]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.ods", "x", "ends in .csv, .tsv, .xlsx"),
        ("none.csv", None, "can't be read"),
        ("a.csv", "", "has no question"),
        ("a.csv", "id,frage\n1,Warum?\n", "no column 'question', only id, frage"),
        ("a.xlsx", "no spreadsheet", "can't be read"),
        ("a.jsonl", '{"q": 1}\n', "no column"),
        ("a.csv", "question\n" + "Why?\n" * 60, "61 rows"),
        ("a.csv", b"question\nab\x00", "NUL"),
    ],
    ids=range(8),
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(
    tmp_path: Path, name: str, data: bytes | str | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.batch.table.MOST_ROWS", 50)
    path = tmp_path / name if data is None else written(tmp_path, name, data)
    with pytest.raises(ConfigError) as refusal:
        read_table(path)
    assert said in refusal.value.message.en
    assert "\n" not in refusal.value.message.zh


def test_another_column_can_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "frage,question\nWarum?,no\n")
    assert read_table(path, "Frage").rows[0].question == "Warum?"


FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "－1", " =1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(text: str) -> None:
    assert is_like_a_formula(text)
    data = write_table(["a"], [{"a": text}], ".csv").decode("utf-8-sig")
    [_, [cell]] = list(csv.reader(io.StringIO(data, newline="")))
    assert cell.startswith("'")
    book = openpyxl.load_workbook(io.BytesIO(write_table(["a"], [{"a": text}], ".xlsx")))
    found = book.active["A2"]
    assert (found.data_type, found.quotePrefix) == ("s", True)
    assert found.value.strip() == text.strip()


def test_numbers_and_long_text_stay_what_they_are() -> None:
    assert not any(map(is_like_a_formula, ["-5", "+3.5%", "1-2", "-1,200", "a=b", "2.55%", ""]))
    assert len(cell_text("x" * 40_000)) == MOST_CHARACTERS
    record = {"q": "=1", "n": [1, "两"], "e": "\ud800"}
    line = write_table(["q"], [record], ".jsonl").decode()
    assert json.loads(line)["n"] == [1, "两"]
