"""Lay out a story through time, from the search to the `Story`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from rag.answering.citing import Citer
from rag.answering.comparison.result import ComparisonProgress
from rag.answering.comparison.sentences import Told, sentences_of_outlets
from rag.answering.evidence import SentenceVectors
from rag.answering.path import QuestionPath
from rag.answering.search import QuestionVector
from rag.answering.story.eventful import eventfulness
from rag.answering.story.linking import linked, worth_reading
from rag.answering.story.moments import (
    Dated,
    changed_values,
    dated,
    differing_values,
    may_be_one_event,
    same_numbers,
)
from rag.answering.story.result import (
    ChangedValue,
    DayFrom,
    Disagreement,
    Story,
    StoryRow,
)
from rag.answering.topics import concerning
from rag.messages import Message
from rag.text.languages import text_language
from rag.text.standing_alone import asks, is_caption, is_ended
from rag.types import Citation, ConflictValue, TimeFrame

MOST_ROWS = 30
_SENTENCES, _OTHERS = 80, 40
_NEARLY = 0.025
"""How far below the nearest sentence of its language, in cosine, a sentence is on the topic."""
_ANOTHER_OUTLET = 0.1
_SURELY_EVENT = 0.5
"""How much more a row matters for each further outlet that tells it, and for a score of 1 as an
event; a relevance is up to 2."""
_REPEATED = 0.95
"""The cosine from which an outlet repeats itself."""
_PROGRESS = 32

Values = list[tuple[str, dict[int, str]]]
"""For each disagreement the measure, and the value of each sentence that gives one."""


@dataclass
class _Event:
    """Sentences of one event, by their numbers, with the values on which they differ."""

    numbers: list[int]
    differing: Values = field(default_factory=list)


def stream_story(
    path: QuestionPath,
    topic: str,
    *,
    articles: frozenset[str] | None,
    time_frame: TimeFrame | None,
    today: date,
) -> Iterator[ComparisonProgress | Story]:
    """Lay out a story step by step; the `Story` comes last."""
    yield ComparisonProgress()
    found, _ = path.found(topic, (), time_frame, today, None, articles=articles)
    vector = QuestionVector(path.embedder, found.query.text).of(found.query.text)()
    told = [
        one
        for one in sentences_of_outlets(found, vector, path.vectors, path.reader)
        if is_ended(one.evidence.text)
        and not asks(one.evidence.text)
        and not is_caption(one.evidence.text)
    ]
    sentences = _concerning(told, topic, path.vectors)
    pairs = worth_reading(sentences)
    same: list[tuple[int, int]] = []
    for number, one_event in enumerate(linked(sentences, pairs, path.reader)):
        if number % _PROGRESS == 0:
            yield ComparisonProgress(done=number, total=len(pairs))
        if one_event:
            same.append(pairs[number])
    yield _story(topic, time_frame, sentences, same)


def _concerning(told: Sequence[Told], topic: str, vectors: SentenceVectors) -> list[Dated]:
    """Return the sentences that concern the topic or may do, by their days.

    Those may that tell of the same event as one that does.
    """
    found: list[Dated] = []
    sure, others = concerning(told, topic, _NEARLY)
    for some, most, surely in ((sure, _SENTENCES, True), (others, _OTHERS, False)):
        scores = eventfulness([one.evidence for one in some], vectors)
        known = [dated(one, sure=surely, eventful=e) for one, e in zip(some, scores, strict=True)]
        # Sentences that tell of no event do not crowd out those that do.
        known.sort(key=lambda one: not one.tells_event)
        found += _without_repetition(known)[:most]
    return sorted(found, key=lambda one: one.key)


def _without_repetition(told: Sequence[Dated]) -> list[Dated]:
    """Return the sentences without those that repeat one of the same outlet and day."""
    kept: list[Dated] = []
    for one in told:
        if not any(
            other.told.outlet == one.told.outlet
            and other.day == one.day
            and float(other.evidence.vector @ one.evidence.vector) >= _REPEATED
            and same_numbers(other.evidence, one.evidence)
            for other in kept
        ):
            kept.append(one)
    return kept


def _story(
    topic: str,
    time_frame: TimeFrame | None,
    sentences: Sequence[Dated],
    same: Sequence[tuple[int, int]],
) -> Story:
    events = _events(sentences, same)
    events.sort(key=lambda event: -_weight(sentences, event))
    told = [event for event in events if sentences[event.numbers[0]].tells_event]
    kept = told[:MOST_ROWS]
    rest = [event for event in events if event not in kept]
    rows, others = (
        sorted(some, key=lambda event: _row_key(sentences, event)) for some in (kept, rest)
    )
    citer = Citer()
    made: list[StoryRow] = []
    for place, event in enumerate(rows):
        cited = {n: _cite(citer, sentences[n]) for n in _one_of_each(sentences, event.numbers)}
        day, day_from = _day(sentences, event)
        made.append(
            StoryRow(
                day=day,
                day_from=day_from,
                citations=tuple(cited.values()),
                changes=tuple(_changes(sentences, rows[:place], event, citer)),
                disagreements=tuple(
                    Disagreement(
                        measure=measure,
                        values=tuple(
                            ConflictValue(
                                value=_as_written(value, sentences[n]),
                                citation=_cite(citer, sentences[n]),
                            )
                            for n, value in sorted(values.items())
                        ),
                    )
                    for measure, values in event.differing
                ),
            )
        )
    notices = () if made else (_nothing(topic),)
    return Story(
        topic=topic,
        language=text_language(topic),
        rows=tuple(made),
        others=tuple(_plain_row(sentences, event, citer) for event in others),
        time_frame=time_frame,
        notices=notices,
    )


def _weight(sentences: Sequence[Dated], event: _Event) -> float:
    """Return how much it matters: it is near the topic, an event surely, and told by several."""
    told = [sentences[n] for n in event.numbers]
    outlets = {one.told.outlet for one in told}
    surely = max(one.eventful for one in told)
    nearest = max(one.told.relevance for one in told)
    return nearest + _SURELY_EVENT * surely + _ANOTHER_OUTLET * (len(outlets) - 1)


def _plain_row(sentences: Sequence[Dated], event: _Event, citer: Citer) -> StoryRow:
    day, day_from = _day(sentences, event)
    cited = (_cite(citer, sentences[n]) for n in _one_of_each(sentences, event.numbers))
    return StoryRow(day=day, day_from=day_from, citations=tuple(cited))


def _events(
    sentences: Sequence[Dated],
    same: Sequence[tuple[int, int]],
) -> list[_Event]:
    """Return the sentences in events; a sentence that no other one confirms is one by itself.

    An event begins with the sentence that most others confirm. Only sentences that were compared
    with it by themselves belong to it, so that no chain of likenesses joins two events.
    """
    beside: dict[int, set[int]] = defaultdict(set)
    for a, b in same:
        beside[a].add(b)
        beside[b].add(a)
    taken: set[int] = set()
    events = []
    order = [n for n, one in enumerate(sentences) if one.sure]
    order.sort(key=lambda n: -sentences[n].told.relevance)
    for seed in sorted(order, key=lambda n: -len({sentences[m].told.outlet for m in beside[n]})):
        if seed in taken:
            continue
        members = [seed]
        for other in sorted(beside[seed] - taken, key=lambda m: -sentences[m].told.relevance):
            if all(may_be_one_event(sentences[other], sentences[m]) for m in members):
                members.append(other)
        taken.update(members)
        event = _Event(numbers=sorted(members))
        event.differing = _differing(sentences, event.numbers)
        events.append(event)
    return events


def _differing(sentences: Sequence[Dated], numbers: Sequence[int]) -> Values:
    """Return the measures on which the sentences of an event differ, with their values.

    Pairs of one measure that have a sentence's value in common tell of one disagreement.
    """
    found: Values = []
    for place, a in enumerate(numbers):
        for b in numbers[place + 1 :]:
            one, other = sentences[a].evidence, sentences[b].evidence
            for mine, yours in differing_values(one, other):
                sides = {a: mine.written, b: yours.written}
                for measure, values in found:
                    if measure == mine.measure and sides.items() & values.items():
                        values.update(sides)
                        break
                else:
                    found.append((mine.measure, sides))
    return found


def _changes(
    sentences: Sequence[Dated], earlier: Sequence[_Event], event: _Event, citer: Citer
) -> Iterator[ChangedValue]:
    """Yield the values of an event that the last earlier event with the measure gives otherwise."""
    told: set[tuple[str, ...]] = set()
    day, _ = _day(sentences, event)
    for before in reversed(earlier):
        if _day(sentences, before)[0] == day:
            continue
        pairs = [(sentences[a], sentences[b]) for a in before.numbers for b in event.numbers]
        # An outlet's own figure is the one that it changed.
        pairs.sort(key=lambda pair: pair[0].told.outlet != pair[1].told.outlet)
        for one, other in pairs:
            for measure, values, key in changed_values(one.evidence, other.evidence):
                if key not in told:
                    told.add(key)
                    yield ChangedValue(
                        measure=measure,
                        before=ConflictValue(
                            value=_as_written(values[0], one),
                            citation=_cite(citer, one),
                            superseded=True,
                        ),
                        after=ConflictValue(
                            value=_as_written(values[1], other), citation=_cite(citer, other)
                        ),
                    )


def _day(sentences: Sequence[Dated], event: _Event) -> tuple[str | None, DayFrom]:
    """Return the day of an event: the most exact one that a sentence names, else an article's."""
    named = [sentences[n] for n in event.numbers if sentences[n].day_from == "sentence"]
    if named:
        best = max(named, key=lambda one: (len(one.day or ""), one.told.relevance))
        return best.day, "sentence"
    first = sentences[min(event.numbers)]
    return first.day, first.day_from


def _row_key(sentences: Sequence[Dated], event: _Event) -> tuple[bool, str, float]:
    day, _ = _day(sentences, event)
    return day is None, day or "", min(sentences[n].key[2] for n in event.numbers)


def _one_of_each(sentences: Sequence[Dated], numbers: Sequence[int]) -> list[int]:
    """Return the most relevant sentence of each outlet, the oldest article first."""
    best: dict[str, int] = {}
    for number in sorted(numbers, key=lambda n: -sentences[n].told.relevance):
        best.setdefault(sentences[number].told.outlet, number)
    return sorted(best.values(), key=lambda n: sentences[n].key[2])


def _as_written(value: str, sentence: Dated) -> str:
    """Return a value in the sentence's own letters: HK$17, which is read as hk$17."""
    at = sentence.evidence.text.casefold().find(value.casefold())
    return sentence.evidence.text[at : at + len(value)] if at >= 0 else value


def _cite(citer: Citer, sentence: Dated) -> Citation:
    (citation,) = citer.cite([sentence.evidence])
    return citation


def _nothing(topic: str) -> Message:
    return Message(
        code="no_story",
        en=f"No article was found that speaks of “{topic.strip()}”.",
        zh=f"没有找到谈及“{topic.strip()}”的文章。",
    )
