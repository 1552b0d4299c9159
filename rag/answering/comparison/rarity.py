"""Tell what is particular in a sentence from what most sentences of a topic say.

"The two firms work together" is in nearly all sentences of a topic, and half of each of them says
so. Two sentences that share no more than that report different things.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rag.text.languages import text_language
from rag.text.terms import Concept, FoldedTexts, concepts, fold, shows, weights

_LEAST = 1.5
"""How much a fact weighs at least, in words that only one of the sentences has."""


class Rarity:
    """The weights of words among the sentences that are compared: rare ones weigh more."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Count the words of these sentences."""
        self._texts = FoldedTexts(fold(text) for text in texts)
        # The weight of a noun that one sentence has (`rag.text.terms.weights`).
        self._least = _LEAST * math.log1p((len(texts) - 0.5) / 1.5) if texts else 0.0

    def is_particular(self, text: str) -> bool:
        """Return True if a text says more than most sentences do."""
        words = concepts(text, across=False)
        return sum(weights(words, self._texts)) >= self._least

    def has_in_common(self, text: str, other: str, least: float) -> bool:
        """Return True if `other` shows what is particular in a text.

        Of its words, numbers aside, it must show the part `least` (0 to 1), and those that it shows
        must weigh enough.
        """
        across = text_language(text) != text_language(other)
        words, there = concepts(text, across=across), fold(other)
        shown = [word for word in words if shows(there, word)]
        plain = sum(not _has_digit(word) for word in words)
        enough = sum(not _has_digit(word) for word in shown) >= least * plain
        return enough and sum(weights(shown, self._texts)) >= self._least


def _has_digit(word: Concept) -> bool:
    return any(character.isdigit() for character in word.text)
