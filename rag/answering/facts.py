"""The one reader of checkable facts: numbers with units, dates, names and direction.

Verification asks whether the facts of a claim stand in its source; abstention asks whether the
kind of fact a question wants stands in the evidence. Both read text through `read_facts`, so they
can't disagree about what a number is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from rag.answering.quantities import UNITS, Quantity, alternatives, read_quantities
from rag.retrieval.terms import text_language
from rag.types import Published


@dataclass(frozen=True, kw_only=True)
class CalendarDate:
    """A date as far as it is said: parts that are not said are None. `quarter` is 1 to 4."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    quarter: int | None = None
    text: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What can be checked in a stretch of text.

    `names` are words in Latin letters that name something, as written. `rises`, `falls` and
    `negated` tell whether any word of that meaning stands in the text. `moves` are the quantities
    whose own clause speaks of one direction only, each with whether that is a rise.
    """

    quantities: tuple[Quantity, ...]
    dates: tuple[CalendarDate, ...]
    names: tuple[str, ...]
    rises: bool
    falls: bool
    negated: bool
    moves: tuple[tuple[Quantity, bool], ...]


# The digits of GPT-4o, Llama-3.1-405B and Qwen 2.5-Max count nothing; "may" and "march" in small
# letters are no months.
_NO_FACT = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]*(?:[-.][A-Za-z0-9]+){0,3}?-(?!(?:19|20)\d\d\b)\d[A-Za-z0-9]*(?:[-.][A-Za-z0-9]+)*"
    r"|(?<=[A-Za-z]\s)\d+(?:\.\d+)?-[A-Z][a-z]+|\bmay\b|\bmarch\b"
)
_MONTHS = {
    name: i for i, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "first": 1, "second": 2, "third": 3, "fourth": 4}
_QUARTER = r"(?P<quarter>[1-4一二三四]|first|second|third|fourth)"

# What is counted in Chinese: 2000人 is no year.
_COUNTED = r"\s?[多余]?[万亿只家个台名人款种次位条座篇部项笔股倍份件辆套吨米公里分]"

# The longest form first: each match is cut out before the next pattern looks, so that no digit
# is read twice.
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]",
        r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)",
        rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})\b",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH},? (?P<year>\d{{4}})\b",
        rf"(?<!\d)(?P<year>\d{{4}})年(?:自然年)?第?{_QUARTER}季度?",
        r"(?<!\d)(?P<year>\d{2}|\d{4})年?q(?P<quarter>[1-4])(?!\d)",
        r"\bq(?P<quarter>[1-4])(?: of)? (?P<year>\d{4})\b",
        rf"\b{_QUARTER}(?:st|nd|rd|th)?[ -]quarter (?:of |in )?(?P<year>\d{{4}})\b",
        r"(?<!\d)(?P<year>\d{4})年(?P<month>\d{1,2})月",
        rf"\b{_MONTH},? (?:of )?(?P<year>\d{{4}})\b",
        r"(?<!\d)(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]",
        rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b",
        rf"\b(?P<day>(?<![.,])\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH}(?![a-z])",
        rf"第?{_QUARTER}季度",
        rf"\b{_QUARTER}(?:st|nd|rd|th)? quarter\b",
        r"(?<![a-z\d])q(?P<quarter>[1-4])\b",
        r"(?<!\d)(?P<year>(?:19|20)\d{2})年",
        rf"(?<![\d.,$¥€£])(?P<year>(?:19|20)\d{{2}})(?![\d,.]*\d|[a-z]|{_COUNTED}|\s?(?:{alternatives(UNITS)}))",
        r"(?<!\d)(?P<month>\d{1,2})月(?!前|后|内|份前)",
        r"\b(?P<month>january|february|march|april|june|july|august|september|october|november|december)\b",
        r"(?<!\d)(?P<day>\d{1,2})日",
    )
)
_RELATIVE_DAYS = {
    "today": 0, "今日": 0, "今天": 0, "当日": 0, "yesterday": -1, "昨日": -1, "昨天": -1,
    "前天": -2, "明天": 1, "明日": 1, "tomorrow": 1,
}  # fmt: skip
_RELATIVE_YEARS = {
    "前年": -2, "去年": -1, "last year": -1, "今年": 0, "this year": 0, "明年": 1, "next year": 1,
}  # fmt: skip

NO_NAMES = frozenset(
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june"
    " july august september october november december monday tuesday wednesday thursday friday"
    " saturday sunday q1 q2 q3 q4 us hk i".split()
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9.\-&+']*[A-Za-z0-9+]|[A-Z]")
# "up" and "down" speak of a value only with a number or behind a verb of being or trading.
_MOVED = (
    r"\b(?:(?:is|are|was|were|went|go|goes|closed|ended|finished|traded|moved) {way}\b"
    r"|{way}(?= (?:by )?(?:about |around |nearly |almost |over |more than |as much as )?[$¥€£]?\d))"
)
_RISES = re.compile(
    r"上涨|涨|增长|上升|回升|提升|增加|扩大|走高|新高|攀升|高涨|上调|反弹|\b(?:rise|rises|rose|risen|rising|grew|grow|grows|"
    r"growth|increas\w*|gain\w*|climb\w*|jump\w*|surg\w*|soar\w*|rebound\w*|higher)\b|"
    + _MOVED.format(way="up")
)
_FALLS = re.compile(
    r"下跌|跌|下降|下滑|减少|缩小|走低|新低|暴跌|回落|萎缩|颓势|蚕食|下调|降低|降至|降幅|下挫|锐减|缩减|缩水"
    r"|\b(?:fall|falls|fell|fallen|falling|drop\w*|declin\w*(?! to )|"
    r"decreas\w*|reduc\w*|tumbl\w*|shrank|shrink\w*|slump\w*|plung\w*|slid|slide|slides|lower|lost|los[es]s?)\b|"
    + _MOVED.format(way="down")
)
# Words in which 不, 未, 无 and 非 deny nothing.
_NOT_DENYING = re.compile(
    r"非常|非凡|非洲|南非|无疑|无论|无数|无线|无限|无缝|未来|不少|不断|不仅|不但|不只|不止|不同|不过"
    r"|不久|不管|不论|不错|不得不|不妨|不禁|不料|不惜|不可或缺|不锈钢|不动产"
    r"|\bno\.(?=\s?\d)|\bno doubt\b|\bnot only\b"
)
_NEGATED = re.compile(
    r"[不没未无非]|取消|放弃|拒绝|否认|停止|n['’]t\b|\b(?:not|no|never|none|nothing|nobody|neither|nor"
    r"|without|cannot|unable|cancel\w*|abandon\w*|g[ai]ve up|gives up|reject\w*|refus\w*"
    r"|declin\w* to|den(?:y|ies|ied)|stop\w*|fail\w*|lack\w*)\b"
)
_CLAUSE_END = re.compile(
    r"[，；。！？;!?]|,\s|\.\s|\b(?:while|but|whereas|although|though|and)\b|而|但"
)


def read_facts(text: str, published: Published | None = None) -> Facts:
    """Every checkable fact of `text`, in either language.

    Dates that lean on the day of writing ("昨日", "last year", a day without a year) are resolved
    against `published`, and left as they are said where it is None.
    """
    plain = unicodedata.normalize("NFKC", text)
    folded = plain.casefold()
    dates, rest = _read_dates(_NO_FACT.sub(" ", plain).casefold(), published)
    return Facts(
        quantities=read_quantities(rest),
        dates=dates,
        names=tuple(dict.fromkeys(_read_names(plain))),
        rises=bool(_RISES.search(folded)),
        falls=bool(_FALLS.search(folded)),
        negated=bool(_NEGATED.search(_NOT_DENYING.sub(" ", folded))),
        moves=tuple(_read_moves(rest)),
    )


def clauses(text: str) -> list[str]:
    """The text cut where a sentence usually turns to another thing."""
    return _CLAUSE_END.split(text)


def same_date(claim: CalendarDate, source: CalendarDate) -> bool:
    """Whether the source says every part of the date that the claim says."""
    months = (
        claim.month is not None and source.quarter == (claim.month + 2) // 3 and not source.month
    )
    return (
        claim.year in (None, source.year)
        and (claim.month in (None, source.month) or (months and claim.day is None))
        and claim.day in (None, source.day)
        and claim.quarter in (None, source.quarter, source.month and (source.month + 2) // 3)
    )


def _read_dates(text: str, published: Published | None) -> tuple[tuple[CalendarDate, ...], str]:
    """The dates of folded text, and the text with them blanked out."""
    found = []
    if published:
        for word, years in _RELATIVE_YEARS.items():
            text = text.replace(word, f"{published.moment.year + years}年")
    for pattern in _DATES:
        for match in pattern.finditer(text):
            said = match.groupdict()
            date = _date(said, match.group(), published)
            if date:
                found.append(date)
                text = text[: match.start()] + " " * len(match.group()) + text[match.end() :]
    if published:
        for word, days in _RELATIVE_DAYS.items():
            if word in text:
                day = published.moment + timedelta(days=days)
                found.append(CalendarDate(year=day.year, month=day.month, day=day.day, text=word))
    return tuple(found), text


def _date(
    said: dict[str, str | None], text: str, published: Published | None
) -> CalendarDate | None:
    year, month, day, quarter = (said.get(part) for part in ("year", "month", "day", "quarter"))
    number_of_month = None
    if month:
        number_of_month = int(month) if month.isdigit() else _MONTHS[month[:3]]
    date = CalendarDate(
        year=int(year) + (2000 if len(year) == 2 else 0) if year else None,
        month=number_of_month,
        day=int(day) if day else None,
        quarter=(int(quarter) if quarter.isdigit() else _QUARTERS[quarter]) if quarter else None,
        text=text.strip(),
    )
    if (date.month or 1) not in range(1, 13) or (date.day or 1) not in range(1, 32):
        return None
    if published and date.year is None and date.month:
        # A month without a year is the latest such month that is not after the article.
        later = (date.month, date.day or 1) > (published.moment.month, published.moment.day)
        year_said = published.moment.year - (
            1 if later and date.month - published.moment.month > 6 else 0
        )
        return CalendarDate(year=year_said, month=date.month, day=date.day, text=date.text)
    return date


def _read_moves(text: str) -> Iterator[tuple[Quantity, bool]]:
    """Each quantity whose clause speaks of one direction, with whether that is a rise."""
    for clause in clauses(text):
        rises, falls = bool(_RISES.search(clause)), bool(_FALLS.search(clause))
        if rises != falls:
            for quantity in read_quantities(clause):
                yield quantity, rises


def _read_names(text: str) -> list[str]:
    """Latin words that name something: capitalised inside a sentence, or with digits in them.

    In Chinese text every Latin word counts; in English the first word of a sentence doesn't,
    since any word is capitalised there, unless more than its first letter is.
    """
    chinese = text_language(text) == "zh"
    names = []
    for match in _NAME.finditer(text):
        word = match.group().removesuffix("'s").rstrip(".'")
        if word.casefold() in NO_NAMES:
            continue
        if chinese:
            if len(word) > 1:
                names.append(word)
            continue
        opening = not text[: match.start()].strip("\"'“‘([ \n") or bool(
            re.search(r"[.!?:]['\"”]?\s+[\"'“(]?$", text[: match.start()])
        )
        if (
            any(c.isupper() for c in word[1:])
            or any(c.isdigit() for c in word)
            or (word[:1].isupper() and not opening and len(word) > 1)
        ):
            names.append(word)
    return names
