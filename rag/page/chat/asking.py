"""A question's way through the assistant, as the page sees it: turns, each newer than the last."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from rag.answering.options import AS_CONFIGURED, Options
from rag.errors import RagError
from rag.messages import Message
from rag.page.chat.sources import FindDocument
from rag.page.chat.texts import EN, ZH
from rag.page.chat.turns import Turn
from rag.types import Answer, Document, DocumentReference, Draft, Event, TimeFrame

DRAFT_INTERVAL = 0.1
"""Seconds between two drafts shown: a model may write faster than a page can be drawn."""

_log = logging.getLogger(__name__)


class Assistant(Protocol):
    """What the page needs of `rag.assistant.Assistant`."""

    @property
    def chat_model_name(self) -> str | None:
        """The model that will see questions and passages, or None where nothing leaves."""

    def stream(
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
        for event in assistant.stream(
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
