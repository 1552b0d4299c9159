"""A follow-up that asks about another member of a series: "那5号线呢？", "And the K45?"."""

from __future__ import annotations

import re

from rag.text.identifiers import Identifier, read_identifiers

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
