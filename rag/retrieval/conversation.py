"""Tools for follow-up questions, shared by Chinese and English.

A follow-up is a question that needs the previous question or answer to be understood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from rag.retrieval.time_frame import read_time_frame
from rag.text.identifiers import Identifier, read_identifiers
from rag.text.names import Name, NameClass

ShiftUnit = Literal["day", "year"]

_QUOTED = re.compile(r"[“\"][^“”\"]{8,}[”\"]")


@dataclass(frozen=True, kw_only=True)
class Before:
    """The turn before a follow-up.

    - `question` is the previous question in self-contained form, and `wording` is how it was asked.
    - `answered` are the statements of its answer.
    - `today` and `newest` (the day of the newest article) resolve the days in both questions.
    """

    question: str
    wording: str
    answered: tuple[str, ...]
    today: date
    newest: date | None

    def days_in(self, text: str) -> tuple[str, date | None]:
        """Return the text's words for days, and the day if it is a single one.

        The words are "" if the text names no days, or several.
        """
        frame = read_time_frame(text, self.today, self.newest)
        if frame is None or frame.effect == "newest" or "、" in frame.phrase:
            return "", None
        if frame.phrase not in text:
            return "", None
        return frame.phrase, frame.start if frame.start == frame.end else None


def quotes_at_length(question: str) -> bool:
    """Return True if a question quotes a headline or a saying, in which no name is replaced."""
    return bool(_QUOTED.search(question))


def choose_slot(names: Sequence[Name], kind: NameClass) -> Name | None:
    """Return the name of a question that another name of this kind replaces, or None.

    Of several names it is the last one that takes part. The first is the topic and stays ("When did
    Trump meet Putin? And Xi?").
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
    """Return a day some days or years later, or None if the calendar has no such day."""
    try:
        if unit == "day":
            return day + timedelta(days=by)
        return day.replace(year=day.year + by)
    except (OverflowError, ValueError):
        return None


def replaced_word(text: str, old: str, new: str) -> str:
    """Return the text with `new` for `old`, except inside a longer Latin word."""
    before, behind = (
        r"(?<![A-Za-z0-9])" * old[0].isascii(),
        r"(?![A-Za-z0-9])" * old[-1].isascii(),
    )
    pattern = f"{before}{re.escape(old)}{behind}"
    return re.sub(pattern, lambda _: new, text)


# Follow-ups about another member of a series: "那5号线呢？", "And the K45?".

_ARTICLE = re.compile(r"^(?:the|a|an|its|their|about|on|in)\s+", re.IGNORECASE)
_PRODUCT = re.compile(r"[A-Za-z]*[A-Z][A-Za-z]{2,} ?\d")


def with_member(fragment: str, question: str) -> str | None:
    """Return the question with the identifier of the fragment instead of its own.

    Return None if the fragment has words that are not in the question, or if the question has no
    identifier to replace, or several.
    """
    brought = read_identifiers(fragment)
    said = read_identifiers(question)
    if len(brought) != 1 or fragment[brought[0].end :].strip():
        return None
    ahead = _ARTICLE.sub("", fragment[: brought[0].start])
    alike = [one for one in said if one.same_series(brought[0])]
    if len(alike) == 1 and ahead.strip() in question:
        return _exchanged(question, alike[0], brought[0].text)
    # Another series: "And the Airbus A320?" after a question about the Boeing 737.
    if len(said) == 1 and not alike and _PRODUCT.match(said[0].text):
        return _exchanged(question, said[0], ahead + brought[0].text)
    return None


def is_member(text: str) -> bool:
    """Return True if a text is an identifier and nothing else."""
    core = _ARTICLE.sub("", text.strip())
    return any(one.text == core for one in read_identifiers(core))


def _exchanged(question: str, said: Identifier, text: str) -> str:
    return question[: said.start] + text + question[said.end :]
