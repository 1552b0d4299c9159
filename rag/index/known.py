"""What an index knows of the files that it follows, to tell what changed."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rag.corpus.files import ArticleFile
from rag.corpus.reading import READING_VERSION

_PREFIX = f"{READING_VERSION}:"


def stamp_when_read(stamp: str | None) -> str:
    """Returns what is stored of a file that was read: the version of reading and its stamp."""
    return _PREFIX + (stamp or "")


@dataclass(frozen=True, kw_only=True)
class KnownDocument:
    """An article as the index knows it, to tell what changed.

    `natural_id` is the id that its file gives it; `doc_id` is another where that was taken, or
    where the article kept its id when its file moved.
    """

    doc_id: str
    natural_id: str
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class KnownFile:
    """A file as the index knows it.

    `stamp` is as `stamp_when_read` makes it; None where it must be read again in any case, and
    what is stored of it may come from another version of reading.
    """

    base: str
    path: str
    stamp: str | None
    documents: tuple[KnownDocument, ...]

    @property
    def read_by_this_version(self) -> bool:
        """Tells whether reading an unchanged file again gives what is stored."""
        return self.stamp is not None and self.stamp.startswith(_PREFIX)

    def is_unchanged(self, file: ArticleFile) -> bool:
        """Tells whether the file, as it is now, needn't be read again."""
        return file.stamp is not None and self.stamp == stamp_when_read(file.stamp)

    def document(self, natural_id: str) -> KnownDocument | None:
        """The article that the file gives this id, if the index knows one."""
        return self._by_natural_id.get(natural_id)

    @cached_property
    def _by_natural_id(self) -> dict[str, KnownDocument]:
        return {document.natural_id: document for document in self.documents}


def known_files(connection: sqlite3.Connection) -> tuple[KnownFile, ...]:
    """Returns every file that an open index knows, with its articles."""
    documents: dict[int, list[KnownDocument]] = {}
    for file_id, *columns in connection.execute(
        "SELECT file_id, doc_id, natural_id, content_hash FROM documents"
    ):
        documents.setdefault(file_id, []).append(_document(*columns))
    return tuple(
        KnownFile(base=base, path=path, stamp=stamp, documents=tuple(documents.get(file_id, ())))
        for file_id, base, path, stamp in connection.execute(
            "SELECT file_id, base, path, stamp FROM files"
        )
    )


def known_file(connection: sqlite3.Connection, file: Path) -> KnownFile | None:
    """Returns what an open index knows of one file, given by its absolute path."""
    for (base,) in connection.execute("SELECT DISTINCT base FROM files").fetchall():
        if not file.is_relative_to(base):
            continue
        row = connection.execute(
            "SELECT file_id, path, stamp FROM files WHERE base = ? AND path = ?",
            (base, file.relative_to(base).as_posix()),
        ).fetchone()
        if row:
            documents = connection.execute(
                "SELECT doc_id, natural_id, content_hash FROM documents WHERE file_id = ?", row[:1]
            )
            known = tuple(_document(*columns) for columns in documents)
            return KnownFile(base=base, path=row[1], stamp=row[2], documents=known)
    return None


def all_read_by_this_version(connection: sqlite3.Connection) -> bool:
    """Tells whether no file of an open index is known to have been read by another version."""
    row = connection.execute(
        "SELECT 1 FROM files WHERE substr(stamp, 1, ?) <> ? LIMIT 1", (len(_PREFIX), _PREFIX)
    )
    return row.fetchone() is None


def _document(doc_id: str, natural_id: str, content_hash: str) -> KnownDocument:
    return KnownDocument(doc_id=doc_id, natural_id=natural_id, content_hash=content_hash)
