"""Make claims about figures: who had how much of what, when, and how it changed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from training import names
from training.made_cases import case_claim
from training.made_detail_cases import DETAIL_CASES
from training.made_figure_cases import FIGURE_CASES
from training.made_figure_telling import Change, Figure, told_figure
from training.made_figure_words import (
    CURRENCIES,
    EVENTS,
    FAMILIES,
    MEASURES,
    OTHER_UNIT,
    Measure,
    Period,
    any_period,
    other_period,
)
from training.made_numbers import any_value, other_currency, other_value, roughly
from training.names import Name
from training.rows import Claim, Label
from training.wording import expand, joined, language_pair, opened, sentence


def _owner(rng: random.Random, kind: str) -> Name:
    if kind == "event":
        place = names.place(rng)
        zh, en = rng.choice(EVENTS)
        zh, en = zh.format(p=place.short_zh), expand(rng, en.format(p=place.short_en))
        return Name(zh, en, zh, en)
    made: Name = getattr(names, kind)(rng)
    return made


def _other_owner(rng: random.Random, kind: str, owner: Name) -> Name:
    while True:
        made = _owner(rng, kind)
        if made.short_zh != owner.short_zh and made.short_en != owner.short_en:
            return made


def _change(rng: random.Random, measure: Measure, period: Period) -> Change | None:
    if measure.owner == "event" or rng.random() < 0.35:
        return None
    bases = ["year before"] if period.kind == "year" else ["year"]
    if period.kind in ("quarter", "month"):
        bases.append(period.kind)
    points = measure.unit == "percent"
    tenths = (
        rng.randint(2, 60) if points else rng.choice((rng.randint(3, 300), rng.randint(3, 899)))
    )
    return Change(rng.random() < 0.55, tenths, rng.choice(bases), points)


def _figure(rng: random.Random, measure: Measure, owner: Name, period: Period, unit: str) -> Figure:
    value = any_value(rng, measure.low, measure.high)
    return Figure(owner, measure, period, value, unit, _change(rng, measure, period))


def _any_figure(rng: random.Random) -> Figure:
    measure = rng.choice(MEASURES)
    unit = measure.unit if measure.unit != "money" else rng.choice(("yuan", *CURRENCIES))
    period = any_period(rng, measure.owner)
    return _figure(rng, measure, _owner(rng, measure.owner), period, unit)


def _is_loss(measure: Measure) -> bool:
    return "loss" in measure.en


def _partner(rng: random.Random, measure: Measure) -> Measure | None:
    """Return a measure that can be confused with `measure`, but no loss for a profit, or None."""
    family = FAMILIES[measure.owner, measure.family]
    fit = [other for other in family if other != measure and not _is_loss(other)]
    return rng.choice(fit) if fit and not _is_loss(measure) else None


def _beside(rng: random.Random, figure: Figure, differs: str) -> Figure:
    """Return a figure that differs from `figure` in its measure, period, owner, or all."""
    measure, owner, period = figure.measure, figure.owner, figure.period
    if differs in ("measure", "all"):
        measure = _partner(rng, measure) or measure
    if differs in ("owner", "all") or (differs == "measure" and measure == figure.measure):
        owner = _other_owner(rng, measure.owner, owner)
    if differs in ("period", "all"):
        period = other_period(rng, period)
    for _ in range(20):
        made = _figure(rng, measure, owner, period, figure.unit)
        same = figure.change and made.change and figure.change.tenths == made.change.tenths
        if not same and not 0.8 < made.value / figure.value < 1.25:
            break
    return made


@dataclass(frozen=True)
class Told:
    """The figure of a claim, how to tell it, and its label and kind."""

    figure: Figure
    label: Label
    kind: str
    rough: bool | None = None
    change_only: bool = False


def _bare(figure: Figure) -> Figure:
    return replace(figure, change=None)


def _wrong_attachment(rng: random.Random, figure: Figure, beside: Figure | None) -> Told | None:
    """Return `figure`'s number for another measure, period or owner."""
    label: Label = "refuted" if beside else "unknown"
    differs = rng.choice(("measure", "period", "owner"))
    other = beside or _beside(rng, figure, differs)
    parts = [
        part
        for part in ("measure", "period", "owner")
        if getattr(other, part) != getattr(figure, part)
    ]
    if len(parts) > 1:
        label = "unknown"
    part = rng.choice(parts)
    change = figure.change if part == "owner" else None
    if part == "measure":
        made = replace(figure, measure=other.measure, change=change)
    elif part == "period":
        made = replace(figure, period=other.period, change=change)
    else:
        made = replace(figure, owner=other.owner, change=change)
    return Told(made, label, part)


def _wrong_number(rng: random.Random, figure: Figure, _: Figure | None) -> Told | None:
    made = replace(figure, value=other_value(rng, figure.value))
    if figure.unit == "percent" and made.value > 999:
        return None
    return Told(made if rng.random() < 0.3 else _bare(made), "refuted", "number")


def _wrong_comparison(rng: random.Random, figure: Figure, beside: Figure | None) -> Told | None:
    change = figure.change
    if change is None:
        return Told(_bare(figure), "refuted", "comparison", rough=False)
    ways = ["direction", "direction", "points", "rough"]
    if figure.period.kind in ("quarter", "month"):
        ways += ["base", "base", "base"]
    if beside and beside.change and beside.change.base == change.base:
        ways += ["amount", "amount"]
    way, label = rng.choice(ways), "refuted"
    if way == "rough":
        return Told(_bare(figure), "refuted", "comparison", rough=False)
    made = replace(change, up=not change.up)
    if way == "points":
        made = replace(change, points=not change.points)
    elif way == "base":
        base = figure.period.kind if change.base == "year" else "year"
        made, label = replace(change, base=base), "unknown"
    elif way == "amount" and beside and beside.change:
        made = replace(beside.change, up=change.up)
    told: Label = "unknown" if label == "unknown" else "refuted"
    only = rng.random() < 0.6
    return Told(replace(figure, change=made), told, "comparison", change_only=only)


def _wrong_unit(rng: random.Random, figure: Figure, _: Figure | None) -> Told | None:
    if figure.measure.unit == "money" and rng.random() < 0.6:
        made = replace(figure, unit=other_currency(rng, figure.unit))
    elif figure.unit in OTHER_UNIT and rng.random() < 0.6:
        made = replace(figure, unit=OTHER_UNIT[figure.unit])
    elif figure.value >= 10**6:
        scale = rng.choice((1000, 10000))
        made = replace(
            figure, value=figure.value // scale if figure.value >= 10**9 else figure.value * scale
        )
    else:
        return None
    return Told(_bare(made) if rng.random() < 0.7 else made, "refuted", "unit")


def _loss(_: random.Random, figure: Figure, beside: Figure | None) -> Told | None:
    """Return a loss in place of a profit or the reverse, or None if another figure is told."""
    if figure.measure.family != "result" or beside:
        return None
    head = figure.measure.zh[1:3]
    for other in FAMILIES["company", "result"]:
        if other.zh[1:3] == head and _is_loss(other) != _is_loss(figure.measure):
            return Told(_bare(replace(figure, measure=other)), "refuted", "loss for profit")
    return None


def _right(rng: random.Random, figure: Figure, _: Figure | None) -> Told | None:
    kind = rng.choice(("notation", "synonym", "shorter", "rounded", "rounded", "change"))
    if kind == "change":
        return Told(figure, "supported", "shorter", change_only=True) if figure.change else None
    if kind == "rounded":
        return Told(_bare(figure), "supported", kind, rough=True)
    return Told(_bare(figure) if kind == "shorter" else figure, "supported", kind)


_WRONG: tuple[Callable[[random.Random, Figure, Figure | None], Told | None], ...] = (
    _wrong_attachment,
    _wrong_attachment,
    _wrong_attachment,
    _wrong_number,
    _wrong_comparison,
    _wrong_comparison,
    _wrong_unit,
    _loss,
)


def _merged(rng: random.Random) -> Claim:
    """Return a claim with two figures, each in its place or exchanged."""
    asked, given = language_pair(rng)
    first = _bare(_any_figure(rng))
    second = _bare(_beside(rng, first, rng.choice(("measure", "measure", "period", "owner"))))
    evidence = joined(
        given,
        [
            opened(rng, given, told_figure(rng, given, first)),
            sentence(given, told_figure(rng, given, second)),
        ],
    )
    right = rng.random() < 0.45
    label: Label = "supported" if right else "refuted"
    if not right:
        first, second = replace(first, value=second.value), replace(second, value=first.value)
    pair = [first, second]
    rng.shuffle(pair)
    told = [told_figure(rng, asked, figure, short=True) for figure in pair]
    between = (
        rng.choice(("，", "，而", "；"))
        if asked == "zh"
        else rng.choice((", while ", ", and ", "; "))
    )
    told[1] = (
        told[1][0].lower() + told[1][1:] if told[1].startswith(("In ", "At ", "By ")) else told[1]
    )
    kind = "merged" if right else "exchanged"
    claim = sentence(asked, between.join(told))
    return Claim(
        claim_language=asked,
        source_language=given,
        claim=claim,
        evidence=evidence,
        label=label,
        source="made",
        kind=kind,
    )


def _plain(rng: random.Random) -> Claim | None:
    """Return a claim about a figure, which the source tells alone or beside another."""
    asked, given = language_pair(rng)
    figure = _any_figure(rng)
    beside = (
        _beside(rng, figure, rng.choice(("measure", "period", "owner", "all")))
        if rng.random() < 0.6
        else None
    )
    seed = rng.random()
    told = [opened(rng, given, told_figure(random.Random(seed), given, figure))]  # noqa: S311
    if beside:
        told.append(sentence(given, told_figure(rng, given, beside)))
        rng.shuffle(told)
    made = (_right if rng.random() < 0.43 else rng.choice(_WRONG))(rng, figure, beside)
    if made is None:
        return None
    value = None
    if made.rough is not None:
        value = roughly(rng, asked, made.figure.value, made.figure.unit, right=made.rough)
        if value is None:
            return None
    close = asked == given and rng.random() < 0.35
    copied = close and made.label == "supported" and value is None
    kind = "near copy" if copied else made.kind
    claim = told_figure(
        random.Random(seed) if close else rng,  # noqa: S311
        asked,
        made.figure,
        value=value,
        change_only=made.change_only,
        short=not close and rng.random() < 0.5,
    )
    evidence = joined(given, told)
    return Claim(
        claim_language=asked,
        source_language=given,
        claim=sentence(asked, claim),
        evidence=evidence,
        label=made.label,
        source="made",
        kind=kind,
    )


def figure_claims(rng: random.Random, count: int) -> Iterator[Claim]:
    """Yield `count` claims about figures."""
    while count > 0:
        drawn = rng.random()
        if drawn < 0.55:
            claim = _plain(rng)
        elif drawn < 0.65:
            claim = _merged(rng)
        else:
            claim = case_claim(rng, rng.choice(FIGURE_CASES + DETAIL_CASES))
        if claim is not None:
            count -= 1
            yield claim
