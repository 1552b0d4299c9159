"""Ways to write a date -> `Published`, no more precise than what is written."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Literal

from rag.messages import Language
from rag.text.written_dates import WrittenDate, read_written_date
from rag.types import Published

Precision = Literal["year", "month", "day", "minute"]

_BEIJING = timezone(timedelta(hours=8))
_FIRST_YEAR = 1000
"""Programs write the year 1 where they know of no date."""
_EPOCH = re.compile(r"\d{10}(?:\d{3}|\d{6})?(?:\.\d+)?")
_EPOCH_SECONDS = range(315_532_800, 4_102_444_800)
"""From 1980 to 2100: other numbers of ten digits are no moments."""


def read_published(
    value: object, language: Language, hints: Collection[tuple[int, int]] = ()
) -> Published | None:
    """Read a date as a front matter or a byline gives it; None where it is no date.

    Takes text in any form of `rag.text.written_dates`, a `datetime`, a `date`, a year or a moment
    (seconds, milliseconds or microseconds since 1970) as a number. Without a time zone an article
    in Chinese is taken to mean Beijing's, any other UTC. None as well where the text may mean two
    days (`03/04/2025`), unless just one of them is among the `hints`: pairs of month and day.
    """
    assumed = _BEIJING if language == "zh" else UTC
    if isinstance(value, datetime):
        if value.year < _FIRST_YEAR:
            return None
        return _published(value.replace(second=0, microsecond=0), "minute", value.tzinfo, assumed)
    if isinstance(value, date):
        if value.year < _FIRST_YEAR:
            return None
        return _published(datetime(value.year, value.month, value.day), "day", None, assumed)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    try:
        if _EPOCH.fullmatch(text):
            return _from_epoch(text, assumed)
        return _from_written(possible_dates(text), hints, assumed)
    except (ValueError, OverflowError, LookupError):
        return None  # a 30th of February, or a zone that there isn't


def possible_dates(text: str) -> tuple[WrittenDate, ...]:
    """Returns the dates that a text may mean: none, where it is no date."""
    try:
        return read_written_date(text)
    except (ValueError, OverflowError, LookupError):
        return ()


def _from_epoch(text: str, assumed: tzinfo) -> Published | None:
    whole = text.partition(".")[0]
    seconds = int(whole) // 10 ** (len(whole) - 10)
    if seconds not in _EPOCH_SECONDS:
        return None
    moment = datetime.fromtimestamp(seconds, assumed).replace(second=0)
    # A moment has no day until a zone is taken for it.
    return Published(moment=moment, precision="minute", zone_assumed=True)


def _from_written(
    dates: Collection[WrittenDate], hints: Collection[tuple[int, int]], assumed: tzinfo
) -> Published | None:
    if len(dates) > 1:
        dates = [d for d in dates if (d.month, d.day) in hints]
    if len(dates) != 1:
        return None
    (written,) = dates
    precision: Precision = "year"
    if written.month is not None:
        precision = "month"
    if written.day is not None:
        precision = "day" if written.hour is None else "minute"
    if written.year < _FIRST_YEAR:
        return None
    at_minute = precision == "minute"
    moment = datetime(
        written.year,
        written.month or 1,
        written.day or 1,
        (written.hour or 0) if at_minute else 0,
        (written.minute or 0) if at_minute else 0,
    )
    return _published(moment, precision, written.zone if at_minute else None, assumed)


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
