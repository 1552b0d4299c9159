"""Serve the page: one address, a style, and nothing open that is not used."""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress

import gradio as gr
import uvicorn
from fastapi import FastAPI

from rag.asgi import LOCAL_HOSTS, Application
from rag.config import LOOPBACK, PAGE_DEFAULTS, PAGE_PORT, Login, PageConfig
from rag.errors import ConfigError
from rag.feeds.following import Feeds
from rag.messages import Language
from rag.page.app import build_page
from rag.page.articles.incoming import Incoming, add_upload_route
from rag.page.articles.panel import Library
from rag.page.chat.controls import render_loaded
from rag.page.chat.examples import loaded as what_is_loaded
from rag.page.chat.turns import Assistant
from rag.page.first_view import FirstView
from rag.page.guard import Guard
from rag.page.many.jobs import FOLDER_NAME as ASKED
from rag.page.many.jobs import Jobs
from rag.page.markup import render_intro
from rag.page.parts import asset
from rag.page.shares.public_page import add_shared_route
from rag.page.shares.store import FOLDER_NAME as SHARED
from rag.page.shares.store import Shares
from rag.uploads.library import WORK_PREFIX

DEFAULT_HOST = "127.0.0.1"

_STYLES = ("page.css", "composer.css", "scope.css", "places.css", "section.css", "compare.css")


def serve(
    assistant: Assistant,
    host: str = DEFAULT_HOST,
    port: int = PAGE_PORT,
    *,
    examples: Sequence[str] | None = None,
    library: Library | None = None,
    feeds: Feeds | None = None,
    config: PageConfig = PAGE_DEFAULTS,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the page until it is interrupted (Ctrl-C).

    If `port` is 0, any free port is used. `on_ready` is called once with the page's address. Raises
    `ConfigError` if the address is not available.
    """
    with listen(host, port) as listener, suppress(KeyboardInterrupt):
        asyncio.run(_serve(assistant, host, listener, examples, library, feeds, config, on_ready))


async def _serve(
    assistant: Assistant,
    host: str,
    listener: socket.socket,
    examples: Sequence[str] | None,
    library: Library | None,
    feeds: Feeds | None,
    config: PageConfig,
    on_ready: Callable[[str], None] | None,
) -> None:
    # If no event loop is running, Gradio makes and leaks one for each component.
    app = build_app(
        assistant, host=host, examples=examples, library=library, feeds=feeds, config=config
    )
    if on_ready is not None:
        name = f"[{host}]" if ":" in host else host
        on_ready(f"http://{name}:{listener.getsockname()[1]}/")
    await _Server(server_settings(app)).serve(sockets=[listener])


def server_settings(app: Application) -> uvicorn.Config:
    """Return the settings of the server."""
    return uvicorn.Config(
        app,
        log_level="warning",
        # An open page keeps a connection for its events. Do not wait until it closes.
        timeout_graceful_shutdown=1,
        # The sender can write any address into a proxy header, so someone who guesses passwords
        # could use a new one each time.
        proxy_headers=False,
    )


class _Server(uvicorn.Server):
    """A server that ends quietly: open pages are cut off without tracebacks in the terminal."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # The next server's settings raise the level again.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets)


def is_private(host: str, login: Login | None) -> bool:
    """Return True if only permitted people can reach the page.

    This means that it listens only on this machine, or asks for a login. Only then may readers
    other than the owner use model servers on this machine.
    """
    return host in LOOPBACK or login is not None


def build_app(
    assistant: Assistant,
    *,
    host: str = DEFAULT_HOST,
    examples: Sequence[str] | None = None,
    library: Library | None = None,
    editable: bool = True,
    feeds: Feeds | None = None,
    config: PageConfig = PAGE_DEFAULTS,
) -> Application:
    """Return the page as an ASGI application, styled, with all unused addresses closed.

    `library` holds the articles that the page lists. If the page is `editable`,
    its owner can add and remove articles (`rag.page.owner`), and with `feeds` follow feeds,
    and share answers.

    The page is mounted, not launched: Gradio's `launch` can open a public tunnel, reads a dozen
    environment variables that change what is served, and calls its own address through any
    configured proxy.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    incoming, shares = None, None
    if library is not None and editable:
        incoming = Incoming(library.uploads / f"{WORK_PREFIX}{secrets.token_hex(8)}")
        add_upload_route(app, incoming)
        shares = Shares(library.uploads.parent / SHARED)
    add_shared_route(
        app,
        shares,
        library.document if library else None,
        feeds.outdated if feeds else None,
    )
    gr.mount_gradio_app(
        app,
        build_page(
            assistant,
            examples=examples,
            library=library,
            incoming=incoming,
            feeds=feeds if incoming else None,
            shares=shares,
            jobs=Jobs(library.uploads.parent / ASKED) if library else None,
            config=config,
            private=is_private(host, config.login),
        ),
        path="/",
        server_name=host,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=_theme(),
        css="".join(map(asset, _STYLES)),
    )

    def draw(language: Language) -> str:
        """Return the first view's title and what is loaded."""
        intro = render_intro(assistant.chat_model_name, language, searched_at=assistant.searched_at)
        if library is None:
            return intro
        return intro + render_loaded(what_is_loaded(library.catalogue()), language)

    hosts = LOCAL_HOSTS if host in LOOPBACK else None
    return Guard(FirstView(app, draw), hosts=hosts, login=config.login, owner=config.owner)


def _theme() -> gr.themes.Base:
    """Return Gradio's base theme in the reader's own fonts. No font is downloaded."""
    fonts = (
        "system-ui",
        "-apple-system",
        "Segoe UI",
        "Roboto",
        "PingFang SC",
        "Hiragino Sans GB",
        "Microsoft YaHei",
        "Noto Sans CJK SC",
        "Noto Sans SC",
        "sans-serif",
    )
    theme: gr.themes.Base = gr.themes.Base(
        primary_hue="blue", neutral_hue="gray", font=fonts, font_mono=("ui-monospace", "monospace")
    )
    # Gradio's placeholders and the white text on its buttons are too pale to read.
    return theme.set(
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_300",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_800",
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises `ConfigError` if the address is taken or invalid."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise ConfigError(
            en=f"The page can't listen on {host} port {port} ({error}): choose another port.",
            zh=f"页面无法监听 {host} 的 {port} 端口（{error}）：请换一个端口。",
        ) from error
