"""Understanding a question: its language, and a follow-up made self-contained."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from rag.messages import Language
from rag.retrieval.terms import concepts, text_language
from rag.retrieval.time_words import read_time_frame
from rag.types import Answer, TimeFrame

_FOLLOW_UP = re.compile(
    r"^\s*(?:那么?|还有|以及|另外|and\b|what about\b|how about\b|but\b|then\b)"
    r"|呢[？?]?\s*$"
    r"|[他她它]们?|这[个些件次家]|那[个些件次家]|上述|前者|后者"
    r"|\b(?:he|she|it|they|him|her|them|his|its|their|this|that|these|those|there)\b",
    re.IGNORECASE,
)
_FEW_CONCEPTS = 2


@dataclass(frozen=True, kw_only=True)
class Query:
    """A question as it is searched for.

    `text` is self-contained; `rewritten` tells that it isn't the question's own wording.
    `time_frame` are the days it asks about, if any; `translations` say the same in other languages.
    """

    text: str
    language: Language
    rewritten: bool = False
    time_frame: TimeFrame | None = None
    translations: Mapping[Language, str] = field(default_factory=dict)


def understand(
    question: str,
    history: Sequence[Answer],
    *,
    today: date | None = None,
    newest: date | None = None,
) -> Query:
    """Read a question in the light of the conversation before it.

    Its time frame is resolved against `today` and the day of the newest article.

    A follow-up ("那OpenAI呢？", "when was it released?") is put behind the question it leans on,
    so that the search sees both; a question that stands alone is left as it is.
    """
    language = text_language(question)
    own = read_time_frame(question, today, newest) if today else None
    if history and _leans_on_history(question):
        previous = history[-1]
        before = previous.rewritten_question or previous.question
        text = f"{before} {question}"
        kept = previous.time_frame
        if kept and kept.effect == "only":
            kept = None  # a person set it for that question
        return Query(text=text, language=language, rewritten=True, time_frame=own or kept)
    return Query(text=question, language=language, rewritten=False, time_frame=own)


def _leans_on_history(question: str) -> bool:
    return (
        bool(_FOLLOW_UP.search(question)) or len(concepts(question, across=False)) < _FEW_CONCEPTS
    )
