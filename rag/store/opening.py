"""Open an index for writing, by one process at a time; a rebuild makes a second index file."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import IndexDamaged, IndexMismatch, IndexUnusable
from rag.store.database import (
    FILE_NAME,
    REBUILDING_NAME,
    busy,
    check_format,
    check_structure,
    closed_connection,
    connect,
    folder_unusable,
    not_writable,
)
from rag.store.followed_files import Exclusion, KnownFile
from rag.store.large.bulk import drop_unused_files
from rag.store.notices import make_table
from rag.store.writer import Writer

_LOCK_NAME = "writer.lock"


def stored_state(folder: Path) -> tuple[tuple[KnownFile, ...], tuple[Exclusion, ...]]:
    """Return the files and exclusions of the index in `folder`; none if it can't be read."""
    try:
        with connect(folder) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            check_format(version, folder)
            reader = Writer(connection, folder)
            return reader.files(), reader.exclusions()
    except IndexUnusable:
        return (), ()


@contextmanager
def open_writer(folder: Path, *, rebuild: bool = False) -> Iterator[Writer]:
    """Open the index in `folder` for writing, and make it if there is none.

    With `rebuild`, a new index is written beside the old one, and replaces it when the block ends.
    The old one may be damaged, or made by another model. If the block raises, the old index stays,
    and the next rebuild can use the vectors of this one. Raises `IndexBusy` at once while another
    process writes, `IndexNotWritable`, `IndexMismatch` and `IndexDamaged`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK_NAME)
        # The system releases the lock when the process ends, even if it is killed.
        lock.acquire(timeout=0)
    except Timeout:
        raise busy(folder) from None
    except OSError as error:
        if error.errno in (errno.EROFS, errno.ENOSPC, errno.EACCES) and folder.is_dir():
            raise not_writable(folder, error.strerror or str(error)) from error
        raise folder_unusable(folder, error) from error
    try:
        if not rebuild:
            with _open(folder / FILE_NAME, folder) as writer:
                # First of all: a killed run may have left files that fill the disk.
                _drop_unused_files(writer)
                yield writer
                _drop_unused_files(writer)
            return
        path = folder / REBUILDING_NAME
        try:
            _check(path, folder)
        except (IndexDamaged, IndexMismatch):
            _delete(path)
        with _open(path, folder) as writer:
            writer.begin_again()
            yield writer
            with writer.commit():
                writer.drop_all_unused_vectors()
            _publish(writer, folder)
            _drop_unused_files(writer)
        _delete(path)
    finally:
        lock.release()


@contextmanager
def _open(path: Path, folder: Path) -> Iterator[Writer]:
    with closed_connection(path, folder, "mode=rwc", seconds=5) as connection:
        # A commit must survive a power failure, not only the end of the process.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        writer = Writer(connection, folder)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            writer.clear()
        else:
            check_format(version, folder)
            make_table(connection)
        yield writer


def _check(path: Path, folder: Path) -> None:
    """Raise an error if there is an unfinished rebuild in `path` that is not sound."""
    if path.exists():
        with closed_connection(path, folder, "mode=rw", seconds=0) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            check_format(version, folder)
            check_structure(connection, folder)


def _drop_unused_files(writer: Writer) -> None:
    """Delete bulk folders that are not in use, because they are old or a run was cut off."""
    manifest = writer.manifest()
    drop_unused_files(writer.folder, [manifest.bulk if manifest else None])


def _publish(writer: Writer, folder: Path) -> None:
    """Replace the index in use by the new one, in one step for every reader."""
    path = folder / FILE_NAME
    try:
        writer.copy_to(path)
    except IndexDamaged:
        # The old file can't be opened as a database, so no reader is using it.
        _delete(path)
        writer.copy_to(path)


def _delete(path: Path) -> None:
    for suffix in ("-wal", "-shm", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
