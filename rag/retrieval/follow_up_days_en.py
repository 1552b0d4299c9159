"""The days of an English follow-up: "And in 2023?" and "The day before?" take another day."""

from __future__ import annotations

import re
from datetime import date

from rag.retrieval.conversation import Before, ShiftUnit, shifted
from rag.text.months import ENGLISH_MONTHS

_NEXT: dict[str, tuple[ShiftUnit, int]] = {
    "the day after": ("day", 1), "the next day": ("day", 1), "the following day": ("day", 1),
    "a day later": ("day", 1), "the day before": ("day", -1), "the previous day": ("day", -1),
    "a day earlier": ("day", -1), "the year after": ("year", 1), "the next year": ("year", 1),
    "the following year": ("year", 1), "a year later": ("year", 1),
    "the year before": ("year", -1), "the previous year": ("year", -1),
    "a year earlier": ("year", -1),
}  # fmt: skip
_SHIFT = re.compile(r"\b(?:(?:on|in) )?(" + "|".join(_NEXT) + r")\b", re.IGNORECASE)
_TEMPORAL = re.compile(
    r"^(?:in|on|at|by|during|for|since)?\s*(?:the\s+)?(?:(?:first|second|third|fourth) quarter.*"
    r"|(?:19|20)\d\d|q[1-4].*|last (?:year|month|week|quarter)|this (?:year|month|week|quarter))$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def with_days(fragment: str, text: str, before: Before) -> tuple[str, str, bool]:
    """Returns the fragment without its words for days, and the question with them.

    The third value tells whether the fragment had any.
    """
    phrase, day = before.days_in(text)
    if match := _SHIFT.search(fragment):
        target = day and shifted(day, *_NEXT[match[1].lower()])
        rest = " ".join((fragment[: match.start()] + fragment[match.end() :]).split())
        if not target:
            return rest, f"{text.rstrip('? ')}, {match[0]}?", True
        return rest, text.replace(phrase, _written(target, phrase), 1), True
    said, _ = before.days_in(fragment)
    if not said and _TEMPORAL.match(fragment):
        said = fragment
    if not said:
        return fragment, text, False
    rest = fragment.replace(said, "", 1).strip()
    rest = re.sub(r"^(?:in|on|at|by|during|for|since)$|\s+(?:in|on|at|by|during|for)$", "", rest)
    rest = re.sub(r"^(?:in|on|at|by|during|for)(?:\s+the)?$", "", rest).strip()
    said = re.sub(r"^(?:in|on|at|by|during|for|since)\s+", "", said, flags=re.IGNORECASE)
    if not phrase:
        link = "" if re.match(r"(?:last|this|yesterday|today)", said, re.IGNORECASE) else "in "
        return rest, f"{text.rstrip('? ')} {link}{said}?", True
    year = _YEAR.search(phrase)
    if year and not _YEAR.search(said) and not re.match(r"(?:last|this|yester)", said, re.I):
        said = f"{said} {year[0]}"
    return rest, text.replace(phrase, said, 1), True


def is_days(text: str) -> bool:
    """Tells whether a text is only words for days: "last year", "in the second quarter"."""
    return bool(_TEMPORAL.match(text))


def _written(day: date, like: str) -> str:
    """Returns a day, written like another one."""
    month = ENGLISH_MONTHS[day.month - 1]
    if re.fullmatch(r"(?:19|20)\d\d", like):
        return str(day.year)
    year = f" {day.year}" if _YEAR.search(like) else ""
    return (
        f"{month} {day.day}{',' * bool(year)}{year}"
        if like[:1].isalpha()
        else f"{day.day} {month}{year}"
    )
