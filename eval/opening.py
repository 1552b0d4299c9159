"""Open an assistant for the evaluation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from eval.cached_embedder import CachedEmbedder
from eval.in_memory import VECTORS, snapshot_of
from eval.progress import Watch
from eval.questions import Question
from eval.runner import Ask
from rag.assistant import Assistant
from rag.config import Config
from rag.errors import ConfigError
from rag.models.embedder import Embedder
from rag.models.loading import load_embedder
from rag.store.index import update_index
from rag.types import Answer, Document

Composer = Literal["extractive", "model"]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A function that asks questions, and the settings that its answers depend on."""

    ask: Ask
    about: Mapping[str, Any]


@contextmanager
def opened(folder: Path, index: Path | None, composer: Composer) -> Iterator[Opened]:
    """Open an assistant for the articles in `folder`, until the context ends.

    It uses the index in `index` unchanged, or else a temporary new one. The extractive composer
    sends nothing anywhere, even if `RAG_MODEL` is set. The composer `model` raises `ConfigError` if
    no model is configured.
    """
    config = config_for(composer)
    with TemporaryDirectory() as temporary:
        config = replace(config, index=index or Path(temporary))
        embedder = load_embedder(config.embedder)
        if index is None:
            update_index(config.index, [folder], embedder)
        assistant = Assistant.open(config, embedder=embedder)
        yield _opened(assistant, config, composer, embedder)


@contextmanager
def opened_in_memory(
    documents: Sequence[Document], composer: Composer, watch: Watch
) -> Iterator[Opened]:
    """Open an assistant for a test collection's documents.

    Their vectors are kept for the next time.

    Questions and sentences are embedded again each time, as they are for a user.
    """
    config = config_for(composer)
    embedder = load_embedder(config.embedder)
    snapshot = snapshot_of(documents, CachedEmbedder(embedder, VECTORS), watch)
    assistant = Assistant.over(snapshot, embedder, config)
    yield _opened(assistant, config, composer, embedder)


def config_for(composer: Composer) -> Config:
    """Return the environment's settings for the composer. Quotations have no judge either.

    Raises `ConfigError` if a chat model is needed and none is configured.
    """
    config = Config.from_environment()
    if composer == "extractive":
        return replace(config, chat_model=None, judge=None)
    if config.chat_model is None:
        raise ConfigError(
            en="--composer model needs a chat model: set RAG_MODEL, and OPENAI_BASE_URL for "
            "any endpoint but OpenAI's.",
            zh="--composer model 需要对话模型：请设置 RAG_MODEL；若不是 OpenAI 的服务，"
            "再设置 OPENAI_BASE_URL。",
        )
    return config


def day_of_asking(documents: Iterable[Document]) -> date | None:
    """Return the day of the newest article. Questions without a day of their own are asked on it.

    So "last year" is relative to the articles, and a run in another year gives the same answers. If
    an article gives only its month or year, its first day is used, not the last as in
    `HybridRetriever.newest`.
    """
    return max((d.published.moment.date() for d in documents if d.published), default=None)


def _opened(assistant: Assistant, config: Config, composer: Composer, embedder: Embedder) -> Opened:
    manifest, documents = assistant.snapshot.manifest, assistant.snapshot.documents.values()
    texts = sorted(f"{d.content_hash}{d.text}" for d in documents)
    today = day_of_asking(documents)

    def ask(question: Question, history: Sequence[Answer]) -> Answer:
        return assistant.ask(question.text, history, today=question.today or today)

    return Opened(
        ask=ask,
        about={
            "composer": composer,
            "chat_model": assistant.chat_model_name,
            "reranker": config.reranker,
            "reader": assistant.reader.fingerprint if assistant.reader else None,
            "judge": config.judge,
            "embedder": manifest.embedder,
            "runtime": embedder.runtime,
            "fingerprint": manifest.fingerprint,
            "articles": manifest.documents,
            "passages": manifest.passages,
            "articles_sha256": hashlib.sha256("".join(texts).encode()).hexdigest(),
            "day_of_asking": str(today) if today else None,
        },
    )
