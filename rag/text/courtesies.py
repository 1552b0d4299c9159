"""Tells what a person says to the program from what a person asks of the articles.

A text is a courtesy only where nothing else is left of it: "thanks a lot!" is one, "thanks to whom
did Acme grow?" is a question. What stands beside a question is cut off: "Hi, why did Acme grow?".
"""

from __future__ import annotations

import re
from typing import Literal

from rag.text.phrases import folded, pieces, read_phrases

Courtesy = Literal[
    "greeting", "farewell", "thanks", "praise", "complaint", "consent", "identity", "wellbeing",
    "wordless",
]  # fmt: skip
"""`consent` is any "ok" and "I see"; `identity` asks what the program is; `wordless` is emoji."""

_LONGEST = 80
"""Characters: who writes more than this has more to say than a courtesy."""
_MOST_CUT = 3

# Of several kinds in one text the first of these counts: "ok, thanks, bye" is a farewell.
_ORDER: tuple[Courtesy, ...] = (
    "identity", "wellbeing", "complaint", "farewell", "thanks", "greeting", "praise", "consent",
)  # fmt: skip
_KINDS = read_phrases("courtesies.txt")
_CALLS_FOR_HELP = frozenset(
    map(folded, ("help", "help me", "please help", "帮助", "帮帮我", "帮我"))
)
_ASKING = re.compile(r"(?:is|was|are|were|do|can)\b")
_MAY_ASK = re.compile(r"(?:what|and|but|for|the|什么)\b")
_QUESTION_END = re.compile(r"[?？]\s*$")
_SEPARATOR = re.compile(r"[,，.。!！;；~～—?？\n]+\s*")
_CUT_AHEAD = frozenset({"greeting", "thanks", "consent"})
_CALLED = re.compile(r"^\s*(?:(?:你好|您好)[,，!！]?\s*)?请问(?:一下)?[,，:：]?\s*(?=\S{3})")
_TITLE_CASE = re.compile(r"\b[A-Z][a-z]+ [A-Z]")


def courtesy_in(text: str) -> Courtesy | None:
    """Returns the courtesy that a text is and no more, None for anything else, however polite."""
    if len(text) > _LONGEST:
        return None
    words = folded(text)
    if not words:
        return "wordless" if text.strip() else None
    if words in _CALLS_FOR_HELP:
        return "identity"
    found = pieces(words, _KINDS)
    if found is None:
        return None
    if "negation" in found and "praise" in found:
        found = ["complaint" if kind == "praise" else kind for kind in found]
    kind = next((kind for kind in _ORDER if kind in found), None)
    if kind is None and found[0] == "negation" and not _QUESTION_END.search(text):
        kind = "consent"
    # "Is that good?" asks something.
    asks = _ASKING.match(words) or (_QUESTION_END.search(text) and _MAY_ASK.match(words))
    return None if asks and kind not in ("identity", "wellbeing") else kind


def without_courtesies(question: str) -> str:
    """The question without the greeting before it and the thanks behind it, if it has any."""
    question = _CALLED.sub("", question)
    for _ in range(_MOST_CUT):
        separator = _SEPARATOR.search(question, 0, _LONGEST)
        if not separator or not question[separator.end() :].strip():
            break
        # "Good Morning, Vietnam" is a title.
        title = _TITLE_CASE.search(question[: separator.end() + 1])
        if title or courtesy_in(question[: separator.start()]) not in _CUT_AHEAD:
            break
        question = question[separator.end() :]
    for _ in range(_MOST_CUT):
        core = question.rstrip("!！.。~～ ")
        *_, last = [None, *_SEPARATOR.finditer(core, max(0, len(core) - _LONGEST))]
        if not last or not core[: last.start()].strip():
            break
        if courtesy_in(core[last.end() :]) not in ("thanks", "greeting"):
            break
        question = core[: last.end()].rstrip()
    return question
