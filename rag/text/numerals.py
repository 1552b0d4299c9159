"""Numbers that are written in words: 三, 十二, 二〇三, seven, third, XIV."""

from __future__ import annotations

import re

DIGIT_CHARACTERS = "零一二三四五六七八九"
"""The Chinese digits, 0 to 9."""
CHINESE_DIGITS = {c: i for i, c in enumerate(DIGIT_CHARACTERS)} | {"〇": 0, "两": 2}
"""The value of each Chinese digit, in every way of writing it."""
NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty"
).split()
"""The English words for 1 to 20, in small letters."""
ORDINAL_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
"""The English words for 1st to 20th, in small letters."""
ROMAN_NUMERALS = tuple(
    tens + ones
    for tens in ("", "X", "XX", "XXX")
    for ones in ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
)
"""The Roman numerals by their values, 0 (which has none) to 39."""

MAGNITUDES = {
    "万亿": 10**12, "亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 1000,
    "trillion": 10**12, "billion": 10**9, "bn": 10**9, "million": 10**6, "mn": 10**6,
    "thousand": 1000,
}  # fmt: skip
"""Words behind digits that multiply them, the longer one first of two that begin alike."""

_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_DIGITS = re.compile(r"(\d+)(?:st|nd|rd|th)?", re.ASCII)


def chinese_number(digits: str) -> tuple[int, int]:
    """The value of a number in Chinese digits, and of its last written one; 0 for other text."""
    total = section = digit = 0
    step = 1
    for character in digits:
        if character in CHINESE_DIGITS:
            digit, step = CHINESE_DIGITS[character], 1
        elif character not in _SCALES:
            return 0, 1
        elif (scale := _SCALES[character]) < 10**4:
            section += (digit or 1) * scale
            digit, step = 0, scale if scale > 10 else 1
        else:
            # 一亿三千万: 万 counts its own section only, 亿 all before it.
            below = section + digit
            total = total + below * scale if scale == 10**4 else (total + below) * scale
            section = digit = 0
            step *= scale
    return total + section + digit, step


def written_number(text: str) -> int:
    """The number that a text writes and no more: 12, 3rd, 十二, seven, third; 0 for other text."""
    word = text.casefold()
    if match := _DIGITS.fullmatch(word):
        return int(match[1])
    for words in (NUMBER_WORDS, ORDINAL_WORDS):
        if word in words:
            return words.index(word) + 1
    return chinese_number(word)[0]


def roman_number(text: str) -> int:
    """Returns the value of a Roman numeral below forty in capital letters; 0 for other text."""
    return ROMAN_NUMERALS.index(text) if text in ROMAN_NUMERALS else 0
