"""Reading an index: one whole generation, checked, in memory."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, cast

import numpy as np

from rag.corpus.chunker import ChunkerSettings
from rag.errors import DocumentNotFound
from rag.index.store import Failure, Manifest, check_manifest, connect, damaged, read_manifest
from rag.messages import Language, Message
from rag.models.embedder import Vectors
from rag.types import Document, DocumentReference, Passage, Published


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One whole generation in memory. Row i of `vectors` belongs to `passages[i]`."""

    manifest: Manifest
    documents: dict[str, Document]
    passages: tuple[Passage, ...]
    vectors: Vectors
    failures: tuple[Failure, ...]
    roots: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class IndexStatus:
    """What an index holds, told without loading any model."""

    manifest: Manifest
    roots: tuple[str, ...]
    documents: tuple[DocumentReference, ...]
    passages: int
    failures: tuple[Failure, ...]


def read_status(folder: Path) -> IndexStatus:
    """What the index in `folder` holds. Raises as `read_snapshot` does, models aside."""
    with connect(folder, create=False) as connection:
        connection.execute("BEGIN")
        manifest = read_manifest(connection, folder)
        (passages,) = connection.execute("SELECT count(*) FROM passages").fetchone()
        return IndexStatus(
            manifest=manifest,
            roots=_roots(connection),
            documents=tuple(map(reference, _documents(connection))),
            passages=passages,
            failures=tuple(_failures(connection)),
        )


def stored_document(folder: Path, doc_id: str) -> Document:
    """One article of the index in `folder`. Raises `DocumentNotFound`, and as `read_status`."""
    # No id holds half a surrogate pair, and SQLite takes none.
    known = doc_id.encode(errors="replace").decode()
    with connect(folder, create=False) as connection:
        connection.execute("BEGIN")
        read_manifest(connection, folder)
        for document in _documents(connection, "WHERE doc_id = ?", (known,)):
            return document
    raise document_not_found(doc_id)


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


def read_snapshot(folder: Path, *, fingerprint: str, chunker: ChunkerSettings) -> Snapshot:
    """Read one whole generation of the index in `folder`, and check it.

    Raises `IndexMissing`, `IndexMismatch` (another format, model or chunker) or `IndexDamaged`.
    """
    with connect(folder, create=False) as connection:
        connection.execute("BEGIN")
        manifest = read_manifest(connection, folder)
        check_manifest(manifest, folder, fingerprint=fingerprint, chunker=chunker)
        documents = {document.doc_id: document for document in _documents(connection)}
        rows = connection.execute(
            "SELECT passage_id, doc_id, start, end, vector, checksum"
            " FROM passages JOIN vectors USING (vector_key) ORDER BY passage_id"
        ).fetchall()
        failures = tuple(_failures(connection))
        roots = _roots(connection)
        (expected,) = connection.execute("SELECT count(*) FROM passages").fetchone()
    if len(rows) != expected:
        raise damaged(folder, f"{expected - len(rows)} passages have no vector")
    passages = []
    for passage_id, doc_id, start, end, vector, checksum in rows:
        document = documents.get(doc_id)
        if document is None or not 0 <= start < end <= len(document.text):
            raise damaged(folder, f"passage {passage_id} lies outside its article")
        if zlib.crc32(vector) != checksum or len(vector) != 4 * manifest.dimensions:
            raise damaged(folder, f"the vector of passage {passage_id} fails its checksum")
        passages.append(
            Passage(
                passage_id=passage_id,
                doc_id=doc_id,
                start=start,
                end=end,
                text=document.text[start:end],
            )
        )
    vectors = np.frombuffer(b"".join(row[4] for row in rows), dtype="<f4")
    return Snapshot(
        manifest=manifest,
        documents=documents,
        passages=tuple(passages),
        vectors=vectors.reshape(len(rows), manifest.dimensions).astype(np.float32),
        failures=failures,
        roots=roots,
    )


def _documents(
    connection: sqlite3.Connection, where: str = "", parameters: tuple[str, ...] = ()
) -> Iterator[Document]:
    columns = (
        "doc_id, path, title, outlet, published, precision, zone_assumed, language, url, text,"
        " content_hash"
    )
    query = f"SELECT {columns} FROM documents {where} ORDER BY doc_id"  # noqa: S608
    yield from map(_document, connection.execute(query, parameters))


def _roots(connection: sqlite3.Connection) -> tuple[str, ...]:
    return tuple(root for (root,) in connection.execute("SELECT root FROM roots ORDER BY root"))


def _document(row: tuple[str | int | None, ...]) -> Document:
    doc_id, path, title, outlet, published, precision, zone_assumed, language, url, text, digest = (
        row
    )
    when = None
    if published is not None:
        when = Published(
            moment=datetime.fromisoformat(str(published)),
            precision=cast(Literal["year", "month", "day", "minute"], precision),
            zone_assumed=bool(zone_assumed),
        )
    return Document(
        doc_id=str(doc_id),
        path=str(path),
        title=str(title),
        outlet=None if outlet is None else str(outlet),
        published=when,
        language=cast(Language, language),
        url=None if url is None else str(url),
        text=str(text),
        content_hash=str(digest),
    )


def _failures(connection: sqlite3.Connection) -> Iterator[Failure]:
    rows = connection.execute("SELECT path, code, en, zh FROM failures ORDER BY path")
    for path, code, en, zh in rows:
        yield Failure(path=path, reason=Message(code=code, en=en, zh=zh))
