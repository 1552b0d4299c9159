"""Sum up articles, from their choice to the `Summary`."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import get_args

import numpy as np

from rag.answering.comparison.sentences import Told, sentences_of_outlets
from rag.answering.composition import Composition, quote, unknown_use, write
from rag.answering.evidence import Evidence
from rag.answering.notices import fell_back, no_model, only_chosen, other_language
from rag.answering.options import ChatWriter
from rag.answering.path import QuestionPath
from rag.answering.prompt import summary_messages
from rag.answering.search import QuestionVector
from rag.answering.summary.choosing import LEAST_ADDED, choose
from rag.answering.summary.notices import (
    days_without_articles,
    not_on_topic,
    nothing_on,
    nothing_to_quote,
    of_how_many,
)
from rag.answering.summary.result import Summary
from rag.answering.summary.sentences import Weighed, may_be_quoted, sentences_of, shape
from rag.answering.topics import concerning
from rag.answering.verification.chat_judge import ChatModelJudge
from rag.cancellation import stop_if_cancelled
from rag.errors import ChatModelError, ConfigError
from rag.messages import Language, Message
from rag.retrieval.stories import Stories
from rag.store.articles import reference
from rag.store.index import articles_between
from rag.text.languages import text_language
from rag.text.words import terms
from rag.types import Document, Draft, Progress, Statement, TimeFrame

MOST_ARTICLES = 40
MOST_SENTENCES = 20
_NEWEST_ARTICLES, _NEWEST_DAYS = 15, 7
"""What "the latest" means without a topic: at most this many articles of the last days."""
_USUAL = ((1, 3), (3, 5))
_USUAL_OF_MANY = 7
"""The usual number of sentences, by the most articles that have so many."""
_PROMPT_FACTOR, _MOST_IN_PROMPT = 2, 14
_NEARLY = 0.05
"""How far below the nearest sentence, in cosine, a sentence still belongs to a topic."""
_FEW_CHOSEN = 3
"""So few chosen articles are summed up as a whole if they don't speak of the topic."""
_OLD = 0.4
"""What the prior of the oldest sentence is multiplied with if the latest news is wanted."""
_TITLE = 0.6
"""The share of a title's words that name its article."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be summed up, and how.

    Without a `topic` it is the articles themselves. `articles` are ids, None for all. `newest` is
    true if newer sentences matter more. `sentences` is the most to write, None for the usual
    number. Raises `ConfigError` for a number or language that can't be used.
    """

    topic: str = ""
    articles: frozenset[str] | None = None
    time_frame: TimeFrame | None = None
    newest: bool = False
    sentences: int | None = None
    language: Language | None = None
    writer: ChatWriter | None = None

    def __post_init__(self) -> None:
        if self.sentences is not None and (
            not isinstance(self.sentences, int) or not 1 <= self.sentences <= MOST_SENTENCES
        ):
            raise ConfigError(
                en=f"The number of sentences is {self.sentences}: give 1 to {MOST_SENTENCES}.",
                zh=f"句数为 {self.sentences}：请给出 1 到 {MOST_SENTENCES} 之间的数。",
            )
        if self.language is not None and self.language not in get_args(Language):
            raise ConfigError(
                en=f"The summary's language is {self.language!r}: give zh or en.",
                zh=f"摘要语言为 {self.language!r}：请给出 zh 或 en。",
            )


@dataclass(frozen=True, kw_only=True)
class _Set:
    """The sentences to choose from, the articles that were read, and how many were not."""

    sentences: tuple[Weighed, ...]
    documents: tuple[Document, ...]
    more: int = 0
    missing: tuple[Message, ...] = ()
    notices: tuple[Message, ...] = ()


def stream_summary(
    path: QuestionPath, wanted: Wanted, *, today: date
) -> Iterator[Progress | Draft | Statement | Summary]:
    """Sum up step by step; the `Summary` comes last."""
    begun = time.perf_counter()
    path.refresh()
    yield Progress(stage="searching")
    found = _gathered(path, wanted, today)
    stop_if_cancelled()
    yield Progress(stage="reading", count=len(found.documents))
    language = wanted.language or _language(wanted.topic, found.documents)
    most = wanted.sentences or _usual(len(found.documents))
    composition = yield from _composed(path, wanted, found.sentences, language, most)
    notices = [*found.notices, *composition.notices]
    if wanted.articles is not None and found.documents:
        notices.insert(0, only_chosen(len(wanted.articles)))
    if found.more:
        notices.insert(0, of_how_many(len(found.documents), found.more))
    missing = found.missing or (() if composition.statements else (nothing_to_quote(),))
    yield Summary(
        topic=wanted.topic,
        language=language,
        statements=composition.statements,
        left_out=composition.left_out,
        articles=tuple(map(reference, found.documents)),
        more=found.more,
        time_frame=wanted.time_frame,
        missing=missing,
        notices=tuple(notices),
        model=composition.model,
        seconds=time.perf_counter() - begun,
    )


def _gathered(path: QuestionPath, wanted: Wanted, today: date) -> _Set:
    if not wanted.topic.strip():
        return _of_articles(path, wanted)
    documents = path.snapshot.documents
    if (named := documents.get(wanted.topic.strip())) is not None:
        return _read(path, [named])
    found, _ = path.found(
        wanted.topic, (), wanted.time_frame, today, None, articles=wanted.articles
    )
    hits = dict.fromkeys(hit.passage.doc_id for hit in found.hits)
    titled = [d for d in map(documents.get, hits) if d and _is_title_of(wanted.topic, d)]
    if len(titled) == 1:
        return _read(path, titled)
    vector = QuestionVector(path.embedder, found.query.text).of(found.query.text)()
    told = sentences_of_outlets(found, vector, path.vectors, path.reader)
    chosen = sorted(wanted.articles) if wanted.articles is not None else []
    sentences = _on_topic(told, wanted.topic)
    if not sentences and 0 < len(chosen) <= _FEW_CHOSEN:
        whole = [document for document in map(documents.get, chosen) if document]
        return replace(_read(path, whole), notices=(not_on_topic(wanted.topic),))
    if not sentences:
        return _Set(sentences=(), documents=(), missing=(nothing_on(wanted.topic),))
    if wanted.newest:
        sentences = _with_newer_first(sentences)
    read = {one.evidence.document.doc_id: one.evidence.document for one in sentences}
    return _Set(sentences=tuple(sentences), documents=tuple(_by_time(list(read.values()))))


def _on_topic(told: Sequence[Told], topic: str) -> list[Weighed]:
    """Return the sentences that concern a topic, with priors by how near they are to it."""
    sure, _ = concerning(told, topic, _NEARLY)
    kept = [one for one in sure if may_be_quoted(one.evidence)]
    if not kept:
        return []
    kept.sort(key=lambda one: (one.evidence.document.doc_id, one.evidence.start))
    cosines = [one.evidence.cosine for one in kept]
    least, spread = min(cosines), max(max(cosines) - min(cosines), 1e-6)
    return [
        Weighed(
            evidence=one.evidence,
            prior=shape(one.evidence)
            * (0.2 + 0.4 * (one.evidence.cosine - least) / spread + 0.4 * one.on_topic),
        )
        for one in kept
    ]


def _of_articles(path: QuestionPath, wanted: Wanted) -> _Set:
    """Return the sentences of the chosen articles of the days, the newest articles if too many."""
    snapshot, frame = path.snapshot, wanted.time_frame
    start, end = (frame.start, frame.end) if frame else (None, None)
    listed = articles_between(snapshot, path.folder, start, end)
    if wanted.articles is not None:
        listed = [article for article in listed if article.doc_id in wanted.articles]
    most = MOST_ARTICLES
    dated = [article.published.moment for article in listed if article.published]
    if wanted.newest and dated and not frame:
        most = _NEWEST_ARTICLES
        listed = [
            article
            for article in listed
            if article.published and (dated[0] - article.published.moment).days < _NEWEST_DAYS
        ]
    chosen: list[Document] = []
    stories: set[tuple[str, ...]] = set()
    more = 0
    for article in listed:
        story = snapshot.story(article.doc_id)
        if story in stories:
            continue  # a copy, which the citations name
        stories.add(story)
        # An article may have been deleted in the meantime.
        if len(chosen) < most and (document := snapshot.documents.get(article.doc_id)):
            chosen.append(document)
        elif len(chosen) >= most:
            more += 1
    if not chosen:
        missing = days_without_articles(frame) if frame else nothing_on("")
        return _Set(sentences=(), documents=(), missing=(missing,))
    return replace(_read(path, chosen), more=more)


def _read(path: QuestionPath, documents: Sequence[Document]) -> _Set:
    ordered = _by_time(documents)
    sentences = sentences_of(ordered, path.embedder, path.vectors, Stories(path.snapshot))
    return _Set(sentences=sentences, documents=tuple(ordered))


def _composed(
    path: QuestionPath,
    wanted: Wanted,
    sentences: Sequence[Weighed],
    language: Language,
    most: int,
) -> Generator[Progress | Draft | Statement, None, Composition]:
    """Write the summary with the chat model, or quote what carries most."""
    if not sentences:
        return Composition(statements=())
    if wanted.writer is None:
        return (yield from _quoted(wanted, sentences, most, language, no_model(path.searched_at)))
    model = wanted.writer.model
    evidence = _chosen(sentences, min(_MOST_IN_PROMPT, _PROMPT_FACTOR * most))
    judge = ChatModelJudge(model) if path.judge == "model" else path.judge
    yield Progress(stage="writing", count=len(evidence))
    messages = summary_messages(wanted.topic, language, evidence, most)
    try:
        written = yield from write(
            model, wanted.topic, language, evidence, path.vectors, judge, messages
        )
    except ChatModelError as error:
        yield Progress(stage="falling_back")
        quoted = yield from _quoted(wanted, sentences, most, language, error.message, fell_back())
        return replace(quoted, model=unknown_use(model) if error.sent else None)
    if written.statements:
        return written
    yield Progress(stage="falling_back")
    quoted = yield from _quoted(wanted, sentences, most, language, *written.notices, fell_back())
    return replace(quoted, left_out=written.left_out, model=written.model)


def _quoted(
    wanted: Wanted,
    sentences: Sequence[Weighed],
    most: int,
    language: Language,
    *notices: Message,
) -> Generator[Statement, None, Composition]:
    # Who asks for a number of sentences gets them even if the last ones add little.
    evidence = _chosen(sentences, most, 0.0 if wanted.sentences else LEAST_ADDED)
    composition = quote(evidence)
    yield from composition.statements
    if any(e.document.language != language for e in evidence):
        notices += (other_language(),)
    return replace(composition, notices=notices)


def _chosen(
    sentences: Sequence[Weighed], most: int, least_added: float = LEAST_ADDED
) -> list[Evidence]:
    """Return the sentences that carry most, ordered by time."""
    vectors = np.array([one.evidence.vector for one in sentences])
    numbers = choose(vectors, [one.prior for one in sentences], most, least_added)
    chosen = [sentences[number].evidence for number in numbers]
    return sorted(chosen, key=lambda e: (*_moment(e.document), e.document.doc_id, e.start))


def _with_newer_first(sentences: Sequence[Weighed]) -> list[Weighed]:
    """Return the sentences with lower priors for those of older articles."""
    days = sorted({_moment(one.evidence.document)[1] for one in sentences})
    steps = max(1, len(days) - 1)
    return [
        replace(
            one,
            prior=one.prior
            * (_OLD + (1 - _OLD) * days.index(_moment(one.evidence.document)[1]) / steps),
        )
        for one in sentences
    ]


def _by_time(documents: Sequence[Document]) -> list[Document]:
    return sorted(documents, key=lambda d: (*_moment(d), d.doc_id))


def _moment(document: Document) -> tuple[bool, float]:
    """Return a key for the time of an article; those without one come last."""
    published = document.published
    return published is None, published.moment.timestamp() if published else 0.0


def _is_title_of(topic: str, document: Document) -> bool:
    """Return True if the topic is the title of the article, or most of its words."""
    said, title = set(terms(topic)), set(terms(document.title))
    return bool(title) and said <= title and len(said) >= _TITLE * len(title)


def _usual(articles: int) -> int:
    return next((count for most, count in _USUAL if articles <= most), _USUAL_OF_MANY)


def _language(topic: str, documents: Sequence[Document]) -> Language:
    if topic.strip():
        return text_language(topic)
    chinese = sum(document.language == "zh" for document in documents)
    return "zh" if 2 * chinese >= len(documents) else "en"
