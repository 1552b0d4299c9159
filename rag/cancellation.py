"""Stop work that nobody waits for any more.

A server answers a question in a thread of its own. If the client goes away, the server cancels that
thread's `Cancellation`, and the slow parts of the work (reading, waiting for a chat model) end soon
after. Work that nobody can cancel is not affected.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Cancelled(BaseException):
    """Raised inside work that was cancelled. It passes through every `except Exception`."""


class Cancellation:
    """The switch that stops one piece of work. Safe between threads."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Stop the work soon."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """True after `cancel`."""
        return self._event.is_set()


_current: ContextVar[Cancellation | None] = ContextVar("cancellation", default=None)


@contextmanager
def cancellable(cancellation: Cancellation) -> Iterator[None]:
    """Let `cancellation` stop the work that this thread does in the block."""
    token = _current.set(cancellation)
    try:
        yield
    finally:
        _current.reset(token)


def is_cancelled() -> bool:
    """Return True if the work that this thread does was cancelled."""
    cancellation = _current.get()
    return cancellation is not None and cancellation.cancelled


def stop_if_cancelled() -> None:
    """Raise `Cancelled` if the work that this thread does was cancelled."""
    if is_cancelled():
        raise Cancelled
