"""Compare what a claim and its source say about a figure, and whose figure it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answering.evidence import Evidence
from rag.text.facts import clauses, read_facts
from rag.text.quantities import Quantity, same_quantity
from rag.text.terms import FoldedText, concepts, fold, shows

# Comparing whose figure it is.


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A clause that gives numbers."""

    text: str
    folded: FoldedText
    quantities: tuple[Quantity, ...]


def another_owner(claim: str, cited: Sequence[Evidence], *, across: bool) -> tuple[str, str] | None:
    """Return a number of the claim and the name beside it, if the source says it of someone else.

    The clause of the source that has the number must name somebody, but nobody whom the claim's
    clause names. Also, a name of the claim must have a clause and a number of its own in the
    source: "Apple fell 25%, while Huawei rose 24%" does not say that Apple rose 24%. None if
    nothing contradicts the claim.
    """
    sources = [_parts(evidence.text) for evidence in cited]
    for clause in clauses(claim):
        held = [
            (quantity, parts, holding)
            for quantity in read_facts(clause).quantities
            for parts in sources
            if (holding := [part for part in parts if _gives(part, quantity)])
        ]
        # Finding names needs the word segmenter, so it is done only for numbers that the source
        # has.
        names = [c for c in concepts(clause, across=across) if c.name] if held else []
        for quantity, parts, holding in held if names else ():
            if any(shows(part.folded, name) for part in holding for name in names):
                continue
            theirs = [
                name
                for name in names
                if any(part not in holding and shows(part.folded, name) for part in parts)
            ]
            if theirs and all(_names_somebody(part.text) for part in holding):
                return quantity.text, theirs[0].text
    return None


@lru_cache(maxsize=1024)
def _parts(source: str) -> tuple[_Part, ...]:
    """Return the clauses of a source that give numbers. Cached, since each claim asks for them."""
    return tuple(
        _Part(text=clause, folded=fold(clause), quantities=quantities)
        for clause in clauses(source)
        if (quantities := read_facts(clause).quantities)
    )


def _gives(part: _Part, quantity: Quantity) -> bool:
    return any(same_quantity(quantity, given) for given in part.quantities)


def _names_somebody(clause: str) -> bool:
    return any(concept.name for concept in concepts(clause, across=False))


# Comparing what a figure is said to be.
#
# A number alone supports nothing: 12 % on the year is not 12 % on the quarter, a loss of 8.4
# billion is not a revenue of 8.4 billion, and 3.5 yuan for ten shares is not 3.5 yuan for each. The
# words around a number are read in the same way in claim and source. If they say two things of one
# kind, the claim is about another figure.

Said = dict[str, dict[str, str]]
"""The statements about a figure: for each kind the names of what is said, with the words used."""

_KINDS: dict[str, dict[str, re.Pattern[str]]] = {
    kind: {name: re.compile(words, re.IGNORECASE) for name, words in said.items()}
    for kind, said in {
        "compared with": {
            "the year before": r"同比|(?:较|比|与)(?:上年|去年|前年)(?:同期)?|(?:上年|去年)同期"
            r"|\byear[ -](?:on|over)[ -]year\b"
            r"|\b(?:from|than|on) (?:a|the|one) year (?:earlier|ago|before)\b"
            r"|\b(?:than|from|against) (?:the same (?:period|quarter|month) )?(?:of )?last year\b"
            r"|\byoy\b",
            "the period before": r"环比|(?:较|比|与)上(?:个)?(?:季度?|月)"
            r"|\b(?:quarter|month)[ -](?:on|over)[ -](?:quarter|month)\b|\bsequentially\b"
            r"|\b(?:than|from|on|against) the (?:previous|preceding|prior) (?:quarter|month)\b",
        },
        "bound": {
            "more": r"超过|超出|逾|多于|高于|突破|不少于|不低于|至少|以上"
            r"|\b(?:more|greater|higher) than\b|\bover (?=\d|[$€£¥])|\bexceed\w*|\bat least\b"
            r"|\babove\b|\bupwards of\b",
            "less": r"不足|不到|少于|低于(?!预期|市场)|未满|不超过|至多|以下"
            r"|\b(?:less|fewer|lower) than\b|\bunder (?=\d|[$€£¥])|\bbelow\b|\bat most\b"
            r"|\bup to\b|\bno more than\b",
        },
        "for each": {
            "one share": r"每股(?!东)|\bper share\b|\b(?:a|each) share\b",
            "ten shares": r"每(?:10|十)股|\b(?:per|every|each) (?:10|ten) shares\b",
        },
        "measure": {
            "revenue": r"营业?收入|营收|销售额|\brevenues?\b|\bsales\b|\bturnover\b",
            "cost": r"成本|费用|\bcosts?\b|\bexpenses?\b",
            "shipments": r"出货量?|发货量?|销量|销售量|\bshipments?\b|\bshipped\b|\bsales\b",
            "market share": r"份额|市占率|占有率|\bmarket share\b",
            "price": r"股价|售价|价格|\bprices?\b",
            "profit": r"(?<!毛)利润|净利|盈利|净赚|\b(?:net |operating )?profits?\b|\bnet income\b"
            r"|\bearned\b|\bearnings\b",
            "loss": r"亏损|净亏|\bloss(?:es)?\b|\blost\b",
            "orders": r"订单|\borders?\b",
            "deliveries": r"交付|\bdeliver(?:ed|ies)\b",
            "dead": r"死亡|遇难|身亡|丧生|\bkilled\b|\bdied\b|\bdead\b|\bdeaths?\b",
            "injured": r"受伤|伤者|\binjured\b|\bwounded\b|\bhurt\b",
            "exports": r"(?<!进)出口|\bexports?\b",
            "imports": r"进口|\bimports?\b",
        },
        "year": {
            "this year": r"今年|本年度|\bthis year\b",
            "last year": r"去年|上年(?!同期)|\blast year\b",
            "next year": r"明年|\bnext year\b",
        },
    }.items()
}
_CARRIED = ("measure", "year")
"""Kinds that are said once and hold for all later figures of the sentence."""


def figure_otherwise(claim: str, cited: Sequence[Evidence]) -> tuple[str, str, str, str] | None:
    """Return a kind of what is said, a number of the claim, and what claim and source say of it.

    None if nothing contradicts the claim. If the source gives a number several times, the claim may
    mean any of them.
    """
    given = [pair for evidence in cited for pair in _figures(evidence.text)]
    for quantity, said in _figures(claim):
        same = [theirs for number, theirs in given if same_quantity(quantity, number)]
        for kind, ours in said.items():
            found = [theirs.get(kind, {}) for theirs in same]
            # What the source leaves unsaid may be anything, and a comparison has two years.
            if not same or not all(found) or (kind == "year" and "compared with" in said):
                continue
            if not any(set(ours) & set(theirs) for theirs in found):
                return kind, quantity.text, next(iter(ours.values())), next(iter(found[0].values()))
    return None


def one_measure(claim: str, ours: Quantity, source: str, theirs: Quantity) -> bool:
    """Return False if a claim says of its number, and a source of its own, that it is another one.

    An example is a profit of 3 billion and a revenue of 5 billion.
    """
    said = [words for number, words in _figures(claim) if number.text == ours.text]
    given = [words for number, words in _figures(source) if number.text == theirs.text]
    return not any(
        one.keys() & other.keys() and not _agree(one, other) for one in said for other in given
    )


def _agree(one: Said, other: Said) -> bool:
    return all(set(one[kind]) & set(other[kind]) for kind in one.keys() & other.keys())


@lru_cache(maxsize=2048)
def _figures(text: str) -> tuple[tuple[Quantity, Said], ...]:
    """Return the numbers of a text with what is said about each."""
    return tuple(_read(text))


def _read(text: str) -> Iterator[tuple[Quantity, Said]]:
    carried: Said = {}
    for clause in clauses(text):
        said = {kind: found for kind in _KINDS if (found := _said_of(clause, kind))}
        carried |= {kind: said[kind] for kind in _CARRIED if kind in said}
        for quantity in read_facts(clause).quantities:
            yield quantity, {**carried, **said}


def _said_of(clause: str, kind: str) -> dict[str, str]:
    found = ((name, words.search(clause)) for name, words in _KINDS[kind].items())
    return {name: match[0] for name, match in found if match}
