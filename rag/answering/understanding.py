"""Understand a question in its conversation. A chat model may rewrite or translate it.

Understanding must never wait for a model that is slow or down. So each request to the model has a
time limit, and after a failure the model is not asked for a while.
"""

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
from rag.retrieval.romanised_names import lone_surnames, people_called
from rag.retrieval.spelling import Slip, Spelled, spelled
from rag.text.facts import read_facts
from rag.text.languages import text_language
from rag.text.terms import concepts, fold, shows
from rag.types import Answer

# Asking the chat model.

PATIENCE = 5.0
"""Seconds that a question waits for a reply of the chat model."""
_PAUSE = 60.0
"""Seconds for which the model is not asked after it was too slow, or failed."""
_AT_ONCE = 4
_LONGEST_REPLY = 1_000


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The reply of the chat model to a short question.

    `line` is the first line that is no announcement such as "Translation:", None if there is no
    usable line. `usage` is None if nothing was sent, since the model is not asked for a while after
    a failure.
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
        """Return the model's line, within the time limit. Raises nothing."""
        until = time.monotonic() + self._patience
        # Wait for a slot: a quick model can serve many threads, one after another.
        if self._rests() or not self._slots.acquire(timeout=self._patience):
            return Reply(line=None)
        if self._rests():
            self._slots.release()
            return Reply(line=None)
        pending = _Pending()
        # A daemon thread, so that a model that hangs doesn't keep the program from ending.
        asking = threading.Thread(
            target=self._ask, args=(messages, pending), daemon=True, name=purpose
        )
        try:
            asking.start()
        except RuntimeError:  # the system allows no more threads
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
        except Exception as error:  # keeps a traceback off the terminal
            pending.failed = True
            if isinstance(error, ChatModelError) and not error.sent:
                pending.usage = None
        finally:
            pending.done.set()
            self._slots.release()


class _Pending:
    """The state of a request. It counts as sent until it is known that it was not."""

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


# Rewriting a follow-up.
#
# A rewriting is used only if it can be checked: one line in the question's language, with the names
# and numbers of the follow-up, and no number or name that is not in the conversation. Otherwise the
# rewriting without a model is used (`rag.retrieval.question`).

_TURNS = 3
_LONGEST_TO_REWRITE = 300
_LONGEST_LINE = 300
_QUESTION_MARK = re.compile(r"[?？]")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, kw_only=True)
class Rewriting:
    """The result of asking for a rewriting.

    `text` is None if there is no usable one. `usage` is None if nothing was sent.
    """

    text: str | None
    usage: TokenUsage | None = None


class QuestionRewriter:
    """Rewrites follow-ups as questions of their own, by a chat model. Safe between threads."""

    def __init__(self, model: ChatModel, patience: float = PATIENCE) -> None:
        self._asker = Asker(model, patience)

    def rewrite(self, question: str, history: Sequence[Answer], language: Language) -> Rewriting:
        """Return the follow-up as a question of its own, within the time limit. Raises nothing."""
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
    """Return True if `line` is a question that says what the follow-up says and adds nothing."""
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


# Translating a question, mainly for the search by words.

_REMEMBERED = 1_000
_LONGEST_TO_TRANSLATE = 500


@dataclass(frozen=True, kw_only=True)
class Translation:
    """The result of asking for a translation.

    `text` is None if there is no usable one. `usage` is None if nothing was sent, since the
    translation was known or the model was not asked.
    """

    text: str | None
    usage: TokenUsage | None = None


class Translator:
    """Translates questions by a chat model and remembers the results. Safe between threads."""

    def __init__(self, model: ChatModel, patience: float = PATIENCE) -> None:
        self._asker = Asker(model, patience)
        self._known: OrderedDict[tuple[str, Language], str] = OrderedDict()
        self._lock = threading.Lock()

    def translate(self, question: str, language: Language) -> Translation:
        """Return the question in `language`, within the time limit. Raises nothing."""
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


# Reading a question, with or without a chat model.


def read_question(
    read: Spelled,
    history: Sequence[Answer],
    known: KnownWords,
    rewriter: QuestionRewriter | None,
    *,
    today: date,
    newest: date | None,
) -> tuple[Query, TokenUsage | None]:
    """Return the query of a question with corrected spelling, and the rewriter's token counts.

    Only a follow-up is rewritten. "Really?" and "What else?" have no content to rewrite.
    """
    history = _as_written(history, known)
    read = _with_people_of(history, read, known)
    query = understand(read.text, history, today=today, newest=newest)
    usage = None
    if history and query.rewritten and not query.nudge and rewriter:
        rewriting = rewriter.rewrite(read.text, history, query.language)
        usage = rewriting.usage
        if rewriting.text:
            query = reread(replace(query, text=rewriting.text), history, today, newest)
    query = replace(query, corrected=read.corrected, unknown=read.unknown, absent=read.absent)
    return query, usage


def _with_people_of(history: Sequence[Answer], read: Spelled, known: KnownWords) -> Spelled:
    """Return the question with a surname in Latin letters read as that of one person cited before.

    After an answer that cites 蔡崇信, "What did Tsai say?" asks about him.
    """
    last = history[-1] if history else None
    cited = [f"{c.title}\n{c.quote}" for c in last.citations] if last else []
    for word in lone_surnames(read.text, known) if cited else ():
        people = people_called(word, cited)
        if len(people) == 1:
            read = replace(
                read,
                text=re.sub(rf"\b{re.escape(word)}\b", people[0], read.text),
                corrected=(*read.corrected, Slip(typed=word, name=people[0])),
                unknown=tuple(other for other in read.unknown if other != word),
            )
    return read


def _as_written(history: Sequence[Answer], known: KnownWords) -> tuple[Answer, ...]:
    """Return the turns. The last question has its names written as in the articles."""
    if not history:
        return ()
    *earlier, last = history
    asked = spelled(tidy_question(last.rewritten_question or last.question), known).text
    return (*earlier, replace(last, rewritten_question=asked))
