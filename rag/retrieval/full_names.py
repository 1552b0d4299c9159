"""Find the names in a question, and check whether an article names the same thing.

Brunholm College is not Brunholm University, 瑞宁水泥 is not 瑞宁钢铁, and Ann Tesk is not Ann Vesk.
Such names are not in the dictionary, so an article in the question's own language decides. It names
the same thing (in full or by a part that belongs to no other name), or another thing with a similar
name, or neither.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from rag.messages import Language
from rag.text.characters import HAN
from rag.text.dates import MONTH_WORDS
from rag.text.dictionary import COMPANY_WORDS, load_dictionary, stem
from rag.text.languages import ENGLISH_STOP
from rag.text.names import (
    chinese_names,
    english_common,
    english_names,
    is_common_noun,
)
from rag.text.terms import concepts, fold
from rag.text.words import is_word, simplified, tagged

Standing = Literal["same", "other", "absent"]

_HAN = f"[{HAN}]"
# Kinds of things in Chinese names. The kind distinguishes two things with the same name.
_KIND = re.compile(
    "|".join(
        (
            "钢铁 水泥 银行 证券 保险 地产 置业 汽车 电子 科技 乳业 食品 药业 医药 制药"
            " 石油 石化 化工 化学 能源 电力 电气 电器 航空 航天 航运 海运 铁路 物流 快递"
            " 大学 学院 中学 小学 医院 诊所 酒店 商场 超市 影业 传媒 出版社 电视台 日报"
            " 晚报 俱乐部 基金 信托 期货 租赁 重工 机械 建筑 建材 建工 纺织 服饰 服装 家电"
            " 家居 通信 网络 软件 智能 矿业 煤业 煤矿 铝业 铜业 纸业 酒业 啤酒 饮料 农业"
            " 牧业 渔业 种业 港口 机场 公园 博物馆 美术馆 图书馆 体育馆 水库 水电站 核电站"
            " 电站 大桥 隧道 高速 车站 火车站 玻璃 陶瓷 轮胎 光伏 锂业 生物 新材 游戏 教育"
            " 旅游 文旅 环保 水务 燃气 热力 地铁 公交 客运 法院 检察院 公安局 研究院 研究所"
            " 协会 商会 中心 乡 镇 村 县 区 市 省 州 路 街 湖 河 山 岛 湾 港 寺"
        ).split()
    )
)
_PLACE_KINDS = "区县市省镇乡村州"
_FILLERS_ZH = re.compile(r"(?:控股)?(?:股份)?(?:有限)?(?:责任)?(?:公司|集团|企业|股份|控股)$")
_FILLERS_EN = COMPANY_WORDS | frozenset(
    "the of and for plc llc ag sa holding mr mrs ms dr sir lord lady president minister prime"
    " senator governor mayor king queen prince princess pope professor prof judge justice general"
    " captain chief executive chairman director ceo cfo coach former then us uk st saint state"
    " city new north south east west".split()
)
_NO_PART = _FILLERS_EN | ENGLISH_STOP | MONTH_WORDS
_RUN = re.compile(r"[A-Z][\w'’-]*(?:(?: | of | & | of the )[A-Z][\w'’-]*)*")
_SENTENCE_END = re.compile(r"(?:^|[.!?:\n]['\"”]?\s*)$")
# These distinguish two places with the same name: East Lund is not West Lund.
_SIDES = frozenset("north south east west upper lower northern southern eastern western".split())
_WINDOW = 8
_LEAST_MISSPELT = 6
"""The shortest word in which a misspelt letter is accepted, in letters."""


@dataclass(frozen=True, kw_only=True)
class FullName:
    """A name as a question writes it.

    - `part` are its words, in order. For a Chinese name it is the name itself.
    - `kind` is the kind of thing in a Chinese name: 钢铁 of 瑞宁钢铁. The words of an English name
      include its kind.
    - `known` is true for a place in the dictionary. An article without its name may still be about
      it.
    """

    text: str
    part: tuple[str, ...]
    kind: str = ""
    known: bool = False


@lru_cache(maxsize=256)
def full_names(question: str, language: Language) -> tuple[FullName, ...]:
    """Return the names of a question that are in its own script and not in the dictionary."""
    return _chinese(simplified(question)) if language == "zh" else _english(question)


def standing(name: FullName, article: str) -> tuple[Standing, str]:
    """Return whether an article names the same thing, and the similar name if it names another.

    The article must be in the question's language. The similar name may be "".
    """
    if name.part[0][0].isascii():
        return _english_standing(name, _plain(article))
    return _chinese_standing(name, fold(article).characters)


def _plain(text: str) -> str:
    """Return the text without accents: Möngke becomes Mongke."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(c for c in apart if not unicodedata.combining(c))


def _english(question: str) -> tuple[FullName, ...]:
    names = []
    for name in english_names(_plain(question)):
        words = tuple(
            word.removesuffix("'s").removesuffix("’s")
            for word in re.findall(r"[A-Za-z][\w'’-]*", name.text)
        )
        # Numbers are left out: `rag.text.identifiers` compares the members of a series.
        words = tuple(word for word in words if _tells(word))
        if any(_is_own(word, words) for word in words) and not _meanings(" ".join(words)):
            names.append(FullName(text=name.text, part=words))
    return tuple(names)


def _tells(word: str) -> bool:
    """Return True if a word says what is named: not a title, not "Group", not a number."""
    return len(word) > 1 and word.lower() not in _NO_PART and not re.search(r"\d", word)


def _meanings(phrase: str) -> frozenset[str]:
    """Return the dictionary's Chinese words for an English word or phrase."""
    key = " ".join(map(stem, phrase.split()))
    return load_dictionary().chinese.get(key, frozenset())


def _is_own(word: str, words: tuple[str, ...]) -> bool:
    """Return True if a word belongs to this name alone, not to its kind: Brunholm, not College.

    A known name may be part of a longer name that the dictionary does not have: Paris College.
    """
    meanings = _meanings(word)
    return not meanings or (len(words) > 1 and bool(meanings & load_dictionary().names))


@lru_cache(maxsize=256)
def _words_of(article: str) -> tuple[frozenset[str], tuple[tuple[str, ...], ...]]:
    """Return all words of an English article in lower case, and its capitalised runs."""
    runs = []
    for match in _RUN.finditer(article):
        words = [w.removesuffix("'s").removesuffix("’s") for w in match[0].split()]
        if _SENTENCE_END.search(article[max(0, match.start() - 4) : match.start()]):
            words = words[1:] if len(words) > 1 and _only_opens(words[0]) else words
        runs.append(tuple(words))
    lower = {
        w.removesuffix("'s").removesuffix("’s") for w in re.findall(r"[\w'’-]+", article.lower())
    }
    lower |= {part for word in lower if "-" in word for part in word.split("-")}
    return frozenset(lower), tuple(dict.fromkeys(runs))


def _only_opens(word: str) -> bool:
    """Return True if the first word of a sentence is a common word."""
    if word.lower() in ENGLISH_STOP:
        return True
    return english_common([word.lower()]) and not _meanings(word) & load_dictionary().names


def _english_standing(name: FullName, article: str) -> tuple[Standing, str]:
    there, runs = _words_of(article)
    present = [word for word in name.part if _present(word, there, runs)]
    if len(present) == len(name.part):
        like = _of_another_side(name, runs)
        return ("other", like) if like else ("same", "")
    own = [word for word in name.part if _is_own(word, name.part)]
    if not any(word in present for word in own):
        return "absent", _alike(name, runs)
    if like := _of_another_side(name, runs):
        return "other", like
    extended = [_extended(word, name, runs) for word in present if word in own]
    return ("other", extended[0]) if all(extended) else ("same", "")


def _present(word: str, there: frozenset[str], runs: tuple[tuple[str, ...], ...]) -> bool:
    """Return True if an article has a word of a name, also in plural, shortened, or misspelt."""
    lower = word.lower()
    forms = {lower, f"{lower}s", f"{lower}es", lower.removesuffix("s"), lower.removesuffix("es")}
    if forms & there or any(len(lower) > 3 and lower in other for other in there):
        return True
    named = {other.lower() for run in runs for other in run}
    # Uni for University.
    return any((len(lower) > 2 and n.startswith(lower)) or _one_letter_off(lower, n) for n in named)


def _one_letter_off(one: str, other: str) -> bool:
    """Return True if two long words differ by one letter, or by two exchanged letters.

    In short words one letter makes another name: Tesk and Vesk.
    """
    if min(len(one), len(other)) < _LEAST_MISSPELT or one[0] != other[0]:
        return False
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), -1)
    if start < 0:
        return True
    rest, there = one[start:], other[start:]
    exchanged = rest[:2] == there[:2][::-1] and rest[2:] == there[2:]
    return exchanged or rest[1:] == there[1:] or rest[1:] == there or rest == there[1:]


def _extended(word: str, name: FullName, runs: tuple[tuple[str, ...], ...]) -> str:
    """Return another name in an article that the word belongs to, or ""."""
    own = {w.lower() for w in name.part}
    first, last = word == name.part[0], word == name.part[-1]
    for run in runs:
        lower = [w.lower() for w in run]
        if word.lower() not in lower:
            continue
        at = lower.index(word.lower())
        behind, ahead = lower[at + 1 :], lower[:at]
        beside = (behind if first else []) + (ahead if last else [])
        others = [w for w in beside if w not in own and _tells(w)]
        if others:
            return " ".join(run)
    return ""


def _of_another_side(name: FullName, runs: tuple[tuple[str, ...], ...]) -> str:
    """Return "East Lund" for West Lund, if the article has no other form of the name, else ""."""
    asked = [word.lower() for word in re.findall(r"[A-Za-z][\w'’-]*", name.text)]
    side, word = next(
        ((a, b) for a, b in pairwise(asked) if a in _SIDES and b == name.part[0].lower()),
        ("", ""),
    )
    if not side:
        return ""
    # For each run that has the word: the word before it, and the run.
    before = [
        (lower[at - 1] if at else "", run)
        for run in runs
        if word in (lower := [w.lower() for w in run])
        for at in (lower.index(word),)
    ]
    # Southern Lund may be the same as South Lund.
    others = all(found in _SIDES and found[:5] != side[:5] for found, _ in before)
    return " ".join(before[0][1]) if before and others else ""


def _alike(name: FullName, runs: tuple[tuple[str, ...], ...]) -> str:
    """Return a name of two or more words that shares a word with the absent name, or ""."""
    wanted = {word.lower() for word in name.part}
    found = (run for run in runs if len(run) > 1 and wanted & {word.lower() for word in run})
    return next((" ".join(run) for run in found), "")


def _chinese(question: str) -> tuple[FullName, ...]:
    dictionary = load_dictionary()
    sure = [concept.text for concept in concepts(question, across=False) if concept.name]
    names: list[FullName] = []
    for name in chinese_names(question):
        text = _FILLERS_ZH.sub("", name.text)
        if not re.fullmatch(rf"{_HAN}{{2,}}", text):
            continue
        if not any(part in name.text for part in sure):
            continue
        if text in dictionary.english:
            names += _known_place(question, name.start, name.start + len(text))
            continue
        kind = _KIND.match(question, name.start + len(text))
        if kind and len(kind[0]) == 1 and is_word(question[kind.start() : kind.end() + 1]):
            # 西山市场 is not in a town with that name.
            kind = None
        inner = re.search(rf"(?:{_KIND.pattern})$", text)
        if inner and inner.start() > 1:
            text, ending = text[: inner.start()], inner[0]
        else:
            ending = kind[0] if kind else ""
        if not is_common_noun(text) or ending:
            names.append(FullName(text=text + ending, part=(text,), kind=ending))
    return tuple(names)


def _known_place(question: str, start: int, end: int) -> Iterator[FullName]:
    """Yield a place with its kind: 南山区 is not 南山县."""
    if question[end - 1] not in _PLACE_KINDS or end - start < 3:
        end += 1
    kind = question[end - 1 : end]
    if kind and kind in _PLACE_KINDS and not is_word(question[end - 1 : end + 1]):
        yield FullName(
            text=question[start:end], part=(question[start : end - 1],), kind=kind, known=True
        )


def _chinese_standing(name: FullName, article: str) -> tuple[Standing, str]:
    (part,), kind = name.part, name.kind
    if part in article:
        # 区 alone is in nearly every article.
        elsewhere = kind not in _PLACE_KINDS and kind in article
        like = _of_another_kind(part, kind, article) if kind and not elsewhere else ""
        return ("other", like) if like else ("same", "")
    pairs = [part[i : i + 2] for i in range(len(part) - 1)]
    shared = [pair for pair in pairs if pair in article]
    if len(shared) * 2 >= len(pairs):
        like = _another_word(part, shared[0], article)
        return ("other", like) if like else ("same", "")
    return "absent", _of_like_kind(part, kind, article)


def _of_another_kind(part: str, kind: str, article: str) -> str:
    """Return the name with another kind of thing from an article, or "".

    A county may be called by its name alone. So every kind that follows the name must differ.
    """
    found = [_KIND.match(article, match.end()) for match in re.finditer(re.escape(part), article)]
    others = [
        other[0]
        for other in found
        if other
        and len(other[0]) == len(kind)
        and other[0] != kind
        # The island of Hainan is the province, and 海南市场 is not a town.
        and (kind not in _PLACE_KINDS or other[0] in _PLACE_KINDS)
        and (len(kind) > 1 or not is_word(article[other.start() : other.end() + 1]))
    ]
    if not others or (len(kind) == 1 and len(others) < len(found)):
        return ""
    return part + others[0]


def _another_word(part: str, shared: str, article: str) -> str:
    """Return a name of an article that shares two characters with the one asked about, or "".

    It has the same length and at least one other character.
    """
    at = article.find(shared)
    window = article[max(0, at - _WINDOW) : at + _WINDOW]
    for word, tag in tagged(window):
        if shared in word and word != part and len(word) == len(part) and tag.startswith("n"):
            return word
    return ""


def _of_like_kind(part: str, kind: str, article: str) -> str:
    """Return a name of an article that has the kind or the surname of the absent name, or ""."""
    if kind:
        match = re.search(rf"({_HAN}{{{len(part)}}}){re.escape(kind)}", article)
        return match[0] if match else ""
    match = re.search(rf"{re.escape(part[0])}{_HAN}{{{len(part) - 1}}}", article)
    words = {word for word, tag in tagged(article[:400]) if tag.startswith("nr")}
    return match[0] if match and match[0] in words else ""
