"""Run the server: over HTTP, with the page or without it, or MCP over stdio."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from rag.asgi import Application, Receive, Scope, Send
from rag.assistant import Assistant
from rag.config import PageConfig, ServerConfig
from rag.errors import ConfigError
from rag.feeds.following import Feeds
from rag.page.serving import build_app, listen
from rag.server.app import Api
from rag.server.keys import KeyRing
from rag.server.links import PREFIX, Links
from rag.server.logs import write_json_logs
from rag.server.service import Service
from rag.server.traces import NO_TRACES, OpenTelemetryTraces

STOPPING_SECONDS = 30
"""How long answers under way may go on when the server is told to stop."""
HEADER_SECONDS = 20.0
"""How long the head of a request may take to arrive."""
MOST_CONNECTIONS = 1_000
_API = ("/v1/", PREFIX, "/mcp", "/health", "/ready", "/metrics", "/docs", "/openapi.json")


@dataclass(frozen=True, kw_only=True)
class _Served:
    """The application, and what ends with it."""

    app: Application
    service: Service


def serve(
    assistant: Assistant,
    config: ServerConfig,
    *,
    page: PageConfig | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until it is interrupted. Answers under way are finished first.

    With a `page`, the chat page is at `/`, over the same index. `on_ready` is called with the
    server's address. Raises `ConfigError` if the address is taken, or if other machines could ask
    without a key.
    """
    ring = KeyRing(_folder(assistant))
    check_exposure(config, ring, page)
    with listen(config.host, config.port) as listener, contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(assistant, ring, config, page, listener, on_ready))


def check_exposure(config: ServerConfig, ring: KeyRing, page: PageConfig | None = None) -> None:
    """Raise `ConfigError` if others could ask without a key, or without the page's login."""
    if page is not None and page.login is None and ring.keys():
        raise ConfigError(
            en="There are API keys, but the page would answer without any: set RAG_CHAT_AUTH to"
            " user:password, which the page then asks for, or leave out --page.",
            zh="已有 API 密钥，而页面不需密钥即可提问：请将 RAG_CHAT_AUTH 设为 用户名:密码，"
            "由页面询问；或去掉 --page。",
        )
    if not config.local and not ring.keys():
        raise ConfigError(
            en=f"The server would listen on {config.host}, where other machines can reach it, and"
            " there is no API key: make one first with `rag key add NAME`.",
            zh=f"服务器将监听 {config.host}，其他机器可以访问，但还没有 API 密钥："
            "请先用 `rag key add 名称` 创建。",
        )


async def _serve(
    assistant: Assistant,
    ring: KeyRing,
    config: ServerConfig,
    page: PageConfig | None,
    listener: socket.socket,
    on_ready: Callable[[str], None] | None,
) -> None:
    async with opened(assistant, ring, config, page) as served:
        if on_ready is not None:
            name = f"[{config.host}]" if ":" in config.host else config.host
            on_ready(f"http://{name}:{listener.getsockname()[1]}")
        write_json_logs()
        await StoppingServer(served).serve(sockets=[listener])


@contextlib.asynccontextmanager
async def opened(
    assistant: Assistant, ring: KeyRing, config: ServerConfig, page: PageConfig | None = None
) -> AsyncIterator[_Served]:
    """Open the application for the block."""
    traces = OpenTelemetryTraces() if config.traces else NO_TRACES
    service = Service(assistant, config, traces)
    api = Api(service, ring, config)
    try:
        async with api.opened():
            app: Application = api
            if page is not None:
                # Gradio needs a running event loop here.
                library = assistant.library
                feeds = Feeds.over(library) if library else None
                shown = build_app(
                    assistant, host=config.host, library=library, feeds=feeds, config=page
                )
                app = _Both(api, shown)
            yield _Served(app=app, service=service)
    finally:
        service.close()
        traces.close()


class _Both:
    """Sends the API's addresses to the API, and all others to the page."""

    def __init__(self, api: Application, page: Application) -> None:
        self._api = api
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        belongs = scope["type"] == "http" and path.startswith(_API)
        await (self._api if belongs else self._page)(scope, receive, send)


class StoppingServer(uvicorn.Server):
    """A server that finishes answers under way, and refuses new ones, before it ends."""

    def __init__(self, served: _Served) -> None:
        super().__init__(_settings(served.app))
        self._service = served.service

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Refuse who waits, and let the others finish."""
        self._service.queue.close()
        await super().shutdown(sockets)
        # The library would raise the signal again, which would end the process at once. What is
        # still to be closed, such as traces that wait to be sent, comes after this.
        self._captured_signals.clear()


def _settings(app: Application) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        # Anybody can write the headers of a proxy.
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=STOPPING_SECONDS,
        lifespan="on",
    )


class _Protocol(H11Protocol):
    """HTTP/1.1 that closes a connection whose request does not arrive in time."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._asked():
            self._stop_waiting()
        elif self._head is None:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _asked(self) -> bool:
        """Return True while a request is answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def _wait_for_head(self) -> None:
        self._head = self.loop.call_later(HEADER_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _give_up(self) -> None:
        self._head = None
        if not self._asked():
            self.transport.close()


# --- MCP over stdio ---------------------------------------------------------------------------


def serve_stdio(assistant: Assistant) -> None:
    """Speak MCP over standard input and output, until the input ends.

    Raises `ConfigError` if the extra `mcp` is not installed.
    """
    try:
        from rag.server.mcp_tools import mcp_server
    except ImportError as error:
        raise ConfigError(
            en='MCP needs a package that is not installed: run `pip install "cited-rag[mcp]"`.',
            zh='MCP 所需的软件包未安装：请运行 `pip install "cited-rag[mcp]"`。',
        ) from error

    async def run() -> None:
        service = Service(assistant, ServerConfig())
        try:
            # Links to a server that doesn't run would lead nowhere, so none is made.
            await mcp_server(service, Links(lambda: None), lambda _: "").run_stdio_async()
        finally:
            service.close()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())


def _folder(assistant: Assistant) -> Any:
    if assistant.folder is None:
        raise ConfigError(
            en="The index is only in memory: open one that has a folder.",
            zh="索引仅在内存中：请打开一个有文件夹的索引。",
        )
    return assistant.folder
