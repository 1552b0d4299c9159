"""Protect the page: one login for all of it, and only the addresses that it needs."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Literal

from rag.asgi import (
    Application,
    Counter,
    Message,
    Receive,
    Scope,
    Send,
    client_address,
    header,
    host_name,
    is_from_another_site,
)
from rag.config import Login
from rag.page.articles.incoming import UPLOAD_PATH
from rag.page.owner import comes_from_this_machine, mark
from rag.page.shares.public_page import PATH as SHARED_PATH
from rag.page.shares.store import TOKEN

# --- the login --------------------------------------------------------------------------------
#
# HTTP Basic (RFC 7617) covers the whole page. The browser asks for the login in its own language
# and sends it with every request, also the streamed ones. So no route depends on a session cookie,
# and strangers see nothing of the page, not even a login form.

CHALLENGE = (b"www-authenticate", b'Basic realm="cited-rag", charset="UTF-8"')
TRIES = 10
PERIOD = 60.0
"""Seconds in which an address may fail this often. After that it must wait as long."""

Decision = Literal["welcome", "owner", "unknown", "too many"]


class Gate:
    """Decides by a request's `Authorization` header if the request may pass.

    An address with too many wrong logins is refused for a while, even with the right password. A
    delay after each wrong password would not slow down many attempts at once. Behind a proxy, all
    readers share one address.
    """

    def __init__(
        self,
        login: Login | None,
        clock: Callable[[], float] = time.monotonic,
        *,
        owner: Login | None = None,
    ) -> None:
        self._readers = _expected(login)
        self._owners = _expected(owner)
        self._failures = Counter(PERIOD, clock)

    def decide(self, authorization: bytes | None, address: str) -> Decision:
        """Return the decision for one request. An "owner" is welcome, and may do more.

        `address` is the client's address. If `authorization` is None, the request has no login,
        which does not count as a failure.
        """
        if self._failures.count(address) >= TRIES:
            return "too many"
        if authorization is None:
            return "unknown"
        # Digests have equal length, so the time of the comparison reveals nothing.
        given = _digest(_credentials(authorization))
        if self._owners and secrets.compare_digest(given, self._owners):
            return "owner"
        if self._readers and secrets.compare_digest(given, self._readers):
            return "welcome"
        self._failures.add(address)
        return "unknown"


def _expected(login: Login | None) -> bytes | None:
    return None if login is None else _digest(f"{login.user}:{login.password}".encode())


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


# --- the addresses ----------------------------------------------------------------------------
#
# Gradio has more addresses than the page uses: uploads, files by path, a proxy to other hosts,
# monitoring, run histories. All addresses that the page does not need are closed. Pages of other
# sites cannot send requests that change something. The content policy is a second protection
# besides escaping: even a script that got into the page could send nothing to another host.

_OPEN = re.compile(
    r"/(?:config/?|theme\.css|favicon\.ico|robots\.txt|manifest\.json)?"
    r"|/articles/upload|/(?:assets|static|svelte)/.*"
    rf"|{SHARED_PATH}{TOKEN}"
    r"|/gradio_api/(?:info/?|theme\.css|startup-events|queue/(?:join|data)|cancel|reset/?"
    r"|heartbeat/[^/]*|run/predict)"
)

OWNER_PATH = "/owner"
"""Asks for the owner's password, and leads back to the page."""

MAX_BODY_BYTES = 16 * 1024**2
"""The limit for a request's body, which is read into memory whole. It is several times the longest
kept conversation. Uploads have their own limits."""

_HEADERS = (
    # Gradio builds functions from text and writes inline styles, so both are allowed. No address
    # but the page's own is allowed.
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
    """ASGI middleware that asks for the login, closes unused addresses and sets security headers.

    `hosts` are the host names (no port) that a request may ask for, or None for any. If the page
    listens only on this machine, a foreign name in the `Host` header is an attack: another site's
    page uses a name that leads here, to read the answers (DNS rebinding). With a `login`, no
    address is open without it, but those of shared answers. `owner` is the login of the owner, who
    needs none on this machine. Each request that is let in is marked as the owner's or another
    reader's.
    """

    def __init__(
        self,
        app: Application,
        *,
        hosts: Iterable[str] | None,
        login: Login | None = None,
        owner: Login | None = None,
    ) -> None:
        self._app = app
        self._asks_all = login is not None
        self._gate = None if login is None and owner is None else Gate(login, owner=owner)
        self._hosts = None if hosts is None else frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on to the application."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # The page needs no web sockets.
            await send({"type": "websocket.close", "code": 1008})
            return
        if self._hosts is not None and host_name(scope) not in self._hosts:
            await _send(send, 421, "This page accepts only local names. 本页面只接受本机名称。")
            return
        if not _is_shared(scope) and not await self._let_in(scope, send):
            return
        if not _OPEN.fullmatch(scope["path"]):
            await _send(send, 404, "Not found. 没有这个地址。")
            return
        if scope["method"] not in ("GET", "HEAD") and is_from_another_site(scope):
            line = "Another site's page may not use this one. 其他网站的页面不能使用本页面。"
            await _send(send, 403, line)
            return
        if scope["path"] != UPLOAD_PATH and _too_long(scope):
            await _send(send, 413, "The request is too long. 发送的内容过长。")
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)

    async def _let_in(self, scope: Scope, send: Send) -> bool:
        """Mark a request that may pass as the owner's or another reader's, or answer it here."""
        decision: Decision = "unknown"
        if self._gate is not None:
            authorization = dict(scope["headers"]).get(b"authorization")
            decision = self._gate.decide(authorization, client_address(scope))
        if decision == "too many":
            line = "Too many wrong passwords: wait a minute. 密码错误次数过多：请等一分钟再试。"
            await _send(send, 429, line, (b"retry-after", b"%d" % PERIOD))
            return False
        known = decision != "unknown" or not self._asks_all
        owns = decision == "owner" or (known and comes_from_this_machine(scope))
        if not known or (scope["path"] == OWNER_PATH and not owns):
            line = "A user name and a password are needed. 需要用户名和密码。"
            await _send(send, 401, line, CHALLENGE)
            return False
        mark(scope, owner=owns)
        if scope["path"] == OWNER_PATH:
            await _send(send, 303, "", (b"location", b"./"))
            return False
        if scope["path"] == UPLOAD_PATH and not owns:
            line = "Only the owner of this page adds articles. 只有本页面的所有者可以添加文章。"
            await _send(send, 403, line)
            return False
        return True


def _is_shared(scope: Scope) -> bool:
    """Return True if a request only reads a shared answer, for which no login is asked."""
    named = re.fullmatch(SHARED_PATH + TOKEN, scope["path"])
    return named is not None and scope["method"] in ("GET", "HEAD")


def _too_long(scope: Scope) -> bool:
    """Return True if a request has a long body, or does not give its length, as all browsers do."""
    length = header(scope, b"content-length")
    return bool(header(scope, b"transfer-encoding")) or int(length or 0) > MAX_BODY_BYTES


async def _send(send: Send, status: int, line: str, *more: tuple[bytes, bytes]) -> None:
    """Answer a request with one line."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *more, *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": line.encode()})
