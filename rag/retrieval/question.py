"""Understand a question: its form, language and days, and what a follow-up refers to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from rag.config import MAX_QUESTION_CHARACTERS
from rag.errors import QuestionError
from rag.messages import Language
from rag.retrieval import follow_ups_en, follow_ups_zh
from rag.retrieval.conversation import Before
from rag.retrieval.spelling import Slip
from rag.retrieval.time_frame import read_time_frame
from rag.text.characters import HAN, folded
from rag.text.courtesies import Nudge, courtesy_in, nudge_in, without_courtesies
from rag.text.languages import ENGLISH_STOP, text_language
from rag.text.names import chinese_names, english_common, english_names, is_common_noun
from rag.text.periods import Period, asked_periods
from rag.types import Answer, TimeFrame

# The form of a question. Signs without meaning must not change the answer.

_SIGNS = frozenset("?？!！。.…~～;；,，、 \ufe0f\u200d")
_ABBREVIATION = re.compile(r"(?:\b[A-Za-z]\.){2,}$|\b(?:Inc|Corp|Co|Ltd|Jr|Sr)\.$")
# A quotation, which stays as it is, or a space next to a Chinese character.
_BLANK = re.compile(
    r"[“\"「『《‘][^“”\"「」『』《》‘’]{1,200}[”\"」』》’]"
    rf"|(?<=[{HAN}，。、？！]) (?=[\w，。、？！])|(?<=\w) (?=[{HAN}，。、？！])"
)


def tidy_question(question: str) -> str:
    """Return the question in the form that is searched.

    Full-width letters and digits become ordinary ones. Spaces inside Chinese are removed, except in
    quotations, and so are courtesies around the question. A common first word gets a capital
    letter, and the end a question mark. A question of only signs stays as it is.
    """
    text = without_courtesies(" ".join(folded(question).split()))
    language = text_language(text)
    if language == "zh":
        text = _BLANK.sub(lambda match: match[0].strip(), text)
    end = len(text)
    while end and (text[end - 1] in _SIGNS or unicodedata.category(text[end - 1]) in ("So", "Sk")):
        end -= 1
    core = text[:end]
    if not core:
        return " ".join(question.split())
    # "… in the U.S." keeps the full stop that belongs to it.
    if _ABBREVIATION.search(text[max(0, end - 10) : end + 1]):
        core = text[: end + 1]
    first = core.partition(" ")[0]
    if first in ENGLISH_STOP:
        core = core[:1].upper() + core[1:]
    return core + ("？" if language == "zh" else "?")


def as_embedded(question: str) -> str:
    """Return the question as it is embedded: a common first word is in lower case.

    The embedding depends on case, and people type both. docs/retrieval.md gives the scores of other
    forms.
    """
    first, _, rest = question.partition(" ")
    return f"{first.lower()} {rest}" if first.lower() in ENGLISH_STOP and first != "I" else question


# Queries.

UNSEARCHED = frozenset({"nothing_before", "pinyin", "no_question"})
"""Message codes of turns in which nothing was searched. Follow-ups ignore such turns."""
_YES_OR_NO = re.compile(
    r"^(?:and |but |so )?(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could)\b"
    r"|吗[？?]?$|是否|有没有|是不是",
    re.IGNORECASE,
)
_LONGEST_REWRITTEN = 400
"""The longest rewritten question, in characters. It limits long chains of follow-ups."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """A question as it is searched for.

    - `text` is self-contained and in the form of `tidy_question`.
    - `rewritten` is true if it says more than the question's own wording.
    - `brought` is the new name in a follow-up ("What about Orbex?"). Only statements about it
      answer the question. If the name is `alone`, any statement about it does.
    - `whether` is the wording of a follow-up that asks for yes or no ("Did it help sales?"). A
      statement from the previous answer without these words is not an answer.
    - `nudge` is set if the previous question is asked again.
    - `time_frame` are the days that the question is about, if any. `periods` are the periods that
      it asks a figure for.
    - `articles` are the ids of the articles that may answer; None means all.
    - `translations` are the same question in other languages.
    - `corrected`, `unknown` and `absent` are as in `rag.retrieval.spelling.Spelled`.
    """

    text: str
    language: Language
    rewritten: bool = False
    brought: str | None = None
    alone: bool = False
    whether: str | None = None
    nudge: Nudge | None = None
    time_frame: TimeFrame | None = None
    periods: tuple[Period, ...] = ()
    articles: frozenset[str] | None = None
    translations: Mapping[Language, str] = field(default_factory=dict)
    corrected: tuple[Slip, ...] = ()
    unknown: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


def checked_question(question: str) -> str:
    """Return the question with characters that are not valid text replaced by U+FFFD.

    These are halves of surrogate pairs. Raises `QuestionError` if the question is no text, empty or
    too long.
    """
    given: object = question
    if not isinstance(given, str):
        raise QuestionError(
            en=f"The question is of type {type(given).__name__}: give text (str).",
            zh=f"问题的类型是 {type(given).__name__}：请给出文本（str）。",
        )
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
    return question


def understand(
    question: str,
    history: Sequence[Answer],
    *,
    today: date | None = None,
    newest: date | None = None,
) -> Query:
    """Understand a question, with the conversation before it.

    Its time frame is resolved against `today` and the day of the newest article.

    A follow-up ("那OpenAI呢？", "when was it released?") becomes a question of its own: its new
    name replaces the one in the previous question, and its pronouns are replaced by what they mean.
    A question that needs no history stays as it is.
    """
    question = tidy_question(question)
    language = text_language(question)
    history = turns_that_asked(history)
    if history and (nudge := nudge_in(question)):
        again = tidy_question(history[-1].rewritten_question or history[-1].question)
        query = Query(text=again, language=text_language(again), rewritten=True, nudge=nudge)
        return reread(query, history, today, newest)
    if not history and (topic := _topic_alone(question)):
        about = (
            f"关于{topic}，报道说了什么？"
            if language == "zh"
            else f"What do articles say about {topic}?"
        )
        query = Query(text=about, language=language, rewritten=True, brought=topic, alone=True)
        return reread(query, (), today, newest)
    own = read_time_frame(question, today, newest) if today else None
    text = self_contained(question, history, today=today, newest=newest) if history else None
    if text is None:
        periods = asked_periods(question, today)
        return Query(text=question, language=language, time_frame=own, periods=periods)
    query = Query(
        text=text,
        language=language,
        rewritten=True,
        brought=_brought(question, text),
        whether=question if _YES_OR_NO.search(question) else None,
    )
    return reread(query, history, today, newest)


def turns_that_asked(history: Sequence[Answer]) -> tuple[Answer, ...]:
    """Return the turns that asked something about the articles, which follow-ups may refer to.

    Raises `QuestionError` if the history is no sequence of answers.
    """
    given: object = history
    if not isinstance(given, Sequence) or not all(isinstance(turn, Answer) for turn in given):
        raise QuestionError(
            en="The history is not a list of answers: give [first, second, …], oldest first.",
            zh="history 不是回答的列表：请按先后顺序给出 [第一个, 第二个, …]。",
        )
    return tuple(
        answer
        for answer in history
        if not courtesy_in(answer.question)
        and not any(message.code in UNSEARCHED for message in answer.missing)
    )


def reread(
    query: Query, history: Sequence[Answer], today: date | None, newest: date | None
) -> Query:
    """Return the query with the time frame of its text, or else that of the previous turn."""
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
    """Return a follow-up as a question of its own, or None if it needs no history.

    If the previous turn was in the other language, both questions are joined and nothing is
    replaced.
    """
    previous = history[-1]
    # Long runs of spaces would make the patterns for follow-ups slow.
    question = " ".join(question.split())
    before = Before(
        question=_bounded(tidy_question(previous.rewritten_question or previous.question)),
        wording=_bounded(tidy_question(previous.question)),
        answered=tuple(statement.text for statement in previous.statements),
        today=today or date.today(),
        newest=newest,
    )
    language = text_language(question)
    text = _follow_ups(language).self_contained(question, before)
    if text is None or text == question:
        return None
    if text_language(before.question) != language and before.question:
        text = f"{before.question} {question}"
    return text


def leans_on_nothing(question: str, history: Sequence[Answer]) -> bool:
    """Return True if a text needs a question before it, but there is none."""
    if turns_that_asked(history):
        return False
    question = tidy_question(question)
    return bool(nudge_in(question)) or _follow_ups(text_language(question)).is_bare(question)


def _topic_alone(question: str) -> str | None:
    """Return the topic of "那百度呢？" when nothing was asked before it, or None."""
    return _follow_ups(text_language(question)).fragment_of(question, led=True)


def _brought(question: str, text: str) -> str | None:
    """Return the new name in a follow-up if the rewritten question contains it, else None."""
    language = text_language(question)
    fragment = _follow_ups(language).fragment_of(question)
    if not fragment:
        return None
    names = chinese_names(fragment) if language == "zh" else english_names(fragment)
    if names:
        # The segmenter may have cut a name that it does not know.
        name = fragment if language == "zh" and fragment in text else names[0].text
        return name if name in text else None
    common = is_common_noun(fragment) if language == "zh" else english_common([fragment.lower()])
    days = re.search(r"\d", fragment) or read_time_frame(fragment, date.max, date.max)
    return fragment if fragment in text and not common and not days else None


class _FollowUps(Protocol):
    """The functions for follow-ups in one language."""

    def self_contained(self, question: str, before: Before) -> str | None: ...
    def is_bare(self, question: str) -> bool: ...
    def fragment_of(self, question: str, *, led: bool = False) -> str | None: ...


def _follow_ups(language: Language) -> _FollowUps:
    return follow_ups_zh if language == "zh" else follow_ups_en
