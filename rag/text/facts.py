"""Read the facts of a text that can be checked: numbers with units, dates, names and direction.

Verification checks that the facts of a claim are in its source. Abstention checks that the evidence
has the kind of fact that a question asks for. Both use `read_facts`, so they read every number in
the same way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rag.text.dates import MONTH_WORDS, WEEKDAY_WORDS, CalendarDate, read_dates
from rag.text.languages import text_language
from rag.text.quantities import Quantity, read_quantities
from rag.types import Published


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts in a text that can be checked.

    - `names` are words in Latin letters that name something, as written.
    - `rises` and `falls` are true if any word of that meaning is in the text.
    - `moves` are the quantities whose own clause has only one direction, each with True for a rise
      and False for a fall.
    """

    quantities: tuple[Quantity, ...]
    dates: tuple[CalendarDate, ...]
    names: tuple[str, ...]
    rises: bool
    falls: bool
    moves: tuple[tuple[Quantity, bool], ...]


_CURRENCY_CODES = (
    "aud brl cad chf cny dkk eur gbp hkd idr inr jpy krw mxn myr nok nzd php pln rmb rub sek sgd"
    " thb try twd usd vnd zar"
)
NO_NAMES = MONTH_WORDS | frozenset(
    (*WEEKDAY_WORDS, "q1", "q2", "q3", "q4", "us", "hk", "i", *_CURRENCY_CODES.split())
)
"""Words with capitals that name nothing that an article must have."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9.\-&+']*[A-Za-z0-9+]|[A-Z]")
# "up" and "down" describe a value only before a number or after a verb of being or trading.
_MOVED = (
    r"\b(?:(?:is|are|was|were|went|go|goes|closed|ended|finished|traded|moved) {way}\b"
    r"|{way}(?= (?:by )?(?:about |around |nearly |almost |over |more than |as much as )?[$¥€£]?\d))"
)
_RISES = re.compile(
    r"上涨|涨|增长|上升|回升|提升|增加|扩大|走高|新高|攀升|高涨|上调|反弹|增产|增收|翻番|翻倍|\b(?:rise|rises|rose|risen|rising|grew|grow|grows|"
    r"growth|increas\w*|gain\w*|climb\w*|jump\w*|surg\w*|soar\w*|rebound\w*|advanc\w*|doubl\w*|tripl\w*|higher)\b|"
    + _MOVED.format(way="up")
)
_FALLS = re.compile(
    r"下跌|跌|下降|下滑|减少|缩小|走低|新低|暴跌|回落|萎缩|颓势|蚕食|下调|降低|降至|降幅|下挫|锐减|缩减|缩水|减产|减收|骤降|锐降"
    r"|\b(?:fall|falls|fell|fallen|falling|drop\w*|declin\w*(?! to )|"
    r"decreas\w*|reduc\w*|tumbl\w*|dip(?:s|ped)?|slip(?:s|ped)?|sank|dwindl\w*|shrank|shrink\w*|slump\w*|plung\w*|slid|slide|slides|lower|lost|los[es]s?)\b|"
    + _MOVED.format(way="down")
)
_CLAUSE_END = re.compile(
    r"[，；。！？;!?]|,\s|\.\s|\b(?:while|but|whereas|although|though|and)\b|而|但"
)


@lru_cache(maxsize=8192)
def read_facts(text: str, published: Published | None = None) -> Facts:
    """Return every checkable fact of `text`, in Chinese or English.

    Relative dates ("昨日", "last year", a day without a year) are resolved against `published`. If
    `published` is None, they stay unresolved.
    """
    plain = unicodedata.normalize("NFKC", text)
    folded = plain.casefold()
    dates, rest = read_dates(plain, published)
    return Facts(
        quantities=read_quantities(rest),
        dates=dates,
        names=tuple(dict.fromkeys(_read_names(plain))),
        rises=bool(_RISES.search(folded)),
        falls=bool(_FALLS.search(folded)),
        moves=tuple(_read_moves(rest)),
    )


def clauses(text: str) -> list[str]:
    """Split a text into clauses, at the places where a sentence usually changes its subject."""
    return _CLAUSE_END.split(text)


def _read_moves(text: str) -> Iterator[tuple[Quantity, bool]]:
    """Yield each quantity whose clause has only one direction, with True for a rise."""
    for clause in clauses(text):
        rises, falls = bool(_RISES.search(clause)), bool(_FALLS.search(clause))
        if rises != falls:
            for quantity in read_quantities(clause):
                yield quantity, rises


def _read_names(text: str) -> list[str]:
    """Return the Latin words that name something: capitalised inside a sentence, or with digits.

    In Chinese text every Latin word of two or more letters counts. In English the first word of a
    sentence is always capitalised, so it counts only if it has another capital or a digit.
    """
    chinese = text_language(text) == "zh"
    names = []
    for match in _NAME.finditer(text):
        word = match.group().removesuffix("'s").rstrip(".'")
        if word.casefold() in NO_NAMES:
            continue
        if chinese:
            if len(word) > 1:
                names.append(word)
            continue
        if (
            any(c.isupper() for c in word[1:])
            or any(c.isdigit() for c in word)
            or (word[:1].isupper() and len(word) > 1 and not _opens(text[: match.start()]))
        ):
            names.append(word)
    return names


def _opens(before: str) -> bool:
    """Return True if a sentence begins after this text."""
    return not before.strip("\"'“‘([ \n") or bool(re.search(r"[.!?:]['\"”]?\s+[\"'“(]?$", before))
