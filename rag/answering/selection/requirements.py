"""What a sentence must have to answer a question: one reading for choosing and for abstaining."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from rag.answering.evidence import Evidence
from rag.answering.facts import Facts, read_facts
from rag.answering.selection.reported import day_of_article, is_reported, reported_periods
from rag.answering.selection.wanted import Wanted, gives, same_measure, says_reason, wanted_kinds
from rag.corpus.dates import CalendarDate, day_of, read_dates, same_date
from rag.corpus.quantities import same_quantity
from rag.retrieval.query import Query
from rag.retrieval.terms import Concept, FoldedText, counted_noun, fold, shows
from rag.retrieval.time_words import day_of_report
from rag.text.han import has_han
from rag.text.periods import Period, days_of_period
from rag.types import Document

_LATIN_WORD = re.compile(r"[A-Za-z]{2}")

_YEAR_REPORTED_WITHIN = timedelta(days=180)
Requirement = Literal["name", "date", "counted", "kind"]


@dataclass(frozen=True, kw_only=True)
class Requirements:
    """What the `question` asks for, as far as its wording tells.

    `parts` are the kinds of fact that it wants, `dates` the days it asks about (not the ends of a
    range, of which no sentence need speak), `periods` those it wants a figure for, `reported_on`
    the day whose report it asks for, `since` the day that it names without a year, before which
    nothing was written of it, `names` those it names, and `counted` what it wants the number
    of. `facts` are those that the question states itself, and no answer to it.
    """

    question: str
    parts: tuple[Wanted, ...]
    dates: tuple[CalendarDate, ...]
    periods: tuple[Period, ...]
    reported_on: date | None
    since: date | None
    names: tuple[Concept, ...]
    counted: Concept | None
    facts: Facts

    @property
    def wanted(self) -> Wanted:
        """The kind of fact that is asked for first."""
        return self.parts[0]


def requirements(query: Query, concepts: Sequence[Concept], *, across: bool) -> Requirements:
    """Read the requirements of a question from its wording and its concepts."""
    facts = read_facts(query.text)
    return Requirements(
        question=query.text,
        parts=wanted_kinds(query.text),
        dates=() if _is_range(query) else _days_alone(query, facts.dates),
        periods=query.periods,
        reported_on=day_of_report(query.text, query.time_frame),
        since=_day_without_year(query, facts.dates),
        names=tuple(concept for concept in concepts if concept.name),
        counted=counted_noun(query.text, across=across),
        facts=facts,
    )


def _days_alone(query: Query, dates: tuple[CalendarDate, ...]) -> tuple[CalendarDate, ...]:
    """The dates without those that are the periods asked about, which are read by themselves."""
    return tuple(said for said in dates if said.day) if query.periods else dates


def _day_without_year(query: Query, dates: tuple[CalendarDate, ...]) -> date | None:
    """Returns the day of a question that names just one, and leaves its year to be understood."""
    frame = query.time_frame
    alone = [said for said in dates if said.day and said.year is None]
    return frame.start if frame and alone and frame.start == frame.end else None


def mixes_scripts(question: str) -> bool:
    """Whether a question has Chinese characters and words in Latin letters."""
    return bool(has_han(question) and _LATIN_WORD.search(question))


def _is_range(query: Query) -> bool:
    frame = query.time_frame
    return frame is not None and (frame.start is None or frame.end is None or "、" in frame.phrase)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one sentence has of what is asked for.

    `given` are the wanted kinds of which it gives a fact, `told` those of which it gives one that
    the question doesn't state itself. `named` and `named_nearby` are the shares (0 to 1, 1 if none
    is asked about) of the names that stand in it and around it. `dated` tells whether it speaks of
    a day asked about itself, `otherwise_dated` whether only of others. `periods` are those that it
    reports on, where figures of a period are asked for.
    """

    facts: Facts
    given: frozenset[Wanted]
    told: frozenset[Wanted]
    named: float
    named_nearby: float
    dated: bool
    otherwise_dated: bool
    periods: tuple[Period, ...]
    lacking: frozenset[Requirement]


class Reader:
    """Reads the sentences found for one question."""

    def __init__(self, needed: Requirements) -> None:
        self.needed = needed

    def read(self, evidence: Evidence) -> Reading:
        """What the sentence has of what is asked for.

        Names may stand around it, in its passage or its article's title, dates may also be its
        article's own day, what is counted may stand anywhere in the article, and the fact must be
        its own. Of several names one will do: a comparison names more than one sentence speaks of.
        """
        needed, document = self.needed, evidence.document
        facts = read_facts(evidence.text, document.published)
        sentence, around = fold(evidence.text), self.around(evidence)
        given = frozenset(part for part in needed.parts if gives(evidence.text, facts, part))
        nearby = _share_named(around, needed.names)
        periods = reported_periods(evidence, needed.periods) if needed.periods else ()
        of_period = is_reported(needed.periods, periods)
        dated = _says_any(needed.dates, facts.dates) or of_period
        lacking: set[Requirement] = set()
        if needed.names and not nearby:
            lacking.add("name")
        if needed.dates and not dated and not self._dated_nearby(evidence):
            lacking.add("date")
        if needed.periods and not of_period and (periods or not self._may_report(document)):
            lacking.add("date")
        if needed.counted and not shows(self.whole(document), needed.counted):
            lacking.add("counted")
        if not given:
            lacking.add("kind")
        return Reading(
            facts=facts,
            given=given,
            told=frozenset(part for part in given if self._is_told(evidence.text, facts, part)),
            named=_share_named(sentence, needed.names),
            named_nearby=nearby,
            dated=dated,
            otherwise_dated=bool((needed.dates and facts.dates) or periods) and not dated,
            periods=periods,
            lacking=frozenset(lacking),
        )

    def around(self, evidence: Evidence) -> FoldedText:
        """The passage of a sentence with its article's title."""
        return fold(f"{evidence.document.title}\n{evidence.passage}")

    def whole(self, document: Document) -> FoldedText:
        """The whole article with its title."""
        return fold(f"{document.title}\n{document.text}")

    def _may_report(self, document: Document) -> bool:
        """Tells by an article's day whether its figures may be of a year asked about.

        The day of an article tells nothing of a shorter period: a quarter is reported in the next.
        """
        day = day_of_article(document)
        years = [p for p in self.needed.periods if (p.first, p.last) == (1, 12)]
        return any(
            day is None or first <= day <= last + _YEAR_REPORTED_WITHIN
            for first, last in (days_of_period(year, day or date.max) for year in years)
        )

    def _dated_nearby(self, evidence: Evidence) -> bool:
        published = evidence.document.published
        known = list(read_dates(evidence.passage, published)[0])
        if published:
            known.append(day_of(published))
        return _says_any(self.needed.dates, known)

    def _is_told(self, text: str, facts: Facts, part: Wanted) -> bool:
        """Whether the fact of that kind is news to who asks."""
        asked = self.needed.facts
        if part == "reason":
            return says_reason(text)
        if part in ("money", "number", "percent") and not same_measure(self.needed.question, text):
            return False
        if part == "person":
            for name in self.needed.names:
                text = text.replace(name.text, " ")
            return gives(text, facts, part)
        new = Facts(
            quantities=tuple(
                quantity
                for quantity in facts.quantities
                if not any(same_quantity(quantity, other) for other in asked.quantities)
            ),
            dates=tuple(
                said
                for said in facts.dates
                if not any(same_date(said, other) for other in asked.dates)
            ),
            names=(),
            rises=False,
            falls=False,
            negated=False,
            moves=(),
        )
        return gives(text, new, part)


def _share_named(text: FoldedText, names: Sequence[Concept]) -> float:
    return sum(shows(text, name) for name in names) / len(names) if names else 1.0


def _says_any(asked: Sequence[CalendarDate], said: Sequence[CalendarDate]) -> bool:
    return any(same_date(one, other) for one in asked for other in said)
