"""Write numbers in Chinese and English, exactly or roughly."""

from __future__ import annotations

import math
import random
from decimal import Decimal

from training.made_figure_words import CURRENCIES, SIGNS, UNITS
from training.rows import Language
from training.wording import expand


def any_value(rng: random.Random, low: float, high: float) -> int:
    """Return a number between `low` and `high` with at most four digits before its zeros."""
    value = math.exp(rng.uniform(math.log(low), math.log(high)))
    digits = rng.choice((2, 3, 3, 4))
    step = 10 ** max(0, math.floor(math.log10(value)) + 1 - digits)
    rounded: int = round(value / step) * step
    return max(1, rounded)


def _scaled(value: int, scale: int) -> str:
    return f"{(Decimal(value) / scale).normalize():,f}"


def _bare(rng: random.Random, language: Language, value: int) -> str:
    """Return `value` in words without its unit."""
    if language == "zh":
        if value >= 10**8 and (value >= 10**10 or rng.random() < 0.93):
            return _scaled(value, 10**8) + "亿"
        if value >= 10**4 and value % 10 == 0 and rng.random() < 0.85:
            return _scaled(value, 10**4).replace(",", "") + "万"
        return f"{value:,}" if rng.random() < 0.3 else str(value)
    if value >= 10**9 and rng.random() < 0.88:
        return _scaled(value, 10**9) + rng.choice((" billion", " billion", " billion", "bn"))
    if value >= 10**6 and rng.random() < 0.95:
        return _scaled(value, 10**6) + rng.choice((" million", " million", " million", "m"))
    return f"{value:,}"


def written(rng: random.Random, language: Language, value: int, unit: str) -> str:
    """Return `value` with `unit`, in one of the usual notations."""
    if unit == "percent":
        number = f"{value / 10:g}"
        if language == "zh":
            return f"百分之{number}" if rng.random() < 0.1 else f"{number}%"
        return number + expand(rng, UNITS[unit].en)
    number = _bare(rng, language, value)
    if language == "zh":
        if unit == "yuan" and rng.random() < 0.2:
            return f"人民币{number}元"
        return number + UNITS[unit].zh
    if unit in SIGNS and rng.random() < 0.5:
        return SIGNS[unit] + number
    if unit == "people" and rng.random() < 0.6:
        return number
    return f"{number} {expand(rng, UNITS[unit].en)}".strip()


def roughly(
    rng: random.Random, language: Language, value: int, unit: str, *, right: bool
) -> str | None:
    """Return `value` as "about", "more than" or "nearly" a round number.

    Returns None if no round number is near.
    """
    digits = len(str(value))
    if digits < 3:
        return None
    step = 10 ** (digits - 2)
    below = value // step * step
    above, rest = below + step, (value - below) / step
    if rest < 0.08 or rest > 0.92 or unit == "percent":
        return None
    over = "[超过|逾|高于]" if language == "zh" else "[more than|over|above|upwards of]"
    under = "[近|将近|接近|不到]" if language == "zh" else "[nearly|almost|close to|just under]"
    about = "[约|大约]" if language == "zh" else "[about|around|roughly|some]"
    if right:
        nearest = below if rest < 0.5 else above
        choices = [(about, nearest), (over, below)] + ([(under, above)] if rest > 0.5 else [])
    else:
        under = "[不到|不足|低于]" if language == "zh" else "[less than|below|fewer than|under]"
        if unit not in ("people", "cars", "homes", "votes", "cases", "none"):
            under = under.replace("|fewer than", "")
        choices = [(over, above + step * rng.choice((0, 1, 3))), (under, below)]
        choices.append((about, above + step * rng.choice((4, 6))))
    word, number = rng.choice(choices)
    space = "" if language == "zh" else " "
    return expand(rng, word) + space + written(rng, language, number, unit)


def other_value(rng: random.Random, value: int) -> int:
    """Return another number that looks like `value`."""
    text = str(value)
    way = rng.choice(("swap", "digit", "digit", "tenfold", "shift"))
    made = value
    if way == "swap" and len(text) > 1 and text[0] != text[1] and text[1] != "0":
        made = int(text[1] + text[0] + text[2:])
    elif way == "tenfold":
        made = value * 10 if rng.random() < 0.5 or value % 10 else value // 10
    elif way == "shift":
        made = round(value * rng.choice((0.5, 0.7, 1.3, 1.5, 2)))
        step = 10 ** max(0, len(str(made)) - 3)
        made = made // step * step
    if made in (value, 0):
        at = rng.randrange(min(3, len(text)))
        digits = [digit for digit in "123456789" if digit != text[at]]
        made = int(text[:at] + rng.choice(digits) + text[at + 1 :])
    return made


def other_currency(rng: random.Random, unit: str) -> str:
    """Return a currency other than `unit`."""
    return rng.choice([name for name in CURRENCIES if name != unit])
