"""Read one complete generation of an index for searching."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.ingest.chunker import ChunkerSettings
from rag.ingest.near_duplicates import group, read_signatures
from rag.messages import Language
from rag.models.embedder import Vectors
from rag.store.articles import Stored, read_failures, read_roots, read_stored
from rag.store.database import Failure, Manifest, check_manifest, connect, damaged, read_manifest
from rag.store.large.bulk import Bulk, BulkUnusable, open_bulk
from rag.store.large.documents import BulkPassages, Documents
from rag.store.searching import OpenIndex
from rag.store.sections import Section, sections_of
from rag.types import Document, Passage

_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One complete generation. Row i of `vectors` and `terms[i]` belong to `passages[i]`.

    `terms` are the term counts for lexical search (`rag.text.words.count_terms`). `stories` are
    groups of article ids; a group is one story in several outlets. `stored` holds the same data
    by article, so that reading a later generation need not read everything again.

    In a large index, `documents` are all articles, and the other fields hold only articles that
    changed since the `bulk` was made. `current`, shape (articles of the bulk,), is True for
    articles of the bulk that did not change.
    """

    manifest: Manifest
    documents: Mapping[str, Document]
    passages: tuple[Passage, ...]
    vectors: Vectors
    terms: tuple[bytes, ...]
    stories: tuple[tuple[str, ...], ...] = ()
    failures: tuple[Failure, ...] = ()
    roots: tuple[str, ...] = ()
    stored: Mapping[str, Stored] = field(default_factory=dict)
    bulk: Bulk | None = None
    current: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """All passages, in sections for searching."""
        found = sections_of(self.passages, self.documents, self.vectors, self.terms)
        return found + self._bulk_sections()

    @property
    def searched_at(self) -> None:
        """See `rag.store.searching.OpenIndex`: this machine searches."""
        return None

    @property
    def languages(self) -> frozenset[Language]:
        """The languages of the articles. A language of the bulk may have no articles any more."""
        stored = [item.document for item in self.stored.values()]
        in_memory = stored if self.bulk else self.documents.values()
        told = frozenset(document.language for document in in_memory)
        return told | (self.bulk.languages if self.bulk else frozenset())

    def all_documents(self) -> Iterator[Document]:
        """Return an iterator over all articles."""
        if isinstance(self.documents, Documents):
            return self.documents.whole()
        return iter(self.documents.values())

    def story(self, doc_id: str) -> tuple[str, ...]:
        """Return the ids of the articles of the same story, including this one."""
        if doc_id in self._stories:
            return self._stories[doc_id]
        row = self.bulk.names.row(doc_id) if self.bulk else None
        if self.bulk is None or row is None:
            return (doc_id,)
        return _names(self.bulk, self.current, self.bulk.story(row)) or (doc_id,)

    @cached_property
    def _stories(self) -> dict[str, tuple[str, ...]]:
        return {doc_id: story for story in self.stories for doc_id in story}

    def _bulk_sections(self) -> tuple[Section, ...]:
        if self.bulk is None or not isinstance(self.documents, Documents):
            return ()
        everything = bool(self.current.all())
        return tuple(
            Section(
                language=part.language,
                passages=BulkPassages(self.bulk, part, self.documents),
                vectors=part.vectors,
                postings=part.postings,
                days=part.days,
                sample=part.sample,
                allowed=None if everything else self.current[part.documents],
            )
            for part in self.bulk.parts
        )


def read_snapshot(
    folder: Path,
    *,
    fingerprint: str,
    chunker: ChunkerSettings,
    previous: OpenIndex | None = None,
) -> Snapshot:
    """Read one complete generation of the index in `folder`, and check it.

    Of a large index, only the changes since its bulk was made are read now; the rest is read and
    checked when it is needed. Unchanged articles of a `previous` snapshot of the same index are
    reused, and neither read nor checked again. Raises `IndexMissing`, `IndexMismatch` (another
    format, model or chunker) or `IndexDamaged`.
    """
    known = previous if isinstance(previous, Snapshot) else None
    tries = _TRIES
    while True:
        tries -= 1
        with connect(folder) as connection:
            connection.execute("BEGIN")
            manifest = read_manifest(connection, folder)
            check_manifest(manifest, folder, fingerprint=fingerprint, chunker=chunker)
            bulk = _bulk(folder, manifest, known)
            # The bulk may be gone because a newer one replaced it: read the manifest again.
            if bulk or manifest.bulk is None or not tries:
                return _read(connection, folder, manifest, bulk, known)


def _bulk(folder: Path, manifest: Manifest, previous: Snapshot | None) -> Bulk | None:
    if manifest.bulk is None:
        return None
    if previous and previous.bulk and previous.bulk.name == manifest.bulk:
        return previous.bulk
    try:
        return open_bulk(folder, manifest.bulk, manifest.dimensions)
    except BulkUnusable:
        return None


def _read(
    connection: sqlite3.Connection,
    folder: Path,
    manifest: Manifest,
    bulk: Bulk | None,
    previous: Snapshot | None,
) -> Snapshot:
    marks = {
        doc_id: (generation, checksum)
        for doc_id, generation, checksum in connection.execute(
            "SELECT doc_id, generation, checksum FROM documents WHERE generation > ?",
            (bulk.generation if bulk else 0,),
        )
    }
    same = previous is not None and previous.manifest.index_id == manifest.index_id
    known = previous.stored if previous and same else {}
    stored = {
        doc_id: known[doc_id]
        for doc_id, mark in marks.items()
        if doc_id in known and (known[doc_id].generation, known[doc_id].checksum) == mark
    }
    missing = sorted(marks.keys() - stored.keys())
    read = read_stored(connection, folder, missing, manifest.dimensions)
    stored |= {item.document.doc_id: item for item in read}
    stored = {doc_id: stored[doc_id] for doc_id in sorted(stored)}
    failures, roots = tuple(read_failures(connection)), read_roots(connection)
    current = _current(connection, bulk)
    items = tuple(stored.values())
    documents: Mapping[str, Document] = {item.document.doc_id: item.document for item in items}
    passages = tuple(passage for item in items for passage in item.passages)
    found = len(items), len(passages)
    if bulk:
        documents = Documents(folder, documents, bulk, current)
        kept = sum(int(current[part.documents].sum()) for part in bulk.parts)
        found = len(documents), len(passages) + kept
    if found != (manifest.documents, manifest.passages) or stored.keys() != marks.keys():
        counts = f"{found[0]} of {manifest.documents} articles, {found[1]} of {manifest.passages}"
        raise damaged(folder, f"it holds {counts} passages")
    empty = np.empty((0, manifest.dimensions), np.float32)
    return Snapshot(
        manifest=manifest,
        stored=stored,
        documents=documents,
        passages=passages,
        vectors=np.concatenate([empty, *(item.vectors for item in items)]),
        terms=tuple(counts for item in items for counts in item.terms),
        stories=_stories(items, bulk, current, documents),
        failures=failures,
        roots=roots,
        bulk=bulk,
        current=current,
    )


def _current(connection: sqlite3.Connection, bulk: Bulk | None) -> NDArray[np.bool_]:
    """Return an array that is True for articles of the bulk that did not change since."""
    current = np.ones(len(bulk.names) if bulk else 0, np.bool_)
    if bulk:
        removed = connection.execute(
            "SELECT doc_id FROM removed WHERE generation > ?", (bulk.generation,)
        )
        current[bulk.names.rows(doc_id for (doc_id,) in removed)] = False
    return current


def _stories(
    items: Sequence[Stored],
    bulk: Bulk | None,
    current: NDArray[np.bool_],
    documents: Mapping[str, Document],
) -> tuple[tuple[str, ...], ...]:
    """Return the stories that contain any of these articles, with their articles of the bulk."""
    signatures = read_signatures(item.signature for item in items)
    texts = [item.document.text for item in items]
    dates = [item.document.published for item in items]
    near: list[int] = []
    if bulk and items and isinstance(documents, Documents):
        names = {row: bulk.names[row] for row in bulk.similar(signatures) if current[row]}
        read = documents.read(names.values())
        near = [row for row, name in names.items() if name in read]
        signatures = np.concatenate([signatures, bulk.signatures[near]])
        texts += [read[names[row]].text for row in near]
        dates += [read[names[row]].published for row in near]
    groups = group(signatures, texts, [date.moment if date else None for date in dates])
    stories = []
    for rows in groups:
        story = [items[row].document.doc_id for row in rows if row < len(items)]
        if bulk and story:
            others = [bulk.story(near[row - len(items)]) for row in rows if row >= len(items)]
            story += _names(bulk, current, np.unique(np.concatenate([[], *others])))
        if len(story) > 1:
            stories.append(tuple(story))
    return tuple(stories)


def _names(
    bulk: Bulk, current: NDArray[np.bool_], rows: NDArray[np.int64] | NDArray[np.float64]
) -> tuple[str, ...]:
    whole = rows.astype(np.int64)
    return tuple(bulk.names[row] for row in whole[current[whole]].tolist())
