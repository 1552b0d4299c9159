"""Words that turn a sentence into its opposite, and words that a claim hangs on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product

from rag.answering.verification.tokens import Token, tokens
from rag.corpus.dictionary import load_dictionary, stem
from rag.corpus.languages import ENGLISH_STOP
from rag.retrieval.terms import FoldedText, fold

_OPPOSITES = (
    "上涨/下跌 上升/下降 增加/减少 增长/下降 提高/降低 扩大/缩小 超过/不到 超过/不足 "
    "高于/低于 多于/少于 以上/以下 上调/下调 走高/走低 盈利/亏损 允许/禁止 同意/拒绝 "
    "支持/反对 成功/失败 进口/出口 买入/卖出 买/卖 流入/流出 净流入/净流出 加快/放缓 "
    "加速/放缓 加强/削弱 增强/减弱 开放/关闭 开始/结束 批准/驳回 批准/否决 通过/否决 "
    "赢得/输掉 胜/负 领先/落后 最高/最低 最大/最小 最多/最少 增持/减持 升值/贬值 "
    "涨幅/跌幅 涨/跌 首次/再次 之前/之后 改善/恶化 接受/拒绝 继续/停止 继续/取消 "
    "恢复/暂停 上市/退市 增收/减收 顺差/逆差 乐观/悲观 利好/利空 合法/非法 赞成/反对 "
    "至少/至多 提前/推迟 上行/下行 收紧/放松 流入/流失 扩张/收缩 加息/降息 上半年/下半年 "
    "早/晚 前/后 内/外 东/西 南/北 真/假 生/死 开/关 more/less more/fewer rise/fall "
    "rose/fell rise/drop rose/drop increase/decrease increase/decline growth/decline "
    "grow/shrink grew/shrank gain/lose gained/lost gain/loss higher/lower high/low "
    "above/below over/under highest/lowest largest/smallest biggest/smallest most/least "
    "better/worse best/worst before/after win/lose won/lost accept/reject approve/reject "
    "allow/ban allow/forbid permit/prohibit support/oppose first/last up/down begin/end "
    "began/ended start/end start/stop open/close profit/loss buy/sell bought/sold "
    "success/failure succeed/fail early/late inside/outside strengthen/weaken "
    "accelerate/slow expand/contract import/export agree/refuse agree/disagree "
    "confirm/deny always/never with/without continue/cancel continue/stop enter/leave "
    "join/leave rising/falling surge/plunge"
)


def _pairs() -> frozenset[tuple[str, str]]:
    pairs = set()
    for pair in _OPPOSITES.split():
        one, two = (stem(word) if word.isascii() else word for word in pair.split("/"))
        pairs |= {(one, two), (two, one)}
    return frozenset(pairs)


_OPPOSITE_KEYS = _pairs()
_OPPOSITES_OF = {
    key: tuple(other for one, other in sorted(_OPPOSITE_KEYS) if one == key)
    for key, _ in _OPPOSITE_KEYS
}
# What stands under one of these is not said as a fact.
_GOVERNED = re.compile(
    r"如果|假如|倘若|若是|要是|除非|一旦|否认|辟谣|谣言|不实|传闻"
    r"|\b(?:if|unless|whether|den(?:y|ies|ied)|false|falsely|rumou?rs?|refut\w+|reject(?:s|ed)?)\b",
    re.IGNORECASE,
)


def opposites(said: Sequence[Token], source: Sequence[Token]) -> tuple[Token, Token] | None:
    """The first words of the two that mean the opposite of each other."""
    for one, two in product(said, source):
        if (one.key, two.key) in _OPPOSITE_KEYS:
            return one, two
    return None


def opposed_across(claim: str, source: str) -> tuple[str, str] | None:
    """A word of the claim whose opposite alone stands in a source in the other language."""
    there = fold(source)
    for token in tokens(claim):
        if token.key not in _OPPOSITES_OF:
            continue
        if _shown(token.key, there):
            continue
        for opposite in _OPPOSITES_OF[token.key]:
            if found := _shown(opposite, there):
                return token.text, found
    return None


def _shown(key: str, there: FoldedText) -> str | None:
    dictionary = load_dictionary()
    if key.isascii():
        forms = dictionary.chinese.get(key, frozenset())
        return next((f for f in forms if len(f) > 1 and f in there.characters), None)
    forms = dictionary.english.get(key, frozenset())
    return next((f for f in forms if f not in ENGLISH_STOP and f" {f} " in there.stems), None)


def governing(text: str) -> str | None:
    """A word under which what follows is a condition or is denied, if the text has any."""
    match = _GOVERNED.search(text)
    return match[0] if match else None
