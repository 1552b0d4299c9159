"""What a sentence must have to answer a question: one rule for choosing and for abstaining."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.answering.evidence import Evidence
from rag.answering.facts import read_facts
from rag.answering.wanted import Wanted, gives, wanted_kind
from rag.corpus.dates import CalendarDate, day_of, same_date
from rag.retrieval.query import Query
from rag.retrieval.terms import Concept, counted_noun, fold, shows

Requirement = Literal["name", "date", "counted", "kind"]


@dataclass(frozen=True, kw_only=True)
class Requirements:
    """What the question asks for, as far as its wording tells.

    `wanted` is the kind of fact, `dates` the days it asks about (not the ends of a range, of which
    no sentence need speak), `names` those it names, and `counted` what it wants the number of.
    """

    wanted: Wanted
    dates: tuple[CalendarDate, ...]
    names: tuple[Concept, ...]
    counted: Concept | None


def requirements(query: Query, concepts: Sequence[Concept], *, across: bool) -> Requirements:
    """Read the requirements of a question from its wording and its concepts."""
    return Requirements(
        wanted=wanted_kind(query.text),
        dates=() if _is_range(query) else read_facts(query.text).dates,
        names=tuple(concept for concept in concepts if concept.name),
        counted=counted_noun(query.text, across=across),
    )


def _is_range(query: Query) -> bool:
    frame = query.time_frame
    return frame is not None and (frame.start is None or frame.end is None or "、" in frame.phrase)


def unmet(evidence: Evidence, needed: Requirements) -> frozenset[Requirement]:
    """What the sentence lacks.

    Names may stand around it, in its passage or its article's title, dates may also be its
    article's own day, what is counted may stand anywhere in the article, and the fact must be its
    own. Of several names one will do: a comparison names more than one sentence speaks of.
    """
    around = fold(f"{evidence.document.title}\n{evidence.passage}")
    lacking: set[Requirement] = set()
    if needed.names and not any(shows(around, name) for name in needed.names):
        lacking.add("name")
    if needed.dates and not _speaks_of(evidence, needed.dates):
        lacking.add("date")
    if needed.counted and not shows(fold(evidence.document.text), needed.counted):
        lacking.add("counted")
    if not gives(evidence.text, needed.wanted, evidence.document.published):
        lacking.add("kind")
    return frozenset(lacking)


def _speaks_of(evidence: Evidence, dates: Sequence[CalendarDate]) -> bool:
    published = evidence.document.published
    known = list(read_facts(evidence.passage, published).dates)
    if published:
        known.append(day_of(published))
    return any(same_date(date, source) for date in dates for source in known)
