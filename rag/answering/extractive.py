"""The composer without a model: the articles' own sentences, the fewest that answer.

What it says is true to the articles by construction, since every statement is its own quote; the
care goes into which sentences, how many, and never the same thing twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.evidence import Evidence
from rag.answering.requirements import Requirements, unmet
from rag.answering.wanted import Wanted

# In units of cosine, where the sentences of one question spread over about 0.1.
_COVERAGE_WEIGHT = 0.06
_LACKING_PENALTY = 0.03
_MARGIN: dict[Wanted, float] = {"reason": 0.04, "list": 0.025, "anything": 0.015}
_MARGIN_OF_A_FACT = 0.012
_MOST: dict[Wanted, int] = {"reason": 5, "list": 3}
_MOST_OF_A_FACT = 2
_SAME_COSINE = 0.95


def rank(evidence: Sequence[Evidence], needed: Requirements) -> tuple[Evidence, ...]:
    """The sentences by how well each answers alone, best first."""
    scores = {id(e): fitness(e, needed) for e in evidence}
    return tuple(sorted(evidence, key=lambda e: scores[id(e)], reverse=True))


def fitness(evidence: Evidence, needed: Requirements) -> float:
    """How well a sentence answers alone, in units of cosine; only for comparing sentences."""
    lacking = len(unmet(evidence, needed))
    return evidence.cosine + _COVERAGE_WEIGHT * evidence.coverage - _LACKING_PENALTY * lacking


def compose_extractive(ranked: Sequence[Evidence], needed: Requirements) -> tuple[Evidence, ...]:
    """The sentences to say, best first: those near the best one, none twice in other words.

    `ranked` is what `rank` gave; one sentence at least where there is any.
    """
    if not ranked:
        return ()
    floor = fitness(ranked[0], needed) - _MARGIN.get(needed.wanted, _MARGIN_OF_A_FACT)
    most = _MOST.get(needed.wanted, _MOST_OF_A_FACT)
    chosen: list[Evidence] = []
    for evidence in ranked:
        if len(chosen) >= most or fitness(evidence, needed) < floor:
            break
        if _said(evidence, chosen):
            continue
        chosen.append(evidence)
        if len(chosen) == 1 and needed.wanted == "reason" and "kind" in unmet(evidence, needed):
            # What is to be explained often comes first, and the explanation right behind it.
            chosen += [e for e in _next(evidence, ranked) if not _said(e, chosen)]
    return tuple(chosen)


def _said(evidence: Evidence, chosen: Sequence[Evidence]) -> bool:
    return any(float(evidence.vector @ other.vector) >= _SAME_COSINE for other in chosen)


def _next(evidence: Evidence, ranked: Sequence[Evidence]) -> list[Evidence]:
    """The sentence behind this one in its passage, if there is one."""
    behind = [
        e
        for e in ranked
        if e.document is evidence.document
        and e.passage == evidence.passage
        and e.start >= evidence.end
    ]
    return [min(behind, key=lambda e: e.start)] if behind else []
