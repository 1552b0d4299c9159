"""Read Chinese names in Latin letters: "Cai Chongxin" can be 蔡崇信, and "Tsai" 蔡."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.text.dictionary import is_pinyin
from rag.text.sounds import characters_of, surnames_in_pinyin

_APART = re.compile(r"[-’' ]")
_MOST_GIVEN = 2
"""The most characters of a given name."""
_SHORTEST = 2
"""The shortest surname in letters that is read: one letter is an initial."""

# Spellings of Hong Kong, Taiwan, Singapore and Korea, whose names Chinese articles write in
# characters too. Pinyin surnames come from the dictionary.
_OTHER_SPELLINGS = {
    "ahn": "安",
    "au": "区欧",
    "bae": "裴",
    "chan": "陈",
    "chang": "张",
    "chao": "赵",
    "cheng": "郑",
    "cheung": "张",
    "chiang": "蒋江",
    "chien": "钱简",
    "chiu": "邱赵",
    "cho": "曹赵",
    "choi": "崔蔡",
    "chou": "周",
    "chow": "周",
    "choy": "蔡",
    "chu": "朱",
    "chua": "蔡",
    "chung": "钟郑",
    "fok": "霍",
    "foo": "符",
    "fung": "冯",
    "goh": "吴",
    "hsia": "夏",
    "hsiao": "萧肖",
    "hsieh": "谢",
    "hsu": "徐许",
    "hui": "许",
    "hung": "洪",
    "hwang": "黄",
    "ip": "叶",
    "jang": "张",
    "jeong": "郑",
    "jung": "郑",
    "kao": "高",
    "kim": "金",
    "ko": "高柯",
    "koo": "顾具",
    "kuo": "郭",
    "kwan": "关",
    "kwok": "郭",
    "kwon": "权",
    "lam": "林",
    "lau": "刘",
    "law": "罗",
    "lee": "李",
    "leung": "梁",
    "lim": "林",
    "lo": "罗卢",
    "loh": "罗",
    "lui": "吕雷",
    "mak": "麦",
    "mok": "莫",
    "moon": "文",
    "ng": "吴黄",
    "ong": "王",
    "park": "朴",
    "poon": "潘",
    "roh": "卢",
    "siu": "萧邵",
    "soong": "宋",
    "suen": "孙",
    "szeto": "司徒",
    "tam": "谭",
    "tan": "陈谭",
    "tang": "邓",
    "teng": "邓",
    "teo": "张",
    "ting": "丁",
    "tong": "汤董",
    "tsai": "蔡",
    "tsang": "曾",
    "tse": "谢",
    "tseng": "曾",
    "tsui": "徐崔",
    "tung": "董",
    "wong": "王黄",
    "woo": "胡吴",
    "yau": "丘游",
    "yeh": "叶",
    "yen": "严颜",
    "yeo": "杨",
    "yeoh": "杨",
    "yeung": "杨",
    "yim": "严",
    "yip": "叶",
    "yiu": "姚",
    "yoon": "尹",
    "yuen": "袁阮",
}


@dataclass(frozen=True, kw_only=True)
class RomanisedName:
    """What a name in Latin letters can be in Chinese.

    `surnames` are the possible surnames. `given[i]` are the characters that may be character i of
    the given name.
    """

    surnames: tuple[str, ...]
    given: tuple[str, ...]


def romanised(first: str, second: str) -> Iterator[RomanisedName]:
    """Yield the readings of two words as a Chinese name, the surname first or last.

    The given name must be pinyin, so that its characters are known by their sound.
    """
    for surname, given in ((first, second), (second, first)):
        surnames = chinese_surnames(surname)
        for syllables in _syllables(given) if surnames else ():
            yield RomanisedName(surnames=surnames, given=tuple(map(characters_of, syllables)))


def chinese_surnames(word: str) -> tuple[str, ...]:
    """Return the Chinese surnames that a word in Latin letters can be; none for most words."""
    low = word.lower()
    if len(low) < _SHORTEST:
        return ()
    other = _OTHER_SPELLINGS.get(low, "")
    pinyin = surnames_in_pinyin(low) if is_pinyin(low) else ()
    # 司徒 is one surname of two characters.
    spelled = (other,) if low == "szeto" else tuple(other)
    return tuple(dict.fromkeys((*pinyin, *spelled)))


def _syllables(given: str) -> Iterator[tuple[str, ...]]:
    """Yield the ways to read a given name as one or two syllables of pinyin."""
    parts = [part for part in _APART.split(given.lower()) if part]
    if len(parts) == _MOST_GIVEN:
        if all(map(characters_of, parts)):
            yield tuple(parts)
        return
    word = "".join(parts)
    if characters_of(word):
        yield (word,)
    for end in range(1, len(word)):
        if characters_of(word[:end]) and characters_of(word[end:]):
            yield word[:end], word[end:]
