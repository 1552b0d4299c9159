"""Keeps those of the sentences found that are of the period or the day asked about.

A figure of another period, or one that held on another day, is no answer however near it looks. So
where a sentence of the right time gives what is asked for, those of another time make room for it.
A period or a day without a year is the newest: of a day, what was written before it tells nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.selection.ranking import Candidate
from rag.answering.selection.reported import day_of_article
from rag.answering.selection.requirements import Requirements
from rag.text.measures import measures_in
from rag.text.periods import answers_for

_FARTHEST = 6.0
"""In log-odds below the best sentence: what is farther off is about something else."""


def of_time_asked(
    ranked: Sequence[Candidate], needed: Requirements
) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """Returns the ranked sentences parted into those of the time asked, and those of another one.

    Of the former, those that give a figure of the measure asked come first. Where none near gives
    what is asked for, all sentences are taken for them.
    """
    of_time = [c for c in ranked if "date" not in c.reading.lacking and _is_after(c, needed)]
    given = [c for c in of_time if "kind" not in c.reading.lacking]
    if not given or given[0].score < ranked[0].score - _FARTHEST:
        return tuple(ranked), ()
    if needed.periods:
        newest = max(_year(c, needed) for c in given)
        of_time = [c for c in of_time if _year(c, needed) in (0, newest)]
        of_time.sort(key=lambda candidate: _order(candidate, needed))
    elif needed.since:
        of_time = [c for c in ranked if _is_after(c, needed)]
    else:
        return tuple(ranked), ()
    known = set(map(id, of_time))
    return tuple(of_time), tuple(c for c in ranked if id(c) not in known)


def _order(candidate: Candidate, needed: Requirements) -> int:
    if "kind" in candidate.reading.lacking:
        return 2
    return not measures_in(needed.question) & measures_in(candidate.evidence.text)


def _is_after(candidate: Candidate, needed: Requirements) -> bool:
    """Tells whether the sentence may tell of the day asked about: it wasn't written before it."""
    day = day_of_article(candidate.evidence.document)
    return needed.since is None or day is None or day >= needed.since


def _year(candidate: Candidate, needed: Requirements) -> int:
    """The year that the sentence adds to a period asked about without one; 0 where it adds none."""
    return max(
        (
            said.year
            for asked in needed.periods
            if asked.year is None
            for said in candidate.reading.periods
            if said.year and not said.compared and answers_for(asked, said)
        ),
        default=0,
    )
