"""Tell whether a Chinese text has a name of another language, written by its sound.

Tim Cook is 蒂姆·库克 in Chinese. No dictionary has everyone, but the sounds of most names can be
told: 库 stands for "coo" or "ku", and 克 for "k" or "ck". How likely each syllable stands for some
letters was learned from a dictionary (`tools/name_sounds.py`).
"""

from __future__ import annotations

import gzip
import json
import math
import re
import unicodedata
from collections.abc import Mapping
from functools import cache, cached_property, lru_cache
from importlib.resources import files

from rag.text.sounds import readings_of

LONGEST = 5
"""The most letters that one syllable stands for."""
_INITIAL = re.compile(r"zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?")
_KANA = re.compile(
    r"(?:(?:[kgsztdnhbpmyrwjf]y?|sh|ch|ts)?[aiueo](?:n(?![aiueoy]))?)+", re.IGNORECASE
)
_VIETNAMESE = frozenset(
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh truong".split()
)
_UNKNOWN = -9.0, -2.0
"""How likely letters are that no known name has for a syllable: at first, and for each letter."""
_UNKNOWN_LETTER = -5.0
_REMEMBERED = 4_096

Options = tuple[tuple[int, int, float], ...]
"""From which letter, how many letters, and how much better than chance a character fits them."""


def letters_of(name: str) -> str:
    """Return a name in lower case, without accents and all that is no letter."""
    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", name).lower())


def has_characters(name: str) -> bool:
    """Return True if a name may be Japanese or Vietnamese.

    Chinese texts have the characters of such a name, which don't sound like it.
    """
    words = name.split()
    return words[0].casefold() in _VIETNAMESE or all(map(_KANA.fullmatch, words))


def reads_as(letters: str, text: str) -> bool:
    """Return True if characters that follow each other in a text are read so in pinyin."""
    left = {letters}
    for character in text:
        said = readings_of(character)
        left = {rest.removeprefix(one) for rest in left for one in said if rest.startswith(one)}
        if "" in left:
            return True
        left.add(letters)
    return False


def initial(syllable: str) -> str:
    """Return the consonant that a syllable of pinyin begins with, "" if there is none."""
    match = _INITIAL.match(syllable)
    return match[0] if match else ""


class NameSounds:
    """How names are written by sound.

    Logarithms of probabilities: `letters` of letters for a syllable ("ku+coo") or an initial
    ("k-coo"), `chance` of a letter in any name. `characters` says how much more often a character
    is in such names than in other words. Other characters are in none.
    """

    def __init__(
        self,
        letters: Mapping[str, float],
        chance: Mapping[str, float],
        characters: Mapping[str, float],
    ) -> None:
        self.letters = letters
        self.chance = chance
        self._characters = characters
        self._options = lru_cache(_REMEMBERED)(self._options_of)

    def likelihood(self, syllable: str, letters: str) -> float:
        """Return the logarithm of how likely a syllable stands for letters."""
        known = self.letters.get(f"{syllable}+{letters}")
        if known is None:
            known = self.letters.get(f"{initial(syllable)}-{letters}")
        return _UNKNOWN[0] + _UNKNOWN[1] * len(letters) if known is None else known

    def found_in(self, name: str, text: str) -> float:
        """Return how well the part of a Chinese text fits that sounds most like a name.

        It is the logarithm of how much better than chance, for each letter; above about 2 where the
        text has the name. `name` has letters only (`letters_of`).
        """
        found = [self._fits(name, run) for run in set(self._run.findall(text))]
        return max(found, default=-math.inf)

    @cached_property
    def _run(self) -> re.Pattern[str]:
        return re.compile(f"[{''.join(self._characters)}]+")

    def _fits(self, name: str, characters: str) -> float:
        """Return the best fit of characters that follow each other, wherever they begin."""
        size, best = len(name), -math.inf
        scores = [-math.inf] * (size + 1)
        for character in characters:
            scores[0] = 0.0  # the name may begin here
            longer = [-math.inf] * (size + 1)
            for at, count, worth in self._options(name, character):
                longer[at + count] = max(longer[at + count], scores[at] + worth)
            scores = longer
            best = max(best, scores[size])
        return best / size if size else best

    def _options_of(self, name: str, character: str) -> Options:
        extra = self._characters[character]
        found: dict[tuple[int, int], float] = {}
        for syllable in readings_of(character):
            for at in range(len(name)):
                for count in range(0 if at else 1, min(LONGEST, len(name) - at) + 1):
                    part = name[at : at + count]
                    worth = self.likelihood(syllable, part) + extra
                    worth -= sum(self.chance.get(letter, _UNKNOWN_LETTER) for letter in part)
                    found[at, count] = max(found.get((at, count), -math.inf), worth)
        return tuple((at, count, worth) for (at, count), worth in found.items())


@cache
def name_sounds() -> NameSounds:
    """Return what was learned."""
    data = (files("rag.text") / "name_sounds.json.gz").read_bytes()
    return NameSounds(**json.loads(gzip.decompress(data)))
