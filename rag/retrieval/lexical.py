"""Lexical search: BM25 over the terms of passages, in both languages and across them.

It is Okapi BM25 (Robertson and others, 1994) with an idf that is never negative. The rarity of a
word and the length of a passage are measured among passages of the same language, so scores are
comparable within a language.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.messages import Language
from rag.retrieval.question import Query
from rag.store.postings import K1, B, Postings, TermStatistics
from rag.store.searching import Scores, SearchedSection
from rag.text.languages import text_language
from rag.text.terms import concepts
from rag.text.words import term_number, terms, value_terms

Rows = NDArray[np.int64]
Holding = NDArray[np.uint32]
"""Rows in rising order, as in postings."""

_Section = TypeVar("_Section", bound=SearchedSection)

_NO_ROWS: Rows = np.zeros(0, np.int64)

_INESSENTIAL = 0.35
"""The weight of a concept that is not a noun or a name, the same as in `rag.text.terms`."""
_MOST_POSTINGS = 40_000
"""The number of postings that are read to propose the best passages, rarest terms first."""
_LOOKED_UP = 4
"""The factor by which more passages than wanted are looked up in the postings not yet read."""
_FEW = 2_000
"""If no more passages than this are allowed, each is looked up in all postings."""
_KEPT = 8
"""The number of arrays of zeros that are kept for later questions."""


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One thing that a question looks for, in one or more forms. The best form counts.

    A form matches only if a passage has all its terms. Its score is the mean BM25 of its terms
    (`rag.text.words.term_number`).
    """

    forms: tuple[tuple[int, ...], ...]
    weight: float = 1.0


def clauses_for(query: Query, language: Language) -> tuple[Clause, ...]:
    """Return the clauses of a query for passages of a language.

    In the question's own language, or if there is a translation, these are its terms. Otherwise
    they are the dictionary's words for the question's concepts, and what both languages share:
    names, numbers and codes.
    """
    own = {text_language(query.text): query.text, **query.translations}.get(language)
    if own:
        return _each(terms(own))
    found = list(_each(value_terms(query.text)))
    for concept in concepts(query.text, across=True):
        # Forms are names of the same thing, so the best one counts, not how many there are.
        forms = {_numbers(terms(form)) for form in concept.forms | {concept.text}}
        weight = 1.0 if concept.essential else _INESSENTIAL
        found.append(Clause(forms=tuple(sorted(forms - {()})), weight=weight))
    return tuple(clause for clause in found if clause.forms)


def _each(wanted: Sequence[str]) -> tuple[Clause, ...]:
    return tuple(Clause(forms=((number,),)) for number in _numbers(wanted))


def _numbers(wanted: Sequence[str]) -> tuple[int, ...]:
    """Return the numbers of terms, each once."""
    return tuple(dict.fromkeys(map(term_number, wanted)))


class LexicalIndex:
    """BM25 over the passages of one language, in one or more parts. It is never changed.

    Parts that are `Postings` can be searched. Of others only the statistics count.
    """

    def __init__(self, parts: Sequence[TermStatistics]) -> None:
        self.parts = tuple(parts)
        self.passages = sum(map(len, parts))
        total = sum(part.total_length for part in parts)
        self._mean_length = total / self.passages if total else 1.0
        self._norms = {id(part): self._norm(part) for part in parts if isinstance(part, Postings)}
        self._zeros: dict[int, list[Scores]] = {}

    def search(self, clauses: Sequence[Clause]) -> LexicalSearch:
        """Return the search for some clauses, ready to score passages."""
        return LexicalSearch(self, clauses)

    def norm(self, postings: Postings) -> NDArray[np.float32]:
        """Return the length weight of BM25 for each passage of a part or of its sample."""
        known = self._norms.get(id(postings))
        return self._norm(postings) if known is None else known

    @contextmanager
    def zeros(self, length: int) -> Iterator[Scores]:
        """Lend an array of zeros, which must be all zeros again when it is given back.

        For very many passages, making a new one takes as long as the rest of a search.
        """
        kept = self._zeros.setdefault(length, [])
        try:
            array = kept.pop()
        except IndexError:
            array = np.zeros(length, np.float32)
        yield array
        # After an error the array is not given back.
        if len(kept) < _KEPT:
            kept.append(array)

    def _norm(self, postings: Postings) -> NDArray[np.float32]:
        norm = K1 * (1 - B + B * postings.lengths / self._mean_length)
        return norm.astype(np.float32)


class LexicalSearch:
    """The clauses of one question, to be scored in a `LexicalIndex`. For one thread.

    A sample of a part is handled like a part.
    """

    def __init__(self, index: LexicalIndex, clauses: Sequence[Clause]) -> None:
        self._index = index
        self._clauses = clauses
        self._lists: dict[tuple[int, int], tuple[Holding, NDArray[np.uint8]]] = {}
        # The lists are found by the identity of their postings, which must not be given anew.
        self._seen: list[Postings] = []
        self._idf: dict[int, float] = {}
        for term in {term for clause in clauses for form in clause.forms for term in form}:
            held = sum(self._held(term, part) for part in index.parts)
            self._idf[term] = math.log1p((index.passages - held + 0.5) / (held + 0.5))

    @property
    def weights(self) -> dict[int, float]:
        """How much each term can count: its rarity, and its share in the clauses with it."""
        found: dict[int, float] = {}
        for clause in self._clauses:
            shares: dict[int, float] = {}
            for form in clause.forms:
                shares |= {term: max(shares.get(term, 0.0), 1 / len(form)) for term in form}
            for term, share in shares.items():
                found[term] = found.get(term, 0.0) + clause.weight * share * self._idf[term]
        return found

    def scores(self, postings: Postings) -> Scores:
        """Return the score of every passage of a part."""
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
        """Return the `k` best rows of a part, best first, and then those in `also`, with scores.

        The best rows have scores above 0. Clauses with the highest possible scores come first,
        until `_MOST_POSTINGS` is used up. The other clauses, which are common words, are looked up
        only for the best passages so far. Scores are exact. docs/performance.md says what is missed
        in a large index.
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
        """Split the clauses into those that are read in full and those that are looked up later."""
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
        """Return the rows that contain a term, and how often."""
        known = id(postings), term
        if known not in self._lists:
            self._lists[known] = postings.find(term)
            if not self._seen or self._seen[-1] is not postings:
                self._seen.append(postings)
        return self._lists[known]

    def _held(self, term: int, part: TermStatistics) -> int:
        """Return the number of passages of a part that contain a term."""
        return len(self._find(term, part)[0]) if isinstance(part, Postings) else part.held(term)

    def _bound(self, clause: Clause) -> float:
        """Return the highest score that a clause can give."""
        return clause.weight * max(
            (K1 + 1) * sum(map(self._idf.__getitem__, form)) / len(form) for form in clause.forms
        )

    def _size(self, clause: Clause, postings: Postings) -> int:
        """Return the highest number of postings that scoring a clause reads."""
        return sum(len(self._find(term, postings)[0]) for form in clause.forms for term in form)

    def _add(
        self,
        clauses: Sequence[Clause],
        postings: Postings,
        found: Scores,
        among: Rows | None = None,
    ) -> Rows:
        """Add to `found` the scores for clauses, of all passages or of those in `among`.

        Returns the rows that had no score before and have one now.
        """
        norm = self._index.norm(postings)
        # The type of the postings: with another type they would all be converted at each look-up.
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
        """Return each row that any of the forms has, once, with its best score."""
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
        """Return the rows that have all terms of a form, and their mean scores; None for no row."""
        lists = sorted((self._find(term, postings) for term in form), key=_length)
        # Most forms in the other language are in no passage.
        if not len(lists[0][0]):
            return None
        if among is None and len(form) == 1:
            [(holding, counts)] = lists
            # Otherwise each use as an index would convert the array again.
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
        return self._idf[term] * often * (K1 + 1) / (often + norm)


def _few(allowed: NDArray[np.bool_] | None) -> Rows | None:
    """Return the allowed rows if they are few, else None."""
    if allowed is None or np.count_nonzero(allowed) > _FEW:
        return None
    return np.flatnonzero(allowed)


def _length(found: tuple[Holding, NDArray[np.uint8]]) -> int:
    return len(found[0])


def _top(rows: Rows, scores: Scores, k: int) -> tuple[Rows, Scores]:
    """Return the best `k` rows, best first. Of equal scores the lower row comes first."""
    if len(rows) > k:
        near = scores >= np.partition(scores, -k)[-k]
        rows, scores = rows[near], scores[near]
    best = np.lexsort((rows, -scores))[:k]
    return rows[best], scores[best]


def by_language(sections: Sequence[_Section]) -> dict[Language, list[_Section]]:
    """Return the sections of each language, sorted by language."""
    found: dict[Language, list[_Section]] = {}
    for section in sorted(sections, key=lambda section: section.language):
        found.setdefault(section.language, []).append(section)
    return found
