"""Make claims from tables: what a source says, and what follows, contradicts it, or is not told.

Empty lines separate the cases of a table. The first lines of a case, `zh:` and `en:`, each state
its fact. `+ kind` and `! kind label` begin other claims about it. `~ slots` names slots that a
claim may take from the text's other sentence, which makes it false.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from training import names
from training.made_figure_words import MONTHS
from training.made_numbers import any_value, written
from training.names import Name
from training.rows import Claim, Label, Language
from training.wording import joined, language_pair, opened, say, sentence

_ZH_NUMBERS = "零一二三四五六七八九十"
_EN_NUMBERS = "zero one two three four five six seven eight nine ten".split()
_NTH = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth".split()
_ZH_DAYS = "一二三四五六日"
_EN_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


@dataclass
class Section:
    """Templates that say one thing, in both languages."""

    kind: str
    label: Label
    templates: dict[Language, list[str]] = field(default_factory=lambda: {"zh": [], "en": []})


@dataclass
class Case:
    """A fact, the claims about it, and the slots that may be exchanged with another case's."""

    fact: Section
    claims: list[Section]
    mixed: tuple[str, ...]


def read_cases(table: str) -> tuple[Case, ...]:
    """Return the cases of a table."""
    cases: list[Case] = []
    for block in table.strip().split("\n\n"):
        section = Section("synonym", "supported")
        case = Case(section, [], ())
        for line in block.splitlines():
            mark, _, rest = line.strip().partition(" ")
            if mark == "zh:":
                section.templates["zh"].append(rest)
            elif mark == "en:":
                section.templates["en"].append(rest)
            elif mark == "~":
                case.mixed = tuple(rest.split())
            else:
                words = rest.split()
                label: Label = "supported"
                if mark == "!":
                    label = "unknown" if words.pop() == "unknown" else "refuted"
                section = Section(" ".join(words), label)
                case.claims.append(section)
        cases.append(case)
    return tuple(cases)


def _new_name(
    rng: random.Random, maker: Callable[[random.Random], Name], taken: list[Name]
) -> Name:
    """Return a name that is not in `taken` in either language."""
    while True:
        made = maker(rng)
        if all(made.short_zh != old.short_zh and made.short_en != old.short_en for old in taken):
            return made


class Slots:
    """The names and numbers for a case's slots."""

    def __init__(self, rng: random.Random, apart: Slots | None = None) -> None:
        """Draw all values. No name is the same as one of `apart`."""
        self.names: dict[str, Name] = {}
        taken = list(apart.names.values()) if apart else []
        for slot, maker in (
            ("co", names.company),
            ("pe", names.person),
            ("pl", names.place),
            ("te", names.team),
            ("ins", names.institution),
            ("pr", names.product),
        ):
            for name in (slot, slot + "2"):
                self.names[name] = _new_name(rng, maker, taken)
                taken.append(self.names[name])
        big, small = sorted((any_value(rng, 2e6, 9e9) for _ in range(2)), reverse=True)
        self.money = {"big": big + 10**6 * (big == small), "small": small}
        crowd, crowd2 = sorted((any_value(rng, 3e3, 9e5) for _ in range(2)), reverse=True)
        self.counts = {"crowd": crowd + 1000 * (crowd == crowd2), "crowd2": crowd2}
        self.currency = rng.choice(("yuan", "yuan", "dollar", "euro", "yen", "pound"))
        self.plain = self._plain(rng)
        self.words = {}
        self.words["k"], self.words["k2"] = sorted(rng.sample(range(2, 10), 2), reverse=True)
        months = sorted(rng.sample(range(1, 13), 2))
        days = sorted(rng.sample(range(7), 2))
        self.calendar = {"mo": months[0], "mo2": months[1], "wd": days[0], "wd2": days[1]}

    @staticmethod
    def _plain(rng: random.Random) -> dict[str, str]:
        more, less = sorted(rng.sample(range(12, 98), 2), reverse=True)
        high, low = sorted(rng.sample(range(120, 980), 2), reverse=True)
        tens = rng.randint(11, 80)
        part = rng.randint(2, 60) * 2
        year = rng.randint(2005, 2024)
        day, day2 = sorted(rng.sample(range(2, 28), 2))
        made: dict[str, object] = {
            "n": more, "n2": less, "h": high, "h2": low, "y": year, "y2": year + rng.randint(1, 4),
            "dec": f"{tens / 10:g}", "dec_x": f"{tens / 100:g}", "dec_y": f"{tens}",
            "half": part, "whole": part * 2, "thrice": part * 3, "d": day, "d2": day2,
            "pct": f"{rng.randint(11, 480) / 10:g}", "pct2": f"{rng.randint(490, 890) / 10:g}",
            "km": rng.randint(3, 90) * 10, "hkm": rng.randint(4, 90) * 100,
            "yes": rng.randint(12, 40), "no": rng.randint(45, 58),
            "g": rng.randint(3, 6), "g2": rng.randint(0, 2),
            "deg": rng.randint(31, 44), "deg2": rng.randint(18, 30),
        }  # fmt: skip
        return {slot: str(value) for slot, value in made.items()}

    def strings(self, rng: random.Random, language: Language, *, short: bool) -> dict[str, str]:
        """Return the slots in words."""
        zh = language == "zh"
        made = dict(self.plain)
        for slot, name in self.names.items():
            if short:
                made[slot] = name.short_zh if zh else name.short_en
            else:
                made[slot] = name.zh if zh else name.en
        for slot, value in self.money.items():
            made[slot] = written(rng, language, value, self.currency)
        for slot, value in self.counts.items():
            made[slot] = written(rng, language, value, "none")
        for slot, value in self.words.items():
            made[slot] = _ZH_NUMBERS[value] if zh else _EN_NUMBERS[value]
            made[slot + "th"] = f"第{_ZH_NUMBERS[value]}" if zh else _NTH[value]
        for slot, value in self.calendar.items():
            if slot.startswith("mo"):
                made[slot] = f"{value}月" if zh else MONTHS[value - 1]
            else:
                made[slot] = f"周{_ZH_DAYS[value]}" if zh else _EN_DAYS[value]
        return made


def case_claim(rng: random.Random, case: Case) -> Claim:
    """Return a claim about a text with `case`, half of the time beside another of its kind."""
    asked, given = language_pair(rng)
    slots = Slots(rng)
    others = Slots(rng, slots)
    source = slots.strings(rng, given, short=False)
    template = rng.choice(case.fact.templates[given])
    state = random.Random(rng.random())  # noqa: S311
    told = [opened(rng, given, say(random.Random(state.random()), template, **source))]  # noqa: S311
    beside = rng.random() < 0.55
    if beside:
        rest = say(
            rng, rng.choice(case.fact.templates[given]), **others.strings(rng, given, short=False)
        )
        told.append(sentence(given, rest))
        rng.shuffle(told)
    right = rng.random() < 0.43
    words = slots.strings(rng, asked, short=rng.random() < 0.4)
    section = case.fact
    kind, label = section.kind, section.label
    if not right and case.mixed and beside and rng.random() < 0.35:
        slot = rng.choice(case.mixed)
        foreign = others.strings(rng, asked, short=False)
        if slot in slots.plain and slots.plain[slot] == others.plain[slot]:
            return case_claim(rng, case)
        words[slot] = foreign[slot]
        kind, label = "owner", "refuted"
    else:
        fit = [claim for claim in case.claims if (claim.label == "supported") == right]
        if right:
            fit += [case.fact, case.fact]
        section = rng.choice(fit)
        kind, label = section.kind, section.label
    pick = rng.choice(section.templates[asked])
    close = right and section is case.fact and asked == given and rng.random() < 0.25
    if close:
        pick, words, kind = template, source, "near copy"
    return Claim(
        claim_language=asked,
        source_language=given,
        claim=sentence(asked, say(rng, pick, **words)),
        evidence=joined(given, told),
        label=label,
        source="made",
        kind=kind,
    )
