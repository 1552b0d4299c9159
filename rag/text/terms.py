"""Find the concepts of a question, which can be looked for in text of either language.

A concept is one idea of the question with all its forms: the question's own word, and its
translations in the dictionary. The words of Chinese questions come from a segmenter, which also
marks nouns and names. The searched text itself is never segmented.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import accumulate

from rag.text.characters import HAN, has_han
from rag.text.dates import FULL_MONTH
from rag.text.dictionary import english_words, load_dictionary, stem
from rag.text.languages import ENGLISH_STOP
from rag.text.measures import ONE_COUNT
from rag.text.words import simplified, tagged

_NUMBER = re.compile(r"\d.*|[IVX]{2,}|[VX]|No|Number")
_HAN_RUN = re.compile(rf"[{HAN}]+")
_LONGER_NAME = re.compile(r"[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)+")
_SORT = re.compile(
    rf"(?:什么|何种|哪一?[个种家些类项位座所门款支名]?)([{HAN}]{{2,6}})"
    r"|\b(?:what|which)(?: (?:kind|type|sort)s? of)? ([a-z]+)",
    re.IGNORECASE,
)
_CAPITALISED = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+|[A-Z][a-z]+ [A-Z][a-z]+")
_CHINESE_STOP = frozenset(
    "是 有 没有 会 能 可以 可能 能够 应该 要 想 将 说 称 表示 认为 进行 成为"
    " 使 让 令 请 问 请问 告诉 多少 几 什么 时候 时间 情况 问题 原因 方面 哪些"
    " 哪个 怎么 怎样 如何 为什么 为何 根据 关于 报道 文章 新闻 目前 是否 钱 人"
    " 年 月 日 做 看 得 到 去 来 上 下 大 小 多 少 新 主要 具体 相关 其他"
    " 其中 分别 提到 涉及 指 叫 名字 介绍".split()
)
_COUNTED = (
    re.compile(rf"(?:多少|(?<!哪)几)[个名辆台款家只位种条次座篇部项笔股万亿]*([{HAN}]{{2,6}})"),
    re.compile(
        r"\bhow many ((?:[a-z'-]+ ){1,4}?)"
        r"(?:do|does|did|has|have|had|are|is|was|were|will|can|in|on|at)\b",
        re.IGNORECASE,
    ),
)
# Articles count people as the dead, workers or guests, so any word for them is accepted.
_PEOPLE = re.compile(
    r"[个名位]?人(?![员民口次均工])|(?:[a-z'-]+ )?(?:people|persons)\b", re.IGNORECASE
)
# Dates are read elsewhere and are never looked for as words.
_DATES = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|\bQ[1-4]\b|\d{1,2}[月日]|[一二三四]季度"
    r"|(?:\d{1,2} )?\b"
    rf"(?:{FULL_MONTH})\b(?: \d{{1,2}}\b)?"
)
# The segmenter's tags for nouns, names, Latin words, and nouns made of verbs.
_NOUN_TAGS = ("n", "eng", "vn", "j", "l", "i")
_VERB_TAGS = ("v", "a")
_NAME_TAGS = ("nr", "ns", "nt", "nz")
# Times, numbers, measures and directions: the dictionary writes 春节 and 西方 like names.
_NEVER_NAME_TAGS = ("t", "m", "q", "f", "s")
_MOST_PIECES = 4
# Newspapers leave out these parts of a name: 淮安 for 淮安市, Shanghai for Shanghai Municipality.
_KIND_ZH = re.compile(r"(?:(?:控股)?(?:股份)?(?:有限)?公司|集团|[市省])$")
_KIND_EN = re.compile(r" (?:municipality|provinc|autonomou region)$")
_MEASURE_ENDINGS = "价率额量数值"
"""The last characters of measures (收盘价, 出货量).

Texts often leave them out: 收盘报116.7港元.
"""
_NOUN_WEIGHT, _VERB_WEIGHT = 1.0, 0.35
_BETWEEN = "\n"
"""A separator between texts. It is never part of a form, because forms have no line breaks."""
_REMEMBERED = 512
"""The number of cached texts. Several steps read the same few sentences of an answer again."""


@dataclass(frozen=True, kw_only=True)
class Concept:
    """One idea of a question. A text shows the concept if it contains any of its `forms`.

    - `text` is its wording in the question.
    - `forms` are folded as in `fold`. Forms in Latin letters are stems, compared with stems.
    - `essential` is true for nouns and names, which an answer must nearly always have. Other words
      can be expressed in many ways.
    - `name` is true for names of people, places, organisations and products whose absence can be
      noticed. An English name over Chinese text is not one if the dictionary has no Chinese form.
    """

    text: str
    forms: frozenset[str]
    essential: bool
    name: bool = False

    @cached_property
    def in_stems(self) -> tuple[str, ...]:
        """The forms in Latin letters, to be looked for in `FoldedText.stems`."""
        return tuple(f" {form} " for form in self.forms if form.isascii())

    @cached_property
    def in_characters(self) -> tuple[str, ...]:
        """The other forms, to be looked for in `FoldedText.characters`."""
        return tuple(form for form in self.forms if not form.isascii())


@dataclass(frozen=True, kw_only=True)
class FoldedText:
    """A text prepared for `shows`: its folded characters, and the stems of its Latin words."""

    characters: str
    stems: str


@lru_cache(maxsize=_REMEMBERED)
def fold(text: str) -> FoldedText:
    """Return a text with compatibility forms, Traditional characters, case and endings folded."""
    characters = simplified(unicodedata.normalize("NFKC", text).casefold())
    stems = " ".join(map(_stem, english_words(characters)))
    return FoldedText(characters=characters, stems=f" {stems} ")


_stem = lru_cache(maxsize=100_000)(stem)


def shows(text: FoldedText, concept: Concept) -> bool:
    """Return True if any form of the concept is in the text."""
    # This runs some ten thousand times per question. A generator would take twice as long.
    for form in concept.in_characters:
        if form in text.characters:
            return True
    for form in concept.in_stems:  # noqa: SIM110
        if form in text.stems:
            return True
    return False


class FoldedTexts:
    """Many folded texts. Counting concepts takes a third of the time of searching each text."""

    def __init__(self, texts: Iterable[FoldedText]) -> None:
        texts = tuple(texts)
        self._count = len(texts)
        self._characters = _Joined([text.characters for text in texts])
        self._stems = _Joined([text.stems for text in texts])

    def __len__(self) -> int:
        return self._count

    def showing(self, concept: Concept) -> int:
        """Return how many of the texts show a concept."""
        found: set[int] = set()
        for form in concept.in_characters:
            found.update(self._characters.holding(form))
        for form in concept.in_stems:
            found.update(self._stems.holding(form))
        return len(found)


class _Joined:
    """Texts joined into one string, which is fast to search."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._text = _BETWEEN.join(texts)
        lengths = (len(text) + len(_BETWEEN) for text in texts)
        self._ends = list(accumulate(lengths))

    def holding(self, part: str) -> Iterator[int]:
        """Yield the indices of the texts that contain a part, in order."""
        at = self._text.find(part)
        while at >= 0:
            place = bisect_right(self._ends, at)
            yield place
            at = self._text.find(part, self._ends[place])


def surely_missing(name: Concept, text: FoldedText) -> bool:
    """Return True if neither a name nor enough of its parts is in the text.

    The segmenter may add a neighbouring character to a Chinese name. So half of a name's character
    pairs count as the name.
    """
    if shows(text, name):
        return False
    pairs = [name.text[i : i + 2] for i in range(len(name.text) - 1)]
    return name.text.isascii() or sum(p in text.characters for p in pairs) * 2 < len(pairs)


def counted_noun(question: str, *, across: bool) -> Concept | None:
    """Return what a question counts ("多少名员工", "how many employees"), or None."""
    for pattern in _COUNTED:
        match = pattern.search(unicodedata.normalize("NFKC", question))
        if match and not _PEOPLE.match(match[1]):
            found = [c for c in concepts(match[1], across=across) if c.essential]
            # "How many passengers died in …": the verb is not what is counted.
            while len(found) > 1 and found[-1].text.endswith("ed"):
                found.pop()
            if found and (not across or len(found[0].forms) > 1):
                return found[0] if has_han(match[1]) else found[-1]
    return None


@lru_cache(maxsize=_REMEMBERED)
def concepts(question: str, *, across: bool) -> tuple[Concept, ...]:
    """Return the concepts of a Chinese or English question, in order, each once.

    `across` adds their names in the other language, from the dictionary. It is false if the
    articles are in the question's own language.
    """
    text = _DATES.sub(" ", simplified(unicodedata.normalize("NFKC", question)))
    latin = _HAN_RUN.sub(" ", text)
    made = _english_concepts(latin, across=across) + _chinese_concepts(text, across=across)
    return tuple({concept.text.casefold(): _widened(concept) for concept in made}.values())


def is_sort_asked_for(concept: Concept, question: str) -> bool:
    """Return True if a concept is the sort of thing that a question asks for: 职务 in "什么职务".

    An answer gives the thing (主席), and seldom its sort.
    """
    said = ((match[1] or match[2]).casefold() for match in _SORT.finditer(question))
    return not concept.name and any(sort.startswith(concept.text.casefold()) for sort in said)


def _widened(concept: Concept) -> Concept:
    """Return the concept with the other words that reports use for the same count."""
    forms = frozenset[str]().union(*(words for words in ONE_COUNT if words & concept.forms))
    return replace(concept, forms=concept.forms | forms) if forms else concept


def weights(concepts: Sequence[Concept], texts: FoldedTexts) -> tuple[float, ...]:
    """Return the weight of each concept: its rarity among `texts`, lower for inessential words.

    Rarity is the inverse document frequency of Robertson and Sparck Jones in its form that is
    always positive, ln(1 + (N - n + 0.5) / (n + 0.5)). A concept that no text shows weighs most.
    """
    return tuple(
        math.log1p((len(texts) - n + 0.5) / (n + 0.5))
        * (_NOUN_WEIGHT if concept.essential else _VERB_WEIGHT)
        for concept in concepts
        for n in [texts.showing(concept)]
    )


def _english_concepts(text: str, *, across: bool) -> list[Concept]:
    words = [
        word.removesuffix("'s")
        for word in english_words(text)
        if word.casefold() not in ENGLISH_STOP and (len(word) > 1 or word.isdigit())
    ]
    first = next(iter(english_words(text)), "")
    longer_names = _LONGER_NAME.findall(text)
    in_longer_names = set(english_words(" ".join(longer_names)))
    dictionary = load_dictionary() if across else None
    made, at = [], 0
    while at < len(words):
        for length in (3, 2, 1):
            part = words[at : at + length]
            phrase = " ".join(map(_stem, part))
            chinese = dictionary.chinese.get(phrase, frozenset()) if dictionary else frozenset()
            if length == 1 or (chinese and len(part) == length):
                # A first word is always capitalised, so only the dictionary can show that it is a
                # name.
                upper = any(w[:1].isupper() for w in part) and not (at == 0 and first in part)
                proper = bool(dictionary and chinese & dictionary.names)
                verb = bool(dictionary and phrase in dictionary.verbs)
                name = upper or (proper and part[0][:1].isupper())
                # "York" alone does not mean New York, and "Jack" alone does not mean Jack Ma.
                told = not across or (
                    proper and (" ".join(part) in longer_names or not in_longer_names & set(part))
                )
                made.append(
                    Concept(
                        text=" ".join(part),
                        forms=chinese | {phrase} | _short_names(chinese if name else frozenset()),
                        essential=name or (not verb and not phrase.endswith("ly")),
                        name=name and told and not _NUMBER.fullmatch(part[0]),
                    )
                )
                at += len(part)
                break
    return made


def _short_names(chinese: Iterable[str]) -> frozenset[str]:
    """Return the first two characters of long names, as in newspapers: 阿里 for 阿里巴巴."""
    return frozenset(word[:2] for word in chinese if len(word) >= 4)


def _chinese_concepts(text: str, *, across: bool) -> list[Concept]:
    if not has_han(text):
        return []
    made = []
    for word, tag in _with_whole_names(text):
        noun = tag.startswith(_NOUN_TAGS)
        if not has_han(word) or word in _CHINESE_STOP or not (noun or tag.startswith(_VERB_TAGS)):
            continue
        forms = {word}
        if len(word) > 2 and word[-1] in _MEASURE_ENDINGS:
            forms.add(word[:-1])
        named = noun and len(word) > 1 and _names_something(word, tag)
        if named and len(word) > 2:
            # 瑞宁 for 瑞宁集团, 淮安 for 淮安市.
            forms |= {_KIND_ZH.sub("", word)} - {word[:1]}
        if across:
            dictionary = load_dictionary()
            known = [form for form in forms if form in dictionary.english]
            parts = known or dictionary.words_in(word)
            forms |= {form for part in parts for form in dictionary.english[part]}
            if named:
                forms |= {_KIND_EN.sub("", form) for form in forms}
        told = len(forms) > 1 or not across
        made.append(Concept(text=word, forms=frozenset(forms), essential=noun, name=named and told))
    return made


def _with_whole_names(text: str) -> list[tuple[str, str]]:
    """Return the words of a text with their tags, as `tagged`, with names that it took apart."""
    words: list[tuple[str, str]] = []
    for word, tag in tagged(text):
        # The segmenter may separate a rare given name from its surname.
        if words and words[-1][1] == "nr" and len(words[-1][0]) == 1 and tag.startswith("nr"):
            words[-1] = (words[-1][0] + word, "nr")
        else:
            words.append((word, tag))
    # It takes names apart that it does not know (英 伟达), or takes them for other words (微软).
    only_names = load_dictionary().only_names
    whole: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        length = next((n for n in range(_MOST_PIECES, 1, -1) if _is_parted(words[at : at + n])), 1)
        word, tag = "".join(word for word, _ in words[at : at + length]), words[at][1]
        if length > 1 or (
            word in only_names and not tag.startswith((*_NOUN_TAGS, *_NEVER_NAME_TAGS))
        ):
            tag = "nz"
        whole.append((word, tag))
        at += length
    return whole


def _is_parted(pieces: Sequence[tuple[str, str]]) -> bool:
    """Return True if the pieces are together a name of the dictionary, and not all words.

    A piece is no word of its own if it is a single character. Numbers are no pieces of names.
    """
    dictionary = load_dictionary()
    name = "".join(word for word, _ in pieces)
    return (
        len(name) > 2
        and name in dictionary.only_names
        and not any(tag.startswith(_NEVER_NAME_TAGS) for _, tag in pieces)
        and any(len(word) == 1 or word not in dictionary.english for word, _ in pieces)
    )


def _names_something(word: str, tag: str) -> bool:
    """Return True if a noun is a name, by the dictionary, or else by the segmenter's guess."""
    dictionary = load_dictionary()
    for part in (word, _KIND_ZH.sub("", word)):
        if part in dictionary.english:
            return part in dictionary.names
    return tag.startswith(_NAME_TAGS)


def names_someone(text: str) -> bool:
    """Return True if the text contains what may be a person's name, in Chinese or Latin letters."""
    if any(len(word) > 1 and tag.startswith("nr") for word, tag in tagged(text)):
        return True
    return bool(_CAPITALISED.search(text))
