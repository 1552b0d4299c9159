"""Return the section for feeds as safe HTML. Names and titles come from the web."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rag.feeds.keeping import Kept
from rag.feeds.opml import MAX_BYTES
from rag.feeds.record import Feed
from rag.feeds.reports import FeedReport
from rag.messages import Language
from rag.page.feeds.texts import Texts, texts
from rag.page.markup import escaped, inline
from rag.page.texts import HTML_LANGUAGE

MAX_ADDRESS_CHARACTERS = 2_000
_MOST_LINES = 50


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A feed that is followed, and the number of its articles."""

    feed: Feed
    articles: int


def render_feeds(
    followed: Sequence[Followed], language: Language, *, opml: str = "", address: str = ""
) -> str:
    """Return the folded section: a field for an address, and the followed feeds.

    `opml` is their list as OPML, to be saved. `address` stays in the field, so that it can be
    mended.
    """
    words = texts(language)
    buttons = _button("fetch_article", "", words.fetch) + _button("follow_feed", "", words.follow)
    listed = "".join(_feed(one, words, language) for one in followed)
    head = words.followed.format(len(followed)) if followed else words.none_followed
    run = _button("run_feeds", "", words.run) if followed else ""
    return (
        f'<details class="rag-section" id="rag-feeds" lang="{HTML_LANGUAGE[language]}">'
        f"<summary>{escaped(words.section)}</summary><p>{escaped(words.intro)}</p>"
        f'<label class="rag-section-field">{escaped(words.address)} <input type="url" '
        f'data-field="address" value="{escaped(address)}" inputmode="url" autocomplete="off" '
        f'maxlength="{MAX_ADDRESS_CHARACTERS}" placeholder="https://"></label>'
        f'<div class="rag-section-buttons">{buttons}</div>'
        f'<div class="rag-section-head"><h2>{escaped(head)}</h2>{run}</div>'
        f"<ul>{listed}</ul>{_opml(opml if followed else '', words)}</details>"
    )


def _opml(opml: str, words: Texts) -> str:
    """Return the buttons that take a list of feeds in, and save one."""
    save = ""
    if opml:
        coded = base64.b64encode(opml.encode()).decode()
        save = (
            f'<a class="rag-button" download="feeds.opml" href="data:text/x-opml;base64,{coded}">'
            f"{escaped(words.save_opml)}</a>"
        )
    return (
        '<div class="rag-section-buttons"><span class="rag-drop-inline">'
        '<input type="file" id="rag-feeds-file" accept=".opml,.xml" data-do="import_feeds" '
        f'data-most-bytes="{MAX_BYTES}" aria-describedby="rag-feeds-opml">'
        f'<label class="rag-button" for="rag-feeds-file">{escaped(words.choose_opml)}</label>'
        f'</span>{save}</div><p id="rag-feeds-opml">{escaped(words.opml)}</p>'
    )


def render_progress(line: str, language: Language, *, stoppable: bool = False) -> str:
    """Return what is being done, with a button that stops it if it is `stoppable`."""
    button = _button("stop_feeds", "", texts(language).stop) if stoppable else ""
    buttons = f'<div class="rag-section-buttons">{button}</div>' if button else ""
    return _status(f'<p class="rag-progress">{escaped(line)}</p>', language, buttons)


def render_line(line: str, language: Language) -> str:
    """Return the result of a change in one line."""
    return _status(f"<p>✓ {escaped(line)}</p>", language)


def render_kept(results: Sequence[Kept], language: Language) -> str:
    """Return what became of the addresses that were fetched."""
    return _status(_kept(results, texts(language), language), language)


def render_reports(
    reports: Sequence[FeedReport], language: Language, *, stopped_of: int | None = None
) -> str:
    """Return what each feed brought, or why it failed.

    `stopped_of` is the number of all feeds if their owner stopped the run.
    """
    words = texts(language)
    told = "".join(_report(report, words, language) for report in reports)
    if stopped_of is not None:
        told = f"<p>{escaped(words.stopped.format(len(reports), stopped_of))}</p>{told}"
    return _status(told, language)


def render_imported(feeds: Sequence[Feed], language: Language) -> str:
    """Return which feeds of a list are followed now."""
    words = texts(language)
    if not feeds:
        return _status(f"<p>= {escaped(words.none_imported)}</p>", language)
    lines = [f"<li>{inline(feed.name)}</li>" for feed in feeds[:_MOST_LINES]]
    if len(feeds) > _MOST_LINES:
        lines.append(f"<li>{escaped(words.more.format(len(feeds) - _MOST_LINES))}</li>")
    said = escaped(words.imported.format(len(feeds)))
    return _status(f"<p>✓ {said}</p><ul>{''.join(lines)}</ul>", language)


def _feed(one: Followed, words: Texts, language: Language) -> str:
    feed = one.feed
    looked = words.asked.format(_moment(feed.looked)) if feed.looked else words.never_asked
    count = words.articles[one.articles != 1].format(f"{one.articles:,}")
    parts = [words.gone if feed.stopped else looked, count]
    fault = ""
    if feed.fault:
        fault = f'<p class="rag-section-fault">{escaped(feed.fault.text(language))}</p>'
    stop = _button("stop_following", feed.address, words.remove, words.remove_of.format(feed.name))
    return (
        f'<li><div><b>{inline(feed.name)}</b> <span class="rag-path">{escaped(feed.address)}</span>'
        f"<p>{escaped(' · '.join(parts))}</p>{fault}</div>{stop}</li>"
    )


def _report(report: FeedReport, words: Texts, language: Language) -> str:
    counts = (
        report.count("new"),
        report.count("changed"),
        report.count("duplicate", "refused", "removed"),
    )
    if report.error:
        line = f"{report.feed.name}{words.colon}{report.error.text(language)}"
        head = f'<p class="rag-section-fault">✕ {escaped(line)}</p>'
    elif any(counts):
        head = f"<p>✓ {escaped(words.brought.format(report.feed.name, *counts))}</p>"
    else:
        head = f"<p>= {escaped(words.nothing_new.format(report.feed.name))}</p>"
    notices = "".join(f"<p>{escaped(notice.text(language))}</p>" for notice in report.notices)
    told = [kept for kept in report.articles if kept.outcome not in ("failed", "same")]
    return head + notices + _kept(told, words, language)


def _kept(results: Sequence[Kept], words: Texts, language: Language) -> str:
    lines = [_kept_line(kept, words, language) for kept in results[:_MOST_LINES]]
    if len(results) > _MOST_LINES:
        lines.append(f"<li>{escaped(words.more.format(len(results) - _MOST_LINES))}</li>")
    return f"<ul>{''.join(lines)}</ul>" if lines else ""


def _kept_line(kept: Kept, words: Texts, language: Language) -> str:
    bad = kept.outcome in ("refused", "failed")
    line = (
        f"{escaped(words.outcomes[kept.outcome])}{words.colon}{inline(kept.title or kept.address)}"
    )
    if kept.correction:
        line += f" ({escaped(words.corrections[kept.correction])})"
    if kept.reason:
        line += f"<br>{escaped(kept.reason.text(language))}"
    fault = ' class="rag-section-fault"' if bad else ""
    return f'<li data-outcome="{kept.outcome}"{fault}>{line}</li>'


def _button(action: str, value: str, label: str, name: str = "") -> str:
    named = f' aria-label="{escaped(name)}"' if name else ""
    return (
        f'<button type="button" class="rag-button" data-do="{action}" '
        f'data-value="{escaped(value)}"{named}>{escaped(label)}</button>'
    )


def _status(content: str, language: Language, buttons: str = "") -> str:
    return (
        f'<div class="rag-outcome" lang="{HTML_LANGUAGE[language]}"><div role="status">{content}'
        f"</div>{buttons}</div>"
    )


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
