"""Draw deeds with their parties, and put them into words."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from training import names
from training.made_deed_tables import RELATIONS, Relation
from training.made_deed_words import ABOUT
from training.made_numbers import any_value, written
from training.names import Name
from training.rows import Language
from training.wording import say

_MAKERS = {
    "co": names.company,
    "pe": names.person,
    "pl": names.place,
    "te": names.team,
    "ins": names.institution,
}
_CURRENCIES = ("yuan", "yuan", "dollar", "euro", "yen", "pound")


@dataclass(frozen=True)
class Numbers:
    """A sum of money and a score."""

    money: int
    currency: str
    goals: tuple[int, int]


@dataclass(frozen=True)
class Deed:
    """Who did what to whom, where, and with what."""

    relation: Relation
    names: dict[str, Name]
    place: Name
    thing: tuple[str, str]
    product: Name
    numbers: Numbers

    def swapped(self, one: str, other: str) -> Deed:
        """Return the deed with two parties exchanged."""
        exchanged = {one: self.names[other], other: self.names[one]}
        return replace(self, names={**self.names, **exchanged})

    def with_name(self, slot: str, name: Name) -> Deed:
        """Return the deed with another party."""
        return replace(self, names={**self.names, slot: name})

    def at(self, place: Name) -> Deed:
        """Return the deed at another place."""
        return replace(self, place=place)


class Drawn:
    """Draws names that all differ in both languages."""

    def __init__(self, rng: random.Random) -> None:
        """Start with no names drawn."""
        self._rng = rng
        self._taken: set[str] = set()

    def name(self, kind: str) -> Name:
        """Return a new name of a kind."""
        while True:
            made = _MAKERS[kind](self._rng)
            stem = made.short_en.split()[0] if kind != "ins" else made.en.split()[0]
            if kind == "ins":
                article = "" if "University" in made.en else "the "
                made = replace(made, en=article + made.en, short_en=article + made.en)
            if not {stem, made.short_zh, made.short_en} & self._taken:
                self._taken |= {stem, made.short_zh, made.short_en}
                return made


def _deed(rng: random.Random, drawn: Drawn, relation: Relation, given: dict[str, Name]) -> Deed:
    goals = rng.randint(1, 5)
    parties = {slot: given.get(slot) or drawn.name(kind) for slot, kind in relation.types.items()}
    numbers = Numbers(
        any_value(rng, 2e6, 9e9), rng.choice(_CURRENCIES), (goals, rng.randint(0, goals - 1))
    )
    thing = rng.choice(relation.things) if relation.things else ("", "")
    return Deed(relation, parties, drawn.name("pl"), thing, names.product(rng), numbers)


def any_deed(rng: random.Random, drawn: Drawn) -> Deed:
    """Return a random deed."""
    return _deed(rng, drawn, rng.choice(RELATIONS), {})


def other_deed(rng: random.Random, drawn: Drawn, deed: Deed) -> Deed:
    """Return another deed.

    It is of another kind with one of the same parties, or of the same kind with other parties.
    """
    if rng.random() < 0.4:
        return _deed(rng, drawn, deed.relation, {})
    slot = rng.choice(list(deed.names))
    kind = deed.relation.types[slot]
    fit = [
        (relation, part)
        for relation in RELATIONS
        if relation.theme != deed.relation.theme
        for part, other in relation.types.items()
        if other == kind
    ]
    if not fit:
        return _deed(rng, drawn, deed.relation, {})
    relation, part = rng.choice(fit)
    return _deed(rng, drawn, relation, {part: deed.names[slot]})


def render(
    rng: random.Random,
    template: str,
    deed: Deed,
    language: Language,
    *,
    short: bool = False,
    full: bool = False,
) -> str:
    """Return `template` with the names and numbers of `deed`.

    If `full`, the parties sometimes get a description.
    """
    zh, numbers = language == "zh", deed.numbers
    parties = {**deed.names, "pl": deed.place, "pr": deed.product}
    slots = {slot: _named(name, language, short=short) for slot, name in parties.items()}
    for slot, kind in deed.relation.types.items():
        if full and kind in ABOUT and rng.random() < 0.12:
            slots[slot] = rng.choice(ABOUT[kind])[0 if zh else 1] + slots[slot]
    more, less = numbers.goals
    between = "比" if zh else "-"
    slots |= {
        "x": deed.thing[0] if zh else deed.thing[1],
        "m": written(rng, language, numbers.money, numbers.currency),
        "s": f"{more}{between}{less}",
        "t": f"{less}{between}{more}",
    }
    return say(rng, template, **slots)


def _named(name: Name, language: Language, *, short: bool) -> str:
    if language == "zh":
        return name.short_zh if short else name.zh
    return name.short_en if short else name.en
