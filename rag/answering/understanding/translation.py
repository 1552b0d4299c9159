"""A question in the corpus's other language, by the chat model, within a few seconds or not at all.

Search by words gains most from it. What is found out is remembered.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from rag.answering.prompt import translation_messages
from rag.answering.understanding.asking import PATIENCE, Asker
from rag.corpus.languages import text_language
from rag.messages import Language
from rag.models.chat import ChatModel, TokenUsage

_REMEMBERED = 1_000
_LONGEST_QUESTION = 500


@dataclass(frozen=True, kw_only=True)
class Translation:
    """What came of asking for a translation.

    `text` is None where there is none to use. `usage` is None where nothing was sent: the
    translation was known, or the model was left alone.
    """

    text: str | None
    usage: TokenUsage | None = None


class Translator:
    """Translates questions through a chat model. Safe between threads."""

    def __init__(self, model: ChatModel, patience: float = PATIENCE) -> None:
        self._asker = Asker(model, patience)
        self._known: OrderedDict[tuple[str, Language], str] = OrderedDict()
        self._lock = threading.Lock()

    def translate(self, question: str, language: Language) -> Translation:
        """The question in `language`; returns within the patience, and raises nothing."""
        with self._lock:
            if known := self._known.get((question, language)):
                self._known.move_to_end((question, language))
                return Translation(text=known)
        if len(question) > _LONGEST_QUESTION:
            return Translation(text=None)
        reply = self._asker.ask(translation_messages(question, language), "translation")
        text = reply.line if reply.line and text_language(reply.line) == language else None
        with self._lock:
            if text:
                self._known[question, language] = text
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        return Translation(text=text, usage=reply.usage)
