"""Find the sentences of each outlet that tell something of a topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.answering.evidence import Evidence, SentenceVectors, coverage, gather
from rag.answering.search import Found
from rag.answering.selection.ranking import Asked
from rag.models.reader import Reader
from rag.text.facts import read_facts
from rag.text.languages import text_language
from rag.text.terms import fold
from rag.types import Document, Hit

MOST_OUTLETS = 12
_HITS = 120
_PASSAGES_OF_OUTLET = 10
_SENTENCES = 200
_READ = 100
_SHORTEST = 8
_COVERS, _LED, _PART = 0.6, 0.9, 0.3
"""Shares of the topic's words: that a sentence shows, or together with the one before it, and then
by itself."""
_NEARBY = 0.5
"""The least share that the passage and its title show."""
_ANSWERS = 0.3
"""The reader's probability that a sentence answers the topic, from which it is on the topic."""
_LEAST_NEAR = 0.1
"""The same, for a sentence that shows only those words of the topic that can be looked for."""
_AS_NEAR = 0.02
"""In cosine below the nearest sentence; whatever is as near is on the topic, in any words."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A sentence with the outlet that it is from; `on_topic` is true if it tells of the topic.

    Other sentences may still say the same as one that does.
    """

    outlet: str
    evidence: Evidence
    on_topic: bool
    relevance: float


def outlet_name(document: Document) -> str:
    """Return the outlet of an article, or the article's title if it names none."""
    return document.outlet or document.title or document.doc_id


def sentences_of_outlets(
    found: Found, vector: NDArray[np.float32], vectors: SentenceVectors, reader: Reader | None
) -> tuple[Told, ...]:
    """Return the sentences of the passages found for a topic, of at most `MOST_OUTLETS` outlets.

    `vector` is the topic's, shape (dimensions,). Copies of a story are included, since who copied
    whom is told to the reader.
    """
    documents = found.corpus.snapshot.documents
    hits = found.corpus.retriever.search(found.query, lambda: vector, _HITS)
    there = {hit.passage.doc_id: documents.get(hit.passage.doc_id) for hit in hits}
    read = {doc_id: document for doc_id, document in there.items() if document}
    chosen = _shared_out(hits, read)
    evidence = gather(
        vector,
        found.asked.concepts,
        found.asked.weights,
        chosen,
        read,
        found.corpus.stories,
        vectors,
        _SENTENCES,
    )
    tells = [e for e in evidence if len(e.text) >= _SHORTEST and not e.is_row and _states(e.text)]
    unknown = unknown_words(found.asked, tells)
    if unknown:
        tells = [_without(e, found.asked, unknown) for e in tells]
    scores = _relevances(found.query.text, tells, reader, least=_LEAST_NEAR if unknown else 0.0)
    return tuple(
        Told(
            outlet=outlet_name(e.document),
            evidence=e,
            on_topic=score >= 1.0,
            relevance=score,
        )
        for e, score in zip(tells, scores, strict=True)
    )


def _shared_out(hits: Sequence[Hit], documents: dict[str, Document]) -> list[Hit]:
    """Return the best hits of each outlet, so that one outlet does not crowd out the others."""
    count: Counter[str] = Counter()
    chosen = []
    for hit in hits:
        document = documents.get(hit.passage.doc_id)
        if document is None:
            continue
        outlet = outlet_name(document)
        if outlet not in count and len(count) == MOST_OUTLETS:
            continue
        if count[outlet] < _PASSAGES_OF_OUTLET:
            count[outlet] += 1
            chosen.append(hit)
    return chosen


def _states(text: str) -> bool:
    """Return True if a sentence states something: a question does not."""
    return not text.rstrip("”’\"' 」』）)").endswith(("?", "？", "：", ":"))


def unknown_words(asked: Asked, evidence: Sequence[Evidence]) -> tuple[int, ...]:
    """Return the places of the topic's words whose absence says nothing, among its concepts.

    A topic is only a rough direction. If no sentence shows a word, and there are sentences in the
    other language, the dictionary may only lack its translation. Names are no such words, and most
    of the topic must be known.
    """
    unknown = tuple(
        place
        for place in range(len(asked.concepts))
        if not any(e.shown[place] for e in evidence if e.shown)
    )
    foreign = any(text_language(e.text) != asked.query.language for e in evidence)
    named = any(asked.concepts[place].name for place in unknown)
    few = 2 * len(unknown) <= len(asked.concepts)
    return unknown if foreign and few and not named else ()


def _without(evidence: Evidence, asked: Asked, unknown: Sequence[int]) -> Evidence:
    """Return the evidence as it would be if the topic had not the words at these places."""
    kept = [place for place in range(len(asked.concepts)) if place not in unknown]
    words = [asked.concepts[place] for place in kept]
    by_weight = [asked.weights[place] for place in kept]
    around = fold(f"{evidence.document.title}\n{evidence.passage}")
    shown = coverage(fold(evidence.text), words, by_weight)
    return replace(
        evidence,
        coverage=shown,
        led=max(shown, evidence.led),
        nearby=coverage(around, words, by_weight),
    )


def _relevances(
    topic: str, evidence: Sequence[Evidence], reader: Reader | None, *, least: float
) -> list[float]:
    """Return how well each sentence fits the topic: 1 and more is on the topic.

    With `least`, the reader must find at least this probability that a sentence answers the topic,
    even if it shows the topic's words.
    """
    if not evidence:
        return []
    best = max(e.cosine for e in evidence)
    unsure = [
        number
        for number, e in enumerate(evidence)
        if (least or not _shows_topic(e)) and e.nearby >= _NEARBY
    ]
    unsure.sort(key=lambda number: -evidence[number].cosine)
    answers: dict[int, float] = {}
    if reader:
        readings = reader.read(topic, [evidence[number].text for number in unsure[:_READ]])
        answers = {n: r.answerable for n, r in zip(unsure, readings, strict=False)}
    scores = []
    for number, e in enumerate(evidence):
        answer = answers.get(number, 0.0)
        fits = (
            (_shows_topic(e) and answer >= least)
            or (not least and e.cosine >= best - _AS_NEAR)
            or answer >= _ANSWERS
        )
        carries = bool(_facts(e.text)) or e.coverage >= _COVERS
        # Within each class the nearer sentence is the better one.
        scores.append(float(fits and carries and e.nearby >= _NEARBY) + e.cosine * 0.9)
    return scores


def _shows_topic(evidence: Evidence) -> bool:
    return evidence.coverage >= _COVERS or (evidence.led >= _LED and evidence.coverage >= _PART)


def _facts(text: str) -> int:
    facts = read_facts(text)
    return len(facts.quantities) + len(facts.dates) + len(facts.names)
