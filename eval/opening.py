"""The one place that opens an assistant for the evaluation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from eval.runner import Ask
from rag.assistant import Assistant
from rag.config import Config
from rag.errors import ConfigError
from rag.index.indexing import update_index
from rag.models.loading import load_embedder

Composer = Literal["extractive", "model"]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A way to ask, and what its answers depend on."""

    ask: Ask
    about: Mapping[str, Any]


@contextmanager
def opened(folder: Path, index: Path | None, composer: Composer) -> Iterator[Opened]:
    """An assistant for the articles in `folder`, for as long as the context lasts.

    The index is the one in `index`, as it is, else a fresh one that is thrown away. The
    extractive composer sends nothing anywhere, whatever `RAG_MODEL` says; the composer `model`
    raises `ConfigError` where none is configured.
    """
    config = Config.from_environment()
    if composer == "extractive":
        config = replace(config, chat_model=None)
    elif config.chat_model is None:
        raise ConfigError(
            en="--composer model needs a chat model: set RAG_MODEL, and OPENAI_BASE_URL for "
            "any endpoint but OpenAI's.",
            zh="--composer model 需要对话模型：请设置 RAG_MODEL；若不是 OpenAI 的服务，"
            "再设置 OPENAI_BASE_URL。",
        )
    with TemporaryDirectory() as temporary:
        config = replace(config, index=index or Path(temporary))
        embedder = load_embedder(config.embedder)
        if index is None:
            update_index(config.index, [folder], embedder)
        assistant = Assistant.open(config, embedder=embedder)
        manifest = assistant.snapshot.manifest
        contents = sorted(d.content_hash for d in assistant.snapshot.documents.values())
        yield Opened(
            ask=assistant.ask,
            about={
                "composer": composer,
                "chat_model": assistant.chat_model_name,
                "reranker": config.reranker,
                "embedder": manifest.embedder,
                "runtime": embedder.runtime,
                "fingerprint": manifest.fingerprint,
                "articles": manifest.documents,
                "passages": manifest.passages,
                "articles_sha256": hashlib.sha256("".join(contents).encode()).hexdigest(),
            },
        )
