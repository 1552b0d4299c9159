"""Read parts of a year: 一季度, 前三季度, first half, nine months to June."""

from __future__ import annotations

import re

from rag.text.dates import FULL_MONTH, month_number
from rag.text.quantities import NUMBER_WORDS, written_number

QUARTERS = ((1, 3), (4, 6), (7, 9), (10, 12))
_FIRST_AND_LAST = {"首": 1, "final": 4}
_NUMBER_ZH = r"(?:1[0-2]|[1-9]|十[一二]?|[一二两三四五六七八九])"
_NUMBER_EN = rf"(?:{'|'.join(NUMBER_WORDS[:12])}|1[0-2]|[1-9])"
_ORDINAL = r"(?:first|second|third|fourth|final|1st|2nd|3rd|4th)"
MONTH = rf"(?:{FULL_MONTH})"

# A single alternation, so that the text is read only once. Of several alternatives at one place the
# first wins.
PART = re.compile(
    "|".join(
        (
            r"(?<!第)[前首](?P<quarters>[1-4一二三四两])个?季度?(?!报)",
            rf"[前首](?P<months>{_NUMBER_ZH})个月",
            r"(?<![\d.])(?P<from>1[0-2]|[1-9])月?份?\s?[-–—~至到]\s?(?P<to>1[0-2]|[2-9])月份?(?!\d)",
            rf"\b(?P<from_en>{MONTH})(?: to | through |\s?[-–]\s?)(?P<to_en>{MONTH})\b(?! \d\d?\b)",
            r"(?<![\d前])第?(?P<quarter>[一二三四1-4首])个?(?:财季|季报|季度|季(?=[营收净销产利亏]))",
            r"(?<![\d.])(?P<half>[上下])半(?:财年|年)",
            r"(?P<interim>(?<![上下大一])半年(?:报|度)|中报|中期(?:业绩|报告|净?利润|营收|收入))",
            rf"(?<![\d.个十一二三四五六七八九])(?P<month>{_NUMBER_ZH})月份?"
            r"(?![\d底末初中亮饼球]|[一二三四五六七八九十]{1,3}[日号])",
            r"(?P<year>全年|(?<![半财])年度?(?:业绩|财报|报告|报(?![道价名]))"
            r"|(?<![半财])年度(?=[营收净销产利亏]))",
            rf"\bfirst[- ](?P<months_en>{_NUMBER_EN})[- ]months?\b",
            r"\bfirst[- ](?P<quarters_en>two|three|2|3)[- ]quarters\b",
            rf"\b(?:(?:fiscal|financial)[- ])?(?P<quarter_en>{_ORDINAL})[- ]quarter\b",
            r"(?:(?<![a-z\d])|(?<=20\d\d)|(?<=(?<!\d)\d\d))q(?P<q>[1-4])(?![a-z\d.-]*[a-z])",
            r"(?<![a-z\d.])(?P<nq>[1-4])q(?=\s?(?:20)?\d\d\b)",
            r"\b(?:fiscal[- ])?(?P<half_en>first|second|1st|2nd)[- ]half\b"
            r"(?! of (?:the )?(?:game|match))",
            r"\bh(?P<h>[12])\b",
            r"\b(?P<nh>[12])h(?=\s?(?:20)?\d\d\b)",
            r"(?P<interim_en>\bhalf[- ]year(?:ly)?\b|\binterim (?=results|report|profit|earnings))",
            r"\b(?P<count>three|six|nine|twelve|3|6|9|12|quarter|half|year)(?:[- ]months?)?"
            rf"(?: period)?,? (?:to|ended|ending|through)(?: in)?(?: \d\d?)? (?P<end>{MONTH})\b"
            r"(?: \d\d?\b(?!\d))?",
            rf"\b(?P<month_en>(?-i:(?=[A-Z])){MONTH})\b(?! \d\d?(?:st|nd|rd|th)?\b(?!\d))",
            r"(?P<year_en>\bfull[- ]year\b|\bannual\b)",
        )
    ),
    re.IGNORECASE,
)  # fmt: skip


def months_of(match: re.Match[str]) -> tuple[int, int]:
    """Return the first and the last month of a part of a year, each 1 to 12."""
    kind, text = next((k, v) for k, v in match.groupdict().items() if v)
    kind, text = kind.removesuffix("_en"), text.casefold()
    number = _FIRST_AND_LAST.get(text) or written_number(text)
    if kind == "from":
        to = match["to"] or match["to_en"]
        first, last = (_month_number(month) for month in (text, to))
        return (first, last) if first < last else (1, 12)
    if kind in ("quarters", "months"):
        return 1, min(12, number * (3 if kind == "quarters" else 1))
    if kind in ("quarter", "q", "nq"):
        return QUARTERS[number - 1]
    if kind in ("half", "h", "nh", "interim"):
        return (7, 12) if text in ("下", "second", "2nd", "2") else (1, 6)
    if kind == "count":
        last = month_number(match["end"])
        count = number or {"half": 6, "year": 12}.get(text, 3)
        return (max(1, last - count + 1), last) if count < 12 else (1, 12)
    if kind == "month":
        return _month_number(text), _month_number(text)
    return 1, 12


def _month_number(text: str) -> int:
    return written_number(text) or month_number(text)
