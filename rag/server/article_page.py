"""The page `/a/ID`: one article, with the cited sentence marked."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from rag.messages import Language
from rag.page.chat.sources import blocks
from rag.page.markup import escaped, external_link, language_of
from rag.page.texts import HTML_LANGUAGE, preferred_language
from rag.server.access import Access
from rag.server.links import PREFIX, CitedPlace, Links, find_quote, read_place
from rag.server.refusals import Refused
from rag.server.service import Service
from rag.types import Document

_WORDS: dict[str, dict[Language, str]] = {
    "original": {"en": "Original article", "zh": "原文"},
    "edited": {
        "en": "This article was edited after it was cited. The cited sentence is unchanged.",
        "zh": "本文在被引用后有过修改，所引的句子没有变化。",
    },
    "gone": {
        "en": "This article was edited after it was cited. The cited sentence is no longer in it.",
        "zh": "本文在被引用后有过修改，所引的句子已不在文中。",
    },
}
_STYLE = """
:root { color-scheme: light dark }
body { font: 1.05rem/1.7 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
  sans-serif;
  max-width: 44rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.5rem; line-height: 1.35 } h2 { font-size: 1.15rem }
.byline { opacity: .75 } .note { border-left: .25rem solid #c77700; padding-left: .75rem }
mark { padding: .1em 0; scroll-margin: 30vh }
p { white-space: pre-line }
"""


def article_page_routes(service: Service, links: Links, access: Access) -> APIRouter:
    """Return the route that shows an article."""
    routes = APIRouter()

    @routes.get(PREFIX + "{doc_id:path}", include_in_schema=False)
    async def show(
        request: Request, doc_id: str, at: str = "", v: str = "", until: str = "", sig: str = ""
    ) -> Response:
        if not links.allows(doc_id, at, v, until, sig) and not _has_key(request, access):
            raise Refused(
                403,
                "link_not_valid",
                en="This link was altered or has expired: ask the question again for a new one.",
                zh="此链接被改动过或已过期：请重新提问以获得新的链接。",
            )
        language = preferred_language(request.headers.get("accept-language"))
        document = await service.document(doc_id)
        # A long edited article takes a moment to look through.
        page = await asyncio.to_thread(_page, document, read_place(at, v), language)
        return HTMLResponse(page)

    return routes


def _has_key(request: Request, access: Access) -> bool:
    try:
        access.admit(request.scope, counted=True)
    except Refused as refused:
        if refused.status == 429:
            raise
        return False
    return True


def _page(document: Document, place: CitedPlace | None, language: Language) -> str:
    quote, note = None, ""
    if place is not None:
        quote = find_quote(document.text, place)
        edited = not document.content_hash.startswith(place.article)
        if quote is None or edited:
            note = _WORDS["gone" if quote is None else "edited"][language]
    details = [str(part) for part in (document.outlet, document.published) if part]
    byline = escaped(" · ".join(details))
    link = external_link(document.url, _WORDS["original"][language])
    told = f'<p class="note" role="note">{escaped(note)}</p>' if note else ""
    return (
        f'<!doctype html><html lang="{HTML_LANGUAGE[language]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="robots" content="noindex">'
        f"<title>{escaped(document.title)}</title><style>{_STYLE}</style></head><body>"
        f"<main><h1 {language_of(document.title)}>{escaped(document.title)}</h1>"
        f'<p class="byline">{byline} {link}</p>{told}'
        f"<article {language_of(document.text)}>{_text(document.text, quote)}</article>"
        "</main></body></html>"
    )


def _text(text: str, quote: tuple[int, int] | None) -> str:
    """Return the text as HTML. The first marked piece has the id `quote`."""
    shown = []
    marked = False
    for block in blocks(text):
        inside = ""
        position = block.start
        if quote and quote[0] < block.end and quote[1] > block.start:
            start, end = max(quote[0], block.start), min(quote[1], block.end)
            html_id = "" if marked else ' id="quote"'
            marked = True
            inside = escaped(text[position:start])
            inside += f"<mark{html_id}>{escaped(text[start:end])}</mark>"
            position = end
        inside += escaped(text[position : block.end])
        shown.append(f"<h2>{inside}</h2>" if block.heading else f"<p>{inside}</p>")
    return "\n".join(shown)
