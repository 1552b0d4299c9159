"""Write true sentences in another way, to test a verifier for false alarms.

Like `eval.swaps.swapping`, it uses its own patterns.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from rag.messages import Language
from rag.text.dates import FULL_MONTH
from rag.text.quantities import DIGIT_CHARACTERS, NUMBER_WORDS

_ZH_CLAUSE = re.compile(r"[^，；：。！？“”（）()]+")
_EN_CLAUSE = re.compile(r"(?:[^,;:()“”\"]|(?<=\d),(?=\d))+")
_ZH_SCALE = {"万": 10**4, "亿": 10**8}
_EN_SCALE = {"million": 10**6, "thousand": 1000}
_SHORT_SCALE = {"million": "m", "billion": "bn", "trillion": "tn"}


def literal_variants(
    sentence: str, language: Language, chance: random.Random
) -> Iterator[tuple[str, str]]:
    """Yield the sentence without its last mark, and one of its clauses, each with its kind."""
    bare = sentence.rstrip("。！？.!?”\"' ")
    if bare != sentence:
        yield "punctuation", bare
    pattern, least = (_ZH_CLAUSE, 10) if language == "zh" else (_EN_CLAUSE, 30)
    clauses = [part.strip() for part in pattern.findall(bare)]
    whole = [part for part in clauses if least <= len(part) < len(bare) - 3]
    if whole:
        stop = "。" if language == "zh" else "."
        yield "clause", chance.choice(whole) + stop


def notations(sentence: str, language: Language) -> Iterator[tuple[str, str]]:
    """Yield the sentence with one number or date in another notation, with its kind."""
    for name, pattern, rewrite in _RULES[language]:
        match = pattern.search(sentence)
        if match:
            yield name, sentence[: match.start()] + rewrite(match) + sentence[match.end() :]


def _written_out(match: re.Match[str]) -> str:
    scale = (_ZH_SCALE | _EN_SCALE)[match[2]]
    return f"{(Decimal(match[1]) * scale).normalize():,f}"


def _in_smaller_scale(match: re.Match[str]) -> str:
    return f"{(Decimal(match[1]) * 10**4).normalize():f}万"


def _chinese_percent(match: re.Match[str]) -> str:
    tens, ones = divmod(int(match[1]), 10)
    ten = "十" if tens == 1 else f"{DIGIT_CHARACTERS[tens]}十" if tens else ""
    return f"百分之{ten}{DIGIT_CHARACTERS[ones] if ones or not tens else ''}"


_MONTH_DAY = re.compile(rf"\b({FULL_MONTH}) (\d{{1,2}})(?!\d|,? \d{{4}}|(?:st|nd|rd|th))")
_Rule = tuple[str, re.Pattern[str], Callable[[re.Match[str]], str]]
_RULES: dict[Language, tuple[_Rule, ...]] = {
    "zh": (
        ("number", re.compile(r"(?<![\d.,~-])(\d+(?:\.\d+)?)(万)(?![亿吨])"), _written_out),
        ("number", re.compile(r"(?<![\d.,])(\d+(?:\.\d+)?)亿"), _in_smaller_scale),
        ("number", re.compile(r"(?<![\d.,])(\d{1,2})%"), _chinese_percent),
        ("number", re.compile(r"(?<![\d.,])(\d{1,3}),(\d{3})(?![\d,])"), lambda m: m[1] + m[2]),
        ("date", re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})日"), lambda m: f"{m[1]}月{m[2]}号"),
        (
            "date",
            re.compile(r"(?<!\d)(\d{4})年(\d{1,2})月(\d{1,2})日"),
            lambda m: f"{m[1]}-{int(m[2]):02}-{int(m[3]):02}",
        ),
    ),
    "en": (
        ("number", re.compile(r"(?<![\d.,])(\d+(?:\.\d+)?) (million|thousand)\b"), _written_out),
        (
            "number",
            re.compile(r"(?<=[$£€])(\d+(?:\.\d+)?) (million|billion|trillion)\b"),
            lambda m: m[1] + _SHORT_SCALE[m[2]],
        ),
        ("number", re.compile(r"(?<![\d.,])(\d+(?:\.\d+)?)%"), lambda m: f"{m[1]} per cent"),
        ("number", re.compile(r"(?<![\d.,])(\d{1,3}),(\d{3})(?![\d,])"), lambda m: m[1] + m[2]),
        (
            "number",
            re.compile(rf"\b({'|'.join(NUMBER_WORDS[1:9])})(?= [a-z]+s\b)"),
            lambda m: str(NUMBER_WORDS.index(m[1]) + 1),
        ),
        ("date", _MONTH_DAY, lambda m: f"{m[2]} {m[1]}"),
        ("date", _MONTH_DAY, lambda m: f"{m[1][:3]}. {m[2]}"),
    ),
}
