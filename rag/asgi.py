"""What the page and the server share as ASGI applications: types, and protections of a request."""

from __future__ import annotations

import re
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""The host names that a request may ask for where only this machine is served."""


def header(scope: Scope, wanted: bytes) -> str:
    """Return a header of the request as it was sent, or an empty text. `wanted` is lower case."""
    for name, value in scope["headers"]:
        if name == wanted:
            text: str = value.decode("latin-1")
            return text
    return ""


def host_name(scope: Scope) -> str:
    """Return the host name of a request without its port: `localhost`, `127.0.0.1`, `[::1]`."""
    return re.sub(r":\d*$", "", header(scope, b"host").lower())


def client_address(scope: Scope) -> str:
    """Return the address of the client, or an empty text if it is not known.

    It is that of the connection. The headers of proxies are not read, since anybody can write them.
    """
    client = scope.get("client")
    return str(client[0]) if client else ""


def is_from_another_site(scope: Scope) -> bool:
    """Return True if another site's page sent this request, with the reader's rights.

    Browsers say so in `Sec-Fetch-Site` if they trust the connection, and otherwise name the page's
    origin. Programs send neither.
    """
    site = header(scope, b"sec-fetch-site").lower()
    if site:
        return site not in ("same-origin", "none")
    origin = header(scope, b"origin").lower()
    if not origin:
        return False
    place = origin.partition("://")[2]  # empty for "null", which a page without an origin sends
    asked = (header(scope, b"host").lower(), header(scope, b"x-forwarded-host").lower())
    return not place or place not in asked


class Counter:
    """Counts events by name within the last `seconds`.

    Only the `most` names that were used last are kept.
    """

    def __init__(
        self, seconds: float, clock: Callable[[], float] = time.monotonic, most: int = 10_000
    ) -> None:
        self.seconds = seconds
        self._most = most
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def add(self, name: str) -> None:
        """Count one event now."""
        self._times.setdefault(name, deque()).append(self._clock())
        self._times.move_to_end(name)
        if len(self._times) > self._most:
            self._times.popitem(last=False)

    def count(self, name: str) -> int:
        """Return how many events of that name the period holds."""
        times = self._times.get(name)
        if times is None:
            return 0
        while times and times[0] <= self._clock() - self.seconds:
            times.popleft()
        return len(times)

    def wait(self, name: str) -> float:
        """Return the seconds until the oldest event of the period is out of it; 0 without any."""
        if not self.count(name):
            return 0.0
        return max(0.0, self._times[name][0] + self.seconds - self._clock())
