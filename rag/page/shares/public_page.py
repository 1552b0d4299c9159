"""The page `/s/TOKEN`: one shared answer, without scripts, for all who have the address."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from rag.exports.layout import Layout, Line, Section, Source, lay_out
from rag.messages import Language
from rag.page.markup import escaped, external_link, inline, language_of
from rag.page.scope.rendering import asked_text
from rag.page.shares.store import Shared, Shares
from rag.page.shares.texts import texts
from rag.page.texts import HTML_LANGUAGE, preferred_language
from rag.types import Answer, Citation

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
.note { border-inline-start: .25rem solid #157f3c; padding-inline-start: .75rem }
blockquote { margin: .3rem 0; padding-inline-start: .75rem;
  border-inline-start: .2rem solid #c99700; white-space: pre-line }
ul { padding: 0; list-style: none } li { margin: .9rem 0 } li p { margin: .1rem 0 }
li:target { outline: .15rem solid #c99700; outline-offset: .4rem }
a { display: inline-block; min-width: 24px; min-height: 24px; color: inherit }
"""


def add_shared_route(app: FastAPI, shares: Shares | None) -> None:
    """Add the route to `app`. Without `shares`, no answer is shared."""

    @app.api_route(PATH + "{token}", methods=["GET", "HEAD"])
    async def show(request: Request, token: str) -> HTMLResponse:
        wished = request.query_params.get("lang")
        language: Language = preferred_language(request.headers.get("accept-language"))
        if wished in ("zh", "en"):
            language = "zh" if wished == "zh" else "en"
        shared = await asyncio.to_thread(shares.find, token) if shares else None
        if shared is None:
            gone = f"<p>{escaped(texts(language).gone)}</p>"
            page = _whole(texts(language).gone, gone, language)
            return HTMLResponse(page, status_code=404, headers=_HEADERS)
        return HTMLResponse(render_shared(shared, language), headers=_HEADERS)


def render_shared(shared: Shared, language: Language) -> str:
    """Return the whole page of a shared answer. Sentences and quotes keep their own language."""
    answer = shared.turn.answer
    if answer is None:
        return _whole(texts(language).gone, "", language)
    asked = asked_text(shared.turn.asked, language) if shared.turn.asked else ""
    layout = lay_out(answer, language, asked=asked)
    quotes = {citation.marker: citation.quote for citation in answer.citations}
    before = "".join(f'<p class="before">{inline(line)}</p>' for line in layout.before)
    lines = "".join(_line(line, layout, quotes) for line in layout.body)
    sections = "".join(_section(section, layout, quotes) for section in layout.sections)
    after = "".join(f"<p>{inline(line)}</p>" for line in layout.after)
    content = (
        f"<article>{inline(layout.question, tag='h1')}{before}{lines}{sections}{after}</article>"
        f"{_how_checked(shared, answer, language)}"
    )
    return _whole(layout.question, content, language)


def _how_checked(shared: Shared, answer: Answer, language: Language) -> str:
    words = texts(language)
    day = f"{datetime.fromtimestamp(shared.at, UTC):%Y-%m-%d}"
    by = words.by_model.format(answer.model.name) if answer.model else words.by_articles
    lines = (words.read_only.format(day), by, words.exact, words.not_checked_now)
    told = "".join(f"<p>{escaped(line)}</p>" for line in lines)
    return f'<footer class="note">{told}</footer>'


def _section(section: Section, layout: Layout, quotes: dict[int, str]) -> str:
    lines = "".join(_line(line, layout, quotes) for line in section.lines)
    sources = "".join(_source(source, layout, quotes) for source in section.sources)
    listed = f"<ul>{sources}</ul>" if sources else ""
    return f"<section><h2>{escaped(section.heading)}</h2>{lines}{listed}</section>"


def _line(line: Line, layout: Layout, quotes: dict[int, str]) -> str:
    markers = "".join(_marker(citation, quotes) for citation in line.citations)
    space = layout.space * bool(markers)
    return f"<p>{inline(line.text)}{space}{markers}{escaped(line.remark)}</p>"


def _marker(citation: Citation, quotes: dict[int, str]) -> str:
    number = f"[{citation.marker}]"
    known = citation.marker in quotes
    return f'<a href="#source{citation.marker}">{number}</a>' if known else number


def _source(source: Source, layout: Layout, quotes: dict[int, str]) -> str:
    number, place = "", ""
    quote = source.quote
    if source.marker is not None:
        number, place = f"[{source.marker}] ", f' id="source{source.marker}"'
        # As it is in the article; the layout has it on one line.
        quote = quotes.get(source.marker, quote)
    parts = [f"<p>{number}{inline(source.details)}</p>"]
    if quote is not None:
        said = escaped(layout.labels.quoted.format(quote))
        parts.append(f"<blockquote {language_of(quote)}>{said}</blockquote>")
    if link := external_link(source.url, source.url or ""):
        parts.append(f"<p>{link}</p>")
    if source.remark:
        parts.append(f"<p>{escaped(source.remark)}</p>")
    return f"<li{place}>{''.join(parts)}</li>"


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
