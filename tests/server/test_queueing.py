"""The queue: callers take turns, and nobody waits without end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from rag.server.queueing import AtOnce, FairQueue
from rag.server.refusals import Refused


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_one_callers_hundred_requests_delay_another_by_one() -> None:
    async def work() -> None:
        queue = FairQueue(1, 200)
        order: list[str] = []

        async def ask(caller: str) -> None:
            await queue.enter(caller)
            order.append(caller)
            await asyncio.sleep(0)
            queue.leave(0.01)

        tasks = [asyncio.ensure_future(ask("many")) for _ in range(100)]
        await asyncio.sleep(0)
        tasks += [asyncio.ensure_future(ask("few")) for _ in range(2)]
        await asyncio.gather(*tasks)
        # The first "many" was at work; then they alternate while "few" has any.
        first, second = (place for place, who in enumerate(order) if who == "few")
        assert first <= 4
        assert second == first + 2
        assert (queue.running, queue.waiting) == (0, 0)

    run(work())


def test_no_more_work_at_a_time_than_there_are_places() -> None:
    async def work() -> None:
        queue = FairQueue(3, 100)
        most = now = 0

        async def ask(number: int) -> None:
            nonlocal most, now
            await queue.enter(f"caller {number % 7}")
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.001)
            now -= 1
            queue.leave(0.001)

        await asyncio.gather(*(ask(n) for n in range(60)))
        assert most == 3
        assert (queue.running, queue.waiting) == (0, 0)

    run(work())


def test_too_many_are_told_when_to_come_again() -> None:
    async def work() -> None:
        queue = FairQueue(1, 2)
        await queue.enter("a")
        waiting = [asyncio.ensure_future(queue.enter("a")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Refused) as caught:
            await queue.enter("b")
        assert caught.value.status == 429
        assert int(caught.value.headers["retry-after"]) >= 1
        for _ in range(3):
            queue.leave(0.1)
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)
        assert queue.running == 0

    run(work())


def test_who_leaves_the_queue_frees_the_place() -> None:
    async def work() -> None:
        queue = FairQueue(1, 5)
        await queue.enter("a")
        left, stays = (asyncio.ensure_future(queue.enter(who)) for who in ("b", "c"))
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.sleep(0)
        assert queue.waiting == 1
        queue.leave(0.1)
        await stays
        # A place that comes to one who leaves at the same moment goes on to the next.
        unlucky, last = (asyncio.ensure_future(queue.enter(who)) for who in ("d", "e"))
        await asyncio.sleep(0)
        queue.leave(0.1)
        unlucky.cancel()
        await last
        queue.leave(0.1)
        assert (queue.running, queue.waiting) == (0, 0)

    run(work())


def test_places_are_not_lost_to_those_who_leave_as_a_place_comes() -> None:
    async def work() -> None:
        queue = FairQueue(1, 10)
        await queue.enter("a")
        leaving = [asyncio.ensure_future(queue.enter("b")) for _ in range(3)]
        stays = asyncio.ensure_future(queue.enter("c"))
        await asyncio.sleep(0)
        for task in leaving:
            task.cancel()  # they are taken out of the queue only in their next step
        queue.leave(0.1)
        await asyncio.wait_for(stays, 5)
        assert (queue.running, queue.waiting) == (1, 0)
        queue.leave(0.1)
        assert queue.running == 0

    run(work())


def test_work_that_takes_turns_is_never_refused_in_the_middle() -> None:
    async def take() -> tuple[int, int]:
        queue = FairQueue(1, 0)
        await queue.enter("a")
        queue.leave(1)
        await queue.enter("b")
        again = asyncio.ensure_future(queue.enter_again("a"))  # though nobody else may wait
        await asyncio.sleep(0)
        assert queue.waiting == 1
        queue.close()
        await again  # what is under way is finished
        return queue.running, queue.waiting

    assert asyncio.run(take()) == (2, 0)


def test_a_closed_queue_refuses_those_who_wait() -> None:
    async def work() -> None:
        queue = FairQueue(1, 5)
        await queue.enter("a")
        waiting = asyncio.ensure_future(queue.enter("b"))
        await asyncio.sleep(0)
        queue.close()
        for asked in (waiting, queue.enter("c")):
            with pytest.raises(Refused) as caught:
                await asked
            assert caught.value.status == 503
        queue.leave(0.1)
        assert queue.running == 0

    run(work())


def test_a_key_has_so_many_requests_at_once() -> None:
    async def work() -> None:
        at_once = AtOnce(2)
        async with at_once.one("a"), at_once.one("a"):
            with pytest.raises(Refused) as caught:
                async with at_once.one("a"):
                    pass
            assert caught.value.status == 429
            async with at_once.one("b"):
                pass
        async with at_once.one("a"):
            pass

    run(work())
