"""The components and events of the section for feeds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import gradio as gr
from gradio.events import Dependency

from rag.errors import RagError
from rag.feeds.following import Feeds
from rag.feeds.reports import FeedReport
from rag.messages import Language
from rag.page.chat.sent import said
from rag.page.feeds.rendering import (
    MAX_ADDRESS_CHARACTERS,
    Followed,
    render_feeds,
    render_kept,
    render_line,
    render_progress,
    render_reports,
)
from rag.page.feeds.texts import texts
from rag.page.markup import render_error
from rag.page.owner import is_owner
from rag.page.parts import QUIET, STILL, Update, asset
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
    return FeedsPanel(section=section, outcome=gr.HTML("", **STILL))


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
    # One after the other: the record lets one run work at a time.
    one = {"concurrency_limit": 1, "concurrency_id": "feeds"}
    return (
        section.fetch_article(does.fetch, [choice], outputs, **one, **QUIET),
        section.follow_feed(does.follow, [choice], outputs, **one, **QUIET),
        section.run_feeds(does.run, [choice], outputs, **one, **QUIET),
    )


@dataclass(frozen=True, kw_only=True)
class _Happenings:
    """The event handlers. Only the owner's events do anything, wherever they come from."""

    parts: FeedsPanel
    feeds: Feeds

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
            return render_reports(self.feeds.run(which=[feed.address]), language)

        yield from self._changing(work, language, request, address)

    def run(self, language: Language, request: gr.Request) -> Iterator[Update]:
        """Ask all feeds for what is new."""
        language = language_sent(language)
        words = texts(language)

        def work(tell: _Tell) -> str:
            tell(words.asking)
            total = sum(not feed.stopped for feed in self.feeds.list())
            done: list[FeedReport] = []

            def reported(report: FeedReport) -> None:
                done.append(report)
                tell(words.asked_of.format(len(done), total, report.feed.name))

            reports = self.feeds.run(reported)
            if not reports:
                return render_error(words.no_feeds, language)
            return render_reports(reports, language)

        yield from self._changing(work, language, request)

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
                work, lambda line: {parts.outcome: render_progress(line, language)}
            )
        except RagError as error:
            shown, failed = render_error(error.message.text(language), language), True
        except Exception:
            _log.exception("The feeds could not be asked")
            shown, failed = render_error(words.unexpected, language), True
        section = _section(self.feeds, language, address if failed and address else "")
        yield {parts.section: section, parts.outcome: shown}


def _section(feeds: Feeds, language: Language, address: str = "") -> str:
    try:
        followed = [Followed(feed=feed, articles=feeds.count(feed)) for feed in feeds.list()]
    except RagError as error:
        return render_error(error.message.text(language), language)
    return render_feeds(followed, language, address=address)


def _address(event: gr.EventData) -> str:
    return said(event, "address").strip()[:MAX_ADDRESS_CHARACTERS]
