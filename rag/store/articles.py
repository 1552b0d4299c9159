"""What an index holds: its articles, each checked whole, their list, and their numbers."""

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

# Reading articles from the store, each checked whole.

_ASKED_AT_ONCE = 500
"""SQLite takes this many parameters in a query everywhere."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """An article as it is stored: row i of `vectors` and `terms[i]` belong to `passages[i]`.

    `generation` is the one that stored it, `checksum` that of all it holds, `signature` tells
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
    """An article and its passages, as the tables have them: (id, start, end, key, terms) each."""

    document: Document
    signature: bytes
    generation: int
    checksum: int
    places: tuple[tuple[Any, ...], ...]


def read_stored(
    connection: sqlite3.Connection, folder: Path, doc_ids: Sequence[str], dimensions: int
) -> Iterator[Stored]:
    """The articles of these ids that there are, in their order. Raises `IndexDamaged`."""
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
    """The same without passages; with the generation and checksum of each. Raises as above."""
    for row in _checked(connection, folder, doc_ids):
        yield row.document, (row.generation, row.checksum)


def read_documents(
    connection: sqlite3.Connection, where: str = "", parameters: tuple[str, ...] = ()
) -> Iterator[Document]:
    """The articles of the store, by id, unchecked; `where` may choose among them."""
    query = f"SELECT {DOCUMENT_COLUMNS} FROM documents {where} ORDER BY doc_id"  # noqa: S608
    yield from map(_document, connection.execute(query, parameters))


def _checked(
    connection: sqlite3.Connection, folder: Path, doc_ids: Sequence[str]
) -> Iterator[_Row]:
    for first in range(0, len(doc_ids), _ASKED_AT_ONCE):
        some = doc_ids[first : first + _ASKED_AT_ONCE]
        try:
            yield from _checked_batch(connection, folder, some)
        except (TypeError, ValueError) as error:  # a value of another kind than was written
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
            document=_document(columns),
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


def columns_of(document: Document) -> tuple[str | int | None, ...]:
    """Returns an article's `DOCUMENT_COLUMNS`, as they are stored."""
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
    """The date of an article from its three columns."""
    if moment is None:
        return None
    return Published(
        moment=datetime.fromisoformat(str(moment)),
        precision=cast(Literal["year", "month", "day", "minute"], precision),
        zone_assumed=bool(zone_assumed),
    )


def read_roots(connection: sqlite3.Connection) -> tuple[str, ...]:
    """What the index follows."""
    return tuple(root for (root,) in connection.execute("SELECT root FROM roots ORDER BY root"))


def read_failures(connection: sqlite3.Connection) -> Iterator[Failure]:
    """What could not be read when the files were last looked at."""
    rows = connection.execute("SELECT place, code, en, zh FROM failures ORDER BY place")
    for path, code, en, zh in rows:
        yield Failure(path=path, reason=Message(code=code, en=en, zh=zh))


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


# The articles of an index as a list: where each comes from, without its text or its vectors.


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An article as a list names it. Its file is `path`, relative to the folder `base`."""

    doc_id: str
    title: str
    outlet: str | None
    published: Published | None
    language: Language
    base: str
    path: str

    @property
    def file(self) -> Path:
        """Where its file is, or was when it was last read."""
        return Path(self.base, self.path)

    def shares_file(self, other: Listed) -> bool:
        """Whether both are in one file, or are the same article."""
        return (self.base, self.path) == (other.base, other.path)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """What an index holds: the newest article first, those without a date last.

    `failures` are what could not be read when the files were last looked at, `notices` what was
    not understood of articles that are indexed.
    """

    manifest: Manifest
    roots: tuple[str, ...]
    articles: tuple[Listed, ...]
    failures: tuple[Failure, ...]
    notices: tuple[Notice, ...]


def read_catalogue(folder: Path) -> Catalogue:
    """The list of the index in `folder`. Raises as `rag.store.articles.read_status` does."""
    with connect(folder) as connection:
        connection.execute("BEGIN")
        manifest = read_manifest(connection, folder)
        # Stored as ISO 8601 with zones of their own, dates are put in order as moments.
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


# What an index holds, read without any model.


@dataclass(frozen=True, kw_only=True)
class IndexStatus:
    """What an index holds, told without loading any model.

    `notices` are what of the files was not understood though their articles are indexed.
    `removed` are the titles of articles that were removed by hand and stay away.
    """

    manifest: Manifest
    roots: tuple[str, ...]
    documents: tuple[DocumentReference, ...]
    passages: int
    failures: tuple[Failure, ...]
    notices: tuple[Notice, ...]
    removed: tuple[str, ...]


def read_status(folder: Path) -> IndexStatus:
    """What the index in `folder` holds. Raises as `rag.store.snapshot.read_snapshot` does."""
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
    """One article of the index in `folder`. Raises `DocumentNotFound`, and as `read_status`."""
    # No id holds half a surrogate pair, and SQLite takes none.
    known = doc_id.encode(errors="replace").decode()
    with connect(folder) as connection:
        connection.execute("BEGIN")
        read_manifest(connection, folder)
        for document in read_documents(connection, "WHERE doc_id = ?", (known,)):
            return document
    raise document_not_found(doc_id)


def stored_documents(folder: Path) -> Iterator[Document]:
    """Every article of the index in `folder`, by id, one after another. Raises as `read_status`."""
    with connect(folder) as connection:
        connection.execute("BEGIN")
        read_manifest(connection, folder)
        yield from read_documents(connection)
