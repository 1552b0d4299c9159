"""Read the periods that figures are reported for: years, halves, quarters and months.

The figures of a first quarter are published in the second, and those of a year in the next year. So
a period next to a figure names the time that was measured, not the day of the report. Questions and
sentences are read with the same patterns: parts of a year (一季度, first half, full-year) and years
(2024年, FY2024, last year). A part belongs to the year next to it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from rag.text.dates import ENGLISH_MONTHS
from rag.text.measures import asks_for_figure
from rag.text.parts_of_a_year import MONTH, PART, QUARTERS, months_of


@dataclass(frozen=True, kw_only=True)
class Period:
    """A period of whole months in one year.

    - `first` and `last` are months: 1 and 12 are the whole year, 4 and 6 the second quarter.
    - `year` is None if neither the text nor a day gives it. A fiscal year counts as the year in its
      name.
    - `compared` is true if another period is only compared with this one ("from $4 million a year
      earlier").
    - `running` is true if the period is not over on the day it was read for.
    - `assumed` is true if no word gives the year.
    - `text` is the wording, folded to NFKC.
    """

    year: int | None
    first: int
    last: int
    text: str
    compared: bool = False
    running: bool = False
    assumed: bool = False

    @property
    def name_en(self) -> str:
        """The period in English: `Q2 2025`, `January to September 2025`, `2025`."""
        year = "" if self.year is None else str(self.year)
        part = _SHORT_EN.get((self.first, self.last))
        if part is None:
            first, last = ENGLISH_MONTHS[self.first - 1], ENGLISH_MONTHS[self.last - 1]
            part = first if first == last else f"{first} to {last}"
        return f"{part} {year}".strip() or "the full year"

    @property
    def name_zh(self) -> str:
        """The period in Chinese: `2025年二季度`, `2025年1至9月`, `2025年`."""
        year = "" if self.year is None else f"{self.year}年"
        part = _SHORT_ZH.get((self.first, self.last))
        if part is None:
            part = f"{self.first}月" if self.first == self.last else f"{self.first}至{self.last}月"
        return f"{year}{part}" or "全年"


_SHORT_EN = {(1, 12): "", (1, 6): "H1", (7, 12): "H2"} | {
    months: f"Q{i}" for i, months in enumerate(QUARTERS, 1)
}
_SHORT_ZH = {(1, 12): "", (1, 6): "上半年", (7, 12): "下半年"} | {
    months: f"{number}季度" for number, months in zip("一二三四", QUARTERS, strict=True)
}


def same_period(one: Period, other: Period) -> bool:
    """Return True if two periods are the same months. An unknown year matches any year."""
    years = one.year is None or other.year is None or one.year == other.year
    return years and (one.first, one.last) == (other.first, other.last)


def answers_for(asked: Period, said: Period) -> bool:
    """Return True if a figure of the period `said` answers a question about the period `asked`.

    That is the same period, or any part of a year that is not over yet.
    """
    part = asked.running and (asked.first, asked.last) == (1, 12) and asked.year == said.year
    return part or same_period(asked, said)


def days_of_period(period: Period, latest: date) -> tuple[date, date]:
    """Return the first and the last day of a period.

    A period without a year is the latest one that begins no later than in the month of `latest`.
    """
    year = period.year or latest.year - (period.first > latest.month)
    return date(year, period.first, 1), _last_day(year, period.last)


def _last_day(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


# Years.

_YEARS_AGO = {"今": 0, "本": 0, "去": 1, "上": 1, "前": 2, "明": -1} | {
    "this": 0, "current": 0, "last": 1, "previous": 1, "prior": 1, "next": -1,
}  # fmt: skip
_YEAR = re.compile(
    r"(?<!\d[.,])(?<![\d$¥€£/-])(?P<called>(?:19|20)\d\d)\s?年?(?:财年|财政年度|会计年度|年度|年|(?=年?[报度]))"
    r"|\bfy[ -]?'?(?P<fy>(?:20)?\d\d)\b"
    r"|财年(?P<fy_zh>20\d\d)"
    r"|\b(?:fiscal|financial|calendar|full|business)(?:[- ]year)? (?P<fiscal>(?:19|20)\d\d)\b"
    r"|(?P<ago>今|本|去|上一?|前|明)(?:财年|年度|年(?!代|轻|龄|级|货|夜|味|关))"
    r"|\b(?P<ago_en>this|last|next) (?:fiscal |financial |full |calendar )?year\b"
    r"|\bthe (?P<the>previous|prior|current) (?:fiscal |financial )?year\b"
    r"|(?<!\d[.,])(?<![\w$¥€£/-])(?P<bare>(?:19|20)\d\d)(?![\d,.]*\d|\w|%|-\d)"
    r"|(?<=\x00)['’]?(?P<short>\d\d)\b|(?<![\w.,$¥€£/-])(?P<ahead>\d\d)年?(?=\x00)",
    re.IGNORECASE,
)  # fmt: skip


_BEFORE_THAT = frozenset({"上", "上一", "previous", "prior"})
_FIGURE = re.compile(r"\d")


@dataclass(frozen=True)
class _Year:
    year: int | None
    start: int
    end: int
    compared: bool


def _years(text: str, day: date | None) -> list[_Year]:
    found = []
    for match in _YEAR.finditer(text):
        said = next(v for v in match.groupdict().values() if v)
        if said.isdigit():
            year: int | None = int(said) + (2000 if len(said) == 2 else 0)
        else:
            year = (
                day.year - _YEARS_AGO[said[0] if said[0] > "z" else said.casefold()]
                if day
                else None
            )
        # After a figure, "the previous year" is the year before that of the figure.
        compared = said.casefold() in _BEFORE_THAT and bool(_FIGURE.search(_before(match)))
        if not _is_since(match):
            found.append(_Year(year, match.start(), match.end(), compared))
    return found


# Reading periods.

# A day is not a period: 3月18日, 2025-03-18, March 18, 18 March 2025.
_DAY = re.compile(
    r"(?:(?:19|20)\d\d年)?\d{1,2}月\d{1,2}[日号]|(?:19|20)\d\d-\d\d-\d\d"
    rf"|\b{MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?!\d)(?:,? (?:19|20)\d\d\b)?"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH}\b(?:,? (?:19|20)\d\d\b)?"
)
_TO_A_DAY = re.compile(r"(?:to|ended|ending|through)(?: in)? $")
_SAME_PERIOD = re.compile(
    r"(?:上一?年|去年)(?:同期|同季|同月)"
    r"|\b(?:a year (?:earlier|ago|before)|(?:the )?year-(?:ago|earlier)|(?:the )?same"
    r" (?:period|quarter|month|half)s? (?:of |in )?(?:last year|a year (?:earlier|ago)"
    r"|the (?:previous|prior) year))\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"(?P<quarter>上一?个?季度?(?!节)|\b(?:last|previous) quarter\b)"
    r"|(?P<now>[本当]季度?(?!节)|\bthis quarter\b)"
    r"|(?P<month>(?<![早晚网])上一?个?月(?!球)|\b(?:last|previous) month\b)"
    r"|(?P<this>[本当]月|\bthis month\b)",
    re.IGNORECASE,
)
_BETWEEN_ZH = re.compile(r"(?:的|第|度)?\s?")
_BETWEEN_EN = re.compile(r",?\s?(?:(?:of|in|for) )?(?:the )?(?:fiscal |financial )?", re.IGNORECASE)
_OF_BEHIND = re.compile(r"\b(?:of|in|for)(?: the)? $", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?:['’]s?)?\s?")
# Nothing is reported for a year since which something is true, or in which something was founded.
_SINCE = re.compile(
    r"(?:[于自从]|始建|\b(?:since|founded in|established in|born in|opened in|built in|launched in"
    r"|set up in|back in))\s?$",
    re.IGNORECASE,
)
_SINCE_BEHIND = re.compile(r"以来|起(?!诉)|成立|创立|创办|建成|出生|[版款]|前后")
# "In March the company said": this is the month of the statement, not of the figure.
_TOLD_BEHIND = re.compile(
    r"[^，。；,;]{0,4}(?:公布|发布|披露|宣布|公告|表示|签|召开|举行|成立|上市|开工|投产)"
    r"|,? (?:\w+ ){0,3}(?:said|announced|unveiled|launched|opened|told|signed|agreed)\b"
)
_COMPARED = re.compile(
    r"(?:[较比]|相比|高于|低于|超过|不及)(?:于|起)?$"
    r"|\b(?:than|with|against|versus|vs\.?|from)(?: [^\s,;]+(?: (?:million|billion|trillion|%"
    r"|percent|tonnes|people|units|vehicles|cars))?)?(?: in| for| of)?(?: the)?\s?$",
    re.IGNORECASE,
)
_EXPECTED = re.compile(
    r"预计|预期|预测|有望|计划|目标|指引|将(?![军士领])|力争"
    r"|\b(?:expects?|expected|forecasts?|guidance|outlook|targets?|will|plans?|projects?|aims?)\b",
    re.IGNORECASE,
)
_LONGEST = 2_000
"""The number of characters of a text that are read. Sentences by people are shorter."""
_NEAR = 60
"""The number of characters before a period in which words of comparison count."""
_ALMOST_OVER = timedelta(days=15)
"""Figures of a period are published no earlier than this before its end."""


@lru_cache(maxsize=4096)
def read_periods(text: str, day: date | None) -> tuple[Period, ...]:
    """Return the periods that a text names, in the order of the text.

    `day` is the day of the article, or of asking. "Last year" is resolved against it. A part of a
    year without a year is the latest one that is over by then. If the text is about expectations,
    it is the first one that is not over. If `day` is None, such a period has no year.
    """
    plain = unicodedata.normalize("NFKC", text)[:_LONGEST]
    rest = _DAY.sub(lambda day: day[0] if _TO_A_DAY.search(_before(day)) else _blank(day), plain)
    same = list(_SAME_PERIOD.finditer(rest))
    rest = _SAME_PERIOD.sub(_blank, rest)
    found = [(match.start(), _relative(match, day)) for match in _RELATIVE.finditer(rest)]
    rest = _RELATIVE.sub(_blank, rest)
    parts = list(PART.finditer(rest))
    rest = PART.sub(_blank, rest)
    years = _years(rest, day)
    for part in parts:
        found += _part_of_year(part, years, plain, rest, day)
    for said in years:
        period = _period(plain, said.start, said.end, said.year, 1, 12, day)
        found.append((said.start, replace(period, compared=period.compared or said.compared)))
    found.sort(key=lambda place: place[0])
    own = [period for _, period in found if not period.compared][:1]
    return (*(period for _, period in found), *(_year_before(p, m[0]) for p in own for m in same))


def _part_of_year(
    part: re.Match[str], years: list[_Year], plain: str, rest: str, day: date | None
) -> list[tuple[int, Period]]:
    """Return the period of a part of a year, and its start in the text.

    The list is empty if the part only says when something was told. The year of the part is removed
    from `years`.
    """
    first, last = months_of(part)
    beside = _year_beside(part, years, rest)
    if beside:
        years.remove(beside)
    start = min(part.start(), beside.start if beside else part.start())
    end = max(part.end(), beside.end if beside else 0)
    if first == last and _TOLD_BEHIND.match(rest, end):
        return []
    around = None if beside else _year_around(part, years, rest)
    if around and (first, last) == (1, 12):
        return []  # "full-year revenue for 2025": the year is read alone
    if around and around.start > end:
        years.remove(around)
    of = beside or around
    year = of.year if of else _year_of(last, plain, day)
    period = _period(plain, start, end, year, first, last, day)
    return [(start, replace(period, assumed=of is None))]


def _year_before(period: Period, text: str) -> Period:
    year = period.year - 1 if period.year else None
    return replace(period, year=year, text=text, compared=True)


def _blank(match: re.Match[str]) -> str:
    # Not spaces: two words on both sides of a period are not next to each other.
    return "\x00" * len(match[0])


def _before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - _NEAR) : match.start()]


def _period(
    text: str, start: int, end: int, year: int | None, first: int, last: int, day: date | None
) -> Period:
    return Period(
        year=year,
        first=first,
        last=last,
        text=text[start:end].strip(),
        compared=bool(_COMPARED.search(text[max(0, start - _NEAR) : start])),
        running=bool(year and day and day <= _last_day(year, last)),
    )


def _relative(match: re.Match[str], day: date | None) -> Period:
    """Return the quarter or month that contains a day, or the previous one."""
    length = 3 if match["quarter"] or match["now"] else 1
    if day is None:
        # Without a day the quarter or month is unknown, so any period will do.
        return Period(year=None, first=1, last=12, text=match[0])
    back = length if match["quarter"] or match["month"] else 0
    months = day.year * 12 + (day.month - 1) // length * length - back
    first = months % 12 + 1
    return Period(
        year=months // 12,
        first=first,
        last=first + length - 1,
        text=match[0],
        running=not back,
    )


def _year_beside(part: re.Match[str], years: list[_Year], text: str) -> _Year | None:
    """Return the year directly before a part of a year, or directly after it."""
    for year in years:
        between = text[year.end : part.start()]
        if year.end <= part.start() and (
            _BETWEEN_ZH.fullmatch(between) or _POSSESSIVE.fullmatch(between)
        ):
            return year
    for year in years:
        if part.end() <= year.start and _BETWEEN_EN.fullmatch(text[part.end() : year.start]):
            return year
    return None


def _year_around(part: re.Match[str], years: list[_Year], text: str) -> _Year | None:
    """Return the year of a part of a year if other words are between the two."""
    ahead = [y for y in years if y.end <= part.start() and not _is_compared(y, text)]
    behind = [
        y for y in years if part.end() <= y.start and _OF_BEHIND.search(text[part.end() : y.start])
    ]
    return ahead[-1] if ahead else behind[0] if behind else None


def _year_of(last: int, text: str, day: date | None) -> int | None:
    """Return the year of a part of a year whose year is not named."""
    if day is None:
        return None
    if _EXPECTED.search(text):
        return day.year + (_last_day(day.year, last) < day)
    return day.year - (_last_day(day.year, last) > day + _ALMOST_OVER)


def _is_since(year: re.Match[str]) -> bool:
    behind = year.string[year.end() : year.end() + _NEAR]
    return bool(_SINCE.search(_before(year)) or _SINCE_BEHIND.match(behind))


def _is_compared(year: _Year, text: str) -> bool:
    near = text[max(0, year.start - _NEAR) : year.start]
    return year.compared or bool(_COMPARED.search(near))


# Questions.


def asked_periods(question: str, today: date | None) -> tuple[Period, ...]:
    """Return the periods that a question asks a figure for; none if it does not ask for a figure.

    "去年的利润" asks for a figure of the year before `today`. "去年收购了谁" asks for an event in
    that year. A part of a year that is named without a year gets no year, so the newest reported
    one is used.
    """
    plain = unicodedata.normalize("NFKC", question)
    if not asks_for_figure(plain):
        return ()
    return tuple(
        replace(period, year=None) if period.assumed else period
        for period in read_periods(plain, today)
        if not period.compared
    )
