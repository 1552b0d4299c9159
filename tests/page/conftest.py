"""The page on a free port of this machine, and readers who look at it."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request, Response, expect

from rag.config import PageConfig
from rag.page.chat.turns import Assistant
from rag.page.serving import build_app, listen, server_settings

from .scripted import ScriptedAssistant, seed_articles
from .scripts import news

# A slow machine is no failure: a wait that succeeds takes no longer for this.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)

# What runs on the machine of the tests is none of theirs.
ALONE = PageConfig(local_endpoints=())


@dataclass(frozen=True)
class Served:
    """A running page, and the assistant behind it."""

    url: str
    assistant: Any


@contextmanager
def serving(assistant: Assistant, **options: Any) -> Iterator[Served]:
    """The page in a thread and an event loop of its own, until the block ends.

    `options` are those of `build_app`.
    """
    app_options = {"config": ALONE, **options}
    servers: list[uvicorn.Server] = []

    async def run(listener: socket.socket) -> None:
        servers.append(uvicorn.Server(server_settings(build_app(assistant, **app_options))))
        await servers[0].serve(sockets=[listener])

    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=lambda: asyncio.run(run(listener)), daemon=True)
        thread.start()
        try:
            while not (servers and servers[0].started):
                if not thread.is_alive():
                    raise RuntimeError("The page did not start.")
                time.sleep(0.01)
            yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}/", assistant)
        finally:
            for server in servers:
                server.should_exit = True
            thread.join(timeout=10)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(ScriptedAssistant(seed_articles(), news, "qwen2.5 at 127.0.0.1")) as page:
        yield page


Visit = Callable[..., Page]


@dataclass
class _Streams:
    """The event streams that a page holds open, and how many have ended so far."""

    open: list[Request] = field(default_factory=list)
    ended: int = 0

    def begin(self, request: Request) -> None:
        if _is_stream(request):
            self.open.append(request)

    def end(self, request: Request) -> None:
        if _is_stream(request):
            self.ended += 1
            if request in self.open:
                self.open.remove(request)


_streams: WeakKeyDictionary[Page, _Streams] = WeakKeyDictionary()


def reload(page: Page) -> None:
    """Load a visited page again, once it has no open stream that this would break off."""
    streams = _streams[page]
    page.wait_for_timeout(500)  # What was clicked last may not have asked for its stream yet.
    # The browser does not tell of every stream that has ended, so this wait has an end of its own.
    wait_until(page, lambda: not streams.open, 5_000)
    page.reload()


def idle(page: Page) -> None:
    """Wait until a visited page has done what was clicked last.

    Until then, its library drops a second click on the same button, though the result is there.
    """
    wait_until(page, lambda: not _streams[page].open, 5_000)


def wait_until(page: Page, condition: Callable[[], bool], milliseconds: int = PATIENCE_MS) -> None:
    """Let the page go on until the condition holds, or the time is over."""
    for _ in range(milliseconds // 20):
        if condition():
            return
        page.wait_for_timeout(20)


def _is_stream(request: Request) -> bool:
    return "/queue/data" in request.url


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open a page in a context of its own: another reader. Fails on what no page should do.

    That is: asking for anything outside this machine, running a hostile script, or an error in
    the browser's console.
    """
    contexts: list[BrowserContext] = []
    outside: list[str] = []
    complaints: list[str] = []

    def refuse(dialog: Dialog) -> None:
        complaints.append(dialog.message)
        dialog.dismiss()

    def open_page(url: str, **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", lambda r: None if _local(r.url, url) else outside.append(r.url))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on(
            "console",
            lambda line: complaints.append(line.text) if line.type == "error" else None,
        )
        context.on("dialog", refuse)
        page = context.new_page()
        streams = _streams[page] = _Streams()
        page.on("request", streams.begin)
        page.on("requestfinished", streams.end)
        page.on("requestfailed", streams.end)  # The browser may hang up first.
        # What a page held open when it was left may end without a word.
        page.on("framenavigated", lambda _: streams.open.clear())
        with page.expect_response(_last_of_opening):
            page.goto(url)
        page.locator("#rag-first").wait_for(state="detached")
        chinese = str(options.get("locale", "")).startswith("zh")
        page.get_by_role("radio", name="中文" if chinese else "English", checked=True).wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert outside == []
    assert complaints == []


def _last_of_opening(response: Response) -> bool:
    """Whether it is the last that a page asks for by itself: its language, then its settings."""
    sent = response.request.post_data or ""
    settings = re.match(r'\{"data":\[\{.+"event_data"', sent)
    # A page's address may have a query, which it sends along.
    return urlsplit(response.url).path.endswith("/run/predict") and settings is not None


def _local(url: str, page: str) -> bool:
    return url.startswith((page.partition("?")[0], "data:", "blob:"))
