"""Write an index: one process at a time, in commits that each make one complete generation."""

from __future__ import annotations

import json
import os
import sqlite3
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import IndexMissing
from rag.ingest.chunker import CHUNKER
from rag.ingest.files import LoadNotice
from rag.ingest.reading import READING_VERSION
from rag.models.embedder import Embedder, Vectors
from rag.store.articles import Stored, columns_of, read_stored
from rag.store.database import (
    DOCUMENT_COLUMNS,
    FORMAT_VERSION,
    SCHEMA,
    Failure,
    Manifest,
    closed_connection,
    document_checksum,
    manifest_checksum,
    read_manifest,
)
from rag.store.followed_files import (
    Exclusion,
    KnownFile,
    all_read_by_this_version,
    drop_exclusion,
    exclusion_of,
    exclusions,
    known_file,
    known_files,
    put_exclusion,
)
from rag.store.notices import make_table, put_notices
from rag.store.preparing import Cut
from rag.types import Document

# In this order, no row is deleted while another one refers to it.
_CONTENT = "passages documents notices files roots failures excluded removed manifest".split()


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an article comes from: its file, and its id in that file."""

    file_id: int
    base: str
    path: str
    natural_id: str


class Writer:
    """Changes an index. Use `rag.store.opening.open_writer` to get one.

    All changes must be made inside `commit`. A writer must not be used from several threads.
    """

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        self._connection = connection
        self.folder = folder
        # Vector keys of passages that this commit removed. Other passages may still use them.
        self._given_up: set[str] = set()
        # Ids of articles that this commit removed or replaced.
        self._removed: set[str] = set()

    def manifest(self) -> Manifest | None:
        """Return the manifest, or None if the index is new and has none yet."""
        (entries,) = self._connection.execute("SELECT count(*) FROM manifest").fetchone()
        return read_manifest(self._connection, self.folder) if entries else None

    @contextmanager
    def commit(self) -> Iterator[None]:
        """Run a transaction: its changes become visible together at the end, or not at all."""
        self._removed.clear()
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def begin_again(self) -> None:
        """Delete everything except the vectors, which articles that are indexed next can use."""
        with self.commit():
            for table in _CONTENT:
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608

    def drop_all_unused_vectors(self) -> None:
        """Delete every vector that no passage uses."""
        self._connection.execute(
            "DELETE FROM vectors WHERE vector_key NOT IN (SELECT vector_key FROM passages)"
        )

    def clear(self) -> None:
        """Replace everything with an empty index of the current format."""
        # With foreign keys on, dropping a table would first delete the rows that refer to it.
        self._connection.execute("PRAGMA foreign_keys = OFF")
        with self.commit():
            tables = self._connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            ).fetchall()
            for (table,) in tables:
                self._connection.execute(f'DROP TABLE "{table}"')
            for statement in SCHEMA.split(";"):
                self._connection.execute(statement)
            make_table(self._connection)
            self._connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
        self._connection.execute("PRAGMA foreign_keys = ON")

    def copy_to(self, path: Path) -> None:
        """Copy this index into the file `path`, in one transaction there."""
        with closed_connection(path, self.folder, "mode=rwc", seconds=5) as target:
            self._connection.backup(target)

    def files(self) -> tuple[KnownFile, ...]:
        """Return every file that the index knows, with its articles."""
        return known_files(self._connection)

    def file(self, file: Path) -> KnownFile | None:
        """Return one file as the index knows it, by its absolute path, or None."""
        return known_file(self._connection, file)

    def place_of(self, doc_id: str) -> Place | None:
        """Return where an article comes from, or None if it is not stored."""
        row = self._connection.execute(
            "SELECT file_id, base, files.path, natural_id"
            " FROM documents JOIN files USING (file_id) WHERE doc_id = ?",
            (doc_id,),
        ).fetchone()
        if row is None:
            return None
        file_id, base, path, natural_id = row
        return Place(file_id=file_id, base=base, path=path, natural_id=natural_id)

    def holds(self, doc_id: str) -> bool:
        """Return True if an article with that id is stored."""
        row = self._connection.execute("SELECT 1 FROM documents WHERE doc_id = ?", (doc_id,))
        return row.fetchone() is not None

    def roots(self) -> tuple[str, ...]:
        """Return the roots that the index follows."""
        rows = self._connection.execute("SELECT root FROM roots ORDER BY root")
        return tuple(root for (root,) in rows)

    def add_root(self, root: str) -> None:
        """Follow a folder or file from now on."""
        self._connection.execute("INSERT OR IGNORE INTO roots VALUES (?)", (root,))

    def remove_root(self, root: str) -> None:
        """Stop following a folder or file, and delete its failures."""
        self._connection.execute("DELETE FROM roots WHERE root = ?", (root,))
        self._connection.execute("DELETE FROM failures WHERE root = ?", (root,))

    def move_root(self, old: str, new: str) -> None:
        """Follow the folder `new` in place of `old`, with its files, which are read again."""
        change = self._connection.execute
        change("UPDATE OR REPLACE roots SET root = ? WHERE root = ?", (new, old))
        change("UPDATE files SET base = ?, stamp = NULL WHERE base = ?", (new, old))
        change("DELETE FROM failures WHERE root = ?", (old,))
        change(
            "UPDATE OR REPLACE excluded SET file = ? || substr(file, ?)"
            " WHERE substr(file, 1, ?) = ?",
            (new, len(old) + 1, len(old) + 1, f"{old}{os.sep}"),
        )

    def put_file(self, base: str, path: str) -> int:
        """Store a file without a stamp, so that it is read again, and return its number."""
        (file_id,) = self._connection.execute(
            "INSERT INTO files (base, path) VALUES (?, ?)"
            " ON CONFLICT (base, path) DO UPDATE SET stamp = NULL RETURNING file_id",
            (base, path),
        ).fetchone()
        return int(file_id)

    def set_stamp(
        self, base: str, path: str, stamp: str | None, notices: Iterable[LoadNotice]
    ) -> None:
        """Store the stamp that a file had when all its articles were stored, and its notices."""
        self._connection.execute(
            "UPDATE files SET stamp = ? WHERE base = ? AND path = ?", (stamp, base, path)
        )
        put_notices(self._connection, base, path, notices)

    def remove_file(self, base: str, path: str) -> None:
        """Delete a file. Its articles must have been removed or moved to another file before."""
        self._connection.execute("DELETE FROM files WHERE base = ? AND path = ?", (base, path))

    def put_document(
        self,
        file_id: int,
        document: Document,
        cut: Cut,
        *,
        natural_id: str,
        generation: int,
    ) -> None:
        """Store an article with its passages, in place of an older one with the same `doc_id`.

        The vectors of the passages must have been stored before.
        """
        self.remove_document(document.doc_id)
        columns, passages = columns_of(document), cut.rows()
        checksum = document_checksum((*columns, generation), passages, cut.signature)
        self._connection.execute(
            f"INSERT INTO documents ({DOCUMENT_COLUMNS}, file_id, natural_id, signature,"  # noqa: S608
            " generation, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*columns, file_id, natural_id, cut.signature, generation, checksum),
        )
        self._connection.executemany(
            "INSERT INTO passages (doc_id, start, end, vector_key, terms) VALUES (?, ?, ?, ?, ?)",
            [(document.doc_id, *passage) for passage in passages],
        )

    def is_stored(self, document: Document, cut: Cut) -> bool:
        """Return True if `put_document` would change nothing. Only the checksums are compared."""
        row = self._connection.execute(
            "SELECT generation, checksum FROM documents WHERE doc_id = ?", (document.doc_id,)
        ).fetchone()
        if row is None:
            return False
        columns = (*columns_of(document), row[0])
        checksum = document_checksum(columns, cut.rows(), cut.signature)
        return bool(checksum == row[1])

    def remove_document(self, doc_id: str) -> None:
        """Remove an article and its passages. Does nothing if there is no such article."""
        self._given_up.update(
            key
            for (key,) in self._connection.execute(
                "SELECT vector_key FROM passages WHERE doc_id = ?", (doc_id,)
            )
        )
        gone = self._connection.execute("DELETE FROM documents WHERE doc_id = ?", (doc_id,))
        if gone.rowcount:
            self._removed.add(doc_id)

    def exclude(self, doc_id: str) -> bool:
        """Remove an article and keep it out of the index. Returns False if it is not stored."""
        exclusion = exclusion_of(self._connection, doc_id)
        if exclusion is None:
            return False
        self.put_exclusion(exclusion)
        self.remove_document(doc_id)
        return True

    def exclusions(self) -> tuple[Exclusion, ...]:
        """Return the articles that were removed by hand."""
        return exclusions(self._connection)

    def put_exclusion(self, exclusion: Exclusion) -> None:
        """Keep an article out of the index from now on."""
        put_exclusion(self._connection, exclusion)

    def drop_exclusion(self, exclusion: Exclusion) -> None:
        """Allow an article again. It is indexed when its file is next read."""
        drop_exclusion(self._connection, exclusion)

    def vector_keys(self) -> Iterator[str]:
        """Yield the keys of all stored vectors."""
        for (key,) in self._connection.execute("SELECT vector_key FROM vectors"):
            yield key

    def missing_keys(self, keys: Iterable[str]) -> set[str]:
        """Return the keys that have no stored vector."""
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

    def replace_failures(self, root: str, failures: Iterable[Failure]) -> None:
        """Store the failures of `root`, in place of its older ones."""
        self._connection.execute("DELETE FROM failures WHERE root = ?", (root,))
        self._connection.executemany(
            "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?)",
            [(f.path, root, f.reason.code, f.reason.en, f.reason.zh) for f in failures],
        )

    def has_failures(self) -> bool:
        """Return True if the index has any stored failures."""
        return self._connection.execute("SELECT 1 FROM failures").fetchone() is not None

    def next_generation(self) -> int:
        """Return the number of the generation that the next commit makes."""
        before = self.manifest()
        return before.generation + 1 if before else 1

    def finish_generation(self, embedder: Embedder | None = None) -> None:
        """Write the manifest and delete unused vectors, as the last step of a commit.

        `embedder` made the new vectors. An index without a manifest needs one, and raises
        `IndexMissing` without it.
        """
        self._drop_unused_vectors()
        before = self.manifest()
        if before is None and embedder is None:
            raise IndexMissing(
                en=f"The index {self.folder} is empty: run `rag index FOLDER` first.",
                zh=f"索引 {self.folder} 是空的：请先运行 `rag index 文件夹`。",
            )
        generation = before.generation + 1 if before else 1
        if before and before.bulk:
            self._connection.executemany(
                "INSERT INTO removed VALUES (?, ?)", [(d, generation) for d in self._removed]
            )
        entries = self._made_with(embedder) if embedder else {}
        if before is None:
            entries["reading"] = str(READING_VERSION)
        self._write_manifest(
            entries
            | {
                "index_id": before.index_id if before else uuid.uuid4().hex,
                "generation": str(generation),
                "updated": datetime.now(UTC).isoformat(timespec="seconds"),
                "documents": str(self._count("documents")),
                "passages": str(self._count("passages")),
            }
        )

    def settle_reading(self) -> None:
        """Set `reading` in the manifest to this reading version if it has read all files."""
        manifest = self.manifest()
        if manifest and manifest.rereading_due and all_read_by_this_version(self._connection):
            self._write_manifest({"reading": str(READING_VERSION)})

    def use_bulk(self, name: str, generation: int) -> None:
        """Use the bulk in the folder `name` for searching, which was made from `generation`."""
        self._connection.execute("DELETE FROM removed WHERE generation <= ?", (generation,))
        self._write_manifest({"bulk": name, "bulk_generation": str(generation)})

    def forget_bulk(self) -> None:
        """Use no bulk any more, because this copy of the index has none."""
        self._connection.execute("DELETE FROM removed")
        self._connection.execute("DELETE FROM manifest WHERE key IN ('bulk', 'bulk_generation')")
        self._write_manifest({})

    def adopt(self, manifest: Manifest) -> None:
        """Write the first manifest: with the model of another index, and what is stored here."""
        self._write_manifest(
            {
                "index_id": uuid.uuid4().hex,
                "embedder": manifest.embedder,
                "runtime": manifest.runtime,
                "fingerprint": manifest.fingerprint,
                "dimensions": str(manifest.dimensions),
                "chunker": json.dumps(asdict(manifest.chunker)),
                "generation": "1",
                "updated": manifest.updated,
                "documents": str(self._count("documents")),
                "passages": str(self._count("passages")),
                "reading": str(manifest.reading),
            }
        )

    def outside(self, generation: int) -> tuple[int, int]:
        """Return the number of passages stored, and of articles removed, since a generation."""
        (passages,) = self._connection.execute(
            "SELECT count(*) FROM documents JOIN passages USING (doc_id) WHERE generation > ?",
            (generation,),
        ).fetchone()
        (removed,) = self._connection.execute(
            "SELECT count(*) FROM removed WHERE generation > ?", (generation,)
        ).fetchone()
        return passages, removed

    def articles(self, doc_ids: Sequence[str], dimensions: int) -> Iterator[Stored]:
        """Yield the stored articles that have these ids. Raises `IndexDamaged`."""
        return read_stored(self._connection, self.folder, doc_ids, dimensions)

    def doc_ids(self) -> list[str]:
        """Return the ids of all articles, sorted."""
        rows = self._connection.execute("SELECT doc_id FROM documents ORDER BY doc_id")
        return [doc_id for (doc_id,) in rows]

    def _write_manifest(self, entries: dict[str, str]) -> None:
        """Update these entries of the manifest, with a new commit id and checksum."""
        entries = dict(self._connection.execute("SELECT key, value FROM manifest")) | entries
        entries["commit_id"] = uuid.uuid4().hex
        entries.pop("checksum", None)
        entries["checksum"] = str(manifest_checksum(entries))
        self._connection.executemany(
            "INSERT OR REPLACE INTO manifest VALUES (?, ?)", list(entries.items())
        )

    def _drop_unused_vectors(self) -> None:
        self._connection.executemany(
            "DELETE FROM vectors WHERE vector_key = ?1 AND NOT EXISTS"
            " (SELECT 1 FROM passages WHERE vector_key = ?1)",
            [(key,) for key in self._given_up],
        )
        self._given_up.clear()

    def _count(self, table: str) -> int:
        (count,) = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
        return int(count)

    @staticmethod
    def _made_with(embedder: Embedder) -> dict[str, str]:
        return {
            "embedder": embedder.name,
            "runtime": embedder.runtime,
            "fingerprint": embedder.fingerprint,
            "dimensions": str(embedder.dimensions),
            "chunker": json.dumps(asdict(CHUNKER)),
        }
