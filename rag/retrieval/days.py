"""Spans of days: what calendar dates, months, quarters and years cover."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from rag.corpus.dates import CalendarDate

Span = tuple[date, date]
"""The first and the last day, both included."""


@dataclass(frozen=True, kw_only=True)
class Days:
    """Days that a part of the question names, and where it stands."""

    span: Span
    first: int
    last: int


def span_of(year: int, said: CalendarDate) -> Span | None:
    """The days of a date in that year; None where the year has no such day."""
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
    """One day alone."""
    return day, day


def whole_year(year: int) -> Span:
    """The year."""
    return date(year, 1, 1), date(year, 12, 31)


def whole_month(day: date) -> Span:
    """The month around a day."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def whole_quarter(day: date) -> Span:
    """The quarter around a day."""
    first = 3 * ((day.month - 1) // 3) + 1
    return date(day.year, first, 1), whole_month(date(day.year, first + 2, 1))[1]


def months_before(day: date, months: int) -> date:
    """The same day that many months earlier, or the month's last."""
    number = max(12, day.year * 12 + day.month - 1 - months)
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
