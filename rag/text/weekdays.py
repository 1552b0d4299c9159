"""The names of the days of the week, in English and Chinese. Monday is 0."""

from __future__ import annotations

ENGLISH_WEEKDAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
"""The days in full, Monday first."""
WEEKDAY_WORDS = tuple(name.lower() for name in ENGLISH_WEEKDAYS)
"""The same in small letters."""
CHINESE_WEEKDAYS = "一二三四五六日天"
"""The characters behind 星期 and 周, Monday first; Sunday has two."""


def weekday_number(name: str) -> int:
    """Returns the number of a day, 0 to 6, from its English name or the character behind 星期.

    English names may be cut to three letters. Raises ValueError where the word names no day.
    """
    if len(name) == 1 and name in CHINESE_WEEKDAYS:
        return min(CHINESE_WEEKDAYS.index(name), 6)
    word = name.lower()
    for number, day in enumerate(WEEKDAY_WORDS):
        if len(word) >= 3 and (day.startswith(word) or word == f"{day[:3]}s"):
            return number
    raise ValueError(f"{name!r} names no day of the week")
