"""The record of what was fetched: one SQLite file, and the pages as they were.

It lies in the folder `fetched` of the index, so it moves with the index. Pages are files named by
the SHA-256 of their bytes. An article is recorded only after it was stored, and the mark of a feed
(ETag) only after all its articles were. So a run that is killed at any moment does the rest the
next time, and does nothing twice that can be seen.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_type_hints

from rag.errors import FetchError
from rag.messages import Message
from rag.whole_files import write_whole

FOLDER_NAME = "fetched"
_FILE_NAME = "record.sqlite3"
# Not an ending of article files: a page must not be indexed beside its article.
_PAGE_ENDING = ".page"
_FORMAT = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS feeds (
    address TEXT PRIMARY KEY, name TEXT NOT NULL, added REAL NOT NULL, stopped INTEGER NOT NULL,
    etag TEXT, modified TEXT, looked REAL, succeeded REAL,
    fault_code TEXT, fault_en TEXT, fault_zh TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS articles (
    key TEXT PRIMARY KEY, address TEXT NOT NULL, feed TEXT, state TEXT NOT NULL,
    file TEXT, content_hash TEXT, page_hash TEXT, entry_hash TEXT, etag TEXT, modified TEXT,
    from_entry INTEGER NOT NULL, first REAL NOT NULL, looked REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS articles_of_feed ON articles (feed);
CREATE TABLE IF NOT EXISTS versions (
    key TEXT NOT NULL, at REAL NOT NULL, address TEXT NOT NULL, page_hash TEXT NOT NULL,
    content_hash TEXT NOT NULL, title TEXT NOT NULL, correction TEXT, notice TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS versions_of_article ON versions (key);
CREATE INDEX IF NOT EXISTS versions_by_content ON versions (content_hash);
CREATE TABLE IF NOT EXISTS hosts (
    host TEXT PRIMARY KEY, wait REAL NOT NULL DEFAULT 0, robots TEXT, robots_read REAL
) STRICT;
"""

ArticleState = Literal["kept", "duplicate", "refused", "gone"]
"""`duplicate`: the same article is in the index already. `refused`: there is no article that can be
read. `gone`: the page answers 404 or 410 by now; its article stays in the index."""


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A feed that is followed. Times are seconds since 1970, UTC.

    `stopped` is true after the feed said that it is gone (HTTP 410). `fault_*` say why the last
    look failed, and are None if it did not.
    """

    address: str
    name: str
    added: float
    stopped: bool = False
    etag: str | None = None
    modified: str | None = None
    looked: float | None = None
    succeeded: float | None = None
    fault_code: str | None = None
    fault_en: str | None = None
    fault_zh: str | None = None

    @property
    def fault(self) -> Message | None:
        """The reason why the last look failed, or None."""
        if self.fault_code is None or self.fault_en is None or self.fault_zh is None:
            return None
        return Message(code=self.fault_code, en=self.fault_en, zh=self.fault_zh)


@dataclass(frozen=True, kw_only=True)
class KnownArticle:
    """An address that was fetched. Its article is `file`, relative to the folder of uploads.

    `content_hash` is that of the article's file, `page_hash` that of the page as it was, and
    `entry_hash` that of the feed's entry. `from_entry` is true if the feed held the whole text, so
    that its page was not fetched. `first` and `looked` are seconds since 1970.
    """

    key: str
    address: str
    feed: str | None
    state: ArticleState
    file: str | None
    content_hash: str | None
    page_hash: str | None
    entry_hash: str | None
    etag: str | None
    modified: str | None
    from_entry: bool
    first: float
    looked: float


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version of an article, as it was fetched at `at` (seconds since 1970).

    `correction` is "corrected" or "retracted" if the article says so, in the words of `notice`.
    """

    key: str
    at: float
    address: str
    page_hash: str
    content_hash: str
    title: str
    correction: str | None
    notice: str | None


_Row = TypeVar("_Row", Feed, KnownArticle, Version)


class Record:
    """The record in the folder of an index. Several threads may share one.

    Raises `FetchError` if it can't be read or written.
    """

    def __init__(self, index: Path) -> None:
        self.folder = index / FOLDER_NAME
        self._lock = threading.RLock()
        self._opened: sqlite3.Connection | None = None

    def close(self) -> None:
        """Close the file. It is opened again when it is needed."""
        with self._lock:
            if self._opened:
                self._opened.close()
            self._opened = None

    @contextmanager
    def commit(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction. It is committed at the end of the block, or not at all."""
        with self._lock, self._told():
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def feeds(self) -> tuple[Feed, ...]:
        """Return every feed, in the order in which they were added."""
        return self._rows(Feed, "ORDER BY added, address")

    def put_feed(self, feed: Feed) -> None:
        """Store a feed, in place of one of the same address."""
        with self.commit() as connection:
            _put(connection, "feeds", feed)

    def move_feed(self, feed: Feed, address: str) -> None:
        """Give a feed another address. If that is one of another feed, the two become one."""
        with self.commit() as connection:
            connection.execute("DELETE FROM feeds WHERE address = ?", (feed.address,))
            connection.execute(
                "UPDATE articles SET feed = ? WHERE feed = ?", (address, feed.address)
            )
            known = connection.execute("SELECT 1 FROM feeds WHERE address = ?", (address,))
            if known.fetchone() is None:
                values = asdict(feed) | {"address": address}
                _put(connection, "feeds", Feed(**values))

    def drop_feed(self, address: str) -> None:
        """Forget a feed. Its articles stay."""
        with self.commit() as connection:
            connection.execute("UPDATE articles SET feed = NULL WHERE feed = ?", (address,))
            connection.execute("DELETE FROM feeds WHERE address = ?", (address,))

    def article(self, key: str) -> KnownArticle | None:
        """Return the article of that key (`rag.feeds.addresses.article_key`), or None."""
        return next(iter(self._rows(KnownArticle, "WHERE key = ?", (key,))), None)

    def articles(self, feed: str | None = None) -> tuple[KnownArticle, ...]:
        """Return the articles of a feed, or all, the oldest first."""
        if feed is None:
            return self._rows(KnownArticle, "ORDER BY first")
        return self._rows(KnownArticle, "WHERE feed = ? ORDER BY first", (feed,))

    def put_article(self, article: KnownArticle, version: Version | None = None) -> None:
        """Store an article and its new version, together."""
        with self.commit() as connection:
            _put(connection, "articles", article)
            if version:
                _put(connection, "versions", version)

    def versions(self, key: str) -> tuple[Version, ...]:
        """Return the versions of an article, the oldest first."""
        return self._rows(Version, "WHERE key = ? ORDER BY at", (key,))

    def versions_of_content(self, content_hash: str) -> tuple[Version, ...]:
        """Return every version of the article that had this content in some version."""
        return self._rows(
            Version,
            "WHERE key IN (SELECT key FROM versions WHERE content_hash = ?) ORDER BY at",
            (content_hash,),
        )

    def keep_page(self, page: bytes) -> str:
        """Store a page as it is, and return its hash. A page that is there is not written again."""
        name = hashlib.sha256(page).hexdigest()
        path = self.page_path(name)
        with self._told():
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, page)
        return name

    def page_path(self, page_hash: str) -> Path:
        """Return the file of a kept page."""
        return self.folder / "pages" / page_hash[:2] / f"{page_hash}{_PAGE_ENDING}"

    def wait_of(self, host: str) -> float:
        """Return until when a host asked to be left alone, or 0."""
        found = self._one("SELECT wait FROM hosts WHERE host = ?", host)
        return float(found[0]) if found else 0.0

    def set_wait(self, host: str, until: float) -> None:
        """Keep until when a host asked to be left alone."""
        with self.commit() as connection:
            connection.execute(
                "INSERT INTO hosts (host, wait) VALUES (?, ?)"
                " ON CONFLICT (host) DO UPDATE SET wait = excluded.wait",
                (host, until),
            )

    def robots_of(self, origin: str) -> tuple[float, str] | None:
        """Return when the robots.txt of an origin was read, and its text, or None."""
        found = self._one(
            "SELECT robots_read, robots FROM hosts WHERE host = ? AND robots IS NOT NULL", origin
        )
        return (float(found[0]), str(found[1])) if found else None

    def set_robots(self, origin: str, at: float, text: str) -> None:
        """Keep the robots.txt of an origin."""
        with self.commit() as connection:
            connection.execute(
                "INSERT INTO hosts (host, robots, robots_read) VALUES (?, ?, ?)"
                " ON CONFLICT (host) DO UPDATE SET robots = excluded.robots,"
                " robots_read = excluded.robots_read",
                (origin, text.replace("\0", ""), at),
            )

    def _one(self, query: str, value: str) -> Any:
        if not self._exists():
            return None
        with self._lock, self._told():
            return self._connection().execute(query, (value,)).fetchone()

    def _rows(self, kind: type[_Row], rest: str, values: tuple[str, ...] = ()) -> tuple[_Row, ...]:
        if not self._exists():
            return ()
        table = {Feed: "feeds", KnownArticle: "articles", Version: "versions"}[kind]
        columns = [field.name for field in fields(kind)]
        query = f"SELECT {', '.join(columns)} FROM {table} {rest}"  # noqa: S608
        with self._lock, self._told():
            rows = self._connection().execute(query, values).fetchall()
        return tuple(kind(**_typed(kind, dict(zip(columns, row, strict=True)))) for row in rows)

    def _exists(self) -> bool:
        return (self.folder / _FILE_NAME).exists()

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            opened = sqlite3.connect(
                self.folder / _FILE_NAME, timeout=10, isolation_level=None, check_same_thread=False
            )
            opened.executescript(_SCHEMA)
            opened.execute(f"PRAGMA user_version = {_FORMAT}")
            self._opened = opened
        return self._opened

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, OSError) as error:
            raise unusable_record(self.folder, error) from error


def unusable_record(folder: Path, error: Exception) -> FetchError:
    """Return the error for a record that can't be read or written."""
    reason = str(error).partition("\n")[0][:120]
    return FetchError(
        en=f"The record of fetched articles in {folder} can't be used ({reason}): make room, or"
        " check its permissions.",
        zh=f"{folder} 中的抓取记录无法使用（{reason}）：请腾出空间或检查权限。",
    )


def _put(connection: sqlite3.Connection, table: str, row: Feed | KnownArticle | Version) -> None:
    values = asdict(row)
    marks = ", ".join("?" * len(values))
    connection.execute(
        f"INSERT OR REPLACE INTO {table} ({', '.join(values)}) VALUES ({marks})",  # noqa: S608
        tuple(int(v) if isinstance(v, bool) else v for v in values.values()),
    )


def _typed(kind: type, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with flags in place of SQLite's 0 and 1."""
    flags = {name for name, hint in get_type_hints(kind).items() if hint is bool}
    return {name: bool(value) if name in flags else value for name, value in row.items()}
