"""Decide if two sentences of different outlets say the same, or contradict each other.

Vectors tell which sentences are worth reading together, and the reader model reads each such pair
both ways. It knows well if two sentences are about the same thing, in two languages as well, but it
misses a wrong figure. So figures and days are compared by themselves. If each sentence has a
value that the other lacks, the reader is asked again with one value put in the place of the other:
only if the sentences then say the same do they contradict one another in that value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rag.answering.comparison.rarity import Rarity
from rag.answering.disagreement.aligned import SAME_COSINE, difference
from rag.answering.disagreement.measured import (
    Measurement,
    agree,
    numbers,
    same_days,
    same_moment,
    supersedes,
)
from rag.answering.disagreement.opposing import states
from rag.answering.evidence import Evidence
from rag.answering.verification.alignment import shared_words
from rag.answering.verification.claims import verify
from rag.cancellation import stop_if_cancelled
from rag.models.reader import Reader
from rag.text.dates import CalendarDate, read_dates, same_date
from rag.text.facts import read_facts
from rag.text.languages import text_language
from rag.text.measures import RUNNING
from rag.text.quantities import same_quantity

Kind = Literal["number", "date", "name", "statement"]
"""What two sentences contradict each other in. A `statement` is one that the other denies."""

WORTH_READING = {"same": 0.84, "across": 0.78}
"""The least cosine of two sentences, of one language or of two, that are read together."""
_SUPPORTS, _IN_PART, _SUPPORT_EACH_OTHER = 0.55, 0.25, 0.38
"""The reader's probabilities at which two sentences say the same: the one tells the other, which
tells part of the one, or each tells the other. A general sentence ("the two will work together") is
told by many that say more, and is not the same as any of them."""
_SUPPORTS_CHANGED = 0.5
"""As `_SUPPORTS`, after the value of the one was put into the other."""
_REFUTES = 0.5
_UNRELATED = 0.6
"""The probability of "neither" from which two sentences are about different things."""
_COPIED = 0.9
"""The part of the words that both sentences share from which one is a copy of the other."""
_MOST_CHANGES = 2
_LEAST_COUNT = 2
"""Smaller numbers are mostly no figures: 一个, one of."""
_BATCH = 32
_TELLS, _TELLS_FIGURE = 0.45, 0.25
"""As `_SUPPORTS` for a clause of one sentence, most of whose words the other has; the second where
the other has its figures too."""
_SHOWN = 0.5
_CLAUSES = re.compile(r"[，；;]|,\s|——")


@dataclass(frozen=True, kw_only=True)
class Relation:
    """What two sentences are to one another.

    `kind` is None if they say the same, else what they contradict each other in; `values` are then
    the words of each. `copied` is true if they say it in the same words. `running` is true if both
    values are one count of an event, which newer reports update. `strength` (0 to 1) is how surely
    they say the same.
    """

    kind: Kind | None
    values: tuple[str, str] = ("", "")
    copied: bool = False
    running: bool = False
    strength: float = 1.0


@dataclass(frozen=True, kw_only=True)
class _Change:
    """Values in which two sentences may contradict each other: `text` has the one in the other."""

    kind: Kind
    values: tuple[str, str]
    text: str
    running: bool


def nearness(one: Evidence, other: Evidence, cosine: float) -> float:
    """Return how likely two sentences are worth reading, at most about 1; negative if they aren't.

    Sentences in two languages have lower cosines.
    """
    across = text_language(one.text) != text_language(other.text)
    return cosine - WORTH_READING["across" if across else "same"]


def relations(
    pairs: Sequence[tuple[Evidence, Evidence]], reader: Reader | None, rarity: Rarity
) -> Iterator[Relation | None]:
    """Yield for each pair its relation, None if the two sentences say different things.

    `rarity` is that of the words of all sentences that are compared.
    Without a reader only sentences in nearly the same words are compared.
    """
    for first in range(0, len(pairs), _BATCH):
        stop_if_cancelled()
        batch = pairs[first : first + _BATCH]
        if reader is None:
            yield from (_by_words(one, other) for one, other in batch)
        else:
            yield from _read(batch, reader, rarity)


def _read(
    pairs: Sequence[tuple[Evidence, Evidence]], reader: Reader, rarity: Rarity
) -> list[Relation | None]:
    asked = [(one.text, other.text) for one, other in pairs]
    ways = reader.judge([*asked, *((other, one) for one, other in asked)])
    forth, back = ways[: len(pairs)], ways[len(pairs) :]
    found: list[Relation | None] = []
    changed: list[tuple[int, _Change]] = []
    for number, (one, other) in enumerate(pairs):
        both = np.stack([forth[number], back[number]])
        found.append(_relation(one, other, both, rarity))
        decided = found[-1] is not None and found[-1].kind is not None
        if not decided and both[:, 2].min() < _UNRELATED:
            changed += [(number, change) for change in _changes(one, other)[:_MOST_CHANGES]]
    _read_clauses(pairs, found, reader, rarity)
    if changed:
        again = reader.judge([(pairs[number][0].text, change.text) for number, change in changed])
        for (number, change), support in zip(changed, again[:, 0], strict=True):
            if support >= _SUPPORTS_CHANGED:
                found[number] = Relation(
                    kind=change.kind, values=change.values, running=change.running
                )
    return found


def _read_clauses(
    pairs: Sequence[tuple[Evidence, Evidence]],
    found: list[Relation | None],
    reader: Reader,
    rarity: Rarity,
) -> None:
    """Fill in pairs of which a clause of one sentence is told by the other.

    A sentence often holds a fact beside others, which the other sentence lacks.
    """
    asked = [
        (number, clause, source.text)
        for number, (one, other) in enumerate(pairs)
        if found[number] is None
        for said, source in ((one, other), (other, one))
        for clause in _CLAUSES.split(said.text)
        if _has_values(clause, source) and rarity.has_in_common(clause, source.text, _SHOWN)
    ]
    if not asked:
        return
    read = reader.judge([(clause, source) for _, clause, source in asked])
    for (number, clause, _), support in zip(asked, read[:, 0], strict=True):
        if support >= (_TELLS_FIGURE if read_facts(clause).quantities else _TELLS):
            found[number] = Relation(kind=None, strength=float(support) / 2)


def _has_values(clause: str, source: Evidence) -> bool:
    given = read_facts(source.text, source.document.published).quantities
    return all(any(same_quantity(q, g) for g in given) for q in read_facts(clause).quantities)


def _relation(
    one: Evidence, other: Evidence, ways: NDArray[np.float32], rarity: Rarity
) -> Relation | None:
    """Return what the words and the reader's probabilities say, before values are compared."""
    if by_words := _by_words(one, other):
        return by_words
    if opposed := _opposed(one, other, ways):
        return opposed
    supports = ways[:, 0]
    told = supports.max() >= _SUPPORTS and supports.min() >= _IN_PART
    same = told or supports.min() >= _SUPPORT_EACH_OTHER
    particular = rarity.is_particular(one.text) and rarity.is_particular(other.text)
    if same and particular and not _differ(one, other):
        return Relation(kind=None, strength=float(supports.mean()))
    return None


def _by_words(one: Evidence, other: Evidence) -> Relation | None:
    """Return the relation of sentences in nearly the same words."""
    if one.text == other.text:
        return Relation(kind=None, copied=True)
    if float(one.vector @ other.vector) < SAME_COSINE:
        return None
    differ = difference(one.text, other.text)
    if differ and len(differ.one) == 1:
        kind: Kind = "number" if differ.kind == "quantity" else differ.kind
        return Relation(kind=kind, values=(differ.one[0], differ.other[0]))
    if _is_copy(one, other) and not _changes(one, other):
        reasons = verify(one.text, one.vector, (other,)).reasons
        if not {reason.code for reason in reasons} & {"number", "date", "name", "polarity"}:
            return Relation(kind=None, copied=True)
    return None


def _is_copy(one: Evidence, other: Evidence) -> bool:
    if text_language(one.text) != text_language(other.text):
        return False
    shared = shared_words(one.text, other.text), shared_words(other.text, one.text)
    return min(shared) >= _COPIED


def _opposed(one: Evidence, other: Evidence, ways: NDArray[np.float32]) -> Relation | None:
    """Return a contradiction in what is said, such as a denial."""
    if ways[:, 2].min() >= _UNRELATED:
        return None
    for state in states(one.text):
        for opposite in states(other.text):
            if (
                state.opposition == opposite.opposition
                and state.affirms != opposite.affirms
                and state.about & opposite.about
            ):
                return Relation(kind="statement", values=(state.clause, opposite.clause))
    if ways[:, 1].min() < _REFUTES:
        return None
    reasons = (*verify(one.text, one.vector, (other,)).reasons,)
    reasons += verify(other.text, other.vector, (one,)).reasons
    if any(reason.code == "polarity" for reason in reasons):
        return Relation(kind="statement", values=(one.text, other.text))
    return None


def _differ(one: Evidence, other: Evidence) -> bool:
    """Return True if each sentence has a number or a day that the other lacks, of one unit."""
    ours, theirs = numbers(one), numbers(other)
    units = [
        {(m.quantity.unit, m.quantity.measure) for m in _lacking(*both)}
        for both in ((ours, theirs), (theirs, ours))
    ]
    return bool(units[0] & units[1]) or any(True for _ in _other_dates(one, other))


def _changes(one: Evidence, other: Evidence) -> list[_Change]:
    """Return the values of each sentence that the other lacks, in pairs of one unit."""
    return [*_other_numbers(one, other), *_other_dates(one, other)]


def _other_numbers(one: Evidence, other: Evidence) -> Iterator[_Change]:
    ours, theirs = numbers(one), numbers(other)
    for mine in _lacking(ours, theirs):
        for yours in _lacking(theirs, ours):
            unit = (mine.quantity.unit, mine.quantity.measure)
            if unit != (yours.quantity.unit, yours.quantity.measure) or agree(mine, yours):
                continue
            if mine.measure and yours.measure and mine.measure != yours.measure:
                continue
            if not same_moment(mine, yours, one, other) or not _of_like_days(mine, yours):
                continue
            # A price or a rate is that of its day, and a count of an event grows.
            lasting = not (mine.measure or yours.measure) or {mine.measure} & RUNNING
            if not lasting and not same_days(mine, yours, one, other):
                continue
            text = _with(other.text, yours.quantity.text, mine.quantity.text)
            if text is not None:
                yield _Change(
                    kind="number",
                    values=(mine.written, yours.written),
                    text=text,
                    running=mine.measure in RUNNING and supersedes(mine, yours, one, other),
                )


def _lacking(some: Sequence[Measurement], others: Sequence[Measurement]) -> list[Measurement]:
    """Return the numbers that no number of the other sentence agrees with."""
    return [
        mine
        for mine in some
        if mine.quantity.value >= _LEAST_COUNT
        and not any(
            mine.quantity.unit == yours.quantity.unit
            and mine.quantity.value == yours.quantity.value
            for yours in others
        )
    ]


def _of_like_days(one: Measurement, other: Measurement) -> bool:
    """Return True unless the numbers are of different days."""
    if not one.dates or not other.dates:
        return True
    return any(same_date(a, b) or same_date(b, a) for a in one.dates for b in other.dates)


def _other_dates(one: Evidence, other: Evidence) -> Iterator[_Change]:
    ours = read_dates(one.text, one.document.published)[0]
    theirs = read_dates(other.text, other.document.published)[0]
    for mine in _lacking_days(ours, theirs):
        for yours in _lacking_days(theirs, ours):
            if _parts(mine) != _parts(yours):
                continue
            text = _with(other.text, yours.text, mine.text)
            if text is not None:
                yield _Change(kind="date", values=(mine.text, yours.text), text=text, running=False)


def _lacking_days(
    some: Sequence[CalendarDate], others: Sequence[CalendarDate]
) -> list[CalendarDate]:
    """Return the days that the other sentence does not name; "today" depends on the article."""
    return [
        mine
        for mine in some
        if any(character.isdigit() for character in mine.text)
        and not any(same_date(mine, b) or same_date(b, mine) for b in others)
    ]


def _parts(day: CalendarDate) -> tuple[bool, ...]:
    return (day.year is None, day.month is None, day.day is None, day.quarter is None, day.decade)


def _with(text: str, old: str, new: str) -> str | None:
    """Return the text with a value replaced; None if it does not write the value like this."""
    pattern = rf"(?<![\d.,]){re.escape(old)}(?![\d.,]*\d)"
    changed, count = re.subn(pattern, lambda _: new, text, count=1, flags=re.IGNORECASE)
    return changed if count else None
