"""Gather what is new in one feed: its new and changed entries, and its articles that may change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import DocumentError, FetchError
from rag.feeds import formats
from rag.feeds.addresses import article_key, host_of
from rag.feeds.article import ACCEPT, MAX_PAGE_BYTES, Article, of_entry, of_page
from rag.feeds.formats import Entry, FeedContent, read_feed
from rag.feeds.keeping import Fetched, Kept, note_look, was_removed
from rag.feeds.record import Feed, KnownArticle, Record
from rag.feeds.web import Reply, Web
from rag.ingest.files import shown
from rag.ingest.front_matter import read_front_matter
from rag.store.database import UPLOADS_NAME

DAY = 24 * 3600.0
AGAIN_SECONDS = DAY
"""The least time between two looks at a page whose entry in the feed did not change."""
FOLLOWED_SECONDS = 7 * DAY
"""How long the page of an article is looked at again, from its first day on."""


@dataclass(frozen=True, kw_only=True)
class Looked:
    """The end of a look at a feed. `reply` and `content` are None if it failed with `error`.

    `content` is also None if the feed did not change. `complete` is false if an entry is left for
    the next run, so the feed must be read again then, although it may not have changed. Without
    `reply` and `error`, the run was stopped before the feed was asked.
    """

    feed: Feed
    reply: Reply | None = None
    content: FeedContent | None = None
    error: FetchError | None = None
    complete: bool = True


class Gatherer:
    """Fetches the articles of feeds. Several threads may share one, each with a feed of its own."""

    def __init__(self, web: Web, record: Record, index: Path) -> None:
        self._web = web
        self._record = record
        self._index = index
        self._claimed: set[str] = set()
        self._lock = threading.Lock()

    def feed(
        self, feed: Feed, tell: Callable[[Fetched | Kept | Looked], None], stop: threading.Event
    ) -> None:
        """Look at a feed, and `tell` of each article that is new or changed, and of the end."""
        if stop.is_set():
            tell(Looked(feed=feed, complete=False))
            return
        try:
            tell(self._feed(feed, tell, stop))
        except FetchError as error:
            tell(Looked(feed=feed, error=error, complete=False))
        except Exception as error:
            # Whatever is wrong with one feed must not stop the others.
            tell(Looked(feed=feed, error=_unreadable(feed.address, error), complete=False))

    def page(self, address: str) -> Fetched | Kept:
        """Fetch a single article that a person asked for."""
        known = self._record.article(article_key(address))
        return self._tried(address, None, None, known) or Kept(address=address, outcome="same")

    def _feed(
        self, feed: Feed, tell: Callable[[Fetched | Kept | Looked], None], stop: threading.Event
    ) -> Looked:
        reply = self._web.get(
            feed.address,
            accept=formats.ACCEPT,
            limit=formats.MAX_FEED_BYTES,
            etag=feed.etag,
            modified=feed.modified,
        )
        content = None
        if reply.status == 200:
            content = read_feed(reply.body, reply.content_type, reply.address)
        entries = content.entries if content else ()
        complete = True
        for address, entry, known in self._due(feed, entries):
            result = self._tried(address, entry, feed, known)
            if result is not None:
                tell(result)
            if isinstance(result, Kept) and result.outcome == "failed":
                complete = False
                if self._record.wait_of(_netloc(address)) > time.time():
                    break
            if stop.is_set():
                return Looked(feed=feed, reply=reply, content=content, complete=False)
        return Looked(feed=feed, reply=reply, content=content, complete=complete)

    def _due(
        self, feed: Feed, entries: tuple[Entry, ...]
    ) -> Iterator[tuple[str, Entry | None, KnownArticle | None]]:
        """Yield the addresses to look at: new or changed entries, and pages that may change."""
        others = {other.address for other in self._record.feeds()} - {feed.address}
        now = time.time()
        for entry in entries:
            known = self._record.article(article_key(entry.address))
            if known is None:
                if self._claims(entry.address):
                    yield entry.address, entry, None
                continue
            if known.feed in others or (known.file and was_removed(known.file, self._index)):
                continue
            refused = known.state == "refused" and known.looked + AGAIN_SECONDS < now
            if (known.entry_hash != entry.fingerprint or refused) and self._claims(entry.address):
                yield entry.address, entry, known
        for known in self._record.articles(feed.address):
            if (
                known.state == "kept"
                and not known.from_entry
                and known.looked + AGAIN_SECONDS < now < known.first + FOLLOWED_SECONDS
                and known.file
                and not was_removed(known.file, self._index)
                and self._claims(known.address)
            ):
                yield known.address, None, known

    def _claims(self, address: str) -> bool:
        """Return True for the first feed that names an address in this run."""
        key = article_key(address)
        with self._lock:
            first = key not in self._claimed
            self._claimed.add(key)
        return first

    def _tried(
        self, address: str, entry: Entry | None, feed: Feed | None, known: KnownArticle | None
    ) -> Fetched | Kept | None:
        """Return an article that was fetched, why not, or None if the page did not change."""
        try:
            return self._fetched(address, entry, feed, known)
        except FetchError as error:
            failure = error
        except Exception as error:
            failure = _unreadable(address, error)
        reason, title = failure.message, entry.title if entry else ""
        if failure.passing:
            return Kept(address=address, outcome="failed", title=title, reason=reason)
        gone = failure.status in (404, 410) and known is not None and known.state == "kept"
        note_look(
            self._record,
            article_key(address),
            known,
            address,
            feed.address if feed else None,
            entry.fingerprint if entry else None,
            gone=gone,
        )
        return Kept(
            address=address,
            outcome="refused",
            title=title,
            correction="gone" if gone else None,
            reason=reason,
        )

    def _fetched(
        self, address: str, entry: Entry | None, feed: Feed | None, known: KnownArticle | None
    ) -> Fetched | None:
        name = feed.name if feed else None
        digest = entry.fingerprint if entry else None
        if entry and entry.content and feed:
            return Fetched(
                article=of_entry(entry, feed.name),
                address=address,
                feed=feed.address,
                page_hash=self._record.keep_page(entry.content.encode(errors="replace")),
                entry_hash=digest,
                etag=None,
                modified=None,
                from_entry=True,
            )
        conditional = known is not None and known.state == "kept" and feed is not None
        reply = self._web.get(
            address,
            accept=ACCEPT,
            limit=MAX_PAGE_BYTES,
            etag=known.etag if known and conditional else None,
            modified=known.modified if known and conditional else None,
        )
        if reply.status == 304 and known:
            note_look(self._record, known.key, known, address, known.feed, digest)
            return None
        article = self._article(reply, entry or self._older(known), name)
        return Fetched(
            article=article,
            address=address,
            feed=feed.address if feed else None,
            page_hash=self._record.keep_page(reply.body),
            entry_hash=digest,
            etag=reply.etag,
            modified=reply.modified,
            asked_for=feed is None,
        )

    def _article(self, reply: Reply, entry: Entry | None, name: str | None) -> Article:
        return of_page(reply.body, reply.content_type, reply.address, entry, name)

    def _older(self, known: KnownArticle | None) -> Entry | None:
        """Return what the stored article says of itself, for a page that is looked at again."""
        if known is None or known.file is None:
            return None
        try:
            path = self._index.resolve() / UPLOADS_NAME / known.file
            matter = read_front_matter(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, DocumentError):
            return None
        date = matter.fields.get("date")
        return Entry(
            address=known.address,
            title=matter.title or "",
            date=str(date) if date else None,
            outlet=matter.outlet,
            author=matter.author,
            content="",
            fingerprint="",
        )


def _netloc(address: str) -> str:
    return address.split("/")[2] if address.count("/") > 2 else host_of(address)


def _unreadable(address: str, error: Exception) -> FetchError:
    kind = type(error).__name__
    return FetchError(
        en=f"{shown(address)} can't be parsed ({kind}): save the page, and add the file.",
        zh=f"{shown(address)} 无法解析（{kind}）：请保存网页后添加文件。",
    )
