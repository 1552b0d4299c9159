"""A question in the corpus's other language, by the chat model, within a few seconds or not at all.

Search by words gains most from it; and search must never wait for a model that is slow or down. So
each translation has its time, what is found out is remembered, and after a failure the model is
left alone for a while.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from rag.answering.prompt import translation_messages
from rag.errors import ChatModelError
from rag.messages import Language
from rag.models.chat import ChatModel, TokenUsage
from rag.retrieval.terms import text_language

PATIENCE = 5.0
"""Seconds that a question waits for its translation."""
_PAUSE = 60.0
"""Seconds for which the model is left alone after it was too slow, or failed."""
_AT_ONCE = 4
_REMEMBERED = 1_000
_LONGEST_QUESTION = 500
_LONGEST = 1_000
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


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
        self._model = model
        self._patience = patience
        self._known: OrderedDict[tuple[str, Language], str] = OrderedDict()
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        self._rests_until = 0.0

    def translate(self, question: str, language: Language) -> Translation:
        """The question in `language`; returns within the patience, and raises nothing."""
        with self._lock:
            if known := self._known.get((question, language)):
                self._known.move_to_end((question, language))
                return Translation(text=known)
            resting = time.monotonic() < self._rests_until
        if resting or len(question) > _LONGEST_QUESTION or not self._slots.acquire(blocking=False):
            return Translation(text=None)
        reply = _Reply()
        # A daemon: a model that hangs must not keep the program from ending.
        asking = threading.Thread(
            target=self._ask, args=(question, language, reply), daemon=True, name="translation"
        )
        try:
            asking.start()
        except RuntimeError:  # no more threads to be had
            self._slots.release()
            return Translation(text=None)
        reply.done.wait(self._patience)
        reply.cancelled.set()
        text = _usable(reply.text, language) if reply.done.is_set() and not reply.failed else None
        with self._lock:
            if text:
                self._known[question, language] = text
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
            elif reply.failed or not reply.done.is_set():
                self._rests_until = time.monotonic() + _PAUSE
        return Translation(text=text, usage=reply.usage)

    def _ask(self, question: str, language: Language, reply: _Reply) -> None:
        try:
            for piece in self._model.stream(translation_messages(question, language)):
                if isinstance(piece, TokenUsage):
                    reply.usage = piece
                else:
                    reply.text += piece
                if reply.cancelled.is_set() or len(reply.text) > _LONGEST:
                    break
        except Exception as error:  # a thread's traceback would go to the terminal
            reply.failed = True
            if isinstance(error, ChatModelError) and not error.sent:
                reply.usage = None
        finally:
            reply.done.set()
            self._slots.release()


class _Reply:
    """What the thread that asks has by now. The question counts as sent until it is known not."""

    def __init__(self) -> None:
        self.text = ""
        self.failed = False
        self.usage: TokenUsage | None = TokenUsage(prompt_tokens=None, completion_tokens=None)
        self.done = threading.Event()
        self.cancelled = threading.Event()


def _usable(reply: str, language: Language) -> str | None:
    """The first line of the reply that announces nothing, if it is a text in that language."""
    lines = (line.strip() for line in _THOUGHTS.sub("", reply).splitlines())
    line = next((line for line in lines if line and line[-1] not in ":："), "")
    usable = line and len(line) <= _LONGEST and text_language(line) == language
    return line if usable else None
