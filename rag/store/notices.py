"""What is told of indexing: what was not understood of a file, and what a run did."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag.ingest.files import LoadNotice, shown
from rag.messages import Message
from rag.store.database import Failure

# Keeps what was not understood of files whose articles are indexed.
#
# It is told for each file when that is read, so it is stored with the file, and goes with it.

TABLE = """
CREATE TABLE IF NOT EXISTS notices (
    file_id INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
    line INTEGER,
    code TEXT NOT NULL,
    en TEXT NOT NULL,
    zh TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS notices_of_file ON notices (file_id)
"""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What of a file was not understood; `path` is the file's, with the line behind it if any."""

    path: str
    reason: Message


def notices_of(notices: Iterable[LoadNotice]) -> tuple[Notice, ...]:
    """Returns the notices as they are shown."""
    return tuple(_notice(str(n.path), n.line, n.reason) for n in notices)


def make_table(connection: sqlite3.Connection) -> None:
    """Make the table for notices in an index that has none yet."""
    for statement in TABLE.split(";"):
        connection.execute(statement)


def put_notices(
    connection: sqlite3.Connection, base: str, path: str, notices: Iterable[LoadNotice]
) -> None:
    """Remember the notices of a file that the index knows, in place of those of before."""
    row = connection.execute(
        "SELECT file_id FROM files WHERE base = ? AND path = ?", (base, path)
    ).fetchone()
    if row is None:
        return
    connection.execute("DELETE FROM notices WHERE file_id = ?", row)
    connection.executemany(
        "INSERT INTO notices VALUES (?, ?, ?, ?, ?)",
        [(*row, n.line, n.reason.code, n.reason.en, n.reason.zh) for n in notices],
    )


def read_notices(connection: sqlite3.Connection) -> Iterator[Notice]:
    """The notices of all files, by path and line; none in an index of before there were any."""
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'notices'").fetchone()
    if there is None:
        return
    rows = connection.execute(
        "SELECT base, path, line, code, en, zh FROM notices JOIN files USING (file_id)"
        " ORDER BY base, path, line"
    )
    for base, path, line, code, en, zh in rows:
        yield _notice(str(Path(base, path)), line, Message(code=code, en=en, zh=zh))


def _notice(path: str, line: int | None, reason: Message) -> Notice:
    return Notice(path=shown(path) + (f":{line}" if line else ""), reason=reason)


# What a run of indexing tells: how far it is, and what it did.


@dataclass(frozen=True, kw_only=True)
class IndexReport:
    """What one run of indexing did, counted in articles, and in passages where it says so.

    `moved` articles kept their text and id and changed their file. `failures` are what could not
    be read of the given roots; what the index held of them before is kept. `notices` are what was
    not understood of the files that this run read, though their articles are indexed.
    """

    added: int
    changed: int
    moved: int
    removed: int
    unchanged: int
    passages_embedded: int
    failures: tuple[Failure, ...]
    notices: tuple[Notice, ...]
    documents: int
    generation: int


@dataclass(frozen=True, kw_only=True)
class IndexProgress:
    """How far a run of indexing is. `done` and `total` are bytes of files that had to be read.

    Then, in a large index, what it holds may be put in order for searching (`arranging`): they are
    passages there.
    """

    done: int
    total: int
    articles: int
    passages: int
    task: Literal["reading", "arranging"] = "reading"


OnIndexProgress = Callable[[IndexProgress], None]
