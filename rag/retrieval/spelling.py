"""Reads the words of a question as the articles write them: their case, and clear slips in names.

People type in small letters, in capitals, and with slips of the finger; names are told by their
capitals. What stands in the index or the dictionary is never changed into another word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.retrieval.known_words import KnownWords, in_dictionary, names_in_dictionary
from rag.text.languages import ENGLISH_STOP, text_language

_SHORTEST = 5
"""Letters of a name that a slip is told from: shorter words have too many neighbours."""
_LONGEST_ACRONYM = 6
_MOST_WORDS = 120
"""Words of a question that are looked at."""
_WELL_KNOWN = 3
"""Passages that name it, and the dictionary as well: such a name is more likely than a like one."""
_OFTEN = 3
"""Times that articles have to write a word of the dictionary, to tell that it is a name."""
_ACRONYM = 3
"""Letters: as short a word in capitals may be an acronym."""
_MOST_UNKNOWN = 4
"""Unknown words of a question for which names are looked for, each of which takes milliseconds."""
_WORD = re.compile(r"[A-Za-z0-9]+(?:[.&'’-][A-Za-z0-9]+)*")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, kw_only=True)
class Slip:
    """A word of a question that is known nowhere, and the name that it is close to."""

    typed: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Spelled:
    """A question as the articles write its words.

    `corrected` are the slips that `text` no longer has, `unknown` the words that it still has and
    that are known nowhere; `close_names` tells what they may be slips of.
    """

    text: str
    corrected: tuple[Slip, ...] = ()
    unknown: tuple[str, ...] = ()


def spelled(question: str, known: KnownWords) -> Spelled:
    """Returns the question with its words in their usual case, and clear slips in names corrected.

    A slip is clear where two neighbours are exchanged, or a letter is doubled or not doubled, and
    where a letter within the name is missing or too many in a name that the dictionary has.
    Another letter in the place of one may be another name: Norwick is not Norwich. Such a word is
    left as it is, among the `unknown`.
    """
    words = list(_WORD.finditer(question))[:_MOST_WORDS]
    typed = [re.sub(r"['’]s$", "", match[0]) for match in words]
    written = in_usual_case(question, typed, known)
    places = [
        place
        for place, word in enumerate(written)
        if word.isascii() and word.isalpha() and not _is_known(word, known)
    ][:_MOST_UNKNOWN]
    corrected, unknown = [], []
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
    return Spelled(text=text + question[at:], corrected=tuple(corrected), unknown=tuple(unknown))


def close_names(unknown: Sequence[str], known: KnownWords) -> tuple[Slip, ...]:
    """Returns the names that unknown words are close to, which may be other ones.

    It takes some 10 ms a word, and is worth them only where nothing was found for the question.
    """
    found = ((word, _only(_other_letters(word.lower()), known)) for word in unknown)
    return tuple(Slip(typed=word, name=name) for word, name in found if name)


def _is_known(word: str, known: KnownWords) -> bool:
    """Tells whether the articles, the dictionary or the language has a word."""
    return word.lower() in ENGLISH_STOP or known.holds(word) or in_dictionary(word)


def in_usual_case(question: str, words: Sequence[str], known: KnownWords) -> list[str]:
    """Returns the words of a question with the capitals that they usually have."""
    without = _without_case(question, words)
    # Whoever writes an English question with capitals means "won" and "mainland" as they stand.
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
    """Tells whether the capitals mean nothing: no word has them, or all, or "Did" and "The"."""
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
    """Returns the word with the capitals that it usually has."""
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
        # A word that is known nowhere is a name, if it isn't one that was typed in small letters.
        return low if common else usual or (word if word.islower() else word.capitalize())
    if word.islower():
        return usual if usual and not common else word
    # "Iphone" and "ALIBABA" have another form in the articles; "NASA" may have none.
    odd = (word.isupper() and len(word) > _ACRONYM) or (usual or word)[0].islower()
    seen = known.written(word) or len(word) > _LONGEST_ACRONYM
    return usual if usual and odd and usual != low and seen else word


def _only(candidates: Iterator[tuple[str, bool]], known: KnownWords) -> str | None:
    """Returns the one name among candidates, None where there are several or none.

    Each comes with whether it must be well known. A name must stand in the articles, under its
    Chinese name at least.
    """
    names: dict[str, str] = {}
    for word, must_be_well_known in candidates:
        if len(word) < _SHORTEST or word in names:
            continue
        held = known.passages_naming(word)
        if must_be_well_known and (held < _WELL_KNOWN or not names_in_dictionary(word)):
            continue
        if held and (usual := known.usual(word)) and usual != usual.lower():
            names[word] = usual
    return next(iter(names.values())) if len(names) == 1 else None


def _slips(word: str) -> Iterator[tuple[str, bool]]:
    """Yields what a word may be a slip of, and whether that must be a name of the dictionary."""
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
    """Yields what a word is close to: another letter somewhere, or one missing or too many."""
    for i in range(1, len(word)):
        for letter in _LETTERS:
            if letter != word[i]:
                yield word[:i] + letter + word[i + 1 :], False
    for i in range(1, len(word) + 1):
        for letter in _LETTERS:
            yield word[:i] + letter + word[i:], False
        yield word[:i] + word[i + 1 :], False
