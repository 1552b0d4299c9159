"""Put a figure into words, in Chinese and English."""

from __future__ import annotations

import random
from dataclasses import dataclass

from training.made_figure_words import Measure, Period
from training.made_numbers import written
from training.names import Name
from training.rows import Language
from training.wording import expand, say

_BASES = {
    "year": (
        "[同比|较上年同期|比去年同期|与上年同期相比]",
        "[from a year earlier|year on year|against the same period a year earlier|on the year]",
    ),
    "year before": ("[较上年|比上年|与前一年相比]", "[from the previous year|on the year before]"),
    "quarter": (
        "[环比|较上一季度|比前一季度|与上季度相比]",
        "[from the previous quarter|quarter on quarter|compared with the quarter before]",
    ),
    "month": (
        "[环比|较上月|比上个月|与前一个月相比]",
        "[from the previous month|month on month|compared with the month before]",
    ),
}
_UP = {"zh": "[增长|上升|增加|提高]", "en": "[rose|grew|climbed|increased]"}
_DOWN = {"zh": "[下降|减少|下滑|降低]", "en": "[fell|declined|dropped|shrank]"}
_TAIL_UP = "[, up {a} {b}|, an increase of {a} {b}|, a rise of {a} {b}|, having risen {a} {b}]"
_TAIL_DOWN = "[, down {a} {b}|, a decrease of {a} {b}|, a fall of {a} {b}|, having fallen {a} {b}]"


@dataclass(frozen=True)
class Change:
    """The size of a change, in tenths of a percent or of a percentage point, and its base."""

    up: bool
    tenths: int
    base: str
    points: bool

    def amount(self, rng: random.Random, language: Language) -> str:
        """Return the size of the change in words."""
        if not self.points:
            return written(rng, language, self.tenths, "percent")
        number = f"{self.tenths / 10:g}"
        return number + ("个百分点" if language == "zh" else " percentage points")


@dataclass(frozen=True)
class Figure:
    """A measure of an owner in a period, with its value."""

    owner: Name
    measure: Measure
    period: Period
    value: int
    unit: str
    change: Change | None


def _tail(rng: random.Random, language: Language, change: Change | None) -> str:
    if change is None:
        return ""
    amount, base = change.amount(rng, language), expand(rng, _BASES[change.base][language == "en"])
    if language == "zh":
        return f"，{base}{expand(rng, (_UP if change.up else _DOWN)['zh'])}{amount}"
    return say(rng, _TAIL_UP if change.up else _TAIL_DOWN, a=amount, b=base)


_ZH = (
    "{t}{o}{m}为{v}{c}",
    "{o}{t}{m}达{v}{c}",
    "{o}公布，{t}{m}为{v}{c}",
    "{t}，{o}的{m}[达到|为|录得]{v}{c}",
    "{o}的{m}在{t}[为|是|达到]{v}{c}",
    "{v}——这是{o}{t}的{m}{c}",
    "{t}，{o}{m}合计{v}{c}",
    "{m}方面，{o}{t}[录得|为]{v}{c}",
)
_ZH_CHANGE = (
    "{t}{o}{m}{b}{r}{a}",
    "{o}{t}的{m}{b}{r}了{a}",
    "{o}{m}在{t}{b}{r}{a}",
)
_ZH_EVENT = (
    "{t}，{o}的{m}为{v}",
    "{t}，{o}{m}[已达|达到]{v}",
    "{o}{m}{t}为{v}",
    "{t}，{o}[共|]造成的{m}为{v}",
)
_EN = (
    "{o}'s {s} [came to|reached|totalled|stood at|amounted to] {v} {t}{c}",
    "{T}, {m} {p} {o} [came to|reached|totalled|stood at|hit] {v}{c}",
    "{m} {p} {o} [came to|reached|totalled|amounted to] {v} {t}{c}",
    "{T} {o}'s {s} [came to|amounted to|stood at] {v}{c}",
    "{o} [reported|posted|recorded] {s} of {v} {t}{c}",
    "figures [published|released] for {o} put its {s} {t} at {v}{c}",
    "{o} had {s} of {v} {t}{c}",
    "{o} said its {s} [came to|reached|totalled] {v} {t}{c}",
)
_EN_CHANGE = (
    "{o}'s {s} {r} {a} {t} {b}",
    "{T}, {m} {p} {o} {r} by {a} {b}",
    "{o} saw its {s} {g} {a} {t} {b}",
    "{m} {p} {o} {r} {a} {b} {t}",
)
_EN_EVENT = (
    "{t} {m} {p} {o} [stood at|had reached|was] {v}",
    "{m} {p} {o} [stood at|had reached|was put at] {v} {t}",
    "{T}, the authorities put {m} {p} {o} at {v}",
)
_PREPOSITIONS = {"place": "in", "event": "in", "team": "at"}


def told_figure(
    rng: random.Random,
    language: Language,
    figure: Figure,
    *,
    value: str | None = None,
    change_only: bool = False,
    short: bool = False,
) -> str:
    """Return `figure` as a clause. `value` replaces the words of its number."""
    zh, owner, change = language == "zh", figure.owner, figure.change
    event = figure.measure.owner == "event"
    measure = expand(rng, figure.measure.zh if zh else figure.measure.en)
    period = figure.period.text(rng, language)
    number = value or written(rng, language, figure.value, figure.unit)
    name = (owner.short_zh if zh else owner.short_en) if short else (owner.zh if zh else owner.en)
    slots = {
        "o": name,
        "t": period,
        "T": period[0].upper() + period[1:],
        "m": measure,
        "s": measure.removeprefix("the "),
        "p": _PREPOSITIONS.get(figure.measure.owner, "at"),
        "v": number,
        "c": "",
    }
    if change_only and change:
        slots["a"] = change.amount(rng, language)
        slots["b"] = expand(rng, _BASES[change.base][not zh])
        slots["r"] = expand(rng, (_UP if change.up else _DOWN)[language])
        slots["g"] = rng.choice(("rise", "grow") if change.up else ("fall", "drop"))
        return say(rng, rng.choice(_ZH_CHANGE if zh else _EN_CHANGE), **slots)
    slots["c"] = _tail(rng, language, change)
    templates = (_ZH_EVENT if event else _ZH) if zh else (_EN_EVENT if event else _EN)
    template = rng.choice(templates)
    if not zh and measure.startswith("the ") and "{s} of" in template:
        template = templates[0]
    return say(rng, template, **slots)
