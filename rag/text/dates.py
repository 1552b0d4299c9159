"""Read the dates that a Chinese or English text names, as precisely as it names them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from rag.text.characters import HAN
from rag.text.quantities import UNITS, alternatives, chinese_number, written_number
from rag.types import Published

# Months.

ENGLISH_MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)
"""The English names of the months in full, January first."""
SHORT_MONTHS = tuple(name[:3].lower() for name in ENGLISH_MONTHS)
"""The first three letters of each month, in lower case."""
MONTH_WORDS = frozenset((*(name.lower() for name in ENGLISH_MONTHS), *SHORT_MONTHS, "sept"))
"""All English names of months, full and short, in lower case and without a full stop."""

FULL_MONTH = "|".join(ENGLISH_MONTHS)
"""A pattern for the full English name of a month."""
ANY_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
"""A pattern for the full or short English name of a month, in lower case."""
CHINESE_MONTH = "十[一二]?|[一二三四五六七八九]"
"""A pattern for the Chinese number before 月: 三, 十二."""


def month_number(name: str) -> int:
    """Return the number of a month, 1 to 12, from its English name, full or short, in any case.

    Raises ValueError if the word is not the name of a month.
    """
    word = name.lower().rstrip(".")
    if word not in MONTH_WORDS:
        raise ValueError(f"{name!r} names no month")
    return SHORT_MONTHS.index(word[:3]) + 1


# Days of the week. Monday is 0.

ENGLISH_WEEKDAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
"""The English names of the days, Monday first."""
WEEKDAY_WORDS = tuple(name.lower() for name in ENGLISH_WEEKDAYS)
"""The English names of the days in lower case, Monday first."""
CHINESE_WEEKDAYS = "一二三四五六日天"
"""The characters that follow 星期 and 周, Monday first. Sunday has two."""


def weekday_number(name: str) -> int:
    """Return the number of a day of the week, 0 to 6.

    `name` is an English name, which may be cut to three letters, or the character that follows
    星期. Raises ValueError if the word is not the name of a day.
    """
    if len(name) == 1 and name in CHINESE_WEEKDAYS:
        return min(CHINESE_WEEKDAYS.index(name), 6)
    word = name.lower()
    for number, day in enumerate(WEEKDAY_WORDS):
        if len(word) >= 3 and (day.startswith(word) or word == f"{day[:3]}s"):
            return number
    raise ValueError(f"{name!r} names no day of the week")


# Dates.


@dataclass(frozen=True, kw_only=True)
class CalendarDate:
    """A date as a text names it.

    Parts that the text does not name are None. `quarter` is 1 to 4. If `decade` is true, `year` is
    the first year of the decade.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    quarter: int | None = None
    decade: bool = False
    text: str


# The digits of GPT-4o, Llama-3.1-405B and Qwen 2.5-Max are not numbers. "may" and "march" in lower
# case are not months.
_NO_FACT = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]*(?:[-.][A-Za-z0-9]+){0,3}?-(?!(?:19|20)\d\d\b)\d[A-Za-z0-9]*(?:[-.][A-Za-z0-9]+)*"
    r"|(?<=[A-Za-z]\s)\d+(?:\.\d+)?-[A-Z][a-z]+|\bmay\b|\bmarch\b"
)
_MONTH = rf"(?P<month>{ANY_MONTH})(?![a-z])\.?"
_QUARTER = r"(?P<quarter>[1-4一二三四]|first|second|third|fourth)"

# Things that Chinese counts: 2000人 is not a year.
_COUNTED = r"\s?[多余]?[万亿只家个台名人款种次位条座篇部项笔股倍份件辆套吨米公里分]"

# Long forms come first. Each match is cut out of the text before the next pattern runs, so no digit
# is read twice. A text must contain one of the hints before a pattern to match it: looking for the
# hints takes a hundredth of the time.
_DATES = tuple(
    (hints, re.compile(pattern))
    for hints, pattern in (
        (("0s", "年代"), r"(?<!\d)(?P<decade>(?:1[0-9]|20)\d0)(?:s\b|年代)"),
        (("世纪",), r"(?<!\d)(?P<century>20|21|19|18|17)世纪(?P<decade>\d0)年代"),
        (("年",), r"(?<!\d)(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]"),
        (("-",), r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)"),
        (SHORT_MONTHS, rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})\b"),
        (
            SHORT_MONTHS,
            rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH},? (?P<year>\d{{4}})\b",
        ),
        (("年",), rf"(?<!\d)(?P<year>\d{{4}})年(?:自然年)?第?{_QUARTER}季度?"),
        (("q",), r"(?<!\d)(?P<year>\d{2}|\d{4})年?q(?P<quarter>[1-4])(?!\d)"),
        (("q",), r"\bq(?P<quarter>[1-4])(?: of)? (?P<year>\d{4})\b"),
        (("quarter",), rf"\b{_QUARTER}(?:st|nd|rd|th)?[ -]quarter (?:of |in )?(?P<year>\d{{4}})\b"),
        (("年",), r"(?<!\d)(?P<year>\d{4})年(?P<month>\d{1,2})月"),
        (SHORT_MONTHS, rf"\b{_MONTH},? (?:of )?(?P<year>\d{{4}})\b"),
        (("月",), r"(?<!\d)(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]"),
        (SHORT_MONTHS, rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b"),
        (SHORT_MONTHS, rf"\b(?P<day>(?<![.,])\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH}(?![a-z])"),
        (("季度",), rf"第?{_QUARTER}季度"),
        (("quarter",), rf"\b{_QUARTER}(?:st|nd|rd|th)?[ -]quarter\b"),
        (("q",), r"(?<![a-z\d])q(?P<quarter>[1-4])\b"),
        (("年",), r"(?<!\d)(?P<year>(?:19|20)\d{2})年"),
        (
            ("19", "20"),
            rf"(?<![\d.,$¥€£])(?P<year>(?:19|20)\d{{2}})(?![\d,.]*\d|[a-z]|{_COUNTED}|\s?(?:{alternatives(UNITS)}))",
        ),
        (("月",), r"(?<!\d)(?P<month>\d{1,2})月(?!前|后|内|份前)"),
        (
            SHORT_MONTHS,
            rf"\b(?!may)(?P<month>{FULL_MONTH.lower()})\b",
        ),
        (("日",), r"(?<!\d)(?P<day>\d{1,2})日"),
    )
)
# Some texts put spaces around the characters: 2009 年 8 月 31 日.
_SPACED = re.compile(
    r"(?<=\d) (?=世纪|年代)|(?<=世纪) (?=\d)|(?<=[年月]) (?=\d{1,2} ?[月日号])"
    rf"|(?<=\d) (?=[年月日号]\s?[\d\W]|[年月日号][{HAN}]|[年月日]$)"
)
_HAN_MONTH = re.compile(
    rf"(?<![一二三四五六七八九十\d个])(?P<month>{CHINESE_MONTH})月"
    r"(?:(?P<day>[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])[日号])?(?![亮球饼经子])"
)
_RELATIVE_DAYS = {
    "today": 0, "今日": 0, "今天": 0, "当日": 0, "yesterday": -1, "昨日": -1, "昨天": -1,
    "前天": -2, "明天": 1, "明日": 1, "tomorrow": 1,
}  # fmt: skip
_RELATIVE_YEARS = {
    "前年": -2, "去年": -1, "last year": -1, "今年": 0, "this year": 0, "明年": 1, "next year": 1,
}  # fmt: skip


_WEEKDAY = re.compile(
    rf"\b(?P<english>{'|'.join(WEEKDAY_WORDS)})s?\b"
    rf"|(?:星期|礼拜|(?<![一上下每本两几])周)(?P<chinese>[{CHINESE_WEEKDAYS}])(?![年岁周边])"
)


def read_weekday(word: str) -> int | None:
    """Return the number of the day of the week (Monday is 0) that a lower-case word names.

    Return None if it names no day.
    """
    word = word.removesuffix("s")
    return weekday_number(word) if word in WEEKDAY_WORDS else None


def read_weekdays(text: str) -> tuple[tuple[int, str], ...]:
    """Return the days of the week that a folded text names: number (Monday is 0) and wording."""
    return tuple(
        (weekday_number(match["english"] or match["chinese"]), match[0])
        for match in _WEEKDAY.finditer(text)
    )


def weekday_of(named: CalendarDate) -> int | None:
    """Return the day of the week (Monday is 0) of a full date, or None if a part is missing."""
    if named.year is None or named.month is None or named.day is None:
        return None
    try:
        return date(named.year, named.month, named.day).weekday()
    except ValueError:
        return None


def same_date(claim: CalendarDate, source: CalendarDate) -> bool:
    """Return True if the source states every part of the date that the claim states."""
    if claim.decade:
        return source.year is not None and source.year // 10 == (claim.year or 0) // 10
    months = (
        claim.month is not None and source.quarter == (claim.month + 2) // 3 and not source.month
    )
    return (
        (claim.year is None or (claim.year == source.year and not source.decade))
        and (claim.month in (None, source.month) or (months and claim.day is None))
        and claim.day in (None, source.day)
        and claim.quarter in (None, source.quarter, source.month and (source.month + 2) // 3)
    )


@lru_cache(maxsize=4096)
def read_dates(text: str, published: Published | None) -> tuple[tuple[CalendarDate, ...], str]:
    """Return the dates of a text, and the folded lower-case text with the dates blanked out.

    Relative dates ("昨日", "last year", a day without a year) are resolved against `published`. If
    `published` is None, they stay unresolved. Names that contain digits are blanked out too.
    """
    text = _NO_FACT.sub(" ", unicodedata.normalize("NFKC", text)).casefold()
    text = _HAN_MONTH.sub(_month_in_digits, _SPACED.sub("", text))
    found = []
    if published:
        for word, years in _RELATIVE_YEARS.items():
            text = text.replace(word, f"{published.moment.year + years}年")
    for hints, pattern in _DATES:
        if not any(hint in text for hint in hints):
            continue
        for match in pattern.finditer(text):
            said = match.groupdict()
            named = _date(said, match.group(), published)
            if named:
                found.append(named)
                text = text[: match.start()] + " " * len(match.group()) + text[match.end() :]
    if published:
        for word, days in _RELATIVE_DAYS.items():
            if word in text:
                day = published.moment + timedelta(days=days)
                found.append(CalendarDate(year=day.year, month=day.month, day=day.day, text=word))
    return tuple(found), text


def _month_in_digits(match: re.Match[str]) -> str:
    day = f"{chinese_number(match['day'])[0]}日" if match["day"] else ""
    return f"{chinese_number(match['month'])[0]}月{day}"


def _date(
    said: dict[str, str | None], text: str, published: Published | None
) -> CalendarDate | None:
    if decade := said.get("decade"):
        century = said.get("century")
        first = (int(century) - 1) * 100 + int(decade) if century else int(decade)
        return CalendarDate(year=first, decade=True, text=text.strip())
    year, month, day, quarter = (said.get(part) for part in ("year", "month", "day", "quarter"))
    number_of_month = None
    if month:
        number_of_month = int(month) if month.isdigit() else month_number(month)
    named = CalendarDate(
        year=int(year) + (2000 if len(year) == 2 else 0) if year else None,
        month=number_of_month,
        day=int(day) if day else None,
        quarter=written_number(quarter) if quarter else None,
        text=text.strip(),
    )
    if (named.month or 1) not in range(1, 13) or (named.day or 1) not in range(1, 32):
        return None
    if published and named.year is None and named.month:
        # A month without a year is the latest such month that is not after the article.
        later = (named.month, named.day or 1) > (published.moment.month, published.moment.day)
        year_said = published.moment.year - (
            1 if later and named.month - published.moment.month > 6 else 0
        )
        return CalendarDate(year=year_said, month=named.month, day=named.day, text=named.text)
    return named


def day_of(published: Published) -> CalendarDate:
    """Return the day of publication, as precisely as it is known."""
    day, precision = published.moment, published.precision
    return CalendarDate(
        year=day.year,
        month=day.month if precision != "year" else None,
        day=day.day if precision in ("day", "minute") else None,
        text=str(published),
    )
