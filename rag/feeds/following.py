"""Follow feeds, and fetch single articles: the one way in for the commands, the page and Python."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from rag.config import Config, FetchConfig
from rag.errors import FetchError
from rag.feeds import formats
from rag.feeds.addresses import article_key, host_of, usable_address
from rag.feeds.article import page_text
from rag.feeds.formats import FeedContent, feed_links, read_feed
from rag.feeds.gathering import Gatherer, Looked
from rag.feeds.hosts import Hosts
from rag.feeds.keeping import Fetched, Kept, keep
from rag.feeds.opml import Outline, read_opml, write_opml
from rag.feeds.record import Feed, Record, Version, unusable_record
from rag.feeds.reports import (
    FeedReport,
    Outdated,
    articles_left,
    feed_stopped,
    moved_to,
    notices_of,
)
from rag.feeds.web import Reply, Web
from rag.ingest.files import shown
from rag.types import Answer
from rag.uploads.library import Library

AT_ONCE = 4
"""Feeds that are looked at at once. A host is asked by one of them at a time."""
KEPT_AT_ONCE = 20
"""Articles that are stored together. A run that is killed fetches no more than these again."""
MAX_NAME_CHARACTERS = 80


class Feeds:
    """The feeds of the index in a folder, and what was fetched. Several threads may share one.

    `library` is called when the first article is stored: it may load a model.
    """

    def __init__(
        self, index: Path, library: Callable[[], Library], config: FetchConfig | None = None
    ) -> None:
        self._index = index
        self._library = library
        self._config = config or FetchConfig()
        self._record = Record(index)
        self._web = Web(self._config, Hosts(self._record, self._config.pause))

    @classmethod
    def open(cls, config: Config | None = None, fetching: FetchConfig | None = None) -> Feeds:
        """Open the feeds of the index that `config` names, by default the environment's.

        Raises `ConfigError`.
        """
        config = config or Config.from_environment()
        opened: list[Library] = []

        def library() -> Library:
            from rag.models.loading import load_embedder

            if not opened:
                opened.append(Library(config.index, load_embedder(config.embedder)))
            return opened[0]

        return cls(config.index, library, fetching or FetchConfig.from_environment())

    @classmethod
    def over(cls, library: Library) -> Feeds:
        """Open the feeds of a library's index. Raises `ConfigError`."""
        return cls(library.folder, lambda: library, FetchConfig.from_environment())

    def close(self) -> None:
        """Close the record."""
        self._record.close()

    def list(self) -> tuple[Feed, ...]:
        """Return the feeds, in the order in which they were added."""
        return self._record.feeds()

    def count(self, feed: Feed) -> int:
        """Return the number of articles that are kept of a feed."""
        return sum(article.state == "kept" for article in self._record.articles(feed.address))

    def add(self, address: str, name: str | None = None) -> Feed:
        """Follow a feed, after reading it once. Its articles come with the next `run`.

        For a web page, the first feed that it names is followed. `name` is by default the feed's
        own title. It is the outlet of articles whose page names none. Raises `FetchError`.
        """
        followed, content = _in_thread(lambda: self._found(usable_address(address)))
        known = {feed.address: feed for feed in self._record.feeds()}.get(followed)
        title = _named(name, content.title, followed)
        if known:
            feed = replace(known, name=title if name else known.name, stopped=False)
        else:
            feed = Feed(address=followed, name=title, added=time.time())
        self._record.put_feed(feed)
        return feed

    def remove(self, which: str) -> Feed:
        """Stop following a feed, by its address or name. Its articles stay. Raises `FetchError`."""
        feed = self._one(which)
        self._record.drop_feed(feed.address)
        return feed

    def run(
        self,
        on_report: Callable[[FeedReport], None] = lambda _: None,
        *,
        which: Sequence[str] = (),
        stop: threading.Event | None = None,
    ) -> tuple[FeedReport, ...]:
        """Look at every feed, or those named, and store what is new. Returns a report of each.

        A feed that fails does not stop the others. `on_report` is called after each. `stop` ends
        the run early, after the articles that are being fetched; what it leaves is done by the
        next, and a feed that was not asked has no report. Raises `FetchError` if another run is at
        work, or the record can't be used.
        """
        feeds = [self._one(name) for name in which] or [f for f in self.list() if not f.stopped]
        stop = stop or threading.Event()
        told: queue.Queue[tuple[Feed, Fetched | Kept | Looked]] = queue.Queue()
        reports: list[FeedReport] = []
        with self._alone(patience=0.0):
            gatherer = Gatherer(self._web, self._record, self._index)
            with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="feeds") as pool:
                try:
                    for feed in feeds:
                        pool.submit(gatherer.feed, feed, _teller(told, feed), stop)
                    for report in self._reports(len(feeds), told):
                        reports.append(report)
                        on_report(report)
                finally:
                    stop.set()
                    pool.shutdown(cancel_futures=True)
        return tuple(reports)

    def fetch(self, addresses: Sequence[str]) -> tuple[Kept, ...]:
        """Fetch single articles, and store them. Returns one result for each address, in order.

        An article that was removed before is taken again. Raises `FetchError` if another run is at
        work, or the record can't be used.
        """
        wanted: list[str | Kept] = [_usable_or_refused(address) for address in addresses]
        unique = tuple(dict.fromkeys(w for w in wanted if isinstance(w, str)))
        with self._alone(patience=60.0):
            gatherer = Gatherer(self._web, self._record, self._index)
            with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetch") as pool:
                found = list(pool.map(gatherer.page, unique))
            pages = [item for item in found if isinstance(item, Fetched)]
            results = [item for item in found if isinstance(item, Kept)]
            if pages:
                results += keep(pages, self._record, self._library(), self._index)
        by_address = {result.address: result for result in results}
        return tuple(by_address[w] if isinstance(w, str) else w for w in wanted)

    def versions(self, address: str) -> tuple[Version, ...]:
        """Return the versions of a fetched article, the oldest first. Raises `FetchError`."""
        return self._record.versions(article_key(usable_address(address)))

    def page_path(self, version: Version) -> Path:
        """Return the file that holds the page of a version as it was."""
        return self._record.page_path(version.page_hash)

    def outdated(self, answer: Answer) -> tuple[Outdated, ...]:
        """Return the citations of an answer whose articles changed, or are gone, since."""
        return tuple(
            found
            for citation in answer.citations
            if (found := self._outdated(citation.marker, citation.doc_id, citation.content_hash))
        )

    def import_opml(self, data: bytes) -> tuple[Feed, ...]:
        """Follow the feeds of an OPML file, and return the new ones. They are read by `run`.

        Raises `FetchError` if it is no OPML, or names no feed.
        """
        known = {feed.address for feed in self.list()}
        added: list[Feed] = []
        for outline in read_opml(data):
            if outline.address not in known:
                known.add(outline.address)
                name = _named(outline.name, None, outline.address)
                # A little later each, so that they stay in order.
                when = time.time() + len(added) / 1e6
                added.append(Feed(address=outline.address, name=name, added=when))
                self._record.put_feed(added[-1])
        return tuple(added)

    def export_opml(self) -> str:
        """Return the feeds as OPML, which other feed readers read."""
        return write_opml([Outline(address=f.address, name=f.name) for f in self.list()])

    def _found(self, address: str) -> tuple[str, FeedContent]:
        """Return the address of the feed at an address, or the first that its page names."""
        reply = self._feed_reply(address)
        if reply.content_type.partition(";")[0].strip().lower() in (
            "text/html",
            "application/xhtml+xml",
        ):
            name = shown(address)
            links = feed_links(page_text(reply.body, reply.content_type, name), reply.address)
            if links:
                address = links[0]
                reply = self._feed_reply(address)
        content = read_feed(reply.body, reply.content_type, reply.address)
        return reply.moved_to or address, content

    def _feed_reply(self, address: str) -> Reply:
        return self._web.get(address, accept=formats.ACCEPT, limit=formats.MAX_FEED_BYTES)

    def _one(self, which: str) -> Feed:
        feeds = self.list()
        for feed in feeds:
            if which in (feed.address, feed.name):
                return feed
        raise FetchError(
            en=f"No feed is named {shown(which[:120])!r}: `rag feed list` shows them.",
            zh=f"没有名为 {shown(which[:120])!r} 的订阅源：请用 `rag feed list` 查看。",
        )

    def _reports(
        self, count: int, told: queue.Queue[tuple[Feed, Fetched | Kept | Looked]]
    ) -> Iterator[FeedReport]:
        """Store what the threads tell of, a batch at a time, and yield the report of each feed."""
        waiting: dict[str, list[Fetched]] = {}
        kept: dict[str, list[Kept]] = {}
        while count:
            feed, item = told.get()
            batch = waiting.setdefault(feed.address, [])
            results = kept.setdefault(feed.address, [])
            if isinstance(item, Kept):
                results.append(item)
                continue
            if isinstance(item, Fetched):
                batch.append(item)
            if len(batch) >= KEPT_AT_ONCE or (batch and isinstance(item, Looked)):
                results += keep(batch, self._record, self._library(), self._index)
                batch.clear()
            if isinstance(item, Looked):
                count -= 1
                if item.reply or item.error:
                    yield self._report(item, results)

    def _report(self, looked: Looked, kept: Sequence[Kept]) -> FeedReport:
        """Record the end of a look. The feed's mark is kept only if nothing is left to do."""
        feed, reply, error = looked.feed, looked.reply, looked.error
        failed = [item for item in kept if item.outcome == "failed"]
        fault = error.message if error else articles_left(failed)
        now = time.time()
        done = looked.complete and not failed and reply is not None
        new = replace(
            feed,
            stopped=error is not None and error.status == 410,
            looked=now,
            succeeded=feed.succeeded if error else now,
            fault_code=fault.code if fault else None,
            fault_en=fault.en if fault else None,
            fault_zh=fault.zh if fault else None,
        )
        if reply and reply.status == 200:
            # A feed that isn't done must not answer 304 next time.
            new = replace(
                new, etag=reply.etag if done else None, modified=reply.modified if done else None
            )
        notices = list(notices_of(looked))
        if any(known.address == feed.address for known in self._record.feeds()):
            self._record.put_feed(new)
            if reply and reply.moved_to and reply.moved_to != feed.address:
                self._record.move_feed(new, reply.moved_to)
                notices.append(moved_to(reply.moved_to))
                new = replace(new, address=reply.moved_to)
        if new.stopped:
            notices.append(feed_stopped())
        return FeedReport(feed=new, articles=tuple(kept), error=fault, notices=tuple(notices))

    def _outdated(self, marker: int, doc_id: str, content_hash: str) -> Outdated | None:
        versions = self._record.versions_of_content(content_hash)
        if not versions:
            return None
        newest = versions[-1]
        known = self._record.article(newest.key)
        gone = known is not None and known.state == "gone"
        if newest.content_hash == content_hash and not gone:
            return None
        return Outdated(
            marker=marker,
            doc_id=doc_id,
            correction=newest.correction or ("gone" if gone else None),
            notice=newest.notice,
            at=newest.at,
        )

    @contextmanager
    def _alone(self, *, patience: float) -> Iterator[None]:
        """Let one process at a time fetch. The system ends this when a process is killed."""
        folder = self._record.folder
        lock = FileLock(folder / "run.lock")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=patience)
        except Timeout:
            raise FetchError(
                en="Another run is fetching for this index: wait until it is done.",
                zh="另一个进程正在为此索引抓取：请等它完成。",
            ) from None
        except OSError as error:
            raise unusable_record(folder, error) from error
        try:
            yield
        finally:
            lock.release()


def _in_thread(work: Callable[[], tuple[str, FeedContent]]) -> tuple[str, FeedContent]:
    """Run in a thread of its own, since the caller's may run an event loop (Jupyter does)."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def _teller(
    told: queue.Queue[tuple[Feed, Fetched | Kept | Looked]], feed: Feed
) -> Callable[[Fetched | Kept | Looked], None]:
    return lambda item: told.put((feed, item))


def _usable_or_refused(address: str) -> str | Kept:
    try:
        return usable_address(address)
    except FetchError as error:
        return Kept(address=address, outcome="refused", reason=error.message)


def _named(name: str | None, title: str | None, address: str) -> str:
    return ((name or "").strip() or title or host_of(address))[:MAX_NAME_CHARACTERS]
