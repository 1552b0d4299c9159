"""Reading an index: one whole generation, checked, in memory."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

from rag.corpus.chunker import ChunkerSettings
from rag.corpus.near_duplicates import group, read_signatures
from rag.errors import DocumentNotFound, first_line
from rag.index.store import (
    DOCUMENT_COLUMNS,
    Failure,
    Manifest,
    check_manifest,
    connect,
    damaged,
    document_checksum,
    read_manifest,
)
from rag.messages import Language, Message
from rag.models.embedder import Vectors
from rag.types import Document, DocumentReference, Passage, Published

# SQLite takes this many parameters in a query everywhere; more articles are read by reading all.
_ASKED_BY_ID = 500


@dataclass(frozen=True, kw_only=True)
class Stored:
    """An article as it is stored: row i of `vectors` and `terms[i]` belong to `passages[i]`.

    `generation` is the one that stored it, `checksum` that of all it holds, `signature` tells
    near-duplicates (`rag.corpus.near_duplicates`).
    """

    document: Document
    passages: tuple[Passage, ...]
    vectors: Vectors
    terms: tuple[bytes, ...]
    signature: bytes
    generation: int
    checksum: int


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One whole generation in memory. Row i of `vectors` and `terms[i]` belong to `passages[i]`.

    `terms` are what lexical search compares, as `rag.corpus.analysis.count_terms` makes them.
    `stories` are the groups of articles, by their ids, that are one story in several outlets.
    `stored` is the same by article, so that a later generation need not read all of it again.
    """

    manifest: Manifest
    documents: dict[str, Document]
    passages: tuple[Passage, ...]
    vectors: Vectors
    terms: tuple[bytes, ...]
    stories: tuple[tuple[str, ...], ...] = ()
    failures: tuple[Failure, ...] = ()
    roots: tuple[str, ...] = ()
    stored: Mapping[str, Stored] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class IndexStatus:
    """What an index holds, told without loading any model.

    `removed` are the titles of articles that were removed by hand and stay away.
    """

    manifest: Manifest
    roots: tuple[str, ...]
    documents: tuple[DocumentReference, ...]
    passages: int
    failures: tuple[Failure, ...]
    removed: tuple[str, ...]


def read_status(folder: Path) -> IndexStatus:
    """What the index in `folder` holds. Raises as `read_snapshot` does, models aside."""
    with connect(folder) as connection:
        connection.execute("BEGIN")
        manifest = read_manifest(connection, folder)
        removed = connection.execute("SELECT title FROM excluded ORDER BY title").fetchall()
        return IndexStatus(
            manifest=manifest,
            roots=read_roots(connection),
            documents=tuple(map(reference, _documents(connection))),
            passages=manifest.passages,
            failures=tuple(read_failures(connection)),
            removed=tuple(title for (title,) in removed),
        )


def stored_document(folder: Path, doc_id: str) -> Document:
    """One article of the index in `folder`. Raises `DocumentNotFound`, and as `read_status`."""
    # No id holds half a surrogate pair, and SQLite takes none.
    known = doc_id.encode(errors="replace").decode()
    with connect(folder) as connection:
        connection.execute("BEGIN")
        read_manifest(connection, folder)
        for document in _documents(connection, "WHERE doc_id = ?", (known,)):
            return document
    raise document_not_found(doc_id)


def stored_documents(folder: Path) -> Iterator[Document]:
    """Every article of the index in `folder`, by id, one after another. Raises as `read_status`."""
    with connect(folder) as connection:
        connection.execute("BEGIN")
        read_manifest(connection, folder)
        yield from _documents(connection)


def document_not_found(doc_id: str) -> DocumentNotFound:
    """The error for an id that no article has."""
    return DocumentNotFound(
        en=f"No article has the id {doc_id!r}: `rag status` lists them.",
        zh=f"没有编号为 {doc_id!r} 的文章：`rag status` 会列出全部编号。",
    )


def reference(document: Document) -> DocumentReference:
    """The article as it is named to a reader."""
    return DocumentReference(
        doc_id=document.doc_id,
        title=document.title,
        outlet=document.outlet,
        published=document.published,
        url=document.url,
    )


def read_snapshot(
    folder: Path,
    *,
    fingerprint: str,
    chunker: ChunkerSettings,
    previous: Snapshot | None = None,
) -> Snapshot:
    """Read one whole generation of the index in `folder`, and check it.

    Of a `previous` snapshot of the same index, what did not change since is taken over, and
    neither read nor checked again. Raises `IndexMissing`, `IndexMismatch` (another format, model
    or chunker) or `IndexDamaged`.
    """
    with connect(folder) as connection:
        connection.execute("BEGIN")
        manifest = read_manifest(connection, folder)
        check_manifest(manifest, folder, fingerprint=fingerprint, chunker=chunker)
        marks = {
            doc_id: (generation, checksum)
            for doc_id, generation, checksum in connection.execute(
                "SELECT doc_id, generation, checksum FROM documents"
            )
        }
        same = previous is not None and previous.manifest.index_id == manifest.index_id
        known = previous.stored if previous and same else {}
        stored = {
            doc_id: known[doc_id]
            for doc_id, mark in marks.items()
            if doc_id in known and (known[doc_id].generation, known[doc_id].checksum) == mark
        }
        try:
            read = tuple(_read(connection, folder, manifest, marks.keys() - stored.keys()))
        except (TypeError, ValueError) as error:  # a value of another kind than was written
            raise damaged(folder, first_line(error)) from error
        stored |= {item.document.doc_id: item for item in read}
        stored = {doc_id: stored[doc_id] for doc_id in sorted(stored)}
        failures, roots = tuple(read_failures(connection)), read_roots(connection)
    passages = tuple(passage for item in stored.values() for passage in item.passages)
    found = len(stored), len(passages)
    if found != (manifest.documents, manifest.passages) or stored.keys() != marks.keys():
        counts = f"{found[0]} of {manifest.documents} articles, {found[1]} of {manifest.passages}"
        raise damaged(folder, f"it holds {counts} passages")
    items = tuple(stored.values())
    empty = np.empty((0, manifest.dimensions), np.float32)
    return Snapshot(
        manifest=manifest,
        stored=stored,
        documents={item.document.doc_id: item.document for item in items},
        passages=passages,
        vectors=np.concatenate([empty, *(item.vectors for item in items)]),
        terms=tuple(counts for item in items for counts in item.terms),
        stories=_stories(items),
        failures=failures,
        roots=roots,
    )


def _stories(items: Sequence[Stored]) -> tuple[tuple[str, ...], ...]:
    signatures = read_signatures(item.signature for item in items)
    texts = [item.document.text for item in items]
    dates = [item.document.published for item in items]
    groups = group(signatures, texts, [date.moment if date else None for date in dates])
    return tuple(tuple(items[row].document.doc_id for row in rows) for rows in groups)


def _read(
    connection: sqlite3.Connection, folder: Path, manifest: Manifest, doc_ids: Set[str]
) -> Iterator[Stored]:
    """The articles of these ids, each checked whole."""
    some = len(doc_ids) <= _ASKED_BY_ID
    where = f"WHERE doc_id IN ({', '.join('?' * len(doc_ids))})" if some else ""
    asked = tuple(doc_ids) if some else ()
    rows = connection.execute(
        "SELECT doc_id, passage_id, start, end, vector_key, terms, vector, vectors.checksum"  # noqa: S608
        " FROM documents JOIN passages USING (doc_id) LEFT JOIN vectors USING (vector_key)"
        f" {where} ORDER BY doc_id, passage_id",
        asked,
    )
    parts = {doc_id: tuple(group) for doc_id, group in groupby(rows, key=lambda row: row[0])}
    for *columns, signature, generation, checksum in connection.execute(
        f"SELECT {DOCUMENT_COLUMNS}, signature, generation, checksum FROM documents"  # noqa: S608
        f" {where} ORDER BY doc_id",
        asked,
    ):
        if columns[0] not in doc_ids:
            continue
        places = parts.pop(columns[0], ())
        spans = [row[2:6] for row in places]
        if checksum != document_checksum((*columns, generation), spans, signature):
            raise damaged(folder, f"article {str(columns[0])[:80]!r} fails its checksum")
        document = _document(columns)
        yield Stored(
            document=document,
            passages=tuple(
                Passage(
                    passage_id=passage_id,
                    doc_id=document.doc_id,
                    start=start,
                    end=end,
                    text=document.text[start:end],
                )
                for _, passage_id, start, end, *_ in places
            ),
            vectors=_vectors(places, folder, manifest.dimensions),
            terms=tuple(row[5] for row in places),
            signature=signature,
            generation=generation,
            checksum=checksum,
        )


def _vectors(places: Sequence[tuple[Any, ...]], folder: Path, dimensions: int) -> Vectors:
    for _, passage_id, *_, vector, checksum in places:
        if vector is None:
            raise damaged(folder, f"passage {passage_id} has no vector")
        if zlib.crc32(vector) != checksum or len(vector) != 4 * dimensions:
            raise damaged(folder, f"the vector of passage {passage_id} fails its checksum")
    joined = b"".join(row[6] for row in places)
    return np.frombuffer(joined, dtype="<f4").astype(np.float32).reshape(len(places), dimensions)


def _documents(
    connection: sqlite3.Connection, where: str = "", parameters: tuple[str, ...] = ()
) -> Iterator[Document]:
    query = f"SELECT {DOCUMENT_COLUMNS} FROM documents {where} ORDER BY doc_id"  # noqa: S608
    yield from map(_document, connection.execute(query, parameters))


def read_roots(connection: sqlite3.Connection) -> tuple[str, ...]:
    """What the index follows."""
    return tuple(root for (root,) in connection.execute("SELECT root FROM roots ORDER BY root"))


def _document(row: Sequence[str | int | None]) -> Document:
    doc_id, path, title, outlet, published, precision, zone_assumed, language, url, text, digest = (
        row
    )
    return Document(
        doc_id=str(doc_id),
        path=str(path),
        title=str(title),
        outlet=None if outlet is None else str(outlet),
        published=published_of(published, precision, zone_assumed),
        language=cast(Language, language),
        url=None if url is None else str(url),
        text=str(text),
        content_hash=str(digest),
    )


def published_of(
    moment: str | int | None, precision: str | int | None, zone_assumed: str | int | None
) -> Published | None:
    """The date of an article from its three columns."""
    if moment is None:
        return None
    return Published(
        moment=datetime.fromisoformat(str(moment)),
        precision=cast(Literal["year", "month", "day", "minute"], precision),
        zone_assumed=bool(zone_assumed),
    )


def read_failures(connection: sqlite3.Connection) -> Iterator[Failure]:
    """What could not be read when the files were last looked at."""
    rows = connection.execute("SELECT place, code, en, zh FROM failures ORDER BY place")
    for path, code, en, zh in rows:
        yield Failure(path=path, reason=Message(code=code, en=en, zh=zh))
