"""Recognise the kind of a short answer, and write it in the other ways of both languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from rag.text.dates import ENGLISH_MONTHS, CalendarDate, read_dates
from rag.text.quantities import DIGIT_CHARACTERS, ORDINAL_WORDS, Quantity, read_quantities

AnswerKind = Literal["fact", "number", "date"]

_CHINESE_SCALES = ((10**12, "万亿"), (10**8, "亿"), (10**4, "万"), (1, ""))
_ENGLISH_SCALES = (
    (10**12, " trillion"), (10**9, " billion"), (10**6, " million"), (1, ""),
)  # fmt: skip
_CURRENCIES = {
    "": ("{}", "{}"),
    "USD": ("{}美元", "${}", "{} dollars"),
    "HKD": ("{}港元", "HK${}", "{} Hong Kong dollars"),
    "CNY": ("{}元", "{} yuan"),
    "EUR": ("{}欧元", "€{}", "{} euros"),
    "GBP": ("{}英镑", "£{}"),
    "JPY": ("{}日元", "{} yen"),
}
_MOST_DECIMALS = 4


def kind_of(answer: str) -> AnswerKind:
    """Return `date` or `number` if the answer is exactly one date or quantity, else `fact`."""
    if _only_date(answer):
        return "date"
    return "number" if _only_quantity(answer) else "fact"


def accepted(answer: str) -> list[str]:
    """Return the answer, and for a date or a quantity also the notations of the other language.

    Each other notation is read back, and left out unless it means exactly the same. Names are never
    translated.

    >>> accepted("424万")
    ['424万', '4.24 million']
    """
    wordings = [answer]
    if date := _only_date(answer):
        wordings += [form for form in _date_forms(date) if _same_date(_only_date(form), date)]
    elif quantity := _only_quantity(answer):
        wordings += [
            form
            for form in _quantity_forms(quantity)
            if (read := _only_quantity(form))
            and (read.value, read.unit) == (quantity.value, quantity.unit)
        ]
    return list(dict.fromkeys(wordings))


def _only_date(text: str) -> CalendarDate | None:
    dates, rest = read_dates(text, None)
    return dates[0] if len(dates) == 1 and not rest.strip() else None


def _same_date(one: CalendarDate | None, other: CalendarDate) -> bool:
    return one is not None and (one.year, one.month, one.day, one.quarter) == (
        other.year,
        other.month,
        other.day,
        other.quarter,
    )


def _only_quantity(text: str) -> Quantity | None:
    folded = unicodedata.normalize("NFKC", text).casefold()
    found = read_quantities(folded)
    return found[0] if len(found) == 1 and found[0].text == folded else None


def _date_forms(date: CalendarDate) -> Iterator[str]:
    year, day = date.year, date.day
    chinese = f"{year}年" if year else ""
    if date.quarter:
        han, english = DIGIT_CHARACTERS[date.quarter], ORDINAL_WORDS[date.quarter - 1]
        yield f"{chinese}第{han}季度"
        yield f"Q{date.quarter} {year or ''}".strip()
        yield f"{english} quarter" + (f" of {year}" if year else "")
    elif not date.month:
        yield chinese or f"{day}日"
        yield str(year or "")
    else:
        month = ENGLISH_MONTHS[date.month - 1]
        yield f"{chinese}{date.month}月" + (f"{day}日" if day else "")
        if day:
            yield f"{month} {day}" + (f", {year}" if year else "")
        yield " ".join(str(part) for part in (day, month, year) if part)


def _quantity_forms(quantity: Quantity) -> Iterator[str]:
    if quantity.unit not in _CURRENCIES:
        return
    chinese, *english = _CURRENCIES[quantity.unit]
    for forms, scales in (((chinese,), _CHINESE_SCALES), (english, _ENGLISH_SCALES)):
        scale, word = next((s for s in scales if quantity.value >= s[0]), (1, ""))
        number = f"{(quantity.value / Decimal(scale)).normalize():f}"
        if len(number.partition(".")[2]) <= _MOST_DECIMALS:
            for form in forms:
                yield form.format(number + word)
