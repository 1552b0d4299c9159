"""The page `/s/TOKEN`: one shared answer, without scripts, for all who have the address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from rag.errors import RagError
from rag.exports.layout import Layout, Line, Section, Source, details_of, lay_out
from rag.messages import Language
from rag.page.markup import escaped, external_link, inline, language_of
from rag.page.scope.rendering import asked_text
from rag.page.shares.since import FindOutdated, Since, happened_since
from rag.page.shares.store import Shared, Shares
from rag.page.shares.texts import texts
from rag.page.texts import HTML_LANGUAGE, preferred_language
from rag.text.characters import one_line
from rag.types import Answer, Citation, Document

PATH = "/s/"
_HEADERS = {
    # A shared answer must be gone at once when sharing is stopped.
    "cache-control": "no-store",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
}
_STYLE = """
:root { color-scheme: light dark }
body { font: 1.05rem/1.7 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
  sans-serif; max-width: 44rem; margin: 1.5rem auto; padding: 0 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.4rem; line-height: 1.35 } h2 { font-size: 1.1rem; margin-top: 1.8rem }
header p, .note { margin: .3rem 0; font-size: .9rem }
header { display: flex; justify-content: space-between; gap: 1rem }
.since { margin: .3rem 0; padding: .1rem .5rem; color: #6b3a00; background: #fff3d6;
  border: 1px solid #b45309; border-radius: .3rem }
@media (prefers-color-scheme: dark) { .since { color: #ffe2ad; background: #3a2a10 } }
a.since { display: inline-block; margin: 0 .25rem; font-size: .85rem; line-height: 1.5 }
li p.since { margin: .3rem 0; font-size: .95rem }
.note { border-inline-start: .25rem solid #157f3c; padding-inline-start: .75rem }
blockquote { margin: .3rem 0; padding-inline-start: .75rem;
  border-inline-start: .2rem solid #c99700; white-space: pre-line }
ul { padding: 0; list-style: none } li { margin: .9rem 0 } li p { margin: .1rem 0 }
li:target { outline: .15rem solid #c99700; outline-offset: .4rem }
a { display: inline-block; min-width: 24px; min-height: 24px; color: inherit }
"""


def add_shared_route(
    app: FastAPI,
    shares: Shares | None,
    document: Callable[[str], Document] | None = None,
    outdated: FindOutdated | None = None,
) -> None:
    """Add the route to `app`. Without `shares`, no answer is shared.

    Each time that an answer is looked at, its articles are compared with those of the index, as
    `document` returns them (`rag.uploads.library.Library.document`), and with what was fetched.
    """

    def look(token: str, language: Language) -> str | None:
        shared = shares.find(token) if shares else None
        if shared is None or shared.turn.answer is None or document is None:
            return None
        since: Mapping[int, Since] | None
        try:
            since = happened_since(shared.turn.answer, document, outdated)
        except RagError:
            since = None
        return render_shared(shared, shared.turn.answer, since, language)

    @app.api_route(PATH + "{token}", methods=["GET", "HEAD"])
    async def show(request: Request, token: str) -> HTMLResponse:
        wished = request.query_params.get("lang")
        language: Language = preferred_language(request.headers.get("accept-language"))
        if wished in ("zh", "en"):
            language = "zh" if wished == "zh" else "en"
        page = await asyncio.to_thread(look, token, language)
        if page is None:
            gone = f"<p>{escaped(texts(language).gone)}</p>"
            page = _whole(texts(language).gone, gone, language)
            return HTMLResponse(page, status_code=404, headers=_HEADERS)
        return HTMLResponse(page, headers=_HEADERS)


def render_shared(
    shared: Shared, answer: Answer, since: Mapping[int, Since] | None, language: Language
) -> str:
    """Return the whole page of a shared answer. Sentences and quotes keep their own language.

    `since` is what happened to its articles, by marker, and None if that can't be found out.
    """
    asked = asked_text(shared.turn.asked, language) if shared.turn.asked else ""
    layout = lay_out(answer, language, asked=asked)
    quotes = {citation.marker: citation.quote for citation in answer.citations}
    before = "".join(f'<p class="before">{inline(line)}</p>' for line in layout.before)
    drawn = _Drawn(layout=layout, quotes=quotes, since=since or {}, language=language)
    lines = "".join(map(drawn.line, layout.body))
    sections = "".join(map(drawn.section, layout.sections))
    after = "".join(f"<p>{inline(line)}</p>" for line in layout.after)
    content = (
        f"<article>{inline(layout.question, tag='h1')}{_warned(answer, since, language)}{before}"
        f"{lines}{sections}{after}</article>{_how_checked(shared, answer, since, language)}"
    )
    return _whole(layout.question, content, language)


def _warned(answer: Answer, since: Mapping[int, Since] | None, language: Language) -> str:
    """Return the line at the top that says how many quotes are concerned, if any is."""
    if not since:
        return ""
    said = texts(language).some_changed.format(len(since), len(answer.citations))
    return f'<p class="since">{escaped(said)}</p>'


def _how_checked(
    shared: Shared, answer: Answer, since: Mapping[int, Since] | None, language: Language
) -> str:
    words = texts(language)
    day = f"{datetime.fromtimestamp(shared.at, UTC):%Y-%m-%d}"
    by = words.by_model.format(answer.model.name) if answer.model else words.by_articles
    lines = [words.read_only.format(day), by, words.exact]
    if since is None:
        lines.append(words.not_checked_now)
    elif not since and answer.citations:
        lines.append(words.unchanged)
    told = "".join(f"<p>{escaped(line)}</p>" for line in lines)
    return f'<footer class="note">{told}</footer>'


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """Draws the parts of an answer. `quotes` and `since` are by marker."""

    layout: Layout
    quotes: Mapping[int, str]
    since: Mapping[int, Since]
    language: Language

    def section(self, section: Section) -> str:
        lines = "".join(map(self.line, section.lines))
        sources = "".join(map(self._source, section.sources))
        listed = f"<ul>{sources}</ul>" if sources else ""
        return f"<section><h2>{escaped(section.heading)}</h2>{lines}{listed}</section>"

    def line(self, line: Line) -> str:
        markers = "".join(map(self._marker, line.citations))
        flags = "".join(map(self._flag, line.citations))
        space = self.layout.space * bool(markers)
        return f"<p>{inline(line.text)}{space}{markers}{escaped(line.remark)}{flags}</p>"

    def _marker(self, citation: Citation) -> str:
        number = f"[{citation.marker}]"
        known = citation.marker in self.quotes
        return f'<a href="#source{citation.marker}">{number}</a>' if known else number

    def _flag(self, citation: Citation) -> str:
        since = self.since.get(citation.marker)
        if since is None:
            return ""
        said = f"[{citation.marker}] {texts(self.language).flags[since.what]}"
        language = HTML_LANGUAGE[self.language]
        return f' <a class="since" lang="{language}" href="#source{citation.marker}">⚠ {said}</a>'

    def _source(self, source: Source) -> str:
        number, place, warned = "", "", ""
        quote = source.quote
        if source.marker is not None:
            number, place = f"[{source.marker}] ", f' id="source{source.marker}"'
            # As it is in the article; the layout has it on one line.
            quote = self.quotes.get(source.marker, quote)
            if since := self.since.get(source.marker):
                warned = _told(since, self.language)
        parts = [f"<p>{number}{inline(source.details)}</p>", warned]
        if quote is not None:
            said = escaped(self.layout.labels.quoted.format(quote))
            parts.append(f"<blockquote {language_of(quote)}>{said}</blockquote>")
        if link := external_link(source.url, source.url or ""):
            parts.append(f"<p>{link}</p>")
        if source.remark:
            parts.append(f"<p>{escaped(source.remark)}</p>")
        return f"<li{place}>{''.join(parts)}</li>"


def _told(since: Since, language: Language) -> str:
    """Return what happened to an article, in whole sentences."""
    words = texts(language)
    lines = [escaped(words.told[since.what])]
    if since.day:
        lines.append(escaped(words.seen_on.format(since.day)))
    if since.notice:
        lines.append(inline(words.in_its_words.format(one_line(since.notice))))
    if since.quote_stands is not None and since.what != "relisted":
        lines.append(escaped(words.quote_stands if since.quote_stands else words.quote_lost))
    if since.now is not None:
        lines.append(inline(words.listed_now.format(details_of(since.now, language))))
    space = "" if language == "zh" else " "
    return f'<p class="since">{space.join(lines)}</p>'


def _whole(title: str, content: str, language: Language) -> str:
    other: Language = "en" if language == "zh" else "zh"
    return (
        f'<!doctype html><html lang="{HTML_LANGUAGE[language]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="robots" content="noindex, nofollow, noarchive">'
        f"<title>{escaped(title)}</title><style>{_STYLE}</style></head><body>"
        f'<nav><a href="?lang={other}" lang="{HTML_LANGUAGE[other]}">'
        f"{escaped(texts(language).other_language)}</a></nav><main>{content}</main></body></html>"
    )
