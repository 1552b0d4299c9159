"""Find the sentences that a statement rests on, and number the citations of an answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.answering.evidence import Evidence
from rag.answering.verification.alignment import shared_words, words_in_order
from rag.answering.verification.claims import NOT_JUDGED, Verification, supplied_facts, verify
from rag.text.facts import read_facts
from rag.types import Citation, Statement

# Numbering the citations.


class Citer:
    """Numbers the cited places of one answer in the order of their first use."""

    def __init__(self, statements: Sequence[Statement] = ()) -> None:
        """Continue the numbering after `statements`, which have their markers already."""
        self._markers: dict[tuple[str, int, int], int] = {
            (c.doc_id, c.start, c.end): c.marker for s in statements for c in s.citations
        }

    def cite(self, cited: Sequence[Evidence]) -> tuple[Citation, ...]:
        """Return the citations of these sentences, in the order of their markers."""
        made = [self._citation(evidence) for evidence in cited]
        return tuple(sorted(made, key=lambda citation: citation.marker))

    def _citation(self, evidence: Evidence) -> Citation:
        document = evidence.document
        place = (document.doc_id, evidence.start, evidence.end)
        marker = self._markers.setdefault(place, max(self._markers.values(), default=0) + 1)
        return Citation(
            marker=marker,
            doc_id=document.doc_id,
            start=evidence.start,
            end=evidence.end,
            quote=document.text[evidence.start : evidence.end],
            title=document.title,
            outlet=document.outlet,
            published=document.published,
            url=document.url,
            content_hash=document.content_hash,
            also_in=evidence.also_in,
            answer=evidence.answer,
        )


# Finding the sentences of a statement. The writer's markers are only a hint.

MAX_CITATIONS = 3
_FACT_WEIGHT = 0.04
_WORDING_WEIGHT = 0.08
_OWN_BONUS = 0.03
_TRIED_ALONE = 8
VERDICT_RANK = {"supported": 2, "partial": 1, "unsupported": 0}
"""The verdicts by how far a claim is supported."""


def attribute(
    claim: str,
    vector: NDArray[np.float32],
    marked: Sequence[Evidence],
    evidence: Sequence[Evidence],
) -> tuple[tuple[Evidence, ...], Verification]:
    """Return the sentences to cite for `claim`, and how well they support it.

    A claim in an article's own words cites that sentence. The writer's own markers (`marked`) are
    kept if they support the claim. A claim without markers, or with markers that support it less
    than another choice, gets the sentences of `evidence` that support it best. Sentences that add
    nothing are not cited.
    """
    for sentence in evidence:
        if sentence.text == claim:
            return (sentence,), verify(claim, vector, (sentence,))
    found = _best_sentences(claim, vector, evidence)
    checked = [_needed(claim, vector, choice) for choice in (marked, found) if choice]
    if not checked:
        return (), verify(claim, vector, ())
    # Between equal verdicts the nearer choice wins. The writer's own, the first, gets a small
    # bonus.
    cited, verification = max(
        checked,
        key=lambda pair: (
            VERDICT_RANK[pair[1].verdict],
            _nearness(vector, pair[0]) + _OWN_BONUS * (pair is checked[0]),
        ),
    )
    if verification.verdict == "unsupported":
        return _said_elsewhere(claim, vector, evidence) or (cited, verification)
    return cited, verification


def _said_elsewhere(
    claim: str, vector: NDArray[np.float32], evidence: Sequence[Evidence]
) -> tuple[tuple[Evidence, ...], Verification] | None:
    """Return another near sentence that says what the nearest one does not, or None.

    It must support the claim, or hold all its words in their order without anything that differs.
    """
    for other in _nearest(vector, evidence):
        verification = verify(claim, vector, (other,))
        clean = {reason.code for reason in verification.reasons} <= {NOT_JUDGED}
        if verification.verdict == "supported" or (clean and words_in_order(claim, other.text)):
            return (other,), verification
    return None


def _nearest(vector: NDArray[np.float32], evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the sentences that are most similar to a claim, the most similar first."""
    ranked = sorted(evidence, key=lambda e: float(e.vector @ vector), reverse=True)
    return ranked[:_TRIED_ALONE]


def _nearness(vector: NDArray[np.float32], choice: Sequence[Evidence]) -> float:
    return max(float(evidence.vector @ vector) for evidence in choice)


def _best_sentences(
    claim: str, vector: NDArray[np.float32], evidence: Sequence[Evidence]
) -> tuple[Evidence, ...]:
    """Return the most similar sentences; those with the claim's numbers and dates come first."""
    ranked = sorted(
        evidence,
        key=lambda e: (
            float(e.vector @ vector)
            + _FACT_WEIGHT * supplied_facts(claim, e)
            + _WORDING_WEIGHT * shared_words(claim, e.text)
        ),
        reverse=True,
    )
    return tuple(ranked[:MAX_CITATIONS])


def _needed(
    claim: str, vector: NDArray[np.float32], choice: Sequence[Evidence]
) -> tuple[tuple[Evidence, ...], Verification]:
    """Return the fewest sentences of `choice` that support the claim as well as all of them do."""
    ranked = sorted(choice, key=lambda e: float(e.vector @ vector), reverse=True)
    if not _has_checkable_facts(claim):
        return tuple(ranked[:1]), verify(claim, vector, ranked[:1])
    ranked.sort(key=lambda e: supplied_facts(claim, e), reverse=True)
    whole = verify(claim, vector, ranked)
    for size in range(1, len(ranked)):
        verification = verify(claim, vector, ranked[:size])
        if VERDICT_RANK[verification.verdict] >= VERDICT_RANK[whole.verdict]:
            return tuple(ranked[:size]), verification
    if len(ranked) > MAX_CITATIONS:
        return tuple(ranked[:MAX_CITATIONS]), verify(claim, vector, ranked[:MAX_CITATIONS])
    return tuple(ranked), whole


def _has_checkable_facts(claim: str) -> bool:
    facts = read_facts(claim)
    return bool(facts.quantities or facts.dates)
