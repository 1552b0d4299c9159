"""Whether a text states a fact: the text is searched for accepted wordings of it.

This reads strings, not meanings: it can't tell "grew 5%" from "did not grow 5%", so wordings are
chosen to hold the direction where one matters ("fell…25%"), and the citation metrics stand
beside fact recall for that reason. In return it is exact, free and the same every time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

GAP = "…"
"""Stands in a wording for up to `MAX_GAP` characters of the same sentence."""

MAX_GAP = 60

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_PER_CENT = re.compile(r" ?\bper ?cent\b")
# A blank parts two words or two numbers; any other ("3.6 万亿", "25 %") is a matter of taste.
_IDLE_BLANK = re.compile(r"(?<![a-z\d]) | (?![a-z\d])|(?<=[a-z]) (?=\d)|(?<=\d) (?=[a-z])")


def normalise(text: str) -> str:
    """The text as it is compared: NFKC, lower case, no thousands separators, no idle blanks.

    >>> normalise("Ｑwen 2.5-Max：583,000 笔， up 25 per cent")
    'qwen2.5-max:583000笔,up25%'
    """
    # Before NFKC, which turns the full-width comma of "2021，100" into one that joins numbers.
    text = _THOUSANDS.sub("", text)
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    text = _PER_CENT.sub("%", text)
    return _IDLE_BLANK.sub("", " ".join(text.split()))


def states(sentences: Iterable[str], accept: Iterable[str]) -> bool:
    """True if any sentence has any of the accepted wordings.

    A wording that begins or ends with a digit is found only where the number does: "25%" is
    not in "125%", nor "118.3" in "118.33"; likewise for Latin letters, "up" is not in "group".
    """
    patterns = [_pattern(wording) for wording in accept]
    return any(
        pattern.search(sentence) for sentence in map(normalise, sentences) for pattern in patterns
    )


@cache
def _pattern(wording: str) -> re.Pattern[str]:
    # Cut at the gaps first: NFKC would turn the ellipsis into three full stops.
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
