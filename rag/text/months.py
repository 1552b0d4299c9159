"""The names of the months, in full and short, in English and Chinese."""

from __future__ import annotations

ENGLISH_MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)
"""The months in full, January first."""
SHORT_MONTHS = tuple(name[:3].lower() for name in ENGLISH_MONTHS)
"""The first three letters of each, in small letters."""
MONTH_WORDS = frozenset((*(name.lower() for name in ENGLISH_MONTHS), *SHORT_MONTHS, "sept"))
"""Every English name of a month, full or short, in small letters and without a full stop."""

FULL_MONTH = "|".join(ENGLISH_MONTHS)
"""A pattern for a month's English name in full."""
ANY_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
"""A pattern for a month's English name, full or short, in small letters."""
CHINESE_MONTH = "十[一二]?|[一二三四五六七八九]"
"""A pattern for a month's number in Chinese, as it stands before 月: 三, 十二."""


def month_number(name: str) -> int:
    """Returns the number of a month, 1 to 12, from its English name: full or short, in any case.

    Raises ValueError where the word names no month.
    """
    word = name.lower().rstrip(".")
    if word not in MONTH_WORDS:
        raise ValueError(f"{name!r} names no month")
    return SHORT_MONTHS.index(word[:3]) + 1
