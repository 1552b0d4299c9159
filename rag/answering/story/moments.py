"""Give the sentences of a topic their days, and find values that changed from day to day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rag.answering.comparison.pairs import WORTH_READING
from rag.answering.comparison.sentences import Told
from rag.answering.disagreement.aligned import SAME_COSINE, difference
from rag.answering.disagreement.measured import (
    Measurement,
    agree,
    dissent,
    measurements,
    numbers,
    same_moment,
)
from rag.answering.evidence import Evidence
from rag.answering.story.result import DayFrom
from rag.text.event_days import event_day
from rag.text.languages import text_language
from rag.text.measures import RUNNING, is_increase
from rag.text.names import chinese_names, english_names

EVENTFUL, _NAMES_A_DAY = -0.05, 0.1
"""The score (`eventful.eventfulness`) from which a sentence tells of an event, and what a day that
it names adds to the score."""
_LATER = 3
"""Days after an event in which an article without a day of its own still reports it."""
_LEAST_COUNT = 2
"""Smaller numbers are mostly no figures: 一个, one of."""
_OF_ONE_THING = 0.86
"""The cosine from which sentences without names speak of one thing."""


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A sentence with its day, which the sentence names or its article has.

    `sure` is false if it concerns the topic only if it tells of an event of another sentence.
    `eventful` is how surely it tells of an event, and `tells_event` if it does: opinions,
    background, predictions and descriptions do not.
    """

    told: Told
    sure: bool
    eventful: float
    day: str | None
    day_from: DayFrom

    @property
    def evidence(self) -> Evidence:
        """The sentence itself."""
        return self.told.evidence

    @property
    def tells_event(self) -> bool:
        """True if the sentence tells of an event."""
        return self.eventful >= EVENTFUL

    @property
    def key(self) -> tuple[bool, str, float]:
        """What the sentences are ordered by: the day, then the time of the article."""
        published = self.evidence.document.published
        return (
            self.day is None,
            self.day or "",
            published.moment.timestamp() if published else 0.0,
        )


def dated(told: Told, *, sure: bool, eventful: float) -> Dated:
    """Return a sentence with its day. `eventful` is how surely it tells of an event."""
    published = told.evidence.document.published
    day: str | None = None
    day_from: DayFrom = "unknown"
    if named := event_day(told.evidence.text, published):
        day, day_from = named.iso, "sentence"
        eventful += _NAMES_A_DAY
    elif published is not None:
        day, day_from = str(published)[:10], "article"
    return Dated(told=told, sure=sure, eventful=eventful, day=day, day_from=day_from)


def may_be_one_event(one: Dated, other: Dated) -> bool:
    """Return True if the days of two sentences allow that they tell of one event.

    Two named days must be the same. An article without a named day may be a few days late.
    """
    if one.day is None or other.day is None:
        return True
    if one.day == other.day:
        return True
    if one.day_from == other.day_from == "sentence":
        return one.day.startswith(other.day) or other.day.startswith(one.day)
    if len(one.day) < len("2025-02-13") or len(other.day) < len("2025-02-13"):
        return False
    apart = (date.fromisoformat(one.day) - date.fromisoformat(other.day)).days
    if one.day_from == other.day_from:
        return abs(apart) <= _LATER
    late = apart if one.day_from == "article" else -apart
    return 0 <= late <= _LATER


def differing_values(one: Evidence, other: Evidence) -> Iterator[tuple[Measurement, Measurement]]:
    """Yield the values of one measure, moment and day in which two sentences differ."""
    for mine in measurements(one):
        for yours in measurements(other):
            if dissent(mine, yours, one, other) and _is_one_thing(mine, yours, one, other):
                yield mine, yours


def same_numbers(one: Evidence, other: Evidence) -> bool:
    """Return True if two sentences give the same numbers."""
    ours, theirs = (
        {(number.quantity.unit, number.quantity.value) for number in numbers(evidence)}
        for evidence in (one, other)
    )
    return ours == theirs


def other_numbers(one: Evidence, other: Evidence) -> bool:
    """Return True if two sentences give numbers of one unit, none of which is in both."""
    ours, theirs = (_counted(evidence) for evidence in (one, other))
    return any(not ours[unit] & theirs[unit] for unit in ours.keys() & theirs.keys())


def _counted(evidence: Evidence) -> dict[str, set[Decimal]]:
    found: dict[str, set[Decimal]] = defaultdict(set)
    for number in numbers(evidence):
        if number.quantity.value >= _LEAST_COUNT:
            found[number.quantity.unit].add(number.quantity.value)
    return found


def changed_values(
    before: Evidence, after: Evidence
) -> Iterator[tuple[str, tuple[str, str], tuple[str, ...]]]:
    """Yield values of one measure that are others in a later sentence.

    Each is the measure's name, the two values as written, and the key of the measure: a later row
    shows a change of each key once, from the last row that gives it.
    """
    told = False
    for mine in measurements(before):
        for yours in measurements(after):
            if (
                mine.measure == yours.measure
                and mine.quantity.unit == yours.quantity.unit
                and same_moment(mine, yours, before, after)
                and not agree(mine, yours)
                and _is_one_thing(mine, yours, before, after)
            ):
                told = True
                key = (mine.measure, yours.quantity.unit, *sorted(yours.moments))
                yield mine.measure, (mine.written, yours.written), key
    if not told and float(before.vector @ after.vector) >= SAME_COSINE:
        differ = difference(before.text, after.text)
        if differ and differ.kind == "quantity" and len(differ.one) == 1:
            yield "", (differ.one[0], differ.other[0]), ("", differ.around)


def _is_one_thing(one: Measurement, other: Measurement, first: Evidence, second: Evidence) -> bool:
    """Return True if two numbers of one measure are of one thing: one share, one accident."""
    cosine = float(first.vector @ second.vector)
    across = text_language(first.text) != text_language(second.text)
    floor = WORTH_READING["across" if across else "same"]
    if one.measure in RUNNING:
        # Reports of one event count its victims; an increase is another number.
        return cosine >= floor - 0.04 and is_increase(first.text) == is_increase(second.text)
    if across:
        return cosine >= floor
    ours, theirs = _names(one.clause), _names(other.clause)
    if ours and theirs:
        return any(a in b or b in a for a in ours for b in theirs) and cosine >= floor
    if cosine >= _OF_ONE_THING:
        return True
    return cosine >= floor and bool(_names(first.text) & _names(second.text))


def _names(text: str) -> set[str]:
    found: Sequence[str] = [name.text for name in (*chinese_names(text), *english_names(text))]
    return {name.casefold() for name in found}
