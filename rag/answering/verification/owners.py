"""Whose number it is: one that the source gives to another may not be the claim's subject's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answering.evidence import Evidence
from rag.answering.facts import clauses, read_facts
from rag.corpus.quantities import Quantity, same_quantity
from rag.retrieval.terms import FoldedText, concepts, fold, shows


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A clause that gives numbers."""

    text: str
    folded: FoldedText
    quantities: tuple[Quantity, ...]


def another_owner(claim: str, cited: Sequence[Evidence], *, across: bool) -> tuple[str, str] | None:
    """A number of the claim, and the name beside it, where the source parts the two.

    The clause of the source that has the number names somebody, and none whom the claim's clause
    names; one of those has a clause and a number of their own: "Apple fell 25%, while Huawei rose
    24%" does not say that Apple rose 24%. None where nothing speaks against the claim.
    """
    sources = [_parts(evidence.text) for evidence in cited]
    for clause in clauses(claim):
        held = [
            (quantity, parts, holding)
            for quantity in read_facts(clause).quantities
            for parts in sources
            if (holding := [part for part in parts if _gives(part, quantity)])
        ]
        # Telling names takes the segmenter: only for numbers that are in the source at all.
        names = [c for c in concepts(clause, across=across) if c.name] if held else []
        for quantity, parts, holding in held if names else ():
            if any(shows(part.folded, name) for part in holding for name in names):
                continue
            theirs = [
                name
                for name in names
                if any(part not in holding and shows(part.folded, name) for part in parts)
            ]
            if theirs and all(_names_somebody(part.text) for part in holding):
                return quantity.text, theirs[0].text
    return None


@lru_cache(maxsize=1024)
def _parts(source: str) -> tuple[_Part, ...]:
    """The clauses of a source that give numbers: it is asked about for each claim and number."""
    return tuple(
        _Part(text=clause, folded=fold(clause), quantities=quantities)
        for clause in clauses(source)
        if (quantities := read_facts(clause).quantities)
    )


def _gives(part: _Part, quantity: Quantity) -> bool:
    return any(same_quantity(quantity, given) for given in part.quantities)


def _names_somebody(clause: str) -> bool:
    return any(concept.name for concept in concepts(clause, across=False))
