"""The passages of one language on a Milvus server.

The server proposes passages, more than are needed: the nearest by inner product, and the best by
the terms of the question, with the weights that the question gives them. Their stored term counts
are then scored by the search for words that scores those of a local index, with the statistics of
the whole language, and their cosines are computed of their vectors. So a passage gets the same
scores from either index.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

from rag.messages import Language
from rag.store.milvus.layout import as_array, limited, passage_number, unpacked_terms
from rag.store.milvus.parts import StoredStatistics
from rag.store.milvus.server import Row, Server
from rag.store.postings import Postings
from rag.store.searching import Limits, Proposed, Sample, Scores, WordSearch
from rag.text.words import read_counts
from rag.types import Passage

_NEAR = 2
"""The server is asked for this many times the wanted number of near passages."""
_WORDS = 5
"""The same for passages by words: the server's weights are not exactly those of BM25."""
_MOST_TERMS = 256
"""The most terms of a question that the server is asked for, those that can count most."""
_HOLDING = 2_000
"""The most passages that are looked through for all of several terms."""
_KEPT = 4_096
_FIELDS = ("key", "doc_id", "first", "last", "terms")
_TEXT_FIELDS = ("key", "doc_id", "start", "end", "text")


class ServedSection:
    """The passages of one language, a `rag.store.searching.SearchedSection`. Rows are keys.

    `where` is the expression that is true for what is visible. `prefetch` is told the ids of
    articles whose passages are read.
    """

    def __init__(
        self,
        server: Server,
        language: Language,
        where: str,
        *,
        count: int,
        newest: int,
        statistics: Sequence[StoredStatistics],
        samples: Sequence[tuple[Sample, int]],
        threads: Executor,
        prefetch: Callable[[Collection[str]], object],
    ) -> None:
        self._server = server
        self.language = language
        self._visible = where
        self._where = f'{where} and language == "{language}"'
        self.count = count
        self.newest = newest
        self.statistics = tuple(statistics)
        self.samples = tuple(samples)
        self._threads = threads
        self._prefetch = prefetch
        self._kept: OrderedDict[int, Passage] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self.count

    def has_days(self, days: tuple[int, int]) -> bool:
        """See `SearchedSection`."""
        return bool(self._server.some("passages", self._limited(Limits(days=days)), ["key"], 1))

    def propose(
        self,
        vector: NDArray[np.float32],
        words: WordSearch,
        sampled: Sequence[Scores],  # noqa: ARG002 - the sample is not the section here
        k: int,
        limits: Limits,
    ) -> Proposed:
        """See `SearchedSection`."""
        where = self._limited(limits)
        by_words = self._threads.submit(self._by_words, words, _WORDS * k, where)
        near = self._server.search(vector, _NEAR * k, where, (*_FIELDS, "vector"))
        cosines = as_array([row["vector"] for row in near], len(vector)) @ vector
        nearest = [near[i] for i in np.argsort(-cosines, kind="stable")[:k]]
        found = {int(row["key"]): row for row in (*by_words.result(), *nearest)}
        # In the order of a local index: of equal scores the earlier row comes first.
        rows = sorted(found.values(), key=lambda row: (row["doc_id"], row["key"]))
        scores = words.scores(Postings.of([unpacked_terms(row["terms"]) for row in rows]))
        best = np.flatnonzero(scores > 0)[np.argsort(-scores[scores > 0], kind="stable")[:k]]
        chosen = {int(rows[i]["key"]) for i in best} | {int(row["key"]) for row in nearest}
        places = [i for i, row in enumerate(rows) if int(row["key"]) in chosen]
        rows, scores = [rows[i] for i in places], scores[places]
        self._add_vectors(rows)
        return Proposed(
            rows=np.array([int(row["key"]) for row in rows], np.int64),
            cosines=as_array([row["vector"] for row in rows], len(vector)) @ vector,
            words=scores,
            days=np.array([(r["first"], r["last"]) for r in rows], np.int32).reshape(-1, 2),
        )

    def read(self, rows: Sequence[int]) -> list[Passage | None]:
        """See `SearchedSection`."""
        with self._lock:
            found = {key: self._kept[key] for key in rows if key in self._kept}
        missing = [key for key in dict.fromkeys(rows) if key not in found]
        if missing:
            where = f"{self._visible} and key in {missing}"
            read = self._server.some("passages", where, _TEXT_FIELDS, len(missing))
            found |= {int(row["key"]): _passage(row) for row in read}
            self._keep(found)
            self._prefetch({passage.doc_id for passage in found.values()})
        return [found.get(key) for key in rows]

    def holding(self, terms: Sequence[int], most: int) -> tuple[int, list[int]]:
        """See `SearchedSection`. Of several terms, only so many passages are looked through."""
        wanted = sorted(set(terms))
        held = [sum(part.held(term) for part in self.statistics) for term in wanted]
        if not all(held):
            return 0, []
        if len(wanted) == 1 and not most:
            return held[0], []
        # The rarest term decides: the others only have to be there, too.
        rarest = wanted[held.index(min(held))]
        rows = self._server.search({rarest: 1.0}, _HOLDING, self._where, ("key", "doc_id", "terms"))
        rows.sort(key=lambda row: (row["doc_id"], row["key"]))
        having = [int(row["key"]) for row in rows if _has(row, wanted)]
        return held[0] if len(wanted) == 1 else len(having), having[:most]

    def _limited(self, limits: Limits) -> str:
        return self._where + limited(limits)

    def _by_words(self, words: WordSearch, k: int, where: str) -> list[Row]:
        weights = {term: weight for term, weight in words.weights.items() if self._is_held(term)}
        best = sorted(weights, key=lambda term: -weights[term])[:_MOST_TERMS]
        if not best:
            return []
        return self._server.search({term: weights[term] for term in best}, k, where, _FIELDS)

    def _add_vectors(self, rows: Sequence[Row]) -> None:
        """Read the vectors of the rows that have none: few of those by words are kept."""
        lacking = {int(row["key"]): row for row in rows if "vector" not in row}
        for row in self._server.with_keys("passages", list(lacking), ("key", "vector")):
            lacking.pop(int(row["key"]))["vector"] = row["vector"]
        for row in lacking.values():  # deleted meanwhile; its text can't be read either
            row["vector"] = [0.0] * self.samples[0][0].vectors.shape[1]

    def _is_held(self, term: int) -> bool:
        return any(part.held(term) for part in self.statistics)

    def _keep(self, found: dict[int, Passage]) -> None:
        with self._lock:
            self._kept |= found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)


def _has(row: Row, wanted: Sequence[int]) -> bool:
    terms = read_counts([unpacked_terms(row["terms"])]) >> np.uint64(8)
    return bool(np.isin(np.array(wanted, np.uint64), terms).all())


def _passage(row: Row) -> Passage:
    return Passage(
        passage_id=passage_number(int(row["key"])),
        doc_id=str(row["doc_id"]),
        start=int(row["start"]),
        end=int(row["end"]),
        text=str(row["text"]),
    )
