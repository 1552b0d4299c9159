"""The composer without a model: the articles' own sentences, the fewest that answer.

What it says is true to the articles by construction, since every statement is its own quote; the
care goes into which sentences, how many, and never the same thing twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.evidence import Evidence
from rag.answering.wanted import Wanted, gives

# In units of cosine, where the sentences of one question spread over about 0.1.
_COVERAGE_WEIGHT = 0.06
_KIND_BONUS = 0.03
_MARGIN: dict[Wanted, float] = {"reason": 0.04, "list": 0.03, "anything": 0.025}
_MARGIN_OF_A_FACT = 0.015
_MOST: dict[Wanted, int] = {"reason": 5, "list": 4, "anything": 3}
_MOST_OF_A_FACT = 2
_SAME_COSINE = 0.95


def rank(evidence: Sequence[Evidence], wanted: Wanted) -> tuple[Evidence, ...]:
    """The sentences by how well each answers alone, best first."""
    return tuple(sorted(evidence, key=lambda e: fitness(e, wanted), reverse=True))


def fitness(evidence: Evidence, wanted: Wanted) -> float:
    """How well a sentence answers alone, in units of cosine; only for comparing sentences."""
    published = evidence.document.published
    kind = _KIND_BONUS if gives(evidence.text, wanted, published) else 0.0
    return evidence.cosine + _COVERAGE_WEIGHT * evidence.coverage + kind


def compose_extractive(ranked: Sequence[Evidence], wanted: Wanted) -> tuple[Evidence, ...]:
    """The sentences to say, best first: those near the best one, none twice in other words.

    `ranked` is what `rank` gave; one sentence at least where there is any.
    """
    if not ranked:
        return ()
    floor = fitness(ranked[0], wanted) - _MARGIN.get(wanted, _MARGIN_OF_A_FACT)
    most = _MOST.get(wanted, _MOST_OF_A_FACT)
    chosen: list[Evidence] = []
    for evidence in ranked:
        if len(chosen) == most or fitness(evidence, wanted) < floor:
            break
        if all(float(evidence.vector @ other.vector) < _SAME_COSINE for other in chosen):
            chosen.append(evidence)
    return tuple(chosen)
