"""The Python functions: one question, one answer, over the index that the environment names."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import date

from rag.answering.options import AS_CONFIGURED, Options
from rag.assistant import Assistant
from rag.config import Config
from rag.types import Answer, TimeFrame

_lock = threading.Lock()
_opened: dict[Config, Assistant] = {}


def answer(
    question: str,
    history: Sequence[Answer] = (),
    *,
    time_frame: TimeFrame | None = None,
    today: date | None = None,
    options: Options = AS_CONFIGURED,
    config: Config | None = None,
) -> Answer:
    """Answer a question from the articles of an index.

    `history` are the earlier answers of the conversation, oldest first. `time_frame` restricts the
    articles by their day of publication; without it, days that the question speaks of are
    preferred, "last week" and the like resolved against `today`, by default this machine's day.
    `options` are the answer's language, how many sources it may draw on, and who writes it.
    `config` is the environment's by default; the index and the models are opened at the first call
    with a config and shared by all threads after it.

    Raises `QuestionError`, `ConfigError`, `IndexUnusable`, `EmbedderError` and `RerankerError`, all
    of them `RagError`s. A question that the articles don't answer raises nothing: its status is
    `abstained`.
    """
    settings = config or Config.from_environment()
    with _lock:
        assistant = _opened.get(settings)
        if assistant is None:
            assistant = _opened[settings] = Assistant.open(settings)
    return assistant.ask(question, history, time_frame=time_frame, today=today, options=options)


async def aanswer(
    question: str,
    history: Sequence[Answer] = (),
    *,
    time_frame: TimeFrame | None = None,
    today: date | None = None,
    options: Options = AS_CONFIGURED,
    config: Config | None = None,
) -> Answer:
    """`answer` for async callers: the work happens in a thread, and the event loop stays free."""
    return await asyncio.to_thread(
        answer,
        question,
        history,
        time_frame=time_frame,
        today=today,
        options=options,
        config=config,
    )
