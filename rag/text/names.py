"""Find the names in a question with a segmenter, a dictionary and capital letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.text.characters import HAN, has_han
from rag.text.dates import ENGLISH_MONTHS, ENGLISH_WEEKDAYS
from rag.text.dictionary import load_dictionary, stem
from rag.text.languages import ENGLISH_STOP, text_language
from rag.text.words import tagged

NameClass = Literal["place", "other"]
# Words for measures often end in one of these, and names never do: 出口额, 失业率, 出货量.
_MEASURED = frozenset("额率量值价数比费")
TRANSLITERATING = frozenset(
    "阿埃艾爱安昂奥巴芭柏班邦保堡鲍贝本比彼宾波伯勃博布查茨达大戴丹道德登迪蒂丁东杜多厄恩尔法凡菲费芬丰佛夫弗福盖甘冈"
    "高戈哥格根古瓜圭哈海汉豪赫亨胡华霍基吉加贾简金津久卡凯坎康考柯科克肯孔库夸奎拉莱赖兰朗劳勒雷黎里利丽莉廉良列林隆卢"
    "鲁路伦罗洛吕马玛迈麦曼芒毛梅门蒙米密明摩莫姆木穆纳娜乃南内尼宁纽农努诺欧帕派潘庞佩彭皮平珀蒲浦普奇齐钱强乔切琼丘"
    "热仁日荣茹儒瑞若萨赛桑瑟森沙山尚绍舍申圣施石什史舒斯丝苏索塔泰坦汤唐陶特滕提田廷通图土托瓦万旺威维韦魏温文翁沃乌"
    "武西希锡席夏香肖谢辛欣休许雪雅亚延扬耶叶伊因英尤于约泽扎詹珍芝朱兹祖佐"
)
"""Characters that foreign names are written with by their sound: 维尔德马克 for Veldmark."""
WORD = re.compile(r"[A-Za-z0-9][\w.&'-]*\w|[A-Za-z0-9]")
"""A pattern for a word in Latin letters."""
_WORD_OR_HAN = re.compile(rf"{WORD.pattern}|[{HAN}]{{2,}}")
_PERSON = re.compile(rf"[A-Z][\w.'-]+(?: [A-Z][\w.'-]*){{1,2}}|[{HAN}]{{2,4}}")
_NO_NAME = frozenset((*ENGLISH_MONTHS, *ENGLISH_WEEKDAYS, "I", "Q1", "Q2", "Q3", "Q4"))


# Latin words that are common in Chinese text and are not names.
_COMMON_LATIN = frozenset("AI CEO CFO CTO GDP CPI PPI IPO APP NBA CBA ETF VR AR IP PC TV".split())


@dataclass(frozen=True, kw_only=True)
class Name:
    """A name in a question: `text == question[start:end]`."""

    text: str
    start: int
    end: int
    kind: NameClass
    adjunct: bool
    """True if the name only says where or on what ("on Chatbot Arena")."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word of a Chinese text, with the tag that the segmenter gives it."""

    text: str
    tag: str
    start: int

    @property
    def end(self) -> int:
        """The position after the last character."""
        return self.start + len(self.text)


def words_of(text: str) -> list[Word]:
    """Return the words of the segmenter.

    Neighbouring words are joined if the dictionary has them as one name.
    """
    names = load_dictionary().names
    words: list[Word] = []
    at = 0
    for word, tag in tagged(text):
        if words and words[-1].text + word in names:
            words[-1] = Word(text=words[-1].text + word, tag="nz", start=words[-1].start)
        else:
            words.append(Word(text=word, tag=tag, start=at))
        at += len(word)
    return words


def chinese_names(text: str) -> list[Name]:
    """Return the names of a Chinese text, in order. Neighbours that belong together are joined."""
    dictionary = load_dictionary()
    names: list[Name] = []
    previous = ""
    for word in words_of(text):
        latin = word.tag == "eng"
        named = (latin and word.text.upper() not in _COMMON_LATIN) or (
            word.tag.startswith("n")
            and (
                word.text in dictionary.names
                if word.text in dictionary.english
                else word.tag.startswith(("nr", "ns", "nt", "nz")) or _unknown_noun(word)
            )
        )
        behind_a_name = latin and names and names[-1].end == word.start
        if (not named and not behind_a_name) or (
            len(word.text) < 2 and not (names and names[-1].end == word.start)
        ):
            previous = word.text if word.text.strip() else previous
            continue
        gap = text[names[-1].end : word.start] if names else "?"
        together = names and (
            (latin and names[-1].text[-1:].isascii() and gap.strip(" -.") == "" and len(gap) < 2)
            or (gap == "" and word.tag.startswith("nr") and len(names[-1].text) == 1)
            or gap == "·"
            or (gap == "" and latin)  # 百度AI
        )
        if together:
            first = names.pop()
            names.append(_name(text, first.start, word.end, first.kind, first.adjunct))
        else:
            kind: NameClass = "place" if word.tag == "ns" else "other"
            names.append(_name(text, word.start, word.end, kind, previous in ("在", "于")))
        previous = word.text
    return [name for name in names if len(name.text) > 1]


def chinese_people(text: str, known: str) -> list[str]:
    """Return the names of people in a Chinese text that are not in `known`."""
    dictionary = load_dictionary()
    found: list[str] = []
    last = -1
    for word in words_of(text):
        # After a surname, a word is a given name, even if it is also the name of a county.
        given = bool(found) and word.start == last and len(found[-1]) == 1
        known_name = len(word.text) > 1 and word.text in dictionary.names
        if word.tag not in ("nr", "nrt", "nrfg") or (known_name and not given):
            continue
        if given:
            found[-1] += word.text
        else:
            found.append(word.text)
        last = word.end
    return [name for name in dict.fromkeys(found) if len(name) > 1 and name not in known]


def _unknown_noun(word: Word) -> bool:
    """Return True for a noun that no dictionary has. It is mostly a name: 豆包, 勇士队."""
    return word.tag == "n" and not is_common_noun(word.text) and len(word.text) > 1


def english_names(text: str) -> list[Name]:
    """Return the capitalised runs of a text, and words with digits or inner capitals, in order.

    In an English text, Chinese characters are a name too.
    """
    names: list[Name] = []
    words = list(
        _WORD_OR_HAN.finditer(text) if text_language(text) == "en" else WORD.finditer(text)
    )
    for i, match in enumerate(words):
        word = match[0].removesuffix("'s").removesuffix("'")
        inner = any(c.isupper() for c in word[1:]) or (
            any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
        )
        opening = not text[: match.start()].strip(" \"'“‘(")
        han = has_han(word)
        capital = word[:1].isupper() and not (opening and word.casefold() in ENGLISH_STOP)
        if opening and capital and len(words) > 1 and not inner:
            capital = not english_common([word.lower()]) or is_place(word)
        if (
            word in _NO_NAME
            or not (capital or inner or han)
            or re.fullmatch(r"\d+(?:st|nd|rd|th)", word)
        ):
            continue
        end = match.start() + len(word)
        together = names and text[names[-1].end : match.start()] in (" ", " of ", " & ")
        if together and not han and not has_han(names[-1].text):
            first = names.pop()
            names.append(
                _name(text, first.start, end, _kind(text[first.start : end]), first.adjunct)
            )
        else:
            ahead = words[i - 1][0].casefold() if i else ""
            if ahead in ("the", "a", "an") and i > 1:
                ahead = words[i - 2][0].casefold()
            names.append(
                _name(
                    text,
                    match.start(),
                    end,
                    _kind(text[match.start() : end]),
                    ahead in ("on", "in", "at"),
                )
            )
    return names


def names_in(text: str) -> list[Name]:
    """Return the names of a Chinese or English text, in order."""
    return english_names(text) if text_language(text) == "en" else chinese_names(text)


def english_people(text: str, known: str) -> list[str]:
    """Return names of people that are not in `known`: two or three words, or Chinese characters."""
    found = [
        name.text
        for name in english_names(text)
        if name.kind == "other" and _PERSON.fullmatch(name.text) and name.text not in known
    ]
    return list(dict.fromkeys(found))


def is_part_of_transliteration(word: str, text: str) -> bool:
    """Return True if a word stands in a text only within longer names that are written by sound.

    The dictionary has 贝尔 (Bell), but 科贝尔 is another name (Corbel).
    """
    if not TRANSLITERATING.issuperset(word):
        return False
    padded = f" {text} "
    around = [
        {padded[match.start() - 1], padded[match.end()]}
        for match in re.finditer(re.escape(word), padded)
    ]
    return bool(around) and all(TRANSLITERATING & beside for beside in around)


def is_place(name: str) -> bool:
    """Return True if the dictionary has the English name as a place."""
    dictionary = load_dictionary()
    phrase = " ".join(map(stem, WORD.findall(name)[:3]))
    chinese = dictionary.chinese.get(phrase, frozenset()) & dictionary.names
    return any(tag == "ns" for word in chinese for _, tag in tagged(word)[:1])


def _name(text: str, start: int, end: int, kind: NameClass, adjunct: bool) -> Name:
    return Name(
        text=text[start:end],
        start=start,
        end=end,
        kind=kind,
        adjunct=adjunct,
    )


def _kind(name: str) -> NameClass:
    return "place" if is_place(name) else "other"


def is_common_noun(word: str) -> bool:
    """Return True if the dictionary has a Chinese word, or its end, as more than a name."""
    if word[-1:] in _MEASURED:
        return True
    dictionary = load_dictionary()
    return any(
        part in dictionary.english and part not in dictionary.names for part in (word, word[-2:])
    )


def english_common(words: Sequence[str]) -> bool:
    """Return True if the last of some English words is in lower case and in the dictionary."""
    return bool(words) and words[-1].islower() and stem(words[-1]) in load_dictionary().chinese
