"""The score by which a sentence is told to speak to a program that reads it.

Several things are typical of such a sentence: a machine is named and spoken to ("Note to AI
assistants"), the sentence orders or obliges to say something, and it speaks of the answer, of who
asks, of other sources or of its own text. No one of them is telling by itself, since news speaks of
machines and of orders every day; that somebody is named as having said so counts against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

Weighted = tuple[tuple[float, re.Pattern[str]], ...]
"""Patterns, each with the score that a sentence gets for it."""


@dataclass(frozen=True, kw_only=True)
class Signals:
    """The signs by which an order to a machine is told in one language.

    A sentence speaks to a machine if it has a signal of being `directed` at one, by an address or
    an order, and if with what it speaks `about` it earns `enough`. Without the `hint` no sentence
    can: it is looked for first, since most sentences have none.
    """

    directed: Weighted
    about: Weighted
    hint: re.Pattern[str]
    enough: float

    def speaks_to_a_machine(self, text: str) -> bool:
        """Tells whether the text, without its quotations, speaks to a program that reads it."""
        if not self.hint.search(text):
            return False
        directed = _earned(text, self.directed)
        return directed > 0 and directed + _earned(text, self.about) >= self.enough


def weighted(*signals: tuple[float, str]) -> Weighted:
    """Compiles patterns with their weights; case is no matter."""
    return tuple((weight, re.compile(pattern, re.IGNORECASE)) for weight, pattern in signals)


def any_of(words: str | Iterable[str]) -> str:
    """Returns a pattern for any of the words, which blanks part."""
    return "(?:" + "|".join(words.split() if isinstance(words, str) else words) + ")"


def _earned(text: str, signals: Weighted) -> float:
    return sum(weight for weight, pattern in signals if pattern.search(text))
