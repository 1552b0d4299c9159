"""Understanding a question: its language, its days, and a follow-up made self-contained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from rag.config import MAX_QUESTION_CHARACTERS
from rag.corpus.characters import folded
from rag.corpus.languages import text_language
from rag.errors import QuestionError
from rag.messages import Language
from rag.retrieval import follow_ups_en, follow_ups_zh
from rag.retrieval.conversation import Before
from rag.retrieval.time_words import read_time_frame
from rag.text.periods import Period, asked_periods
from rag.types import Answer, TimeFrame

_LONGEST_REWRITTEN = 400
"""Characters: a chain of follow-ups must not grow without end."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """A question as it is searched for.

    `text` is self-contained; `rewritten` tells that it isn't the question's own wording.
    `time_frame` are the days it asks about, if any, and `periods` those that it wants a figure for;
    `translations` say the same in other languages.
    """

    text: str
    language: Language
    rewritten: bool = False
    time_frame: TimeFrame | None = None
    periods: tuple[Period, ...] = ()
    translations: Mapping[Language, str] = field(default_factory=dict)


def checked_question(question: str) -> str:
    """The question in the characters that articles are folded to (`rag.corpus.characters`).

    Without what no text may hold: halves of surrogate pairs become U+FFFD.

    Raises `QuestionError` where it is empty or too long.
    """
    question = question.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if not question.strip():
        raise QuestionError(
            en="The question is empty: write one.", zh="问题是空的：请写下您的问题。"
        )
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            en=f"The question has {len(question):,} characters: give at most"
            f" {MAX_QUESTION_CHARACTERS:,}.",
            zh=f"问题有 {len(question):,} 个字符：请不要超过 {MAX_QUESTION_CHARACTERS:,} 个。",
        )
    return folded(question)


def understand(
    question: str,
    history: Sequence[Answer],
    *,
    today: date | None = None,
    newest: date | None = None,
) -> Query:
    """Read a question in the light of the conversation before it.

    Its time frame is resolved against `today` and the day of the newest article.

    A follow-up ("那OpenAI呢？", "when was it released?") becomes a question of its own: what it
    brings takes the place of its like in the question before, and what its pronouns stand for
    takes theirs. A question that stands alone is left as it is.
    """
    language = text_language(question)
    own = read_time_frame(question, today, newest) if today else None
    text = self_contained(question, history, today=today, newest=newest) if history else None
    if text is None:
        periods = asked_periods(question, today)
        return Query(text=question, language=language, time_frame=own, periods=periods)
    return reread(Query(text=text, language=language, rewritten=True), history, today, newest)


def reread(
    query: Query, history: Sequence[Answer], today: date | None, newest: date | None
) -> Query:
    """The query with the time frame of its rewritten text, or else that of the turn before."""
    frame = read_time_frame(query.text, today, newest) if today else None
    kept = history[-1].time_frame if history else None
    if kept and kept.effect == "only":
        kept = None  # a person set it for that question
    periods = asked_periods(query.text, today)
    return replace(query, time_frame=frame or kept, periods=periods)


def _bounded(question: str) -> str:
    return " ".join(question.split())[:_LONGEST_REWRITTEN]


def self_contained(
    question: str, history: Sequence[Answer], *, today: date | None, newest: date | None
) -> str | None:
    """The question with what it leans on; None for one that stands alone.

    Where the turn before was in the other language nothing takes a place: both are joined.
    """
    previous = history[-1]
    # Runs of blanks, which the patterns of follow-ups would go over again and again.
    question = " ".join(question.split())
    before = Before(
        question=_bounded(previous.rewritten_question or previous.question),
        wording=_bounded(previous.question),
        answered=tuple(statement.text for statement in previous.statements),
        today=today or date.today(),
        newest=newest,
    )
    language = text_language(question)
    rewrite = follow_ups_zh.self_contained if language == "zh" else follow_ups_en.self_contained
    text = rewrite(question, before)
    if text is None or text == question:
        return None
    if text_language(before.question) != language and before.question:
        text = f"{before.question} {question}"
    return text
