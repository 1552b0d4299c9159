"""What is read of an open index, wherever it lies: on this machine or on a Milvus server.

Retrieval and answering use only these protocols. `rag.store.snapshot` and `rag.store.milvus` hold
the two kinds of index.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.messages import Language
from rag.models.embedder import Vectors
from rag.store.database import Failure, Manifest
from rag.store.postings import Postings, TermStatistics
from rag.types import Document, Passage

Scores = NDArray[np.float32]
"""Shape (n,), each score 0 or more."""

PublicationDays = NDArray[np.int32]
"""Shape (n, 2): the first and last possible day of publication of each passage, as ordinals."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An evenly spread sample of some passages (`rag.store.vectors.sample_rows`)."""

    vectors: Vectors
    postings: Postings
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Which passages may be found: all, unless a field limits them.

    `days` are the first and last day, as ordinals; a passage may have been published on one of
    them. Undated passages never are. `articles` are ids.
    """

    days: tuple[int, int] | None = None
    articles: Collection[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """Passages that a section proposes for a question. Row i of each array is one passage.

    `rows` identify the passages in their section, `cosines` are exact, and `words` are the scores
    of the question's words.
    """

    rows: NDArray[np.int64]
    cosines: NDArray[np.float32]
    words: Scores
    days: PublicationDays


class WordSearch(Protocol):
    """The words of a question, ready to score passages (`rag.retrieval.lexical`)."""

    @property
    def weights(self) -> Mapping[int, float]:
        """How much each term can count, by its number."""
        ...

    def scores(self, postings: Postings) -> Scores:
        """Return the score of every passage of the postings."""
        ...

    def best(
        self,
        postings: Postings,
        k: int,
        allowed: NDArray[np.bool_] | None = None,
        also: NDArray[np.int64] = ...,
    ) -> tuple[NDArray[np.int64], Scores]:
        """Return the `k` best rows, best first, and then those in `also`, with their scores."""
        ...


class SearchedSection(Protocol):
    """Passages of one language that are searched together. Rows are numbers of its own.

    Several threads may search at the same time.
    """

    @property
    def language(self) -> Language:
        """The language of its passages."""
        ...

    @property
    def count(self) -> int:
        """The number of passages that can be found."""
        ...

    @property
    def newest(self) -> int:
        """The last day of its newest passage as an ordinal, 0 if none has a date."""
        ...

    @property
    def statistics(self) -> Sequence[TermStatistics]:
        """How often terms are in its passages; the parts add up."""
        ...

    @property
    def samples(self) -> Sequence[tuple[Sample, int]]:
        """Samples of its passages, each with the number of passages that it stands for."""
        ...

    def __len__(self) -> int: ...

    def has_days(self, days: tuple[int, int]) -> bool:
        """Return True if a passage may have been published on these days."""
        ...

    def propose(
        self,
        vector: NDArray[np.float32],
        words: WordSearch,
        sampled: Sequence[Scores],
        k: int,
        limits: Limits,
    ) -> Proposed:
        """Return about the `k` nearest passages and the `k` best by words, in rising order of rows.

        `vector` has shape (dimensions,). `sampled` are the word scores of the samples.
        """
        ...

    def read(self, rows: Sequence[int]) -> list[Passage | None]:
        """Return the passages of some rows; None for one that changed in the meantime."""
        ...

    def holding(self, terms: Sequence[int], most: int) -> tuple[int, list[int]]:
        """Return how many passages have all these terms, and the rows of up to `most` of them."""
        ...


class OpenIndex(Protocol):
    """One complete generation of an index, open for reading. It never changes."""

    @property
    def manifest(self) -> Manifest:
        """What the index was made with, and its state."""
        ...

    @property
    def documents(self) -> Mapping[str, Document]:
        """All articles by id, read when they are needed."""
        ...

    @property
    def sections(self) -> Sequence[SearchedSection]:
        """All passages."""
        ...

    @property
    def searched_at(self) -> str | None:
        """The host that questions are sent to for searching; None if that is this machine."""
        ...

    @property
    def languages(self) -> frozenset[Language]:
        """The languages of the articles."""
        ...

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be read when the files were last looked at."""
        ...

    @property
    def roots(self) -> tuple[str, ...]:
        """The folders and files that the index follows."""
        ...

    def all_documents(self) -> Iterator[Document]:
        """Return an iterator over all articles."""
        ...

    def story(self, doc_id: str) -> tuple[str, ...]:
        """Return the ids of the articles of the same story, including this one."""
        ...
