"""What a follow-up can lean on: the question before it, its series, and what was answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from rag.retrieval.time_frame import read_time_frame
from rag.text.identifiers import Identifier, read_identifiers
from rag.text.names import Name, NameClass

# What a follow-up can lean on: the question before it, and what was answered.

ShiftUnit = Literal["day", "year"]

_QUOTED = re.compile(r"[“\"][^“”\"]{8,}[”\"]")


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


# A follow-up that asks about another member of a series: "那5号线呢？", "And the K45?".

_ARTICLE = re.compile(r"^(?:the|a|an|its|their|about|on|in)\s+", re.IGNORECASE)
_PRODUCT = re.compile(r"[A-Za-z]*[A-Z][A-Za-z]{2,} ?\d")


def with_member(fragment: str, question: str) -> str | None:
    """Returns the question with the fragment's identifier for its own.

    None where the fragment brings anything else that the question doesn't say, or where the
    question names none that it could take the place of, or several.
    """
    brought = read_identifiers(fragment)
    said = read_identifiers(question)
    if len(brought) != 1 or fragment[brought[0].end :].strip():
        return None
    ahead = _ARTICLE.sub("", fragment[: brought[0].start])
    alike = [one for one in said if one.same_series(brought[0])]
    if len(alike) == 1 and ahead.strip() in question:
        return _exchanged(question, alike[0], brought[0].text)
    # Of another series, as "And the Airbus A320?" behind a question on the Boeing 737.
    if len(said) == 1 and not alike and _PRODUCT.match(said[0].text):
        return _exchanged(question, said[0], ahead + brought[0].text)
    return None


def is_member(text: str) -> bool:
    """Tells whether a text is an identifier and nothing else."""
    core = _ARTICLE.sub("", text.strip())
    return any(one.text == core for one in read_identifiers(core))


def _exchanged(question: str, said: Identifier, text: str) -> str:
    return question[: said.start] + text + question[said.end :]
