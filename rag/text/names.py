"""The names in a question, as far as a segmenter, a dictionary and capitals tell them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.text.dates import ENGLISH_MONTHS, ENGLISH_WEEKDAYS
from rag.text.dictionary import load_dictionary, stem
from rag.text.languages import ENGLISH_STOP
from rag.text.words import tagged

NameClass = Literal["place", "other"]
# What is measured often ends in one of these, and no name does: 出口额, 失业率, 出货量.
_MEASURED = frozenset("额率量值价数比费")
WORD = re.compile(r"[A-Za-z0-9][\w.&'-]*\w|[A-Za-z0-9]")
"""A word in Latin letters."""
_NO_NAME = frozenset((*ENGLISH_MONTHS, *ENGLISH_WEEKDAYS, "I", "Q1", "Q2", "Q3", "Q4"))


# What Chinese text calls by its English letters, and is no name.
_COMMON_LATIN = frozenset("AI CEO CFO CTO GDP CPI PPI IPO APP NBA CBA ETF VR AR IP PC TV".split())


@dataclass(frozen=True, kw_only=True)
class Name:
    """A name in a question: `text == question[start:end]`."""

    text: str
    start: int
    end: int
    kind: NameClass
    adjunct: bool
    """Whether it only says where or on what ("on Chatbot Arena"), and takes no part itself."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word of a Chinese text, with the segmenter's tag for it."""

    text: str
    tag: str
    start: int

    @property
    def end(self) -> int:
        """Behind its last character."""
        return self.start + len(self.text)


def words_of(text: str) -> list[Word]:
    """The segmenter's words; neighbours that the dictionary has as one name are one."""
    names = load_dictionary().names
    words: list[Word] = []
    at = 0
    for word, tag in tagged(text):
        if words and words[-1].text + word in names:
            words[-1] = Word(text=words[-1].text + word, tag="nz", start=words[-1].start)
        else:
            words.append(Word(text=word, tag=tag, start=at))
        at += len(word)
    return words


def chinese_names(text: str) -> list[Name]:
    """The names of a text, in order; neighbours that belong together are one."""
    dictionary = load_dictionary()
    names: list[Name] = []
    previous = ""
    for word in words_of(text):
        latin = word.tag == "eng"
        named = (latin and word.text.upper() not in _COMMON_LATIN) or (
            word.tag.startswith("n")
            and (
                word.text in dictionary.names
                if word.text in dictionary.english
                else word.tag.startswith(("nr", "ns", "nt", "nz")) or _unknown_noun(word)
            )
        )
        behind_a_name = latin and names and names[-1].end == word.start
        if (not named and not behind_a_name) or (
            len(word.text) < 2 and not (names and names[-1].end == word.start)
        ):
            previous = word.text if word.text.strip() else previous
            continue
        gap = text[names[-1].end : word.start] if names else "?"
        together = names and (
            (latin and names[-1].text[-1:].isascii() and gap.strip(" -.") == "" and len(gap) < 2)
            or (gap == "" and word.tag.startswith("nr") and len(names[-1].text) == 1)
            or gap == "·"
            or (gap == "" and latin)  # 百度AI
        )
        if together:
            first = names.pop()
            names.append(_name(text, first.start, word.end, first.kind, first.adjunct))
        else:
            kind: NameClass = "place" if word.tag == "ns" else "other"
            names.append(_name(text, word.start, word.end, kind, previous in ("在", "于")))
        previous = word.text
    return [name for name in names if len(name.text) > 1]


def chinese_people(text: str, known: str) -> list[str]:
    """Names of people in the text, as the segmenter takes them, that `known` doesn't have."""
    dictionary = load_dictionary()
    found: list[str] = []
    last = -1
    for word in words_of(text):
        # A given name may be a county's name as well; behind a surname it is a given name.
        given = bool(found) and word.start == last and len(found[-1]) == 1
        known_name = len(word.text) > 1 and word.text in dictionary.names
        if word.tag not in ("nr", "nrt", "nrfg") or (known_name and not given):
            continue
        if given:
            found[-1] += word.text
        else:
            found.append(word.text)
        last = word.end
    return [name for name in dict.fromkeys(found) if len(name) > 1 and name not in known]


def _unknown_noun(word: Word) -> bool:
    """A noun that no dictionary has is mostly a name: 豆包, 勇士队."""
    return word.tag == "n" and not is_common_noun(word.text) and len(word.text) > 1


def english_names(text: str) -> list[Name]:
    """Capitalised runs of a text, and words with digits or capitals inside, in order."""
    names: list[Name] = []
    words = list(WORD.finditer(text))
    for i, match in enumerate(words):
        word = match[0].removesuffix("'s").removesuffix("'")
        inner = any(c.isupper() for c in word[1:]) or (
            any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
        )
        opening = not text[: match.start()].strip(" \"'“‘(")
        capital = word[:1].isupper() and not (opening and word.casefold() in ENGLISH_STOP)
        if opening and capital and len(words) > 1 and not inner:
            capital = not english_common([word.lower()]) or is_place(word)
        if word in _NO_NAME or not (capital or inner) or re.fullmatch(r"\d+(?:st|nd|rd|th)", word):
            continue
        end = match.start() + len(word)
        together = names and text[names[-1].end : match.start()] in (" ", " of ", " & ")
        if together:
            first = names.pop()
            names.append(
                _name(text, first.start, end, _kind(text[first.start : end]), first.adjunct)
            )
        else:
            ahead = words[i - 1][0].casefold() if i else ""
            if ahead in ("the", "a", "an") and i > 1:
                ahead = words[i - 2][0].casefold()
            names.append(
                _name(
                    text,
                    match.start(),
                    end,
                    _kind(text[match.start() : end]),
                    ahead in ("on", "in", "at"),
                )
            )
    return names


def english_people(text: str, known: str) -> list[str]:
    """Names of two or three words that name no place, and that `known` doesn't have."""
    found = [
        name.text
        for name in english_names(text)
        if name.kind == "other"
        and re.fullmatch(r"[A-Z][\w.'-]+(?: [A-Z][\w.'-]*){1,2}", name.text)
        and name.text not in known
    ]
    return list(dict.fromkeys(found))


def is_place(name: str) -> bool:
    """Whether the dictionary has an English name for a place."""
    dictionary = load_dictionary()
    phrase = " ".join(map(stem, WORD.findall(name)[:3]))
    chinese = dictionary.chinese.get(phrase, frozenset()) & dictionary.names
    return any(tag == "ns" for word in chinese for _, tag in tagged(word)[:1])


def _name(text: str, start: int, end: int, kind: NameClass, adjunct: bool) -> Name:
    return Name(
        text=text[start:end],
        start=start,
        end=end,
        kind=kind,
        adjunct=adjunct,
    )


def _kind(name: str) -> NameClass:
    return "place" if is_place(name) else "other"


def is_common_noun(word: str) -> bool:
    """Whether the dictionary knows a Chinese word, or the end of it, as more than a name."""
    if word[-1:] in _MEASURED:
        return True
    dictionary = load_dictionary()
    return any(
        part in dictionary.english and part not in dictionary.names for part in (word, word[-2:])
    )


def english_common(words: Sequence[str]) -> bool:
    """Whether the dictionary knows the last of English words in small letters."""
    return bool(words) and words[-1].islower() and stem(words[-1]) in load_dictionary().chinese
