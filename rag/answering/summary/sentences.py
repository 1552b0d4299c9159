"""Find the sentences of articles that a summary may quote, and how important each is by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answering.evidence import Evidence, SentenceVectors, gather
from rag.ingest.chunker import CHUNKER, chunk
from rag.models.embedder import Embedder
from rag.retrieval.stories import Stories
from rag.text.standing_alone import asks, is_caption, is_ended, leans
from rag.text.words import terms
from rag.types import Document, Hit, Passage

MOST_SENTENCES = 320
"""The most sentences that are embedded for one summary."""
_OF_PASSAGE = 4
"""About how many sentences a passage has."""
_MOST_PASSAGES = 40
"""The most passages that are read of one article."""
_SHORTEST = {"zh": 12, "en": 35}
_LONGEST = {"zh": 150, "en": 380}
"""Sentences outside these lengths, in characters, seldom sum anything up."""
_LEAD = (1.0, 0.75, 0.6, 0.5)
_BEHIND = 0.4
"""The prior of the first sentences of an article, and of all others."""
_UNTITLED = 0.6
"""What the prior of a sentence is multiplied with that shows no word of its article's title."""
_LEANING, _UNSHAPELY = 0.55, 0.5
"""What the prior of a sentence is multiplied with that points back, or is very short or long."""


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """A sentence that may be quoted, with its prior, 0 to 1."""

    evidence: Evidence
    prior: float


def sentences_of(
    documents: Sequence[Document],
    embedder: Embedder,
    vectors: SentenceVectors,
    stories: Stories,
) -> tuple[Weighed, ...]:
    """Return the sentences of the articles that a summary may quote, in the articles' order.

    At most `MOST_SENTENCES` are returned: of many articles only the beginnings are read. Questions,
    headings, captions, rows of tables and sentences that address a program are left out.
    """
    if not documents:
        return ()
    share = max(1, min(_MOST_PASSAGES, MOST_SENTENCES // (_OF_PASSAGE * len(documents))))
    nothing_asked = np.zeros(embedder.dimensions, dtype=np.float32)
    gathered = gather(
        nothing_asked,
        (),
        (),
        [
            Hit(passage=passage, score=0.0)
            for document in documents
            for passage in _beginning(document, embedder, share)
        ],
        {document.doc_id: document for document in documents},
        stories,
        vectors,
        MOST_SENTENCES,
    )
    return weighed(gathered)


def weighed(gathered: Sequence[Evidence]) -> tuple[Weighed, ...]:
    """Return the sentences that can be quoted, with their priors by place and shape."""
    found: list[Weighed] = []
    places: dict[str, int] = {}
    for evidence in gathered:
        if not may_be_quoted(evidence):
            continue
        doc_id = evidence.document.doc_id
        place = places[doc_id] = places.get(doc_id, -1) + 1
        prior = _LEAD[place] if place < len(_LEAD) else _BEHIND
        prior *= shape(evidence) * (_UNTITLED + (1 - _UNTITLED) * _shown_of_title(evidence))
        found.append(Weighed(evidence=evidence, prior=prior))
    return tuple(found)


def may_be_quoted(evidence: Evidence) -> bool:
    """Return True if a sentence states something: no question, heading, caption or row."""
    text = evidence.text
    return (
        not evidence.is_row
        and len(text) >= _SHORTEST[evidence.document.language] // 2
        and is_ended(text)
        and not asks(text)
        and not is_caption(text)
    )


def shape(evidence: Evidence) -> float:
    """Return how well a sentence stands alone, by its length and first word, 0 to 1."""
    language, length = evidence.document.language, len(evidence.text)
    shapely = _SHORTEST[language] <= length <= _LONGEST[language]
    return (_LEANING if leans(evidence.text) else 1.0) * (1.0 if shapely else _UNSHAPELY)


def _shown_of_title(evidence: Evidence) -> float:
    title = set(terms(evidence.document.title))
    return len(title & set(terms(evidence.text))) / len(title) if title else 0.0


def _beginning(document: Document, embedder: Embedder, passages: int) -> list[Passage]:
    spans = chunk(document.text, embedder.count_tokens, CHUNKER.budget, CHUNKER.floor)
    return [
        Passage(
            passage_id=0,
            doc_id=document.doc_id,
            start=span.start,
            end=span.end,
            text=document.text[span.start : span.end],
        )
        for span in spans[:passages]
    ]
