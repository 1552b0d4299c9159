"""Let a few requests work at a time, and let the others wait in a fair order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rag.server.refusals import Refused, too_many

_FORGETTING = 0.1
"""The weight of the newest request in the average time of one."""


class FairQueue:
    """Hands out `slots` places to work. All its methods belong to one event loop.

    When a place becomes free, the callers take turns: a caller with a hundred requests delays one
    with a single request by at most one request. At most `most_waiting` requests wait.
    """

    def __init__(self, slots: int, most_waiting: int) -> None:
        self.slots = slots
        self.most_waiting = most_waiting
        self.running = 0
        self.closed = False
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._mean = 1.0

    @property
    def waiting(self) -> int:
        """The number of requests that wait for a place."""
        return sum(map(len, self._waiting.values()))

    @property
    def _has_place(self) -> bool:
        return self.running < self.slots and not self._waiting

    async def enter(self, caller: str) -> None:
        """Wait for a place. Whoever entered must `leave`.

        Raises `Refused`: with 429 if too many wait already, and 503 if the server is stopping.
        """
        if self.closed:
            raise stopping()
        if not self._has_place and self.waiting >= self.most_waiting:
            raise too_many(
                "queue_full",
                self._mean * (self.waiting + 1) / self.slots,
                en="The server is busy: try again later.",
                zh="服务器繁忙：请稍后再试。",
            )
        await self._wait(caller)

    async def enter_again(self, caller: str) -> None:
        """Wait for the next turn of work that is under way. Nothing refuses it any more."""
        try:
            if not self.closed:
                await self._wait(caller)
                return
        except Refused:
            pass  # the server is stopping, and finishes what is under way
        self.running += 1

    async def _wait(self, caller: str) -> None:
        if self._has_place:
            self.running += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(caller, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._free()  # the place came at the same moment
            else:
                self._forget(caller, turn)
            raise

    def leave(self, seconds: float) -> None:
        """Give a place back after working for `seconds`."""
        self._mean += _FORGETTING * (seconds - self._mean)
        self._free()

    def close(self) -> None:
        """Refuse all who wait or come. Those who work go on."""
        self.closed = True
        for turns in self._waiting.values():
            for turn in turns:
                if not turn.done():
                    turn.set_exception(stopping())
        self._waiting.clear()

    def _free(self) -> None:
        self.running -= 1
        while self._waiting and self.running < self.slots:
            # The caller at the front gives its next request, and goes to the back.
            caller = next(iter(self._waiting))
            turns = self._waiting.pop(caller)
            turn = turns.popleft()
            if turns:
                self._waiting[caller] = turns
            # Who has just left may not have been taken out of the queue yet.
            if not turn.done():
                self.running += 1
                turn.set_result(None)

    def _forget(self, caller: str, turn: asyncio.Future[None]) -> None:
        turns = self._waiting.get(caller)
        if turns and turn in turns:
            turns.remove(turn)
            if not turns:
                del self._waiting[caller]


class AtOnce:
    """Limits how many requests of one caller are under way, waiting ones included."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._under_way: dict[str, int] = {}

    @asynccontextmanager
    async def one(self, caller: str) -> AsyncIterator[None]:
        """Count a request until the block ends. Raises `Refused` with 429."""
        if self._under_way.get(caller, 0) >= self._most:
            raise too_many(
                "too_many_at_once",
                1,
                en=f"This key has {self._most} requests under way: wait for one of them.",
                zh=f"此密钥已有 {self._most} 个请求在进行：请等其中一个完成。",
            )
        self._under_way[caller] = self._under_way.get(caller, 0) + 1
        try:
            yield
        finally:
            self._under_way[caller] -= 1
            if not self._under_way[caller]:
                del self._under_way[caller]


def stopping() -> Refused:
    """Return the refusal of a server that is about to end."""
    return Refused(
        503,
        "stopping",
        en="The server is stopping: try again in a moment.",
        zh="服务器正在停止：请稍后再试。",
        headers={"retry-after": "10"},
    )
