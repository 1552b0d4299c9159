"""The path of a question, from its text to an `Answer`.

    understand -> retrieve -> gather evidence -> compose -> attribute and verify -> Answer

The command line, the chat page, Python callers and the evaluation all use this path.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

from rag.answering.assembling import assemble
from rag.answering.composition import compose, total_use
from rag.answering.disagreement.conflicts import find_conflicts
from rag.answering.evidence import Evidence, SentenceVectors
from rag.answering.notices import behind
from rag.answering.options import AS_CONFIGURED, ChatWriter, Options
from rag.answering.search import MOST_HITS, Corpus, Found, QuestionVector, evidence_in, search
from rag.answering.selection.narrowing import Place, places_cited, places_shown
from rag.answering.understanding import read_question
from rag.answering.unsearched import answer_unsearched
from rag.errors import AssistantClosed, RagError
from rag.ingest.chunker import CHUNKER
from rag.messages import Message
from rag.models.chat import ChatModel, TokenUsage
from rag.models.cross_encoders import Judge, Reranker
from rag.models.embedder import Embedder
from rag.models.reader import Reader
from rag.retrieval.question import checked_question, tidy_question, turns_that_asked, understand
from rag.retrieval.spelling import spelled
from rag.retrieval.summary_asked import SummaryRequests
from rag.retrieval.time_frame import check_time_frame
from rag.store.index import current_manifest, read_index
from rag.store.searching import OpenIndex
from rag.text.languages import text_language
from rag.types import Answer, Conflict, Document, Event, Progress, TimeFrame, Timings


class QuestionPath:
    """Answers questions over one opened index. Safe between threads."""

    def __init__(
        self,
        *,
        snapshot: OpenIndex,
        embedder: Embedder,
        chat_model: ChatModel | None = None,
        reranker: Reranker | None = None,
        reader: Reader | None = None,
        judge: Judge | Literal["model"] | None = None,
        folder: Path | None = None,
        notice: Message | None = None,
    ) -> None:
        """Open the path over an index.

        `folder` is the folder of the index. Where it is given, newer generations of the index are
        picked up. `judge` "model" lets each chat model judge what it wrote. `notice` is added to
        every answer.
        """
        self._embedder = embedder
        self.writer = ChatWriter.of(chat_model) if chat_model else None
        self.vectors = SentenceVectors(embedder)
        self.summary_requests = SummaryRequests(embedder)
        self._reranker = reranker
        self.reader = reader
        self._notice = notice
        self.judge = judge
        self._opened: Corpus | None = Corpus(snapshot, embedder, reranker)
        self._folder = folder
        self._refreshing = threading.Lock()
        self._behind: Message | None = None

    @property
    def embedder(self) -> Embedder:
        """The embedding model, which another index may share."""
        return self._embedder

    @property
    def _corpus(self) -> Corpus:
        if self._opened is None:
            raise AssistantClosed(
                en="The assistant is closed: open another one.", zh="助手已关闭：请重新打开一个。"
            )
        return self._opened

    @property
    def folder(self) -> Path | None:
        """The folder of the index, None if it is only in memory."""
        return self._folder

    def close(self) -> None:
        """Release the index. A question after that raises `AssistantClosed`."""
        self._opened = None

    @property
    def searched_at(self) -> str | None:
        """The host that questions are sent to for searching; None if that is this machine."""
        return self.snapshot.searched_at

    @property
    def snapshot(self) -> OpenIndex:
        """The generation of the index that answers come from now."""
        return self._corpus.snapshot

    def refresh(self) -> None:
        """Pick up the newest generation of the index. Every question does this by itself.

        If the index can't be read any more, the generation that is open stays in use. Answers then
        carry a notice about it.
        """
        if self._folder is None or not self._refreshing.acquire(blocking=False):
            return  # another thread is refreshing; this one uses what is open
        try:
            old, new = self.snapshot.manifest, current_manifest(self._folder)
            if old.commit_id != new.commit_id:
                snapshot = read_index(
                    self._folder,
                    fingerprint=self._embedder.fingerprint,
                    chunker=CHUNKER,
                    previous=self.snapshot,
                )
                self._opened = Corpus(snapshot, self._embedder, self._reranker)
            self._behind = None
        except RagError as error:
            self._behind = behind(error, self.snapshot.manifest)
        finally:
            self._refreshing.release()

    def events(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        time_frame: TimeFrame | None = None,
        today: date | None = None,
        options: Options = AS_CONFIGURED,
    ) -> Iterator[Event]:
        """Answer a question step by step. `options` holds the reader's choices.

        A given `time_frame` replaces the one that is read from the question's wording.
        """
        started = time.perf_counter()
        question = checked_question(question)
        if time_frame:
            check_time_frame(time_frame)
        known = self._corpus.known_words
        if unsearched := answer_unsearched(question, history, known, options.language):
            yield from unsearched.statements
            yield unsearched
            return
        history = turns_that_asked(history)
        yield Progress(stage="searching")
        writer = self.writer if options.writer == "configured" else options.writer
        found, usages = self.found(
            question,
            history,
            time_frame,
            today or date.today(),
            writer,
            articles=options.articles,
        )
        # An English "Really?" after a Chinese question is answered in English; the search is in
        # Chinese.
        language = options.language or text_language(question)
        retrieved = time.perf_counter()
        yield Progress(stage="reading", count=len(found.hits))
        composition = yield from compose(
            found, writer, language, options.sources, self.vectors, self.judge
        )
        composed = time.perf_counter()
        conflicts: tuple[Conflict, ...] = ()
        if composition.statements:
            conflicts = find_conflicts(
                found.candidates, found.needed, found.asked.concepts, composition.statements
            )
        checked = composition.seconds + time.perf_counter() - composed
        ended = time.perf_counter()
        yield assemble(
            question,
            language,
            found,
            composition,
            conflicts,
            of_index=[notice for notice in (self._behind, self._notice) if notice],
            model=total_use(writer.model, usages, composition.model) if writer else None,
            timings=Timings(
                retrieve=retrieved - started,
                compose=ended - retrieved - checked,
                verify=checked,
                total=ended - started,
            ),
        )

    def find(self, question: str, *, today: date | None = None) -> Found:
        """Return what an answer to the question would be made of.

        It serves measurements, and raises the same errors as `ask`.
        """
        question, today = checked_question(question), today or date.today()
        found, _ = self.found(question, (), None, today, self.writer)
        return found

    def evidence_in(self, claim: str, documents: Sequence[Document]) -> tuple[Evidence, ...]:
        """Return the sentences of these articles that are likeliest to speak of a claim."""
        return evidence_in(claim, documents, self._corpus, self._embedder, self.vectors)

    def holds_answer(self, question: str) -> bool:
        """Return True if sentences that answer the question are found. No chat model is asked."""
        query = understand(question, (), today=date.today(), newest=self._corpus.retriever.newest)
        found = search(self._corpus, query, self._embedder, self.vectors, None, reader=self.reader)
        return found.assessment.answerable

    def found(
        self,
        question: str,
        history: Sequence[Answer],
        time_frame: TimeFrame | None,
        today: date,
        writer: ChatWriter | None,
        *,
        articles: frozenset[str] | None = None,
        most_hits: int = MOST_HITS,
    ) -> tuple[Found, tuple[TokenUsage, ...]]:
        """Return what the search found, and the chat model's token counts for understanding.

        With `articles`, only these articles are searched.
        """
        self.refresh()
        corpus = self._corpus
        read = spelled(tidy_question(question), corpus.known_words)
        # A question without history is searched as typed, so its embedding can start now.
        begun = None if history else QuestionVector(self._embedder, read.text)
        query, usage = read_question(
            read,
            history,
            corpus.known_words,
            writer.rewriter if writer else None,
            today=today,
            newest=corpus.retriever.newest,
        )
        usages = [usage]
        query = replace(query, articles=articles, time_frame=time_frame or query.time_frame)
        translator = writer.translator if writer else None
        shown: Collection[Place] = ()
        if query.nudge == "more":
            shown = places_shown(history, query.text)
        elif query.whether:
            shown = places_cited(history[-1])
        found = search(
            corpus,
            query,
            self._embedder,
            self.vectors,
            translator,
            begun,
            shown,
            self.reader,
            most_hits,
        )
        usages.append(found.usage)
        return found, tuple(usage for usage in usages if usage)
