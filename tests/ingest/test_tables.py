"""Tables become lines, each row a sentence with its columns' names, and are read back from them."""

from __future__ import annotations

import dataclasses
import io
import time
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.boilerplate import readable_text
from rag.ingest.json_lines import to_line
from rag.ingest.loader import iter_documents
from rag.ingest.markdown import parse_blocks
from rag.ingest.table_grids import with_plain_tables
from rag.ingest.tables import table_lines
from rag.text.sentences import split_sentences
from rag.text.table_rows import begins_in_table, read_tables
from rag.types import Document

MINES = """\
| 矿区 | 产量（万吨） | 职工（人） |
|---|---|---|
| 北岭矿 | 1,204 | 3,100 |
| 南沟矿 | 986.5 | — |"""


def text_of(source: str) -> str:
    return readable_text(source).text


def load(folder: Path, name: str, data: bytes) -> Document:
    (folder / name).write_bytes(data)
    (document,) = iter_documents(folder / name)
    assert isinstance(document, Document)
    return document


def test_each_row_says_what_its_cells_are() -> None:
    text = text_of(f"前文。\n\n{MINES}\n\n后文。")
    assert text == (
        "前文。\n\n| 矿区 | 产量（万吨） | 职工（人） |\n"
        "北岭矿：产量（万吨）1,204；职工（人）3,100\n"
        "南沟矿：产量（万吨）986.5；职工（人）—\n\n后文。"
    )


def test_rows_are_whole_sentences_and_the_names_of_columns_none() -> None:
    rows = "| 甲店 | 开业。免费！ |\n| 乙店 | Co. Ltd. It is open. |"
    text = text_of(f"| 店 | 说明 |\n|-|-|\n{rows}")
    found = [(s.kind, text[s.start : s.end]) for s in split_sentences(text)]
    assert found == [
        ("columns", "| 店 | 说明 |"),
        ("row", "甲店：说明 开业。免费！"),
        ("row", "乙店：说明 Co. Ltd. It is open."),
    ]
    second = text.index("乙店")
    assert begins_in_table(text, second)
    assert not begins_in_table("甲。乙。", 2)
    assert [s.kind for s in split_sentences(text[second:], in_table=True)] == ["row"]


@pytest.mark.parametrize(
    ("rows", "caption", "lines"),
    [
        # in English
        (
            [["Mine", "Output (t)", "Staff"], ["North Ridge", "1,204", "310"]],
            "",
            ["| Mine | Output (t) | Staff |", "North Ridge: Output (t) 1,204; Staff 310"],
        ),
        # measures for rows
        (
            [["指标", "北岭矿", "南沟矿"], ["产量（吨）", "12", "9"], ["职工（人）", "3", "2"]],
            "",
            [
                "| 指标 | 产量（吨） | 职工（人） |",
                "北岭矿：产量（吨）12；职工（人）3",
                "南沟矿：产量（吨）9；职工（人）2",
            ],
        ),
        # periods for columns: the caption says what is measured, and in what
        (
            [["矿区", "2023年", "2024年"], ["北岭矿", "11", "12"]],
            "表2 各矿产量（单位：万吨）",
            [
                "| 矿区（各矿产量） | 2023年（万吨） | 2024年（万吨） |",
                "北岭矿（各矿产量）：2023年（万吨）11；2024年（万吨）12",
            ],
        ),
        # no names of columns
        (
            [["北岭矿", "11", "310"], ["南沟矿", "12", "290"]],
            "",
            ["|  |  |  |", "北岭矿：11；310", "南沟矿：12；290"],
        ),
        # numbers of rows name nothing, words do
        (
            [["排名", "矿区", "产量"], ["1", "北岭矿", "12"], ["2", "南沟矿", "9"]],
            "",
            ["| 矿区 | 排名 | 产量 |", "北岭矿：排名1；产量12", "南沟矿：排名2；产量9"],
        ),
        # a name of two parts, its first one written once
        (
            [["省", "市", "产量"], ["东省", "甲市", "2"], ["东省", "乙市", "1"]],
            "",
            ["| 省 市 | 产量 |", "东省 甲市：产量2", "东省 乙市：产量1"],
        ),
        # one name for several columns
        (
            [["年份", "产量", "增速", "销量", "增速"], ["2024", "12", "5%", "9", "−2%"]],
            "",
            [
                "| 年份 | 产量 | 产量增速 | 销量 | 销量增速 |",
                "2024年：产量12；产量增速5%；销量9；销量增速−2%",
            ],
        ),
        # a line across the table names what follows
        (
            [["矿区", "产量", "职工"], ["北部"] * 3, ["甲矿", "2", "5"]],
            "",
            ["| 矿区 | 产量 | 职工 |", "甲矿（北部）：产量2；职工5"],
        ),
        # no table: texts, or one column
        ([["甲" * 300, "乙。"]], "", ["甲" * 300, "乙。"]),
        ([["甲"], ["乙"]], "", ["甲", "乙"]),
    ],
)
def test_forms_of_tables(rows: list[list[str]], caption: str, lines: list[str]) -> None:
    assert list(table_lines(rows, caption)) == lines


@pytest.mark.parametrize(
    "source",
    [
        # without the line of dashes
        "| 矿区 | 产量 |\n| 北岭矿 | 12 |\n| 南沟矿 | 9 |",
        # with tabs, and in a PDF's single blanks
        "矿区\t产量\n北岭矿\t12\n南沟矿\t9",
        "矿区   产量\n北岭矿   12\n南沟矿   9",
        # HTML in Markdown, a blank line in it
        "<table><tr><th>矿区</th><th>产量</th></tr>\n\n<tr><td>北岭矿</td><td>12</td></tr>"
        "<tr><td>南沟<br>矿</td><td>9</td></tr></table>",
    ],
)
def test_ways_to_write_a_table(source: str) -> None:
    text = text_of(f"前文。\n\n{source}\n\n后文。").replace("南沟 矿", "南沟矿")
    assert text == "前文。\n\n| 矿区 | 产量 |\n北岭矿：产量12\n南沟矿：产量9\n\n后文。"


def test_columns_of_a_pdf_are_parted_by_single_blanks() -> None:
    text = text_of("Mine Output Staff\nNorth Ridge 1,204 310\nSouth Dale 986 290\n\nEnd.")
    assert "North Ridge: Output 1,204; Staff 310" in text


@pytest.mark.parametrize(
    "source",
    [
        "The club lost 3 2\nand the town\nwept for 4 days.",
        "Monday, Nov. 25\nTuesday, Nov. 26\nFriday, Nov. 29",
        "第一行有两个词\n第二行 也有\n第三行 12 个",
    ],
)
def test_lines_of_prose_are_no_table(source: str) -> None:
    assert "|" not in text_of(source)


def test_merged_cells_of_a_page(tmp_path: Path) -> None:
    prose = (
        "<p>矿务局公布了各矿去年的产量和职工人数，并说明了统计的口径和时间范围，供各界参考。</p>"
    )
    page = (
        f"<html><head><title>各矿产量</title></head><body><article><h1>各矿产量</h1>{prose}<table>"
        "<caption>表1 各矿情况</caption>"
        '<tr><th rowspan="2">矿区</th><th colspan="2">2024年</th></tr>'
        "<tr><th>产量（吨）</th><th>职工（人）</th></tr>"
        '<tr><td rowspan="2">北岭矿</td><td>12</td><td>5</td></tr>'
        "<tr><td>13</td><td>6</td></tr>"
        f"<tr><td>南沟矿</td><td>9</td><td>4</td></tr></table>{prose}</article></body></html>"
    )
    text = load(tmp_path, "a.html", page.encode()).text
    assert "| 矿区 | 2024年产量（吨） | 2024年职工（人） |" in text
    assert "北岭矿：2024年产量（吨）13；2024年职工（人）6" in text
    assert "南沟矿：2024年产量（吨）9；2024年职工（人）4" in text


def test_merged_cells_of_a_word_file(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("矿务局公布了产量。")
    table = document.add_table(rows=4, cols=3)
    texts = "矿区 2024年 - - 产量（吨） 职工（人） 北岭矿 12 5 南沟矿 9 4".split()
    for cell, text in zip((c for row in table.rows for c in row.cells), texts, strict=True):
        cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2)).text = "2024年"
    table.cell(0, 0).merge(table.cell(1, 0)).text = "矿区"
    table.cell(3, 0).paragraphs[0].add_run("（新）")
    table.cell(3, 0).add_paragraph("二期")
    stream = io.BytesIO()
    document.save(stream)
    text = load(tmp_path, "a.docx", stream.getvalue()).text
    assert "北岭矿：2024年产量（吨）12；2024年职工（人）5" in text
    assert "南沟矿（新） 二期：2024年产量（吨）9；2024年职工（人）4" in text


def test_a_wide_row_is_cut_into_lines_that_each_have_its_name() -> None:
    labels = ["矿区", *(f"第{i}项指标" for i in range(40))]
    lines = table_lines([labels, ["北岭矿", *(f"{i},000" for i in range(40))]])
    assert len(lines) > 2
    assert all(line.startswith("北岭矿：") and len(line) < 300 for line in lines[1:])
    assert sum(line.count("指标") for line in lines[1:]) == 40


def test_large_and_hostile_tables_take_bounded_time() -> None:
    started = time.thread_time()
    rows = "".join(f"<tr><td>n{i}</td><td>{i}</td></tr>" for i in range(5_000))
    assert len(text_of(f"<table>{rows}</table>").split("\n")) > 5_000
    span = '<td rowspan="65000" colspan="65000">' + "x" * 5_000 + "</td>"
    assert len(text_of(f"<table><tr>{span}</tr>{'<tr><td>1</td></tr>' * 300}</table>")) < 100_000
    assert text_of("<table><tr><td>1" * 3_000)
    assert text_of("|" * 20_000 + "\n" + "|" * 20_000 + "\nText.")
    assert time.thread_time() - started < 10


CELLS = st.text("甲乙丙ab12.,%（） ：；;:|", max_size=6)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=5), min_size=1, max_size=6))
def test_rows_are_read_back_from_where_they_stand(rows: list[list[str]]) -> None:
    lines = table_lines([[" ".join(cell.split()) for cell in row] for row in rows])
    text = "\n\n".join(("前。", "\n".join(lines), "后。")) if lines else ""
    for table in read_tables(text):
        for row in table.rows:
            assert text[row.start : row.end] in lines
            assert row.name in text[row.start : row.end]


def test_values_are_read_back_by_their_columns() -> None:
    text = text_of(MINES.replace("| 3,100 |", "| |"))
    (table,) = read_tables(text)
    assert (table.label, table.columns) == ("矿区", ("产量（万吨）", "职工（人）"))
    assert [(row.name, row.values) for row in table.rows] == [
        ("北岭矿", {0: "1,204"}),
        ("南沟矿", {0: "986.5", 1: "—"}),
    ]


def test_an_exported_table_is_read_again_as_it_is(tmp_path: Path) -> None:
    document = load(tmp_path, "a.md", f"前*文。\n\n{MINES}\n\n后文。".encode())
    line = to_line(dataclasses.replace(document, text=document.text))
    copy = load(tmp_path, "b.jsonl", line.encode())
    assert copy.text == document.text


@pytest.mark.parametrize(
    "first", ['<td colspan="60" rowspan="9999">x</td>' * 500, "<td>x</td>" * 20_000]
)
def test_no_table_grows_without_bound(first: str) -> None:
    source = f"<table><tr>{first}</tr>{'<tr><td>y</td></tr>' * 3_000}</table>"
    start = time.thread_time()
    assert sum(len(line) for block in parse_blocks(source) for line in block.lines) < 1_000_000
    assert time.thread_time() - start < 3


def test_lines_that_are_no_table_take_no_more_time_each_the_more_there_are() -> None:
    start = time.thread_time()
    assert with_plain_tables("a\n" * 100_000) == "a\n" * 100_000
    assert time.thread_time() - start < 2
