"""Find dates, figures and names in a text that a question can ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from eval.candidates.notations import AnswerKind
from rag.messages import Language
from rag.text.dates import read_dates
from rag.text.facts import NO_NAMES
from rag.text.languages import ENGLISH_STOP
from rag.text.quantities import read_quantities

_SHORTEST_NAME = 4
"""In letters. Shorter names like AI, App and CEO name nothing in particular."""
_LONGEST_QUOTED = 12
_FEWEST_BARE = 1_000
"""A number without unit or magnitude is used only from this size on."""
_SCALE = re.compile(r"[百千万亿]|thousand|illion|\d ?(?:bn|mn|tn|[kmb])$")
_VAGUE = re.compile(r"[余多]")
_LATIN_WORD = r"[A-Za-z0-9]+(?:[.&+'’-][A-Za-z0-9]+)*"
_LATIN_RUN = re.compile(rf"(?<![A-Za-z0-9])(?=[A-Za-z]){_LATIN_WORD}(?: {_LATIN_WORD})*")
# The rest of a date or range that was not recognised as one: 1740-42年.
_OF_DATE = r"\s?[年月–—-]"
_WORD = r"(?:[A-Z]|[a-z]+[A-Z])[\w&+’'-]*(?:\.\w+)*"
_CAPITAL_RUN = re.compile(rf"\b{_WORD}(?: (?:of (?:the )?)?{_WORD}| \d[\w.-]*\w)*")
_WORK = re.compile(r"(?<=《)[^《》]+(?=》)")
_QUOTED = re.compile(r"(?<=“)[^“”，。！？；：、,.!?;:…]+(?=”)")
_OPENING = re.compile(r"(?:^|[.!?:] )[\"“'‘(]*$")


@dataclass(frozen=True, kw_only=True)
class Spot:
    """`text[start:end]` is a date, a figure (`number`) or a name (`fact`).

    `in_passing` is true for words in quotation marks, which may not be a name.
    """

    start: int
    end: int
    kind: AnswerKind
    in_passing: bool = False


def spots(text: str, language: Language) -> tuple[Spot, ...]:
    """Return what can be asked for in a sentence, in order, without overlaps."""
    found = [*names(text, language), *_quoted(text), *_dates_and_figures(text)]
    kept: list[Spot] = []
    # Names come first, because the year of "World Economic Forum 2025" is part of a name.
    for spot in found:
        if all(spot.end <= other.start or other.end <= spot.start for other in kept):
            kept.append(spot)
    return tuple(sorted(kept, key=lambda spot: spot.start))


def names(text: str, language: Language) -> tuple[Spot, ...]:
    """Return names in Latin letters, as long as possible: "World Bank" is one name.

    In English a name at the start of a sentence is skipped, because any word is capitalised there.
    """
    runs = _LATIN_RUN if language == "zh" else _CAPITAL_RUN
    found = []
    for match in runs.finditer(text):
        name = match[0].removesuffix("'s").removesuffix("’s")
        words = name.casefold().split()
        if any(word in NO_NAMES for word in words) or len(name.replace(" ", "")) < _SHORTEST_NAME:
            continue
        if language == "en" and (
            words[0] in ENGLISH_STOP or _OPENING.search(text[: match.start()])
        ):
            continue
        found.append(Spot(start=match.start(), end=match.start() + len(name), kind="fact"))
    return tuple(found)


def _quoted(text: str) -> Iterator[Spot]:
    for pattern, in_passing in ((_WORK, False), (_QUOTED, True)):
        for match in pattern.finditer(text):
            if 2 <= len(match[0]) <= _LONGEST_QUOTED:
                start, end = match.span()
                yield Spot(start=start, end=end, kind="fact", in_passing=in_passing)


def _dates_and_figures(text: str) -> Iterator[Spot]:
    dates, rest = read_dates(text, None)
    for date in dates:
        if date.year or (date.month and date.day):
            yield from _only_place(text, date.text, "date")
    for quantity in read_quantities(rest):
        telling = quantity.unit or quantity.value >= _FEWEST_BARE or _SCALE.search(quantity.text)
        if telling and quantity.unit != "rank" and not _VAGUE.search(quantity.text):
            yield from _only_place(text, quantity.text, "number")


def _only_place(text: str, folded: str, kind: AnswerKind) -> Iterator[Spot]:
    """Yield the place of a folded date or figure in the text, if it is in exactly one place."""
    before, behind = r"(?<![A-Za-z0-9.,$€£¥~–—-])", rf"(?![A-Za-z0-9%]|[.,]\d|{_OF_DATE})"
    pattern = before + re.escape(folded) + behind
    found = list(re.finditer(pattern, text, re.IGNORECASE))
    if len(found) == 1:
        yield Spot(start=found[0].start(), end=found[0].end(), kind=kind)
