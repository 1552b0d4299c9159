"""The retriever for Haystack."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from rag.api import search
from rag.assistant import Assistant
from rag.config import Config
from rag.errors import ConfigError
from rag.integrations import details, not_installed, stable_id

try:
    from haystack import Document, component, default_from_dict, default_to_dict
except ImportError as error:
    raise not_installed("Haystack", "haystack") from error


@component
class CitedRetriever:
    """Finds passages of an index, as Haystack documents, best first.

    `content` is the text of a passage. `meta` has its doc_id, title, outlet, published, url, start
    and end, as `rag.integrations.details` says. `id` is a UUID that stays the same. A higher score
    is a better document, and scores of two questions cannot be compared.

    A saved pipeline holds the path of the index, and the process that loads it opens that index
    with the models that its environment names. Haystack loads classes of other packages only if
    they are named: `Pipeline.loads(text, allowed_modules=["rag.integrations"])`.

    `run` raises what `Assistant.search` raises, such as `QuestionError` for an empty question.
    A pipeline wraps that in its `PipelineRuntimeError`.
    """

    def __init__(
        self,
        assistant: Assistant | None = None,
        *,
        index: str | os.PathLike[str] | None = None,
        top_k: int = 10,
        since: date | str | None = None,
        until: date | str | None = None,
    ) -> None:
        """Search the index that `assistant` has open, or else the one in the folder `index`.

        Without both, it is the index that the environment names. An index without an assistant is
        opened as for `rag.search`: by the first question, for the whole process. `index` beside an
        assistant is the folder that a saved pipeline names in place of the assistant's.

        `top_k` is the most documents for a question, 1 to 100. `since` and `until` are the first
        and the last day of publication, as a date or as 2025-02-13, 2025-02 or 2025.
        """
        self.assistant = assistant
        if index is None and assistant and assistant.library:
            index = assistant.library.uploads.parent
        self.index = None if index is None else os.fspath(index)
        self.top_k = top_k
        self.since = str(since) if since else None
        self.until = str(until) if until else None

    @component.output_types(documents=list[Document])
    def run(self, query: str, top_k: int | None = None) -> dict[str, list[Document]]:
        """Return {"documents": the passages that fit the query best}, at most `top_k`."""
        k = self.top_k if top_k is None else top_k
        if self.assistant:
            found = self.assistant.search(query, k, since=self.since, until=self.until)
        else:
            config = Config.from_environment()
            if self.index is not None:
                config = replace(config, index=Path(self.index))
            found = search(query, k, since=self.since, until=self.until, config=config)
        documents = [
            Document(id=stable_id(r), content=r.text, meta=details(r), score=r.score) for r in found
        ]
        return {"documents": documents}

    @component.output_types(documents=list[Document])
    async def run_async(self, query: str, top_k: int | None = None) -> dict[str, list[Document]]:
        """`run` for async pipelines, in a thread: the event loop stays free."""
        return await asyncio.to_thread(self.run, query, top_k)

    def to_dict(self) -> dict[str, Any]:
        """Return the settings, with the path of the index in place of the assistant.

        Raises `ConfigError` for an assistant without a folder, unless `index` was given.
        """
        if self.assistant and self.index is None:
            raise ConfigError(
                en="This assistant's index has no folder, so it can't be saved: give `index`.",
                zh="该助手的索引没有文件夹，无法保存：请给出 index。",
            )
        return default_to_dict(
            self, index=self.index, top_k=self.top_k, since=self.since, until=self.until
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> CitedRetriever:
        """Return the retriever that `to_dict` described."""
        return default_from_dict(cls, data)
