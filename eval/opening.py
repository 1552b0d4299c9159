"""The one place that opens an assistant for the evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from eval.runner import Ask
from rag.assistant import Assistant
from rag.config import Config
from rag.errors import ConfigError
from rag.index.indexing import update_index
from rag.models.loading import load_embedder

Composer = Literal["extractive", "model"]


@contextmanager
def opened(folder: Path, index: Path | None, composer: Composer) -> Iterator[Ask]:
    """A way to ask about the articles in `folder`, for as long as the context lasts.

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
        yield Assistant.open(config, embedder=embedder).ask
