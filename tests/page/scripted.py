"""An assistant that says what a script says, about real articles, with real spans."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.answering.comparison.result import Comparison, ComparisonProgress
from rag.answering.draft import DraftSentence
from rag.answering.options import AS_CONFIGURED, Options
from rag.answering.story.result import Story
from rag.errors import DocumentNotFound
from rag.ingest.loader import load_document
from rag.messages import Message
from rag.store.articles import reference
from rag.types import (
    Answer,
    Citation,
    Document,
    DocumentReference,
    Event,
    Statement,
    TimeFrame,
    Timings,
    Verdict,
)

SEEDS = Path(__file__).parents[2] / "seeds"

Script = Callable[["ScriptedAssistant", str, Sequence[Answer]], Iterator[Event]]


@dataclass
class ScriptedAssistant:
    """Answers by `script`; `histories` and `time_frames` keep what came with each question, as do
    `options`."""

    articles: Mapping[str, Document]
    script: Script
    chat_model_name: str | None = None
    searched_at: str | None = None
    histories: list[tuple[str, tuple[Answer, ...]]] = field(default_factory=list)
    time_frames: list[TimeFrame | None] = field(default_factory=list)
    options: list[Options] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def events(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        time_frame: TimeFrame | None = None,
        options: Options = AS_CONFIGURED,
    ) -> Iterator[Event]:
        self.histories.append((question, tuple(history)))
        self.time_frames.append(time_frame)
        self.options.append(options)
        return self.script(self, question, history)

    def document(self, doc_id: str) -> Document:
        if doc_id not in self.articles:
            raise DocumentNotFound(en=f"No article {doc_id!r}.", zh=f"没有文章 {doc_id!r}。")
        return self.articles[doc_id]

    def documents(self) -> tuple[DocumentReference, ...]:
        return tuple(reference(document) for document in self.articles.values())

    def holds_answer(self, question: str) -> bool:
        return "unanswerable" not in question

    def stream_comparison(
        self, topic: str, **chosen: object
    ) -> Iterator[ComparisonProgress | Comparison]:
        raise NotImplementedError("outlets are compared by a real assistant")

    def stream_story(self, topic: str, **chosen: object) -> Iterator[ComparisonProgress | Story]:
        raise NotImplementedError("stories are laid out by a real assistant")

    def stream_draft(self, draft: str, **chosen: object) -> Iterator[DraftSentence]:
        raise NotImplementedError("drafts are checked by a real assistant")

    def wait(self) -> None:
        """Hold the answer until the test opens the gate."""
        if not self.gate.wait(timeout=180):
            raise TimeoutError("The test never opened the gate.")


def seed_articles() -> dict[str, Document]:
    documents = [load_document(path, SEEDS) for path in sorted(SEEDS.glob("*.txt"))]
    return {document.doc_id: document for document in documents}


def made_document(text: str, **changes: Any) -> Document:
    fields: dict[str, Any] = {
        "doc_id": "made",
        "path": "made.txt",
        "title": "A title",
        "outlet": None,
        "published": None,
        "language": "en",
        "url": None,
        "text": text,
        "content_hash": "0" * 64,
    }
    return Document(**{**fields, **changes})


def cite(document: Document, quote: str, marker: int) -> Citation:
    """The citation of the first place where `document` says `quote`."""
    start = document.text.index(quote)
    return Citation(
        marker=marker,
        doc_id=document.doc_id,
        start=start,
        end=start + len(quote),
        quote=quote,
        title=document.title,
        outlet=document.outlet,
        published=document.published,
        url=document.url,
        content_hash=document.content_hash,
    )


def claim(
    text: str, *citations: Citation, verdict: Verdict = "supported", reasons: Sequence[Message] = ()
) -> Statement:
    return Statement(
        text=text, kind="claim", citations=citations, verdict=verdict, reasons=tuple(reasons)
    )


def framing(text: str) -> Statement:
    return Statement(text=text, kind="framing", citations=(), verdict="supported")


def answered(question: str, *statements: Statement, **changes: Any) -> Answer:
    fields: dict[str, Any] = {
        "question": question,
        "language": "en",
        "rewritten_question": None,
        "status": "answered",
        "statements": statements,
        "left_out": (),
        "conflicts": (),
        "missing": (),
        "nearest": (),
        "time_frame": None,
        "hits": (),
        "notices": (),
        "model": None,
        "timings": Timings(retrieve=0.1, compose=0.5, verify=0.2, total=0.8),
    }
    return Answer(**{**fields, **changes})
