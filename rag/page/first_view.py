"""Send a first view ahead of the page: its title, what is loaded, and a box for the question.

Gradio's own page is empty until its scripts have come, which takes ten seconds on a slow network.
The first view is plain HTML at the start of the same page, so it is there after one answer of the
server. A question that is typed into it is handed over once the page works (`assets/first.js`).
"""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Callable
from urllib.parse import parse_qs

from rag.asgi import Application, Message, Receive, Scope, Send, header
from rag.config import MAX_QUESTION_CHARACTERS
from rag.messages import Language
from rag.page.chat.texts import texts
from rag.page.markup import escaped
from rag.page.parts import asset
from rag.page.texts import HTML_LANGUAGE, preferred_language

Draw = Callable[[Language], str]
"""A function that returns the first view's title and what is loaded, as HTML, in a language."""

_REST = b"<script>window.gradio_config"
"""Where the part of Gradio's head begins that may come later. It is most of it."""
_STYLE = re.compile(rb"<link rel=\"stylesheet\"[^>]*>")
_KEPT = b"max-age=31536000, immutable"
_LATER = ("/assets/", "/static/", "/svelte/")
"""Files of Gradio; their names change with their content."""


def render_first(drawn: str, language: Language) -> str:
    """Return the first view: `drawn` above, and a box for the question below."""
    words = texts(language)
    return (
        f'<div id="rag-first" lang="{HTML_LANGUAGE[language]}"><style>{asset("first.css")}</style>'
        f'<main>{drawn}</main><form><p role="status" data-waiting="{escaped(words.waiting)}">'
        f'</p><textarea rows="1" maxlength="{MAX_QUESTION_CHARACTERS}" autofocus '
        f'aria-label="{escaped(words.question)}" placeholder="{escaped(words.placeholder)}">'
        f"</textarea><button>{escaped(words.ask)}</button></form></div>"
        f"<script>{asset('first.js')}</script>"
    )


def with_first_view(page: bytes, first: str, language: Language) -> bytes:
    """Return Gradio's page with the first view before all that can come later."""
    head, rest, later = page.partition(_REST)
    if not rest:
        return page
    before, _, body = (rest + later).partition(b"<body")
    style, _, content = body.partition(b">")
    # The style stays at its place, since the order of styles matters, but it must not hold up what
    # is seen before it comes.
    found = _STYLE.search(before)
    style_sheet = found[0] if found else b""
    scripts = before.replace(b"</head>", b"").replace(style_sheet, b"")
    waiting = style_sheet.replace(b"<link ", b'<link media="print" onload="this.media=\'all\'" ')
    head = head.replace(b'lang="en"', f'lang="{HTML_LANGUAGE[language]}"'.encode(), 1)
    return b"".join(
        (head, waiting, b"</head><body", style, b">", first.encode(), scripts, content),
    )


class FirstView:
    """ASGI middleware that puts the first view into the page, and lets Gradio's files be kept."""

    def __init__(self, app: Application, draw: Draw) -> None:
        self._app = app
        self._draw = draw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Change the answer for the page itself, and the headers of its files."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
        elif scope["path"] == "/":
            await self._page(scope, receive, send)
        elif scope["path"].startswith(_LATER):
            await self._app(scope, receive, _keeping(send))
        else:
            await self._app(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        packed = "gzip" in header(scope, b"accept-encoding")
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Message = {}
        parts: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        await self._app({**scope, "headers": plain}, receive, collect)
        body = b"".join(parts)
        changed = {b"content-length", b"etag"}
        headers = [pair for pair in start.get("headers", ()) if pair[0].lower() not in changed]
        if start.get("status") == 200:
            language = _language(scope)
            # What is loaded is read from the disk.
            drawn = await asyncio.to_thread(self._draw, language)
            body = with_first_view(body, render_first(drawn, language), language)
            if packed:
                body = gzip.compress(body, 6)
                headers.append((b"content-encoding", b"gzip"))
            headers.append((b"vary", b"accept-encoding, accept-language"))
        headers.append((b"content-length", b"%d" % len(body)))
        await send({**start, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _keeping(send: Send) -> Send:
    """Return a `send` that lets the browser keep the file, which never changes under its name."""

    async def kept(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            others = [h for h in message.get("headers", ()) if h[0].lower() != b"cache-control"]
            message["headers"] = [*others, (b"cache-control", b"private, " + _KEPT)]
        await send(message)

    return kept


def _language(scope: Scope) -> Language:
    """Return the language of the address (`?lang=zh`), or else that of the browser."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    wished = query.get("lang", [""])[0]
    if wished in ("zh", "en"):
        return "zh" if wished == "zh" else "en"
    return preferred_language(header(scope, b"accept-language"))
