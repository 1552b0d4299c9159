"""Texts that ask nothing new: greetings and thanks, "Really?", "What else?"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from importlib.resources import files
from typing import Literal

# Reads a short text that is made of known phrases and of nothing else.

_APOSTROPHES = str.maketrans("’‘´`", "''''")
_NO_WORD = re.compile(r"(?:[^\w']|_)+")
_LATIN = re.compile(r"[a-z0-9']")


def folded(text: str) -> str:
    """Returns the words of a text alone: small letters, single blanks, no punctuation, no emoji."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    return _NO_WORD.sub(" ", text).strip()


def read_phrases(file_name: str) -> dict[str, str]:
    """The phrases of a file beside this one, each with the `[kind]` under which it stands."""
    text = files(__package__).joinpath(file_name).read_text(encoding="utf-8")
    kinds: dict[str, str] = {}
    for part in text.split("[")[1:]:
        kind, _, phrases = part.partition("]")
        kinds |= {words: kind for phrase in phrases.split(",") if (words := folded(phrase))}
    return kinds


def pieces(text: str, phrases: Mapping[str, str]) -> list[str] | None:
    """Returns the values of the fewest phrases that make up a folded text; None where they can't.

    A phrase in Latin letters never ends within a word. Takes time in proportion to the text's
    length times that of the longest phrase.
    """
    longest = max(map(len, phrases))
    # For each place that can be reached: the pieces up to there.
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
    # Of equals the one whose earlier phrases are longer: 您好-呀, not 您-好呀.
    if place not in reached or len(way) <= len(reached[place]):
        reached[place] = way


def _within_word(text: str, at: int) -> bool:
    return at < len(text) and bool(_LATIN.match(text[at - 1]) and _LATIN.match(text[at]))


# Tells what a person says to the program from what a person asks of the articles.
#
# A text is a courtesy only where nothing else is left of it: "thanks a lot!" is one, "thanks to
# whom did Acme grow?" is a question. What stands beside a question is cut off: "Hi, why did Acme
# grow?".

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
    """Returns the courtesy that a text is and no more, None for anything else, however polite."""
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


# Reads what asks nothing new: "Really?" doubts the answer before, "What else?" wants more.

Nudge = Literal["doubt", "more"]

_LONGEST_NUDGE = 60
_NUDGES = read_phrases("nudges.txt")


def nudge_in(text: str) -> Nudge | None:
    """Returns what a nudge wants of the answer before; None for any other text."""
    if len(text) > _LONGEST_NUDGE:
        return None
    found = pieces(folded(text), _NUDGES)
    if not found:
        return None
    return "doubt" if "doubt" in found else "more" if "more" in found else None
