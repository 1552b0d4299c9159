"""Choices that a reader can make for one answer, besides the question and its days."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from rag.answering.understanding import QuestionRewriter, Translator
from rag.config import ChatModelConfig
from rag.errors import ConfigError
from rag.messages import Language
from rag.models.chat import ChatModel

MAX_SOURCES = 20
_MOST_WRITERS = 8

ModelChoice: TypeAlias = str | ChatModelConfig | ChatModel | None
"""The writer of an answer, as a caller names it.

"configured" is the assistant's own chat model, None the articles' own sentences. Any other text is
the name of a model at the endpoint that the environment names (`OPENAI_BASE_URL`)."""


@dataclass(frozen=True, kw_only=True)
class ChatWriter:
    """A chat model with its translator of questions and its rewriter of follow-ups.

    Keep one writer for as long as the model is used: it remembers translations, and it does not ask
    a model that was too slow for a while.
    """

    model: ChatModel
    translator: Translator | None = None
    rewriter: QuestionRewriter | None = None

    @classmethod
    def of(cls, model: ChatModel) -> ChatWriter:
        """Return a writer that uses the model for all three tasks."""
        return cls(model=model, translator=Translator(model), rewriter=QuestionRewriter(model))


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options for one answer.

    `language` is that of the answer; None means that of the question. Without a chat model the
    quotations stay in the articles' language, and a notice says so.

    `sources` (1 to `MAX_SOURCES`) is how many sentences of the articles the answer may use. A chat
    model reads that many; without one at most that many are quoted, and fewer if fewer are enough.
    None means that 12 are read and at most 6 quoted. Articles that contradict the answer are
    reported in any case.

    `articles` are the ids of the articles that may answer; None means all.

    `writer` is "configured" for the assistant's own chat model, None for the articles' own
    sentences, or another model.

    Raises `ConfigError` on a value that can't be used.
    """

    language: Language | None = None
    sources: int | None = None
    articles: frozenset[str] | None = None
    writer: ChatWriter | Literal["configured"] | None = "configured"

    def __post_init__(self) -> None:
        if self.language is not None and self.language not in get_args(Language):
            raise ConfigError(
                en=f"The answer's language is {self.language!r}: give zh or en.",
                zh=f"回答语言为 {self.language!r}：请给出 zh 或 en。",
            )
        if self.sources is not None and (
            not isinstance(self.sources, int) or not 1 <= self.sources <= MAX_SOURCES
        ):
            raise ConfigError(
                en=f"The number of sources is {self.sources}: give 1 to {MAX_SOURCES}.",
                zh=f"出处数量为 {self.sources}：请给出 1 到 {MAX_SOURCES} 之间的数。",
            )


AS_CONFIGURED = Options()


class ChatWriters:
    """Remembers the writers of the models that callers name, eight at most. Thread-safe."""

    def __init__(self, configured: ChatWriter | None) -> None:
        self._configured = configured
        self._kept: OrderedDict[str | ChatModelConfig | ChatModel, ChatWriter] = OrderedDict()
        self._lock = threading.Lock()

    def named(self, model: ModelChoice) -> ChatWriter | None:
        """Return the writer that a caller means. Raises `ConfigError` for an unusable name."""
        if model is None or model == "configured":
            return self._configured if model else None
        with self._lock:
            if model not in self._kept:
                self._kept[model] = ChatWriter.of(_opened(model))
            self._kept.move_to_end(model)
            while len(self._kept) > _MOST_WRITERS:
                self._kept.popitem(last=False)
            return self._kept[model]


def _opened(model: str | ChatModelConfig | ChatModel) -> ChatModel:
    if isinstance(model, str):
        model = ChatModelConfig.from_environment(model)
    if not isinstance(model, ChatModelConfig):
        return model
    from rag.models.openai_chat import OpenAIChatModel

    return OpenAIChatModel(model)
