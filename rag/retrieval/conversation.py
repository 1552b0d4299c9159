"""What a follow-up can lean on: the question before it, and what was answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from rag.corpus.dictionary import load_dictionary, stem
from rag.retrieval.time_words import read_time_frame

NameClass = Literal["place", "other"]
ShiftUnit = Literal["day", "year"]

# What is measured often ends in one of these, and no name does: 出口额, 失业率, 出货量.
_MEASURED = frozenset("额率量值价数比费")
_QUOTED = re.compile(r"[“\"][^“”\"]{8,}[”\"]")


@dataclass(frozen=True, kw_only=True)
class Name:
    """A name in a question: `text == question[start:end]`."""

    text: str
    start: int
    end: int
    kind: NameClass
    adjunct: bool
    """Whether it only says where or on what ("on Chatbot Arena"), and takes no part itself."""


@dataclass(frozen=True, kw_only=True)
class Before:
    """The turn before a follow-up.

    `question` is self-contained, `wording` what was really asked, `answered` the statements shown.
    `today` and `newest` are what the days of both questions lean on.
    """

    question: str
    wording: str
    answered: tuple[str, ...]
    today: date
    newest: date | None

    def days_in(self, text: str) -> tuple[str, date | None]:
        """The text's words for days as it writes them, and the day, where it is a single one."""
        frame = read_time_frame(text, self.today, self.newest)
        if frame is None or frame.effect == "newest" or "、" in frame.phrase:
            return "", None
        if frame.phrase not in text:
            return "", None
        return frame.phrase, frame.start if frame.start == frame.end else None


def quotes_at_length(question: str) -> bool:
    """Whether a question quotes a headline or a saying: no name in that gives way to another."""
    return bool(_QUOTED.search(question))


def choose_slot(names: Sequence[Name], kind: NameClass) -> Name | None:
    """The name of a question that another of this kind takes the place of.

    Of several the last that takes part: who was asked about first is the topic and stays ("When
    did Trump meet Putin? And Xi?").
    """
    alike = [name for name in names if name.kind == kind]
    taking_part = [name for name in alike if not name.adjunct]
    if kind == "place":
        return alike[-1] if alike else None
    if taking_part:
        return taking_part[-1]
    if alike:
        return alike[-1]
    return names[0] if names else None


def shifted(day: date, unit: ShiftUnit, by: int) -> date | None:
    """A day some days or years on; None where the calendar has no such day."""
    try:
        if unit == "day":
            return day + timedelta(days=by)
        return day.replace(year=day.year + by)
    except (OverflowError, ValueError):
        return None


def replaced_word(text: str, old: str, new: str) -> str:
    """The text with `new` for `old`, where it isn't part of a longer Latin word."""
    before, behind = (
        r"(?<![A-Za-z0-9])" * old[0].isascii(),
        r"(?![A-Za-z0-9])" * old[-1].isascii(),
    )
    pattern = f"{before}{re.escape(old)}{behind}"
    return re.sub(pattern, lambda _: new, text)


def is_common_noun(word: str) -> bool:
    """Whether the dictionary knows a Chinese word, or the end of it, as more than a name."""
    if word[-1:] in _MEASURED:
        return True
    dictionary = load_dictionary()
    return any(
        part in dictionary.english and part not in dictionary.names for part in (word, word[-2:])
    )


def english_common(words: Sequence[str]) -> bool:
    """Whether the dictionary knows the last of English words in small letters."""
    return bool(words) and words[-1].islower() and stem(words[-1]) in load_dictionary().chinese
