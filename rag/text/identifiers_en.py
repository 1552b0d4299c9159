"""Read identifiers in Latin letters: Line 3, Phase II, K40, Second Middle School, 5G."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.text.dates import MONTH_WORDS, WEEKDAY_WORDS
from rag.text.quantities import NUMBER_WORDS, ORDINAL_WORDS, roman_number, written_number

# A lower-case noun names a member of a series only if it is in this list: gate 12.
_SERIES = frozenset(
    "line phase stage model gate article section chapter bill act flight route highway interstate"
    " platform terminal reactor unit block type tier grade group zone district room runway pier"
    " building tower hall season episode round volume part version generation class category area"
    " sector track school hospital avenue street fleet amendment proposition plan plant typhoon"
    " hepatitis vitamin series mark lot level ward channel exit warehouse dock berth studio team"
    " squad battalion brigade regiment division corps session rule resolution case appendix"
    " schedule clause title patent windows apollo war".split()
)
_ORDINARY = frozenset(
    "phase stage generation season terminal runway reactor unit round tranche batch".split()
)
"""Series whose members may be numbered in lower case: the second phase, reactor two."""
_NO_SERIES = MONTH_WORDS.union(WEEKDAY_WORDS) | frozenset(
    "in on at by of to the a an and or for from with over about around nearly almost some only"
    " under above below after before between than more less up down at least most all these those"
    " its their his her our your is are was were be has have had since until till past last next"
    " this that another every each no number nos page pages age aged usd rmb cny eur gbp hkd hk us"
    " nt rs fy am pm ad bc how what when which who why where if as but so not did does do can will"
    " would should also just then while during within total year quarter half century day week"
    " month time place lady minister ladies thing percent per approximately roughly".split()
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_LONGEST_LIST = 60
"""The longest list such as "Lines 3, 5 and 7", in characters."""


def _either(words: list[str]) -> str:
    return "|".join([*words, *map(str.title, words)])


_BEFORE, _BEHIND = r"(?<![A-Za-z0-9_])", r"(?![A-Za-z0-9_])"
_DIGITS = r"\d{1,5}(?:\.\d{1,2})?[A-Za-z]{0,3}"
_NO_AMOUNT = (
    rf"{_BEHIND}(?![.,:]\d|\s?[%％万亿千百年月日元]"
    r"|[ -](?:million|billion|trillion|thousand|hundred|percent|per cent|percentage|points?"
    r"|degrees?|km|kilomet|met(?:er|re)s?|dollars?|euros?|pounds?|yuan|hours?|minutes?|days?|weeks?"
    r"|months?|years?|people|times)(?![a-z]))"
)
_NOUNS = rf"(?P<nouns>[A-Z][\w'-]*(?: [A-Z][\w'-]*){{0,3}}|[a-z]+){_BEHIND}"
_AFTER_NOUN = re.compile(
    rf"{_BEFORE}(?P<noun>[A-Za-z][A-Za-z']{{0,14}})[ -](?:No\.? ?|[Nn]umber |#)?"
    rf"(?P<member>{_DIGITS}|[IVX]{{1,6}}|[A-Z]|{_either(NUMBER_WORDS)}){_NO_AMOUNT}"
)
_FURTHER = re.compile(
    rf"\s?(?:,|and|or|&|to|through|/|、|和|与)\s?(?P<member>{_DIGITS}){_NO_AMOUNT}"
)
_CODE = re.compile(
    rf"{_BEFORE}(?<!-)(?P<letters>[A-Za-z]{{1,10}})-?(?P<member>{_DIGITS}){_BEHIND}(?!\.\d)"
)
_NETWORK = re.compile(rf"{_BEFORE}(?<!\.)(?P<member>[2-6])G{_BEHIND}")
_ORDINAL_FIRST = re.compile(
    rf"{_BEFORE}(?:(?P<digits>\d{{1,3}})(?:st|nd|rd|th)|(?P<word>{_either(ORDINAL_WORDS)}))[ -]"
    rf"{_NOUNS}"
)
_NUMBERED_FIRST = re.compile(rf"{_BEFORE}(?:No\.? ?|Number |#)(?P<member>\d{{1,4}}) {_NOUNS}")

Member = tuple[str, str]
Found = tuple[int, int, frozenset[str], Member]
"""The start and the end of an identifier, its series, and its member."""


def read_english(text: str) -> Iterator[Found]:
    """Yield the identifiers in Latin letters of an English or Chinese text."""
    yield from _behind_a_noun(text)
    yield from _codes(text)
    yield from _ahead_of_a_noun(text)


def member(written: str) -> Member:
    """Return the digits of a member and the letters after them: ("35", "a") for 35A."""
    match = re.match(r"0*(\d+(?:\.\d+)?)(.*)", written)
    return (match[1], match[2].lower()) if match else (written.lower(), "")


def _behind_a_noun(text: str) -> Iterator[Found]:
    for match in _AFTER_NOUN.finditer(text):
        noun = _singular(match["noun"])
        which = _which(match["noun"], noun, match["member"])
        if which is None:
            continue
        yield *match.span(), frozenset({noun}), which
        end = match.end()
        while end - match.end() < _LONGEST_LIST and (further := _FURTHER.match(text, end)):
            yield *further.span("member"), frozenset({noun}), member(further["member"])
            end = further.end()


def _codes(text: str) -> Iterator[Found]:
    for match in _CODE.finditer(text):
        letters, which = match["letters"].casefold(), match["member"]
        year = len(letters) > 2 and _YEAR.fullmatch(which)
        quarter = letters in ("q", "h") and which in "1234"
        if match["letters"] != letters and letters not in _NO_SERIES and not (year or quarter):
            yield *match.span(), frozenset({letters}), member(which)
    for match in _NETWORK.finditer(text):
        yield *match.span(), frozenset({"network"}), (match["member"], "")


def _ahead_of_a_noun(text: str) -> Iterator[Found]:
    for match in _ORDINAL_FIRST.finditer(text):
        last = match["nouns"].split()[-1]
        noun = _singular(last)
        named = last[:1].isupper() and (match["digits"] or match["word"][0].isupper())
        if noun not in _NO_SERIES and (named or noun in _ORDINARY):
            which = match["digits"] or str(written_number(match["word"]))
            yield *match.span(), frozenset({noun}), (which, "")
    for match in _NUMBERED_FIRST.finditer(text):
        noun = _singular(match["nouns"].split()[-1])
        if match["nouns"][0].isupper() or noun in _SERIES:
            yield *match.span(), frozenset({noun}), member(match["member"])


def _which(written: str, noun: str, said: str) -> Member | None:
    """Return the member that a noun and the word after it name, or None if they name none."""
    listed, capital = noun in _SERIES, any(map(str.isupper, written))
    if noun in _NO_SERIES or not (listed or capital):
        return None
    if said[0].isdigit():
        return None if _YEAR.fullmatch(said) and not listed else member(said)
    if said.lower() in NUMBER_WORDS:
        plain = capital or said[0].isupper() or noun in _ORDINARY
        return (str(written_number(said)), "") if listed and plain else None
    if (roman := roman_number(said)) and (
        len(said) > 1 or (listed and capital and noun != "vitamin")
    ):
        return str(roman), ""
    single = len(said) == 1 and listed and (capital or said not in "AI")
    return (said.lower(), "") if single else None


def _singular(noun: str) -> str:
    folded = noun.casefold().removesuffix("'s")
    return folded[:-1] if folded.endswith("s") and folded[:-1] in _SERIES else folded
