"""Recognise texts that ask nothing new: greetings, thanks, "Really?", "What else?"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from importlib.resources import files
from typing import Literal

_APOSTROPHES = str.maketrans("’‘´`", "''''")
_NO_WORD = re.compile(r"(?:[^\w']|_)+")
_LATIN = re.compile(r"[a-z0-9']")


def folded(text: str) -> str:
    """Return only the words of a text: lower case, single spaces, no punctuation, no emoji."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    return _NO_WORD.sub(" ", text).strip()


def read_phrases(file_name: str) -> dict[str, str]:
    """Return the phrases of a file in this package, each with the `[kind]` above it."""
    text = files(__package__).joinpath(file_name).read_text(encoding="utf-8")
    kinds: dict[str, str] = {}
    for part in text.split("[")[1:]:
        kind, _, phrases = part.partition("]")
        kinds |= {words: kind for phrase in phrases.split(",") if (words := folded(phrase))}
    return kinds


def pieces(text: str, phrases: Mapping[str, str]) -> list[str] | None:
    """Split a folded text into as few known phrases as possible and return their values.

    Return None if the text is not made of known phrases only. A phrase in Latin letters never ends
    inside a word. The time is proportional to the length of the text times the length of the
    longest phrase.
    """
    longest = max(map(len, phrases))
    # For each position that can be reached, the phrases that lead to it.
    reached: dict[int, list[str]] = {0: []}
    for start in range(len(text)):
        before = reached.get(start)
        if before is None:
            continue
        if text[start] == " ":
            _reach(reached, start + 1, before)
            continue
        for end in range(start + 1, min(len(text), start + longest) + 1):
            value = phrases.get(text[start:end])
            if value is not None and not _within_word(text, end):
                _reach(reached, end, [*before, value])
    return reached.get(len(text))


def _reach(reached: dict[int, list[str]], place: int, way: list[str]) -> None:
    # Of two splits of the same length, the one with the longer first phrases wins: 您好-呀, not
    # 您-好呀.
    if place not in reached or len(way) <= len(reached[place]):
        reached[place] = way


def _within_word(text: str, at: int) -> bool:
    return at < len(text) and bool(_LATIN.match(text[at - 1]) and _LATIN.match(text[at]))


# Courtesies. A text is a courtesy only if nothing else is left of it: "thanks a lot!" is one,
# "thanks to whom did Acme grow?" is a question. A courtesy next to a question is removed: "Hi, why
# did Acme grow?".

Courtesy = Literal[
    "greeting", "farewell", "thanks", "praise", "complaint", "consent", "identity", "wellbeing",
    "wordless",
]  # fmt: skip
"""The kinds of courtesies.

`consent` is any "ok" or "I see", `identity` asks what the program is, `wordless` is emoji only.
"""

_LONGEST = 80
"""The longest courtesy, in characters. A longer text has more to say."""
_MOST_CUT = 3

# If a text has several kinds, the first of these counts: "ok, thanks, bye" is a farewell.
_ORDER: tuple[Courtesy, ...] = (
    "identity", "wellbeing", "complaint", "farewell", "thanks", "greeting", "praise", "consent",
)  # fmt: skip
_COURTESIES = read_phrases("courtesies.txt")
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
    """Return the kind of courtesy if a text is nothing but a courtesy, else None."""
    if len(text) > _LONGEST:
        return None
    words = folded(text)
    if not words:
        return "wordless" if text.strip() else None
    if words in _CALLS_FOR_HELP:
        return "identity"
    found = pieces(words, _COURTESIES)
    if found is None:
        return None
    if "negation" in found and "praise" in found:
        found = ["complaint" if kind == "praise" else kind for kind in found]
    kind = next((kind for kind in _ORDER if kind in found), None)
    if kind is None and found[0] == "negation" and not _QUESTION_END.search(text):
        kind = "consent"
    # "Is that good?" is a question.
    asks = _ASKING.match(words) or (_QUESTION_END.search(text) and _MAY_ASK.match(words))
    return None if asks and kind not in ("identity", "wellbeing") else kind


def without_courtesies(question: str) -> str:
    """Return the question without a greeting before it and thanks after it."""
    question = _CALLED.sub("", question)
    question = question[_courteous_head(question) :]
    for _ in range(_MOST_CUT):
        core = question.rstrip("!！.。~～ ")
        *_, last = [None, *_SEPARATOR.finditer(core, max(0, len(core) - _LONGEST))]
        if not last or not core[: last.start()].strip():
            break
        if courtesy_in(core[last.end() :]) not in ("thanks", "greeting"):
            break
        question = core[: last.end()].rstrip()
    return question


def _courteous_head(question: str) -> int:
    """Return how many characters of a question are a courtesy before it: "Great, thanks. Who …".

    At most `_MOST_CUT` parts between separators are looked at, all together and each alone.
    """
    head = start = 0
    for separator in list(_SEPARATOR.finditer(question, 0, _LONGEST))[:_MOST_CUT]:
        if not question[separator.end() :].strip():
            break
        # "Good Morning, Vietnam" is a title.
        if _TITLE_CASE.search(question[head : separator.end() + 1]):
            break
        whole = courtesy_in(question[: separator.start()])
        if whole in _CUT_AHEAD or courtesy_in(question[start : separator.start()]) in _CUT_AHEAD:
            if whole is None and head != start:
                break
            head = separator.end()
        start = separator.end()
    return head


# Nudges: "Really?" doubts the previous answer, "What else?" asks for more.

Nudge = Literal["doubt", "more"]

_LONGEST_NUDGE = 60
_NUDGES = read_phrases("nudges.txt")


def nudge_in(text: str) -> Nudge | None:
    """Return the kind of nudge that a text is, or None if it is not a nudge."""
    if len(text) > _LONGEST_NUDGE:
        return None
    found = pieces(folded(text), _NUDGES)
    if not found:
        return None
    return "doubt" if "doubt" in found else "more" if "more" in found else None
