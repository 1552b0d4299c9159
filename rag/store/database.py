"""The store: one SQLite file that holds the whole index.

Documents, passages, vectors and the manifest change together, in one transaction. A reader always
sees one complete generation, and after a crash the last complete one is still there. Vectors are
stored under a key of the embedded text (`vector_key`), so the same text is never embedded twice,
even if it moves to another file.

An index that can't be trusted raises an error with a one-line message. This is an index of another
format, another embedding model or another chunker, or one that fails a checksum.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.errors import (
    ConfigError,
    IndexBusy,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    IndexNotWritable,
)
from rag.ingest.chunker import ChunkerSettings
from rag.ingest.reading import READING_VERSION
from rag.messages import Message
from rag.milvus_address import MilvusAddress
from rag.text.characters import one_line

FORMAT_VERSION = 8
FILE_NAME = "index.sqlite3"
REBUILDING_NAME = "rebuilding.sqlite3"
"""The file of a new index during a rebuild. The old index stays in use meanwhile."""
UPLOADS_NAME = "uploads"
"""The folder for uploaded articles. It lies in the index folder, so it moves with the index."""

SCHEMA = """
CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE roots (root TEXT PRIMARY KEY) STRICT;
CREATE TABLE files (
    file_id INTEGER PRIMARY KEY,
    base TEXT NOT NULL,
    path TEXT NOT NULL,
    stamp TEXT,
    UNIQUE (base, path)
) STRICT;
CREATE TABLE documents (
    doc_id TEXT PRIMARY KEY,
    file_id INTEGER NOT NULL REFERENCES files,
    natural_id TEXT NOT NULL,
    path TEXT NOT NULL,
    title TEXT NOT NULL,
    outlet TEXT,
    published TEXT,
    precision TEXT,
    zone_assumed INTEGER,
    language TEXT NOT NULL,
    url TEXT,
    text TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    signature BLOB NOT NULL,
    generation INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX documents_of_file ON documents (file_id);
CREATE INDEX documents_since ON documents (generation);
CREATE TABLE removed (
    doc_id TEXT NOT NULL,
    generation INTEGER NOT NULL
) STRICT;
CREATE INDEX removed_since ON removed (generation);
CREATE TABLE vectors (
    vector_key TEXT PRIMARY KEY,
    vector BLOB NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;
CREATE TABLE passages (
    passage_id INTEGER PRIMARY KEY AUTOINCREMENT,
    doc_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    vector_key TEXT NOT NULL REFERENCES vectors,
    terms BLOB NOT NULL
) STRICT;
CREATE INDEX passages_of_document ON passages (doc_id);
CREATE INDEX passages_of_vector ON passages (vector_key);
CREATE TABLE failures (
    place TEXT PRIMARY KEY,
    root TEXT NOT NULL,
    code TEXT NOT NULL,
    en TEXT NOT NULL,
    zh TEXT NOT NULL
) STRICT;
CREATE TABLE excluded (
    file TEXT NOT NULL,
    natural_id TEXT NOT NULL,
    title TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    PRIMARY KEY (file, natural_id)
) STRICT;
"""

_UNWRITABLE = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
)

DOCUMENT_COLUMNS = (
    "doc_id, path, title, outlet, published, precision, zone_assumed, language, url, text,"
    " content_hash"
)
"""The columns of `Document`, in the order that the checksum uses."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The settings that an index was made with, and its current state.

    `runtime` computed the newest vectors; older vectors may come from another runtime of the same
    model. Every new or rebuilt index gets a new `index_id`, and every commit a new `commit_id`.
    `generation` grows by one with each change, and `updated` is the time of that change, in ISO
    8601 with zone. `documents` and `passages` are counts. `bulk` names the folder with the search
    files of a large index (`rag.store.large.bulk`), and `bulk_generation` is the generation that
    they were made from. The table `removed` lists the articles in those files that the index no
    longer holds. `reading` is the version of `rag.ingest.reading` that read all files, or 0 if
    the index does not say.
    """

    index_id: str
    commit_id: str
    embedder: str
    runtime: str
    fingerprint: str
    dimensions: int
    chunker: ChunkerSettings
    generation: int
    updated: str
    documents: int
    passages: int
    bulk: str | None = None
    bulk_generation: int = 0
    reading: int = READING_VERSION

    @property
    def rereading_due(self) -> bool:
        """True if another version of `rag.ingest.reading` read some files.

        Reading them again may give other articles.
        """
        return self.reading != READING_VERSION


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A file, a folder, or a line of a file that could not be read, with the reason."""

    path: str
    reason: Message


def vector_key(fingerprint: str, embedded_text: str) -> str:
    """Return the key of a vector: a hash of the model's fingerprint and the exact embedded text."""
    return hashlib.sha256(
        f"{fingerprint}\0{embedded_text}".encode(errors="surrogatepass")
    ).hexdigest()


def document_checksum(
    columns: Iterable[object], passages: Iterable[tuple[int, int, str, bytes]], signature: bytes
) -> int:
    """Return the CRC-32 of an article.

    It covers `columns` (its `DOCUMENT_COLUMNS` and its generation), its passages and its signature.
    `passages` are (start, end, vector key, terms), in order.
    """
    spans = [(start, end, key, zlib.crc32(terms)) for start, end, key, terms in passages]
    # A damaged file may hold other types: `default=str` turns them into text that won't match.
    value = json.dumps([*columns, *spans], ensure_ascii=False, default=str)
    return zlib.crc32(signature, zlib.crc32(value.encode(errors="surrogatepass")))


def index_exists(folder: Path) -> bool:
    """Return True if `folder` holds an index, usable or not."""
    return (folder / FILE_NAME).is_file()


def stored_roots(folder: Path) -> tuple[Path, ...]:
    """Return the roots of the index in `folder`, whatever its format version is."""
    with connect(folder) as connection:
        return tuple(Path(root) for (root,) in connection.execute("SELECT root FROM roots"))


def current_manifest(folder: Path) -> Manifest:
    """Return the manifest of the index in `folder`. Raises as `connect` and `read_manifest` do."""
    with connect(folder) as connection:
        return read_manifest(connection, folder)


def read_manifest(connection: sqlite3.Connection, folder: Path) -> Manifest:
    """Return the manifest of an open index.

    Raises `IndexMissing` if the index is not finished, `IndexMismatch` or `IndexDamaged`.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    check_format(version, folder)
    entries = dict(connection.execute("SELECT key, value FROM manifest"))
    if not entries:
        raise IndexMissing(
            en=f"The index {folder} is not finished: run `rag index` to go on with it.",
            zh=f"索引 {folder} 尚未建成：请运行 `rag index` 继续建立。",
        )
    try:
        checksum = int(entries.pop("checksum"))
        if checksum != manifest_checksum(entries):
            raise damaged(folder, "its manifest fails its checksum")
        return Manifest(
            index_id=entries["index_id"],
            commit_id=entries["commit_id"],
            embedder=entries["embedder"],
            runtime=entries["runtime"],
            fingerprint=entries["fingerprint"],
            dimensions=int(entries["dimensions"]),
            chunker=ChunkerSettings(**json.loads(entries["chunker"])),
            generation=int(entries["generation"]),
            updated=entries["updated"],
            documents=int(entries["documents"]),
            passages=int(entries["passages"]),
            bulk=entries.get("bulk"),
            bulk_generation=int(entries.get("bulk_generation", 0)),
            reading=int(entries.get("reading", 0)),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise damaged(folder, f"its manifest can't be read ({error!r})") from error


def manifest_checksum(entries: dict[str, str]) -> int:
    """Return the CRC-32 of the manifest's entries, which must not include the checksum."""
    return zlib.crc32(json.dumps(sorted(entries.items())).encode())


def check_manifest(
    manifest: Manifest,
    folder: Path | MilvusAddress,
    *,
    fingerprint: str,
    chunker: ChunkerSettings,
) -> None:
    """Raise `IndexMismatch` unless the index was made with this model and this chunker.

    `folder` is where it is, for the message.
    """
    if manifest.fingerprint != fingerprint:
        raise IndexMismatch(
            en=f"The index {folder} was made with embedding model {manifest.embedder!r}"
            f" ({manifest.fingerprint[:12]}), not with the one configured ({fingerprint[:12]}):"
            f" set RAG_EMBEDDER back, or run `rag index --rebuild`.",
            zh=f"索引 {folder} 由嵌入模型 {manifest.embedder!r}"
            f"（{manifest.fingerprint[:12]}）建立，与当前配置的模型（{fingerprint[:12]}）不同："
            "请改回 RAG_EMBEDDER，或运行 `rag index --rebuild`。",
        )
    if manifest.chunker != chunker:
        raise IndexMismatch(
            en=f"The index {folder} was made with another chunker ({manifest.chunker}, now"
            f" {chunker}): run `rag index --rebuild`.",
            zh=f"索引 {folder} 由另一种切分设置建立（{manifest.chunker}，现为 {chunker}）："
            f"请运行 `rag index --rebuild`。",
        )


@contextmanager
def connect(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the index in `folder` for reading, also on a disk that can't be written.

    SQLite's errors are raised as errors of `rag.errors`. Raises `IndexMissing` if there is no
    index.
    """
    path = folder / FILE_NAME
    try:
        exists = path.is_file()
    except OSError as error:
        raise folder_unusable(folder, error) from error
    if not exists:
        raise IndexMissing(
            en=f"There is no index in {folder}: run `rag index FOLDER` with the folder of your"
            " articles, or set RAG_INDEX.",
            zh=f"{folder} 中没有索引：请运行 `rag index 文件夹`（存放文章的文件夹），"
            "或设置 RAG_INDEX。",
        )
    # SQLite normally writes a file beside the index, even to read. It must not on a read-only disk.
    immutable = "&immutable=1" if not os.access(folder, os.W_OK) and not _pending(path) else ""
    with closed_connection(path, folder, f"mode=ro{immutable}", seconds=5) as connection:
        yield connection


def whole_within(folder: Path, seconds: float) -> bool:
    """Check the structure of the index file; return True if all of it was checked in that time.

    Raises `IndexDamaged` if it is damaged, and as `connect` does.
    """
    end = time.monotonic() + seconds
    with connect(folder) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > end, 100_000)
        try:
            check_structure(connection, folder)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                return False
            raise
    return True


def check_structure(connection: sqlite3.Connection, folder: Path) -> None:
    """Raise `IndexDamaged` if the structure of the file is damaged. All of it is read."""
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise damaged(folder, found)


@contextmanager
def closed_connection(
    path: Path, folder: Path, options: str, *, seconds: float
) -> Iterator[sqlite3.Connection]:
    """Open a connection to the file `path`, and close it at the end.

    SQLite's errors are raised as errors of `rag.errors`. No transaction is begun implicitly.
    `seconds` is how long to wait for a lock.
    """
    try:
        address = f"{path.absolute().as_uri()}?{options}"
        opened = sqlite3.connect(address, timeout=seconds, isolation_level=None, uri=True)
        with closing(opened) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        raise _translated(error, folder, writing="mode=ro" not in options) from error
    except UnicodeDecodeError as error:
        raise damaged(folder, "it holds text that is not valid") from error


def check_format(version: int, folder: Path) -> None:
    """Raise `IndexMismatch` unless this program can read that format version."""
    if version > FORMAT_VERSION:
        raise IndexMismatch(
            en=f"The index {folder} has format {version}, made by a newer version of this program"
            f" (this one reads {FORMAT_VERSION}): update it, or run `rag index --rebuild`.",
            zh=f"索引 {folder} 的格式版本是 {version}，由更新版本的程序建立（本程序读取"
            f" {FORMAT_VERSION}）：请更新程序，或运行 `rag index --rebuild`。",
        )
    if version != FORMAT_VERSION:
        raise IndexMismatch(
            en=f"The index {folder} has format {version}, this program reads {FORMAT_VERSION}:"
            f" run `rag index --rebuild`.",
            zh=f"索引 {folder} 的格式版本是 {version}，本程序读取 {FORMAT_VERSION}："
            "请运行 `rag index --rebuild`。",
        )


def busy(folder: Path) -> IndexBusy:
    """Return the error for an index that another process is writing to."""
    return IndexBusy(
        en=f"Another process is writing to the index {folder}: wait for it, then try again.",
        zh=f"另一个进程正在写入索引 {folder}：请等它结束后重试。",
    )


def damaged(folder: Path, what: str) -> IndexDamaged:
    """Return the error for an index that fails its own checks."""
    what = one_line(what)[:200]
    return IndexDamaged(
        en=f"The index {folder} is damaged ({what}): run `rag index --rebuild FOLDER` with the"
        " folder of your articles.",
        zh=f"索引 {folder} 已损坏（{what}）："
        "请运行 `rag index --rebuild 文件夹`（存放文章的文件夹）。",
    )


def not_writable(folder: Path, reason: str) -> IndexNotWritable:
    """Return the error for an index folder that can't be written."""
    return IndexNotWritable(
        en=f"The index {str(folder)[:200]!r} can't be written ({reason}), and is unchanged: make"
        " room or allow writing there, or set RAG_INDEX to another folder.",
        zh=f"索引 {str(folder)[:200]!r} 无法写入（{reason}），内容保持原样："
        "请腾出空间或开放写权限，或把 RAG_INDEX 设为其他文件夹。",
    )


def not_arranged(folder: Path, reason: str) -> IndexNotWritable:
    """Return the error for a large index whose search files can't be made.

    Articles that the run stored stay stored. A rebuild then leaves the old index in use.
    """
    return IndexNotWritable(
        en=f"What was read is stored, but the files that the index {str(folder)[:200]!r} is"
        f" searched in can't be made ({reason}): make room there and run `rag index` again; a"
        " rebuild leaves the old index in use.",
        zh=f"已读取的内容均已保存，但无法生成索引 {str(folder)[:200]!r} 的检索文件（{reason}）："
        "请腾出空间后再次运行 `rag index`；重建时旧索引继续使用。",
    )


def folder_unusable(folder: Path, error: OSError) -> ConfigError:
    """Return the error for an index folder that can't be made or read."""
    return ConfigError(
        en=f"The index folder {str(folder)[:200]!r} can't be used ({error.strerror}): set"
        " RAG_INDEX to a folder that can be written.",
        zh=f"索引文件夹 {str(folder)[:200]!r} 无法使用（{error.strerror}）："
        "请把 RAG_INDEX 设为可写的文件夹。",
    )


def _pending(path: Path) -> bool:
    """Return True if committed changes are still in SQLite's log and not yet in the file itself."""
    log = path.with_name(path.name + "-wal")
    return log.is_file() and log.stat().st_size > 0


def _translated(error: sqlite3.DatabaseError, folder: Path, *, writing: bool) -> Exception:
    # The low byte is the primary code. Errors that Python itself raises have no code.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return busy(folder)
    if writing and code in _UNWRITABLE:
        return not_writable(folder, str(error))
    return damaged(folder, str(error))
