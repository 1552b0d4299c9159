"""From hits to evidence: the single sentences of the found passages, and how well each fits."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answering.instructions import instructs
from rag.corpus.sentences import split_sentences
from rag.models.embedder import Embedder, Vectors
from rag.retrieval.stories import Stories
from rag.retrieval.terms import Concept, FoldedText, fold, shows
from rag.types import Document, DocumentReference, Hit

_CACHED_SENTENCES = 20_000


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One sentence of an article that may support a statement.

    Always: `text == document.text[start:end]`. `cosine` is its similarity to the question,
    `coverage` the share (0 to 1, by weight) of the question's concepts that it shows, `nearby`
    the same share for the passage around it together with the article's title. `vector` is its
    unit vector, shape (dimensions,). `also_in` are other articles of the same story.
    """

    document: Document
    start: int
    end: int
    text: str
    cosine: float
    coverage: float
    nearby: float
    passage: str
    vector: NDArray[np.float32]
    also_in: tuple[DocumentReference, ...] = ()


class SentenceVectors:
    """Vectors of sentences, remembered between questions. Safe between threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts`, shape (len(texts), dimensions)."""
        with self._lock:
            known = {text: self._known[text] for text in texts if text in self._known}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known |= dict(zip(new, self._embedder.embed_passages(new), strict=True))
            with self._lock:
                if len(self._known) + len(new) > _CACHED_SENTENCES:
                    self._known.clear()
                self._known.update((text, known[text]) for text in new)
        shape = (len(texts), self._embedder.dimensions)
        return np.array([known[text] for text in texts], dtype=np.float32).reshape(shape)


def gather(
    query: NDArray[np.float32],
    concepts: Sequence[Concept],
    weights: Sequence[float],
    hits: Sequence[Hit],
    documents: Mapping[str, Document],
    stories: Stories,
    vectors: SentenceVectors,
) -> tuple[Evidence, ...]:
    """Every sentence of the hits' passages once, in the order of the hits; but no instructions.

    `query` is the question's vector, shape (dimensions,); `weights[i]` belongs to `concepts[i]`.
    """
    places = []
    for hit in hits:
        document = documents[hit.passage.doc_id]
        around = fold(f"{document.title}\n{hit.passage.text}")
        nearby = coverage(around, concepts, weights)
        for sentence in split_sentences(hit.passage.text):
            text = hit.passage.text[sentence.start : sentence.end]
            if sentence.kind == "sentence" and not instructs(text):
                start, end = hit.passage.start + sentence.start, hit.passage.start + sentence.end
                places.append((document, start, end, nearby, hit.passage.text))
    texts = [document.text[start:end] for document, start, end, _, _ in places]
    embedded = vectors.of(texts)
    return tuple(
        Evidence(
            document=document,
            start=start,
            end=end,
            text=text,
            cosine=float(vector @ query),
            coverage=coverage(fold(text), concepts, weights),
            nearby=nearby,
            passage=passage,
            vector=vector,
            also_in=stories.others(document.doc_id),
        )
        for (document, start, end, nearby, passage), text, vector in zip(
            places, texts, embedded, strict=True
        )
    )


def coverage(text: FoldedText, concepts: Sequence[Concept], weights: Sequence[float]) -> float:
    """The share of the concepts' weight that the text shows, 0 to 1; 1 if there are none."""
    total = sum(weights)
    if not total:
        return 1.0
    return sum(w for c, w in zip(concepts, weights, strict=True) if shows(text, c)) / total
