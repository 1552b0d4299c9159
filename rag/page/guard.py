"""What stands before the page on the wire: one login for all of it, and which addresses exist."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Literal

from rag.config import Login
from rag.page.articles.incoming import UPLOAD_PATH

# One login for the whole page, by HTTP Basic (RFC 7617).
#
# The browser asks for it in its own language and sends it with every request, the streamed ones
# included, so that no route is left to a session's cookie and nothing of the page, not even the
# form to log in with, is there for strangers.

CHALLENGE = (b"www-authenticate", b'Basic realm="cited-rag", charset="UTF-8"')
TRIES = 10
PERIOD = 60.0
"""Seconds in which an address may be wrong so many times; then it waits as long."""
_REMEMBERED_ADDRESSES = 10_000

Decision = Literal["welcome", "unknown", "too many"]


class Gate:
    """Decides by a request's `Authorization` header whether it may pass.

    An address that was wrong too often isn't listened to for a while, whatever it says then: a
    delay after a wrong password alone would not slow down those who try many at once. Behind a
    proxy all readers share one address.
    """

    def __init__(self, login: Login, clock: Callable[[], float] = time.monotonic) -> None:
        self._expected = _digest(f"{login.user}:{login.password}".encode())
        self._clock = clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def decide(self, authorization: bytes | None, address: str) -> Decision:
        """`address` is the client's; None where the request says nothing, which is no failure."""
        now = self._clock()
        failures = self._failures.get(address, deque[float]())
        while failures and failures[0] <= now - PERIOD:
            failures.popleft()
        if len(failures) >= TRIES:
            return "too many"
        if authorization is None:
            return "unknown"
        # Of equal length whatever was sent, so that the time it takes tells nothing.
        if secrets.compare_digest(_digest(_credentials(authorization)), self._expected):
            return "welcome"
        failures.append(now)
        self._failures[address] = failures
        self._failures.move_to_end(address)
        if len(self._failures) > _REMEMBERED_ADDRESSES:
            self._failures.popitem(last=False)
        return "unknown"


def _credentials(authorization: bytes) -> bytes:
    scheme, _, encoded = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return b""
    try:
        return base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error:
        return b""


def _digest(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()


# What stands before the page on the wire: which addresses exist, and for whom.
#
# The library that draws the page comes with more addresses than the page uses: uploads, files by
# path, a proxy to other hosts, monitoring, run histories. Here everything is closed but what the
# page needs, and to the pages of other sites whatever could change something. The content policy
# is the second lock behind escaping: even a script that got into the page could send nothing to
# another host.

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_OPEN = re.compile(
    r"/(?:config/?|theme\.css|favicon\.ico|robots\.txt|manifest\.json)?"
    r"|/articles/upload|/(?:assets|static|svelte)/.*"
    r"|/gradio_api/(?:info/?|theme\.css|startup-events|queue/(?:join|data)|cancel|reset/?"
    r"|heartbeat/[^/]*|run/predict)"
)

MAX_BODY_BYTES = 16 * 1024**2
"""Of what the page sends, uploads aside, which bound themselves: several times the longest kept
conversation. It is read into memory whole."""

_HEADERS = (
    # The page's own library builds functions from text and writes styles inline, so both are
    # allowed; every address but this one is not.
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        b"style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        b"connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
        b"form-action 'self'; frame-src 'none'; frame-ancestors 'self'",
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


class Guard:
    """ASGI middleware: asks for the login, closes unused addresses, sets security headers.

    `hosts` are the host names (no port) that a request may ask for, or None for any. Where the
    page listens on this machine alone, a foreign name in the `Host` header means that another
    site's page has its name point here, to read the answers (DNS rebinding). With a `login`, no
    address at all is open without it.
    """

    def __init__(
        self, app: Application, *, hosts: Iterable[str] | None, login: Login | None = None
    ) -> None:
        self._app = app
        self._gate = None if login is None else Gate(login)
        self._hosts = None if hosts is None else frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # The page needs no web sockets.
            await send({"type": "websocket.close", "code": 1008})
            return
        if self._hosts is not None and _host(scope) not in self._hosts:
            await _refuse(
                send, 421, "This page answers to local names only. 本页面只接受本机名称。"
            )
            return
        if self._gate is not None and not await self._let_in(self._gate, scope, send):
            return
        if not _OPEN.fullmatch(scope["path"]):
            await _refuse(send, 404, "Not found. 没有这个地址。")
            return
        if scope["method"] not in ("GET", "HEAD") and _from_elsewhere(scope):
            line = "Another site's page may not use this one. 其他网站的页面不能使用本页面。"
            await _refuse(send, 403, line)
            return
        if scope["path"] != UPLOAD_PATH and _too_long(scope):
            await _refuse(send, 413, "This is more than the page ever sends. 发送的内容过长。")
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)

    async def _let_in(self, gate: Gate, scope: Scope, send: Send) -> bool:
        """Whether the request has the login; it is answered where it hasn't."""
        client = scope.get("client")
        authorization = dict(scope["headers"]).get(b"authorization")
        decision = gate.decide(authorization, client[0] if client else "")
        if decision == "unknown":
            line = "A user name and a password are needed. 需要用户名和密码。"
            await _refuse(send, 401, line, CHALLENGE)
        elif decision == "too many":
            line = "Too many wrong passwords: wait a minute. 密码错误次数过多：请等一分钟再试。"
            await _refuse(send, 429, line, (b"retry-after", b"%d" % PERIOD))
        return decision == "welcome"


def _host(scope: Scope) -> str:
    """The host name a request asks for, without its port: `localhost`, `127.0.0.1`, `[::1]`."""
    return re.sub(r":\d*$", "", _header(scope, b"host"))


def _from_elsewhere(scope: Scope) -> bool:
    """Whether a browser sends this for another site's page, which could use what the reader may.

    Browsers say so themselves where they trust the connection, and name the page's origin
    elsewhere; programs say nothing.
    """
    site = _header(scope, b"sec-fetch-site")
    if site:
        return site not in ("same-origin", "none")
    origin = _header(scope, b"origin")
    if not origin:
        return False
    place = origin.partition("://")[2]  # none in "null", which a page without an origin sends
    return not place or place not in (_header(scope, b"host"), _header(scope, b"x-forwarded-host"))


def _too_long(scope: Scope) -> bool:
    """Whether a request has a long body, or doesn't say how long it is, as every browser does."""
    length = _header(scope, b"content-length")
    return bool(_header(scope, b"transfer-encoding")) or int(length or 0) > MAX_BODY_BYTES


def _header(scope: Scope, wanted: bytes) -> str:
    """A header of the request in lower case; empty where there is none."""
    for name, value in scope["headers"]:
        if name == wanted:
            text: str = value.decode("latin-1").lower()
            return text
    return ""


async def _refuse(send: Send, status: int, line: str, *more: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *more, *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": line.encode()})
