"""The notices about files, and the progress and the report of an indexing run.

A notice names a part of a file that was not understood although its articles are indexed. It is
stored with its file, and deleted with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag.ingest.files import LoadNotice, shown
from rag.messages import Message
from rag.store.database import Failure

# Notices.

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
    """A part of a file that was not understood. `path` ends with a line number if there is one."""

    path: str
    reason: Message


def notices_of(notices: Iterable[LoadNotice]) -> tuple[Notice, ...]:
    """Return the notices in the form that is shown."""
    return tuple(_notice(str(n.path), n.line, n.reason) for n in notices)


def make_table(connection: sqlite3.Connection) -> None:
    """Make the table of notices if the index does not have it."""
    for statement in TABLE.split(";"):
        connection.execute(statement)


def put_notices(
    connection: sqlite3.Connection, base: str, path: str, notices: Iterable[LoadNotice]
) -> None:
    """Store the notices of a known file, in place of its older ones."""
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
    """Yield the notices of all files, by path and line.

    An older index may have no table of notices; nothing is yielded then.
    """
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


# Progress and report of an indexing run.


@dataclass(frozen=True, kw_only=True)
class IndexReport:
    """The report of one indexing run. Counts are articles, except `passages_embedded`.

    `moved` articles kept their text and id, but their file changed. `failures` name what could not
    be read under the given roots; articles that were indexed from there are kept. `notices` belong
    to the files that this run read.
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
    """The progress of an indexing run.

    While `task` is "reading", `done` and `total` are bytes of the files that have to be read. A
    large index may then have its search files written ("arranging"): both are passages then. One on
    a Milvus server is written there ("publishing"): both are articles then.
    """

    done: int
    total: int
    articles: int
    passages: int
    task: Literal["reading", "arranging", "publishing"] = "reading"


OnIndexProgress = Callable[[IndexProgress], None]
