"""Find conflicts between articles: the same subject, measure and time, but another value.

A false conflict costs more trust than a missed one. So there are only three narrow ways to find
one: sentences in nearly the same words that differ in a value of the kind that was asked for
(`aligned`), numbers of one measure at one moment (`measured`), and states of which only one can be
true (`opposing`). Only sentences of different stories are compared, and only those near the
question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rag.answering.citing import Citer
from rag.answering.disagreement.aligned import SAME_COSINE, Difference, ValueKind, difference
from rag.answering.disagreement.measured import Measurement, dissent, measurements, supersedes
from rag.answering.disagreement.opposing import State, states
from rag.answering.evidence import Evidence
from rag.answering.selection.ranking import Candidate
from rag.answering.selection.requirements import Requirements, Wanted
from rag.text.dates import same_date
from rag.text.facts import read_facts
from rag.text.identifiers import by_series, read_identifiers, relation_within
from rag.text.measures import COUNTING_WORDS, measures_in
from rag.text.terms import Concept, FoldedText, fold, shows
from rag.types import Conflict, ConflictValue, Statement

_MOST_SENTENCES = 20
_MOST_CONFLICTS = 3
_MOST_VALUES = 4
_NOUNS_OF_AN_EVENT = 2
"""Nouns that a question needs to tell an event without a name: "the school bus crash"."""
_NEAR = 2.5
"""In log-odds below the best sentence; a sentence farther below is about something else."""
_LONGEST_SIDE = 30
"""Characters of a sentence shown on each side of a value."""
_BY_WORDING: frozenset[str] = frozenset({"quantity", "date", "name"})
_Place = tuple[str, int]
# If the values are of another kind than was asked for, the sentences tell of two events.
_KINDS: dict[Wanted, frozenset[ValueKind]] = {
    "date": frozenset({"date"}),
    "person": frozenset({"name"}),
    "money": frozenset({"quantity"}),
    "percent": frozenset({"quantity"}),
    "number": frozenset({"quantity"}),
    "anything": frozenset({"quantity", "name"}),
    "list": frozenset({"quantity", "name"}),
}
_UNITS: dict[Wanted, Callable[[str], bool]] = {
    "money": lambda unit: unit not in ("", "%"),
    "percent": lambda unit: unit == "%",
}
_MEASURED: frozenset[Wanted] = frozenset({"money", "percent", "number", "anything", "list"})


@dataclass(frozen=True, kw_only=True)
class _Sentence:
    """A sentence with everything that is read from it once.

    `names` and `nouns` are those of the question that it shows; `nouns` leaves out names and the
    words for what is counted. `measured` are its numbers and `states` its states.
    """

    evidence: Evidence
    folded: FoldedText
    names: frozenset[str]
    nouns: frozenset[str]
    measured: tuple[Measurement, ...]
    states: tuple[State, ...]


@dataclass(frozen=True, kw_only=True)
class _Dissent:
    """Two sentences that contradict one another.

    `lasting` is true if each value holds from its day on; `affirms` then tells which of the two
    states each one is. `running` is true if both are one count of an event, which newer reports
    update.
    """

    one: _Sentence
    other: _Sentence
    measure: str
    values: tuple[str, str]
    key: str
    lasting: bool = False
    running: bool = False
    affirms: tuple[bool, bool] = (True, False)


def find_conflicts(
    ranked: Sequence[Candidate],
    needed: Requirements,
    asked: Sequence[Concept],
    statements: Sequence[Statement],
) -> tuple[Conflict, ...]:
    """Return the conflicts among the sentences near a question, numbered on from the statements.

    `ranked` is the result of `rank`, best first; `asked` are the question's concepts. Rows of
    tables are left out, because their year or place is told outside the row.
    """
    ranked = [candidate for candidate in ranked if not candidate.evidence.is_row]
    cited = frozenset((c.doc_id, c.start) for s in statements for c in s.citations)
    common = [concept for concept in asked if not concept.name]
    near = _near(ranked, needed, common, cited)
    found: list[_Dissent] = []
    for i, one in enumerate(near):
        for other in near[i + 1 :]:
            if _one_source(one.evidence, other.evidence) or one.names != other.names:
                continue
            if _two_things(one.evidence, other.evidence):
                continue
            pairs = _dissents(one, other, needed)
            found += [pair for pair in pairs if _is_asked(pair, needed, common, cited)]
    citer = Citer(statements)
    return tuple(_conflict(group, needed, citer) for group in _groups(found)[:_MOST_CONFLICTS])


def _groups(found: Sequence[_Dissent]) -> list[list[_Dissent]]:
    """Return groups of pairs that tell of one conflict.

    The pairs of a group are of one kind, and share a sentence or both values.
    """
    groups: list[list[_Dissent]] = []
    for pair in found:
        places = {id(pair.one.evidence), id(pair.other.evidence)}
        for group in groups:
            known = {id(e.evidence) for p in group for e in (p.one, p.other)}
            same = any(set(p.values) == set(pair.values) for p in group)
            if group[0].key == pair.key and (same or known & places):
                group.append(pair)
                break
        else:
            groups.append([pair])
    return groups


def _is_asked(
    pair: _Dissent, needed: Requirements, common: Sequence[Concept], cited: frozenset[_Place]
) -> bool:
    """Return True if a contradiction is about what was asked.

    That is: one side is in the answer, or the question names the thing that is contradicted. Two
    sentences that share only one of several names with the question are about something else.
    """
    if pair.key in _BY_WORDING:
        return True
    if len(pair.one.names) < min(2, len(needed.names)):
        return False
    if {_place(pair.one.evidence), _place(pair.other.evidence)} & cited:
        return True
    return pair.lasting and any(shows(fold(pair.measure), concept) for concept in common)


def _near(
    ranked: Sequence[Candidate],
    needed: Requirements,
    common: Sequence[Concept],
    cited: frozenset[_Place],
) -> list[_Sentence]:
    """Return the sentences of the days asked about that answer nearly as well as the best one."""
    if not ranked:
        return []
    floor = ranked[0].score - _NEAR
    return [
        _read(candidate.evidence, needed, common)
        for candidate in ranked[:_MOST_SENTENCES]
        if (_place(candidate.evidence) in cited or candidate.score >= floor)
        and "date" not in candidate.reading.lacking
    ]


def _read(evidence: Evidence, needed: Requirements, common: Sequence[Concept]) -> _Sentence:
    folded = fold(evidence.text)
    return _Sentence(
        evidence=evidence,
        folded=folded,
        names=frozenset(name.text for name in needed.names if shows(folded, name)),
        nouns=frozenset(c.text for c in common if _tells_apart(c) and shows(folded, c)),
        measured=measurements(evidence) if needed.wanted in _MEASURED else (),
        states=states(evidence.text),
    )


def _tells_apart(concept: Concept) -> bool:
    return concept.essential and not concept.forms & COUNTING_WORDS


def _dissents(one: _Sentence, other: _Sentence, needed: Requirements) -> Iterable[_Dissent]:
    first, second = one.evidence, other.evidence
    if running := list(_of_counts(one, other, needed)):
        yield from running
        return
    if float(first.vector @ second.vector) >= SAME_COSINE and first.text != second.text:
        differ = difference(first.text, second.text)
        if differ and differ.kind in _KINDS.get(needed.wanted, frozenset()):
            if not _asked_about(differ, needed) and _same_subject(differ, one, other):
                yield _Dissent(
                    one=one,
                    other=other,
                    measure=_around(differ.around),
                    values=(_listed(differ.one), _listed(differ.other)),
                    key=differ.kind,
                )
            return
    if one.names:
        yield from _of_numbers(one, other, needed)
        yield from _of_states(one, other, needed)


def _of_numbers(one: _Sentence, other: _Sentence, needed: Requirements) -> Iterable[_Dissent]:
    wanted = _UNITS.get(needed.wanted)
    for ours in one.measured:
        for theirs in other.measured:
            asked = wanted is None or wanted(ours.quantity.unit)
            if asked and dissent(ours, theirs, one.evidence, other.evidence):
                yield _Dissent(
                    one=one,
                    other=other,
                    measure=_around(_without(ours.clause, ours.written)),
                    values=(ours.written, theirs.written),
                    key=f"{ours.measure} {ours.quantity.unit}",
                )


def _of_counts(one: _Sentence, other: _Sentence, needed: Requirements) -> Iterable[_Dissent]:
    asked = measures_in(needed.question)
    one_event = one.names or len(one.nouns & other.nouns) >= _NOUNS_OF_AN_EVENT
    for ours in one.measured if one_event else ():
        for theirs in other.measured:
            running = ours.measure in asked and supersedes(
                ours, theirs, one.evidence, other.evidence
            )
            if running:
                yield _Dissent(
                    one=one,
                    other=other,
                    measure=_around(_without(ours.clause, ours.written)),
                    values=(ours.written, theirs.written),
                    key=f"{ours.measure} so far",
                    running=True,
                )


def _of_states(one: _Sentence, other: _Sentence, needed: Requirements) -> Iterable[_Dissent]:
    for state in one.states:
        for opposite in other.states:
            if _contradict(state, opposite, one, needed):
                yield _Dissent(
                    one=one,
                    other=other,
                    measure="、".join(sorted(state.about & opposite.about)),
                    values=(state.clause, opposite.clause),
                    key=state.opposition,
                    lasting=True,
                    affirms=(state.affirms, opposite.affirms),
                )


def _contradict(state: State, other: State, sentence: _Sentence, needed: Requirements) -> bool:
    """Return True if two clauses say the opposite about one thing.

    Both must name that thing besides their subject.
    """
    if state.opposition != other.opposition or state.affirms == other.affirms:
        return False
    shared = state.about & other.about
    names = {name.text.casefold() for name in needed.names if name.text in sentence.names}
    return bool(shared - names) or (len(sentence.names) > 1 and bool(shared))


def _asked_about(differ: Difference, needed: Requirements) -> bool:
    """Return True if the question names a differing value: then the sentences have two subjects."""
    return any(
        shows(fold(value), name) for value in (*differ.one, *differ.other) for name in needed.names
    )


def _same_subject(differ: Difference, one: _Sentence, other: _Sentence) -> bool:
    """Return True if two sentences have a subject in common, or differ in a single value only.

    The subject is a name of the question or the title of their articles.
    """
    titles = {one.evidence.document.title, other.evidence.document.title}
    return len(differ.one) == 1 or bool(one.names) or len(titles) == 1


def _without(clause: str, value: str) -> str:
    """Return the clause with a gap for its value. Equal digits within another number stay."""
    written = rf"(?<![\d.,]){re.escape(value)}(?![\d.,]*\d)(?![年月日号])"
    return re.sub(written, "…", clause, count=1)


def _around(sentence: str) -> str:
    """Return the words around the gap for the value, without the rest of a long sentence."""
    at = sentence.find("…")
    first, last = at - _LONGEST_SIDE, at + _LONGEST_SIDE
    if sentence.isascii():  # an English text needs more characters and breaks at blanks
        first = sentence.rfind(" ", 0, max(0, first - _LONGEST_SIDE))
        end = sentence.find(" ", last + _LONGEST_SIDE)
        last = end if end >= 0 else len(sentence)
    return sentence[max(0, first) : last].strip(" ，,。.")


def _listed(values: Sequence[str]) -> str:
    return "、".join(value.strip(" .,") for value in values)


def _place(evidence: Evidence) -> _Place:
    return evidence.document.doc_id, evidence.start


def _one_source(one: Evidence, other: Evidence) -> bool:
    same = one.document.doc_id == other.document.doc_id
    return same or any(d.doc_id == other.document.doc_id for d in one.also_in)


def _two_things(one: Evidence, other: Evidence) -> bool:
    """Return True if two sentences are about two members of a series, as line 3 and line 5."""
    return any(
        relation_within(named, second.text, (second.document.title, second.passage)) == "other"
        for first, second in ((one, other), (other, one))
        for named in by_series(
            read_identifiers(first.text) or read_identifiers(first.document.title)
        )
    )


def _conflict(group: Sequence[_Dissent], needed: Requirements, citer: Citer) -> Conflict:
    """Return the values of one conflict, each once, the oldest report first."""
    sides: dict[str, tuple[_Sentence, bool]] = {}
    stated: set[tuple[str, str]] = set()
    for pair in group:
        for sentence, value, affirms in zip(
            (pair.one, pair.other), pair.values, pair.affirms, strict=True
        ):
            # An article counts once for its side, however often it repeats it.
            if pair.lasting and (pair.key, sentence.evidence.document.doc_id) in stated:
                continue
            stated.add((pair.key, sentence.evidence.document.doc_id))
            sides.setdefault(value, (sentence, affirms))
    chosen = list(sides.items())[:_MOST_VALUES]
    chosen.sort(key=lambda side: _day(side[1][0].evidence))
    newest, now = chosen[-1][1]
    values = []
    for value, (sentence, affirms) in chosen:
        (citation,) = citer.cite([sentence.evidence])
        # A value that the newest report repeats is not superseded by it.
        over = group[0].lasting and affirms != now
        over = over and _superseded(sentence.evidence, newest.evidence)
        over = over or (group[0].running and _day(sentence.evidence) < _day(newest.evidence))
        values.append(ConflictValue(value=value, citation=citation, superseded=over))
    subject = "、".join(n.text for n in needed.names if n.text in group[0].one.names)
    title = group[0].one.evidence.document.title
    return Conflict(subject=subject or title, measure=group[0].measure, values=tuple(values))


def _day(evidence: Evidence) -> str:
    published = evidence.document.published
    return str(published) if published else ""


def _superseded(evidence: Evidence, newest: Evidence) -> bool:
    """Return True if the newest report is of a later day, and tells of no day of the older one."""
    ours, theirs = evidence.document.published, newest.document.published
    if ours is None or theirs is None or {ours.precision, theirs.precision} & {"year", "month"}:
        return False
    if ours.moment.date() >= theirs.moment.date():
        return False
    said = read_facts(evidence.text, ours).dates
    return not any(
        same_date(day, then) for day in read_facts(newest.text, theirs).dates for then in said
    )
