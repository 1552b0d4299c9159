"""Make true sentences false by one change, to test a verifier.

The changes use their own patterns and word lists (`eval.swaps.words`), not the program's reader of
facts. Otherwise facts that this reader cannot see would never be changed. A change that seems to
leave the sentence true is not made.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from eval.swaps.words import (
    AFFIRMATIONS,
    COMPANIES,
    DENIALS,
    GIVEN_NAMES,
    MAGNITUDES,
    OFFICES,
    OPPOSITES,
    PLACES,
    PRODUCTS,
    SURNAMES,
    UNITS,
    WEEKDAYS,
    NameClass,
)
from rag.messages import Language
from rag.text.characters import HAN
from rag.text.dates import ENGLISH_MONTHS, FULL_MONTH
from rag.text.quantities import NUMBER_WORDS

KINDS = ("number", "magnitude", "unit", "date", "name", "negation", "direction", "office", "roles")
"""The kinds of change. `office` is a person's post; `roles` is who did what to whom."""


@dataclass(frozen=True, kw_only=True)
class Swap:
    """A false sentence, and the change that made it false."""

    kind: str
    text: str
    was: str
    now: str


Names = Mapping[NameClass, Sequence[str]]
"""Names of each class to choose a false one from."""

# Numbers in brackets are footnotes, and numbers after letters belong to names.
_NUMBER = re.compile(
    r"(?<![A-Za-z\d.,\[\-:/])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![A-Za-z\d.,\[\-:/])\d+(?:\.\d+)?"
)
_AFTER_NUMBER = re.compile(r"\s?[年月日号:：/\]]|\d|-\d|[A-Za-z]")
_ZH_COUNT = re.compile(
    r"(?<![一二三四五六七八九十几第])([二两三四五六七八九])(?=[家名位款项座种倍条支届轮])"
)
_EN_COUNTS = NUMBER_WORDS[1:9]
_EN_COUNT = re.compile(rf"\b({'|'.join(_EN_COUNTS)})\b(?= [a-z]+s\b)")
_YEAR = {"zh": re.compile(r"(?<!\d)(?:19|20)\d\d(?=年)"), "en": re.compile(r"\b(?:19|20)\d\d\b")}
_BEFORE_YEAR = re.compile(r"\b[a-z]+,? $")
_ZH_MONTH = re.compile(r"(?<!\d)(1[0-2]|[1-9])(?=月(?!前|后|内))")
_ZH_DAY = re.compile(r"(?<!\d)([12]\d|3[01]|[1-9])(?=[日号](?!线))")
_EN_DAY = re.compile(rf"(?<=\b)(?P<month>{FULL_MONTH}) (?P<day>[12]\d|3[01]|[1-9])\b")
_EN_MONTH = re.compile(rf"\b({'|'.join(m for m in ENGLISH_MONTHS if m not in ('March', 'May'))})\b")
_ZH_PERSON = re.compile(
    rf"(?<=[长席裁理授员人官师者任记，。：])([{SURNAMES}][{HAN}]{{1,2}})"
    r"(?=表示|说|称|认为|指出|介绍|透露|告诉|强调)"
    rf"|([{HAN}]{{2,5}}·[{HAN}]{{2,5}})(?=表示|说|称|认为|指出|在|是|，|、|（|。)"
)
_EN_PERSON = re.compile(rf"\b(?:{'|'.join(sorted(GIVEN_NAMES))}) [A-Z][a-z]{{2,}}\b")
_LISTED = re.compile(r"^\s?(?:and|or|,|、|和|与|及|或|以及|同)\s?$")


def people_in(text: str, language: Language) -> list[str]:
    """Return the full names of persons that the patterns find."""
    pattern = _ZH_PERSON if language == "zh" else _EN_PERSON
    return [match[0] for match in pattern.finditer(text)]


def names_in(text: str, language: Language) -> dict[NameClass, list[str]]:
    """Return the names of each class in the text. Persons are listed as often as they occur."""
    listed: dict[NameClass, Sequence[str]] = {
        "place": PLACES[language],
        "company": COMPANIES[language],
        "product": PRODUCTS[language],
    }
    found: dict[NameClass, list[str]] = {
        name_class: [name for name in names if _has(text, name, language)]
        for name_class, names in listed.items()
    }
    found["person"] = people_in(text, language)
    return found


def swaps(
    sentence: str, language: Language, article: str, names: Names, chance: random.Random
) -> Iterator[Swap]:
    """Yield one change of each kind that the sentence allows.

    Half of the time a false name comes from the sentence's own article, if that has one of the
    class. Otherwise it comes from `names`.
    """
    makers = (
        _numbers, _magnitudes, _units, _dates, _negations, _directions, _offices,
    )  # fmt: skip
    for maker in makers:
        yield from _one(list(maker(sentence, language, chance)), sentence, chance)
    yield from _one(list(_names(sentence, language, article, names, chance)), sentence, chance)
    yield from _one(list(_roles(sentence, language)), sentence, chance)


def _one(made: Sequence[Swap], sentence: str, chance: random.Random) -> Iterator[Swap]:
    usable = [swap for swap in made if swap.text != sentence and swap.was != swap.now]
    if usable:
        yield chance.choice(usable)


def _replaced(kind: str, text: str, start: int, end: int, now: str) -> Swap:
    return Swap(kind=kind, text=text[:start] + now + text[end:], was=text[start:end], now=now)


def _has(text: str, name: str, language: Language) -> bool:
    if language == "zh":
        return name in text
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def _numbers(text: str, language: Language, chance: random.Random) -> Iterator[Swap]:
    for match in _NUMBER.finditer(text):
        after = text[match.end() :]
        is_year = re.fullmatch(r"(?:19|20)\d\d", match[0])
        dated = re.search(r"(?:[A-Z][a-z]{2,8}\.? )$", text[: match.start()])
        if _AFTER_NUMBER.match(after) or is_year or (language == "en" and dated):
            continue
        at = chance.choice([i for i, c in enumerate(match[0]) if c.isdigit()])
        digit = chance.choice([d for d in "123456789" if d != match[0][at]])
        now = match[0][:at] + digit + match[0][at + 1 :]
        yield _replaced("number", text, match.start(), match.end(), now)
    pattern = _ZH_COUNT if language == "zh" else _EN_COUNT
    for match in pattern.finditer(text):
        counts = list("三四五六七八九") if language == "zh" else _EN_COUNTS
        now = chance.choice([c for c in counts if c != match[1]])
        yield _replaced("number", text, match.start(), match.end(), now)


def _magnitudes(text: str, language: Language, chance: random.Random) -> Iterator[Swap]:
    words = MAGNITUDES[language]
    pattern = rf"(?<=\d)(\s?)({'|'.join(words)})(?![a-z])"
    for match in re.finditer(pattern, text):
        now = chance.choice([word for word in words if word != match[2]])
        yield _replaced("magnitude", text, match.start(2), match.end(2), now)


def _units(text: str, language: Language, chance: random.Random) -> Iterator[Swap]:
    for group in UNITS[language]:
        before = r"(?<=[\d万亿多余])" if language == "zh" else r"(?:(?<=\d )|(?<=lion )|(?<=sand ))"
        after = "" if language == "zh" else r"\b"
        for match in re.finditer(rf"{before}({'|'.join(group)}){after}", text):
            others = [u for u in group if u != match[0] and {u, match[0]} not in _ONE_UNIT]
            yield _replaced("unit", text, match.start(), match.end(), chance.choice(others))
    yield from _signs(text, language, chance)


_ONE_UNIT = ({"公里", "千米"}, {"公斤", "千克"})


def _signs(text: str, language: Language, chance: random.Random) -> Iterator[Swap]:
    """Yield changes of currencies and percent signs."""
    if language == "zh":
        for match in re.finditer(r"(?<=[\d万亿])元(?!/|旦|素)", text):
            now = chance.choice(["美元", "港元", "欧元"])
            yield _replaced("unit", text, match.start(), match.end(), now)
        for match in re.finditer(r"(?<=\d)%", text):
            yield _replaced("unit", text, match.start(), match.end(), "个百分点")
        for match in re.finditer(r"(?<=\d)个百分点", text):
            yield _replaced("unit", text, match.start(), match.end(), "%")
        return
    for match in re.finditer(r"[$€£](?=\d)", text):
        now = chance.choice([sign for sign in "$€£" if sign != match[0]])
        yield _replaced("unit", text, match.start(), match.end(), now)
    for match in re.finditer(r"(?<=\d)(?:%| percent\b(?! point)| per cent\b)", text):
        yield _replaced("unit", text, match.start(), match.end(), " percentage points")


def _dates(text: str, language: Language, chance: random.Random) -> Iterator[Swap]:
    def other(low: int, high: int, was: int) -> str:
        return str(chance.choice([n for n in range(low, high + 1) if n != was]))

    for match in _YEAR[language].finditer(text):
        if language == "zh" or _BEFORE_YEAR.search(text[: match.start()]):
            now = other(int(match[0]) - 3, int(match[0]) + 2, int(match[0]))
            yield _replaced("date", text, match.start(), match.end(), now)
    if language == "zh":
        for pattern, most in ((_ZH_MONTH, 12), (_ZH_DAY, 28)):
            for match in pattern.finditer(text):
                now = other(1, most, int(match[0]))
                yield _replaced("date", text, match.start(), match.end(), now)
    else:
        for match in _EN_DAY.finditer(text):
            start, end = match.span("day")
            yield _replaced("date", text, start, end, other(1, 28, int(match["day"])))
        for match in _EN_MONTH.finditer(text):
            now = chance.choice([m for m in ENGLISH_MONTHS if m != match[0]])
            yield _replaced("date", text, match.start(), match.end(), now)
    yield from _weekdays(text, language, chance)


def _weekdays(text: str, language: Language, chance: random.Random) -> Iterator[Swap]:
    for day in WEEKDAYS[language]:
        # 一周五次 does not name a day.
        pattern = rf"(?<![一上下每本两]){day}(?!次)" if language == "zh" else rf"\b{day}\b"
        for match in re.finditer(pattern, text):
            stays = len(day) - 1 if language == "zh" else 0
            others = [d for d in WEEKDAYS[language] if d[:stays] == day[:stays] and d != day]
            yield _replaced("date", text, match.start(), match.end(), chance.choice(others))


def _negations(text: str, language: Language, chance: random.Random) -> Iterator[Swap]:
    del chance
    if language == "zh" and re.search(
        r"不得不|不能不|不会不|无不|是不是|会不会|能不能|[不没]有?[^，。]{0,4}[不没]", text
    ):
        return
    for said, denied in DENIALS[language]:
        boundary = r"\b" if language == "en" else ""
        denial = r"(?! not|n['’]t|\?)" if language == "en" else ""
        for match in re.finditer(rf"(?<![不没未无并]){boundary}{said}{boundary}{denial}", text):
            if language == "en" and (match.start() == 0 or text.rstrip('"”').endswith("?")):
                continue
            yield _replaced("negation", text, match.start(), match.end(), denied)
    for denied, said in AFFIRMATIONS[language]:
        for match in re.finditer(re.escape(denied), text):
            yield _replaced("negation", text, match.start(), match.end(), said)
            return


def _directions(text: str, language: Language, chance: random.Random) -> Iterator[Swap]:
    del chance
    for pair in OPPOSITES[language]:
        for was, now in (pair.split("/"), reversed(pair.split("/"))):
            pattern = was if language == "zh" else rf"\b{was}\b"
            for match in re.finditer(pattern, text):
                yield _replaced("direction", text, match.start(), match.end(), now)


def _offices(text: str, language: Language, chance: random.Random) -> Iterator[Swap]:
    for office in OFFICES[language]:
        pattern = (
            rf"(?<!副){office}" if language == "zh" else rf"(?<!vice )\b{office}\b(?! of state)"
        )
        for match in re.finditer(pattern, text):
            others = [o for o in OFFICES[language] if o not in office and office not in o]
            if {office} & {"chief executive", "CEO"}:
                others = [o for o in others if o not in ("chief executive", "CEO")]
            yield _replaced("office", text, match.start(), match.end(), chance.choice(others))


def _names(
    text: str, language: Language, article: str, names: Names, chance: random.Random
) -> Iterator[Swap]:
    near = names_in(article, language)
    for name_class, found in names_in(text, language).items():
        for was in dict.fromkeys(found):
            here = [n for n in near[name_class] if _differs(n, was) and n not in text]
            far = [n for n in names[name_class] if _differs(n, was) and n not in article]
            pool = here if here and chance.random() < 0.5 else far or here
            if pool:
                now = chance.choice(pool)
                start = text.index(was)
                yield _replaced("name", text, start, start + len(was), now)


def _differs(one: str, other: str) -> bool:
    """Return True if two names share no word and neither is part of the other."""
    words = set(re.split(r"[ ·]", one)) & set(re.split(r"[ ·]", other))
    return not words and one not in other and other not in one


def _roles(text: str, language: Language) -> Iterator[Swap]:
    """Yield two names of one class exchanged, unless they are listed side by side."""
    for found in names_in(text, language).values():
        names = sorted(dict.fromkeys(found), key=text.index)
        for one, two in pairwise(names):
            first, second = text.index(one), text.index(two)
            between = text[first + len(one) : second]
            listed = len(between) < 6 or "、" in between or _LISTED.match(between)
            if first + len(one) <= second and not listed and _differs(one, two):
                now = text[:first] + two + between + one + text[second + len(two) :]
                if text.count(one) == text.count(two) == 1:
                    yield Swap(kind="roles", text=now, was=f"{one} … {two}", now=f"{two} … {one}")
