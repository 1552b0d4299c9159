"""Score how likely a sentence gives orders to a program that reads it.

Such a sentence names a machine and addresses it ("Note to AI assistants"), orders it to say
something, and mentions the answer, the person who asks, other sources or its own text. One of these
signs alone is not enough, because news often mentions machines and orders. The score is lower if
the sentence reports what somebody said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

Weighted = tuple[tuple[float, str], ...]
"""Patterns, each with the score that a match adds. Case is ignored."""


@dataclass(frozen=True, kw_only=True)
class Signals:
    """The signs of an order to a machine, for one language.

    A sentence addresses a machine if it matches one of the `directed` patterns (an address or an
    order), and if the scores of its `directed` and `about` patterns add up to `enough`. It must
    also match `hint`, which is tried first, because most sentences do not match it.
    """

    directed: Weighted
    about: Weighted
    hint: re.Pattern[str]
    enough: float

    def speaks_to_a_machine(self, text: str) -> bool:
        """Return True if the text addresses a program that reads it.

        The text must not contain its quotations.
        """
        if not self.hint.search(text):
            return False
        directed = _earned(text, self.directed)
        return directed > 0 and directed + _earned(text, self.about) >= self.enough


def any_of(words: str | Iterable[str]) -> str:
    """Return a pattern that matches any of the words, which are separated by spaces."""
    return "(?:" + "|".join(words.split() if isinstance(words, str) else words) + ")"


def _earned(text: str, signals: Weighted) -> float:
    return sum(weight for weight, pattern in signals if _compiled(pattern).search(text))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # Not at import: most sentences fail the hint, and compiling all takes a twentieth of a second.
    return re.compile(pattern, re.IGNORECASE)
