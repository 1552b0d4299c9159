"""Articles that were removed by hand, as the store keeps them away."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """An article that was removed by hand, and stays away though its file is there.

    `file` is the absolute path, `natural_id` the id that the file gives it.
    """

    file: str
    natural_id: str
    title: str
    content_hash: str


def exclusions(connection: sqlite3.Connection) -> tuple[Exclusion, ...]:
    """Returns every exclusion of an open index."""
    rows = connection.execute("SELECT file, natural_id, title, content_hash FROM excluded")
    return tuple(
        Exclusion(file=file, natural_id=natural_id, title=title, content_hash=content_hash)
        for file, natural_id, title, content_hash in rows
    )


def exclusion_of(connection: sqlite3.Connection, doc_id: str) -> Exclusion | None:
    """The exclusion that would keep a stored article away; None where no such article is stored."""
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
    """Keep an article away from now on."""
    connection.execute(
        "INSERT OR REPLACE INTO excluded VALUES (?, ?, ?, ?)",
        (exclusion.file, exclusion.natural_id, exclusion.title, exclusion.content_hash),
    )


def drop_exclusion(connection: sqlite3.Connection, exclusion: Exclusion) -> None:
    """Let an article in again, when its file is read the next time."""
    connection.execute(
        "DELETE FROM excluded WHERE file = ? AND natural_id = ?",
        (exclusion.file, exclusion.natural_id),
    )
