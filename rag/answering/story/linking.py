"""Decide which sentences of a story tell of one event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from rag.answering.comparison.pairs import nearness
from rag.answering.story.moments import (
    Dated,
    changed_values,
    differing_values,
    may_be_one_event,
    same_numbers,
)
from rag.cancellation import stop_if_cancelled
from rag.models.reader import Reader

_PAIRS = 200
_PARTNERS = 3
"""Sentences of each outlet that a sentence is read with: the nearest ones."""
_BATCH = 32
_TELLS, _TOLD_BACK, _TOLD_BACK_IF_NEAR = 0.55, 0.25, 0.08
"""The reader's probabilities that one sentence supports the other, and is supported by it, from
which both tell of one event; the last one is for sentences with a cosine of `_NEAR`. A general
sentence is supported by many that tell of other events."""
_NEAR = 0.94
_REFUTES = 0.5
_LIKE = 0.955
"""The cosine from which two sentences with the same day tell of one event."""


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
            if a == b or not (one.sure or other.sure) or not may_be_one_event(one, other):
                continue
            near = nearness(one.evidence, other.evidence, float(cosines[a, b]))
            if near >= 0:
                partners[other.told.outlet].append((near, b))
        for found in partners.values():
            for near, b in sorted(found, reverse=True)[:_PARTNERS]:
                likely[min(a, b), max(a, b)] = near
    return sorted(likely, key=lambda pair: -likely[pair])[:_PAIRS]


def linked(
    sentences: Sequence[Dated], pairs: Sequence[tuple[int, int]], reader: Reader | None
) -> Iterator[bool]:
    """Yield for each pair if its sentences tell of one event.

    Without a reader only sentences in nearly the same words do, and those that differ in one value.
    """
    for first in range(0, len(pairs), _BATCH):
        stop_if_cancelled()
        batch = pairs[first : first + _BATCH]
        texts = [(sentences[a].evidence.text, sentences[b].evidence.text) for a, b in batch]
        if reader is None:
            yield from (_by_words(sentences[a], sentences[b]) for a, b in batch)
            continue
        ways = reader.judge([*texts, *((other, one) for one, other in texts)])
        forth, reverse = ways[: len(batch)], ways[len(batch) :]
        for number, (a, b) in enumerate(batch):
            supports = forth[number, 0], reverse[number, 0]
            refutes = max(forth[number, 1], reverse[number, 1])
            near = float(sentences[a].evidence.vector @ sentences[b].evidence.vector) >= _NEAR
            back = _TOLD_BACK_IF_NEAR if near else _TOLD_BACK
            told = max(supports) >= _TELLS and min(supports) >= back
            yield _by_words(sentences[a], sentences[b]) or (
                bool(told) and refutes < _REFUTES and not _moved_on(sentences[a], sentences[b])
            )


def _by_words(one: Dated, other: Dated) -> bool:
    """Return True if two sentences of one day differ in a value alone, or in next to nothing."""
    if one.day != other.day:
        return False
    if any(differing_values(one.evidence, other.evidence)):
        return True
    near = float(one.evidence.vector @ other.evidence.vector) >= _LIKE
    return near and same_numbers(one.evidence, other.evidence)


def _moved_on(one: Dated, other: Dated) -> bool:
    """Return True if a value changed from one sentence to the other: those are two events."""
    if one.day == other.day and any(differing_values(one.evidence, other.evidence)):
        return False
    return any(changed_values(one.evidence, other.evidence))
