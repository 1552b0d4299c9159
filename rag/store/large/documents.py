"""The articles of a large index, read from the store when they are needed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.store.articles import read_texts
from rag.store.database import connect
from rag.store.large.bulk import Bulk, BulkPart
from rag.store.recent_documents import RecentDocuments
from rag.types import Document, Passage

_READ_AT_ONCE = 500


class Documents(Mapping[str, Document]):
    """Articles by id: some are in memory, and those of the bulk are read from the store.

    `current`, shape (articles of the bulk,), is False for articles that changed or were removed. An
    article that changes later is missing from then on, because its new text was not searched. The
    articles read last are cached. Reading raises `IndexDamaged` for an article that fails its
    checksum. Several threads may use an instance.
    """

    def __init__(
        self,
        folder: Path,
        in_memory: Mapping[str, Document],
        bulk: Bulk,
        current: NDArray[np.bool_],
    ) -> None:
        self._folder = folder
        self._in_memory = in_memory
        self._bulk = bulk
        self._current = current
        self._recent = RecentDocuments()

    def __getitem__(self, doc_id: str) -> Document:
        return self.read([doc_id])[doc_id]

    def __len__(self) -> int:
        return len(self._in_memory) + int(self._current.sum())

    def __iter__(self) -> Iterator[str]:
        yield from self._in_memory
        for row in np.flatnonzero(self._current).tolist():
            yield self._bulk.names[row]

    def whole(self) -> Iterator[Document]:
        """Yield every article without caching it."""
        yield from self._in_memory.values()
        rows = np.flatnonzero(self._current).tolist()
        for first in range(0, len(rows), _READ_AT_ONCE):
            names = [self._bulk.names[row] for row in rows[first : first + _READ_AT_ONCE]]
            yield from self._stored(names).values()

    def read(self, doc_ids: Collection[str]) -> dict[str, Document]:
        """Return the articles that have these ids, read with one query. Unknown ids are skipped."""
        here = {id_: self._in_memory[id_] for id_ in doc_ids if id_ in self._in_memory}
        stored = [doc_id for doc_id in doc_ids if doc_id not in here]
        return here | self._recent.read(stored, self._stored)

    def _stored(self, doc_ids: Sequence[str]) -> dict[str, Document]:
        rows = {doc_id: self._bulk.names.row(doc_id) for doc_id in doc_ids}
        known = {
            doc_id: (int(self._bulk.generations[row]), int(self._bulk.checksums[row]))
            for doc_id, row in rows.items()
            if row is not None and self._current[row]
        }
        if not known:
            return {}
        with connect(self._folder) as connection:
            connection.execute("BEGIN")
            return {
                document.doc_id: document
                for document, mark in read_texts(connection, self._folder, tuple(known))
                if mark == known[document.doc_id]
            }


class BulkPassages:
    """The passages of one language of the bulk, with their text read from the store."""

    def __init__(self, bulk: Bulk, part: BulkPart, documents: Documents) -> None:
        self._names = bulk.names
        self._part = part
        self._documents = documents

    def at(self, rows: Sequence[int]) -> list[Passage | None]:
        """Return the passages of some rows. A passage is None if its article changed meanwhile."""
        part = self._part
        names = [self._names[row] for row in part.documents[rows].tolist()]
        documents = self._documents.read(names)
        numbers, spans = part.passage_ids[rows].tolist(), part.spans[rows].tolist()
        return [
            Passage(
                passage_id=number,
                doc_id=name,
                start=start,
                end=end,
                text=documents[name].text[start:end],
            )
            if name in documents
            else None
            for name, number, (start, end) in zip(names, numbers, spans, strict=True)
        ]

    def of_articles(self, doc_ids: Collection[str]) -> NDArray[np.bool_]:
        """Return which rows belong to these articles, shape (n,)."""
        found = [row for doc_id in doc_ids if (row := self._names.row(doc_id)) is not None]
        return np.isin(self._part.documents, found)
