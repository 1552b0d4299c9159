"""The files that an index follows, and the changes since they were last read."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rag.errors import DocumentError
from rag.ingest.files import ArticleFile, LoadFailure, list_files, shown
from rag.ingest.reading import READING_VERSION
from rag.messages import Message
from rag.store.database import Failure

# Articles that were removed by hand.


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """An article that was removed by hand and stays out of the index while its file exists.

    `file` is the absolute path, `natural_id` the id that the file gives the article.
    """

    file: str
    natural_id: str
    title: str
    content_hash: str


def exclusions(connection: sqlite3.Connection) -> tuple[Exclusion, ...]:
    """Return all exclusions of an open index."""
    rows = connection.execute("SELECT file, natural_id, title, content_hash FROM excluded")
    return tuple(
        Exclusion(file=file, natural_id=natural_id, title=title, content_hash=content_hash)
        for file, natural_id, title, content_hash in rows
    )


def exclusion_of(connection: sqlite3.Connection, doc_id: str) -> Exclusion | None:
    """Return the exclusion that would remove a stored article, or None if it is not stored."""
    row = connection.execute(
        "SELECT base, files.path, natural_id, title, content_hash"
        " FROM documents JOIN files USING (file_id) WHERE doc_id = ?",
        (doc_id,),
    ).fetchone()
    if row is None:
        return None
    base, path, natural_id, title, content_hash = row
    return Exclusion(
        file=str(Path(base, path)), natural_id=natural_id, title=title, content_hash=content_hash
    )


def put_exclusion(connection: sqlite3.Connection, exclusion: Exclusion) -> None:
    """Keep an article out of the index from now on."""
    connection.execute(
        "INSERT OR REPLACE INTO excluded VALUES (?, ?, ?, ?)",
        (exclusion.file, exclusion.natural_id, exclusion.title, exclusion.content_hash),
    )


def drop_exclusion(connection: sqlite3.Connection, exclusion: Exclusion) -> None:
    """Allow an article again. It is indexed when its file is next read."""
    connection.execute(
        "DELETE FROM excluded WHERE file = ? AND natural_id = ?",
        (exclusion.file, exclusion.natural_id),
    )


# Files and articles as the index knows them.

_PREFIX = f"{READING_VERSION}:"


def stamp_when_read(stamp: str | None) -> str:
    """Return the stamp that is stored for a file after reading: reading version, then its stamp."""
    return _PREFIX + (stamp or "")


@dataclass(frozen=True, kw_only=True)
class KnownDocument:
    """An article as the index knows it.

    `natural_id` is the id that its file gives it. `doc_id` is a different one if that id was
    already taken, or if the article kept its id when its file moved.
    """

    doc_id: str
    natural_id: str
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class KnownFile:
    """A file as the index knows it.

    `stamp` is made by `stamp_when_read`. It is None if the file must be read again in any case; its
    stored articles may then come from another reading version.
    """

    base: str
    path: str
    stamp: str | None
    documents: tuple[KnownDocument, ...]

    @property
    def read_by_this_version(self) -> bool:
        """True if reading the unchanged file again would give the articles that are stored."""
        return self.stamp is not None and self.stamp.startswith(_PREFIX)

    def is_unchanged(self, file: ArticleFile) -> bool:
        """Return True if the file did not change and need not be read again."""
        return file.stamp is not None and self.stamp == stamp_when_read(file.stamp)

    def document(self, natural_id: str) -> KnownDocument | None:
        """Return the known article that has this natural id, or None."""
        return self._by_natural_id.get(natural_id)

    @cached_property
    def _by_natural_id(self) -> dict[str, KnownDocument]:
        return {document.natural_id: document for document in self.documents}


def known_files(connection: sqlite3.Connection) -> tuple[KnownFile, ...]:
    """Return every file that an open index knows, with its articles."""
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
    """Return one file as an open index knows it, by its absolute path, or None."""
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
    """Return True if no file of an open index is marked as read by another reading version."""
    row = connection.execute(
        "SELECT 1 FROM files WHERE substr(stamp, 1, ?) <> ? LIMIT 1", (len(_PREFIX), _PREFIX)
    )
    return row.fetchone() is None


def _document(doc_id: str, natural_id: str, content_hash: str) -> KnownDocument:
    return KnownDocument(doc_id=doc_id, natural_id=natural_id, content_hash=content_hash)


# Comparing the files under a root with the known ones.


@dataclass(frozen=True, kw_only=True)
class Scan:
    """The files under one root, compared with the index.

    `base` is the folder that ids are relative to. `fresh` are new files and files that may have
    changed, `unchanged` those that did not change. `gone` are known files that no longer exist; a
    file in a folder that couldn't be read is not one of them.
    """

    root: Path
    base: Path
    fresh: tuple[ArticleFile, ...]
    unchanged: tuple[KnownFile, ...]
    gone: tuple[KnownFile, ...]
    failures: tuple[Failure, ...]


def scan(root: Path, known: Mapping[Path, KnownFile], roots: Collection[Path]) -> Scan:
    """Compare the files under `root` with the `known` files, which are by absolute path.

    `roots` are all followed roots. If several contain a file, only the innermost one decides
    whether the file is gone.
    """
    inner = [other for other in roots if other != root and beneath(other, root)]
    indexed = {
        path: file
        for path, file in known.items()
        if beneath(path, root) and not any(beneath(path, other) for other in inner)
    }
    base = root
    try:
        base = _folder_around(root, roots) if root.is_file() else root
        listing = list_files(root)
    except DocumentError as error:
        return _nothing(root, base, error.message if root.exists() else _missing(root, indexed))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return _nothing(root, base, _unreadable(reason))
    if not listing.files and not listing.failures and indexed:
        return _nothing(root, base, _emptied(root, indexed))
    present = {file.path: file for file in listing.files}
    unsure = [failure.path for failure in listing.failures]
    unchanged = {
        path: known[path]
        for path, file in present.items()
        if path in known and known[path].is_unchanged(file)
    }
    return Scan(
        root=root,
        base=base,
        fresh=tuple(file for file in listing.files if file.path not in unchanged),
        unchanged=tuple(unchanged.values()),
        gone=tuple(
            file
            for path, file in indexed.items()
            if path not in present and not any(beneath(path, place) for place in unsure)
        ),
        failures=failures_of(listing.failures),
    )


def _folder_around(file: Path, roots: Collection[Path]) -> Path:
    """Return the base of a single file: the innermost root around it, else its own folder."""
    around = [root for root in roots if root != file and beneath(file, root)]
    return max(around, key=lambda root: len(root.parts), default=file.parent)


def beneath(path: Path, root: Path) -> bool:
    """Return True if `path` is `root` itself or lies under it."""
    return path == root or root in path.parents


def failures_of(failures: Iterable[LoadFailure]) -> tuple[Failure, ...]:
    """Return the failures as the index stores them, with paths that can be displayed."""
    return tuple(
        Failure(
            path=shown(str(failure.path)) + (f":{failure.line}" if failure.line else ""),
            reason=failure.reason,
        )
        for failure in failures
    )


def _nothing(root: Path, base: Path, reason: Message) -> Scan:
    """Return the scan of a root that can't be read now. Its indexed articles stay as they are."""
    failure = Failure(path=shown(str(root)), reason=reason)
    return Scan(root=root, base=base, fresh=(), unchanged=(), gone=(), failures=(failure,))


def _missing(root: Path, indexed: Mapping[Path, KnownFile]) -> Message:
    name = shown(str(root))
    return Message(
        code="root_missing",
        en=f"it is not there, so its {_articles(indexed)} indexed articles are kept: mount its"
        f" disk, or run `rag remove --root {name}`",
        zh=f"该位置不存在，已索引的 {_articles(indexed)} 篇文章予以保留：请挂载其磁盘，"
        f"或运行 `rag remove --root {name}`",
    )


def _emptied(root: Path, indexed: Mapping[Path, KnownFile]) -> Message:
    name = shown(str(root))
    return Message(
        code="root_empty",
        en=f"it holds no article any more, so its {_articles(indexed)} indexed articles are kept:"
        f" mount its disk, or run `rag remove --root {name}`",
        zh=f"其中已没有任何文章，已索引的 {_articles(indexed)} 篇文章予以保留：请挂载其磁盘，"
        f"或运行 `rag remove --root {name}`",
    )


def _unreadable(reason: str) -> Message:
    return Message(
        code="root_unreadable",
        en=f"it can't be opened ({reason}), so what is indexed of it is kept: check its"
        " permissions",
        zh=f"无法打开（{reason}），已索引的内容予以保留：请检查权限",
    )


def _articles(indexed: Mapping[Path, KnownFile]) -> int:
    return sum(len(file.documents) for file in indexed.values())
