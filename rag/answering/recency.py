"""What "latest" asks for: of the sentences that answer about as well, the newest article's."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.evidence import Evidence
from rag.types import TimeFrame

_ABOUT_AS_GOOD = 0.03
"""In units of cosine below the best sentence."""


def prefer_newest(ranked: Sequence[Evidence], frame: TimeFrame | None) -> tuple[Evidence, ...]:
    """The ranked sentences, where the newest is asked for with those of newer days first.

    Only sentences about as near to the question as the best change places: what is new but tells
    of something else stays where it is.
    """
    if frame is None or frame.effect != "newest" or not ranked:
        return tuple(ranked)
    best = ranked[0].cosine + ranked[0].coverage * _ABOUT_AS_GOOD
    near = [e for e in ranked if e.cosine + e.coverage * _ABOUT_AS_GOOD >= best - _ABOUT_AS_GOOD]
    dated = sorted(near, key=lambda e: _day(e, frame), reverse=True)
    kept = {id(e) for e in near}
    return (*dated, *(e for e in ranked if id(e) not in kept))


def _day(evidence: Evidence, frame: TimeFrame) -> str:
    """The day of the article, to be compared: undated ones and those past the frame come last."""
    published = evidence.document.published
    if published is None or published.precision in ("year", "month"):
        return ""
    day = published.moment.date()
    return day.isoformat() if frame.end is None or day <= frame.end else ""
