"""Turn dates, months, quarters and phrases such as 上周五 into spans of days."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from rag.text.dates import WEEKDAY_WORDS, CalendarDate, read_dates, weekday_number
from rag.text.quantities import NUMBER_WORDS, written_number

Span = tuple[date, date]
"""The first and the last day, both included."""


@dataclass(frozen=True, kw_only=True)
class Days:
    """A span of days that a question names, with the position of its words in the question."""

    span: Span
    first: int
    last: int


def span_of(year: int, said: CalendarDate) -> Span | None:
    """Return the days of a date in a year, or None if the year has no such day."""
    try:
        if said.quarter:
            return whole_quarter(date(year, 3 * said.quarter, 1))
        if said.month is None:
            return whole_year(year)
        if said.day is None:
            return whole_month(date(year, said.month, 1))
        day = date(year, said.month, said.day)
    except ValueError:  # no such day: a 30th of February
        return None
    return day, day


def same_day(day: date) -> Span:
    """Return the span of a single day."""
    return day, day


def whole_year(year: int) -> Span:
    """Return the span of a year."""
    return date(year, 1, 1), date(year, 12, 31)


def whole_month(day: date) -> Span:
    """Return the span of the month that contains a day."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def whole_quarter(day: date) -> Span:
    """Return the span of the quarter that contains a day."""
    first = 3 * ((day.month - 1) // 3) + 1
    return date(day.year, first, 1), whole_month(date(day.year, first + 2, 1))[1]


def months_before(day: date, months: int) -> date:
    """Return the same day some months earlier, or the last day of that month if it is shorter."""
    number = max(12, day.year * 12 + day.month - 1 - months)
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


# Days relative to today: 上周五, 今年以来, three weeks ago, the past 5 days.

_Reader = Callable[[re.Match[str], date], "Span | None"]

_UNIT_DAYS = {"天": 1, "日": 1, "day": 1, "周": 7, "星期": 7, "礼拜": 7, "week": 7}
_UNIT_MONTHS = {"月": 1, "month": 1, "季度": 3, "quarter": 3, "年": 12, "year": 12}
_UNIT_ZH = r"(?P<unit>天|日|周|星期|礼拜|月|季度|年)"
# 7月之前 and 13日前 do not mean seven months ago and thirteen days ago.
_UNIT_AGO = r"(?P<unit>天|周|星期|礼拜|(?<=个)月|季度|年)"
_UNIT_EN = r"(?P<unit>day|week|month|quarter|year)"
_NUMBER_ZH = r"(?<![\d.,十百千几数多第])(?P<number>\d{1,3}|[一二两三四五六七八九十百]{1,4})"
_NUMBER_EN = rf"(?<![\w.,-])(?P<number>\d{{1,3}}|{'|'.join(NUMBER_WORDS[:12])})"
_AGO = {"这": 0, "本": 0, "当": 0, "上": 1, "上上": 2, "this": 0, "last": 1, "previous": 1}
_DAYS_AGO = {
    "今天": 0, "今日": 0, "今早": 0, "今晚": 0, "昨天": 1, "昨日": 1, "昨晚": 1, "前天": 2,
    "大前天": 3,
    "today": 0, "yesterday": 1, "the day before yesterday": 2, "last night": 1,
}  # fmt: skip
_YEARS_AGO = {"今年": 0, "去年": 1, "前年": 2, "this year": 0, "last year": 1}
_YEAR_ZH = r"(?P<year>\d{4}年|今年|去年|前年)"


def relative_days(text: str, today: date) -> tuple[list[Days], str]:
    """Return the days that are named relative to today, and the text without their words.

    Words for the future and for repeated days are also replaced by `#` in the text.
    """
    found = []
    for pattern, read in _RELATIVE:
        for match in pattern.finditer(text):
            # A capitalised phrase inside a question is a name: USA Today, Last Week Tonight.
            if match.start() and match[0][:1].isupper() and match[0][1:2].islower():
                continue
            span = read(match, today)
            if span:
                found.append(Days(span=span, first=match.start(), last=match.end()))
            text = text[: match.start()] + "#" * len(match[0]) + text[match.end() :]
    return found, text


def _nothing(_: re.Match[str], __: date) -> None:
    """Ignore a phrase for the future or for a repeated day."""


def _day(match: re.Match[str], today: date) -> Span:
    return same_day(today - timedelta(days=_DAYS_AGO[match[0].casefold()]))


def _years_ago_today(match: re.Match[str], today: date) -> Span:
    years = _YEARS_AGO.get(match["year"] or "") or _number(match["number"] or match["count"] or "")
    return same_day(months_before(today, 12 * years))


def _year_number(text: str, today: date) -> int:
    return int(text[:4]) if text[:4].isdigit() else today.year - _YEARS_AGO[text.casefold()]


def _half_year(match: re.Match[str], today: date) -> Span:
    year = _year_number(match["year"], today)
    first = match["half"].casefold() in ("上", "first", "h1")
    return (
        (date(year, 1, 1), date(year, 6, 30)) if first else (date(year, 7, 1), date(year, 12, 31))
    )


def _first_part(match: re.Match[str], today: date) -> Span | None:
    """Return the first months or quarters of a year: 前三季度, 2024年前11个月."""
    year = _year_number(match["year"], today) if match["year"] else today.year
    months = _number(match["number"]) * _UNIT_MONTHS[match["unit"]]
    return (date(year, 1, 1), whole_month(date(year, months, 1))[1]) if months <= 12 else None


def _in_year(match: re.Match[str], today: date) -> Span | None:
    """Return a date within a named year (今年2月13日, 去年第四季度), or the whole year."""
    year = _year_number(match["year"], today)
    dates, _ = read_dates(match["date"] or "", None)
    return span_of(year, dates[0] if dates else CalendarDate(text=""))


def _in_month(match: re.Match[str], today: date) -> Span | None:
    month = months_before(today.replace(day=1), _AGO[match["ago"]])
    if match["day"]:
        return span_of(month.year, CalendarDate(month=month.month, day=int(match["day"]), text=""))
    return whole_month(month)


def _in_week(match: re.Match[str], today: date) -> Span:
    monday = today - timedelta(days=today.weekday() + 7 * _AGO[match["ago"]])
    if match["weekday"]:
        return same_day(monday + timedelta(days=weekday_number(match["weekday"])))
    return monday, monday + timedelta(days=6)


def _in_quarter(match: re.Match[str], today: date) -> Span:
    return whole_quarter(months_before(today, 3 * _AGO[match["ago"]]))


def _weekday(match: re.Match[str], today: date) -> Span:
    """Return the latest such weekday before today.

    On a Friday, "last Friday" is a week ago.
    """
    number = weekday_number(match["weekday"])
    return same_day(today - timedelta(days=(today.weekday() - number - 1) % 7 + 1))


def _calendar_en(match: re.Match[str], today: date) -> Span:
    """Return the current week, month, quarter or year, or the previous one."""
    back, unit = _AGO[match["which"].casefold()], match["unit"].casefold()
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return monday, monday + timedelta(days=6)
    moved = months_before(today, _UNIT_MONTHS[unit] * back)
    if unit == "month":
        return whole_month(moved)
    return whole_quarter(moved) if unit == "quarter" else whole_year(moved.year)


def _lately(match: re.Match[str], today: date) -> Span:
    """Return a span that ends today: 近三个月, the past 5 days."""
    return _before(match, today), today


def _ago(match: re.Match[str], today: date) -> Span:
    """Return the day of 三天前 or two weeks ago, or the week, month or year around it."""
    day, unit = _before(match, today), match["unit"].casefold()
    if unit in ("月", "month", "季度", "quarter"):
        return whole_month(day)
    if unit in ("年", "year"):
        return whole_year(day.year)
    around = timedelta(days=3 if _UNIT_DAYS[unit] == 7 else 0)
    return day - around, day + around


def _before(match: re.Match[str], today: date) -> date:
    number, unit = _number(match["number"] or ""), match["unit"].casefold()
    if unit in _UNIT_DAYS:
        return today - timedelta(days=number * _UNIT_DAYS[unit])
    return months_before(today, number * _UNIT_MONTHS[unit])


def _number(text: str) -> int:
    return written_number(text) if text else 1


_WEEKDAY_ZH = r"(?P<weekday>[一二三四五六日天](?![共些均家个款名只次种位条直般届度起定致些切天]))"
_MD_ZH = r"\d{1,2}月(?:\d{1,2}[日号])?"

BEFORE_ZH = r"前(?![景瞻往途夕锋列后沿提述言十百\d一二两三四五六七八九几])"
"""A pattern for 前 as "before", not as part of another word such as 前景 and 前往."""
_AGAIN_OR_LATER = (
    r"每个?(?:周|星期|礼拜|月|季度|年|天|日)[一二三四五六日天]?|周[一二三四五六日]至周[一二三四五六日]"
    r"|下个?(?:周|星期|礼拜)[一二三四五六日天]?|下个?月(?:\d{1,2}[日号])?|下一?个?季度"
    rf"|(?:明|后)年(?:{_MD_ZH})?|明[天日]|(?<![之以年月日])后天|\d{{1,2}}周年"
    r"|(?:今日|今天)(?:头条|俄罗斯)|上月球|\bnext \w+(?: \d{1,2})?|\btomorrow\b"
    r"|\b(?:every|each) (?:\w+day|day|week|month|quarter|year)\b|\bthis week last year\b"
)

# Long forms come first: the words of a match are hidden from the patterns after it.
_RELATIVE: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), read)
    for pattern, read in (
        (_AGAIN_OR_LATER, _nothing),
        (rf"(?:(?P<year>去年|前年)|{_NUMBER_ZH}年前)的?今[天日]"
         rf"|\b(?P<count>\d{{1,2}}|{'|'.join(NUMBER_WORDS[:12])}) years? ago today\b",
         _years_ago_today),
        (rf"{_YEAR_ZH}的?(?P<half>[上下])半年", _half_year),
        (r"\b(?P<half>first|second) half of (?P<year>(?:19|20)\d\d|this year|last year)\b",
         _half_year),
        (r"\b(?P<half>h[12]) (?P<year>(?:19|20)\d\d)\b", _half_year),
        (rf"{_YEAR_ZH}?的?前(?P<number>\d{{1,2}}|[一二两三四五六七八九十]{{1,2}})个?(?P<unit>季度|月)",
         _first_part),
        (rf"(?P<year>今年|去年|(?<![\d一二两三四五六七八九十几目])前年)"
         rf"(?:的?(?P<date>{_MD_ZH}|第?[一二三四1-4]季度))?", _in_year),
        (r"(?P<ago>上上|(?<![登马路线网早晚])上|[这本当])个?月(?![球光亮度])"
         r"(?:(?P<day>\d{1,2})[日号])?", _in_month),
        (rf"(?P<ago>上上|(?<![线网路])上|[这本])个?(?:周|星期|礼拜)(?![边期年])"
         rf"(?:{_WEEKDAY_ZH})?", _in_week),
        (r"(?P<ago>[这本上])一?个?季度", _in_quarter),
        (rf"(?:最近|过去|近|这)的?{_NUMBER_ZH}个?{_UNIT_ZH}", _lately),
        (rf"{_NUMBER_ZH}个?{_UNIT_AGO}之?{BEFORE_ZH}", _ago),
        (rf"(?:^|(?<=[,，。;；、在于]))(?:周|星期|礼拜){_WEEKDAY_ZH}(?![至到福大生])", _weekday),
        (r"(?:大前天|前天|(?<!如)今天(?!气)|今日|今早|今晚|昨天|昨日|昨晚)", _day),
        (r"\b(?:the day before yesterday|last night|yesterday|today)\b(?!['’]s\b(?! \w))", _day),
        (rf"\b(?:last|past|previous|recent)\s+{_NUMBER_EN}\s+{_UNIT_EN}s\b", _lately),
        (rf"\bpast (?P<number>){_UNIT_EN}\b", _lately),
        (rf"{_NUMBER_EN}\s+{_UNIT_EN}s? ago\b", _ago),
        (rf"(?<!half )\ban?(?P<number>) {_UNIT_EN} ago\b", _ago),
        (r"\b(?P<which>this|last|previous)\s+(?P<unit>week|month|quarter|year)\b", _calendar_en),
        (rf"\b(?:last|on|this) (?P<weekday>{'|'.join(WEEKDAY_WORDS)})\b", _weekday),
    )
)  # fmt: skip
