"""Read which end of a list a question asks for: the highest, the two lowest, the third most."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from rag.text.quantities import NUMBER_WORDS, ORDINAL_WORDS, written_number

Kind = Literal["amount", "price", "speed", "warmth", "length", "weight", "size", "age", "rank"]


@dataclass(frozen=True, kw_only=True)
class Superlative:
    """The end of a list that a question asks for.

    The question asks for `count` members, beginning at position `place`, from the top or the
    bottom. `kind` is what the word itself measures (最贵: a price). `start` and `end` are its
    position in the question, in NFKC.
    """

    top: bool
    place: int
    count: int
    kind: Kind
    start: int
    end: int


_COUNT = rf"(?:\d{{1,2}}|[一二两三四五六七八九十]|{'|'.join(NUMBER_WORDS[:10])})"
_ZH_TOP = "高|多|大|贵|快|长|强|重|远|热|暖|老|深|厚|宽|好"
_ZH_BOTTOM = "低|少|小|便宜|慢|短|弱|轻|近|冷|年轻|浅|薄|窄|差"
_EN_TOP = (
    "highest|most|largest|biggest|greatest|longest|tallest|heaviest|fastest|strongest|oldest|best"
    "|hottest|warmest|deepest|widest|maximum|richest|busiest|costliest|priciest"
)
_EN_BOTTOM = (
    "lowest|fewest|least|smallest|shortest|lightest|slowest|weakest|youngest|worst|coldest|coolest"
    "|cheapest|minimum|poorest|narrowest"
)
_PATTERNS = (
    # 倒数第二, 排名第三, 第二高, 前三名
    re.compile(rf"(?P<last>倒数)第?(?P<place>{_COUNT})(?:名|位)?"),
    re.compile(rf"第(?P<place>{_COUNT})(?P<word>{_ZH_TOP}|{_ZH_BOTTOM})(?![区中小校人医季])"),
    re.compile(rf"(?:排|位居|位列|名列|居)(?:名|在|全.)?第?(?P<place>{_COUNT})(?:名|位)?"),
    re.compile(rf"(?P<last>后|末)(?P<count>{_COUNT})(?:名|位)|前(?P<count2>{_COUNT})(?:名|位|大|强)"),
    re.compile(rf"最(?P<word>{_ZH_TOP}|{_ZH_BOTTOM})的?(?:前)?(?P<count>{_COUNT})?(?=[个家座名位]|)"),
    re.compile(r"垫底|(?P<last>末位|最后一[名位])|居首|榜首|首位|领先|第一(?:名|位)?(?=[?？。是的]|$)"),
    re.compile(
        rf"\b(?:(?P<place>second|third|fourth|fifth|sixth)[ -])?(?P<word>{_EN_TOP}|{_EN_BOTTOM})\b"
        r"(?: (?P<adjective>expensive|populous|popular|common))?"
    ),
    re.compile(rf"\b(?P<word>top|bottom)(?: (?P<count>{_COUNT}))?\b(?!-)"),
    re.compile(
        r"\b(?:ranks?|ranked|ranking|came|comes|finish(?:es|ed)?|placed?) "
        rf"(?P<place>{'|'.join(ORDINAL_WORDS[:6])}|(?P<last>last))\b"
    ),
    re.compile(r"\b(?P<word>leads|leading|led)\b"),
)  # fmt: skip
_KINDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile("贵|便宜|expensive|cheap|costl|pric"), "price"),
    (re.compile("快|慢|fast|slow"), "speed"),
    (re.compile("热|暖|冷|hot|warm|cold|cool"), "warmth"),
    (re.compile("长|短|远|近|深|浅|宽|窄|long|short|tall|deep|wide|narrow"), "length"),
    (re.compile("重|轻|heav|light"), "weight"),
    (re.compile("大|小|large|big|great|small"), "size"),
    (re.compile("老|年轻|old|young"), "age"),
    (re.compile("排|名|第|rank|place|首|垫底|末"), "rank"),
)
_LABELS: dict[Kind, re.Pattern[str]] = {
    "price": re.compile("价|费|租金|成本|price|cost|fee|rent|fare"),
    "speed": re.compile("速|增长|时间|用时|耗时|speed|growth|pace|time|duration"),
    "warmth": re.compile("温|temperature|°|℃"),
    "length": re.compile("长度|里程|距离|高度|海拔|深度|全长|length|distance|height|depth|km|mile"),
    "weight": re.compile("重|weight"),
    "size": re.compile("面积|规模|area|size"),
    "age": re.compile("年龄|岁|age"),
    "rank": re.compile("排名|名次|位次|rank|place|position"),
}
_LESS_IS_MORE = re.compile("时间|用时|耗时|time|duration")
_RANKS = re.compile(r"\s*(?:排名|名次|位次|rank(?:ing)?|pos(?:ition|\.)?|place)\s*", re.IGNORECASE)
_DECLINE = re.compile(
    "降幅|跌幅|下降|下跌|下滑|减少|缩水|亏损|跌得|降得|跌|"
    r"\b(?:decline|drop|fall|fell|decrease|loss|lost|shrank|plunge)"
)
_CHANGE = re.compile(
    "涨跌|增速|同比|环比|增长|增幅|变化|变动|增减|盈亏|利润|change|growth|yoy|y/y|profit",
    re.IGNORECASE,
)
_ITSELF_A_DECLINE = re.compile("降幅|跌幅|降|跌|亏损额|decline|drop|decrease|loss", re.IGNORECASE)


def superlative(question: str) -> Superlative | None:
    """Return the end of a list that a question asks for, or None if it asks for none."""
    text = unicodedata.normalize("NFKC", question).casefold()
    for pattern in _PATTERNS:
        match = pattern.search(text)
        if not match:
            continue
        found = match.groupdict()
        word = found.get("word") or ""
        adjective = found.get("adjective") or ""
        whole = match[0]
        bottom = bool(found.get("last")) or "垫底" in whole or _is_bottom(word)
        count = found.get("count") or found.get("count2")
        return Superlative(
            top=not bottom,
            place=written_number(found.get("place") or "") or 1,
            count=written_number(count or "") or 1,
            kind=_kind(word + adjective or whole),
            start=match.start(),
            end=match.end(),
        )
    return None


def _kind(word: str) -> Kind:
    return next((kind for said, kind in _KINDS if said.search(word)), "amount")


def _is_bottom(word: str) -> bool:
    return bool(re.fullmatch(f"{_ZH_BOTTOM}|{_EN_BOTTOM}|bottom", word))


def is_measured_by(kind: Kind, label: str) -> bool:
    """Return True if a column with this name measures what the superlative itself measures."""
    return kind in _LABELS and bool(_LABELS[kind].search(label.casefold()))


def says_decline(words: str) -> bool:
    """Return True if the words say that something fell."""
    return bool(_DECLINE.search(words.casefold()))


def tells_change(label: str) -> bool:
    """Return True if a column with this name gives rises or falls."""
    return bool(_CHANGE.search(label) or _ITSELF_A_DECLINE.search(label))


def wants_largest(asked: Superlative, question: str, label: str) -> bool:
    """Return True if the question asks for the largest number of a column, False for the smallest.

    The first in a ranking has the smallest number, the fastest has the shortest time, and the
    largest decline is the smallest change.
    """
    if _RANKS.fullmatch(label) or (asked.kind == "speed" and _LESS_IS_MORE.search(label)):
        return not asked.top
    declines = says_decline(question) and _CHANGE.search(label)
    if declines and not _ITSELF_A_DECLINE.search(label.replace("涨跌", "")):
        return not asked.top
    return asked.top
