"""Read numbers in digits or in words, with their magnitudes and units, in Chinese and English."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from rag.text.characters import HAN

# Numbers in words: 三, 十二, 二〇三, seven, third, XIV.

DIGIT_CHARACTERS = "零一二三四五六七八九"
"""The Chinese digits, 0 to 9."""
CHINESE_DIGITS = {c: i for i, c in enumerate(DIGIT_CHARACTERS)} | {"〇": 0, "两": 2}
"""The value of each Chinese digit, with all its variants."""
NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty"
).split()
"""The English words for 1 to 20, in lower case."""
ORDINAL_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
"""The English words for 1st to 20th, in lower case."""
ROMAN_NUMERALS = tuple(
    tens + ones
    for tens in ("", "X", "XX", "XXX")
    for ones in ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
)
"""The Roman numerals, 1 to 39, at the index of their value. Index 0 is empty."""

MAGNITUDES = {
    "万亿": 10**12, "亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 1000,
    "trillion": 10**12, "billion": 10**9, "bn": 10**9, "million": 10**6, "mn": 10**6,
    "thousand": 1000,
}  # fmt: skip
"""Words after digits that multiply them. A longer word comes before a shorter one inside it."""

_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_DIGITS = re.compile(r"(\d+)(?:st|nd|rd|th)?", re.ASCII)


def chinese_number(digits: str) -> tuple[int, int]:
    """Return the value of a number in Chinese digits, and the value of its last written digit.

    The value is 0 for any other text.
    """
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
            # In 一亿三千万, 万 multiplies only its own part, and 亿 everything before it.
            below = section + digit
            total = total + below * scale if scale == 10**4 else (total + below) * scale
            section = digit = 0
            step *= scale
    return total + section + digit, step


def written_number(text: str) -> int:
    """Return the number that a text consists of: 12, 3rd, 十二, seven, third; 0 for other text."""
    word = text.casefold()
    if match := _DIGITS.fullmatch(word):
        return int(match[1])
    for words in (NUMBER_WORDS, ORDINAL_WORDS):
        if word in words:
            return words.index(word) + 1
    return chinese_number(word)[0]


def roman_number(text: str) -> int:
    """Return the value of a Roman numeral below 40 in capital letters; 0 for other text."""
    return ROMAN_NUMERALS.index(text) if text in ROMAN_NUMERALS else 0


# Quantities: numbers with magnitudes and units.


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number with its magnitude applied: 58.3万 is 583000, $1 billion is 10^9 with unit USD.

    - `step` is the value of the last written digit (1000 for 58.3万), to which the number may be
      rounded.
    - `unit` is a currency code, `%`, `rank`, or empty.
    - `measure` is `pp` for percentage points, or a unit of length, weight, area or time. It is
      empty if none is written.
    """

    value: Decimal
    step: Decimal
    unit: str
    text: str
    measure: str = ""


_MAGNITUDE = MAGNITUDES | {"百": 100, "tn": 10**12, "hundred": 100}
# A letter counts only directly after the digits or after a currency sign: "5 m" is a length.
_LETTER = {"k": 1000, "m": 10**6, "b": 10**9}
UNITS = {
    "%": "%", "percent": "%", "per cent": "%", "percentage point": "%", "percentage points": "%",
    "个百分点": "%", "美元": "USD", "us$": "USD", "$": "USD", "usd": "USD", "dollars": "USD",
    "dollar": "USD", "u.s. dollars": "USD", "us dollars": "USD",
    "港元": "HKD", "港币": "HKD", "hk$": "HKD", "hkd": "HKD", "hong kong dollars": "HKD",
    "人民币": "CNY", "元": "CNY", "元人民币": "CNY", "yuan": "CNY", "rmb": "CNY", "cny": "CNY",
    "¥": "CNY", "欧元": "EUR", "euros": "EUR", "€": "EUR", "eur": "EUR", "英镑": "GBP", "£": "GBP",
    "日元": "JPY", "yen": "JPY", "韩元": "KRW",
}  # fmt: skip
_POINTS = frozenset({"percentage point", "percentage points", "个百分点"})
_MEASURES = {
    "公里": "km", "千米": "km", "kilometers": "km", "kilometres": "km", "kilometer": "km",
    "kilometre": "km", "km": "km", "英里": "mile", "miles": "mile", "mile": "mile",
    "米": "m", "meters": "m", "metres": "m", "meter": "m", "metre": "m",
    "厘米": "cm", "centimeters": "cm", "cm": "cm", "feet": "ft", "foot": "ft", "ft": "ft",
    "inches": "in", "inch": "in", "英寸": "in",
    "公斤": "kg", "千克": "kg", "kilograms": "kg", "kilogram": "kg", "kg": "kg",
    "吨": "t", "tons": "t", "tonnes": "t", "ton": "t", "tonne": "t", "克": "g", "grams": "g",
    "平方米": "m2", "square meters": "m2", "square metres": "m2", "平方公里": "km2",
    "square kilometers": "km2", "square kilometres": "km2", "公顷": "ha", "hectares": "ha",
    "亩": "mu", "小时": "h", "hours": "h", "hour": "h", "分钟": "min", "minutes": "min",
    "minute": "min", "秒": "s", "秒钟": "s", "seconds": "s", "天": "day", "days": "day",
    "周": "week", "weeks": "week", "个月": "month", "months": "month",
    "吉瓦": "gw", "gigawatts": "gw", "gigawatt": "gw", "gw": "gw",
    "兆瓦": "mw", "megawatts": "mw", "megawatt": "mw", "mw": "mw",
    "千瓦": "kw", "kilowatts": "kw", "kilowatt": "kw", "kw": "kw",
    "吉瓦时": "gwh", "gigawatt-hours": "gwh", "gigawatt hours": "gwh", "gwh": "gwh",
    "兆瓦时": "mwh", "megawatt-hours": "mwh", "megawatt hours": "mwh", "mwh": "mwh",
    "千瓦时": "kwh", "kilowatt-hours": "kwh", "kilowatt hours": "kwh", "kwh": "kwh",
}  # fmt: skip

UNIT_WORDS = frozenset((*UNITS, *_MEASURES))
"""Every word for a unit, in lower case. The dictionary has some of them as names: 吉瓦."""
_SIZES: tuple[dict[str, Decimal], ...] = tuple(
    {name: Decimal(size) for name, size in sizes.items()}
    for sizes in (
        {"km": "1000", "mile": "1609.344", "m": "1", "ft": "0.3048", "cm": "0.01", "in": "0.0254"},
        {"t": "1000", "kg": "1", "g": "0.001"},
        {"km2": "1000000", "ha": "10000", "m2": "1"},
        {"day": "1440", "h": "60", "min": "1"},
        {"gw": "1000000", "mw": "1000", "kw": "1"},
        {"gwh": "1000000", "mwh": "1000", "kwh": "1"},
    )
)
"""Groups of measures of the same kind, each with its size in the unit of the group."""


def alternatives(words: dict[str, int] | dict[str, str]) -> str:
    """Return a pattern that matches any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_MEASURE = rf"(?:\s?-?(?P<measure>{alternatives(_MEASURES)})(?![a-z度]))?"
_QUANTITY = re.compile(
    rf"(?P<before>us\$|hk\$|[$¥€£])?\s?"
    # Digits that touch Latin letters belong to a name: Qwen2.5, iOS18.4.
    rf"(?<![a-z0-9.])(?<![a-z]-)(?P<number>\d+(?:,\d{{3}})*(?:\.\d+)?)"
    rf"(?:(?P<tight>bn|mn|tn|(?(before)\s?|)[kmb])(?![a-z0-9])"
    rf"|(?![a-z]*\d)[\s-]?(?P<magnitude>{alternatives(_MAGNITUDE)})?(?![a-z])|)"
    rf"(?P<more>[余多])?[\s-]?(?:(?P<unit>{alternatives(UNITS)})|{_MEASURE})?"
)
# The rows of tables have the unit first (`rag.ingest.tables`): 收入(亿元)64.3, Revenue (million
# yuan) 64.3.
_UNIT_BEFORE = re.compile(
    rf"\((?P<unit>(?:{alternatives(_MAGNITUDE)}) ?[{HAN}]{{0,3}}"
    rf"|(?:(?:{alternatives(_MAGNITUDE)}) )?(?:{alternatives(UNITS)}|{alternatives(_MEASURES)}))"
    r"(?:/\w{1,5})?\)\s?[-+]?(?P<number>\d[\d,]*(?:\.\d+)?)(?![\d.]*\s?(?:[a-z%万亿]))"
)
# The lower end of a range is written without the unit of its upper end: 10-15%, 2 to 3 million.
_RANGE = re.compile(
    r"(?<![\w.,])(?P<low>\d+(?:\.\d+)?)(?P<link>\s?[-–—~至到]\s?| to | and )"
    rf"(?P<high>\d+(?:\.\d+)?)(?P<scale>\s?(?:{alternatives(_MAGNITUDE)})?\s?(?:{alternatives(UNITS)})?)(?![a-z])"
)
_BETWEEN = re.compile(r"\b(?:between|from) $")
_CHINESE_QUANTITY = re.compile(
    r"(?P<percent>百分之)?(?<![数几上第\d])"
    r"(?P<number>(?(percent)[一二三四五六七八九十][零一二三四五六七八九十]*"
    r"|[一二两三四五六七八九十][零〇一二两三四五六七八九十百千万亿]+))"
    rf"(?![年月日号])(?P<more>[余多])?(?P<unit>{alternatives(UNITS)})?"
)
# 两成 is 20 %. After other numbers 成 is mostly a verb.
_TENTHS = re.compile(
    r"(?<![一二两三四五六七八九十第\d])(?P<number>[一两二三四五六七八九])成(?P<half>半)?(?![为立功员就果分本交长都])"
)
_WORD_NUMBERS = {word: i for i, word in enumerate(NUMBER_WORDS[:12], 1)} | {
    word: 10 * i
    for i, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_ONE_TO_TEN = alternatives(dict.fromkeys(NUMBER_WORDS[:10], ""))
_FRACTION = re.compile(
    rf"\b(?P<part>{_ONE_TO_TEN}|\d{{1,2}}) (?:in|out of)(?: every)?"
    rf" (?P<whole>{_ONE_TO_TEN}|10|100)\b(?![-/:]| (?:minute|hour|day|week|month|year)s)"
    r"|(?P<whole_zh>[二三四五六七八九十])分之(?P<part_zh>[一二三四五六七八九])"
)
# A number word is read only before a magnitude or a percent sign.
_WORD_QUANTITY = re.compile(
    rf"\b(?P<number>{alternatives(_WORD_NUMBERS)})[ -]"
    r"(?:(?P<magnitude>trillion|billion|million|thousand|hundred)\b)? ?"
    rf"(?P<unit>{alternatives(UNITS)})?(?![a-z])"
)
COUNT_WORDS = (
    {word: number for word, number in _WORD_NUMBERS.items() if number > 1}
    | {
        f"{tens}-{ones}": _WORD_NUMBERS[tens] + _WORD_NUMBERS[ones]
        for tens in list(_WORD_NUMBERS)[12:]
        for ones in list(_WORD_NUMBERS)[:9]
    }
    | {word: i for word, i in CHINESE_DIGITS.items() if i > 1}
)
"""Words that count, in text that is known to count something: two girls, 三家."""
_ORDINALS = {word: i for i, word in enumerate(ORDINAL_WORDS[:10], 1)}
_RANK = re.compile(
    r"第([一二三四五六七八九十]{1,4}|\d{1,6})|(?<!\d)(\d{1,6})(?:st|nd|rd|th)\b"
    rf"|(?<!per )(?<!a )(?<!at )(?<!one )(?<!/)\b({alternatives(_ORDINALS)})\b"
    r"(?![ -](?:half|time|ever)\b)"
)


def same_quantity(claim: Quantity, source: Quantity) -> bool:
    """Return True if the claim's number equals the source's number or is a rounding of it.

    The currencies must not differ. 118.3 is a rounding of 118.33, but 118.33 is not supported by
    118.3, which is less precise. Measures of the same kind are converted: 4,200 metres are 4.2 km.
    """
    if claim.unit and source.unit and claim.unit != source.unit:
        return False
    both_shares = claim.unit == source.unit == "%"
    value, step = source.value, source.step
    if claim.measure != source.measure and (both_shares or (claim.measure and source.measure)):
        factor = _turned(source.measure, claim.measure)
        if factor is None:
            return False
        value, step = value * factor, step * factor
    return claim.value == value or (
        claim.step > step and abs(claim.value - value) * 2 <= claim.step
    )


def _turned(measure: str, into: str) -> Decimal | None:
    """Return the factor that converts one measure into another.

    Return None if they measure different things.
    """
    for sizes in _SIZES:
        if measure in sizes and into in sizes:
            return sizes[measure] / sizes[into]
    return None


def read_quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text.

    The text must be folded, and must not contain dates or names with digits.
    """
    found = []
    if ")" in text:
        text = _UNIT_BEFORE.sub(r" \g<number> \g<unit> ", text)
    for match in _RANK.finditer(text):
        rank = match[1] or match[2] or match[3]
        value = _ORDINALS.get(rank) or chinese_number(rank)[0] or Decimal(rank)
        found.append(Quantity(value=Decimal(value), step=Decimal(1), unit="rank", text=match[0]))
    if found:
        text = _RANK.sub(lambda match: " " * len(match[0]), text)
    text = _RANGE.sub(_both_ends, text)
    for match in _QUANTITY.finditer(text):
        number = match["number"].replace(",", "")
        letter = _LETTER.get((match["tight"] or "").strip(), 1)
        magnitude = _MAGNITUDE.get(match["tight"] or match["magnitude"] or "", letter)
        decimals = len(number.partition(".")[2])
        found.append(
            Quantity(
                value=Decimal(number) * magnitude,
                step=Decimal(magnitude).scaleb(-decimals),
                unit=UNITS.get(match["before"] or match["unit"] or "", ""),
                text=match[0].strip(" -"),
                measure=_measure(match["unit"], match["measure"]),
            )
        )
    for match in _CHINESE_QUANTITY.finditer(text):
        chinese, step = chinese_number(match["number"])
        unit = "%" if match["percent"] else UNITS.get(match["unit"] or "", "")
        if chinese:
            found.append(
                Quantity(value=Decimal(chinese), step=Decimal(step), unit=unit, text=match[0])
            )
    for match in _TENTHS.finditer(text):
        tenths = CHINESE_DIGITS[match["number"]] * 10 + (5 if match["half"] else 0)
        found.append(Quantity(value=Decimal(tenths), step=Decimal(1), unit="%", text=match[0]))
    found += map(_share, _FRACTION.finditer(text))
    for match in _WORD_QUANTITY.finditer(text):
        if match["magnitude"] or match["unit"]:
            magnitude = _MAGNITUDE.get(match["magnitude"] or "", 1)
            found.append(
                Quantity(
                    value=Decimal(_WORD_NUMBERS[match["number"]] * magnitude),
                    step=Decimal(magnitude),
                    unit=UNITS.get(match["unit"] or "", ""),
                    text=match[0].strip(),
                )
            )
    return tuple(found)


def _share(match: re.Match[str]) -> Quantity:
    """Return a fraction as a percentage: one in five, 五分之一."""
    if match["part_zh"]:
        part, whole = chinese_number(match["part_zh"])[0], chinese_number(match["whole_zh"])[0]
    else:
        part, whole = written_number(match["part"]), written_number(match["whole"])
    value = Decimal(100 * part) / Decimal(whole)
    return Quantity(
        value=value.quantize(Decimal("0.1")), step=Decimal("0.1"), unit="%", text=match[0]
    )


def _measure(unit: str | None, measure: str | None) -> str:
    return "pp" if unit in _POINTS else _MEASURES.get(measure or "", "")


def _both_ends(match: re.Match[str]) -> str:
    """Return a range with its unit at both ends, so that each end can be read alone."""
    apart = match["link"] == " and " and not _BETWEEN.search(match.string[: match.start()])
    if apart or not match["scale"].strip():
        return match[0]
    return f"{match['low']}{match['scale']} to {match['high']}{match['scale']}"
