"""Put the server together: its routes, how it tells errors, and the gate before all of it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)

from rag.asgi import Application, Receive, Scope, Send
from rag.config import ServerConfig
from rag.errors import RagError
from rag.page.texts import preferred_language
from rag.server.access import Access
from rag.server.article_page import article_page_routes
from rag.server.article_routes import article_list_routes
from rag.server.comparing import comparison_routes
from rag.server.description import describe
from rag.server.desk import desk_routes
from rag.server.draft_routes import draft_routes
from rag.server.gate import Gate
from rag.server.invalid_values import not_json, unusable_value
from rag.server.keys import KeyRing
from rag.server.links import Links
from rag.server.metrics import CONTENT_TYPE
from rag.server.openai_requests import LinkTo
from rag.server.openai_routes import openai_routes
from rag.server.reference_page import reference_page
from rag.server.refusals import Refused, failure, refusal_of
from rag.server.rest import rest_routes
from rag.server.service import Service

_NO_JSON = "There was an error parsing the body"
"""What FastAPI says of JSON that is nested too deeply, or has numbers that are too long."""


class Api:
    """The server as an ASGI application. Use it inside its `opened` block."""

    def __init__(self, service: Service, ring: KeyRing, config: ServerConfig) -> None:
        self.service = service
        access = Access(ring, config)
        # Links need a signature only where keys are needed, which may change at any time.
        links = Links(access.link_secret)

        def base_of(request: Request) -> str:
            return (config.public_url or f"http://{request.headers.get('host', '')}").rstrip("/")

        def links_for(request: Request) -> LinkTo:
            base = base_of(request)
            return lambda citation: links.to_citation(base, citation)

        app = FastAPI(
            title="cited-rag", version=version("cited-rag"), docs_url=None, redoc_url=None
        )
        _tell_errors(app)
        app.include_router(rest_routes(service))
        app.include_router(comparison_routes(service))
        app.include_router(desk_routes(service))
        app.include_router(draft_routes(service))
        app.include_router(article_list_routes(service))
        app.include_router(openai_routes(service, links_for))
        app.include_router(article_page_routes(service, links, access))
        _add_operation(app, service)
        app.openapi = lambda: describe(app)  # type: ignore[method-assign]
        self._routes: Application = app
        self._mcp = _mcp(service, links, base_of)
        self._gate = Gate(self._dispatch, access=access, config=config, metrics=service.metrics)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._gate(scope, receive, send)

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Keep what the protocols need open for the block."""
        async with contextlib.AsyncExitStack() as stack:
            if self._mcp is not None:
                await stack.enter_async_context(self._mcp[0].session_manager.run())
            yield

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/mcp":
            await self._routes(scope, receive, send)
        elif self._mcp is None:
            raise Refused(
                404,
                "no_mcp",
                en='MCP is not installed here: run `pip install "cited-rag[mcp]"`.',
                zh='此处未安装 MCP：请运行 `pip install "cited-rag[mcp]"`。',
            )
        elif scope["method"] == "GET":
            # It would be kept open for notices, of which there are none.
            raise Refused(
                405,
                "method_not_allowed",
                en="This server sends no notices over MCP: send requests with POST.",
                zh="本服务器没有 MCP 通知：请用 POST 发送请求。",
                headers={"allow": "POST"},
            )
        else:
            await self._mcp[1](scope, receive, send)


def _mcp(service: Service, links: Links, base_of: Any) -> tuple[Any, Application] | None:
    """Return the MCP server and its application, or None if the extra is not installed."""
    try:
        from mcp.server.transport_security import TransportSecuritySettings

        from rag.server.mcp_tools import mcp_server
    except ImportError:
        return None
    server = mcp_server(service, links, base_of)
    app = server.streamable_http_app(
        stateless_http=True,
        # The gate has checked the host and the origin already.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    return server, app


def _add_operation(app: FastAPI, service: Service) -> None:
    @app.get("/", include_in_schema=False)
    async def root() -> Response:
        return RedirectResponse("/docs")

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> Response:
        language = preferred_language(request.headers.get("accept-language"))
        return HTMLResponse(reference_page(app.openapi(), language))

    @app.get("/health", tags=["operation"], summary="Is the process alive?")
    async def health() -> Response:
        """Say that the process is alive."""
        return JSONResponse({"status": "alive", "version": app.version})

    @app.get("/ready", tags=["operation"], summary="Can it answer?")
    async def ready() -> Response:
        """Say if the index and the models are open, and which generation. 503 while stopping."""
        manifest = service.assistant.snapshot.manifest
        is_ready = not service.queue.closed
        told = {
            "ready": is_ready,
            "generation": manifest.generation,
            "articles": manifest.documents,
            "passages": manifest.passages,
            "chat_model": service.assistant.writer is not None,
        }
        return JSONResponse(told, status_code=200 if is_ready else 503)

    @app.get(
        "/metrics",
        tags=["operation"],
        summary="Figures for Prometheus",
        response_class=PlainTextResponse,
    )
    async def metrics() -> Response:
        """Return figures in the text format of Prometheus."""
        return Response(service.metrics.text(), media_type=CONTENT_TYPE)


def _tell_errors(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        request.scope["rag.code"] = error.message.code
        language = preferred_language(request.headers.get("accept-language"))
        return JSONResponse(error.body(language), error.status, error.headers)

    @app.exception_handler(RagError)
    async def failed(request: Request, error: RagError) -> Response:
        return await refused(request, refusal_of(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return await refused(request, unusable_value(error))

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        return await refused(request, _http(error))

    # Without this one the client would get a line that is no JSON. The gate logs the error.
    @app.exception_handler(Exception)
    async def broken(request: Request, _error: Exception) -> Response:
        return await refused(request, failure(request.scope["rag.request_id"]))


def _http(error: HTTPException) -> Refused:
    if error.status_code == 404:
        code, en = "not_found", "There is nothing at this address: see /docs."
        zh = "没有这个地址：请见 /docs。"
    elif error.status_code == 405:
        code, en = "method_not_allowed", "This address is asked in another way: see /docs."
        zh = "此地址不支持这种请求方式：请见 /docs。"
    elif error.detail == _NO_JSON:
        return not_json()
    else:
        code, en = "unusable_request", f"The request can't be read: {error.detail}"
        zh = f"请求无法读取，请见 /docs（{error.detail}）"
    return Refused(error.status_code, code, en=en, zh=zh, headers=error.headers)
