"""Write a table as lines of text: each row is a sentence that repeats the names of its columns.

    | 区县 | 财政收入（亿元） | 新生儿（人） |
    西山区：财政收入（亿元）64.3；新生儿（人）5,127

The first line names the columns and can't be cited. The lines below it, up to a blank line, are the
rows. So a row can be found by its name, cited as a whole, and understood without its table.
`rag.text.table_rows` reads these lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rag.text.characters import is_cjk
from rag.text.table_rows import cell_value, is_period, unit_of, without_unit

_MOST_COLUMNS = 1000
"""The most columns. The cells of a wider table become lines of their own."""
_MOST_PLACES = 1_000_000
"""The most cells, after all rows are filled up to the longest one."""
_LONGEST_ROW = 160
"""In Han characters; others count half. A longer row becomes several lines with its name."""
_LONGEST_CELL = 200
_LONGEST_CAPTION = 60
_ORDINAL_LABELS = frozenset(
    "序号 排名 名次 位次 编号 no no. # rank ranking position pos pos. place".split()
)
_MEASURE_CORNERS = frozenset("指标 指标名称 数据指标 metric metrics indicator indicators".split())
_CAPTION_NUMBER = re.compile(
    r"^(?:附?表|table|tab\.?)\s*[\d一二三四五六七八九十.\-]+\s*[:：.、]?\s*", re.IGNORECASE
)
_CAPTION_UNIT = re.compile(
    r"[（(\[]?\s*(?:(?:计量)?单位\s*[:：为]?|\bunits?\s*[:：])\s*([^（）()\[\]，,；;。]{1,24}?)\s*"
    r"(?:[)）\]]|$)|[（(]\s*in ([^（）()]{2,24})[)）]"
    r"|[（(]((?:[百千万亿]|%|元|美元|人|户|吨|辆|台|套|件|个|公里|平方|公顷|亩|us\$|\$|million|billion"
    r"|thousand|yuan|percent|tons?|tonnes|km|people)[^（）()]{0,16})[)）]\s*$",
    re.IGNORECASE,
)


def table_lines(rows: Sequence[Sequence[str]], caption: str = "") -> tuple[str, ...]:
    """Return the lines of a table. Its first row may name the columns.

    `caption` is the text above the table. If the columns are entities and the rows are measures,
    the table is transposed. A table of one column, or with long texts in its cells, becomes a line
    for each cell.
    """
    if len(rows) * max(map(len, rows), default=0) > _MOST_PLACES:
        return tuple(cell for row in rows for cell in row if cell)
    grid = _trimmed(rows)
    if (
        not grid
        or not 1 < len(grid[0]) <= _MOST_COLUMNS
        or any(len(cell) > _LONGEST_CELL for row in grid for cell in row)
    ):
        return tuple(cell for row in grid for cell in row if cell)
    labels, body = _header(grid)
    if labels and _is_turned(labels, body):
        turned = [list(column) for column in zip(labels, *body, strict=True)]
        labels, body = turned[0], turned[1:]
    if not body:
        return (" | ".join(labels),)
    labels, about = _with_caption(labels, body, caption)
    return tuple(_lines(_distinct(labels), body, about))


def _trimmed(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the rows, filled up to equal length, without empty rows and columns."""
    width = max(map(len, rows), default=0)
    grid = [[*row, *[""] * (width - len(row))] for row in rows if any(row)]
    used = [at for at in range(width) if any(row[at] for row in grid)]
    return [[row[at] for at in used] for row in grid]


def _header(grid: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns, and the other rows.

    The names are empty if the first row is a row of data.
    """
    first, body = grid[0], grid[1:]
    numeric = [at for at in range(1, len(first)) if any(_is_number(row[at]) for row in body)]
    alike = [at for at in numeric if _is_number(first[at])]
    if not body or (numeric and 2 * len(alike) > len(numeric)):
        return [""] * len(first), grid
    if len(first) == 2 and not numeric and first[0] and _is_number(first[1]):
        return [""] * len(first), grid
    return first, body


def _is_number(text: str) -> bool:
    return cell_value(text) is not None and not is_period(text)


def _is_turned(labels: list[str], body: list[list[str]]) -> bool:
    """Return True if the columns are entities and the rows are measures."""
    if len(labels) < 3 or any(is_period(label) or unit_of(label) for label in labels[1:]):
        return False
    if labels[0].casefold() in _MEASURE_CORNERS:
        return True
    measures = sum(bool(unit_of(row[0])) for row in body)
    return 2 * measures >= len(body) and len(body) > 0 and measures > 0


def _with_caption(labels: list[str], body: list[list[str]], caption: str) -> tuple[list[str], str]:
    """Return the labels with the unit in the caption, and the rest of the caption.

    The rest is returned only if all labels are empty or periods: it then says what is measured.
    """
    caption = caption.strip().rstrip("：:")
    unit = _CAPTION_UNIT.search(caption)
    if unit:
        stated = next(filter(None, unit.groups()))
        labels = [
            f"{label}（{stated}）"
            if at and label and not unit_of(label) and any(_is_number(row[at]) for row in body)
            else label
            for at, label in enumerate(labels)
        ]
        caption = caption.replace(unit[0], "")
    caption = _CAPTION_NUMBER.sub("", caption).strip(" ，,;；:：—-")
    silent = all(not label or is_period(without_unit(label)) for label in labels[1:])
    return labels, caption if silent and len(caption) <= _LONGEST_CAPTION else ""


def _distinct(labels: list[str]) -> list[str]:
    """Return the labels with repeated ones completed by the label before: 财政收入, then 增速."""
    counts = Counter(label for label in labels if label)
    found: list[str] = []
    for at, label in enumerate(labels):
        if at and counts[label] > 1:
            before = next((x for x in reversed(labels[:at]) if x and counts[x] == 1), "")
            label = f"{without_unit(before)}{'' if is_cjk(label[:1]) else ' '}{label}".strip()
        found.append(label)
    return found


def _lines(labels: list[str], body: list[list[str]], about: str) -> Iterator[str]:
    chinese = any(is_cjk(c) for text in (*labels, *(row[0] for row in body)) for c in text)
    naming = _naming_columns(labels, body)
    rest = [at for at in range(len(labels)) if at not in naming]
    about = f"（{about}）" if about and chinese else f" ({about})" if about else ""
    heading = " ".join(labels[at] for at in naming if labels[at]) + about
    yield "| " + " | ".join(_plain(x) for x in (heading, *(labels[at] for at in rest))) + " |"
    group, before = "", ""
    for row in body:
        if len(row) > 2 and row[0] and len(set(row)) == 1 and not _is_number(row[0]):
            group = row[0]
            continue
        names = [row[at] for at in naming if row[at]]
        name = " ".join(dict.fromkeys(names)) or before
        before = name
        if len(naming) == 1 and _is_bare_number(name):
            name = _named_number(labels[naming[0]], name, chinese=chinese)
        if group and group not in name:
            name += f"（{group}）" if chinese else f" ({group})"
        name = _plain(name + ("" if about.strip(" （）()") in name else about)).replace(": ", ", ")
        cells = [_cell(labels[at], row[at], chinese=chinese) for at in rest if row[at]]
        yield from _cut(name, cells, chinese=chinese)


def _naming_columns(labels: list[str], body: list[list[str]]) -> list[int]:
    """Return the columns that name the rows: the first one with words, and more if needed."""
    words = [
        at
        for at in range(len(labels))
        if labels[at].casefold().rstrip("：:") not in _ORDINAL_LABELS
        and 2 * sum(_is_number(row[at]) for row in body) < len(body)
        and any(row[at] for row in body)
    ]
    if not words or (words[0] and not _only_ordinals(labels, body, words[0])):
        return [0]
    chosen = words[:1]
    for at in words[1:3]:
        names = Counter(tuple(row[i] for i in chosen) for row in body)
        if max(names.values()) == 1 or at != chosen[-1] + 1 or is_period(labels[at]):
            break
        chosen.append(at)
    return chosen


def _only_ordinals(labels: list[str], body: list[list[str]], count: int) -> bool:
    """Return True if the first `count` columns are one column that only numbers the rows."""
    return count == 1 and (
        labels[0].casefold().rstrip("：:") in _ORDINAL_LABELS
        or [row[0] for row in body] == [str(i) for i in range(1, len(body) + 1)]
    )


def _is_bare_number(name: str) -> bool:
    return bool(name) and name.replace(",", "").replace(".", "").isdigit()


def _named_number(label: str, name: str, *, chinese: bool) -> str:
    if not label:
        return name
    if label in ("年", "年份", "年度"):
        return f"{name}年"
    return f"{label}{name}" if chinese else f"{label} {name}"


def _cell(label: str, value: str, *, chinese: bool) -> str:
    label, value = _plain(label), _plain(value)
    if not label:
        return value
    closed = chinese and is_cjk(label[-1]) and label[-1] not in "年月日度半"
    tight = closed and (value[:1].isdigit() or value[:1] in "+-−–—－$¥€£")
    return f"{label}{value}" if tight else f"{label} {value}"


def _plain(text: str) -> str:
    """Return a cell's text without the signs that separate names and cells in a line."""
    text = text.replace("|", "/").replace("：", " ").replace("；", "，")
    return " ".join(text.replace("; ", ", ").split())


def _cut(name: str, cells: list[str], *, chinese: bool) -> Iterator[str]:
    """Yield the row as one line, or as several if it is too long for a passage."""
    between, behind = ("；", "：") if chinese else ("; ", ": ")
    part: list[str] = []
    for cell in cells:
        if part and _length(name) + sum(map(_length, part)) + _length(cell) > _LONGEST_ROW:
            yield f"{name}{behind}{between.join(part)}"
            part = []
        part.append(cell)
    yield f"{name}{behind}{between.join(part)}" if part else name


def _length(text: str) -> float:
    return sum(1.0 if is_cjk(character) else 0.5 for character in text)
