"""Opening an index for writing: one process at a time, and a rebuild beside the one in use."""

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
    closed_connection,
    connect,
    damaged,
    folder_unusable,
    not_writable,
)
from rag.store.followed_files import Exclusion, KnownFile
from rag.store.large.bulk import drop_unused_files
from rag.store.notices import make_table
from rag.store.writer import Writer

_LOCK_NAME = "writer.lock"


def stored_state(folder: Path) -> tuple[tuple[KnownFile, ...], tuple[Exclusion, ...]]:
    """The files and exclusions of the index in `folder`, as far as they can be read."""
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
    """Hold the index in `folder` for writing, making it if there is none.

    With `rebuild`, what is written makes a new index beside the one in use, whatever made that or
    spoilt it, and takes its place when the block ends. If the block raises, the old one stays, and
    the next rebuild finds the vectors of this one. Raises `IndexBusy` at once while another
    process writes, `IndexNotWritable`, `IndexMismatch` and `IndexDamaged`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK_NAME)
        # The system lets go of it when the process ends, however it ends.
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
                # At once, since a full disk may need the room that a killed run has taken.
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
        # What was committed survives a loss of power as well, not only of the process.
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
    """Raise unless an unfinished new index, if there is one, is sound."""
    if path.exists():
        with closed_connection(path, folder, "mode=rw", seconds=0) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            check_format(version, folder)
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise damaged(folder, found)


def _drop_unused_files(writer: Writer) -> None:
    """Delete what bulks were left behind: by a newer one, or by a run that was cut off."""
    manifest = writer.manifest()
    drop_unused_files(writer.folder, [manifest.bulk if manifest else None])


def _publish(writer: Writer, folder: Path) -> None:
    """Put the new index in place of the one in use, at once for every reader."""
    path = folder / FILE_NAME
    try:
        writer.copy_to(path)
    except IndexDamaged:
        # Not even its head can be read, so nobody is reading it.
        _delete(path)
        writer.copy_to(path)


def _delete(path: Path) -> None:
    for suffix in ("-wal", "-shm", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
