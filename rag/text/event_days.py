"""Find the day that a sentence of an article speaks of."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from rag.text.dates import WEEKDAY_WORDS, CalendarDate, read_dates, read_weekdays
from rag.text.days import relative_days
from rag.types import Published

_DAYS_OF_WEEK = 7
_NEAR = 40
"""How far before a day, in characters, a word says that it is ahead."""
_BESIDE = (
    r"(?:自从?|从|早在|成立于|始建于|创立于|截至去年|相比|较|比|距|生于|出生于?"
    r"|\b(?:since|founded in|established in|compared (?:with|to)|from|born (?:on|in)|dated))\s*$"
)
_NOT_OF_THE_EVENT = re.compile(_BESIDE, re.IGNORECASE)
_BEHIND = re.compile(
    r"\s*(?:以来|至今|相比|同期|出生|生\)|成立的|版\b)|\s*(?:-born)", re.IGNORECASE
)
_AHEAD = re.compile(
    r"将[于在]?|定于|拟[于在]?|计划[于在]?|预计[于在]?|下周|下星期"
    r"|\b(?:will|to|next|due|scheduled|plans?|expected)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class EventDay:
    """A day, or a month if no day is named: `2025-02-13`, `2025-02`. `phrase` is its wording."""

    iso: str
    phrase: str


def event_day(sentence: str, published: Published | None) -> EventDay | None:
    """Return the day or month that a sentence speaks of; None if it names neither.

    Of several days the first counts, except one that only says since when something holds or what
    it is compared with. Words such as 昨日 and "on Monday" are counted from the article's day. A
    year or a quarter is no day.
    """
    text = unicodedata.normalize("NFKC", sentence)
    folded = text.casefold()
    found: list[tuple[bool, int, EventDay]] = []
    taken: dict[str, int] = {}
    for named in read_dates(text, published)[0]:
        iso = _iso(named)
        if iso is None:
            continue
        at = folded.find(named.text, taken.get(named.text, 0))
        taken[named.text] = at + 1
        if _is_of_the_event(text, at, named.text):
            found.append((named.day is None, max(at, 0), EventDay(iso=iso, phrase=named.text)))
    day = published.moment.date() if published and published.precision in _DAYS else None
    if day:
        found += _relative(text, folded, day)
    return min(found, key=lambda one: one[:2])[2] if found else None


_DAYS = frozenset({"day", "minute"})
_WEEKDAY_ALONE = re.compile(rf"(?:on )?(?:{'|'.join(WEEKDAY_WORDS)})s?|(?:星期|礼拜|周)\w")


def _relative(text: str, folded: str, day: date) -> list[tuple[bool, int, EventDay]]:
    """Return the days that are counted from the article's day."""
    found = []
    for days in relative_days(text, day)[0]:
        phrase = text[days.first : days.last]
        if _WEEKDAY_ALONE.fullmatch(phrase.casefold()):
            continue  # a question on a Friday means the Friday before, an article that very day
        if days.span[0] == days.span[1] and _is_of_the_event(text, days.first, ""):
            found.append((False, days.first, EventDay(iso=str(days.span[0]), phrase=phrase)))
        folded = folded.replace(phrase.casefold(), " " * len(phrase), 1)
    for number, word in read_weekdays(folded):
        at = folded.find(word)
        if not _is_of_the_event(text, at, word):
            continue
        back = (day.weekday() - number) % _DAYS_OF_WEEK
        meant = day - timedelta(days=back)
        if back and _AHEAD.search(text[max(0, at - _NEAR) : at]):
            meant += timedelta(days=_DAYS_OF_WEEK)
        found.append((False, max(at, 0), EventDay(iso=str(meant), phrase=word)))
    return found


def _is_of_the_event(text: str, at: int, phrase: str) -> bool:
    if at < 0:
        return True
    return not (
        _NOT_OF_THE_EVENT.search(text[max(0, at - 24) : at])
        or _BEHIND.match(text[at + len(phrase) :])
    )


def _iso(named: CalendarDate) -> str | None:
    if named.year is None or named.month is None or named.decade:
        return None
    if named.day is None:
        return f"{named.year}-{named.month:02}"
    try:
        return str(date(named.year, named.month, named.day))
    except ValueError:
        return None
