"""Server-sent events: the form in which a stream of events is sent."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

from starlette.responses import StreamingResponse

T = TypeVar("T")

PING_SECONDS = 10.0
"""After so many seconds without an event, a comment keeps the connection open."""
PING = ": still working\n\n"


def event(data: str, name: str = "") -> str:
    """Return one event. `data` is JSON, so it holds no line break."""
    return f"event: {name}\ndata: {data}\n\n" if name else f"data: {data}\n\n"


def stream(parts: AsyncIterator[str]) -> StreamingResponse:
    """Return a response that sends the parts as they come."""
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(parts, media_type="text/event-stream", headers=headers)


async def with_pings(items: AsyncIterator[T]) -> AsyncGenerator[T | None, None]:
    """Yield the items, and None whenever none has come for `PING_SECONDS`."""
    waiting = asyncio.ensure_future(anext(items, _END))
    try:
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=PING_SECONDS)
            if not done:
                yield None
                continue
            item = waiting.result()
            if item is _END:
                return
            yield item  # type: ignore[misc]
            waiting = asyncio.ensure_future(anext(items, _END))
    finally:
        waiting.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await waiting


_END = object()
