"""Read the articles of an index, their list, and the state of the index."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

from rag.errors import DocumentNotFound, first_line
from rag.messages import Language, Message
from rag.models.embedder import Vectors
from rag.store.database import (
    DOCUMENT_COLUMNS,
    Failure,
    Manifest,
    connect,
    damaged,
    document_checksum,
    read_manifest,
)
from rag.store.notices import Notice, read_notices
from rag.types import Document, DocumentReference, Passage, Published

# Articles with their passages. Each is compared with its checksum.

_ASKED_AT_ONCE = 500
"""The most ids in one query: every build of SQLite takes this many parameters."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """An article as it is stored, with its passages.

    Row i of `vectors` and `terms[i]` belong to `passages[i]`. `generation` is the generation that
    stored the article. `checksum` covers the article and its passages. `signature` is used to find
    near-duplicates (`rag.ingest.near_duplicates`).
    """

    document: Document
    passages: tuple[Passage, ...]
    vectors: Vectors
    terms: tuple[bytes, ...]
    signature: bytes
    generation: int
    checksum: int


@dataclass(frozen=True, kw_only=True)
class _Row:
    """An article and its passages as table rows; a place is (id, start, end, key, terms)."""

    document: Document
    signature: bytes
    generation: int
    checksum: int
    places: tuple[tuple[Any, ...], ...]


def read_stored(
    connection: sqlite3.Connection, folder: Path, doc_ids: Sequence[str], dimensions: int
) -> Iterator[Stored]:
    """Yield the articles that have these ids, in batches sorted by id.

    Ids that no article has are skipped. Raises `IndexDamaged`.
    """
    for row in _checked(connection, folder, doc_ids):
        vectors = connection.execute(
            "SELECT passage_id, vector, vectors.checksum"
            " FROM passages LEFT JOIN vectors USING (vector_key)"
            " WHERE doc_id = ? ORDER BY passage_id",
            (row.document.doc_id,),
        ).fetchall()
        text, doc_id = row.document.text, row.document.doc_id
        yield Stored(
            document=row.document,
            passages=tuple(
                Passage(
                    passage_id=number, doc_id=doc_id, start=start, end=end, text=text[start:end]
                )
                for number, start, end, *_ in row.places
            ),
            vectors=_vectors(vectors, folder, dimensions),
            terms=tuple(place[4] for place in row.places),
            signature=row.signature,
            generation=row.generation,
            checksum=row.checksum,
        )


def read_texts(
    connection: sqlite3.Connection, folder: Path, doc_ids: Sequence[str]
) -> Iterator[tuple[Document, tuple[int, int]]]:
    """Yield the same articles without passages, each with its generation and checksum.

    Raises as `read_stored` does.
    """
    for row in _checked(connection, folder, doc_ids):
        yield row.document, (row.generation, row.checksum)


def read_documents(
    connection: sqlite3.Connection, where: str = "", parameters: tuple[str, ...] = ()
) -> Iterator[Document]:
    """Yield the articles of the store by id, without checking them.

    `where` is an optional SQL condition that selects some of them.
    """
    query = f"SELECT {DOCUMENT_COLUMNS} FROM documents {where} ORDER BY doc_id"  # noqa: S608
    yield from map(document_of, connection.execute(query, parameters))


def _checked(
    connection: sqlite3.Connection, folder: Path, doc_ids: Sequence[str]
) -> Iterator[_Row]:
    for first in range(0, len(doc_ids), _ASKED_AT_ONCE):
        some = doc_ids[first : first + _ASKED_AT_ONCE]
        try:
            yield from _checked_batch(connection, folder, some)
        except (TypeError, ValueError) as error:  # a stored value has the wrong type
            raise damaged(folder, first_line(error)) from error


def _checked_batch(
    connection: sqlite3.Connection, folder: Path, doc_ids: Sequence[str]
) -> Iterator[_Row]:
    where = f"WHERE doc_id IN ({', '.join('?' * len(doc_ids))})"
    rows = connection.execute(
        "SELECT doc_id, passage_id, start, end, vector_key, terms"  # noqa: S608
        f" FROM passages {where} ORDER BY doc_id, passage_id",
        doc_ids,
    )
    parts = {doc_id: tuple(r[1:] for r in some) for doc_id, some in groupby(rows, lambda r: r[0])}
    for *columns, signature, generation, checksum in connection.execute(
        f"SELECT {DOCUMENT_COLUMNS}, signature, generation, checksum FROM documents"  # noqa: S608
        f" {where} ORDER BY doc_id",
        doc_ids,
    ):
        places = parts.get(columns[0], ())
        spans = [place[1:] for place in places]
        if checksum != document_checksum((*columns, generation), spans, signature):
            raise damaged(folder, f"article {str(columns[0])[:80]!r} fails its checksum")
        yield _Row(
            document=document_of(columns),
            signature=signature,
            generation=generation,
            checksum=checksum,
            places=places,
        )


def _vectors(rows: Sequence[tuple[int, Any, Any]], folder: Path, dimensions: int) -> Vectors:
    for passage_id, vector, checksum in rows:
        if vector is None:
            raise damaged(folder, f"passage {passage_id} has no vector")
        if zlib.crc32(vector) != checksum or len(vector) != 4 * dimensions:
            raise damaged(folder, f"the vector of passage {passage_id} fails its checksum")
    joined = b"".join(vector for _, vector, _ in rows)
    return np.frombuffer(joined, dtype="<f4").astype(np.float32).reshape(len(rows), dimensions)


def document_of(row: Sequence[str | int | None]) -> Document:
    """Return the article of a row of `DOCUMENT_COLUMNS`."""
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


def columns_of(document: Document) -> tuple[str | int | None, ...]:
    """Return an article's `DOCUMENT_COLUMNS` as they are stored."""
    published = document.published
    return (
        document.doc_id,
        document.path,
        document.title,
        document.outlet,
        published.moment.isoformat() if published else None,
        published.precision if published else None,
        int(published.zone_assumed) if published else None,
        document.language,
        document.url,
        document.text,
        document.content_hash,
    )


def published_of(
    moment: str | int | None, precision: str | int | None, zone_assumed: str | int | None
) -> Published | None:
    """Return the date of an article, made from its three columns."""
    if moment is None:
        return None
    return Published(
        moment=datetime.fromisoformat(str(moment)),
        precision=cast(Literal["year", "month", "day", "minute"], precision),
        zone_assumed=bool(zone_assumed),
    )


def read_roots(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the roots that the index follows."""
    return tuple(root for (root,) in connection.execute("SELECT root FROM roots ORDER BY root"))


def read_failures(connection: sqlite3.Connection) -> Iterator[Failure]:
    """Yield the failures of the last time that the files were looked at."""
    rows = connection.execute("SELECT place, code, en, zh FROM failures ORDER BY place")
    for path, code, en, zh in rows:
        yield Failure(path=path, reason=Message(code=code, en=en, zh=zh))


def document_not_found(doc_id: str) -> DocumentNotFound:
    """Return the error for an id that no article has."""
    return DocumentNotFound(
        en=f"No article has the id {doc_id!r}: `rag status` lists them.",
        zh=f"没有编号为 {doc_id!r} 的文章：`rag status` 会列出全部编号。",
    )


def reference(document: Document) -> DocumentReference:
    """Return the reference that names an article to a reader."""
    return DocumentReference(
        doc_id=document.doc_id,
        title=document.title,
        outlet=document.outlet,
        published=document.published,
        url=document.url,
    )


# The list of articles, without texts and vectors.


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An entry of the article list. Its file is `path`, relative to the folder `base`."""

    doc_id: str
    title: str
    outlet: str | None
    published: Published | None
    language: Language
    base: str
    path: str

    @property
    def file(self) -> Path:
        """The path of its file when it was last read."""
        return Path(self.base, self.path)

    def shares_file(self, other: Listed) -> bool:
        """Return True if both articles are in the same file, or are the same article."""
        return (self.base, self.path) == (other.base, other.path)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The article list of an index: the newest article first, articles without a date last.

    `failures` name what could not be read when the files were last looked at. `notices` name the
    parts of indexed articles that were not understood.
    """

    manifest: Manifest
    roots: tuple[str, ...]
    articles: tuple[Listed, ...]
    failures: tuple[Failure, ...]
    notices: tuple[Notice, ...]


def read_catalogue(folder: Path) -> Catalogue:
    """Return the article list of the index in `folder`. Raises as `read_status` does."""
    with connect(folder) as connection:
        connection.execute("BEGIN")
        manifest = read_manifest(connection, folder)
        # Dates are stored as ISO 8601 with different zones, so they can't be sorted as text.
        rows = connection.execute(
            "SELECT doc_id, title, outlet, published, precision, zone_assumed, language, base,"
            " files.path FROM documents JOIN files USING (file_id)"
            " ORDER BY julianday(published) DESC, doc_id"
        )
        articles = tuple(
            Listed(
                doc_id=row[0],
                title=row[1],
                outlet=row[2],
                published=published_of(row[3], row[4], row[5]),
                language=cast(Language, row[6]),
                base=row[7],
                path=row[8],
            )
            for row in rows
        )
        return Catalogue(
            manifest=manifest,
            roots=read_roots(connection),
            articles=articles,
            failures=tuple(read_failures(connection)),
            notices=tuple(read_notices(connection)),
        )


# The state of an index.


@dataclass(frozen=True, kw_only=True)
class IndexStatus:
    """The state of an index. Reading it needs no model.

    `notices` name the parts of files that were not understood although their articles are indexed.
    `removed` are the titles of articles that were removed by hand and stay out of the index.
    """

    manifest: Manifest
    roots: tuple[str, ...]
    documents: tuple[DocumentReference, ...]
    passages: int
    failures: tuple[Failure, ...]
    notices: tuple[Notice, ...]
    removed: tuple[str, ...]


def read_status(folder: Path) -> IndexStatus:
    """Return the state of the index in `folder`.

    Raises as `rag.store.snapshot.read_snapshot` does.
    """
    with connect(folder) as connection:
        connection.execute("BEGIN")
        manifest = read_manifest(connection, folder)
        removed = connection.execute("SELECT title FROM excluded ORDER BY title").fetchall()
        return IndexStatus(
            manifest=manifest,
            roots=read_roots(connection),
            documents=tuple(map(reference, read_documents(connection))),
            passages=manifest.passages,
            failures=tuple(read_failures(connection)),
            notices=tuple(read_notices(connection)),
            removed=tuple(title for (title,) in removed),
        )


def stored_document(folder: Path, doc_id: str) -> Document:
    """Return one article of the index in `folder`.

    Raises `DocumentNotFound`, and as `read_status` does.
    """
    # SQLite can't take a single surrogate, and no id has one.
    known = doc_id.encode(errors="replace").decode()
    with connect(folder) as connection:
        connection.execute("BEGIN")
        read_manifest(connection, folder)
        for document in read_documents(connection, "WHERE doc_id = ?", (known,)):
            return document
    raise document_not_found(doc_id)


def stored_documents(folder: Path) -> Iterator[Document]:
    """Yield every article of the index in `folder`, by id. Raises as `read_status` does."""
    with connect(folder) as connection:
        connection.execute("BEGIN")
        read_manifest(connection, folder)
        yield from read_documents(connection)
