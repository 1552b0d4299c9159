"""Reads a question in the light of a conversation, with or without a chat model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rag.answering.understanding.rewriting import QuestionRewriter
from rag.models.chat import TokenUsage
from rag.retrieval.known_words import KnownWords
from rag.retrieval.query import Query, reread, understand
from rag.retrieval.question_form import tidy_question
from rag.retrieval.spelling import Spelled, spelled
from rag.types import Answer


def read_question(
    read: Spelled,
    history: Sequence[Answer],
    known: KnownWords,
    rewriter: QuestionRewriter | None,
    *,
    today: date,
    newest: date | None,
) -> tuple[Query, TokenUsage | None]:
    """Returns the query of a question that is spelled, and what the rewriter's model counted.

    Only a follow-up is rewritten. "Really?" and "What else?" say nothing that could be.
    """
    history = _as_written(history, known)
    query = understand(read.text, history, today=today, newest=newest)
    usage = None
    if history and query.rewritten and not query.nudge and rewriter:
        rewriting = rewriter.rewrite(read.text, history, query.language)
        usage = rewriting.usage
        if rewriting.text:
            query = reread(replace(query, text=rewriting.text), history, today, newest)
    return replace(query, corrected=read.corrected, unknown=read.unknown), usage


def _as_written(history: Sequence[Answer], known: KnownWords) -> tuple[Answer, ...]:
    """Returns the turns, with the names of the last one as the articles write them."""
    if not history:
        return ()
    *earlier, last = history
    asked = spelled(tidy_question(last.rewritten_question or last.question), known).text
    return (*earlier, replace(last, rewritten_question=asked))
