"""Read identifiers, which distinguish the members of a series.

Examples are Line 3, 5号线, 第二中学, Phase II, K40, Flight MU5735, 神舟十八号, Article 12 and 5G.
The embeddings of two members are nearly equal, but a reader sees two different things. So an
identifier is read as a series and a member, in every notation: 3号线, 三号线 and Line 3 are the
same. Quantities, days and amounts of money are not identifiers.
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

# Replaces single characters by single characters, so that positions stay the same: full-width
# forms, and Traditional characters that are part of a series name.
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

    `series` are the words for the series. `member` is the digits or the letter of the member, and
    the letters after its digits: ("35", "a") for F-35A.
    """

    text: str
    start: int
    end: int
    series: frozenset[str]
    member: Member

    def same_series(self, other: Identifier) -> bool:
        """Return True if both are members of the same series."""
        return not self.series.isdisjoint(other.series)

    def same_member(self, other: Identifier) -> bool:
        """Return True if both may be the same thing: an F-35 may be an F-35A."""
        (ours, tail), (theirs, other_tail) = self.member, other.member
        alike = tail == other_tail or not tail or not other_tail
        return self.same_series(other) and ours == theirs and alike


@lru_cache(maxsize=8192)
def read_identifiers(text: str) -> tuple[Identifier, ...]:
    """Return the identifiers of a Chinese or English text, in order.

    Their positions are those in `text`.
    """
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
    """Return the identifiers grouped by series, in order."""
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
    """Compare a text with the identifiers of one series that a question asks about.

    Returns "same" if the text names one of them, "other" if it names only other members of the
    series, and "none" if it names no member.
    """
    named = read_identifiers(text)
    if any(one.same_member(other) for one in asked for other in named):
        return "same"
    if any(_written_in(one, text) for one in asked):
        return "same"
    # "The first" has many wordings.
    first = any(one.member[0] == "1" for one in asked) and _FIRST.search(text)
    of_the_series = any(one.same_series(other) for one in asked for other in named)
    return "other" if of_the_series and not first else "none"


def relation_within(asked: Sequence[Identifier], sentence: str, around: Sequence[str]) -> Relation:
    """Compare a sentence with the identifiers of one series that a question asks about.

    The identifiers in the sentence itself decide. If it has none, the texts in `around` decide,
    such as its passage and the title of its article. Returns the same values as `relation`.
    """
    itself = relation(asked, sentence)
    if itself != "none":
        return itself
    known = {relation(asked, text) for text in around}
    return "same" if "same" in known else "other" if "other" in known else "none"


def two_things(one: str, other: str) -> bool:
    """Return True if two texts name different members of one series."""
    return any(relation(group, other) == "other" for group in by_series(read_identifiers(one)))


def _written_in(identifier: Identifier, text: str) -> bool:
    """Return True if a text contains the identifier, ignoring spaces, hyphens and case."""
    letters = re.sub(r"[\s-]+", "", identifier.text)
    if len(letters) < 2:
        return False
    pattern = r"[\s-]?".join(map(re.escape, letters))
    return bool(re.search(rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])", text, re.IGNORECASE))
