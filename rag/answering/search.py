"""Search for an understood question: find its sentences, and decide if they answer it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from rag.answering.evidence import Evidence, SentenceVectors, coverage, gather
from rag.answering.selection.about_another import about_another
from rag.answering.selection.abstention import (
    Assessment,
    assess,
    no_article_of,
    not_mentioned,
    nothing_more,
)
from rag.answering.selection.narrowing import (
    Members,
    Named,
    Place,
    about_name,
    not_among,
    not_of_another_question,
    of_those_asked_about,
    of_time_asked,
    without_like_named,
)
from rag.answering.selection.newest import of_report_asked, prefer_newest
from rag.answering.selection.ranking import Asked, Candidate, rank, with_rows_first
from rag.answering.selection.read_sentences import hits_as_read, read_best, sure_of_answer
from rag.answering.selection.requirements import (
    RequirementReader,
    Requirements,
    mixes_scripts,
    requirements,
)
from rag.answering.selection.speakers import nothing_said, said_by
from rag.answering.selection.tables import rows_asked_for
from rag.answering.understanding import Translator
from rag.free_memory import return_free_memory
from rag.ingest.chunker import CHUNKER, chunk
from rag.messages import Language
from rag.models.chat import TokenUsage
from rag.models.cross_encoders import Reranker
from rag.models.embedder import Embedder, begin_query
from rag.models.reader import Reader
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.known_words import KnownWords
from rag.retrieval.question import Query, as_embedded
from rag.retrieval.stories import Stories
from rag.retrieval.time_frame import without_days
from rag.store.searching import OpenIndex
from rag.text.speech_asked import speaker_asked
from rag.text.terms import FoldedTexts, concepts, fold, weights
from rag.types import Document, Hit, Passage, Statement

MOST_HITS = 20
_SAMPLED_PASSAGES = 2000
_EMBEDDED_SENTENCES = 64


class Corpus:
    """One generation of the index with everything that is built to search it. Never changed."""

    def __init__(self, snapshot: OpenIndex, embedder: Embedder, reranker: Reranker | None) -> None:
        self.snapshot = snapshot
        self.retriever = HybridRetriever(snapshot, embedder, reranker)
        self.stories = Stories(snapshot)
        # Word rarity is estimated on a sample: exact counts would read the whole corpus.
        total = sum(map(len, snapshot.sections))
        self.sample = FoldedTexts(
            fold(text)
            for section in snapshot.sections
            for texts in [[text for sample, _ in section.samples for text in sample.texts]]
            for step in [len(texts) * total // (_SAMPLED_PASSAGES * len(section))]
            for text in texts[:: max(1, step)]
        )
        self.languages = snapshot.languages
        self.known_words = KnownWords(snapshot.sections)
        # Reading and sorting an index leaves much behind.
        return_free_memory()


class QuestionVector:
    """The vector of a question, computed while the question is being understood."""

    def __init__(self, embedder: Embedder, text: str) -> None:
        self._embedder = embedder
        self._text = text
        self._begun = begin_query(embedder, as_embedded(text))

    def of(self, text: str) -> Callable[[], NDArray[np.float32]]:
        """Return a function that waits for the vector of `text`.

        If `text` is no longer the text that was begun, its embedding starts now.
        """
        if text == self._text:
            return cache(self._begun)
        return cache(begin_query(self._embedder, as_embedded(text)))


@dataclass(frozen=True, kw_only=True)
class Found:
    """The result of the search for a question; `candidates` are its sentences, best first.

    `considered` are all sentences that were looked at, also those about another thing or time.
    `usage` is the chat model's token count for translating the question, None if it had no part.
    """

    corpus: Corpus
    asked: Asked
    usage: TokenUsage | None
    needed: Requirements
    hits: tuple[Hit, ...]
    candidates: tuple[Candidate, ...]
    considered: tuple[Candidate, ...]
    assessment: Assessment

    @property
    def query(self) -> Query:
        """The question as it was understood."""
        return self.asked.query

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The sentences alone, best first."""
        return tuple(candidate.evidence for candidate in self.candidates)

    def cited(self, statements: Sequence[Statement]) -> tuple[Candidate, ...]:
        """Return the candidates that the statements cite."""
        places = {(c.doc_id, c.start, c.end) for s in statements for c in s.citations}
        return tuple(
            candidate
            for candidate in self.candidates
            for e in [candidate.evidence]
            if (e.document.doc_id, e.start, e.end) in places
        )


def search(
    corpus: Corpus,
    query: Query,
    embedder: Embedder,
    sentences: SentenceVectors,
    translator: Translator | None,
    begun: QuestionVector | None = None,
    shown: Collection[Place] = (),
    reader: Reader | None = None,
    most_hits: int = MOST_HITS,
) -> Found:
    """Search for a question, in the articles' other language too if there is a translator.

    `begun` is the question's vector, if its computation has started. Sentences that were `shown`
    before are left out in two cases: the reader asks for more, or the question is a yes-or-no
    follow-up that they don't speak of. `reader`, if given, reads the best sentences together with
    the question. `most_hits` is the largest number of passages to find.
    """
    begun = begun or QuestionVector(embedder, query.text)
    foreign = corpus.languages != {query.language}
    # "Joe Tsai的职务": a Latin name may be written in Chinese in Chinese articles.
    across = foreign or mixes_scripts(query.text)
    usage = None
    if foreign and translator:
        other: Language = "en" if query.language == "zh" else "zh"
        translation = translator.translate(query.text, other)
        usage = translation.usage
        if translation.text:
            query = replace(query, translations={other: translation.text})
    # Days are matched with an article's date, not with its words.
    plain = without_days(query.text, query.time_frame, query.periods)
    about = concepts(plain, across=across)
    asked = Asked(query=query, concepts=about, weights=weights(about, corpus.sample))
    vector = begun.of(query.text)
    # Twice as many as wanted, since one story may be found in several outlets.
    hits = corpus.stories.distinct(corpus.retriever.search(query, vector, 2 * most_hits), most_hits)
    # An article may have been deleted in the meantime.
    documents = corpus.snapshot.documents
    read = {h.passage.doc_id: documents.get(h.passage.doc_id) for h in hits}
    there = {doc_id: document for doc_id, document in read.items() if document}
    hits = tuple(hit for hit in hits if hit.passage.doc_id in there)
    rows = rows_asked_for(asked, list(there.values()))
    evidence = gather(
        vector(),
        about,
        asked.weights,
        hits,
        there,
        corpus.stories,
        sentences,
        _EMBEDDED_SENTENCES,
        rows,
    )
    needed = requirements(query, about, across=across)
    considered = rank(asked, needed, evidence)
    members = of_those_asked_about(plain, considered)
    named = without_like_named(plain, query.language, members.candidates)
    may_answer = named.candidates
    if query.brought:
        may_answer = about_name(may_answer, query.brought, RequirementReader(needed), across=across)
    if query.whether:
        may_answer = not_of_another_question(may_answer, shown, query.whether, across=across)
    else:
        may_answer = not_among(may_answer, shown)
    speaker = speaker_asked(plain)
    if speaker:
        may_answer = said_by(may_answer, speaker)
    of_time, others = of_time_asked(may_answer, needed)

    def arranged(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
        newest = prefer_newest(candidates, query.time_frame)
        return with_rows_first(of_report_asked(newest, asked, needed), rows)

    ranked = arranged(of_time)
    nothing = query.time_frame if not hits and query.time_frame else None
    if nothing:
        assessment = no_article_of(nothing)
    elif speaker and not ranked + others and named.candidates:
        assessment = Assessment(answerable=False, missing=(nothing_said(speaker),), unnamed=True)
    else:
        assessment = _assessment(asked, needed, members, named, ranked + others, shown)
    if reader and ranked:
        of_time = read_best(reader, asked, of_time)
        hits = hits_as_read(hits, of_time)
        ranked = arranged(of_time)
        assessment = _as_read(reader, asked, needed, ranked, assessment)
    return Found(
        corpus=corpus,
        asked=asked,
        usage=usage,
        needed=needed,
        hits=hits,
        candidates=ranked,
        considered=considered,
        assessment=assessment,
    )


def evidence_in(
    claim: str,
    documents: Sequence[Document],
    corpus: Corpus,
    embedder: Embedder,
    sentences: SentenceVectors,
) -> tuple[Evidence, ...]:
    """Return the sentences of these articles that are likeliest to speak of a claim.

    All passages of the articles are looked at, whether a search finds them or not.
    """
    about = concepts(claim, across=True)
    asked = weights(about, corpus.sample)
    passages = [
        Passage(
            passage_id=0,
            doc_id=document.doc_id,
            start=span.start,
            end=span.end,
            text=document.text[span.start : span.end],
        )
        for document in documents
        for span in chunk(document.text, embedder.count_tokens, CHUNKER.budget, CHUNKER.floor)
    ]
    # The passages that show most of the claim come first, as a search would find them.
    passages.sort(key=lambda passage: -coverage(fold(passage.text), about, asked))
    return gather(
        QuestionVector(embedder, claim).of(claim)(),
        about,
        asked,
        [Hit(passage=passage, score=0.0) for passage in passages],
        {document.doc_id: document for document in documents},
        corpus.stories,
        sentences,
        4 * _EMBEDDED_SENTENCES,
    )


def _as_read(
    reader: Reader,
    asked: Asked,
    needed: Requirements,
    ranked: Sequence[Candidate],
    assessment: Assessment,
) -> Assessment:
    """Return the assessment, overruled where the reader is sure of the best sentence."""
    assessment = sure_of_answer(assessment, ranked[0])
    # After "What about Orbex?", any sentence about the name will do.
    if assessment.answerable and not asked.query.alone:
        another = about_another(reader, asked, needed, ranked)
        if another:
            return replace(assessment, answerable=False, missing=(another,))
    return assessment


def _assessment(
    asked: Asked,
    needed: Requirements,
    members: Members,
    named: Named,
    ranked: Sequence[Candidate],
    shown: Collection[Place],
) -> Assessment:
    """Return the assessment of the sentences that are about what was asked.

    Sentences that are only about similar things never answer.
    """
    if members.absent:
        return Assessment(answerable=False, missing=members.absent)
    if not ranked and asked.query.brought:
        return Assessment(answerable=False, missing=(not_mentioned([asked.query.brought]),))
    found = assess(asked, needed, ranked, named.candidates)
    if ranked and asked.query.alone:
        return replace(found, answerable=True, missing=())
    if found.answerable:
        return replace(found, missing=(*members.lone, *found.missing))
    if named.absent and all(message.code != "no_question" for message in found.missing):
        return replace(found, missing=named.absent)
    more = asked.query.nudge == "more"
    return replace(found, missing=(nothing_more(),)) if shown and more else found
