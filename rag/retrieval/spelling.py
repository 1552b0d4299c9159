"""Correct the case of a question's words, and clear typing errors in names.

People type in lower case, in capitals, and with typing errors, but names are recognised by their
capitals. A word that is in the index or the dictionary is never replaced by another word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.retrieval.known_words import KnownWords, in_dictionary, names_in_dictionary
from rag.retrieval.romanised_names import named_in_chinese, named_in_latin
from rag.text.languages import ENGLISH_STOP, text_language

_SHORTEST = 5
"""The shortest name whose typing errors are corrected, in letters.

Shorter words are similar to too many others.
"""
_SHORTEST_IN_NAME = 4
"""As `_SHORTEST`, for a part of a name of several words."""
_LONGEST_ACRONYM = 6
_MOST_WORDS = 120
"""The number of words of a question that are checked."""
_WELL_KNOWN = 3
"""The number of passages that must have a name, which the dictionary must have too.

Such a name is more likely than a similar one.
"""
_OFTEN = 3
"""The number of times articles must write a dictionary word to show that it is a name."""
_ACRONYM = 3
"""The longest word in capitals that may be an acronym, in letters."""
_MOST_UNKNOWN = 4
"""The number of unknown words of a question that are compared with names.

Each word takes milliseconds.
"""
_WORD = re.compile(r"[A-Za-z0-9]+(?:[.&'’-][A-Za-z0-9]+)*")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, kw_only=True)
class Slip:
    """Unknown words of a question, and the name that they are similar to or mean."""

    typed: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Spelled:
    """A question with its words as the articles write them.

    - `corrected` are the typing errors that were corrected in `text`.
    - `unknown` are the words of `text` that are known nowhere. `close_names` finds similar names
      for them.
    - `absent` are Chinese people in Latin letters whom no article names.
    """

    text: str
    corrected: tuple[Slip, ...] = ()
    unknown: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


def spelled(question: str, known: KnownWords) -> Spelled:
    """Return the question with words in their usual case, and clear typing errors corrected.

    An error in a name is clear if two neighbouring letters are exchanged, or if a letter is wrongly
    doubled or not doubled. It is also clear if a letter inside is missing or added and the
    dictionary has the name. A wrong letter may mean another name: Norwick is not Norwich. Such a
    word stays and is in `unknown`. A person whose name the articles have in the other script only
    is named so: 蔡崇信 for Cai Chongxin.
    """
    people = (*named_in_chinese(question, known), *named_in_latin(question, known))
    found = [Slip(typed=person.typed, name=person.name) for person in people if person.name]
    for person in found:
        question = question.replace(person.typed, person.name)
    words = list(_WORD.finditer(question))[:_MOST_WORDS]
    typed = [re.sub(r"['’]s$", "", match[0]) for match in words]
    written = in_usual_case(question, typed, known)
    places = [
        place
        for place, word in enumerate(written)
        if word.isascii() and word.isalpha() and not _is_known(word, known)
    ][:_MOST_UNKNOWN]
    corrected, unknown = found, list[str]()
    for place in places:
        if name := _only(_slips(written[place].lower()), known):
            corrected.append(Slip(typed=typed[place], name=name))
            written[place] = name
        else:
            unknown.append(typed[place])
    text, at = "", 0
    for match, old, new in zip(words, typed, written, strict=True):
        text += question[at : match.start()] + new
        at = match.start() + len(old)
    return Spelled(
        text=text + question[at:],
        corrected=tuple(corrected),
        unknown=tuple(unknown),
        absent=tuple(person.typed for person in people if not person.name),
    )


def close_names(unknown: Sequence[str], known: KnownWords) -> tuple[Slip, ...]:
    """Return the names that unknown words are similar to. They may be other names.

    It takes about 10 ms per word, so use it only if nothing was found for the question.
    """
    found = ((word, close_name(word, known)) for word in unknown)
    return tuple(Slip(typed=word, name=name) for word, name in found if name)


def close_name(word: str, known: KnownWords, *, in_name: bool = False) -> str | None:
    """Return the only name of the articles that differs from a word in one letter, or None.

    `in_name` is true for a part of a longer name, which may be shorter and a common word.
    """
    shortest = _SHORTEST_IN_NAME if in_name else _SHORTEST
    return _only(_other_letters(word.lower()), known, shortest, in_name=in_name)


def _is_known(word: str, known: KnownWords) -> bool:
    """Return True if a word is in the articles or the dictionary, or is a common English word."""
    return word.lower() in ENGLISH_STOP or known.holds(word) or in_dictionary(word)


def in_usual_case(question: str, words: Sequence[str], known: KnownWords) -> list[str]:
    """Return the words of a question with their usual capitals."""
    without = _without_case(question, words)
    # In an English question typed with capitals, lower-case "won" and "mainland" are meant so.
    meant = not without and text_language(question) == "en"
    written = []
    for place, word in enumerate(words):
        low = word.lower()
        if meant and word == low and in_dictionary(low) and known.written(word).total() < _OFTEN:
            written.append(word)
            continue
        before = words[place - 1].lower() if place else ""
        written.append(_in_case(word, before, known, without_case=without))
    for start in range(len(words)):
        for end in (start + 3, start + 2):
            part = words[start:end]
            bare = end <= len(words) and all(word.islower() or without for word in part)
            if bare and names_in_dictionary(" ".join(part)):
                written[start:end] = [word.capitalize() for word in part]
                break
    if without and not words[0].islower() and written[0].islower():
        written[0] = written[0].capitalize()
    return written


def _without_case(question: str, words: Sequence[str]) -> bool:
    """Return True if the capitals mean nothing: no word has them, or all, or "Did" and "The"."""
    if not words or text_language(question) != "en":
        return False
    if not any(c.isupper() for word in words[1:] for c in word):
        return words[0][1:] == words[0][1:].lower()
    if len(words) < 3:
        return False
    if not any(c.islower() for word in words for c in word):
        return any(word.isalpha() and len(word) > _ACRONYM for word in words)
    capital = sum(not word[0].islower() for word in words)
    common = any(
        word[0].isupper() and word.lower() in ENGLISH_STOP for word in words[1:] if word != "I"
    )
    return common and capital > 0.8 * len(words)


def _in_case(word: str, before: str, known: KnownWords, *, without_case: bool) -> str:
    """Return the word with its usual capitals."""
    low = word.lower()
    if low in ENGLISH_STOP:
        # "IN THE US" names a country.
        return low if without_case and not (low == "us" and before == "the") else word
    if not any(c.isalpha() for c in word):
        return word
    usual = known.usual(word)
    common = (
        any(in_dictionary(part) for part in low.split("-"))
        and not names_in_dictionary(low)
        and not (without_case and known.is_name(low))
        and (usual or low)[1:].islower()
    )
    if without_case:
        if word.isupper() and len(word) <= _ACRONYM and usual != low:
            return word
        # An unknown word is a name, unless it was typed in lower case.
        return low if common else usual or (word if word.islower() else word.capitalize())
    if word.islower():
        return usual if usual and not common else word
    # Articles write "Iphone" and "ALIBABA" in another way, but maybe not "NASA".
    odd = (word.isupper() and len(word) > _ACRONYM) or (usual or word)[0].islower()
    seen = known.written(word) or len(word) > _LONGEST_ACRONYM
    return usual if usual and odd and usual != low and seen else word


def _only(
    candidates: Iterator[tuple[str, bool]],
    known: KnownWords,
    shortest: int = _SHORTEST,
    *,
    in_name: bool = False,
) -> str | None:
    """Return the only name among candidates, or None if there are several or none.

    Each candidate comes with True if the name must be well known. A name must be in the articles,
    at least under its Chinese name. `in_name` is true for a part of a longer name: then the Chinese
    name is enough for a word that is also a common one (Cook).
    """
    names: dict[str, str] = {}
    for word, must_be_well_known in candidates:
        if len(word) < shortest or word in names:
            continue
        held = known.passages_naming(word)
        if must_be_well_known and (held < _WELL_KNOWN or not names_in_dictionary(word)):
            continue
        if not held:
            continue
        usual = known.usual(word)
        if usual and usual != usual.lower():
            names[word] = usual
        elif in_name and known.is_named_in_chinese(word):
            names[word] = word.capitalize()
    return next(iter(names.values())) if len(names) == 1 else None


def _slips(word: str) -> Iterator[tuple[str, bool]]:
    """Yield the words that a word may be a typing error of.

    Each comes with True if it must be a name in the dictionary.
    """
    for i in range(1, len(word)):
        if word[i] != word[i - 1] and i > 1:
            yield word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :], False
    for i in range(1, len(word)):
        if word[i] == word[i - 1]:
            yield word[:i] + word[i + 1 :], False
        elif i < len(word) - 1:
            yield word[:i] + word[i + 1 :], True
    for i in range(1, len(word)):
        for letter in _LETTERS:
            doubled = letter in (word[i - 1], word[i])
            yield word[:i] + letter + word[i:], not doubled
    yield word + word[-1], False


def _other_letters(word: str) -> Iterator[tuple[str, bool]]:
    """Yield similar words: one letter is different, missing or added."""
    for i in range(1, len(word)):
        for letter in _LETTERS:
            if letter != word[i]:
                yield word[:i] + letter + word[i + 1 :], False
    for i in range(1, len(word) + 1):
        for letter in _LETTERS:
            yield word[:i] + letter + word[i:], False
        yield word[:i] + word[i + 1 :], False
