"""Notice that a question names a person whom no article found mentions, in the other script.

No dictionary has everyone: for "Sundar Pichai" it gives no Chinese name, so nothing shows that
Chinese articles don't have him. But they would write him by his sound (皮查伊), and sounds can be
compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.characters import has_han
from rag.text.dictionary import load_dictionary, stem
from rag.text.languages import ENGLISH_STOP, text_language
from rag.text.name_sounds import has_characters, letters_of, name_sounds, reads_as
from rag.text.names import english_names
from rag.text.romanised import chinese_surnames, romanised
from rag.text.terms import Concept, FoldedText

_PERSON = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z.]*)? (?:[A-Z][a-z]+[-'’])?[A-Z][a-zA-Z]*[a-z]")
_LONGEST, _MOST = 40, 5
"""The most characters of a name, and the most names, that are looked at."""
_PINYIN = 4
"""The least letters of a name that may be pinyin: shorter ones are read in many texts."""
_SURNAME, _LONG_SURNAME, _ANY_NAME = 2.0, 1.25, 3.0
"""How well a Chinese text must fit the surname, or another name (`NameSounds.found_in`).

`benchmarks/heard_names.py` measures them: all people in the questions of XQuAD are found in the
article that the question is about.
"""
_ENOUGH = 9.5
"""How much all letters of a long surname must fit together."""


def unheard(question: str, texts: Sequence[FoldedText]) -> tuple[Concept, ...]:
    """Return the people of an English question who are in none of the texts.

    Only those whom the dictionary does not know, and whose names are no words: it is not known how
    Chinese articles write "Pro Bowl".
    """
    if text_language(question) != "en":
        return ()
    names = dict.fromkeys(n.text for n in english_names(question) if n.kind == "other")
    people = [name for name in names if len(name) <= _LONGEST][:_MOST]
    return tuple(
        Concept(text=person, forms=frozenset(), essential=True, name=True)
        for person in people
        if _is_person(person) and not any(_is_in(person, text) for text in texts)
    )


def _is_person(name: str) -> bool:
    dictionary = load_dictionary()
    words = tuple(map(stem, name.split()))
    given, known = (dictionary.chinese.get(word, frozenset()) for word in (words[0], words[-1]))
    return bool(
        _PERSON.fullmatch(name)
        and name.split()[0].lower() not in ENGLISH_STOP
        and " ".join(words) not in dictionary.chinese
        and (not known or not given or given & dictionary.names)
        and known <= dictionary.names
        and not any(romanised(name.split()[0], name.split()[-1]))
    )


def is_named(person: str, text: FoldedText) -> bool:
    """Return False if a person, written in either script, is surely not in a text."""
    dictionary = load_dictionary()
    if has_han(person):
        if has_han(text.characters):
            return any(part in text.characters for part in (person, person.rpartition("·")[2]))
        known = dictionary.english.get(person, frozenset())
        return not known or any(f" {form} " in text.stems for form in known)
    whole = dictionary.chinese.get(" ".join(map(stem, person.split())))
    if whole:
        return _is_in_latin(person, text) or any(form in text.characters for form in whole)
    return _is_in(person, text) or not has_han(text.characters)


def _is_in_latin(person: str, text: FoldedText) -> bool:
    """Return True if one of the names is in a text: another one may be spelt in another way."""
    return any(f" {stem(name)} " in text.stems for name in person.split())


def _is_in(person: str, text: FoldedText) -> bool:
    """Return True if a text may have a person who is written in Latin letters."""
    names, dictionary = person.split(), load_dictionary()
    known = dictionary.chinese.get(stem(names[-1]), frozenset()) & dictionary.names
    if any(form in text.characters for form in known):
        return True
    if _is_in_latin(person, text):
        return True
    if not has_han(text.characters):
        return False
    # "Joe Tsai": only the surname is Chinese.
    if any(family in text.characters for family in chinese_surnames(names[-1])):
        return True
    if has_characters(person):
        return not known  # its characters are not known
    *given, surname = map(letters_of, names)
    # "Tongyi Qianwen": not only people have names in pinyin.
    if any(len(n) >= _PINYIN and reads_as(n, text.characters) for n in (*given, surname)):
        return True
    sounds = name_sounds()
    least = min(_SURNAME, max(_LONG_SURNAME, _ENOUGH / max(1, len(surname))))
    return sounds.found_in(surname, text.characters) >= least or any(
        sounds.found_in(name, text.characters) >= _ANY_NAME for name in given if len(name) > 1
    )
