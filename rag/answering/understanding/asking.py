"""A short question put to the chat model: answered within a few seconds or not at all.

Understanding a question must never wait for a model that is slow or down. So each request has its
time, and after a failure the model is left alone for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from rag.errors import ChatModelError
from rag.models.chat import ChatMessage, ChatModel, ThoughtSoFar, TokenUsage

PATIENCE = 5.0
"""Seconds that a question waits for such a reply."""
_PAUSE = 60.0
"""Seconds for which the model is left alone after it was too slow, or failed."""
_AT_ONCE = 4
_LONGEST = 1_000


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back: the first line that announces nothing, None where there is none to use.

    `usage` is None where nothing was sent: the model was left alone.
    """

    line: str | None
    usage: TokenUsage | None = None


class Asker:
    """Puts short questions to a chat model. Safe between threads."""

    def __init__(self, model: ChatModel, patience: float = PATIENCE) -> None:
        self._model = model
        self._patience = patience
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        self._rests_until = 0.0

    def ask(self, messages: Sequence[ChatMessage], purpose: str) -> Reply:
        """The model's line; returns within the patience, and raises nothing."""
        until = time.monotonic() + self._patience
        # Where many ask at once, a quick model still serves all of them, some after others.
        if self._rests() or not self._slots.acquire(timeout=self._patience):
            return Reply(line=None)
        if self._rests():
            self._slots.release()
            return Reply(line=None)
        pending = _Pending()
        # A daemon: a model that hangs must not keep the program from ending.
        asking = threading.Thread(
            target=self._ask, args=(messages, pending), daemon=True, name=purpose
        )
        try:
            asking.start()
        except RuntimeError:  # no more threads to be had
            self._slots.release()
            return Reply(line=None)
        pending.done.wait(until - time.monotonic())
        pending.cancelled.set()
        if pending.failed or not pending.done.is_set():
            with self._lock:
                self._rests_until = time.monotonic() + _PAUSE
            return Reply(line=None, usage=pending.usage)
        return Reply(line=_line(pending.text), usage=pending.usage)

    def _rests(self) -> bool:
        with self._lock:
            return time.monotonic() < self._rests_until

    def _ask(self, messages: Sequence[ChatMessage], pending: _Pending) -> None:
        try:
            for piece in self._model.stream(messages):
                if isinstance(piece, TokenUsage):
                    pending.usage = piece
                elif isinstance(piece, ThoughtSoFar):
                    pending.text = ""
                elif isinstance(piece, str):
                    pending.text += piece
                if pending.cancelled.is_set() or len(pending.text) > _LONGEST:
                    break
        except Exception as error:  # a thread's traceback would go to the terminal
            pending.failed = True
            if isinstance(error, ChatModelError) and not error.sent:
                pending.usage = None
        finally:
            pending.done.set()
            self._slots.release()


class _Pending:
    """What the thread that asks has by now. The question counts as sent until it is known not."""

    def __init__(self) -> None:
        self.text = ""
        self.failed = False
        self.usage: TokenUsage | None = TokenUsage()
        self.done = threading.Event()
        self.cancelled = threading.Event()


def _line(reply: str) -> str | None:
    lines = (line.strip() for line in reply.splitlines())
    line = next((line for line in lines if line and line[-1] not in ":："), "")
    return line if line and len(line) <= _LONGEST else None
