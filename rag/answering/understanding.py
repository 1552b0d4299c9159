"""Reads a question in the light of a conversation; a chat model may rewrite or translate it."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.answering.prompt import rewriting_messages, translation_messages
from rag.errors import ChatModelError
from rag.messages import Language
from rag.models.chat import ChatMessage, ChatModel, ThoughtSoFar, TokenUsage
from rag.retrieval.known_words import KnownWords
from rag.retrieval.question import Query, reread, tidy_question, understand
from rag.retrieval.spelling import Spelled, spelled
from rag.text.facts import read_facts
from rag.text.languages import text_language
from rag.text.terms import concepts, fold, shows
from rag.types import Answer

# A short question put to the chat model: answered within a few seconds or not at all.
#
# Understanding a question must never wait for a model that is slow or down. So each request has its
# time, and after a failure the model is left alone for a while.

PATIENCE = 5.0
"""Seconds that a question waits for such a reply."""
_PAUSE = 60.0
"""Seconds for which the model is left alone after it was too slow, or failed."""
_AT_ONCE = 4
_LONGEST_REPLY = 1_000


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
                if pending.cancelled.is_set() or len(pending.text) > _LONGEST_REPLY:
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
    return line if line and len(line) <= _LONGEST_REPLY else None


# A follow-up made self-contained by the chat model, within a few seconds or not at all.
#
# What it writes is used only where it can be trusted without knowing what was meant: one line in
# the question's language, with the follow-up's own names and numbers, and no number or name that
# stands nowhere in the conversation. Otherwise the rewriting without a model
# (`rag.retrieval.question`) holds.

_TURNS = 3
_LONGEST_TO_REWRITE = 300
_LONGEST_LINE = 300
_QUESTION_MARK = re.compile(r"[?？]")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, kw_only=True)
class Rewriting:
    """What came of asking for one: `text` is None where there is none to use.

    `usage` is None where nothing was sent.
    """

    text: str | None
    usage: TokenUsage | None = None


class QuestionRewriter:
    """Makes follow-ups self-contained through a chat model. Safe between threads."""

    def __init__(self, model: ChatModel, patience: float = PATIENCE) -> None:
        self._asker = Asker(model, patience)

    def rewrite(self, question: str, history: Sequence[Answer], language: Language) -> Rewriting:
        """The follow-up as a question of its own; returns within the patience, raises nothing."""
        if len(question) > _LONGEST_TO_REWRITE:
            return Rewriting(text=None)
        asked = [
            (answer.rewritten_question or answer.question)[:_LONGEST_LINE]
            for answer in history[-_TURNS:]
        ]
        said = history[-1].statements[0].text if history and history[-1].statements else ""
        messages = rewriting_messages(question, asked, said, language)
        reply = self._asker.ask(messages, "rewriting")
        line = reply.line.strip("\"“”'` ") if reply.line else ""
        known = "\n".join([question, *asked, said])
        usable = is_usable(line, question, known, language)
        return Rewriting(text=line if usable else None, usage=reply.usage)


def is_usable(line: str, question: str, known: str, language: Language) -> bool:
    """Whether a rewriting is a question that says what the follow-up says, and invents nothing."""
    if not line or len(line) > _LONGEST_LINE or line == question:
        return False
    if text_language(line) != language or not _QUESTION_MARK.search(line):
        return False
    folded, around = fold(line), fold(known)
    own = [c for c in concepts(question, across=False) if c.name]
    if not all(shows(folded, name) for name in own):
        return False
    if not set(_DIGITS.findall(question)) <= set(_DIGITS.findall(line)):
        return False
    if not set(_DIGITS.findall(line)) <= set(_DIGITS.findall(known)):
        return False
    invented = [
        name for name in read_facts(line).names if fold(name).characters not in around.characters
    ]
    return not invented


# A question in the corpus's other language, by the chat model, within a few seconds or not at all.
#
# Search by words gains most from it. What is found out is remembered.

_REMEMBERED = 1_000
_LONGEST_TO_TRANSLATE = 500


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
        if len(question) > _LONGEST_TO_TRANSLATE:
            return Translation(text=None)
        reply = self._asker.ask(translation_messages(question, language), "translation")
        text = reply.line if reply.line and text_language(reply.line) == language else None
        with self._lock:
            if text:
                self._known[question, language] = text
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        return Translation(text=text, usage=reply.usage)


# Reads a question in the light of a conversation, with or without a chat model.


def read_question(
    read: Spelled,
    history: Sequence[Answer],
    known: KnownWords,
    rewriter: QuestionRewriter | None,
    *,
    today: date,
    newest: date | None,
) -> tuple[Query, TokenUsage | None]:
    """Returns the query of a question that is spelled, and what the rewriter's model counted.

    Only a follow-up is rewritten. "Really?" and "What else?" say nothing that could be.
    """
    history = _as_written(history, known)
    query = understand(read.text, history, today=today, newest=newest)
    usage = None
    if history and query.rewritten and not query.nudge and rewriter:
        rewriting = rewriter.rewrite(read.text, history, query.language)
        usage = rewriting.usage
        if rewriting.text:
            query = reread(replace(query, text=rewriting.text), history, today, newest)
    return replace(query, corrected=read.corrected, unknown=read.unknown), usage


def _as_written(history: Sequence[Answer], known: KnownWords) -> tuple[Answer, ...]:
    """Returns the turns, with the names of the last one as the articles write them."""
    if not history:
        return ()
    *earlier, last = history
    asked = spelled(tidy_question(last.rewritten_question or last.question), known).text
    return (*earlier, replace(last, rewritten_question=asked))
