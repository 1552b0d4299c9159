"""The composition root: opens an index, and owns the one path of a question.

    understand -> retrieve -> gather evidence -> compose -> attribute and verify -> Answer

The command line, the chat page, Python callers and the evaluation all come through
`Assistant.stream`, and `Assistant.ask` is its last event.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

from rag.answering.composition import Composition, compose, full_name, total_use
from rag.answering.disagreement.conflicts import find_conflicts
from rag.answering.evidence import SentenceVectors
from rag.answering.notices import (
    behind,
    corrected,
    did_you_mean,
    looked_up_again,
    no_article_then,
    rereading_due,
    searched_as,
)
from rag.answering.options import AS_CONFIGURED, Options, Writer
from rag.answering.search import Corpus, Found, QuestionVector, search
from rag.answering.selection.abstention import not_answered, shortfall
from rag.answering.selection.narrowing import Place, places_cited, places_shown
from rag.answering.understanding import read_question
from rag.answering.unsearched import answer_unsearched
from rag.answering.verification.chat_judge import open_judge
from rag.config import Config
from rag.errors import RagError
from rag.ingest.chunker import CHUNKER
from rag.messages import Language, Message
from rag.models.chat import ChatModel, TokenUsage
from rag.models.cross_encoders import CrossEncoderReranker, Judge, Reranker
from rag.models.embedder import Embedder
from rag.models.loading import load_reader
from rag.models.reader import Reader
from rag.retrieval.question import checked_question, tidy_question, turns_that_asked, understand
from rag.retrieval.spelling import close_names, spelled
from rag.retrieval.time_frame import check_time_frame
from rag.store.articles import document_not_found, reference
from rag.store.database import current_manifest
from rag.store.snapshot import Snapshot, read_snapshot
from rag.text.languages import text_language
from rag.types import (
    Answer,
    Conflict,
    Document,
    DocumentReference,
    Event,
    ModelUse,
    Progress,
    TimeFrame,
    Timings,
)
from rag.uploads.library import Library

_NEAREST = 3


class Assistant:
    """Answers questions over one opened index. Safe between threads: open it once and share it."""

    def __init__(
        self,
        *,
        snapshot: Snapshot,
        embedder: Embedder,
        chat_model: ChatModel | None = None,
        reranker: Reranker | None = None,
        reader: Reader | None = None,
        judge: Judge | Literal["model"] | None = None,
        folder: Path | None = None,
        notice: Message | None = None,
    ) -> None:
        """`folder` is the index of the snapshot, if newer generations of it are to be picked up.

        `judge` "model" has each chat model judge what it wrote. `notice` goes with every answer.
        """
        self._embedder = embedder
        self._writer = Writer.of(chat_model) if chat_model else None
        self._vectors = SentenceVectors(embedder)
        self._reranker = reranker
        self.reader = reader
        self._notice = notice
        self._judge = judge
        self._corpus = Corpus(snapshot, embedder, reranker)
        self._folder = folder
        # The articles, to list, add to and remove from; None without a folder.
        self.library = Library(folder, embedder, self.refresh) if folder else None
        self._refreshing = threading.Lock()
        self._behind: Message | None = None

    @classmethod
    def open(
        cls,
        config: Config,
        on_progress: Callable[[int, int], None] | None = None,
        *,
        embedder: Embedder | None = None,
    ) -> Assistant:
        """Open the index and the models that `config` names.

        `embedder` saves loading the embedding model where the caller has it already. `on_progress`
        is told (done, total) while the bundled model is unpacked, which happens once. Raises
        `IndexUnusable`, `EmbedderError`, `RerankerError`, `ReaderError` and `JudgeError`.
        """
        if embedder is None:
            from rag.models.loading import load_embedder

            embedder = load_embedder(config.embedder, on_progress)
        snapshot = read_snapshot(config.index, fingerprint=embedder.fingerprint, chunker=CHUNKER)
        return cls.over(snapshot, embedder, config, folder=config.index)

    @classmethod
    def over(
        cls, snapshot: Snapshot, embedder: Embedder, config: Config, *, folder: Path | None = None
    ) -> Assistant:
        """Over an index that is read already, with the other models that `config` names.

        `folder` is as for the constructor. Raises `RerankerError`, `ReaderError` and `JudgeError`.
        """
        reader, no_reader = load_reader(config.reader, embedder)
        return cls(
            snapshot=snapshot,
            embedder=embedder,
            chat_model=open_chat_model(config),
            reranker=CrossEncoderReranker(config.reranker) if config.reranker else None,
            reader=reader,
            judge=_open_judge(config),
            folder=folder,
            notice=no_reader,
        )

    @property
    def embedder(self) -> Embedder:
        """The embedding model, which another index may share."""
        return self._embedder

    @property
    def snapshot(self) -> Snapshot:
        """The generation of the index that answers come from now."""
        return self._corpus.snapshot

    def refresh(self) -> None:
        """Pick up the newest generation of the index, as every question does by itself.

        An index that can't be read any more leaves the generation that is open in use; answers
        then carry a notice that says so.
        """
        if self._folder is None or not self._refreshing.acquire(blocking=False):
            return  # another thread reads it; this one goes on with what is open
        try:
            old, new = self.snapshot.manifest, current_manifest(self._folder)
            if old.commit_id != new.commit_id:
                snapshot = read_snapshot(
                    self._folder,
                    fingerprint=self._embedder.fingerprint,
                    chunker=CHUNKER,
                    previous=self.snapshot,
                )
                self._corpus = Corpus(snapshot, self._embedder, self._reranker)
            self._behind = None
        except RagError as error:
            self._behind = behind(error, self.snapshot.manifest)
        finally:
            self._refreshing.release()

    @property
    def chat_model_name(self) -> str | None:
        """Which model sees questions and quotations, as "name @ endpoint"; None if none does.

        An `Options` that names another writer, or none, goes before it.
        """
        return full_name(self._writer.model) if self._writer else None

    def document(self, doc_id: str) -> Document:
        """The article of that id. Raises `DocumentNotFound`."""
        try:
            return self.snapshot.documents[doc_id]
        except KeyError:
            raise document_not_found(doc_id) from None

    def documents(self) -> tuple[DocumentReference, ...]:
        """Every article of the index, by id."""
        return tuple(map(reference, self.snapshot.all_documents()))

    def ask(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        time_frame: TimeFrame | None = None,
        today: date | None = None,
        options: Options = AS_CONFIGURED,
    ) -> Answer:
        """Answer a question; `history` are the earlier answers of the conversation, oldest first.

        `time_frame` takes the place of the one that is read from the question's wording; `today`
        is what "yesterday" or "last week" lean on, by default this machine's day. `options` are
        the answer's language, how many sources it may draw on, and who writes it.

        Raises `QuestionError` for an empty or overlong question and a time frame that ends before
        it begins. A failing chat model raises nothing: the answer is then made of the articles'
        own sentences, and its notices say so.
        """
        *_, answer = self.stream(
            question, history, time_frame=time_frame, today=today, options=options
        )
        if not isinstance(answer, Answer):
            raise TypeError(f"the stream ended with {answer!r}")
        return answer

    def stream(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        time_frame: TimeFrame | None = None,
        today: date | None = None,
        options: Options = AS_CONFIGURED,
    ) -> Iterator[Event]:
        """Answer a question step by step; the last event is the `Answer`. Raises as `ask` does."""
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
        writer = self._writer if options.writer == "configured" else options.writer
        found, usages = self._find(question, history, time_frame, today or date.today(), writer)
        # "Really?" behind a Chinese question is in English, and the question searched in Chinese.
        language = options.language or text_language(question)
        retrieved = time.perf_counter()
        yield Progress(stage="reading", count=len(found.hits))
        composition = yield from compose(
            found, writer, language, options.sources, self._vectors, self._judge
        )
        composed = time.perf_counter()
        conflicts: tuple[Conflict, ...] = ()
        if composition.statements:
            conflicts = find_conflicts(
                found.candidates, found.needed, found.asked.concepts, composition.statements
            )
        checked = composition.seconds + time.perf_counter() - composed
        ended = time.perf_counter()
        yield self._answer(
            question,
            language,
            found,
            composition,
            conflicts,
            total_use(writer.model, usages, composition.model) if writer else None,
            Timings(
                retrieve=retrieved - started,
                compose=ended - retrieved - checked,
                verify=checked,
                total=ended - started,
            ),
        )

    def find(self, question: str, *, today: date | None = None) -> Found:
        """What an answer to the question would be made of. For measuring; raises as `ask` does."""
        question, today = checked_question(question), today or date.today()
        found, _ = self._find(question, (), None, today, self._writer)
        return found

    def holds_answer(self, question: str) -> bool:
        """Whether sentences are found that answer the question. No chat model is asked."""
        query = understand(question, (), today=date.today(), newest=self._corpus.retriever.newest)
        found = search(self._corpus, query, self._embedder, self._vectors, None, reader=self.reader)
        return found.assessment.answerable

    def _find(
        self,
        question: str,
        history: Sequence[Answer],
        time_frame: TimeFrame | None,
        today: date,
        writer: Writer | None,
    ) -> tuple[Found, tuple[TokenUsage, ...]]:
        """What the search brought, and what the chat model counted for understanding."""
        self.refresh()
        corpus = self._corpus
        read = spelled(tidy_question(question), corpus.known_words)
        # What leans on nothing is searched for as it stands.
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
        if time_frame:
            query = replace(query, time_frame=time_frame)
        translator = writer.translator if writer else None
        shown: Collection[Place] = ()
        if query.nudge == "more":
            shown = places_shown(history, query.text)
        elif query.whether:
            shown = places_cited(history[-1])
        found = search(
            corpus, query, self._embedder, self._vectors, translator, begun, shown, self.reader
        )
        usages.append(found.usage)
        return found, tuple(usage for usage in usages if usage)

    def _answer(
        self,
        question: str,
        language: Language,
        found: Found,
        composition: Composition,
        conflicts: tuple[Conflict, ...],
        model: ModelUse | None,
        timings: Timings,
    ) -> Answer:
        answered = bool(composition.statements)
        missing = found.assessment.missing
        if answered:
            missing += shortfall(found.needed, found.cited(composition.statements))
        else:
            close = close_names(found.query.unknown, found.corpus.known_words)
            missing += tuple(map(did_you_mean, close))
        nearest = list(dict.fromkeys(hit.passage.doc_id for hit in found.hits))
        query = found.query
        documents = found.corpus.snapshot.documents
        notices = [notice for notice in (self._behind, self._notice) if notice]
        if found.corpus.snapshot.manifest.rereading_due:
            notices.append(rereading_due())
        notices += map(corrected, query.corrected)
        if query.nudge == "doubt" and answered:
            notices.append(looked_up_again())
        notices += map(searched_as, query.translations.values())
        frame = query.time_frame
        # What is reported on a year or a quarter is published after it.
        of_days = frame is not None and not query.periods
        if frame and of_days and found.hits and not found.corpus.retriever.has_articles_of(frame):
            notices.append(no_article_then(frame))
        return Answer(
            question=question,
            language=language,
            rewritten_question=query.text if query.rewritten or query.corrected else None,
            status=("partial" if missing else "answered") if answered else "abstained",
            statements=composition.statements,
            left_out=composition.left_out,
            conflicts=conflicts,
            missing=missing or (() if answered else (not_answered(),)),
            nearest=tuple(
                reference(document)
                for doc_id in nearest[: 0 if answered else _NEAREST]
                # It may have gone while the question was answered.
                if (document := documents.get(doc_id))
            ),
            time_frame=query.time_frame,
            hits=found.hits,
            notices=(*notices, *composition.notices),
            model=model,
            timings=timings,
            answerability=found.assessment.answerability,
        )


def open_chat_model(config: Config) -> ChatModel | None:
    """The chat model that `config` names, or None where it names none."""
    if config.chat_model is None:
        return None
    from rag.models.openai_chat import OpenAIChatModel

    return OpenAIChatModel(config.chat_model)


def _open_judge(config: Config) -> Judge | Literal["model"] | None:
    # Which model that is, is known with each question.
    if config.judge is None or config.judge == "model":
        return "model" if config.judge else None
    return open_judge(config.judge, None)
