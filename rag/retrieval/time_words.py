"""When a question is about: its wording, resolved against a "today", to days of publication.

Dates come from `rag.corpus.dates`, which reads articles too. What leans on the day of asking
("上周五", "three weeks ago", "截至7月", "latest") is read here. dateparser was tried: of 36 such
phrases it read 17, neither 2月13日 nor 上周五 among them, and it gives a moment where a week or a
month is meant (docs/retrieval.md).
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rag.corpus.dates import CalendarDate, read_dates
from rag.types import TimeFrame

_UNITS = {"天": 1, "日": 1, "day": 1, "周": 7, "星期": 7, "礼拜": 7, "week": 7}
_MONTHS = {"月": 1, "month": 1, "季度": 3, "quarter": 3, "年": 12, "year": 12}
_UNIT_ZH = r"(?P<unit>天|日|周|星期|礼拜|月|季度|年)"
_UNIT_EN = r"(?P<unit>day|week|month|quarter|year)"
_NUMBERS = (
    {word: i for i, word in enumerate("一 二 三 四 五 六 七 八 九 十".split(), 1)}
    | {
        word: i
        for i, word in enumerate("one two three four five six seven eight nine ten".split(), 1)
    }
    | {"两": 2, "半": 6, "几": 3, "数": 3, "a": 1, "an": 1, "a few": 3, "several": 3, "": 1}
)
_NUMBER_ZH = r"(?P<number>\d{1,3}|[一二两三四五六七八九十几数])"
_NUMBER_EN = rf"(?P<number>\d{{1,3}}|{'|'.join(w for w in _NUMBERS if w.isascii() and w)})"
_WEEKDAY_ZH = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6}
_WEEKDAY_EN = {
    w: i for i, w in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())
}
_AGO_ZH = {"这": 0, "本": 0, "当": 0, "上": 1, "上上": 2}
_DAYS = {
    "今天": 0, "今日": 0, "今早": 0, "今晚": 0, "昨天": 1, "昨日": 1, "昨晚": 1, "前天": 2,
    "today": 0, "yesterday": 1, "the day before yesterday": 2,
}  # fmt: skip
_YEARS = {"今年": 0, "去年": 1, "前年": 2}

_NEWEST = re.compile(
    r"最新|最近(?!的?[一二两三四五六七八九十几数\d])|目前|当前|眼下|如今|现在"
    r"|\b(?:latest|newest|most recent(?:ly)?|currently|right now|up[- ]to[- ]date)\b",
    re.IGNORECASE,
)
# What stands around a date, written as its first or last character.
_DATE = r"[\d年月日号天周期季度]"
_UNTIL = re.compile(
    rf"(?:截至|截止到?|直到|到(?=[^到]{{2,12}}为止))|{_DATE}(?:底|末)?(?:之前|以前|为止)"
    r"|\b(?:as of|until|till|up to|no later than)\b|\b(?:by|(?<!the day )before)"
    r"(?= (?:the end of )?"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|yesterday|today|last|\d{4}))",
    re.IGNORECASE,
)
_SINCE = re.compile(
    rf"自从?(?=\d|[今去前昨上本])|{_DATE}(?:以来|起|之后|以后|至今)|\b(?:since|after)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class _Days:
    """Days that a part of the question names, both included, and where it stands."""

    start: date
    end: date
    first: int
    last: int


def read_time_frame(question: str, today: date, newest: date | None = None) -> TimeFrame | None:
    """The time frame of a question, or None where its wording has none.

    What leans on the day of asking is resolved against `today`. A date without a year is the
    latest such date up to `newest`, the last day the articles tell of, or today if that is
    earlier. Of several dates the frame spans all. It never leaves an article out: it only
    prefers.
    """
    text = unicodedata.normalize("NFKC", question)
    found = list(_relative(text, today))
    rest = text
    for days in found:
        rest = rest[: days.first] + " " * (days.last - days.first) + rest[days.last :]
    until = bool(_UNTIL.search(text))
    found += _absolute(rest, today if until else min(today, newest or today))
    if not found:
        match = _NEWEST.search(text)
        return match and TimeFrame(end=today, phrase=match[0], effect="newest")
    found.sort(key=lambda days: days.first)
    phrase = "、".join(text[days.first : days.last].strip() for days in found)
    start, end = min(days.start for days in found), max(days.end for days in found)
    if until:
        return TimeFrame(end=end, phrase=phrase, effect="newest")
    since = len(found) == 1 and _SINCE.search(text)
    return TimeFrame(start=start, end=None if since else end, phrase=phrase, effect="prefer")


# --- dates that a calendar has ------------------------------------------------------------------


def _absolute(text: str, latest: date) -> Iterator[_Days]:
    """Dates in order; one that says no year or month has those of the date before it."""
    dates = [(text.casefold().find(said.text), said) for said in read_dates(text, None)[0]]
    year = month = None
    for at, said in sorted(dates, key=lambda found: found[0]):
        year = said.year or year
        month = said.month or (None if said.quarter else month)
        said = replace(said, year=year, month=month if said.day else said.month)
        days = _resolved(said, latest)
        if days and at >= 0:
            yield _Days(start=days[0], end=days[1], first=at, last=at + len(said.text))


def _resolved(said: CalendarDate, latest: date) -> tuple[date, date] | None:
    """The days of a date; the latest that begin no later than `latest` where parts are missing."""
    if said.year is not None:
        return _days(said.year, said)
    if said.month is None and said.quarter is None:
        months = (_month_before(latest, count) for count in range(12))
        candidates = (_days(m.year, said, month=m.month) for m in months)
    else:
        candidates = (_days(latest.year - count, said) for count in range(5))
    return next((days for days in candidates if days and days[0] <= latest), None)


def _days(year: int, said: CalendarDate, month: int | None = None) -> tuple[date, date] | None:
    month = month or said.month
    try:
        if said.quarter:
            start = date(year, 3 * said.quarter - 2, 1)
            return start, _month(date(year, 3 * said.quarter, 1))[1]
        if month is None:
            return _year(year)
        if said.day is None:
            return _month(date(year, month, 1))
        day = date(year, month, said.day)
    except ValueError:  # no such day: a 30th of February
        return None
    return day, day


# --- dates that lean on today -------------------------------------------------------------------

_Reader = Callable[[re.Match[str], date], "tuple[date, date] | None"]


def _relative(text: str, today: date) -> Iterator[_Days]:
    """Each phrase once: what one pattern has read is blanked out for the next."""
    for pattern, read in _RELATIVE:
        for match in pattern.finditer(text):
            days = read(match, today)
            if days:
                yield _Days(start=days[0], end=days[1], first=match.start(), last=match.end())
                text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]


def _day(match: re.Match[str], today: date) -> tuple[date, date]:
    return _same(today - timedelta(days=_DAYS[match[0].casefold()]))


def _years_ago_today(match: re.Match[str], today: date) -> tuple[date, date]:
    years = _YEARS.get(match["year"] or "") or _number(match["number"] or match["count"] or "")
    return _same(_month_before(today, 12 * years))


def _in_year(match: re.Match[str], today: date) -> tuple[date, date] | None:
    """今年2月13日, 去年第四季度, 前年下半年, or the year alone."""
    year = today.year - _YEARS[match["year"]]
    half = match["half"]
    if half:
        return (
            (date(year, 1, 1), date(year, 6, 30))
            if half == "上"
            else (date(year, 7, 1), date(year, 12, 31))
        )
    dates, _ = read_dates(match["date"] or "", None)
    return _days(year, dates[0] if dates else CalendarDate(year=year, text=""))


def _in_month(match: re.Match[str], today: date) -> tuple[date, date] | None:
    month = _month_before(today.replace(day=1), _AGO_ZH[match["ago"]])
    if match["day"]:
        return _days(month.year, CalendarDate(month=month.month, day=int(match["day"]), text=""))
    return _month(month)


def _in_week(match: re.Match[str], today: date) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday() + 7 * _AGO_ZH[match["ago"]])
    if match["weekday"]:
        return _same(monday + timedelta(days=_WEEKDAY_ZH[match["weekday"]]))
    return monday, monday + timedelta(days=6)


def _quarter_zh(match: re.Match[str], today: date) -> tuple[date, date]:
    return _quarter(_month_before(today, 3 * _AGO_ZH[match["ago"]]))


def _weekday(match: re.Match[str], today: date) -> tuple[date, date]:
    """The latest such day that is over; "last Friday" of a Friday is a week ago."""
    names = match.groupdict()
    number = _WEEKDAY_ZH[names["zh"]] if names["zh"] else _WEEKDAY_EN[names["en"].casefold()]
    return _same(today - timedelta(days=(today.weekday() - number - 1) % 7 + 1))


def _calendar_en(match: re.Match[str], today: date) -> tuple[date, date]:
    """The week, month, quarter or year that is now, or the one before it."""
    back = match["which"].casefold() in ("last", "previous")
    unit = match["unit"].casefold()
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return monday, monday + timedelta(days=6)
    moved = _month_before(today, _MONTHS[unit] * back)
    if unit == "month":
        return _month(moved)
    return (
        _quarter(moved) if unit == "quarter" else (date(moved.year, 1, 1), date(moved.year, 12, 31))
    )


def _lately(match: re.Match[str], today: date) -> tuple[date, date]:
    """近三个月, the past 5 days: from then until today."""
    return _before(match, today), today


def _ago(match: re.Match[str], today: date) -> tuple[date, date]:
    """三天前, two weeks ago: that day, or the week, month or year around it."""
    day, unit = _before(match, today), match["unit"].casefold()
    if unit in ("月", "month", "季度", "quarter"):
        return _month(day)
    if unit in ("年", "year"):
        return _year(day.year)
    around = timedelta(days=3 if _UNITS[unit] == 7 else 0)
    return day - around, day + around


def _before(match: re.Match[str], today: date) -> date:
    number, unit = _number(match["number"] or ""), match["unit"].casefold()
    if unit in _UNITS:
        return today - timedelta(days=number * _UNITS[unit])
    return _month_before(today, number * _MONTHS[unit])


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS[text.casefold()]


def _same(day: date) -> tuple[date, date]:
    return day, day


def _month(day: date) -> tuple[date, date]:
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _quarter(day: date) -> tuple[date, date]:
    first = 3 * ((day.month - 1) // 3) + 1
    return date(day.year, first, 1), _month(date(day.year, first + 2, 1))[1]


def _month_before(day: date, months: int) -> date:
    """The same day that many months earlier, or the month's last."""
    number = max(12, day.year * 12 + day.month - 1 - months)
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


# The longest form first.
_RELATIVE: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_pattern(rf"(?:(?P<year>去年|前年)|{_NUMBER_ZH}年前)的?今[天日]"
              r"|\b(?P<count>\d{1,2}|one|two|three|four|five|six|ten) years? ago today\b"),
     _years_ago_today),
    (_pattern(r"(?P<year>今年|去年|前年)(?:的?(?P<half>[上下])半年"
              r"|的?(?P<date>\d{1,2}月(?:\d{1,2}[日号])?|第?[一二三四1-4]季度))?"), _in_year),
    (_pattern(r"(?P<ago>上上|[这本当上])个?月(?:(?P<day>\d{1,2})[日号])?"), _in_month),
    (_pattern(r"(?P<ago>上上|[这本上])个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])?"),
     _in_week),
    (_pattern(r"(?P<ago>[这本上])个?季度"), _quarter_zh),
    (_pattern(rf"(?:最近|过去|近|这)的?{_NUMBER_ZH}个?{_UNIT_ZH}"), _lately),
    (_pattern(rf"{_NUMBER_ZH}个?{_UNIT_ZH}之?前(?![后列十五三锋])"), _ago),
    (_pattern(r"(?:周|星期|礼拜)(?P<zh>[一二三四五六日天])(?P<en>)"), _weekday),
    (_pattern(rf"(?:{'|'.join(sorted(_DAYS, key=len, reverse=True))})(?![a-z])"), _day),
    (_pattern(rf"\b(?:last|past|previous|recent)\s+{_NUMBER_EN}\s+{_UNIT_EN}s\b"), _lately),
    (_pattern(rf"\bpast (?P<number>){_UNIT_EN}\b"), _lately),
    (_pattern(rf"\b{_NUMBER_EN}\s+{_UNIT_EN}s? ago\b"), _ago),
    (_pattern(r"\b(?P<which>this|last|previous)\s+(?P<unit>week|month|quarter|year)\b"),
     _calendar_en),
    (_pattern(rf"\b(?:last|on|this) (?P<zh>)(?P<en>{'|'.join(_WEEKDAY_EN)})\b"), _weekday),
)  # fmt: skip
