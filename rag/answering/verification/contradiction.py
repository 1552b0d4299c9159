"""Find the sentence of the articles that contradicts a claim, or says the same in another word.

A number that a sentence lacks does not make it contradict the claim: it may speak of something
else. Two sentences contradict each other only if they are about the same thing: one subject, one
measure, one event. A claim that repeats a sentence with another value in one place is about the
same thing. In a claim with words of its own, the reader model and the shared words tell it: the
model must find the sentence to the point, and the sentence must show the claim's words, apart from
the value. Each alone is not enough. The model takes two measures of one firm for one thing, and the
words may be those of another event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.answering.evidence import Evidence
from rag.answering.verification.alignment import Change, align
from rag.answering.verification.claims import RELATED, Verification, not_judged, verify
from rag.answering.verification.figures import one_measure
from rag.answering.verification.wording import instead
from rag.models.reader import Reader
from rag.text.dates import same_date
from rag.text.facts import read_facts
from rag.text.languages import text_language
from rag.text.quantities import same_quantity
from rag.text.terms import concepts, fold, shows

_READ = 4
"""The most sentences that are compared with a claim: the nearest."""
_ACROSS = 0.04
"""How much lower the bare cosine is in two languages than `RELATED`, which counts words too."""
_REPEATS = 0.7
"""The least part of the claim's words that a sentence has in the same order, where the claim
repeats it with a change."""
_UNRELATED = 0.35
"""The reader's probability of "neither" from which a sentence is not to the point. Of the sentences
beside one that was taken out of its article, nine in ten have 0.57 and more."""
_SHOWN = 0.5
"""The least part of the claim's words, beside its values, that a sentence to the point shows."""
_REFUTES = 0.5
_TOLD = 0.6
"""The reader's probability that a sentence supports a claim in which nothing was found wrong."""
_SAME = 0.85
"""The mean of the reader's probabilities, both ways, from which two sentences that differ in a word
say the same. Of 36 such words for the same thing 28 reach it, of 30 for another thing one."""
_VALUES = {"number": "number", "date": "date", "name": "name", "member": "name"}
"""Reasons that say that a value differs, and the kind of the value."""
_TURNS = frozenset({"polarity", "roles", "condition", "figure"})
"""Reasons that say that the same is told the other way round."""

T = TypeVar("T")
Found = tuple[Evidence, Verification]


def contradiction(
    claim: str, vector: NDArray[np.float32], evidence: Sequence[Evidence], reader: Reader | None
) -> Found | None:
    """Return the sentence that contradicts a claim, and in what; None if no sentence does.

    `vector` is the claim's unit vector. Without a reader, only claims that repeat a sentence are
    found to contradict it.
    """
    checked = [
        (source, verification)
        for source in _nearest(claim, vector, evidence)
        for verification in [verify(claim, vector, (source,))]
        if verification.verdict == "unsupported"
    ]
    for source, verification in checked:
        if _repeats(claim, source, verification):
            return source, verification
    likely = [found for found in checked if _shows_claim(claim, found[0])]
    if reader is None or not likely:
        return None
    read = reader.judge([(claim, source.text) for source, _ in likely])
    for (source, verification), (_, refutes, neither) in zip(likely, read, strict=True):
        if neither >= _UNRELATED:
            continue
        kinds = _kinds(verification)
        values = [value for value in _other_values(claim, source) if value.kind in kinds]
        # A claim with several other values is about something else.
        if values and len(kinds) == 1 and len({value.said for value in values}) == 1:
            return source, _told_apart(verification, values)
        if refutes >= _REFUTES and any(r.code == "polarity" for r in verification.reasons):
            return source, verification
    return None


def said_otherwise(
    claim: str, vector: NDArray[np.float32], evidence: Sequence[Evidence], reader: Reader
) -> Found | None:
    """Return a sentence that says what a claim says in a few other words, as `partial`, or None.

    No number, name, day, denial or direction of the claim may differ from it.
    """
    for source in _nearest(claim, vector, evidence):
        verification = verify(claim, vector, (source,))
        codes = {reason.code for reason in verification.reasons}
        if verification.verdict != "partial" and codes != {"wording"}:
            continue
        both = reader.judge([(claim, source.text), (source.text, claim)])[:, 0]
        if codes == {"wording"} and float(both.mean()) >= _SAME:
            return source, replace(verification, verdict="partial", reasons=(not_judged(),))
        if verification.verdict == "partial" and float(both[0]) >= _TOLD:
            return source, verification
    return None


def _nearest(
    claim: str, vector: NDArray[np.float32], evidence: Sequence[Evidence]
) -> list[Evidence]:
    language = text_language(claim)
    least = {True: RELATED["same"], False: RELATED["across"] - _ACROSS}
    near = [
        (cosine, source)
        for source in evidence
        for cosine in [float(source.vector @ vector)]
        if cosine >= least[text_language(source.text) == language]
    ]
    near.sort(key=lambda pair: -pair[0])
    return [source for _, source in near[:_READ]]


def _repeats(claim: str, source: Evidence, verification: Verification) -> bool:
    """Return True if a claim repeats a sentence, with another value in one place.

    With values of two kinds, as another name with another number, they tell of two things.
    """
    if text_language(source.text) != text_language(claim):
        return False
    alignment = align(claim, source.text)
    if alignment.shared < _REPEATS:
        return False
    kinds = _kinds(verification)
    if not kinds:
        return any(reason.code in _TURNS for reason in verification.reasons)
    replaced = [change for change in alignment.changes if change.said and change.source]
    return len(replaced) == 1 or (
        len(kinds) == 1 and any(_replaces(change, *kinds) for change in replaced)
    )


def _kinds(verification: Verification) -> set[str]:
    """Return the kinds of values that differ. The number of a model is one value, not two."""
    codes = {reason.code for reason in verification.reasons} & _VALUES.keys()
    return {_VALUES[code] for code in (codes - {"member"} or codes)}


def _replaces(change: Change, kind: str) -> bool:
    """Return True if a change puts one value of this kind in the place of another."""
    return kind == "name" or all(
        any(token.kind in ("number", "date") for token in side)
        for side in (change.said, change.source)
    )


def _shows_claim(claim: str, source: Evidence) -> bool:
    """Return True if a sentence has enough of the claim's words beside its values."""
    across = text_language(source.text) != text_language(claim)
    words = [
        concept
        for concept in concepts(claim, across=across)
        if not any(character.isdigit() for character in concept.text)
    ]
    there = fold(source.text)
    return sum(shows(there, word) for word in words) >= _SHOWN * len(words) > 0


@dataclass(frozen=True, kw_only=True)
class _Values:
    """A value of a claim that a sentence lacks, and one of its kind that the claim lacks."""

    kind: str
    said: str
    source: str


def _other_values(claim: str, source: Evidence) -> Iterator[_Values]:
    published = source.document.published
    ours, theirs = read_facts(claim, published), read_facts(source.text, published)
    for mine, given in product(
        _lacking(ours.quantities, theirs.quantities, same_quantity),
        _lacking(theirs.quantities, ours.quantities, same_quantity),
    ):
        alike = (given.unit, given.measure) == (mine.unit, mine.measure)
        if alike and one_measure(claim, mine, source.text, given):
            yield _Values(kind="number", said=mine.text, source=given.text)
    for day, other in product(
        _lacking(ours.dates, theirs.dates, same_date), _lacking(theirs.dates, ours.dates, same_date)
    ):
        yield _Values(kind="date", said=day.text, source=other.text)
    names = _lacking(ours.names, theirs.names, _same_name)
    for name, written in product(names, _lacking(theirs.names, ours.names, _same_name)):
        yield _Values(kind="name", said=name, source=written)


def _lacking(some: Sequence[T], others: Sequence[T], same: Callable[[T, T], bool]) -> list[T]:
    """Return the values that are not among the others."""
    return [one for one in some if not any(same(one, other) for other in others)]


def _same_name(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _told_apart(verification: Verification, values: Sequence[_Values]) -> Verification:
    """Return the verification with both values in its reasons, where it is clear which they are."""
    if len(values) != 1:
        return verification
    (value,) = values
    reasons = [
        instead(value.kind, value.said, value.source) if reason.code == value.kind else reason
        for reason in verification.reasons
    ]
    return replace(verification, reasons=tuple(dict.fromkeys(reasons)))
