"""Decide which of the sentences found for a topic concern it."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.comparison.sentences import Told
from rag.messages import Language
from rag.text.languages import text_language

_ALONE = {"same": 0.875, "across": 0.785}
"""The cosine with the topic, of one language or of two, from which a sentence concerns it whatever
its words. On planted stories the sentences on a topic have 0.89 to 0.97 and 0.75 to 0.81, those on
anything else at most 0.85 and 0.77."""


def concerning(told: Sequence[Told], topic: str, nearly: float) -> tuple[list[Told], list[Told]]:
    """Return the sentences that concern the topic, and the others, each the nearest first.

    A sentence concerns it if it is on the topic by its words or the reader, or at most `nearly`
    below the nearest such sentence of its language, in cosine. If there is none, those count that
    are very near to the topic: where all articles are about one thing, its name tells nothing.
    """
    nearest: dict[Language, float] = {}
    for one in told:
        if one.on_topic:
            language = text_language(one.evidence.text)
            nearest[language] = max(nearest.get(language, 0.0), one.evidence.cosine)
    asked = text_language(topic)
    sure: list[Told] = []
    others: list[Told] = []
    for one in sorted(told, key=lambda one: -one.relevance):
        language = text_language(one.evidence.text)
        if language in nearest:
            floor = nearest[language] - nearly
        else:
            floor = _ALONE["same" if language == asked else "across"]
        (sure if one.on_topic or one.evidence.cosine >= floor else others).append(one)
    return sure, others if sure else []
