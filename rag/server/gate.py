"""What happens to every request before and after it is answered.

The gate checks where a request comes from, who sends it and how long it is. It ends the work for a
client that goes away, turns errors into answers, and writes the log.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from rag.asgi import (
    LOCAL_HOSTS,
    Application,
    Message,
    Receive,
    Scope,
    Send,
    client_address,
    header,
    host_name,
    is_from_another_site,
)
from rag.config import ServerConfig
from rag.page.texts import preferred_language
from rag.server.access import Access, Caller
from rag.server.links import PREFIX
from rag.server.logs import log
from rag.server.metrics import Metrics
from rag.server.queueing import AtOnce
from rag.server.refusals import Refused, failure

MAX_BODY_BYTES = 2 * 1024**2
"""The longest body of a request, except for one that adds articles."""
MAX_UPLOAD_BYTES = 210 * 1024**2
ARRIVING_SECONDS = 30.0
"""How long the body of a request may take to arrive."""
ANSWER_SECONDS = 600.0
"""How long a request may take in all. It also ends a client that reads too slowly."""
UPLOAD_SECONDS = 3600.0
UPLOAD_PATH = "/v1/articles"
_OPEN_TO_ALL = frozenset({"/", "/docs", "/openapi.json", "/health", "/ready"})
_REQUEST_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_HEADERS = (
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline';"
     b" form-action 'none'; frame-ancestors 'none'; base-uri 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)  # fmt: skip


@dataclass
class _Exchange:
    """One request and what became of it."""

    scope: Scope
    request_id: str
    begun: float = field(default_factory=time.monotonic)
    caller: Caller | None = None
    status: int = 0
    code: str = ""
    told: bool = False
    """True once the whole answer was sent."""

    @property
    def kind(self) -> str:
        """The way in, for figures: one of a few names, whatever the client asked for."""
        path: str = self.scope["path"]
        for start, kind in (
            ("/v1/chat/", "chat"),
            ("/v1/responses", "responses"),
            ("/v1/models", "models"),
            ("/v1/answer", "answer"),
            ("/v1/search", "search"),
            ("/v1/verify", "verify"),
            ("/v1/draft", "draft"),
            ("/v1/compare", "compare"),
            ("/v1/summary", "summary"),
            ("/v1/story", "story"),
            ("/v1/articles", "articles"),
            ("/mcp", "mcp"),
            (PREFIX, "link"),
        ):
            if path.startswith(start):
                return kind
        return "other"


class Gate:
    """ASGI middleware around the whole server."""

    def __init__(
        self, app: Application, *, access: Access, config: ServerConfig, metrics: Metrics
    ) -> None:
        self._app = app
        self._access = access
        self._config = config
        self._metrics = metrics
        self._at_once = AtOnce(config.at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return
        given = header(scope, b"x-request-id")
        name = given if _REQUEST_ID.fullmatch(given) else f"req-{secrets.token_hex(8)}"
        exchange = _Exchange(scope, name)
        scope["rag.request_id"] = name
        tell = self._with_headers(exchange, send)
        try:
            await self._admitted(exchange, receive, tell)
        except Refused as refused:
            await self._refuse(exchange, refused, tell)
        except TimeoutError:
            await self._refuse(exchange, _too_slow(), tell)
        except Exception:
            fields = {"request_id": exchange.request_id}
            log.exception("failed", extra={"fields": fields})
            if not exchange.told:
                await self._refuse(exchange, failure(exchange.request_id), tell)
        finally:
            self._write_log(exchange)

    async def _admitted(self, exchange: _Exchange, receive: Receive, send: Send) -> None:
        scope = exchange.scope
        path: str = scope["path"]
        if self._config.local and host_name(scope) not in LOCAL_HOSTS:
            raise Refused(
                421,
                "foreign_host",
                en="This server accepts only local host names.",
                zh="本服务器只接受本机名称。",
            )
        if self._answers_cors(scope):
            await _answer_preflight(send)
            return
        if is_from_another_site(scope) and not self._allowed_origin(scope):
            raise Refused(
                403,
                "foreign_origin",
                en="A page of another site may not use this server: name it with --cors.",
                zh="其他网站的页面不能使用本服务器：可用 --cors 允许。",
            )
        if path in _OPEN_TO_ALL or path.startswith(PREFIX):
            # A link is checked where it is opened.
            await self._until_left(exchange, receive, send, MAX_BODY_BYTES, ANSWER_SECONDS)
            return
        asks = path.startswith(("/v1/", "/mcp")) and not path.startswith("/v1/models")
        caller = exchange.caller = self._access.admit(scope, counted=asks)
        scope["rag.caller"] = caller
        writes = path.startswith("/v1/articles") and scope["method"] not in ("GET", "HEAD")
        if writes and caller.scope != "write":
            raise Refused(
                403,
                "read_only_key",
                en="This key may not change articles: it needs the scope write.",
                zh="此密钥无权更改文章：需要 write 权限。",
            )
        # Only files may be long. A correction is JSON, which is read into memory as a whole.
        uploads = scope["method"] == "POST" and path == UPLOAD_PATH
        limit = MAX_UPLOAD_BYTES if uploads else MAX_BODY_BYTES
        seconds = UPLOAD_SECONDS if uploads else ANSWER_SECONDS
        async with contextlib.AsyncExitStack() as stack:
            if asks and self._access.needs_keys:
                await stack.enter_async_context(self._at_once.one(caller.name))
            await self._until_left(exchange, receive, send, limit, seconds)

    async def _until_left(
        self,
        exchange: _Exchange,
        receive: Receive,
        send: Send,
        most_bytes: int,
        seconds: float,
    ) -> None:
        """Answer a request, unless its client goes away first, or the time is up."""
        left = asyncio.Event()
        if most_bytes > MAX_BODY_BYTES:
            # A long body is read piece by piece by whoever stores it.
            body = _Body(receive, most_bytes)
            async with asyncio.timeout(seconds):
                await self._app(exchange.scope, body.receive, send)
            return
        whole = await _read_body(exchange.scope, receive, most_bytes)
        first = True

        async def replay() -> Message:
            nonlocal first
            if first:
                first = False
                return {"type": "http.request", "body": whole, "more_body": False}
            await left.wait()
            return {"type": "http.disconnect"}

        working = asyncio.ensure_future(self._app(exchange.scope, replay, send))

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            if not exchange.told:  # a disconnect also follows a complete answer
                left.set()
                working.cancel()

        watching = asyncio.ensure_future(watch())
        try:
            async with asyncio.timeout(seconds):
                await asyncio.shield(working)
        except asyncio.CancelledError:
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working
            if not left.is_set():
                raise
            exchange.code = "client_left"
        except TimeoutError:
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working
            raise
        finally:
            watching.cancel()

    def _answers_cors(self, scope: Scope) -> bool:
        asked = header(scope, b"access-control-request-method")
        return scope["method"] == "OPTIONS" and bool(asked) and self._allowed_origin(scope)

    def _allowed_origin(self, scope: Scope) -> bool:
        return header(scope, b"origin") in self._config.origins

    def _with_headers(self, exchange: _Exchange, send: Send) -> Send:
        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                added = [(b"x-request-id", exchange.request_id.encode())]
                if exchange.caller:
                    told = exchange.caller.headers.items()
                    added += [(name.encode(), value.encode()) for name, value in told]
                if self._allowed_origin(exchange.scope):
                    origin = header(exchange.scope, b"origin").encode("latin-1")
                    added += [
                        (b"access-control-allow-origin", origin),
                        (b"access-control-expose-headers", b"x-request-id, retry-after"),
                        (b"vary", b"origin"),
                    ]
                there = {name for name, _ in message.get("headers", ())}
                added += [pair for pair in _HEADERS if pair[0] not in there]
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)
            exchange.told = message["type"] == "http.response.body" and not message.get("more_body")

        return tell

    async def _refuse(self, exchange: _Exchange, refused: Refused, send: Send) -> None:
        exchange.code = refused.message.code
        self._metrics.refused(exchange.code)
        if exchange.status:
            # The answer has begun and can't be taken back, so its connection ends without an end.
            raise ConnectionAbortedError(refused.message.en)
        language = preferred_language(header(exchange.scope, b"accept-language"))
        body = json.dumps(refused.body(language), ensure_ascii=False).encode()
        pairs = {**refused.headers, "content-type": "application/json"}
        headers = [(name.encode(), value.encode("latin-1")) for name, value in pairs.items()]
        headers.append((b"content-length", str(len(body)).encode()))
        start = {"type": "http.response.start", "status": refused.status, "headers": headers}
        with contextlib.suppress(OSError):
            await send(start)
            await send({"type": "http.response.body", "body": body})

    def _write_log(self, exchange: _Exchange) -> None:
        self._metrics.responded(exchange.kind, exchange.status)
        if "rag.code" in exchange.scope:
            self._metrics.refused(exchange.scope["rag.code"])
        fields = {
            "request_id": exchange.request_id,
            "caller": exchange.caller.name if exchange.caller else None,
            "address": client_address(exchange.scope),
            "method": exchange.scope["method"],
            # Without the query, which may hold the signature of a link.
            "path": exchange.scope["path"][:200],
            "status": exchange.status,
            "seconds": round(time.monotonic() - exchange.begun, 3),
        }
        code = exchange.code or exchange.scope.get("rag.code")
        if code:
            fields["code"] = code
        if self._config.log_questions and "rag.question" in exchange.scope:
            fields["question"] = exchange.scope["rag.question"]
        log.info("request", extra={"fields": fields})


class _Body:
    """The body of a request, of at most `most` bytes, each piece of which must come in time."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most

    async def receive(self) -> Message:
        """Return the next piece. Raises `Refused`."""
        try:
            async with asyncio.timeout(ARRIVING_SECONDS):
                message = await self._receive()
        except TimeoutError:
            raise _not_arrived() from None
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise _too_long()
        return message


async def _read_body(scope: Scope, receive: Receive, most: int) -> bytes:
    """Return the whole body. Raises `Refused` if it is too long or does not arrive."""
    length = header(scope, b"content-length")
    if length.isascii() and length.isdigit() and int(length[:20]) > most:
        raise _too_long()
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(ARRIVING_SECONDS):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refused(400, "client_left", en="The client left.", zh="客户端已断开。")
                pieces.append(message.get("body", b""))
                size += len(pieces[-1])
                if size > most:
                    raise _too_long()
                more = message.get("more_body", False)
    except TimeoutError:
        raise _not_arrived() from None
    return b"".join(pieces)


async def _answer_preflight(send: Send) -> None:
    headers: Iterable[tuple[bytes, bytes]] = (
        (b"access-control-allow-methods", b"GET, POST, PATCH, DELETE"),
        (b"access-control-allow-headers", b"authorization, content-type, x-api-key, x-request-id"),
        (b"access-control-max-age", b"600"),
    )
    await send({"type": "http.response.start", "status": 204, "headers": list(headers)})
    await send({"type": "http.response.body", "body": b""})


def _not_arrived() -> Refused:
    return Refused(
        408,
        "body_too_slow",
        en="The body of the request did not arrive in time: send it again.",
        zh="请求内容未能及时送达：请重新发送。",
    )


def _too_long() -> Refused:
    return Refused(
        413,
        "body_too_long",
        en=f"The request is too long: send at most {MAX_BODY_BYTES // 1024**2} MiB, or"
        f" {MAX_UPLOAD_BYTES // 1024**2} MiB of articles.",
        zh=f"请求过长：最多 {MAX_BODY_BYTES // 1024**2} MiB，添加文章时最多"
        f" {MAX_UPLOAD_BYTES // 1024**2} MiB。",
    )


def _too_slow() -> Refused:
    return Refused(
        503,
        "timeout",
        en="The answer took too long and was stopped: try again, or ask something simpler.",
        zh="回答耗时过长，已停止：请重试，或换一个更简单的问题。",
        headers={"retry-after": "30"},
    )
