"""Search by vectors alone and by words alone, to compare with the hybrid search."""

from __future__ import annotations

from rag.models.embedder import Embedder
from rag.retrieval.lexical import LexicalIndex, by_language, clauses_for
from rag.retrieval.question import Query
from rag.store.snapshot import Snapshot
from rag.text.languages import text_language
from rag.types import Hit


class DenseRetriever:
    """Finds passages by the cosine of their vectors with the question's vector.

    Safe to use from several threads.
    """

    def __init__(self, snapshot: Snapshot, embedder: Embedder) -> None:
        self._sections = snapshot.sections
        self._embedder = embedder

    def retrieve(self, question: str, k: int) -> tuple[Hit, ...]:
        """Return the `k` best hits, best first, or fewer in a smaller index.

        The score is the cosine.
        """
        (query,) = self._embedder.embed_queries([question])
        hits = []
        for section in self._sections:
            rows, cosines = section.vectors.search(query, k, section.allowed)
            passages = section.passages.at(rows.tolist())
            hits += [
                Hit(passage=passage, score=cosine)
                for passage, cosine in zip(passages, cosines.tolist(), strict=True)
                if passage
            ]
        return tuple(sorted(hits, key=lambda hit: -hit.score)[:k])


class LexicalRetriever:
    """Finds passages by their words alone. Safe to use from several threads."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._sections = by_language(snapshot.sections)
        self._indexes = {
            language: LexicalIndex([section.postings for section in sections])
            for language, sections in self._sections.items()
        }

    def retrieve(self, question: str, k: int) -> tuple[Hit, ...]:
        """Return the `k` best hits that share a term, best first. The score is that of BM25.

        Scores of two languages cannot be compared with each other.
        """
        query = Query(text=question, language=text_language(question))
        hits = []
        for language, sections in self._sections.items():
            search = self._indexes[language].search(clauses_for(query, language))
            for section in sections:
                rows, scores = search.best(section.postings, k, section.allowed)
                passages = section.passages.at(rows.tolist())
                hits += [
                    Hit(passage=passage, score=score)
                    for passage, score in zip(passages, scores.tolist(), strict=True)
                    if passage
                ]
        return tuple(sorted(hits, key=lambda hit: -hit.score)[:k])
