"""The store: one SQLite file that holds everything an index knows.

Documents, passages, vectors and the manifest change together, in one transaction: a reader sees
one whole generation, and a crash leaves the last one. Vectors are kept by what was embedded
(`vector_key`), so that text that did not change is never embedded twice, wherever it moves.

Whatever can't be trusted is said in one line and never shown as an answer: another format,
another embedding model, another chunker, or a vector that fails its checksum.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.corpus.chunker import ChunkerSettings, Span
from rag.errors import ConfigError, IndexBusy, IndexDamaged, IndexMismatch, IndexMissing
from rag.messages import Message
from rag.models.embedder import Vectors
from rag.types import Document

FORMAT_VERSION = 2
FILE_NAME = "index.sqlite3"

_SCHEMA = """
CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE roots (root TEXT PRIMARY KEY) STRICT;
CREATE TABLE documents (
    doc_id TEXT PRIMARY KEY,
    root TEXT NOT NULL REFERENCES roots,
    path TEXT NOT NULL,
    title TEXT NOT NULL,
    outlet TEXT,
    published TEXT,
    precision TEXT,
    zone_assumed INTEGER,
    language TEXT NOT NULL,
    url TEXT,
    text TEXT NOT NULL,
    content_hash TEXT NOT NULL
) STRICT;
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
    vector_key TEXT NOT NULL REFERENCES vectors
) STRICT;
CREATE INDEX passages_of_document ON passages (doc_id);
CREATE INDEX passages_of_vector ON passages (vector_key);
CREATE TABLE failures (
    path TEXT PRIMARY KEY,
    root TEXT NOT NULL REFERENCES roots,
    code TEXT NOT NULL,
    en TEXT NOT NULL,
    zh TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What an index was made with, and which state of it this is.

    `runtime` is what computed the newest vectors; others of the same model may be beside them.
    `generation` grows by one with each change; `updated` is when that was, in ISO 8601 with zone.
    """

    embedder: str
    runtime: str
    fingerprint: str
    dimensions: int
    chunker: ChunkerSettings
    generation: int
    updated: str


@dataclass(frozen=True, kw_only=True)
class IndexedFile:
    """A file as the index knows it, to tell what changed."""

    doc_id: str
    root: str
    path: str
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A file that could not be read, and why."""

    path: str
    reason: Message


def vector_key(fingerprint: str, embedded_text: str) -> str:
    """The key of a vector: the model's fingerprint and the exact text that was embedded."""
    return hashlib.sha256(
        f"{fingerprint}\0{embedded_text}".encode(errors="surrogatepass")
    ).hexdigest()


def index_exists(folder: Path) -> bool:
    """Whether there is an index in `folder`, usable or not."""
    return (folder / FILE_NAME).is_file()


def stored_roots(folder: Path) -> tuple[Path, ...]:
    """The folders and files that an index of any format of ours follows."""
    with connect(folder, create=False) as connection:
        return tuple(Path(root) for (root,) in connection.execute("SELECT root FROM roots"))


class Writer:
    """The one process that may change an index; use `open_writer`. Not for several threads."""

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        self._connection = connection
        self.folder = folder

    def manifest(self) -> Manifest | None:
        """The manifest, or None in an index that was only just made."""
        (entries,) = self._connection.execute("SELECT count(*) FROM manifest").fetchone()
        return read_manifest(self._connection, self.folder) if entries else None

    def write_manifest(self, manifest: Manifest) -> None:
        """Replace the manifest."""
        entries = {
            "embedder": manifest.embedder,
            "runtime": manifest.runtime,
            "fingerprint": manifest.fingerprint,
            "dimensions": str(manifest.dimensions),
            "chunker": json.dumps(asdict(manifest.chunker)),
            "generation": str(manifest.generation),
            "updated": manifest.updated,
        }
        self._connection.executemany(
            "INSERT OR REPLACE INTO manifest VALUES (?, ?)", list(entries.items())
        )

    def indexed_files(self) -> tuple[IndexedFile, ...]:
        """Every file the index holds an article of."""
        rows = self._connection.execute("SELECT doc_id, root, path, content_hash FROM documents")
        return tuple(
            IndexedFile(doc_id=doc_id, root=root, path=path, content_hash=content_hash)
            for doc_id, root, path, content_hash in rows
        )

    def add_root(self, root: str) -> None:
        """Remember a root, so that a rebuild needs no paths."""
        self._connection.execute("INSERT OR IGNORE INTO roots VALUES (?)", (root,))

    def put_document(
        self, root: str, document: Document, spans: Sequence[Span], keys: Sequence[str]
    ) -> None:
        """Store an article in place of any older text of the same `doc_id`, with its passages.

        `keys[i]` is the vector key of `spans[i]`; its vector must have been put before.
        """
        self.remove_document(document.doc_id)
        published = document.published
        self._connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.doc_id,
                root,
                document.path,
                document.title,
                document.outlet,
                published.moment.isoformat() if published else None,
                published.precision if published else None,
                published.zone_assumed if published else None,
                document.language,
                document.url,
                document.text,
                document.content_hash,
            ),
        )
        self._connection.executemany(
            "INSERT INTO passages (doc_id, start, end, vector_key) VALUES (?, ?, ?, ?)",
            [(document.doc_id, s.start, s.end, key) for s, key in zip(spans, keys, strict=True)],
        )

    def remove_document(self, doc_id: str) -> None:
        """Remove an article and its passages; nothing happens if there is none."""
        self._connection.execute("DELETE FROM documents WHERE doc_id = ?", (doc_id,))

    def missing_keys(self, keys: Iterable[str]) -> set[str]:
        """Those of `keys` that no vector is stored under."""
        return {
            key
            for key in set(keys)
            if not self._connection.execute(
                "SELECT 1 FROM vectors WHERE vector_key = ?", (key,)
            ).fetchone()
        }

    def put_vectors(self, keys: Sequence[str], vectors: Vectors) -> None:
        """Store row i of `vectors`, shape (n, dimensions), under `keys[i]`."""
        blobs = [row.astype("<f4").tobytes() for row in vectors]
        self._connection.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
            [(key, blob, zlib.crc32(blob)) for key, blob in zip(keys, blobs, strict=True)],
        )

    def drop_unused_vectors(self) -> None:
        """Forget vectors that no passage has any more."""
        self._connection.execute(
            "DELETE FROM vectors WHERE vector_key NOT IN (SELECT vector_key FROM passages)"
        )

    def replace_failures(self, root: str, failures: Iterable[Failure]) -> None:
        """Remember which files of `root` could not be read, in place of what was known before."""
        self._connection.execute("DELETE FROM failures WHERE root = ?", (root,))
        self._connection.executemany(
            "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?)",
            [(f.path, root, f.reason.code, f.reason.en, f.reason.zh) for f in failures],
        )


@contextmanager
def open_writer(folder: Path, *, rebuild: bool = False) -> Iterator[Writer]:
    """Hold the index in `folder` for writing, making it if there is none.

    What is written becomes visible all at once when the block ends, and not at all if it raises.
    With `rebuild` the writer begins with an empty index, whatever made the old one; that too is
    seen only when the block ends, unless the old file was no database at all. Raises `IndexBusy`
    at once while another process writes, and what `read_snapshot` raises.
    """
    if rebuild:
        _remove_if_no_database(folder)
    with connect(folder, create=True) as connection:
        if rebuild:
            # Else dropping a table would first delete what refers to it, row by row.
            connection.execute("PRAGMA foreign_keys = OFF")
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            raise IndexBusy(
                en=f"Another process is writing to the index {folder}: wait for it, then try"
                " again.",
                zh=f"另一个进程正在写入索引 {folder}：请等它结束后重试。",
            ) from error
        try:
            if rebuild:
                _drop_everything(connection)
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version == 0:
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
            else:
                _check_format(version, folder)
            yield Writer(connection, folder)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _remove_if_no_database(folder: Path) -> None:
    try:
        with connect(folder, create=True) as connection:
            connection.execute("PRAGMA quick_check").fetchall()
    except IndexDamaged:
        for suffix in ("", "-wal", "-shm"):
            (folder / (FILE_NAME + suffix)).unlink(missing_ok=True)


def _drop_everything(connection: sqlite3.Connection) -> None:
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    ).fetchall()
    for (table,) in tables:
        connection.execute(f'DROP TABLE "{table}"')
    connection.execute("PRAGMA user_version = 0")


def read_manifest(connection: sqlite3.Connection, folder: Path) -> Manifest:
    """The manifest of an open index."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    _check_format(version, folder)
    entries = dict(connection.execute("SELECT key, value FROM manifest"))
    try:
        return Manifest(
            embedder=entries["embedder"],
            runtime=entries["runtime"],
            fingerprint=entries["fingerprint"],
            dimensions=int(entries["dimensions"]),
            chunker=ChunkerSettings(**json.loads(entries["chunker"])),
            generation=int(entries["generation"]),
            updated=entries["updated"],
        )
    except (KeyError, ValueError, TypeError) as error:
        raise damaged(folder, f"its manifest can't be read ({error!r})") from error


def check_manifest(
    manifest: Manifest, folder: Path, *, fingerprint: str, chunker: ChunkerSettings
) -> None:
    """Raise `IndexMismatch` unless the index was made with this model and this chunker."""
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
def connect(folder: Path, *, create: bool) -> Iterator[sqlite3.Connection]:
    """A connection to the index in `folder`; what SQLite raises becomes an error of ours."""
    path = folder / FILE_NAME
    try:
        if create:
            folder.mkdir(parents=True, exist_ok=True)
        exists = path.is_file()
    except OSError as error:
        raise ConfigError(
            en=f"The index folder {str(folder)[:200]!r} can't be used ({error.strerror}): set"
            " RAG_INDEX to a folder that can be written.",
            zh=f"索引文件夹 {str(folder)[:200]!r} 无法使用（{error.strerror}）："
            "请把 RAG_INDEX 设为可写的文件夹。",
        ) from error
    if not create and not exists:
        raise IndexMissing(
            en=f"There is no index in {folder}: run `rag index FOLDER` with the folder of your"
            " articles, or set RAG_INDEX.",
            zh=f"{folder} 中没有索引：请运行 `rag index 文件夹`（存放文章的文件夹），"
            "或设置 RAG_INDEX。",
        )
    try:
        # No implicit transactions: each one is begun and ended by name. Waiting for a lock is
        # bounded, since a reader in WAL mode only ever waits for a checkpoint.
        with closing(sqlite3.connect(path, timeout=0 if create else 5, isolation_level=None)) as c:
            c.execute("PRAGMA journal_mode = WAL")
            c.execute("PRAGMA foreign_keys = ON")
            yield c
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            raise IndexBusy(
                en=f"The index {folder} is locked by another process: wait for it, then try again.",
                zh=f"索引 {folder} 被另一个进程锁定：请等它结束后重试。",
            ) from error
        raise damaged(folder, str(error)) from error


def _check_format(version: int, folder: Path) -> None:
    if version != FORMAT_VERSION:
        raise IndexMismatch(
            en=f"The index {folder} has format {version}, this program reads {FORMAT_VERSION}:"
            f" run `rag index --rebuild`.",
            zh=f"索引 {folder} 的格式版本是 {version}，本程序读取 {FORMAT_VERSION}："
            "请运行 `rag index --rebuild`。",
        )


def damaged(folder: Path, what: str) -> IndexDamaged:
    """The error for an index that fails its own checks."""
    return IndexDamaged(
        en=f"The index {folder} is damaged ({what}): run `rag index --rebuild FOLDER` with the"
        " folder of your articles.",
        zh=f"索引 {folder} 已损坏（{what}）："
        "请运行 `rag index --rebuild 文件夹`（存放文章的文件夹）。",
    )
