"""The Python functions of the news desk, with async twins: `summarise` and `story`.

They work on the same index as the functions of `rag.api`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

from rag.answering.options import ModelChoice
from rag.answering.story.result import Story
from rag.answering.summary.result import Summary
from rag.api import shared_assistant
from rag.config import Config
from rag.messages import Language


def summarise(
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
    config: Config | None = None,
) -> Summary:
    """Sum up a topic or articles of the index, as `Assistant.summarise` does."""
    return shared_assistant(config).summarise(
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


async def asummarise(
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
    config: Config | None = None,
) -> Summary:
    """`summarise` for async callers."""
    return await asyncio.to_thread(
        summarise,
        topic,
        sentences=sentences,
        model=model,
        language=language,
        articles=articles,
        outlets=outlets,
        since=since,
        until=until,
        today=today,
        config=config,
    )


def story(
    topic: str,
    *,
    articles: Sequence[str] = (),
    outlets: Sequence[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    today: date | str | None = None,
    config: Config | None = None,
) -> Story:
    """Lay out what the index tells of a topic through time, as `Assistant.story` does."""
    return shared_assistant(config).story(
        topic, articles=articles, outlets=outlets, since=since, until=until, today=today
    )


async def astory(
    topic: str,
    *,
    articles: Sequence[str] = (),
    outlets: Sequence[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    today: date | str | None = None,
    config: Config | None = None,
) -> Story:
    """`story` for async callers."""
    return await asyncio.to_thread(
        story,
        topic,
        articles=articles,
        outlets=outlets,
        since=since,
        until=until,
        today=today,
        config=config,
    )
