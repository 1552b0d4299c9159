"""Of the sentences found, those that are of the period or the day that was asked about.

A figure of another period, or one that held on another day, is no answer however near it looks. So
where a sentence of the right time gives what is asked for, those of another time make room for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.selection.ranking import Candidate
from rag.answering.selection.requirements import Requirements
from rag.text.measures import measures_in
from rag.text.periods import answers_for

_FARTHEST = 6.0
"""In log-odds below the best sentence: what is farther off is about something else."""


def of_time_asked(
    ranked: Sequence[Candidate], needed: Requirements
) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """The ranked sentences parted into those of the time asked, and those of another one.

    Of the former, those that give a figure of the measure asked come first. Where none near gives
    any, all sentences are taken for them. Of a period without a year,
    the newest is meant that is reported on.
    """
    if not needed.periods or not ranked:
        return tuple(ranked), ()
    fitting = [c for c in ranked if "date" not in c.reading.lacking]
    given = [c for c in fitting if "kind" not in c.reading.lacking]
    if not given or given[0].score < ranked[0].score - _FARTHEST:
        return tuple(ranked), ()
    newest = max(_year(c, needed) for c in given)
    fitting = [c for c in fitting if _year(c, needed) in (0, newest)]
    measures = measures_in(needed.question)

    def order(candidate: Candidate) -> int:
        if "kind" in candidate.reading.lacking:
            return 2
        return not measures & measures_in(candidate.evidence.text)

    known = set(map(id, fitting))
    others = tuple(c for c in ranked if id(c) not in known)
    return tuple(sorted(fitting, key=order)), others


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
