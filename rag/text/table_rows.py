"""Read the rows of tables in a document's text, and the values of their cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rag.text.dates import ANY_MONTH
from rag.text.quantities import MAGNITUDES

# Cells: numbers, units and periods, and rows that sum up others.

_MAGNITUDES = MAGNITUDES | {"m": 10**6, "k": 1000}
_CURRENCY = r"(?:us\$|hk\$|rmb|usd|cny|eur|gbp|[$¥€£])?"
_NUMBER = re.compile(
    rf"(?:约|近|超|逾|about|approx\.?|c\.)?\s*{_CURRENCY}\s*(?P<minus>[-▼↓])?\s*[+▲↑]?\s*{_CURRENCY}\s*"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    rf"\s*(?P<scale>{'|'.join(_MAGNITUDES)})?(?P<rest>[^\d]{{0,16}})"
)
_MINUS_SIGNS = str.maketrans(dict.fromkeys("−–—‒－﹣", "-"))
_FOOTNOTE = re.compile(r"\[\d{1,2}\]$|[*†‡①②③④⑤⑥⑦⑧⑨]+$")
_UNIT = re.compile(r"\s*[(（\[]([^()（）\[\]]{1,24})[)）\]]\s*$")
_PERIOD = re.compile(
    r"(?:(?:19|20)\d\d\s*(?:年|年度|财年)?|fy\s?\d{2,4}|(?:19|20)\d\d[-/](?:\d{2}|\d{4}))?\s*"
    r"(?:第?[一二三四1-4]季度|q[1-4]|[hH][12]|[上下]半年|前[一二三]季度|全年|年初|年末|"
    rf"\d{{1,2}}月(?:\d{{1,2}}日)?|(?:{ANY_MONTH})\.?"
    r"(?:\s\d{1,2})?|去年|今年|上年|本年|同期|last year|this year)?\s*"
    r"(?:(?:19|20)\d\d)?",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"(?:合计|总计|共计|小计|总和|总数|总量|总额|总体|汇总|累计|平均|均值|平均值|中位数|"
    r"(?:全[市省国区县州镇乡村校厂行网球港岛部体]|各[区县市省地]?)(?:合计|总计|平均|总[数和量额])?|"
    r"(?:grand |sub-?|sub )?totals?|sum|all(?: [a-z]+)?|overall|combined|average|mean|median|"
    r"(?:city|nation|country|state|province|county|district|world|company|group)-?\s?wide|"
    r"whole [a-z]+|(?:national|world|group|city) (?:total|average))"
    r"(?:数|值|计)?",
    re.IGNORECASE,
)


def cell_value(text: str) -> Decimal | None:
    """Return the number in a cell with its magnitude applied, or None if there is none.

    "1,234.5", "1.2万", "−3.2%", "(45)", "$64m" and "约3万人" are numbers. A range, a date or a
    sentence with a number is not.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_MINUS_SIGNS).casefold().strip()
    plain = _FOOTNOTE.sub("", plain).strip()
    # Accountants write losses in brackets.
    loss = plain.startswith("(") and plain.endswith(")")
    match = _NUMBER.fullmatch(plain[1:-1].strip() if loss else plain)
    if not match or re.match(r"\s*[-~至到年月日:/.]", match["rest"]):
        return None
    value = Decimal(match["digits"].replace(",", "")) * _MAGNITUDES.get(match["scale"] or "", 1)
    return -value if loss or match["minus"] else value


def unit_of(label: str) -> str:
    """Return the unit in brackets after a column's name, or "" if there is none."""
    match = _UNIT.search(label)
    return match[1].strip() if match and not is_period(match[1]) else ""


def without_unit(label: str) -> str:
    """Return a column's name without the brackets after it."""
    return _UNIT.sub("", label).strip() or label.strip()


def is_period(text: str) -> bool:
    """Return True if a cell is only a year, a quarter, a month or a similar period."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return 2 <= len(plain) <= 24 and bool(_PERIOD.fullmatch(without_unit(plain)))


def is_sum(name: str) -> bool:
    """Return True if a row with this name sums up or averages others: 合计, 全市, "Total"."""
    plain = unicodedata.normalize("NFKC", name).strip(" :：*")
    return bool(_SUM.fullmatch(without_unit(plain)))


# Rows, in the format that `rag.ingest.tables` writes.

ROWS_FENCE = "table-rows"
"""The name of the Markdown fence around a table that is in its final form."""
_HEADER = re.compile(r"\|(?: .*)? \|")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row: `text[start:end]`, with its cells in `values` by column number."""

    start: int
    end: int
    name: str
    values: dict[int, str]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of a document's text.

    `label` names what the rows are (区县), and `columns` name their values. `header` is the line
    with both. `above` is the line before the table.
    """

    label: str
    columns: tuple[str, ...]
    header: str
    above: str
    rows: tuple[Row, ...]


def is_header(line: str) -> bool:
    """Return True if a line names the columns of the rows below it."""
    return line.startswith("| ") and bool(_HEADER.fullmatch(line))


def begins_in_table(text: str, start: int) -> bool:
    """Return True if `start` is inside a row of a table."""
    block = text.rfind("\n\n", 0, start) + 2
    block = 0 if block == 1 else block
    end = text.find("\n", block)
    return 0 < end < start and is_header(text[block:end])


def read_tables(text: str) -> tuple[Table, ...]:
    """Return the tables of a document's text, in order."""
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
