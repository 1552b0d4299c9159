"""Identifiers: what tells one member of a series from another.

Line 3, 5号线, 第二中学, Phase II, K40, Flight MU5735, 神舟十八号, Article 12, 5G.
To a vector two members of a series are nearly alike, and to a reader they are two things. So an
identifier is read as its series and its member, in every notation: 3号线, 三号线 and Line 3 are
one. Quantities, days and amounts of money are no identifiers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.text.characters import has_han
from rag.text.identifiers_en import Member, read_english
from rag.text.identifiers_zh import read_chinese
from rag.text.quantities import NUMBER_WORDS

Relation = Literal["same", "other", "none"]

# One character for one, so that offsets stay: full-width forms, and Traditional characters that
# tell a series.
_PLAIN = str.maketrans(
    {chr(0xFF01 + i): chr(0x21 + i) for i in range(94)}
    | {
        "Ⅰ": "1",
        "Ⅱ": "2",
        "Ⅲ": "3",
        "Ⅳ": "4",
        "Ⅴ": "5",
        "Ⅵ": "6",
        "–": "-",
        "‑": "-",
        "\u00a0": " ",
    }
    | dict(
        zip(
            "號線條樓門機組醫學園廠館橋爐臺區隊師團營連屆輪階戰級產航發動場規劃",
            "号线条楼门机组医学园厂馆桥炉台区队师团营连届轮阶战级产航发动场规划",
            strict=True,
        )
    )
)
_MAY_NAME_ONE = re.compile(
    r"[\d０-９Ⅰ-Ⅵ〇零一二三四五六七八九十]|(?<![A-Za-z])[A-Z]{1,5}(?![A-Za-z])"
    rf"|(?i:\b(?:{'|'.join(NUMBER_WORDS[:10])}|first|second|third)\b|teen|fth)"
)
_FIRST = re.compile(r"首|最|头|\b(?:first|initial|original)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """One member of a series, as `text[start:end]` names it.

    `series` are the words by which the series is known, `member` is which one it is: its digits or
    letter, and what letters follow its digits, as ("35", "a") for F-35A.
    """

    text: str
    start: int
    end: int
    series: frozenset[str]
    member: Member

    def same_series(self, other: Identifier) -> bool:
        """Tells whether both are members of one series, the same or two."""
        return not self.series.isdisjoint(other.series)

    def same_member(self, other: Identifier) -> bool:
        """Tells whether both may be one thing: F-35 may be an F-35A."""
        (ours, tail), (theirs, other_tail) = self.member, other.member
        alike = tail == other_tail or not tail or not other_tail
        return self.same_series(other) and ours == theirs and alike


@lru_cache(maxsize=8192)
def read_identifiers(text: str) -> tuple[Identifier, ...]:
    """The identifiers of a text in either language, in order; offsets are those of `text`."""
    if not _MAY_NAME_ONE.search(text):
        return ()
    plain = text.translate(_PLAIN)
    found = set(read_english(plain))
    if has_han(plain):
        found |= set(read_chinese(plain))
    return tuple(
        Identifier(text=text[start:end], start=start, end=end, series=series, member=which)
        for start, end, series, which in sorted(found, key=lambda place: place[:2])
    )


def by_series(identifiers: Iterable[Identifier]) -> list[tuple[Identifier, ...]]:
    """Returns the identifiers grouped by series, in order."""
    groups: list[tuple[Identifier, ...]] = []
    for identifier in identifiers:
        for place, group in enumerate(groups):
            if identifier.same_series(group[0]):
                groups[place] = (*group, identifier)
                break
        else:
            groups.append((identifier,))
    return groups


def relation(asked: Sequence[Identifier], text: str) -> Relation:
    """Tells whether a text names one of those asked about, which are of one series.

    "other" where it names members of that series, and none of these.
    """
    named = read_identifiers(text)
    if any(one.same_member(other) for one in asked for other in named):
        return "same"
    if any(_written_in(one, text) for one in asked):
        return "same"
    # "The first" is said in many ways.
    first = any(one.member[0] == "1" for one in asked) and _FIRST.search(text)
    of_the_series = any(one.same_series(other) for one in asked for other in named)
    return "other" if of_the_series and not first else "none"


def relation_within(asked: Sequence[Identifier], sentence: str, around: Sequence[str]) -> Relation:
    """Tells whether a sentence speaks of one of those asked about, which are of one series.

    What it names itself comes first; a sentence that names none speaks of what the texts around
    it name, such as its passage and its article's title.
    """
    itself = relation(asked, sentence)
    if itself != "none":
        return itself
    known = {relation(asked, text) for text in around}
    return "same" if "same" in known else "other" if "other" in known else "none"


def two_things(one: str, other: str) -> bool:
    """Tells whether two texts name different members of one series."""
    return any(relation(group, other) == "other" for group in by_series(read_identifiers(one)))


def _written_in(identifier: Identifier, text: str) -> bool:
    """Tells whether a text has the identifier, whatever its blanks, hyphens and case."""
    letters = re.sub(r"[\s-]+", "", identifier.text)
    if len(letters) < 2:
        return False
    pattern = r"[\s-]?".join(map(re.escape, letters))
    return bool(re.search(rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])", text, re.IGNORECASE))
