"""Decide if a text states a fact, by searching it for accepted wordings.

This compares strings, not meanings: it cannot distinguish "grew 5%" from "did not grow 5%". So
wordings are chosen to include the direction where it matters ("fell…25%"), and citation metrics are
reported besides fact recall. In return it is exact, free and always gives the same result.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

GAP = "…"
"""In a wording, this matches up to `MAX_GAP` characters of the same sentence."""

MAX_GAP = 60

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_PER_CENT = re.compile(r" ?\bper ?cent\b")
# A blank between two words or two numbers matters. Any other ("3.6 万亿", "25 %") is optional.
_IDLE_BLANK = re.compile(r"(?<![a-z\d]) | (?![a-z\d])|(?<=[a-z]) (?=\d)|(?<=\d) (?=[a-z])")


def normalise(text: str) -> str:
    """Return the text in the form that is compared.

    That is NFKC in lower case, without thousands separators and optional blanks.

    >>> normalise("Ｑwen 2.5-Max：583,000 笔， up 25 per cent")
    'qwen2.5-max:583000笔,up25%'
    """
    # Before NFKC, which would turn the full-width comma of "2021，100" into a thousands separator.
    text = _THOUSANDS.sub("", text)
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    text = _PER_CENT.sub("%", text)
    return _IDLE_BLANK.sub("", " ".join(text.split()))


def states(sentences: Iterable[str], accept: Iterable[str]) -> bool:
    """Return True if any sentence has any of the accepted wordings.

    A wording that begins or ends with a digit matches only a whole number: "25%" is not in "125%",
    nor "118.3" in "118.33". The same holds for Latin letters: "up" is not in "group".
    """
    patterns = [_pattern(wording) for wording in accept]
    return any(
        pattern.search(sentence) for sentence in map(normalise, sentences) for pattern in patterns
    )


@cache
def _pattern(wording: str) -> re.Pattern[str]:
    # Split at the gaps before NFKC, which would turn the ellipsis into three full stops.
    parts = [_bounded(normalise(part)) for part in wording.split(GAP)]
    return re.compile(f".{{0,{MAX_GAP}}}?".join(parts))


def _bounded(part: str) -> str:
    before = after = ""
    if part[:1].isdecimal():
        before = r"(?<!\d)(?<!\d\.)"
    elif part[:1].isascii() and part[:1].isalpha():
        before = r"(?<![a-z])"
    if part[-1:].isdecimal():
        after = r"(?!\d)(?!\.\d)"
    elif part[-1:].isascii() and part[-1:].isalpha():
        after = r"(?![a-z])"
    return before + re.escape(part) + after
