"""Receive uploaded files one by one, and keep each until its reader adds it.

Gradio has an upload route of its own. It is not used, because it keeps incomplete files, changes
file names, does not limit the total size, and reports errors in one language only.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from starlette.requests import ClientDisconnect

from rag.errors import DocumentError
from rag.messages import Message
from rag.uploads.intake import MAX_FILES, MEGABYTE, too_much, upload_limit
from rag.uploads.names import short

UPLOAD_PATH = "/articles/upload"
MAX_WAITING_BYTES = 1024 * MEGABYTE
"""The limit for all files of all readers that were sent and are not added yet."""
MAX_WAITING_FILES = 2 * MAX_FILES
WAITING_SECONDS = 3600.0
"""How long a file is kept for its reader, who may have closed the page."""
STALLED_SECONDS = 60.0
"""How long the next piece of a file may take. Until then its space stays reserved."""
_NAME_CHARACTERS = 1000


@dataclass(frozen=True, kw_only=True)
class Received:
    """A file that was sent, or the reason why it was refused. A refused file has no `path`."""

    name: str
    path: Path | None
    refusal: Message | None
    size: int
    since: float


class Incoming:
    """Files that were sent and are not added yet, by tokens that only the sender knows.

    Files are kept in `folder`, which is made for the first file and deleted at the end.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._waiting: dict[str, Received] = {}
        self._changing = threading.Lock()
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    async def receive(self, name: str, size: int, chunks: AsyncIterator[bytes]) -> str:
        """Keep a file of `size` bytes and return its token. A refused file also gets a token.

        If the transfer fails, nothing is kept and the error is raised.
        """
        self._drop_old()
        token, name = secrets.token_hex(16), name[:_NAME_CHARACTERS]
        path = self._folder / token
        # Reserve the space first, so that files sent at the same time stay within the limit.
        kept = Received(name=name, path=path, refusal=None, size=size, since=self._clock())
        try:
            limit = upload_limit(name)
            if size > limit:
                raise too_much(name, limit)
            self._keep(token, kept)
            await self._write(path, kept, chunks)
        except (DocumentError, OSError) as error:
            path.unlink(missing_ok=True)
            reason = error.message if isinstance(error, DocumentError) else _not_kept(name, error)
            refused = Received(name=name, path=None, refusal=reason, size=0, since=kept.since)
            with self._changing:
                self._waiting.pop(token, None)
                if len(self._waiting) < 2 * MAX_WAITING_FILES:
                    self._waiting[token] = refused
        except BaseException:
            path.unlink(missing_ok=True)
            with self._changing:
                self._waiting.pop(token, None)
            raise
        return token

    def take(self, tokens: Iterable[str]) -> tuple[Received, ...]:
        """Return the files of these tokens. The caller must delete them (`discard`)."""
        with self._changing:
            found = (self._waiting.pop(token, None) for token in tokens)
            return tuple(received for received in found if received)

    def _keep(self, token: str, received: Received) -> None:
        with self._changing:
            waiting = sum(other.size for other in self._waiting.values())
            full = len(self._waiting) >= MAX_WAITING_FILES
            if full or waiting + received.size > MAX_WAITING_BYTES:
                raise DocumentError(
                    en=f"{short(received.name)} has to wait: others are adding many files at"
                    " this moment. Try again in a few minutes.",
                    zh=f"{short(received.name)} 需要等待：此刻有人正在添加大量文件，"
                    "请过几分钟再试。",
                )
            self._waiting[token] = received

    async def _write(self, path: Path, received: Received, chunks: AsyncIterator[bytes]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        written = 0
        with path.open("xb") as file, suppress(TimeoutError):
            while (chunk := await _next(chunks)) is not None:
                written += len(chunk)
                if written > received.size:
                    break
                file.write(chunk)
        if written != received.size:
            raise DocumentError(
                en=f"{short(received.name)} did not arrive whole: send it again.",
                zh=f"{short(received.name)} 没有完整送达：请重新发送。",
            )

    def _drop_old(self) -> None:
        end = self._clock() - WAITING_SECONDS
        with self._changing:
            old = [token for token, item in self._waiting.items() if item.since < end]
        discard(self.take(old))


async def _next(chunks: AsyncIterator[bytes]) -> bytes | None:
    """Return the next piece, or None after the last. Raises `TimeoutError`."""
    async with asyncio.timeout(STALLED_SECONDS):
        return await anext(chunks, None)


def discard(received: Iterable[Received]) -> None:
    """Delete files that were taken."""
    for item in received:
        if item.path is not None:
            item.path.unlink(missing_ok=True)


def add_upload_route(app: FastAPI, incoming: Incoming) -> None:
    """Add a route to `app` that takes files: `POST UPLOAD_PATH`.

    The body is the file, and the answer is its token. The headers `X-File-Name` (percent-encoded)
    and `X-File-Size` (bytes) are required. A page of another site would need permission to send
    these headers, and it gets none.
    """

    @app.post(UPLOAD_PATH)
    async def upload(request: Request) -> PlainTextResponse:
        name, size = request.headers.get("x-file-name"), request.headers.get("x-file-size", "")
        if not name or not (size.isascii() and size.isdigit() and len(size) < 20):
            return PlainTextResponse("X-File-Name or X-File-Size is missing.", status_code=400)
        name = unquote(name, errors="replace")
        try:
            return PlainTextResponse(await incoming.receive(name, int(size), request.stream()))
        except ClientDisconnect:
            return PlainTextResponse("", status_code=400)  # The client has gone.


def _not_kept(name: str, error: OSError) -> Message:
    reason = error.strerror or type(error).__name__
    return Message(
        code="not_kept",
        en=f"{short(name)} can't be stored ({reason}): make room, and send it again.",
        zh=f"{short(name)} 无法保存（{reason}）：请腾出空间后重新发送。",
    )
