"""Prefer newer reports: for "latest", and for counts that change, such as a death toll."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.selection.ranking import Asked, Candidate
from rag.answering.selection.reported import day_of_article
from rag.answering.selection.requirements import RequirementReader, Requirements
from rag.text.measures import COUNTING_WORDS, RUNNING, UNTIL_CHANGED, is_increase, measures_in
from rag.text.terms import shows
from rag.types import TimeFrame

# Sentences of newer articles first, for "latest".

_ABOUT_AS_GOOD = 1.0
"""In log-odds below the best sentence."""


def prefer_newest(ranked: Sequence[Candidate], frame: TimeFrame | None) -> tuple[Candidate, ...]:
    """Return the ranked sentences; if the newest is asked for, those of newer days come first.

    Only sentences that answer about as well as the best one change places: a newer sentence about
    something else stays where it is.
    """
    if frame is None or frame.effect != "newest" or not ranked:
        return tuple(ranked)
    floor = ranked[0].score - _ABOUT_AS_GOOD
    near = [c for c in ranked if c.score >= floor]
    dated = sorted(near, key=lambda candidate: _day(candidate, frame), reverse=True)
    return (*dated, *(c for c in ranked if c.score < floor))


def _day(candidate: Candidate, frame: TimeFrame) -> str:
    """Return the day of the article as a sort key.

    Articles without a day and those after the frame come last.
    """
    published = candidate.evidence.document.published
    if published is None or published.precision in ("year", "month"):
        return ""
    day = published.moment.date()
    return day.isoformat() if frame.end is None or day <= frame.end else ""


# The newest value first, for counts that newer reports change: a toll, cases, a price.
#
# All sentences are considered that give the measure asked about and are about the same event, as
# far as their words tell. The one of the newest report comes first. If a day is asked about, only
# the values of that day are kept, the newest first.

_FIGURES = frozenset({"number", "money", "percent"})
_WHAT_IS = re.compile(r"\s*what(?:['’]s| is| was| are| were)\b", re.IGNORECASE)
_AS_GOOD = 8.0
"""In log-odds below the best sentence: newer reports often use other words."""
_AS_NEAR = 0.34
"""How much less of the event's words the passage of a newer report may show."""


def of_report_asked(
    ranked: Sequence[Candidate], asked: Asked, needed: Requirements
) -> tuple[Candidate, ...]:
    """Return the ranked sentences with the newest count first, or that of the day asked about."""
    frame = asked.query.time_frame
    counts = _counts(ranked, asked, needed) if _asks_for_count(needed, frame) else []
    if not counts:
        return tuple(ranked)
    of_day = [c for c in counts if _is_of_day(c, needed, frame)]
    # Without a day or "as of", the older counts stay: they are shown after the newest.
    bound = needed.reported_on or (frame and frame.effect == "newest" and frame.end)
    first = sorted(of_day, key=_moment, reverse=True)
    gone = {id(c) for c in counts} if bound and first else {id(c) for c in first}
    return (*first, *(c for c in ranked if id(c) not in gone))


def _asks_for_count(needed: Requirements, frame: TimeFrame | None) -> bool:
    """Return True if a question asks for a figure that the newest report gives best.

    For past days this holds only for a toll: "the death toll of the flood in May", but not "the
    population in 2018".
    """
    if is_increase(needed.question):
        return False
    if needed.reported_on:
        return True
    if needed.periods or not (_FIGURES & set(needed.parts) or _WHAT_IS.match(needed.question)):
        return False
    if frame is None or frame.effect == "newest":
        return True
    return bool(measures_in(needed.question) & RUNNING)


def _counts(ranked: Sequence[Candidate], asked: Asked, needed: Requirements) -> list[Candidate]:
    """Return the sentences with the measure asked about, of the same event as the best of them."""
    measures = measures_in(needed.question) & UNTIL_CHANGED
    given = [
        c
        for c in ranked
        if measures & measures_in(c.evidence.text)
        and c.reading.facts.quantities
        and "kind" not in c.reading.lacking
        and not is_increase(c.evidence.text)
    ]
    if not given or given[0].score < ranked[0].score - _AS_GOOD:
        return []
    best, reader = given[0], RequirementReader(needed)
    event = [c for c in asked.concepts if c.essential and not c.forms & COUNTING_WORDS]

    def share(candidate: Candidate) -> float:
        around = reader.around(candidate.evidence)
        return sum(shows(around, concept) for concept in event) / max(1, len(event))

    least = share(best) - _AS_NEAR
    return [
        c
        for c in given
        if c.score >= best.score - _AS_GOOD
        and c.reading.named_nearby >= best.reading.named_nearby
        and share(c) >= least
    ]


def _is_of_day(candidate: Candidate, needed: Requirements, frame: TimeFrame | None) -> bool:
    day = day_of_article(candidate.evidence.document)
    if needed.reported_on:
        return day == needed.reported_on
    if frame is None or frame.effect == "newest":
        return frame is None or frame.end is None or (day is not None and day <= frame.end)
    return "date" not in candidate.reading.lacking


def _moment(candidate: Candidate) -> str:
    published = candidate.evidence.document.published
    return str(published) if published else ""
