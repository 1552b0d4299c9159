"""One login for the whole page, by HTTP Basic (RFC 7617).

The browser asks for it in its own language and sends it with every request, the streamed ones
included, so that no route is left to a session's cookie and nothing of the page, not even the form
to log in with, is there for strangers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Literal

from rag.config import Login

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
