"""The turns of a conversation, and which answers are still running."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from rag.answering.comparison.result import Comparison, ComparisonProgress
from rag.answering.draft import DraftSentence
from rag.answering.options import AS_CONFIGURED, Options
from rag.answering.story.result import Story
from rag.errors import RagError
from rag.messages import Message
from rag.page.chat.sources import FindDocument
from rag.page.chat.texts import EN, ZH
from rag.page.scope.choice import Asked
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

# --- the turns --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A question, and the part of its answer that is known so far.

    `number` counts the turns of one conversation from 1, and makes the ids in its HTML unique.
    While the answer streams, `progress`, `statements` and `draft` hold what has arrived. At the end
    there is either an `answer`, which replaces them, or an `error`. If there is neither and no
    stream is running, the reader stopped it. `asked` says of which articles it was asked; None
    means all.
    """

    number: int
    question: str
    progress: Progress | None = None
    statements: tuple[Statement, ...] = ()
    draft: str = ""
    answer: Answer | None = None
    error: Message | None = None
    stopped: bool = False
    asked: Asked | None = None

    @property
    def running(self) -> bool:
        """True if more of the answer will come."""
        return self.answer is None and self.error is None and not self.stopped

    def after(self, event: Event) -> Turn:
        """Return the turn after `event` has arrived."""
        if isinstance(event, Answer):
            return replace(self, answer=event, statements=(), draft="", progress=None)
        if isinstance(event, Statement):
            return replace(self, statements=(*self.statements, event), draft="")
        if isinstance(event, Draft):
            return replace(self, draft=event.text)
        if event.stage in VOIDING:
            # The chat model's text no longer counts, not even checked sentences.
            return replace(self, progress=event, statements=(), draft="")
        return replace(self, progress=event)

    def failed(self, error: Message) -> Turn:
        """Return the turn ended by an error. What had arrived is not kept."""
        return replace(self, error=error, statements=(), draft="", progress=None)

    def stop(self) -> Turn:
        """Return the turn ended by the reader. Checked statements are kept, the draft is not."""
        return replace(self, stopped=True, draft="", progress=None)


# --- running answers --------------------------------------------------------------------------


class RunningAnswers:
    """The running answers, one for each session of the page. Safe to use from several threads.

    The state of a conversation is not enough: when the reader stops an answer, its next piece may
    still arrive, and would mark the turn as running again.
    """

    def __init__(self) -> None:
        self._begun: dict[str | None, object] = {}

    def begin(self, session: str | None) -> Callable[[], bool]:
        """Start an answer. Returns a function that is true as long as the answer may go on."""
        begun = self._begun[session] = object()
        return lambda: self._begun.get(session) is begun

    def end(self, session: str | None) -> None:
        """End the answer of a session, if there is one."""
        self._begun.pop(session, None)

    def __contains__(self, session: str | None) -> bool:
        return session in self._begun


# --- answering a turn -------------------------------------------------------------------------

DRAFT_INTERVAL = 0.1
"""Seconds between two drafts shown. A model may write faster than a page can be drawn."""

_log = logging.getLogger(__name__)


class Assistant(Protocol):
    """The part of `rag.assistant.Assistant` that the page uses."""

    @property
    def searched_at(self) -> str | None:
        """The host that questions are sent to for searching; None if that is this machine."""
        ...

    @property
    def chat_model_name(self) -> str | None:
        """The model that will see questions and passages, or None if no text leaves the machine."""

    def events(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        time_frame: TimeFrame | None = None,
        options: Options = AS_CONFIGURED,
    ) -> Iterator[Event]:
        """Yield the events of the answer. The `Answer` is the last."""

    def document(self, doc_id: str) -> Document:
        """Return one article. Raises `DocumentNotFound`."""

    def documents(self) -> tuple[DocumentReference, ...]:
        """Return all articles without their text."""

    def holds_answer(self, question: str) -> bool:
        """Return True if the articles seem to answer the question. No chat model is asked."""

    def stream_comparison(
        self,
        topic: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
    ) -> Iterator[ComparisonProgress | Comparison]:
        """Compare what outlets report on a topic. The `Comparison` comes last."""

    def stream_story(
        self,
        topic: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
    ) -> Iterator[ComparisonProgress | Story]:
        """Lay out what is told of a topic through time. The `Story` comes last."""

    def stream_draft(
        self,
        draft: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
    ) -> Iterator[DraftSentence]:
        """Check a text sentence by sentence. No chat model is asked."""


def take(
    turn: Turn,
    assistant: Assistant,
    history: Sequence[Answer] = (),
    time_frame: TimeFrame | None = None,
    options: Options = AS_CONFIGURED,
    clock: Callable[[], float] = time.monotonic,
) -> Generator[Turn, None, None]:
    """Ask the turn's question, and yield the turn again each time more of its answer has come.

    The last turn has an answer or an error. Nothing is raised: the reader sees one line in the
    page's language, and an unexpected error is logged in full.
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
    """Return a function that finds an article, and asks the index for each only once."""
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
