"""Divide the days of articles into at most 60 spans, for the bars of the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

MOST_BARS = 60

Unit = Literal["day", "week", "month", "quarter", "year", "years"]

_MONTHS: dict[Unit, int] = {"month": 1, "quarter": 3, "year": 12}
_STRAYS = 0.01
"""The share of articles at each end that may lie outside the bars, if the bars get finer by it.
A wrong date, such as 1970-01-01, would otherwise push all other articles into one bar."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """The days of one bar, both included.

    The first bar may be open at its start: it also counts all earlier articles. The last one may
    be open at its end.
    """

    first: date
    last: date
    open_start: bool = False
    open_end: bool = False

    @property
    def since(self) -> date | None:
        """The first day that choosing this bar asks for, None without a limit."""
        return None if self.open_start else self.first

    @property
    def until(self) -> date | None:
        """The last day that choosing this bar asks for, None without a limit."""
        return None if self.open_end else self.last


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Bars without gaps, oldest first; each lasts one `unit`."""

    unit: Unit
    bars: tuple[Bar, ...]

    def counts(self, days: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many of these days (proleptic ordinals, any shape) are in each bar."""
        starts = np.array([bar.first.toordinal() for bar in self.bars[1:]], dtype=np.int64)
        places = np.searchsorted(starts, days.ravel(), side="right")
        return np.bincount(places, minlength=len(self.bars)).astype(np.int64)

    def covered(self, since: date | None, until: date | None) -> tuple[int, int] | None:
        """Return the first and the last bar that have days of a span, or None if no bar has."""
        inside = [
            number
            for number, bar in enumerate(self.bars)
            if (until is None or bar.open_start or bar.first <= until)
            and (since is None or bar.open_end or bar.last >= since)
        ]
        return (inside[0], inside[-1]) if inside else None


def timeline_of(days: NDArray[np.int64]) -> Timeline | None:
    """Return the timeline of the days of articles (proleptic ordinals), None without any day.

    Bars are days, weeks (from Monday), months, quarters or years: the finest of which at most
    `MOST_BARS` are enough.
    """
    if not days.size:
        return None
    ordered = np.sort(days, axis=None)
    first, last = int(ordered[0]), int(ordered[-1])
    unit, starts = _divided(first, last)
    strays = int(ordered.size * _STRAYS)
    most, least = int(ordered[-1 - strays]), int(ordered[strays])
    finer, finer_starts = _divided(least, most)
    if finer != unit:
        unit, starts = finer, finer_starts
    else:
        least, most = first, last
    ends = [start - 1 for start in starts[1:]] + [most]
    return Timeline(
        unit=unit,
        bars=tuple(
            Bar(
                first=date.fromordinal(max(start, least)),
                last=date.fromordinal(end),
                open_start=start == starts[0] and first < least,
                open_end=end == most and most < last,
            )
            for start, end in zip(starts, ends, strict=True)
        ),
    )


def _divided(first: int, last: int) -> tuple[Unit, list[int]]:
    """Return the finest unit of which few bars are enough, and the first day of each bar."""
    monday = first - date.fromordinal(first).weekday()
    for unit, start, step in (("day", first, 1), ("week", max(monday, 1), 7)):
        starts = list(range(start, last + 1, step)) if last - start < MOST_BARS * step else []
        if starts:
            return "day" if unit == "day" else "week", starts
    for name, months in _MONTHS.items():
        starts = _of_months(first, last, months)
        if len(starts) <= MOST_BARS:
            return name, starts
    years = 2
    while len(starts := _of_months(first, last, 12 * years)) > MOST_BARS:
        years *= 2
    return "years", starts


def _of_months(first: int, last: int, months: int) -> list[int]:
    """Return the first days of the spans of so many months that hold the days."""
    begin, end = (date.fromordinal(day) for day in (first, last))
    number = (begin.year * 12 + begin.month - 1) // months * months
    starts = []
    while number <= end.year * 12 + end.month - 1:
        # There is no year 0, but the first span of several years would begin in it.
        starts.append(date(max(number // 12, 1), number % 12 + 1, 1).toordinal())
        number += months
    return starts
