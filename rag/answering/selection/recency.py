"""What "latest" asks for: of the sentences that answer about as well, the newest article's."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.selection.ranking import Candidate
from rag.types import TimeFrame

_ABOUT_AS_GOOD = 1.0
"""In log-odds below the best sentence."""


def prefer_newest(ranked: Sequence[Candidate], frame: TimeFrame | None) -> tuple[Candidate, ...]:
    """The ranked sentences, where the newest is asked for with those of newer days first.

    Only sentences that answer about as well as the best change places: what is new but tells of
    something else stays where it is.
    """
    if frame is None or frame.effect != "newest" or not ranked:
        return tuple(ranked)
    floor = ranked[0].score - _ABOUT_AS_GOOD
    near = [c for c in ranked if c.score >= floor]
    dated = sorted(near, key=lambda candidate: _day(candidate, frame), reverse=True)
    return (*dated, *(c for c in ranked if c.score < floor))


def _day(candidate: Candidate, frame: TimeFrame) -> str:
    """The day of the article, to be compared: undated ones and those past the frame come last."""
    published = candidate.evidence.document.published
    if published is None or published.precision in ("year", "month"):
        return ""
    day = published.moment.date()
    return day.isoformat() if frame.end is None or day <= frame.end else ""
