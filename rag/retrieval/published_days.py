"""The days on which passages were published, held against a time frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from rag.index.sections import Days, Section
from rag.text.periods import Period
from rag.types import TimeFrame

_LATE_DAYS = 3
"""How it was chosen stands in docs/retrieval.md."""
_UNKNOWN = 0.5


_DAYS_UNTIL_REPORTED = {1: 30, 12: 120}
_DAYS_UNTIL_OTHERS = 60
"""How long after its end figures of a period come out, by its months: a year's take longest."""


def until_reported(frame: TimeFrame | None, periods: Sequence[Period]) -> TimeFrame | None:
    """Returns the frame, where figures of periods are asked for until these have come out."""
    if not periods or frame is None or frame.effect != "prefer" or frame.end is None:
        return frame
    late = max(_DAYS_UNTIL_REPORTED.get(p.last - p.first + 1, _DAYS_UNTIL_OTHERS) for p in periods)
    return replace(frame, end=frame.end + timedelta(days=late))


def newest_day(sections: Sequence[Section]) -> date | None:
    """The day of the newest article, if any has a date."""
    last = [
        int(days[:, 1].max(initial=0))
        for section in sections
        for days in [section.days if section.allowed is None else section.days[section.allowed]]
    ]
    newest = max(last, default=0)
    return date.fromordinal(newest) if newest else None


def within(days: Days, frame: TimeFrame) -> NDArray[np.bool_]:
    """Which passages may have been published on the days of a frame, shape (passages,).

    Where the frame only prefers, a few days more count: events are still reported on then. Undated
    passages are not among them.
    """
    start, end = frame.start or date.min, frame.end or date.max
    late = _LATE_DAYS if frame.effect == "prefer" else 0
    latest = min(end.toordinal() + late, date.max.toordinal())
    first, last = days.T
    fitting: NDArray[np.bool_] = (first <= latest) & (last >= start.toordinal()) & (first <= last)
    return fitting


def preferred(days: Days, frame: TimeFrame) -> NDArray[np.float64]:
    """How well the days of passages fit a frame, each from 0 to 1; half for undated ones.

    `prefer` gives 1 to those within the frame. `newest` gives the share of these passages that
    are no newer than this one, among those before the frame's end.
    """
    first, last = days.T
    fitting = within(days, frame)
    fit = fitting.astype(np.float64)
    if frame.effect == "newest":
        dated = np.sort(last[fitting])
        share = np.searchsorted(dated, last, side="right") / max(1, len(dated))
        fit = np.where(fitting, share, 0.0)
    return np.where(first > last, _UNKNOWN, fit)
