"""Whose number it is: one that the source gives to another may not be the claim's subject's."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.evidence import Evidence
from rag.answering.facts import clauses, read_facts
from rag.corpus.quantities import same_quantity
from rag.retrieval.terms import concepts, fold, shows


def another_owner(claim: str, cited: Sequence[Evidence], *, across: bool) -> tuple[str, str] | None:
    """A number of the claim, and the name beside it, where the source parts the two.

    The clause of the source that has the number names somebody, and none whom the claim's clause
    names; one of those has a clause and a number of their own: "Apple fell 25%, while Huawei rose
    24%" does not say that Apple rose 24%. None where nothing speaks against the claim.
    """
    for clause in clauses(claim):
        names = [concept for concept in concepts(clause, across=across) if concept.name]
        for quantity in read_facts(clause).quantities if names else ():
            for evidence in cited:
                parts = [(part, read_facts(part).quantities) for part in clauses(evidence.text)]
                holding = [
                    part for part, said in parts if any(same_quantity(quantity, q) for q in said)
                ]
                if not holding or not all(map(_names_somebody, holding)):
                    continue
                if any(shows(fold(part), name) for part in holding for name in names):
                    continue
                for name in names:
                    if any(
                        said and part not in holding and shows(fold(part), name)
                        for part, said in parts
                    ):
                        return quantity.text, name.text
    return None


def _names_somebody(clause: str) -> bool:
    return any(concept.name for concept in concepts(clause, across=False))
