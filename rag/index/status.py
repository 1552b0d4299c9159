"""What an index holds, read without any model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.index.articles import (
    document_not_found,
    read_documents,
    read_failures,
    read_roots,
    reference,
)
from rag.index.notices import Notice, read_notices
from rag.index.store import Failure, Manifest, connect, read_manifest
from rag.types import Document, DocumentReference


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
    """What the index in `folder` holds. Raises as `rag.index.snapshot.read_snapshot` does."""
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
