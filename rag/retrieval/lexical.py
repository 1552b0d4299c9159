"""Lexical search: BM25 over the terms of passages, in both languages and across them.

Okapi BM25 (Robertson and others, 1994) with an idf that is never negative. Scores are compared
within a language: how rare a word is, and how long a passage, by passages of the same language.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.messages import Language
from rag.retrieval.question import Query
from rag.store.sections import Postings, Section
from rag.text.languages import text_language
from rag.text.terms import concepts
from rag.text.words import term_number, terms, value_terms

Scores = NDArray[np.float32]
"""Shape (passages,), 0 and more."""
Rows = NDArray[np.int64]
Holding = NDArray[np.uint32]
"""Rows in rising order, as postings have them."""

_NO_ROWS: Rows = np.zeros(0, np.int64)

# Robertson and Zaragoza, The Probabilistic Relevance Framework (2009): the usual values.
_K1 = 1.2
_B = 0.75
_INESSENTIAL = 0.35
"""Weight of a concept that is no noun and no name, as `rag.text.terms` weighs them."""
_MOST_POSTINGS = 40_000
"""So many postings are read, those of the rarest terms first, to propose the best passages."""
_LOOKED_UP = 4
"""So many times as many as are wanted are looked up in the postings that were not read."""
_FEW = 2_000
"""Where no more passages than this are allowed, each is looked up in all postings."""
_KEPT = 8
"""Arrays of zeros that are kept for the next question."""


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One thing a question looks for: the best of several forms, of which all terms must be there.

    A form scores the mean BM25 of its terms (`rag.text.words.term_number`).
    """

    forms: tuple[tuple[int, ...], ...]
    weight: float = 1.0


def clauses_for(query: Query, language: Language) -> tuple[Clause, ...]:
    """What to look for in passages of a language.

    In the question's own language, or where there is a translation, its terms. In another, what the
    question's concepts are called there, by the dictionary, and what the two languages share:
    names, numbers, codes.
    """
    own = {text_language(query.text): query.text, **query.translations}.get(language)
    if own:
        return _each(terms(own))
    found = list(_each(value_terms(query.text)))
    for concept in concepts(query.text, across=True):
        # Forms are other names of one thing: the best of them counts, not their number.
        forms = {_numbers(terms(form)) for form in concept.forms | {concept.text}}
        weight = 1.0 if concept.essential else _INESSENTIAL
        found.append(Clause(forms=tuple(sorted(forms - {()})), weight=weight))
    return tuple(clause for clause in found if clause.forms)


def _each(wanted: Sequence[str]) -> tuple[Clause, ...]:
    return tuple(Clause(forms=((number,),)) for number in _numbers(wanted))


def _numbers(wanted: Sequence[str]) -> tuple[int, ...]:
    """The numbers of terms, each once."""
    return tuple(dict.fromkeys(map(term_number, wanted)))


class LexicalIndex:
    """BM25 over the passages of one language, in one or more parts. Never changed."""

    def __init__(self, parts: Sequence[Postings]) -> None:
        self.parts = tuple(parts)
        self.passages = sum(map(len, parts))
        total = sum(float(part.lengths.sum()) for part in parts)
        self._mean_length = total / self.passages if total else 1.0
        self._norms = {id(part): self._norm(part) for part in parts}
        self._zeros: dict[int, list[Scores]] = {}

    def search(self, clauses: Sequence[Clause]) -> LexicalSearch:
        """What a question looks for, ready to be scored."""
        return LexicalSearch(self, clauses)

    def norm(self, postings: Postings) -> NDArray[np.float32]:
        """What BM25 weighs the length of each passage by, of a part or of others like it."""
        known = self._norms.get(id(postings))
        return self._norm(postings) if known is None else known

    @contextmanager
    def zeros(self, length: int) -> Iterator[Scores]:
        """An array of zeros, which must be one again in the end.

        For very many passages making one takes as long as the rest of a search.
        """
        kept = self._zeros.setdefault(length, [])
        try:
            array = kept.pop()
        except IndexError:
            array = np.zeros(length, np.float32)
        yield array
        # After an error it isn't given back.
        if len(kept) < _KEPT:
            kept.append(array)

    def _norm(self, postings: Postings) -> NDArray[np.float32]:
        norm = _K1 * (1 - _B + _B * postings.lengths / self._mean_length)
        return norm.astype(np.float32)


class LexicalSearch:
    """One question's clauses against a `LexicalIndex`. For one thread.

    What is said here of a part holds for a sample of one as well.
    """

    def __init__(self, index: LexicalIndex, clauses: Sequence[Clause]) -> None:
        self._index = index
        self._clauses = clauses
        self._lists: dict[tuple[int, int], tuple[Holding, NDArray[np.uint8]]] = {}
        self._idf: dict[int, float] = {}
        for term in {term for clause in clauses for form in clause.forms for term in form}:
            held = sum(len(self._find(term, part)[0]) for part in index.parts)
            self._idf[term] = math.log1p((index.passages - held + 0.5) / (held + 0.5))

    def scores(self, postings: Postings) -> Scores:
        """The score of every passage of a part."""
        found = np.zeros(len(postings), np.float32)
        self._add(self._clauses, postings, found)
        return found

    def best(
        self,
        postings: Postings,
        k: int,
        allowed: NDArray[np.bool_] | None = None,
        also: Rows = _NO_ROWS,
    ) -> tuple[Rows, Scores]:
        """The `k` best rows of a part with their scores, above 0, best first; behind them `also`.

        Clauses are scored in the order of what they can add, as far as `_MOST_POSTINGS` goes; in
        what is left, which are common words, only the best by then are looked up. Scores are
        exact; what is missed in a large index stands in docs/performance.md.
        """
        few = _few(allowed)
        now, later = self._parted(postings) if few is None else ([], self._clauses)
        with self._index.zeros(len(postings)) as found:
            touched = self._add(now, postings, found)
            if few is None:
                rows = touched if allowed is None else touched[allowed[touched]]
                rows, _ = _top(rows, found[rows], _LOOKED_UP * k if later else k)
            else:
                rows = few
            looked_up = np.union1d(rows, also)
            self._add(later, postings, found, among=looked_up)
            rows = rows[found[rows] > 0]
            rows, scores = _top(rows, found[rows], k)
            others = np.setdiff1d(also, rows)
            rows, scores = np.append(rows, others), np.append(scores, found[others])
            found[touched] = 0
            found[looked_up] = 0
        return rows, scores

    def _parted(self, postings: Postings) -> tuple[list[Clause], list[Clause]]:
        """Clauses whose postings are read, and those in which passages are looked up after."""
        now: list[Clause] = []
        later: list[Clause] = []
        postings_left = _MOST_POSTINGS
        for clause in sorted(self._clauses, key=self._bound, reverse=True):
            size = self._size(clause, postings)
            if size <= postings_left or not now:
                now.append(clause)
                postings_left -= size
            else:
                later.append(clause)
        return now, later

    def _find(self, term: int, postings: Postings) -> tuple[Holding, NDArray[np.uint8]]:
        """The rows that hold a term, and how often."""
        known = id(postings), term
        if known not in self._lists:
            self._lists[known] = postings.find(term)
        return self._lists[known]

    def _bound(self, clause: Clause) -> float:
        """What no passage's score of a clause exceeds."""
        return clause.weight * max(
            (_K1 + 1) * sum(map(self._idf.__getitem__, form)) / len(form) for form in clause.forms
        )

    def _size(self, clause: Clause, postings: Postings) -> int:
        """How many postings it takes at most to score a clause."""
        return sum(len(self._find(term, postings)[0]) for form in clause.forms for term in form)

    def _add(
        self,
        clauses: Sequence[Clause],
        postings: Postings,
        found: Scores,
        among: Rows | None = None,
    ) -> Rows:
        """Add to `found` what passages score for clauses; all of them, or some.

        Returns the rows that had no score before and have one now.
        """
        norm = self._index.norm(postings)
        # The type of the postings: else all of them would be converted for each look.
        wanted = None if among is None else among.astype(np.uint32)
        new = [_NO_ROWS]
        for clause in clauses:
            forms = [self._form(form, postings, norm, wanted) for form in clause.forms]
            rows, weights = self._best_of([form for form in forms if form], len(found))
            before = found[rows]
            new.append(rows[before == 0])
            found[rows] = before + np.float32(clause.weight) * weights
        return np.concatenate(new)

    def _best_of(self, forms: Sequence[tuple[Rows, Scores]], length: int) -> tuple[Rows, Scores]:
        """Each row that any of the forms has, once, with the best that one gives it."""
        if not forms:
            return _NO_ROWS, np.zeros(0, np.float32)
        if len(forms) == 1:
            return forms[0]
        new = []
        with self._index.zeros(length) as best:
            for rows, weights in forms:
                before = best[rows]
                new.append(rows[before == 0])
                best[rows] = np.maximum(before, weights)
            rows = np.concatenate(new)
            weights = best[rows]
            best[rows] = 0
        return rows, weights

    def _form(
        self,
        form: tuple[int, ...],
        postings: Postings,
        norm: NDArray[np.float32],
        among: Holding | None,
    ) -> tuple[Rows, Scores] | None:
        """The rows that hold all terms of a form, and the mean of what they score for each."""
        lists = sorted((self._find(term, postings) for term in form), key=_length)
        # Of a question's forms in another language most are in no passage, or in none of some.
        if not len(lists[0][0]):
            return None
        if among is None and len(form) == 1:
            [(holding, counts)] = lists
            # Else each look at what is kept by row would convert them anew.
            rows = holding.astype(np.int64)
            return rows, self._weights(form[0], counts, norm[rows])
        found = lists[0][0] if among is None else among
        for holding, _ in lists[among is None :]:
            found = found[holding.take(holding.searchsorted(found), mode="clip") == found]
            if not len(found):
                return None
        rows = found.astype(np.int64)
        scores = np.zeros(len(rows), np.float32)
        for term in form:
            holding, counts = self._find(term, postings)
            scores += self._weights(term, counts[holding.searchsorted(found)], norm[rows])
        return rows, scores / np.float32(len(form))

    def _weights(self, term: int, counts: NDArray[np.uint8], norm: NDArray[np.float32]) -> Scores:
        often = counts.astype(np.float32)
        return self._idf[term] * often * (_K1 + 1) / (often + norm)


def _few(allowed: NDArray[np.bool_] | None) -> Rows | None:
    """The rows that are allowed, where they are few."""
    if allowed is None or np.count_nonzero(allowed) > _FEW:
        return None
    return np.flatnonzero(allowed)


def _length(found: tuple[Holding, NDArray[np.uint8]]) -> int:
    return len(found[0])


def _top(rows: Rows, scores: Scores, k: int) -> tuple[Rows, Scores]:
    """The best `k`, best first, the first of equals first."""
    if len(rows) > k:
        near = scores >= np.partition(scores, -k)[-k]
        rows, scores = rows[near], scores[near]
    best = np.lexsort((rows, -scores))[:k]
    return rows[best], scores[best]


def by_language(sections: Sequence[Section]) -> dict[Language, list[Section]]:
    """The sections of each language, in the order of languages."""
    found: dict[Language, list[Section]] = {}
    for section in sorted(sections, key=lambda section: section.language):
        found.setdefault(section.language, []).append(section)
    return found
