"""Which sentences may answer a follow-up: those of the name it brings, and those not yet shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rag.answering.selection.ranking import Candidate
from rag.answering.selection.requirements import Reader
from rag.retrieval.question_form import tidy_question
from rag.retrieval.terms import concepts, fold, shows, surely_missing
from rag.types import Answer

Place = tuple[str, int, int]
"""A sentence: its article, and the offsets in it."""


def about_name(
    ranked: Sequence[Candidate], name: str, reader: Reader, *, across: bool
) -> tuple[Candidate, ...]:
    """Returns the sentences that speak of a name, or whose article has it in its title.

    "What about Velmar?" puts a name into the question before, whose own answer would else still be
    the best. The article has to show the whole of the name, the sentence a part.
    """
    parts = [part for part in concepts(name, across=across) if part.essential]
    if not parts:
        return tuple(ranked)
    return tuple(
        candidate
        for candidate in ranked
        for evidence in [candidate.evidence]
        for whole in [reader.whole(evidence.document)]
        if not any(surely_missing(part, whole) for part in parts)
        and any(
            shows(fold(text), part)
            for text in (evidence.text, evidence.document.title)
            for part in parts
        )
    )


def not_of_another_question(
    ranked: Sequence[Candidate], places: Collection[Place], words: str, *, across: bool
) -> tuple[Candidate, ...]:
    """Returns the sentences without those at the places that show none of the words, names apart.

    What answered "Why did Orbex open a shop?" is no answer to "Did it help sales?" as well, unless
    it speaks of help or of sales.
    """
    own = [concept for concept in concepts(words, across=across) if not concept.name]
    if not own:
        return tuple(ranked)
    others = [
        candidate
        for candidate in ranked
        for text in [fold(candidate.evidence.text)]
        if any(shows(text, concept) for concept in own)
    ]
    kept = {id(candidate) for candidate in (*others, *not_among(ranked, places))}
    return tuple(candidate for candidate in ranked if id(candidate) in kept)


def not_among(ranked: Sequence[Candidate], places: Collection[Place]) -> tuple[Candidate, ...]:
    """Returns the sentences that don't stand at any of the places."""
    return tuple(
        candidate
        for candidate in ranked
        for e in [candidate.evidence]
        if (e.document.doc_id, e.start, e.end) not in places
    )


def places_cited(answer: Answer) -> frozenset[Place]:
    """Returns the sentences that an answer cites."""
    return frozenset((c.doc_id, c.start, c.end) for c in answer.citations)


def places_shown(history: Sequence[Answer], question: str) -> frozenset[Place]:
    """The sentences that earlier turns cited for the same question, however it was typed."""
    same = question.casefold()
    return frozenset().union(
        *(
            places_cited(answer)
            for answer in history
            if tidy_question(answer.rewritten_question or answer.question).casefold() == same
        )
    )
