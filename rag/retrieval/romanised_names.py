"""Find the Chinese people of the articles whom a question names in the other script.

The dictionary knows famous people alone. Anyone else is found by the sound: of all characters that
"Cai Chongxin" can be, the articles have those of one name. The other way round, 蔡崇信 is looked
for in English articles by his pinyin.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from rag.retrieval.known_words import KnownWords, in_dictionary
from rag.text.dictionary import load_dictionary, stem
from rag.text.languages import ENGLISH_STOP
from rag.text.names import chinese_names, chinese_people, words_of
from rag.text.romanised import RomanisedName, chinese_surnames, romanised
from rag.text.sounds import readings_of
from rag.text.words import simplified

_WORD = re.compile(r"[A-Za-z]+(?:(?:-|[’'](?!s\b))[A-Za-z]+)*")
_SHORTEST_GIVEN = 5
"""The least letters of a given name typed without capitals, or beside a word like “He”."""
_CLEAR = 3
"""How many times as many passages must have one name as any other that sounds the same."""
_READ = 8
"""How many passages are read to see whether the characters are a person's name there."""
_TELLING = 2
"""Longer names are told from other words without the segmenter."""
_LONGEST = 3
"""The most characters of a name, if its surname has one."""
_AROUND = 12
"""Characters on both sides of a name that are read with it."""


@dataclass(frozen=True, kw_only=True)
class OtherName:
    """A person whom a question names as `typed`, and articles as `name`, in the other script.

    `name` is "" if no article has a name that sounds so.
    """

    typed: str
    name: str


def named_in_chinese(question: str, known: KnownWords) -> tuple[OtherName, ...]:
    """Return the people of a question whose names no article has in Latin letters.

    A name that several people of the articles may have is left out.
    """
    found, end = [], 0
    for first, second in pairwise(_WORD.finditer(question)):
        typed = question[first.start() : second.end()]
        if first.start() < end or typed != f"{first[0]} {second[0]}":
            continue
        if _may_be_name(first[0], second[0], known):
            names = chinese_names_of(first[0], second[0], known)
            if names is not None and len(names) < 2:
                found.append(OtherName(typed=typed, name=next(iter(names), "")))
                end = second.end()
    return tuple(found)


def named_in_latin(question: str, known: KnownWords) -> tuple[OtherName, ...]:
    """Return the people of a question in Chinese characters whom articles have in pinyin only."""
    return tuple(
        OtherName(typed=person, name=name)
        for person in chinese_people(simplified(question), "")
        if person in question and len(person) <= _LONGEST and not known.holding(person, 0)[0]
        if (name := _in_pinyin(person, known))
    )


def _in_pinyin(person: str, known: KnownWords) -> str | None:
    """Return how the articles write a Chinese person in Latin letters, or None."""
    for surname, *given in product(*map(readings_of, person)):
        whole = "".join(given)
        if known.holds(surname) and known.holds(whole):
            name = rf"{surname} {whole}|{whole} {surname}"
            for text in known.texts_with(whole):
                if match := re.search(rf"\b(?:{name})\b", text, re.IGNORECASE):
                    return match[0]
    return None


def _may_be_name(first: str, second: str, known: KnownWords) -> bool:
    """Return True if two words look like a name that no article has in Latin letters."""
    words = first, second
    if all(map(known.holds, words)) or " ".join(map(stem, words)) in load_dictionary().chinese:
        return False  # Hong Kong
    capital = all(word[0].isupper() for word in words)
    if capital and not any(word.lower() in ENGLISH_STOP for word in words):
        return True
    # "He Yutong" and "he yutong": only a word that is none in English can be a given name.
    return any(
        len(word) >= _SHORTEST_GIVEN and not in_dictionary(word) and not known.holds(word)
        for word in words
    )


def chinese_names_of(first: str, second: str, known: KnownWords) -> list[str] | None:
    """Return the people of the articles whose Chinese name two words can be.

    If one of them is in far more passages than the next, the others are left out. None is returned
    if two words can't be a Chinese name.
    """
    held: Counter[str] = Counter()
    readings = list(romanised(first, second))
    for reading in readings:
        for name in _written(reading, known):
            total, texts = known.holding(name, _READ)
            if any(_is_person(name, text) for text in texts):
                held[name] = total
    ranked = held.most_common()
    if len(ranked) > 1 and ranked[0][1] >= _CLEAR * ranked[1][1]:
        ranked = ranked[:1]
    return [name for name, _ in ranked] if readings else None


def lone_surnames(question: str, known: KnownWords) -> list[str]:
    """Return the words of a question that no article has and that can be a Chinese surname."""
    return [
        word
        for word in dict.fromkeys(_WORD.findall(question))
        if word[0].isupper()
        and word.lower() not in ENGLISH_STOP
        and not known.holds(word)
        and chinese_surnames(word)
    ]


def people_called(surname: str, texts: Sequence[str]) -> list[str]:
    """Return the people in Chinese texts who have a surname in Latin letters ("Tsai")."""
    found: dict[str, None] = {}
    for family in chinese_surnames(surname):
        for text in texts:
            plain = simplified(text)
            for match in re.finditer(family, plain):
                around = plain[max(0, match.start() - _AROUND) : match.end() + _AROUND]
                people = (*chinese_people(around, ""), *(n.text for n in chinese_names(around)))
                found |= dict.fromkeys(
                    name
                    for name in people
                    if name.startswith(family) and 1 < len(name) - len(family) + 1 <= _LONGEST
                )
    # 崇信蔡 may be cut in two ways: the longer name is the whole one.
    return [name for name in found if not any(name != o and name in o for o in found)]


def _written(reading: RomanisedName, known: KnownWords) -> Iterator[str]:
    """Yield the names of a reading whose neighbouring characters articles have."""
    names = list(reading.surnames)
    for characters in reading.given:
        names = [
            name + character
            for name in names
            for character in characters
            if known.holds_pair(name[-1] + character)
        ]
    yield from names


def _is_person(name: str, text: str) -> bool:
    """Return True if a text has the name as a person's.

    Three characters that sound right are hardly chance. Of two, the segmenter decides.
    """
    plain = simplified(text)
    if len(name) > _TELLING:
        dictionary = load_dictionary()
        return name in plain and (name not in dictionary.english or name in dictionary.names)
    for match in re.finditer(name, plain):
        around = plain[max(0, match.start() - _AROUND) : match.end() + _AROUND]
        if name in chinese_people(around, ""):
            return True
        # `chinese_people` leaves out those that the dictionary has.
        if any(word.text == name and word.tag.startswith("nr") for word in words_of(around)):
            return True
    return False
