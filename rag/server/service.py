"""The work behind every way in: questions, searches and checks, in threads, in a fair order."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar, cast

from rag.answering.comparison.result import Comparison
from rag.answering.draft import DraftSentence
from rag.answering.options import ModelChoice
from rag.assistant import Assistant
from rag.cancellation import Cancellation, Cancelled, cancellable
from rag.config import ServerConfig
from rag.messages import Language
from rag.server.metrics import Metrics
from rag.server.queueing import FairQueue
from rag.server.traces import NO_TRACES, Traces
from rag.types import Answer, Document, Event, SearchResult, Statement

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

MOST_WAITING = 256
"""The most requests that wait for a place to work. Two cores answer so many in about a minute."""
_TURN_SECONDS = 1.0
"""How long work that takes turns keeps its place."""
_WORKERS_WITH_MODEL = 16
"""A worker that waits for a chat model needs no core."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question with its choices, as `Assistant.ask` takes them."""

    text: str
    history: Sequence[Answer] = ()
    model: ModelChoice = "configured"
    language: Language | None = None
    sources: int | None = None
    articles: Sequence[str] = ()
    outlets: Sequence[str] = ()
    since: date | str | None = None
    until: date | str | None = None
    today: date | str | None = None


class Events(Protocol[T_co]):
    """Events that arrive from a worker. Leaving the block early stops the work."""

    def __aiter__(self) -> AsyncIterator[T_co]: ...


class Service:
    """Answers for many callers over one assistant. Its methods belong to one event loop."""

    def __init__(
        self, assistant: Assistant, config: ServerConfig, traces: Traces = NO_TRACES
    ) -> None:
        self.assistant = assistant
        self.config = config
        self.metrics = Metrics()
        self._traces = traces
        cores = max(2, os.cpu_count() or 2)
        workers = _WORKERS_WITH_MODEL if assistant.writer else cores
        self.queue = FairQueue(workers, MOST_WAITING)
        # A thread that was told to stop may need a moment, while its place is taken already.
        self._pool = ThreadPoolExecutor(2 * workers, thread_name_prefix="answer")
        self.metrics.watch(
            running=lambda: self.queue.running,
            waiting=lambda: self.queue.waiting,
            manifest=lambda: assistant.snapshot.manifest,
        )

    def close(self) -> None:
        """Let go of the threads. What they still do is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    @contextlib.asynccontextmanager
    async def answering(self, caller: str, question: Question) -> AsyncIterator[Events[Event]]:
        """Answer a question in the block; the events end with the `Answer`.

        Raises what `Assistant.stream` raises, and `Refused` if the queue is full.
        """

        def begin() -> Iterator[Event]:
            return self.assistant.stream(
                question.text,
                question.history,
                model=question.model,
                language=question.language,
                sources=question.sources,
                articles=question.articles,
                outlets=question.outlets,
                since=question.since,
                until=question.until,
                today=question.today,
            )

        begun = time.time_ns()
        async with self._working(caller, begin) as events:
            counted = _Counted(events, self.metrics, self._traces, begun)
            try:
                yield counted
            except (asyncio.CancelledError, GeneratorExit):
                counted.end("left")
                raise
            except Exception:
                counted.end("failed")
                raise

    async def answer(self, caller: str, question: Question) -> Answer:
        """Return the answer to a question. Raises as `answering` does."""
        answer: Answer | None = None
        async with self.answering(caller, question) as events:
            async for event in events:
                if isinstance(event, Answer):
                    answer = event
        if answer is None:
            raise RuntimeError("the stream ended without an answer")
        return answer

    async def search(
        self,
        caller: str,
        question: str,
        k: int,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: str | None = None,
        until: str | None = None,
        today: str | None = None,
    ) -> tuple[SearchResult, ...]:
        """Return the passages that fit best, as `Assistant.search` finds them."""
        return await self.run(
            caller,
            lambda: self.assistant.search(
                question,
                k,
                articles=articles,
                outlets=outlets,
                since=since,
                until=until,
                today=today,
            ),
        )

    async def verify(
        self,
        caller: str,
        claim: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: str | None = None,
        until: str | None = None,
        today: str | None = None,
    ) -> Statement:
        """Check a claim, as `Assistant.verify` does."""
        return await self.run(
            caller,
            lambda: self.assistant.verify(
                claim, articles=articles, outlets=outlets, since=since, until=until, today=today
            ),
        )

    @contextlib.asynccontextmanager
    async def checking_draft(
        self,
        caller: str,
        draft: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: str | None = None,
        until: str | None = None,
        today: str | None = None,
    ) -> AsyncIterator[Events[DraftSentence]]:
        """Check a text in the block, sentence by sentence, as `Assistant.stream_draft` does."""

        def begin() -> Iterator[DraftSentence]:
            return self.assistant.stream_draft(
                draft, articles=articles, outlets=outlets, since=since, until=until, today=today
            )

        # A long draft takes minutes. Its caller must not keep a place from others for so long.
        async with self._working(caller, begin, turn_seconds=_TURN_SECONDS) as sentences:
            yield sentences

    async def compare(
        self,
        caller: str,
        topic: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: str | None = None,
        until: str | None = None,
        today: str | None = None,
    ) -> Comparison:
        """Compare what outlets report on a topic, as `Assistant.compare` does."""
        return await self.run(
            caller,
            lambda: self.assistant.compare(
                topic,
                articles=articles,
                outlets=outlets,
                since=since,
                until=until,
                today=today,
            ),
        )

    async def document(self, doc_id: str) -> Document:
        """Return an article. Raises `DocumentNotFound`."""

        def find() -> Document:
            self.assistant.refresh()
            return self.assistant.document(doc_id)

        return await asyncio.get_running_loop().run_in_executor(self._pool, find)

    async def run(self, caller: str, work: Callable[[], T]) -> T:
        """Return the result of a function that a worker calls. Raises what it raises."""

        def once() -> Iterator[T]:
            yield work()

        async with self._working(caller, once) as events:
            async for result in events:
                return result
        raise RuntimeError("the work ended without a result")

    @contextlib.asynccontextmanager
    async def _working(
        self, caller: str, begin: Callable[[], Iterator[T]], turn_seconds: float = math.inf
    ) -> AsyncIterator[Events[T]]:
        """Let a worker go through the iterator that `begin` returns, for as long as the block.

        After each `turn_seconds`, the other callers have their turn.
        """
        await self.queue.enter(caller)
        loop = asyncio.get_running_loop()
        worker = _Worker(loop, begin, turn_seconds)
        between: asyncio.Task[None] | None = None

        def take_turn() -> None:
            started = time.monotonic()
            done = loop.run_in_executor(self._pool, worker.work)
            done.add_done_callback(lambda done: give_back(done, time.monotonic() - started))

        def give_back(done: asyncio.Future[bool], seconds: float) -> None:
            nonlocal between
            self.queue.leave(seconds)
            goes_on = not done.cancelled() and done.exception() is None and done.result()
            if goes_on and not worker.cancellation.cancelled:
                between = asyncio.ensure_future(wait_again())

        async def wait_again() -> None:
            await self.queue.enter_again(caller)
            take_turn()

        take_turn()
        try:
            yield worker
        finally:
            worker.cancellation.cancel()
            if between is not None:
                between.cancel()


class _End:
    """Marks the end of a worker's events."""


class _Worker(Generic[T]):
    """Goes through an iterator in a thread, and hands its items to an event loop.

    The thread never waits for whoever takes the items, so that a slow client keeps no worker. What
    waits is bounded, because an answer is.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        begin: Callable[[], Iterator[T]],
        turn_seconds: float,
    ) -> None:
        self.cancellation = Cancellation()
        self._loop = loop
        self._begin = begin
        self._turn_seconds = turn_seconds
        self._items: Iterator[T] | None = None
        self._arrived: asyncio.Queue[T | Exception | _End] = asyncio.Queue()

    def work(self) -> bool:
        """Run in a thread, and return True if the turn is over before the work. Raises nothing."""
        end = time.monotonic() + self._turn_seconds
        try:
            with cancellable(self.cancellation):
                items = self._items = self._items or self._begin()
                goes_on = False
                try:
                    for item in items:
                        self._tell(item)
                        if self.cancellation.cancelled:
                            break
                        if goes_on := time.monotonic() >= end:
                            return True
                finally:
                    if isinstance(items, Generator) and not goes_on:
                        items.close()
            self._tell(_End())
        except Cancelled:
            self._tell(_End())
        except Exception as error:
            self._tell(error)
        return False

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        item = await self._arrived.get()
        if isinstance(item, _End):
            raise StopAsyncIteration
        if isinstance(item, Exception):
            raise item
        return item

    def _tell(self, item: T | Exception | _End) -> None:
        # The loop is closed if the server has ended.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._arrived.put_nowait, item)


class _Counted:
    """The events of one answer, which are counted on their way."""

    def __init__(self, events: Events[Event], metrics: Metrics, traces: Traces, begun: int) -> None:
        self._events = aiter(cast("AsyncIterator[Event]", events))
        self._metrics = metrics
        self._traces = traces
        self._begun = begun
        self._ended = False

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        event = await anext(self._events)
        if isinstance(event, Answer):
            self._ended = True
            self._metrics.answered(event)
            self._traces.answered(event, self._begun)
        return event

    def end(self, status: str) -> None:
        """Count a question that got no answer."""
        if not self._ended:
            self._ended = True
            self._metrics.unanswered(status)
