"""Read what a number in a sentence measures, and for which moment.

Two outlets seldom use the same words, so numbers are compared only if they measure the same. A
number is read together with the measure that its clause names (a price, a share, a toll), its
moment (the close, the day's high, the year so far) and its day. It is also noted if the text calls
the number a lower or upper bound.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from rag.answering.evidence import Evidence
from rag.answering.selection.reported import day_of_article
from rag.text.dates import CalendarDate, day_of, read_dates
from rag.text.measures import MEASURES, RUNNING, is_increase
from rag.text.quantities import Quantity, read_quantities, same_quantity
from rag.types import Published


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A number with what it measures. `written` is its wording, with any bound before it."""

    quantity: Quantity
    written: str
    measure: str
    moments: frozenset[str]
    dates: tuple[CalendarDate, ...]
    at_least: bool
    at_most: bool
    about: bool
    clause: str


_MOMENTS = tuple(
    (name, re.compile(words, re.IGNORECASE))
    for name, words in (
        ("close", r"收盘|收报|报收|收于|收在|收市|\bclos(?:e|ed|ing)\b"),
        ("open", r"开盘|高开|低开|\bopen(?:ed|ing)\b"),
        ("high", r"盘中|一度|高点|最高|期间触及|\bintraday\b"
                 r"|\bhigh of\b|\bas (?:high|much) as\b|\bpeak\w*\b"),
        ("low", r"低点|最低|\blow of\b|\bas low as\b"),
        ("press time", r"发稿|\bpress time\b|\bas of writing\b"),
        ("off hours", r"盘前|盘后|夜盘|\b(?:pre-?market|after-?hours)\b"),
        ("year to date", r"年初至今|年内|今年以来|今年累计|\byear[ -]to[ -]date\b"
                         r"|\b(?:so far )?this year\b"),
        ("on the year", r"同比|\byear[ -](?:on|over)[ -]year\b|\bfrom a year (?:earlier|ago)\b"),
        ("on the quarter", r"环比|\bquarter[ -](?:on|over)[ -]quarter\b"
                       r"|\bmonth[ -](?:on|over)[ -]month\b"),
        ("in a week", r"本周|一周|周(?:涨|跌)|\bthis week\b|\bfor the week\b"),
        ("in a month", r"本月|单月|\bthis month\b"),
        ("in total", r"累计|总共|合计|\bin total\b|\bcumulative\w*\b"),
        ("first half", r"上半年|\bfirst half\b"),
        ("second half", r"下半年|\bsecond half\b"),
        ("Hong Kong", r"港股|港交所|\bHong Kong\b"),
        ("New York", r"美股|纽交所|纳斯达克|\bNew York\b|\bNasdaq\b|\bUS[- ]listed\b"),
        ("mainland", r"(?<![A-Za-z])A股"),
        ("expected", r"预计|预期|目标价|有望|预测|\bexpect\w*\b"
                     r"|\bforecast\w*\b|\btarget\b|\bestimate\w*\b"),
    )
)  # fmt: skip
_DIGITS = frozenset("一二两三四五六七八九十")
_MARKETS = frozenset({"Hong Kong", "New York", "mainland"})
_AT_LEAST = re.compile(
    r"(?:超过?|逾|高于|不低于|至少|突破"
    r"|\b(?:more than|over|above|at least|exceed\w*|surpass\w*))\s*$",
    re.I,
)
_AT_MOST = re.compile(
    r"(?:不到|不足|低于|近|接近|至多|\b(?:less than|under|below|nearly|almost|up to|at most))\s*$",
    re.I,
)
_ABOUT = re.compile(
    r"(?:约|大约|大概|将近|左右|\b(?:about|around|roughly|some|approximately))\s*$", re.I
)
# The day since when something holds is not the day of the number.
_SINCE = re.compile(
    r"自?(?:\d{4}年)?(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?<=[年月日号])以来"
    r"|\bsince (?:\w+ ){0,2}\d{4}\b",
    re.I,
)
_CLAUSES = re.compile(r"[，；。！？;!?]|,\s|\.\s")
_LEADS = re.compile(
    r"^\s*(?:截[至止]|从|自|按|以|在|到|至|as of|by|since|at|in|on|during)", re.IGNORECASE
)
_LONGEST_LEAD = 14
_BESIDE = re.compile(r"\s?(?:[人名例位]|people|others|more|were|are|still|仍|被){0,1}\s?")
"""The text between a count and what is counted: in "2人死亡、14人失踪" each number has its own
word."""
_ABOUT_BEHIND = re.compile(r"(?:左右|上下)|\s*or so\b", re.IGNORECASE)
_ABOUT_AS_MUCH = Decimal("0.02")
_ONE_EVENT = 90
"""Days within which reports in like words tell of one event."""
_FARTHEST = 10
"""Values that differ by a larger factor than this measure different things."""


def measurements(evidence: Evidence) -> tuple[Measurement, ...]:
    """Return the numbers of a sentence, as `_read` describes."""
    return _read(evidence.text, evidence.document.published)


def _read(sentence: str, published: Published | None) -> tuple[Measurement, ...]:
    """Return the numbers of a sentence whose clause names what they measure, one of each measure.

    A measure with two numbers in one sentence is left out, because it is unclear which one is
    meant.
    """
    found: dict[tuple[str, frozenset[str]], list[Measurement]] = {}
    for made in _numbers(sentence, published):
        if made.measure:
            found.setdefault((made.measure, made.moments), []).append(made)
    return tuple(made[0] for made in found.values() if len(made) == 1)


def numbers(evidence: Evidence) -> tuple[Measurement, ...]:
    """Return all numbers of a sentence; `measure` is empty where no word says what is measured."""
    return _numbers(evidence.text, evidence.document.published)


@lru_cache(maxsize=4096)
def _numbers(sentence: str, published: Published | None) -> tuple[Measurement, ...]:
    text = _SINCE.sub(lambda match: " " * len(match[0]), sentence)
    if not any(character.isdigit() or character in _DIGITS for character in text):
        return ()
    dates, _ = read_dates(text, published)
    found: list[Measurement] = []
    lead = ""
    for piece in _CLAUSES.split(text):
        clause = unicodedata.normalize("NFKC", piece)
        said, rest = read_dates(clause, published)
        quantities = [q for q in read_quantities(rest) if q.unit != "rank"]
        if not quantities and _LEADS.match(clause) and len(clause) <= _LONGEST_LEAD:
            lead = clause
            continue
        around = f"{lead}，{clause}"
        for quantity in quantities:
            at = rest.find(quantity.text)
            if at < 0:
                continue
            when = read_dates(around, published)[0] if around[0] != "，" else said
            found.append(
                Measurement(
                    quantity=quantity,
                    written=_written(rest, at, quantity),
                    measure=_measure(clause, at, quantity) or "",
                    moments=frozenset(name for name, words in _MOMENTS if words.search(around)),
                    dates=when or dates,
                    at_least=bool(_AT_LEAST.search(rest[:at])),
                    at_most=bool(_AT_MOST.search(rest[:at])),
                    about=bool(
                        _ABOUT.search(rest[:at])
                        or _ABOUT_BEHIND.match(rest[at + len(quantity.text) :])
                    ),
                    clause=clause.strip(),
                )
            )
    return tuple(found)


def dissent(one: Measurement, other: Measurement, first: Evidence, second: Evidence) -> bool:
    """Return True if two numbers are of one measure, moment and day, and can't both be right."""
    if one.measure != other.measure or one.quantity.unit != other.quantity.unit:
        return False
    if not same_moment(one, other, first, second) or not same_days(one, other, first, second):
        return False
    return not agree(one, other)


def supersedes(one: Measurement, other: Measurement, first: Evidence, second: Evidence) -> bool:
    """Return True if two numbers are one count of an event, as reported on two days."""
    if one.measure != other.measure or one.measure not in RUNNING:
        return False
    days = [day_of_article(evidence.document) for evidence in (first, second)]
    if days[0] is None or days[1] is None or not 0 < abs((days[0] - days[1]).days) <= _ONE_EVENT:
        return False
    growth = is_increase(first.text) or is_increase(second.text)
    return not growth and one.quantity.value != other.quantity.value


def agree(one: Measurement, other: Measurement) -> bool:
    """Return True if two numbers of one unit may both be right, or measure different things."""
    ours, theirs = one.quantity, other.quantity
    if same_quantity(ours, theirs) or same_quantity(theirs, ours):
        return True
    least, most = sorted((ours.value, theirs.value))
    if least <= 0 or most > _FARTHEST * least:
        return True
    if (one.about or other.about) and most - least <= _ABOUT_AS_MUCH * most:
        return True
    for bound, exact in ((one, other), (other, one)):
        if bound.at_least and exact.quantity.value >= bound.quantity.value:
            return True
        if bound.at_most and exact.quantity.value <= bound.quantity.value:
            return True
    return False


def same_moment(one: Measurement, other: Measurement, first: Evidence, second: Evidence) -> bool:
    """Return True if two numbers are of one moment, such as the close, and of one market."""
    ours, theirs = one.moments - _MARKETS, other.moments - _MARKETS
    markets = one.moments & _MARKETS, other.moments & _MARKETS
    if all(markets) and markets[0] != markets[1]:
        return False
    if ours == theirs:
        return True
    # A price at press time is the close if another article has reported the close by then.
    at_press = (first, second) if "press time" in ours else (second, first)
    return {*ours, *theirs} == {"press time", "close"} and _not_before(*at_press)


def _not_before(late: Evidence, early: Evidence) -> bool:
    ours, theirs = late.document.published, early.document.published
    if ours is None or theirs is None or {ours.precision, theirs.precision} != {"minute"}:
        return False
    return ours.moment >= theirs.moment


def same_days(one: Measurement, other: Measurement, first: Evidence, second: Evidence) -> bool:
    """Return True if two numbers are of the same days, which may be those of their articles."""
    ours = _days(one, first.document.published)
    theirs = _days(other, second.document.published)
    if not ours or not theirs:
        return not ours and not theirs
    return all(_fits(day, theirs) for day in ours) and all(_fits(day, ours) for day in theirs)


def _days(measured: Measurement, published: Published | None) -> tuple[CalendarDate, ...]:
    """Return the days of a number; if none is named, the day of its article."""
    if measured.dates:
        return measured.dates
    return (day_of(published),) if published else ()


def _fits(day: CalendarDate, others: tuple[CalendarDate, ...]) -> bool:
    return any(
        (day.year, day.month, day.day, day.quarter)
        == (other.year, other.month, other.day, other.quarter)
        for other in others
    )


def _measure(clause: str, at: int, quantity: Quantity) -> str | None:
    """Return what the number at `at` measures, by the words of its clause."""
    behind_it = at + len(quantity.text)
    ahead: list[tuple[int, str]] = []
    behind: list[tuple[int, str]] = []
    for name, units, words in MEASURES:
        if quantity.unit not in units:
            continue
        for match in words.finditer(clause):
            if match.start() < at:
                ahead.append((match.end(), name))
            elif match.start() >= behind_it:
                behind.append((match.start(), name))
    if beside := [name for start, name in behind if _BESIDE.fullmatch(clause[behind_it:start])]:
        return beside[0]
    if ahead:
        return max(ahead)[1]
    near = [found for found in behind if found[0] - behind_it <= _LONGEST_LEAD]
    return min(near)[1] if near else None


def _written(rest: str, at: int, quantity: Quantity) -> str:
    """Return the number as it is written, with the words for a bound: 超40%, about 38.5%."""
    for pattern in (_AT_LEAST, _AT_MOST, _ABOUT):
        if match := pattern.search(rest[:at]):
            return match[0] + quantity.text
    return quantity.text
