"""The day that a page itself names as its own: a line under the title, a dateline, a last line.

A day within a sentence is one that the article speaks of, so only what is nothing but a date with
what stands beside one counts, or what leads a report in (`鹭港2025年4月6日电`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.corpus.bylines import is_outlet_name
from rag.corpus.published import read_published
from rag.messages import Language
from rag.text.han import HAN
from rag.text.months import ANY_MONTH
from rag.text.weekdays import CHINESE_WEEKDAYS, WEEKDAY_WORDS
from rag.types import Published

_FIRST_LINES = 8
_LAST_LINES = 4
_LONGEST_LINE = 120
_FIRST_YEAR = 1980
_DATE = (
    r"(?:\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?[日号]|[〇零○一二三四五六七八九]{4}年[一二三四五六七八九十]{1,2}月"
    r"[一二三四五六七八九十]{1,3}日|\d{4}(?P<sign>[-/.])\d{1,2}(?P=sign)\d{1,2}(?!\d)"
    rf"|(?:{ANY_MONTH})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}(?!\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{ANY_MONTH})\.?,?\s+\d{{4}}(?!\d))"
)
_DATE_IN_LINE = re.compile(rf"(?<![\w.-]){_DATE}(?![\w日])", re.IGNORECASE)
_LEADING_IN = (
    re.compile(rf"[^。！？\n]{{0,30}}?(?P<date>{_DATE})\s?(?:电|讯|消息)", re.IGNORECASE),
    re.compile(
        rf"[A-Z][A-Za-z.,'’/ -]{{1,50}}?,?\s\(?(?P<date>(?i:{_DATE}))\)?,?\s?"
        r"(?:[(/][A-Z][\w .]{1,30}[)/])?\s?[-–—:]"
    ),
)
# What may stand beside the date of publication.
_BESIDE = re.compile(
    r"(?:发布|发表|刊发|发稿|出版)?(?:时间|日期)?[:：]?"
    r"|(?:来源|作者|记者|编辑|责编|责任编辑|文|通讯员)[:：\s].{1,20}"
    r"|(?:Published|Posted|Released|Date|Updated|更新(?:时间|于)?)(?: on| at)?:?"
    r"|(?:By|Source:?|Author:?)\s[A-Z].{1,40}",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"updated|modified|更新|修改", re.IGNORECASE)
_CLOCK = re.compile(
    rf"(?:星期|周)[{CHINESE_WEEKDAYS}]|(?:[上下]午|凌晨|晚上)?\s?\d{{1,2}}[:：]\d{{2}}(?:[:：]\d{{2}})?"
    r"(?:\s?[ap]\.?m\b\.?)?(?:\s?(?:[A-Z]{2,4}|[+-]\d{4})\b)?"
    rf"|{'|'.join(WEEKDAY_WORDS)}",
    re.IGNORECASE,
)
_BETWEEN = re.compile(rf"\s*[|｜·•,，/()（）【】\[\]—–]\s*|\s{{2,}}|　|(?<=[{HAN}])\s|\s-\s")
_NAME = re.compile(rf"[{HAN}]{{2,6}}|[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){{0,3}}")


def read_dateline(body: str, language: Language) -> Published | None:
    """Returns the day that an article, as Markdown, gives as its own; None where it gives none."""
    lines = [line for raw in body.split("\n") if (line := raw.strip(" \t\u3000#*_>|"))]
    for line in lines[:_FIRST_LINES]:
        for pattern in _LEADING_IN:
            if match := pattern.match(line):
                return read_published(match["date"], language)
    own = [(line, day) for line in _candidates(lines) if (day := _day_of_line(line, language))]
    # Where both days are given, the article is as old as it was published.
    own.sort(key=lambda found: bool(_UPDATED.search(found[0])))
    return own[0][1] if own else None


def is_dateline(line: str, language: Language) -> bool:
    """Tells whether a line only says when, where or by whom an article was published."""
    return _day_of_line(line.strip(" \t\u3000#*_>|"), language) is not None


def _candidates(lines: Sequence[str]) -> list[str]:
    first = list(lines[:_FIRST_LINES])
    # At the end stands the date of an announcement, by itself.
    last = [line for line in lines[_FIRST_LINES:][-_LAST_LINES:] if _stands_alone(line)]
    return first + last[::-1]


def _stands_alone(line: str) -> bool:
    return bool(_DATE_IN_LINE.fullmatch(line.strip("（）() ")))


def _day_of_line(line: str, language: Language) -> Published | None:
    if len(line) > _LONGEST_LINE:
        return None
    match = _DATE_IN_LINE.search(line)
    if match is None:
        return None
    rest = _CLOCK.sub("|", f"{line[: match.start()]}|{line[match.end() :]}")
    pieces = [piece.strip() for piece in _BETWEEN.split(rest)]
    if not all(_may_stand_beside(piece) for piece in pieces if piece):
        return None
    day = read_published(line[match.start() :], language) or read_published(match[0], language)
    # Lines of older days are about the people of a chronicle.
    return day if day and day.moment.year >= _FIRST_YEAR else None


def _may_stand_beside(piece: str) -> bool:
    return bool(is_outlet_name(piece) or _BESIDE.fullmatch(piece) or _NAME.fullmatch(piece))
