"""The composition root: opens an index and its models, and is what Python callers talk to."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from rag.answering.checking import check_claim, combined
from rag.answering.chosen import chosen_articles, chosen_documents
from rag.answering.comparison.comparing import stream_comparison
from rag.answering.comparison.result import Comparison, ComparisonProgress
from rag.answering.composition import full_name
from rag.answering.draft import DraftReport, DraftSentence, stream_draft, usable_draft
from rag.answering.options import AS_CONFIGURED, ChatWriters, ModelChoice, Options
from rag.answering.path import QuestionPath
from rag.answering.search import MOST_HITS
from rag.answering.story.result import Story
from rag.answering.story.telling import stream_story
from rag.answering.summary.asked import stream_asked
from rag.answering.summary.result import Summary
from rag.answering.summary.summarising import Wanted, stream_summary
from rag.answering.verification.chat_judge import open_judge
from rag.batch.answering import AnsweredRow, OnProgress, answered_table
from rag.config import Config
from rag.errors import QuestionError
from rag.ingest.chunker import CHUNKER
from rag.messages import Language, Message
from rag.models.chat import ChatModel
from rag.models.cross_encoders import CrossEncoderReranker, Judge, Reranker
from rag.models.embedder import Embedder
from rag.models.loading import load_reader
from rag.models.reader import Reader
from rag.retrieval.question import checked_question
from rag.retrieval.time_frame import day_of_asking, days_between
from rag.store.articles import document_not_found, reference
from rag.store.index import read_index
from rag.store.searching import OpenIndex
from rag.text.sentences import split_sentences
from rag.types import (
    Answer,
    Document,
    DocumentReference,
    Draft,
    Event,
    Progress,
    SearchResult,
    Statement,
    TimeFrame,
)
from rag.uploads.library import Library

MOST_RESULTS = 100
MOST_CLAIMS = 20

_Result = TypeVar("_Result")


class Assistant(QuestionPath):
    """Answers questions about one opened index. Many threads may share one assistant.

    `with Assistant.open(config) as assistant:` releases the index at the end of the block.
    """

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
        """Use an index and models that are open already; `Assistant.open` opens them.

        The arguments are those of `QuestionPath`.
        """
        super().__init__(
            snapshot=snapshot,
            embedder=embedder,
            chat_model=chat_model,
            reranker=reranker,
            reader=reader,
            judge=judge,
            folder=folder,
            notice=notice,
        )
        self._writers = ChatWriters(self.writer)
        # The articles, to list, add to and remove from; None without a folder.
        self.library = Library(folder, embedder, self.refresh) if folder else None

    @classmethod
    def open(
        cls,
        config: Config,
        on_progress: Callable[[int, int], None] | None = None,
        *,
        embedder: Embedder | None = None,
        reader: tuple[Reader | None, Message | None] | None = None,
    ) -> Assistant:
        """Open the index and the models that `config` names.

        `embedder` is the embedding model, if the caller has it already, and `reader` is what
        `rag.models.loading.load_reader` returned. `on_progress` is called
        with (done, total) while the bundled model is unpacked, which happens once. Raises
        `IndexUnusable`, `EmbedderError`, `RerankerError`, `ReaderError` and `JudgeError`.
        """
        if embedder is None:
            from rag.models.loading import load_embedder

            embedder = load_embedder(config.embedder, on_progress)
        snapshot = read_index(config.index, fingerprint=embedder.fingerprint, chunker=CHUNKER)
        return cls.over(snapshot, embedder, config, folder=config.index, reader=reader)

    @classmethod
    def over(
        cls,
        snapshot: OpenIndex,
        embedder: Embedder,
        config: Config,
        *,
        folder: Path | None = None,
        reader: tuple[Reader | None, Message | None] | None = None,
    ) -> Assistant:
        """Use an index that is read already, and open the other models that `config` names.

        `folder` is the constructor's, `reader` is as in `open`. Raises `RerankerError`,
        `ReaderError` and `JudgeError`.
        """
        opened, no_reader = reader or load_reader(config.reader, embedder)
        return cls(
            snapshot=snapshot,
            embedder=embedder,
            chat_model=open_chat_model(config),
            reranker=CrossEncoderReranker(config.reranker) if config.reranker else None,
            reader=opened,
            judge=_open_judge(config),
            folder=folder,
            notice=no_reader,
        )

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def chat_model_name(self) -> str | None:
        """The model that sees questions and quotations, "name @ endpoint"; None if there is none.

        The `model` of a single question replaces it.
        """
        return full_name(self.writer.model) if self.writer else None

    def document(self, doc_id: str) -> Document:
        """Return the article of that id. Raises `DocumentNotFound`."""
        try:
            return self.snapshot.documents[doc_id]
        except KeyError:
            raise document_not_found(doc_id) from None

    def documents(self) -> tuple[DocumentReference, ...]:
        """Return every article of the index, by id, without its text."""
        return tuple(map(reference, self.snapshot.all_documents()))

    def ask(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        model: ModelChoice = "configured",
        language: Language | None = None,
        sources: int | None = None,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> Answer:
        """Answer a question from the articles.

        - `history`: the earlier answers of the conversation, oldest first.
        - `model`: who writes the answer (`ModelChoice`).
        - `language`: the language of the answer, by default the question's.
        - `sources`: the most sentences that the answer may use, 1 to 20.
        - `articles`, `outlets`: only articles with these ids, and those of these outlets. Without
          them, all articles are searched.
        - `since`, `until`: only articles of these days and between, as a date or as 2025-02-13,
          2025-02 or 2025. Without them, the days that the question names are preferred.
        - `today`: the day that "yesterday" refers to, by default this machine's day.

        Raises `QuestionError` if the question, the history, a day or an outlet can't be used,
        `DocumentNotFound` for an unknown article, and `ConfigError` if the model, the language or
        the number of sources can't be used. A chat model that
        fails raises nothing: the articles' own sentences answer then, and a notice says so.
        """
        return _last(
            self.stream(
                question,
                history,
                model=model,
                language=language,
                sources=sources,
                articles=articles,
                outlets=outlets,
                since=since,
                until=until,
                today=today,
            ),
            Answer,
        )

    def stream(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        model: ModelChoice = "configured",
        language: Language | None = None,
        sources: int | None = None,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> Iterator[Event]:
        """Answer a question step by step; the last event is the `Answer`. Takes what `ask` takes.

        Raises as `ask` does, before the first event.
        """
        options = Options(
            language=language,
            sources=sources,
            articles=self._chosen(articles, outlets),
            writer=self._writers.named(model),
        )
        return self.events(
            question,
            history,
            time_frame=days_between(since, until),
            today=day_of_asking(str(today or "")),
            options=options,
        )

    def events(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        time_frame: TimeFrame | None = None,
        today: date | None = None,
        options: Options = AS_CONFIGURED,
    ) -> Iterator[Event]:
        """Answer step by step, as `QuestionPath.events` does; a request for a summary gets one."""
        checked = checked_question(question)
        if request := self.summary_requests.read(checked):
            return stream_asked(
                self,
                checked,
                request,
                history,
                time_frame=time_frame,
                today=today or date.today(),
                options=options,
            )
        return super().events(
            question, history, time_frame=time_frame, today=today, options=options
        )

    def _chosen(self, articles: Sequence[str], outlets: Sequence[str]) -> frozenset[str] | None:
        """Return the ids of chosen articles and of the articles of chosen outlets; None for all.

        Raises `DocumentNotFound` for an unknown article, and `QuestionError` for an outlet that no
        article has.
        """
        if not articles and not outlets:
            return None
        self.refresh()
        library = self.library
        listed = (lambda: library.catalogue().articles) if library else self.documents
        return chosen_articles(articles, outlets, self.document, listed)

    def answer_all(
        self,
        questions: Sequence[str] | str | os.PathLike[str],
        out: str | os.PathLike[str] | None = None,
        *,
        column: str | None = None,
        changes: bool = False,
        on_progress: OnProgress | None = None,
        model: ModelChoice = "configured",
        language: Language | None = None,
        sources: int | None = None,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> tuple[AnsweredRow, ...]:
        """Answer many questions, each by itself, and return a row for each.

        - `questions`: a list, or the path of a CSV, TSV, XLSX, JSON Lines or text file. `column`
          names the column with the questions; by default “question”, “问题”, or the only one.
        - `out`: the file to write: the same table with the answers (.csv, .xlsx, .jsonl), or a
          document (`rag.export`). What is answered is kept beside it: after a stop or a kill,
          the same call goes on where it was.
        - `changes`: ask all again, and say what changed since the answers that are kept.
        - `on_progress`: is called with (rows done, all rows).

        The rest is as in `ask`. A row that can't be asked is skipped; its `problem` says why.
        Raises `ConfigError` if a file can't be used, and what `ask` raises for other arguments.
        """
        # What is wrong for all questions is told before the first one.
        days_between(since, until)
        day_of_asking(str(today or ""))
        self._chosen(articles, outlets)
        writer = self._writers.named(model)
        written_by = full_name(writer.model) if writer else None
        days = [str(day or "") for day in (since, until, today)]
        chosen = [written_by, language, sources, sorted(articles), sorted(outlets), days]
        ask = partial(
            self.ask,
            model=model,
            language=language,
            sources=sources,
            articles=articles,
            outlets=outlets,
            since=since,
            until=until,
            today=today,
        )
        return answered_table(
            questions,
            ask,
            out=out,
            column=column,
            settings=json.dumps(chosen),
            changes=changes,
            on_progress=on_progress,
        )

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> tuple[SearchResult, ...]:
        """Return the `k` passages, 1 to 100, that fit a question or words best, best first.

        There may be fewer. One story in several outlets is found once. Articles, outlets, days and
        errors are those of `ask`.
        """
        if not isinstance(k, int) or not 1 <= k <= MOST_RESULTS:
            raise QuestionError(
                en=f"The number of results is {k}: give 1 to {MOST_RESULTS}.",
                zh=f"结果数量为 {k}：请给出 1 到 {MOST_RESULTS} 之间的数。",
            )
        found, _ = self.found(
            checked_question(question),
            (),
            days_between(since, until),
            _day(today),
            None,
            articles=self._chosen(articles, outlets),
            most_hits=max(k, MOST_HITS),
        )
        documents = found.corpus.snapshot.documents
        return tuple(
            SearchResult(
                doc_id=document.doc_id,
                title=document.title,
                outlet=document.outlet,
                published=document.published,
                url=document.url,
                start=passage.start,
                end=passage.end,
                text=passage.text,
                score=hit.score,
            )
            for hit in found.hits[:k]
            for passage in [hit.passage]
            if (document := documents.get(passage.doc_id))
        )

    def stream_draft(
        self,
        draft: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> Iterator[DraftSentence]:
        """Check a text of at most 50,000 characters against the articles, sentence by sentence.

        No chat model is asked, so nothing leaves the machine. Articles, outlets, days and errors
        are those of `ask`. Raises before the first sentence.
        """
        return stream_draft(
            self,
            usable_draft(draft),
            articles=self._chosen(articles, outlets),
            time_frame=days_between(since, until),
            today=_day(today),
        )

    def check_draft(
        self,
        draft: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> DraftReport:
        """Return the result of `stream_draft` as one report."""
        checked = self.stream_draft(
            draft, articles=articles, outlets=outlets, since=since, until=until, today=today
        )
        return DraftReport(draft=usable_draft(draft), sentences=tuple(checked))

    def stream_comparison(
        self,
        topic: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> Iterator[ComparisonProgress | Comparison]:
        """Compare what outlets report on a topic, step by step; the `Comparison` comes last.

        Takes what `compare` takes, and raises as it does, before the first step.
        """
        return stream_comparison(
            self,
            checked_question(topic),
            articles=self._chosen(articles, outlets),
            time_frame=days_between(since, until),
            today=_day(today),
        )

    def compare(
        self,
        topic: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> Comparison:
        """Compare what outlets report on a topic, which is a question or words.

        Returns what several outlets say, what each alone reports, and where they contradict each
        other, all in exact quotes, of at most 12 outlets. No chat model is asked. Articles,
        outlets, days and errors are those of `ask`.
        """
        return _last(
            self.stream_comparison(
                topic, articles=articles, outlets=outlets, since=since, until=until, today=today
            ),
            Comparison,
        )

    def stream_summary(
        self,
        topic: str = "",
        *,
        sentences: int | None = None,
        model: ModelChoice = "configured",
        language: Language | None = None,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> Iterator[Progress | Draft | Statement | Summary]:
        """Sum up articles step by step; the `Summary` comes last.

        Takes what `summarise` takes, and raises as it does, before the first step.
        """
        wanted = Wanted(
            topic=checked_question(topic) if topic.strip() else "",
            articles=self._chosen(articles, outlets),
            time_frame=days_between(since, until),
            sentences=sentences,
            language=language,
            writer=self._writers.named(model),
        )
        return stream_summary(self, wanted, today=_day(today))

    def summarise(
        self,
        topic: str = "",
        *,
        sentences: int | None = None,
        model: ModelChoice = "configured",
        language: Language | None = None,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> Summary:
        """Sum up articles: what they say on a topic, or all of an article, an outlet or some days.

        `topic` are words, or the id or title of one article. Without it, the chosen articles are
        summed up, of too many the newest 40. `sentences` is the most to write, 1 to 20; the usual
        number is 3 for one article and up to 7 for several. Without a chat model these are the
        articles' own sentences. Model, language, articles, outlets, days and errors are those of
        `ask`.
        """
        return _last(
            self.stream_summary(
                topic,
                sentences=sentences,
                model=model,
                language=language,
                articles=articles,
                outlets=outlets,
                since=since,
                until=until,
                today=today,
            ),
            Summary,
        )

    def stream_story(
        self,
        topic: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> Iterator[ComparisonProgress | Story]:
        """Lay out a story through time step by step; the `Story` comes last.

        Takes what `story` takes, and raises as it does, before the first step.
        """
        return stream_story(
            self,
            checked_question(topic),
            articles=self._chosen(articles, outlets),
            time_frame=days_between(since, until),
            today=_day(today),
        )

    def story(
        self,
        topic: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> Story:
        """Lay out what the articles tell of a topic through time, the newest event last.

        A row is one event: the day that a sentence speaks of, else that of the article, and what
        each outlet says of it in exact quotes. Values that changed since an earlier row are marked,
        and values on which outlets differ for the same moment. At most 30 rows. No chat model is
        asked. Articles, outlets, days and errors are those of `ask`.
        """
        return _last(
            self.stream_story(
                topic, articles=articles, outlets=outlets, since=since, until=until, today=today
            ),
            Story,
        )

    def verify(
        self,
        claim: str,
        *,
        articles: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: date | str | None = None,
        until: date | str | None = None,
        today: date | str | None = None,
    ) -> Statement:
        """Check a claim against the articles, as each sentence of an answer is checked.

        The result's `verdict` is "supported" if a source says it in the same words, "partial" if
        nothing in it was found wrong and the quote has to be read, and "unsupported" if something
        differs, which `reasons` name, or no source is near. `citations` are the sentences that the
        claim was compared with. Of several sentences, at most 20, each is checked, and the verdict
        is that of the worst one. With `articles` alone, the ids of at most 20, each of these
        articles is compared as a whole, and days play no part. Outlets, days and errors are those
        of `ask`.
        """
        claim = checked_question(claim).strip()
        sentences = [claim[s.start : s.end].strip() for s in split_sentences(claim)] or [claim]
        if len(sentences) > MOST_CLAIMS:
            raise QuestionError(
                en=f"The text has {len(sentences)} sentences: give at most {MOST_CLAIMS}.",
                zh=f"文本有 {len(sentences)} 句：请不要超过 {MOST_CLAIMS} 句。",
            )
        if not re.search(r"\w", claim):
            raise QuestionError(
                en=f"The claim {claim!r} has no words: write a sentence.",
                zh=f"{claim!r} 中没有文字：请写一句话。",
            )
        if len(articles) > MOST_CLAIMS:
            raise QuestionError(
                en=f"The claim is to be compared with {len(articles)} articles: give at most"
                f" {MOST_CLAIMS}.",
                zh=f"要求对照 {len(articles)} 篇文章：请不要超过 {MOST_CLAIMS} 篇。",
            )
        frame, day = days_between(since, until), _day(today)
        judge = None if self.judge == "model" else self.judge
        documents: tuple[Document, ...] = ()
        chosen = None
        if outlets:
            chosen = self._chosen(articles, outlets)
        elif articles:
            self.refresh()
            documents = chosen_documents(articles, self.document)
        checked = []
        for sentence in sentences:
            if documents:
                evidence = self.evidence_in(sentence, documents)
            else:
                found, _ = self.found(sentence, (), frame, day, None, articles=chosen)
                evidence = found.evidence
            checked.append(check_claim(sentence, evidence, self.vectors, judge, self.reader))
        return combined(claim, checked)


def _last(steps: Iterator[object], kind: type[_Result]) -> _Result:
    """Go through the steps of some work, and return its result, which comes last."""
    *_, result = steps
    if not isinstance(result, kind):
        raise TypeError(f"the stream ended with {result!r}")
    return result


def _day(today: date | str | None) -> date:
    return day_of_asking(str(today or "")) or date.today()


def open_chat_model(config: Config) -> ChatModel | None:
    """Return the chat model that `config` names, or None if it names none."""
    if config.chat_model is None:
        return None
    from rag.models.openai_chat import OpenAIChatModel

    return OpenAIChatModel(config.chat_model)


def _open_judge(config: Config) -> Judge | Literal["model"] | None:
    # "model" is the chat model that writes an answer, which each question may choose.
    if config.judge is None or config.judge == "model":
        return "model" if config.judge else None
    return open_judge(config.judge, None)
