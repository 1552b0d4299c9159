"""The manners that each host asks for: its robots.txt, its pace, and when to come back."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit, urlunsplit

from protego import Protego

from rag.errors import FetchError
from rag.feeds.record import Record
from rag.ingest.files import shown

MAX_PAUSE = 30.0
"""The longest pause between two requests that a robots.txt can ask for, in seconds."""
MAX_WAIT = 24 * 3600.0
"""The longest wait that a host can ask for, in seconds."""
_USUAL_WAIT = 3600.0
_ROBOTS_SECONDS = 24 * 3600.0


class Hosts:
    """What hosts asked for, kept in the record between runs. Several threads may share one."""

    def __init__(self, record: Record, pause: float, now: Callable[[], float] = time.time) -> None:
        self._record = record
        self._pause = pause
        self._now = now
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}
        self._rules: dict[str, tuple[float, Protego]] = {}

    async def turn(self, address: str) -> None:
        """Wait until the host of an address may be asked again.

        Raises `FetchError` if it asked to be left alone for a time that isn't over.
        """
        host = _place(address)
        if self._record.wait_of(host) > self._now():
            raise self.asked_to_wait(address, None)
        with self._lock:
            start = max(time.monotonic(), self._next.get(host, 0.0))
            self._next[host] = start + self._pause_of(host)
        await asyncio.sleep(start - time.monotonic())

    def wait(self, address: str, retry_after: str) -> None:
        """Leave a host alone for as long as its Retry-After says: seconds, or a date."""
        seconds = _seconds(retry_after, self._now())
        until = self._now() + min(max(seconds, 0.0), MAX_WAIT)
        self._record.set_wait(_place(address), until)

    def asked_to_wait(self, address: str, status: int | None) -> FetchError:
        """Return the error for a host that is left alone for now."""
        until = datetime.fromtimestamp(self._record.wait_of(_place(address))).astimezone()
        moment, name = f"{until:%Y-%m-%d %H:%M}", shown(_place(address))
        return FetchError(
            en=f"{name} asked to be left alone until {moment}: it is tried again after that.",
            zh=f"{name} 要求在 {moment} 之前不要访问：之后会再试。",
            status=status,
            passing=True,
        )

    def knows_robots(self, address: str) -> bool:
        """Return True if the robots.txt of the host was read within a day."""
        host = _origin(address)
        with self._lock:
            known = self._rules.get(host)
        if known is None and (stored := self._record.robots_of(host)):
            known = (stored[0], Protego.parse(stored[1]))
            with self._lock:
                self._rules[host] = known
        return known is not None and known[0] + _ROBOTS_SECONDS > self._now()

    def set_robots(self, address: str, rules: str) -> None:
        """Keep the text of the host's robots.txt. An empty text allows everything."""
        self._record.set_robots(_origin(address), self._now(), rules)
        with self._lock:
            self._rules[_origin(address)] = (self._now(), Protego.parse(rules))

    def allows(self, address: str, agent: str) -> bool:
        """Return True if the host's known robots.txt allows that agent to fetch the address."""
        with self._lock:
            return bool(self._rules[_origin(address)][1].can_fetch(address, agent))

    def _pause_of(self, host: str) -> float:
        asked = [
            float(delay)
            for origin, (_, rules) in self._rules.items()
            if urlsplit(origin).netloc == host
            and (delay := rules.crawl_delay("cited-rag")) is not None
        ]
        return min(max([self._pause, *asked]), max(MAX_PAUSE, self._pause))


def robots_address(address: str) -> str:
    """Return the address of the robots.txt for an address."""
    return f"{_origin(address)}/robots.txt"


def _place(address: str) -> str:
    return urlsplit(address).netloc


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc, "", "", ""))


def _seconds(retry_after: str, now: float) -> float:
    """Return the seconds of a Retry-After header, or an hour if it can't be read."""
    value = retry_after.strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return _USUAL_WAIT
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now
