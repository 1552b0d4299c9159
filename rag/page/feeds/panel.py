"""The components and events of the section for feeds."""

from __future__ import annotations

import base64
import binascii
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import gradio as gr
from gradio.events import Dependency

from rag.errors import RagError
from rag.feeds.following import MAX_NAME_CHARACTERS, Feeds
from rag.feeds.opml import MAX_BYTES
from rag.feeds.reports import FeedReport
from rag.messages import Language
from rag.page.chat.sent import said
from rag.page.feeds.rendering import (
    MAX_ADDRESS_CHARACTERS,
    Followed,
    render_feeds,
    render_imported,
    render_kept,
    render_line,
    render_progress,
    render_reports,
)
from rag.page.feeds.texts import texts
from rag.page.markup import render_error
from rag.page.owner import is_owner
from rag.page.parts import QUIET, Update, asset
from rag.page.texts import language_sent
from rag.page.working import working

_log = logging.getLogger(__name__)

_Tell = Callable[[str], None]
_Work = Callable[[_Tell], str]


@dataclass(frozen=True, kw_only=True)
class FeedsPanel:
    """The components of the section: the folded part, and the result of what was done last."""

    section: gr.HTML
    outcome: gr.HTML


def draw_feeds() -> FeedsPanel:
    """Make the components, in their order on the page. Both are empty unless the owner looks."""
    section = gr.HTML("", js_on_load=asset("section.js"), apply_default_css=False)
    outcome = gr.HTML("", js_on_load=asset("section.js"), apply_default_css=False)
    return FeedsPanel(section=section, outcome=outcome)


def said_in(parts: FeedsPanel, feeds: Feeds | None, language: Language, *, owner: bool) -> Update:
    """Return the section in `language`. Other readers than the owner get none."""
    return {parts.section: _section(feeds, language) if feeds is not None and owner else ""}


def wire_feeds(
    parts: FeedsPanel, feeds: Feeds, tab: gr.Tab, choice: gr.Radio
) -> Sequence[Dependency]:
    """Connect the events, and return those after which there may be new articles.

    `choice` is the language choice. The section is drawn anew when the `tab` is opened.
    """
    does = _Happenings(parts=parts, feeds=feeds)
    outputs = [parts.section, parts.outcome]
    tab.select(does.redraw, [choice], [parts.section], queue=False, **QUIET)
    section = parts.section
    section.stop_following(does.stop_following, [choice], outputs, **QUIET)
    section.import_feeds(does.take_in, [choice], outputs, **QUIET)
    parts.outcome.stop_feeds(does.stop, [choice], [parts.outcome], queue=False, **QUIET)
    # One after the other: the record lets one run work at a time.
    one = {"concurrency_limit": 1, "concurrency_id": "feeds"}
    return (
        section.fetch_article(does.fetch, [choice], outputs, **one, **QUIET),
        section.follow_feed(does.follow, [choice], outputs, **one, **QUIET),
        section.run_feeds(does.run, [choice], outputs, **one, **QUIET),
    )


@dataclass(kw_only=True, eq=False)
class _Run:
    """A run under way. `stop` is set at its end, too; `by_owner` says that its owner stopped it."""

    stop: threading.Event = field(default_factory=threading.Event)
    by_owner: bool = False


@dataclass(frozen=True, kw_only=True)
class _Happenings:
    """The event handlers. Only the owner's events do anything, wherever they come from."""

    parts: FeedsPanel
    feeds: Feeds
    under_way: list[_Run] = field(default_factory=list)

    def redraw(self, language: Language, request: gr.Request) -> Update:
        """Show the feeds as they are now."""
        return said_in(self.parts, self.feeds, language_sent(language), owner=is_owner(request))

    def fetch(
        self, event: gr.EventData, language: Language, request: gr.Request
    ) -> Iterator[Update]:
        """Fetch one article."""
        language = language_sent(language)
        address = _address(event)

        def work(tell: _Tell) -> str:
            tell(texts(language).fetching)
            return render_kept(self.feeds.fetch([address]), language)

        yield from self._changing(work, language, request, address)

    def follow(
        self, event: gr.EventData, language: Language, request: gr.Request
    ) -> Iterator[Update]:
        """Follow a feed, and bring its articles."""
        language = language_sent(language)
        address = _address(event)

        def work(tell: _Tell) -> str:
            tell(texts(language).following)
            feed = self.feeds.add(address)
            return self._run(tell, language, [feed.address])

        yield from self._changing(work, language, request, address)

    def run(self, language: Language, request: gr.Request) -> Iterator[Update]:
        """Ask all feeds for what is new."""
        language = language_sent(language)

        def work(tell: _Tell) -> str:
            if all(feed.stopped for feed in self.feeds.list()):
                return render_error(texts(language).no_feeds, language)
            return self._run(tell, language)

        yield from self._changing(work, language, request)

    def stop(self, language: Language, request: gr.Request) -> Update:
        """Stop the run under way. What came is kept, and the next run brings the rest."""
        language = language_sent(language)
        if not is_owner(request) or not self.under_way:
            return {self.parts.outcome: gr.skip()}
        for run in self.under_way:
            run.by_owner = True
            run.stop.set()
        return {self.parts.outcome: render_progress(texts(language).stopping, language)}

    def take_in(
        self, event: gr.EventData, language: Language, request: gr.Request
    ) -> Iterator[Update]:
        """Follow the feeds of an OPML file. They are asked by the next run."""
        language = language_sent(language)

        def work(_: _Tell) -> str:
            try:
                data = base64.b64decode(said(event, "base64"), validate=True)
            except binascii.Error:
                data = b""
            if not data and said(event, "size") != "0":
                name = said(event, "name")[:MAX_NAME_CHARACTERS]
                line = texts(language).too_large.format(name, MAX_BYTES // 1024**2)
                return render_error(line, language)
            return render_imported(self.feeds.import_opml(data), language)

        yield from self._changing(work, language, request)

    def _run(self, tell: _Tell, language: Language, which: Sequence[str] = ()) -> str:
        """Ask all feeds, or those named, until it is done or stopped. Return what came of it."""
        words, run, done = texts(language), _Run(), 0
        total = len(which) or sum(not feed.stopped for feed in self.feeds.list())

        def reported(report: FeedReport) -> None:
            nonlocal done
            done += 1
            tell(words.asked_of.format(done, total, report.feed.name))

        self.under_way.append(run)
        try:
            tell(words.asking)
            reports = self.feeds.run(reported, which=which, stop=run.stop)
        finally:
            self.under_way.remove(run)
        return render_reports(reports, language, stopped_of=total if run.by_owner else None)

    def stop_following(
        self, event: gr.EventData, language: Language, request: gr.Request
    ) -> Iterator[Update]:
        """Stop following a feed. Its articles stay."""
        language = language_sent(language)
        address = said(event, "value")

        def work(_: _Tell) -> str:
            feed = self.feeds.remove(address)
            return render_line(texts(language).no_longer.format(feed.name), language)

        yield from self._changing(work, language, request)

    def _changing(
        self, work: _Work, language: Language, request: gr.Request, address: str | None = None
    ) -> Iterator[Update]:
        """Do what the owner wants, show the progress, and then the feeds as they are."""
        parts, words = self.parts, texts(language)
        if not is_owner(request):
            yield {parts.outcome: render_error(words.not_owner, language)}
            return
        if address == "":
            yield {parts.outcome: render_error(words.no_address, language)}
            return
        failed = False
        try:
            shown = yield from working(
                work, lambda line: {parts.outcome: self._doing(line, language)}
            )
        except RagError as error:
            shown, failed = render_error(error.message.text(language), language), True
        except Exception:
            _log.exception("The feeds could not be asked")
            shown, failed = render_error(words.unexpected, language), True
        section = _section(self.feeds, language, address if failed and address else "")
        yield {parts.section: section, parts.outcome: shown}

    def _doing(self, line: str, language: Language) -> str:
        if any(run.by_owner for run in self.under_way):
            line = texts(language).stopping
            return render_progress(line, language)
        return render_progress(line, language, stoppable=bool(self.under_way))


def _section(feeds: Feeds, language: Language, address: str = "") -> str:
    try:
        followed = [Followed(feed=feed, articles=feeds.count(feed)) for feed in feeds.list()]
    except RagError as error:
        return render_error(error.message.text(language), language)
    return render_feeds(followed, language, opml=feeds.export_opml(), address=address)


def _address(event: gr.EventData) -> str:
    return said(event, "address").strip()[:MAX_ADDRESS_CHARACTERS]
