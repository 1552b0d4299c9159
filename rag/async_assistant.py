"""The assistant for async callers: each method's work happens in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from datetime import date
from typing import TypeVar

from rag.answering.comparison.result import Comparison, ComparisonProgress
from rag.answering.draft import DraftReport, DraftSentence
from rag.answering.options import ModelChoice
from rag.answering.story.result import Story
from rag.answering.summary.result import Summary
from rag.assistant import Assistant
from rag.batch.answering import AnsweredRow, OnProgress
from rag.config import Config
from rag.messages import Language
from rag.types import (
    Answer,
    Document,
    DocumentReference,
    Draft,
    Event,
    Progress,
    SearchResult,
    Statement,
)

T = TypeVar("T")


class AsyncAssistant:
    """`Assistant` for async callers, with the same methods; the event loop stays free.

    `async with await AsyncAssistant.open(config) as assistant:` releases the index at the end of
    the block.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    @classmethod
    async def open(cls, config: Config) -> AsyncAssistant:
        """Open the index and the models that `config` names. Raises as `Assistant.open` does."""
        return cls(await asyncio.to_thread(Assistant.open, config))

    async def __aenter__(self) -> AsyncAssistant:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the index. A question after that raises `AssistantClosed`."""
        self._assistant.close()

    async def ask(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        model: ModelChoice = "configured",
        language: Language | None = None,
        sources: int | None = None,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> Answer:
        """Answer a question, as `Assistant.ask` does."""
        return await asyncio.to_thread(
            self._assistant.ask,
            question,
            history,
            model=model,
            language=language,
            sources=sources,
            articles=articles,
            outlets=outlets,
            since=since,
            until=until,
            today=today,
        )

    async def answer_all(
        self,
        questions: Sequence[str] | str | os.PathLike[str],
        out: str | os.PathLike[str] | None = None,
        *,
        column: str | None = None,
        changes: bool = False,
        on_progress: OnProgress | None = None,
        model: ModelChoice = "configured",
        language: Language | None = None,
        sources: int | None = None,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> tuple[AnsweredRow, ...]:
        """Answer many questions, as `Assistant.answer_all` does. `on_progress` runs in a thread."""
        return await asyncio.to_thread(
            self._assistant.answer_all,
            questions,
            out,
            column=column,
            changes=changes,
            on_progress=on_progress,
            model=model,
            language=language,
            sources=sources,
            articles=articles,
            outlets=outlets,
            since=since,
            until=until,
            today=today,
        )

    async def stream(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        model: ModelChoice = "configured",
        language: Language | None = None,
        sources: int | None = None,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> AsyncIterator[Event]:
        """Answer a question step by step, as `Assistant.stream` does."""
        events = self._assistant.stream(
            question,
            history,
            model=model,
            language=language,
            sources=sources,
            articles=articles,
            outlets=outlets,
            since=since,
            until=until,
            today=today,
        )
        async for event in _in_threads(events):
            yield event

    async def search(
        self,
        question: str,
        k: int = 10,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> tuple[SearchResult, ...]:
        """Return the passages that fit best, as `Assistant.search` finds them."""
        return await asyncio.to_thread(
            self._assistant.search,
            question,
            k,
            articles=articles,
            outlets=outlets,
            since=since,
            until=until,
            today=today,
        )

    async def stream_draft(
        self,
        draft: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> AsyncIterator[DraftSentence]:
        """Check a text sentence by sentence, as `Assistant.stream_draft` does."""
        checked = self._assistant.stream_draft(
            draft, articles=articles, outlets=outlets, since=since, until=until, today=today
        )
        async for sentence in _in_threads(checked):
            yield sentence

    async def check_draft(
        self,
        draft: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> DraftReport:
        """Check each sentence of a text, as `Assistant.check_draft` does."""
        return await asyncio.to_thread(
            self._assistant.check_draft,
            draft,
            articles=articles,
            outlets=outlets,
            since=since,
            until=until,
            today=today,
        )

    async def stream_comparison(
        self,
        topic: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> AsyncIterator[ComparisonProgress | Comparison]:
        """Compare outlets step by step, as `Assistant.stream_comparison` does."""
        steps = self._assistant.stream_comparison(
            topic, articles=articles, outlets=outlets, since=since, until=until, today=today
        )
        async for step in _in_threads(steps):
            yield step

    async def compare(
        self,
        topic: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> Comparison:
        """Compare what outlets report on a topic, as `Assistant.compare` does."""
        return await asyncio.to_thread(
            self._assistant.compare,
            topic,
            articles=articles,
            outlets=outlets,
            since=since,
            until=until,
            today=today,
        )

    async def stream_summary(
        self,
        topic: str = "",
        *,
        sentences: int | None = None,
        model: ModelChoice = "configured",
        language: Language | None = None,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> AsyncIterator[Progress | Draft | Statement | Summary]:
        """Sum up articles step by step, as `Assistant.stream_summary` does."""
        steps = self._assistant.stream_summary(
            topic,
            sentences=sentences,
            model=model,
            language=language,
            articles=articles,
            outlets=outlets,
            since=since,
            until=until,
            today=today,
        )
        async for step in _in_threads(steps):
            yield step

    async def summarise(
        self,
        topic: str = "",
        *,
        sentences: int | None = None,
        model: ModelChoice = "configured",
        language: Language | None = None,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> Summary:
        """Sum up articles, as `Assistant.summarise` does."""
        return await asyncio.to_thread(
            self._assistant.summarise,
            topic,
            sentences=sentences,
            model=model,
            language=language,
            articles=articles,
            outlets=outlets,
            since=since,
            until=until,
            today=today,
        )

    async def stream_story(
        self,
        topic: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> AsyncIterator[ComparisonProgress | Story]:
        """Lay out a story step by step, as `Assistant.stream_story` does."""
        steps = self._assistant.stream_story(
            topic, articles=articles, outlets=outlets, since=since, until=until, today=today
        )
        async for step in _in_threads(steps):
            yield step

    async def story(
        self,
        topic: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> Story:
        """Lay out a story through time, as `Assistant.story` does."""
        return await asyncio.to_thread(
            self._assistant.story,
            topic,
            articles=articles,
            outlets=outlets,
            since=since,
            until=until,
            today=today,
        )

    async def verify(
        self,
        claim: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> Statement:
        """Check a sentence against the articles, as `Assistant.verify` does."""
        return await asyncio.to_thread(
            self._assistant.verify,
            claim,
            articles=articles,
            outlets=outlets,
            since=since,
            until=until,
            today=today,
        )

    async def document(self, doc_id: str) -> Document:
        """Return the article of that id. Raises `DocumentNotFound`."""
        return await asyncio.to_thread(self._assistant.document, doc_id)

    async def documents(self) -> tuple[DocumentReference, ...]:
        """Return every article of the index, by id, without its text."""
        return await asyncio.to_thread(self._assistant.documents)


async def _in_threads(items: Iterator[T]) -> AsyncIterator[T]:
    """Yield the items of an iterator, each of which is made in a thread."""
    try:
        # A generator may not raise StopIteration into a future.
        while (item := await asyncio.to_thread(next, items, None)) is not None:
            yield item
    finally:
        # A caller that leaves early stops the work, unless a step of it is under way.
        if isinstance(items, Generator):
            with contextlib.suppress(ValueError):
                items.close()
