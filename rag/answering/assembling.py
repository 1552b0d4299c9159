"""Put an answer together: what was composed, what is missing, and the notices."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.composition import Composition
from rag.answering.near import near_passages, nearest
from rag.answering.notices import (
    corrected,
    did_you_mean,
    looked_up_again,
    no_article_then,
    only_chosen,
    rereading_due,
    searched_as,
)
from rag.answering.search import Found
from rag.answering.selection.abstention import not_answered, shortfall
from rag.messages import Language, Message
from rag.retrieval.meant import meant, with_name
from rag.retrieval.spelling import Slip
from rag.store.articles import reference
from rag.types import Answer, Conflict, ModelUse, Suggestion, Timings

_READ = 20_000
"""Characters of a found article that are looked at for names like those of the question."""


def assemble(
    question: str,
    language: Language,
    found: Found,
    composition: Composition,
    conflicts: tuple[Conflict, ...],
    *,
    of_index: Sequence[Message],
    model: ModelUse | None,
    timings: Timings,
) -> Answer:
    """Put the answer to a question together.

    `of_index` are notices about the index, which come first. An answer without statements is an
    abstention: it says what is missing and names the nearest articles, each with its best sentence
    and the reason why this is no answer.
    """
    answered = bool(composition.statements)
    slips = _meant(found, answered)
    missing = found.assessment.missing
    if answered:
        missing += shortfall(found.needed, found.cited(composition.statements))
    else:
        missing += tuple(map(did_you_mean, slips))
    query = found.query
    documents = found.corpus.snapshot.documents
    return Answer(
        question=question,
        language=language,
        rewritten_question=query.text if query.rewritten or query.corrected else None,
        status=("partial" if missing else "answered") if answered else "abstained",
        statements=composition.statements,
        left_out=composition.left_out,
        conflicts=conflicts,
        missing=missing or (() if answered else (not_answered(),)),
        nearest=() if answered else tuple(reference(documents[d]) for d in nearest(found)),
        did_you_mean=tuple(
            Suggestion(typed=slip.typed, name=slip.name, question=with_name(query.text, slip))
            for slip in slips
        ),
        near_passages=() if answered else near_passages(found),
        time_frame=query.time_frame,
        hits=found.hits,
        notices=(
            *of_index,
            *_of_search(found, answered),
            *(map(did_you_mean, slips) if answered else ()),
            *composition.notices,
        ),
        model=model,
        timings=timings,
        answerability=found.assessment.answerability,
    )


def _meant(found: Found, answered: bool) -> tuple[Slip, ...]:
    """Return names that the question may mean in place of those that no found article has."""
    if answered and all(map(any, zip(*(c.evidence.shown for c in found.considered), strict=True))):
        return ()  # every name and every other word of the question was found
    documents = found.corpus.snapshot.documents
    texts = [
        f"{document.title}\n{document.text[:_READ]}"
        for doc_id in dict.fromkeys(hit.passage.doc_id for hit in found.hits)
        if (document := documents.get(doc_id))
    ]
    return meant(found.query.text, found.query.unknown, found.corpus.known_words, texts)


def _of_search(found: Found, answered: bool) -> list[Message]:
    """Return the notices about how the question was read and searched."""
    notices = []
    query = found.query
    if found.corpus.snapshot.manifest.rereading_due:
        notices.append(rereading_due())
    if query.articles is not None:
        notices.append(only_chosen(len(query.articles)))
    notices += map(corrected, query.corrected)
    if query.nudge == "doubt" and answered:
        notices.append(looked_up_again())
    notices += map(searched_as, query.translations.values())
    frame = query.time_frame
    # Reports on a year or a quarter are published after it.
    of_days = frame is not None and not query.periods
    if frame and of_days and found.hits and not found.corpus.retriever.has_articles_of(frame):
        notices.append(no_article_then(frame))
    return notices
