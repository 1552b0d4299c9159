"""Reading the cells of tables: their numbers, units and periods, and rows that sum up others."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from rag.text.months import ANY_MONTH
from rag.text.numerals import MAGNITUDES

_MAGNITUDES = MAGNITUDES | {"m": 10**6, "k": 1000}
_CURRENCY = r"(?:us\$|hk\$|rmb|usd|cny|eur|gbp|[$¥€£])?"
_NUMBER = re.compile(
    rf"(?:约|近|超|逾|about|approx\.?|c\.)?\s*{_CURRENCY}\s*(?P<minus>[-▼↓])?\s*[+▲↑]?\s*{_CURRENCY}\s*"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    rf"\s*(?P<scale>{'|'.join(_MAGNITUDES)})?(?P<rest>[^\d]{{0,16}})"
)
_MINUS_SIGNS = str.maketrans(dict.fromkeys("−–—‒－﹣", "-"))
_FOOTNOTE = re.compile(r"\[\d{1,2}\]$|[*†‡①②③④⑤⑥⑦⑧⑨]+$")
_UNIT = re.compile(r"\s*[(（\[]([^()（）\[\]]{1,24})[)）\]]\s*$")
_PERIOD = re.compile(
    r"(?:(?:19|20)\d\d\s*(?:年|年度|财年)?|fy\s?\d{2,4}|(?:19|20)\d\d[-/](?:\d{2}|\d{4}))?\s*"
    r"(?:第?[一二三四1-4]季度|q[1-4]|[hH][12]|[上下]半年|前[一二三]季度|全年|年初|年末|"
    rf"\d{{1,2}}月(?:\d{{1,2}}日)?|(?:{ANY_MONTH})\.?"
    r"(?:\s\d{1,2})?|去年|今年|上年|本年|同期|last year|this year)?\s*"
    r"(?:(?:19|20)\d\d)?",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"(?:合计|总计|共计|小计|总和|总数|总量|总额|总体|汇总|累计|平均|均值|平均值|中位数|"
    r"(?:全[市省国区县州镇乡村校厂行网球港岛部体]|各[区县市省地]?)(?:合计|总计|平均|总[数和量额])?|"
    r"(?:grand |sub-?|sub )?totals?|sum|all(?: [a-z]+)?|overall|combined|average|mean|median|"
    r"(?:city|nation|country|state|province|county|district|world|company|group)-?\s?wide|"
    r"whole [a-z]+|(?:national|world|group|city) (?:total|average))"
    r"(?:数|值|计)?",
    re.IGNORECASE,
)


def cell_value(text: str) -> Decimal | None:
    """Returns the number that a cell states with its magnitude applied, None where it states none.

    "1,234.5", "1.2万", "−3.2%", "(45)", "$64m" and "约3万人" are numbers. A range, a date or a
    sentence with a number in it is none.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_MINUS_SIGNS).casefold().strip()
    plain = _FOOTNOTE.sub("", plain).strip()
    # Accountants write losses in brackets.
    loss = plain.startswith("(") and plain.endswith(")")
    match = _NUMBER.fullmatch(plain[1:-1].strip() if loss else plain)
    if not match or re.match(r"\s*[-~至到年月日:/.]", match["rest"]):
        return None
    value = Decimal(match["digits"].replace(",", "")) * _MAGNITUDES.get(match["scale"] or "", 1)
    return -value if loss or match["minus"] else value


def unit_of(label: str) -> str:
    """Returns the unit that stands in brackets behind a column's name; empty where none does."""
    match = _UNIT.search(label)
    return match[1].strip() if match and not is_period(match[1]) else ""


def without_unit(label: str) -> str:
    """Returns a column's name without what stands in brackets behind it."""
    return _UNIT.sub("", label).strip() or label.strip()


def is_period(text: str) -> bool:
    """Tells whether a cell is nothing but a year, a quarter, a month or the like."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return 2 <= len(plain) <= 24 and bool(_PERIOD.fullmatch(without_unit(plain)))


def is_sum(name: str) -> bool:
    """Tells whether a row of that name sums up or averages others: 合计, 全市, "Total"."""
    plain = unicodedata.normalize("NFKC", name).strip(" :：*")
    return bool(_SUM.fullmatch(without_unit(plain)))
