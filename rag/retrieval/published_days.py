"""The days on which passages were published, as far as a time frame asks for them."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.index.snapshot import Snapshot
from rag.retrieval.time_frame import published_days
from rag.types import TimeFrame

_LATE_DAYS = 3
"""How it was chosen stands in docs/retrieval.md."""
_UNKNOWN = 0.5


class PublishedDays:
    """When each passage of one generation was published. Never changed after it is built."""

    def __init__(self, snapshot: Snapshot) -> None:
        spans = {
            doc_id: tuple(day.toordinal() for day in published_days(document.published))
            for doc_id, document in snapshot.documents.items()
            if document.published
        }
        # An undated one is never within any days: it ends before it begins.
        days = np.array([spans.get(p.doc_id, (0, -1)) for p in snapshot.passages], np.int32)
        self._first, self._last = days.reshape(-1, 2).T
        self.newest = date.fromordinal(int(self._last.max(initial=0))) if spans else None

    def within(self, frame: TimeFrame) -> NDArray[np.bool_]:
        """Which passages may have been published on the days of a frame, shape (passages,).

        Where the frame only prefers, a few days more count: events are still reported on then.
        Undated passages are not among them.
        """
        start, end = frame.start or date.min, frame.end or date.max
        late = _LATE_DAYS if frame.effect == "prefer" else 0
        latest = min(end.toordinal() + late, date.max.toordinal())
        return (
            (self._first <= latest)
            & (self._last >= start.toordinal())
            & (self._first <= self._last)
        )

    def preferred(self, rows: NDArray[np.int64], frame: TimeFrame) -> NDArray[np.float64]:
        """How well the days of passages fit a frame, each from 0 to 1; half for undated ones.

        `prefer` gives 1 to those within the frame. `newest` gives the share of these passages that
        are no newer than this one, among those before the frame's end.
        """
        fitting = self.within(frame)[rows]
        fit = fitting.astype(np.float64)
        if frame.effect == "newest":
            dated = np.sort(self._last[rows][fitting])
            share = np.searchsorted(dated, self._last[rows], side="right") / max(1, len(dated))
            fit = np.where(fitting, share, 0.0)
        return np.where(self._first[rows] > self._last[rows], _UNKNOWN, fit)
