"""The Python functions: one question, one answer, over the index that the environment names."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date

from rag.answering.options import AS_CONFIGURED, Options
from rag.assistant import Assistant
from rag.config import Config, message_language
from rag.models.embedder import Embedder
from rag.store.database import current_manifest
from rag.store.indexing import first_root, made_of_seeds, update_index
from rag.types import Answer, TimeFrame

MOST_OPEN = 8
"""Indexes that stay open at once: the one that was asked least recently is let go first."""

_log = logging.getLogger(__name__)
_lock = threading.Lock()
_opened: OrderedDict[Config, Assistant] = OrderedDict()
# The model is the largest part of an opened index, and the same for most of them.
_embedders: dict[str, Embedder] = {}


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
    `config` is the environment's by default; the index is opened at the first call with a config
    and shared by all threads after it. The last eight stay open, and share one embedding model.
    Where there is no index and the current folder has a `seeds/` folder, the index is made from it
    first, as `rag ask` does; the log tells so, as a warning, since it may take minutes.

    Raises `QuestionError`, `ConfigError`, `IndexUnusable`, `EmbedderError` and `RerankerError`, all
    of them `RagError`s. A question that the articles don't answer raises nothing: its status is
    `abstained`.
    """
    assistant = _assistant(config or Config.from_environment())
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


def _assistant(config: Config) -> Assistant:
    """Opens the index and the models of a config, or returns those that are open."""
    with _lock:
        assistant = _opened.get(config)
        if assistant is None:
            assistant = _opened[config] = _open(config)
            _embedders[config.embedder] = assistant.embedder
        _opened.move_to_end(config)
        while len(_opened) > MOST_OPEN:
            _opened.popitem(last=False)
        return assistant


def _open(config: Config) -> Assistant:
    """Opens the index, which is made from `seeds/` first where there is none."""
    embedder = _embedders.get(config.embedder)
    seeds = first_root(config.index)
    if seeds:
        from rag.models.loading import load_embedder

        language = message_language()
        _log.warning(made_of_seeds(config.index).text(language))
        embedder = embedder or load_embedder(config.embedder)
        for failure in update_index(config.index, [seeds], embedder).failures:
            _log.warning("%s: %s", failure.path, failure.reason.text(language))
    # What is wrong with the index is told before the seconds that the model takes to load.
    current_manifest(config.index)
    return Assistant.open(config, embedder=embedder)
