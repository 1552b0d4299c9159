"""Lexical search: BM25 over the terms of passages, in both languages and across them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.corpus.analysis import read_counts, term_number, terms, value_terms
from rag.index.snapshot import Snapshot
from rag.messages import Language
from rag.retrieval.languages import passage_languages
from rag.retrieval.terms import concepts, text_language
from rag.types import Hit

Scores = NDArray[np.float32]
"""Shape (passages,), 0 and more: a score per passage, in the order of the snapshot's passages."""

# Robertson and Zaragoza, The Probabilistic Relevance Framework (2009): the usual values.
_K1 = 1.2
_B = 0.75
_ROW_BITS = 24
_INESSENTIAL = 0.35
"""Weight of a concept that is no noun and no name, as `rag.retrieval.terms` weighs them."""


class LexicalIndex:
    """Okapi BM25 (Robertson and others, 1994) with an idf that is never negative.

    Built from the stored term counts of passages: nothing is segmented. Postings are one sorted
    array, 8 bytes for each different term of each passage. Never changed after it is built.
    """

    def __init__(self, counts: Sequence[bytes]) -> None:
        if len(counts) >= 1 << _ROW_BITS:
            raise ValueError(f"{len(counts)} passages are more than {1 << _ROW_BITS}")
        packed = read_counts(counts)
        rows = np.repeat(
            np.arange(len(counts), dtype=np.uint64), [len(blob) // 8 for blob in counts]
        )
        # 32 bits of term, 24 of row, 8 of count: sorted, the postings of a term lie together.
        often = packed & np.uint64(0xFF)
        self._postings = (packed >> np.uint64(8) << np.uint64(32)) | rows << np.uint64(8) | often
        self._postings.sort()
        self.passages = len(counts)
        lengths = np.bincount(rows.astype(np.intp), often, minlength=len(counts))
        mean = lengths.mean() if len(counts) else 0.0
        self._norm = (_K1 * (1 - _B + _B * lengths / (mean or 1.0))).astype(np.float32)

    def scores(self, wanted: Sequence[str]) -> Scores:
        """BM25 of every passage for these terms, each counted once."""
        found = np.zeros(self.passages, np.float32)
        for term in dict.fromkeys(wanted):
            rows, weights = self._matches(term)
            found[rows] += weights
        return found

    def phrase_scores(self, wanted: Sequence[str]) -> Scores:
        """The mean BM25 of these terms in every passage that holds all of them, 0 elsewhere."""
        different = tuple(dict.fromkeys(wanted))
        found = np.zeros(self.passages, np.float32)
        held = np.zeros(self.passages, np.uint16)
        for term in different:
            rows, weights = self._matches(term)
            found[rows] += weights
            held[rows] += 1
        found[held < len(different)] = 0.0
        found /= max(1, len(different))
        return found

    def _matches(self, term: str) -> tuple[NDArray[np.intp], Scores]:
        """The rows that hold a term, and its weight in each."""
        first = np.uint64(term_number(term) << 32)
        last = first | np.uint64(0xFFFFFFFF)
        part = self._postings[slice(*np.searchsorted(self._postings, [first, last]))]
        rows = (part >> np.uint64(8) & np.uint64((1 << _ROW_BITS) - 1)).astype(np.intp)
        often = (part & np.uint64(0xFF)).astype(np.float32)
        idf = float(np.log1p((self.passages - len(rows) + 0.5) / (len(rows) + 0.5)))
        return rows, idf * often * (_K1 + 1) / (often + self._norm[rows])


class LexicalRetriever:
    """Finds passages by their words alone. Safe between threads."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._passages = snapshot.passages
        self._scorer = LexicalScorer(snapshot.terms, passage_languages(snapshot))

    def retrieve(self, question: str, k: int) -> tuple[Hit, ...]:
        """The `k` best hits, best first; the score is BM25's. Only passages that share a term."""
        scores = self._scorer.scores(question)
        rows = np.argsort(-scores, kind="stable")[:k]
        return tuple(
            Hit(passage=self._passages[row], score=float(scores[row]))
            for row in rows.tolist()
            if scores[row] > 0
        )


class LexicalScorer:
    """Scores the passages of one generation for a question. Safe between threads.

    Each language has an index of its own: how rare a word is, and how long a passage, is compared
    with passages of the same language.
    """

    def __init__(self, counts: Sequence[bytes], languages: NDArray[np.str_]) -> None:
        """`counts[i]` are the terms of passage i, as they are stored, `languages[i]` is its own."""
        self._passages = len(counts)
        self._parts: list[tuple[Language, NDArray[np.intp], LexicalIndex]] = [
            (language, rows, LexicalIndex([counts[row] for row in rows.tolist()]))
            for language in sorted(set(languages.tolist()))
            for rows in [np.flatnonzero(languages == language)]
        ]

    def scores(self, question: str, translations: Mapping[Language, str] | None = None) -> Scores:
        """A score per passage; those of two languages can't be compared with one another.

        Passages in the question's language are compared with its terms. For those in another,
        evidence is what the question's concepts are called there, by the dictionary, and what the
        two languages share: names, numbers, codes; or where there is a translation, its terms.
        """
        said = {text_language(question): question, **(translations or {})}
        found = np.zeros(self._passages, np.float32)
        for language, rows, index in self._parts:
            own = said.get(language)
            found[rows] = index.scores(terms(own)) if own else _across(question, index)
        return found


def _across(question: str, index: LexicalIndex) -> Scores:
    found = index.scores(value_terms(question))
    for concept in concepts(question, across=True):
        best = np.zeros(index.passages, np.float32)
        # Forms are other names of one thing: the best of them counts, not their number.
        for form in concept.forms | {concept.text}:
            if wanted := terms(form):
                np.maximum(best, index.phrase_scores(wanted), out=best)
        found += best * (1.0 if concept.essential else _INESSENTIAL)
    return found
