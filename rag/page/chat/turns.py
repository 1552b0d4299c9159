"""A question's way through the assistant as the page sees it: turns, and which are under way."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rag.answering.options import AS_CONFIGURED, Options
from rag.errors import RagError
from rag.messages import Message
from rag.page.chat.sources import FindDocument
from rag.page.chat.texts import EN, ZH
from rag.types import (
    VOIDING,
    Answer,
    Document,
    DocumentReference,
    Draft,
    Event,
    Progress,
    Statement,
    TimeFrame,
)

# One question and what has become of it: the state of the conversation, and how events move it.


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A question, and whatever of its answer is known so far.

    `number` counts the turns of one conversation from 1 and makes the ids of its HTML unique.
    While the answer streams, `progress`, `statements` and `draft` hold what has arrived. In the
    end there is either an `answer`, which is what counts, or an `error`; with neither, and no
    stream running, the reader stopped it.
    """

    number: int
    question: str
    progress: Progress | None = None
    statements: tuple[Statement, ...] = ()
    draft: str = ""
    answer: Answer | None = None
    error: Message | None = None
    stopped: bool = False

    @property
    def running(self) -> bool:
        """Whether more is to come."""
        return self.answer is None and self.error is None and not self.stopped

    def after(self, event: Event) -> Turn:
        """The turn once `event` has arrived."""
        if isinstance(event, Answer):
            return replace(self, answer=event, statements=(), draft="", progress=None)
        if isinstance(event, Statement):
            return replace(self, statements=(*self.statements, event), draft="")
        if isinstance(event, Draft):
            return replace(self, draft=event.text)
        if event.stage in VOIDING:
            # Nothing the chat model wrote counts any more, not even what had been checked.
            return replace(self, progress=event, statements=(), draft="")
        return replace(self, progress=event)

    def failed(self, error: Message) -> Turn:
        """The turn, ended by an error: what had arrived is no answer and isn't kept."""
        return replace(self, error=error, statements=(), draft="", progress=None)

    def stop(self) -> Turn:
        """The turn, ended by the reader: checked statements stay, the draft goes."""
        return replace(self, stopped=True, draft="", progress=None)


# Tells which readers have an answer under way, so that a stopped one writes no more.


class RunningAnswers:
    """The answers under way, one for each session of the page. Safe between threads.

    The state of a conversation alone can't tell: an answer's next piece may arrive while the reader
    stops it, and would bring the turn back as one that still runs.
    """

    def __init__(self) -> None:
        self._begun: dict[str | None, object] = {}

    def begin(self, session: str | None) -> Callable[[], bool]:
        """Begin an answer; what comes back tells whether it may go on."""
        begun = self._begun[session] = object()
        return lambda: self._begun.get(session) is begun

    def end(self, session: str | None) -> None:
        """End the answer of a session, if there is one."""
        self._begun.pop(session, None)

    def __contains__(self, session: str | None) -> bool:
        return session in self._begun


# A question's way through the assistant, as the page sees it: turns, each newer than the last.

DRAFT_INTERVAL = 0.1
"""Seconds between two drafts shown: a model may write faster than a page can be drawn."""

_log = logging.getLogger(__name__)


class Assistant(Protocol):
    """What the page needs of `rag.assistant.Assistant`."""

    @property
    def chat_model_name(self) -> str | None:
        """The model that will see questions and passages, or None where nothing leaves."""

    def events(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        time_frame: TimeFrame | None = None,
        options: Options = AS_CONFIGURED,
    ) -> Iterator[Event]:
        """The answer as it comes to be; the `Answer` last."""

    def document(self, doc_id: str) -> Document:
        """One article. Raises `DocumentNotFound`."""

    def documents(self) -> tuple[DocumentReference, ...]:
        """Every article, without its text."""

    def holds_answer(self, question: str) -> bool:
        """Whether the articles seem to answer a question; no chat model is asked."""


def take(
    turn: Turn,
    assistant: Assistant,
    history: Sequence[Answer] = (),
    time_frame: TimeFrame | None = None,
    options: Options = AS_CONFIGURED,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Turn]:
    """Ask the turn's question and yield the turn again and again as its answer comes.

    The last turn has an answer or an error. Nothing is raised: a reader sees one line in the
    page's language, and an error that nobody foresaw goes to the log in full.
    """
    shown_at = -DRAFT_INTERVAL
    try:
        for event in assistant.events(
            turn.question, history, time_frame=time_frame, options=options
        ):
            turn = turn.after(event)
            if isinstance(event, Draft):
                if clock() - shown_at < DRAFT_INTERVAL:
                    continue
                shown_at = clock()
            yield turn
    except RagError as error:
        yield turn.failed(error.message)
        return
    except Exception:
        _log.exception("The question could not be answered")
        yield turn.failed(_UNEXPECTED)
        return
    if turn.running:
        _log.error("The stream ended without an answer")
        yield turn.failed(_UNEXPECTED)


def finder(assistant: Assistant) -> FindDocument:
    """A way to an article's text that asks the index for each article once."""
    known: dict[str, Document | None] = {}

    def find(doc_id: str) -> Document | None:
        if doc_id not in known:
            try:
                known[doc_id] = assistant.document(doc_id)
            except RagError:
                known[doc_id] = None
        return known[doc_id]

    return find


_UNEXPECTED = Message(code="Unexpected", en=EN.unexpected, zh=ZH.unexpected)
