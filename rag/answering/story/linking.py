"""Decide which sentences of a story tell of one event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.answering.comparison.pairs import WORTH_READING, nearness
from rag.answering.disagreement.opposing import opposed
from rag.answering.story.moments import (
    Dated,
    changed_values,
    differing_values,
    may_be_one_event,
    other_numbers,
    same_numbers,
)
from rag.cancellation import stop_if_cancelled
from rag.models.reader import Reader
from rag.text.languages import text_language

_PAIRS = 200
_PARTNERS = 3
"""Sentences of each outlet that a sentence is read with: the nearest ones."""
_BATCH = 32
_LIKE, _LEAST_LIKE = 0.7, 0.25
"""Likeness and the mean of the reader's two probabilities that one sentence supports the other,
from which both tell of one event, and the least likeness. A range of 0.65 to 0.75 did as well."""
_LIKE_UNREAD = 0.6
"""The likeness from which sentences of one day with the same numbers are one without a reader."""
_REFUTES = 0.5
_FEW = 5
"""Fewer sentences of a language have no middle that says what all of them are about."""


def worth_reading(sentences: Sequence[Dated]) -> list[tuple[int, int]]:
    """Return pairs of sentences that may tell of one event, the likeliest first."""
    if not sentences:
        return []
    vectors = np.array([one.evidence.vector for one in sentences])
    cosines = vectors @ vectors.T
    likely: dict[tuple[int, int], float] = {}
    for a, one in enumerate(sentences):
        partners: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for b, other in enumerate(sentences):
            if a == b or not _may_be_joined(one, other):
                continue
            near = nearness(one.evidence, other.evidence, float(cosines[a, b]))
            if near >= 0:
                partners[other.told.outlet].append((near, b))
        for found in partners.values():
            for near, b in sorted(found, reverse=True)[:_PARTNERS]:
                likely[min(a, b), max(a, b)] = near
    return sorted(likely, key=lambda pair: -likely[pair])[:_PAIRS]


def _may_be_joined(one: Dated, other: Dated) -> bool:
    return (
        one.tells_event
        and other.tells_event
        and (one.sure or other.sure)
        and may_be_one_event(one, other)
    )


def linked(
    sentences: Sequence[Dated], pairs: Sequence[tuple[int, int]], reader: Reader | None
) -> Iterator[bool]:
    """Yield for each pair if its sentences tell of one event.

    Without a reader only sentences in nearly the same words do, and those that differ in one value.
    """
    like = likeness(sentences)
    for first in range(0, len(pairs), _BATCH):
        stop_if_cancelled()
        batch = pairs[first : first + _BATCH]
        both = [(sentences[a], sentences[b]) for a, b in batch]
        near = [float(like[a, b]) for a, b in batch]
        if reader is None:
            for (one, other), likely in zip(both, near, strict=True):
                same = one.day == other.day and same_numbers(one.evidence, other.evidence)
                yield _differ_in_a_value(one, other) or (same and likely >= _LIKE_UNREAD)
            continue
        texts = [(one.evidence.text, other.evidence.text) for one, other in both]
        ways = reader.judge([*texts, *((other, one) for one, other in texts)])
        supports = (ways[: len(batch), 0] + ways[len(batch) :, 0]) / 2
        refutes = np.maximum(ways[: len(batch), 1], ways[len(batch) :, 1])
        for number, (one, other) in enumerate(both):
            told = near[number] >= _LEAST_LIKE and near[number] + supports[number] >= _LIKE
            yield _differ_in_a_value(one, other) or (
                bool(told and refutes[number] < _REFUTES) and not _of_two_events(one, other)
            )


def likeness(sentences: Sequence[Dated]) -> NDArray[np.float32]:
    """Return how like two sentences are, beside what all are about; shape (n, n), at most 1.

    All sentences of a topic are near to one another, and those of one language are nearer still. So
    the mean of each language is taken off before cosines are counted.
    """
    vectors = np.array([one.evidence.vector for one in sentences])
    languages = np.array([text_language(one.evidence.text) for one in sentences])
    if len(sentences) < _FEW:
        across = languages[:, None] != languages[None, :]
        floor = np.where(across, WORTH_READING["across"], WORTH_READING["same"])
        return np.asarray((vectors @ vectors.T - floor) / (1 - floor), dtype=np.float32)
    apart = vectors - vectors.mean(axis=0)
    for language in set(languages):
        of_it = languages == language
        if of_it.sum() >= _FEW:
            apart[of_it] = vectors[of_it] - vectors[of_it].mean(axis=0)
    apart /= np.linalg.norm(apart, axis=1, keepdims=True) + 1e-9
    return np.asarray(apart @ apart.T)


def _differ_in_a_value(one: Dated, other: Dated) -> bool:
    """Return True if two sentences of one day differ in a value of one measure and moment."""
    return one.day == other.day and any(differing_values(one.evidence, other.evidence))


def _of_two_events(one: Dated, other: Dated) -> bool:
    """Return True if a value changed, if all figures differ, or if one denies the other."""
    if opposed(one.evidence.text, other.evidence.text):
        return True
    if any(differing_values(one.evidence, other.evidence)):
        return one.day != other.day and any(changed_values(one.evidence, other.evidence))
    return other_numbers(one.evidence, other.evidence) or any(
        changed_values(one.evidence, other.evidence)
    )
