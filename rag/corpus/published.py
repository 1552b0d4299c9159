"""Ways to write a date -> `Published`, no more precise than what is written."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import Literal

from rag.messages import Language
from rag.types import Published

Precision = Literal["year", "month", "day", "minute"]

_BEIJING = timezone(timedelta(hours=8))
_NUMBERS = re.compile(
    r"(?P<year>\d{4})"
    r"(?:\s?[-/.年]\s?(?P<month>\d{1,2})(?:\s?[-/.月]\s?(?P<day>\d{1,2})(?:\s?[日号])?)?)?[年月]?"
    r"(?:(?:[T\s]\s*|(?<=[日号]))(?P<hour>\d{1,2})[:：时点](?P<minute>\d{2})分?"
    r"(?:[:：]?(?P<second>\d{2})秒?)?(?:[.,]\d{1,9})?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_WORDS = tuple(
    re.compile(pattern + r"(?P<year>\d{4})", re.IGNORECASE)
    for pattern in (
        rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+",
        rf"{_MONTH},?\s+",
    )
)


def read_published(value: object, language: Language) -> Published | None:
    """Read a date as a front matter or a byline gives it; None where it is no date.

    Takes text (`2025-02-13 18:26:10`, `2025-02`, `2025年2月13日`, `Feb. 13, 2025`, ISO 8601, the
    form of e-mails), a `datetime`, a `date`, or a year as a number. Without a time zone an
    article in Chinese is taken to mean Beijing's, any other UTC.
    """
    assumed = _BEIJING if language == "zh" else UTC
    if isinstance(value, datetime):
        return _published(value.replace(second=0, microsecond=0), "minute", value.tzinfo, assumed)
    if isinstance(value, date):
        return _published(datetime(value.year, value.month, value.day), "day", None, assumed)
    text = str(value).strip() if isinstance(value, str | int) else ""
    if not text or len(text) > 60:
        return None
    try:
        return (
            _from_numbers(text, assumed) or _from_words(text, assumed) or _from_mail(text, assumed)
        )
    except (ValueError, OverflowError, TypeError, IndexError):
        return None  # a 30th of February, or a shape none of the readers knows


def _from_numbers(text: str, assumed: tzinfo) -> Published | None:
    match = _NUMBERS.fullmatch(_COMPACT.sub(r"\1-\2-\3", text))
    if match is None:
        return None
    part = {
        name: int(match[name]) for name in ("year", "month", "day", "hour", "minute") if match[name]
    }
    precision: Precision = "year"
    if "month" in part:
        precision = "month"
    if "day" in part:
        precision = "day"
        if "hour" in part:
            precision = "minute"
    moment = datetime(
        part["year"],
        part.get("month", 1),
        part.get("day", 1),
        part.get("hour", 0) if precision == "minute" else 0,
        part.get("minute", 0) if precision == "minute" else 0,
    )
    zone = _zone(match["zone"]) if match["zone"] and precision == "minute" else None
    return _published(moment, precision, zone, assumed)


def _zone(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(offset if text[0] == "+" else -offset)


def _from_words(text: str, assumed: tzinfo) -> Published | None:
    for pattern in _WORDS:
        if match := pattern.fullmatch(text):
            month = _MONTHS.index(match["month"][:3].lower()) + 1
            day = match.groupdict().get("day")
            moment = datetime(int(match["year"]), month, int(day) if day else 1)
            return _published(moment, "day" if day else "month", None, assumed)
    return None


def _from_mail(text: str, assumed: tzinfo) -> Published | None:
    moment = parsedate_to_datetime(text).replace(second=0)
    return _published(moment, "minute", moment.tzinfo, assumed)


def _published(
    moment: datetime, precision: Precision, zone: tzinfo | None, assumed: tzinfo
) -> Published:
    return Published(
        moment=moment.replace(tzinfo=zone or assumed),
        precision=precision,
        zone_assumed=zone is None,
    )


def published_days(published: Published) -> tuple[date, date]:
    """The first and the last day on which an article may have been published."""
    first = published.moment.date()
    if published.precision == "year":
        return first.replace(month=1, day=1), first.replace(month=12, day=31)
    if published.precision == "month":
        days = monthrange(first.year, first.month)[1]
        return first.replace(day=1), first.replace(day=days)
    return first, first
