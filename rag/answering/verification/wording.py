"""Find what a claim changes in the sentence it rests on: direction, names or other words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product, takewhile

from rag.answering.evidence import Evidence
from rag.answering.verification.alignment import Alignment, Change, Token, align, tokens
from rag.answering.verification.names import same_name
from rag.messages import Message
from rag.text.characters import has_han
from rag.text.dates import read_dates, same_date
from rag.text.dictionary import load_dictionary, stem
from rag.text.languages import ENGLISH_STOP
from rag.text.negation import denying_word
from rag.text.quantities import UNIT_WORDS, read_quantities, same_quantity
from rag.text.terms import FoldedText, fold
from rag.text.words import simplified
from rag.types import Published, Verdict

# Opposites, and words that make a statement conditional or deny it.

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
# A statement after one of these words is not asserted as a fact.
_GOVERNED = re.compile(
    r"如果|假如|倘若|若是|要是|除非|一旦|否认|辟谣|谣言|不实|传闻"
    r"|\b(?:if|unless|whether|den(?:y|ies|ied)|false|falsely|rumou?rs?|refut\w+|reject(?:s|ed)?)\b",
    re.IGNORECASE,
)

_NOT_YET = re.compile(
    r"计划|规划|拟|打算|考虑|有望|预计|预期|希望|力争|争取|可能|或将|或许|准备|提议|建议"
    r"|\b(?:plan(?:s|ned|ning)?|hop(?:e|es|ed|ing)|expect(?:s|ed|ing)?|consider(?:s|ed|ing)?"
    r"|may|might|could|would|propos(?:e|es|ed|al|als)|aim(?:s|ed|ing)?|intend(?:s|ed|ing)?"
    r"|seek(?:s|ing)?|likely|possib(?:le|ly)|forecast(?:s)?)\b",
    re.IGNORECASE,
)
"""Words with which a source says that something is planned or possible, not done."""
_FUTURE = re.compile(r"将|会|要|\b(?:will|shall|is to|are to|set to|going to)\b", re.IGNORECASE)


def opposites(said: Sequence[Token], source: Sequence[Token]) -> tuple[Token, Token] | None:
    """Return the first two words, one of each text, that are opposites."""
    for one, two in product(said, source):
        if (one.key, two.key) in _OPPOSITE_KEYS or _made_of_opposites(one.key, two.key):
            return one, two
    return None


def _made_of_opposites(one: str, two: str) -> bool:
    """Return True if two Chinese words differ in a part that is an opposite: 支持者, 反对者."""
    if len(one) != len(two) or one == two or one.isascii():
        return False
    return any(part in one and one.replace(part, other, 1) == two for part, other in _OPPOSITE_KEYS)


def opposed_across(claim: str, source: str) -> tuple[str, str] | None:
    """Return a word of the claim, and its opposite in a source in the other language.

    The source must have the opposite and not the word itself.
    """
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
    """Return a word that denies the text after it or makes it conditional, or None."""
    match = _GOVERNED.search(text)
    return match[0] if match else None


# Changes in a claim that is worded nearly like its sentence.

# The least likeness of a claim to a sentence at which its changes count, by how many places it
# replaces. Chosen on the development sets of the swap probe: `docs/verification.md`.
_ALIKE = {1: 0.55, 2: 0.7, 3: 0.8}
_LONGEST_CHANGE = 8
"""The most words, on either side, of a change that is a mistake and not another way to say it."""
_NOISE = 0.1
"""Other words that may be added or left out within the same wording, per word of the claim."""
_MARKS = re.compile(r"[\s“”\"'‘’「」『』《》*_]+")
_QUOTES = re.compile(r"[“”\"「」『』]")
_ENDS = "。！？.!?，,；;：:"
_AT_CLAUSE = re.compile(r"[，；：。！？,;:.!?()（）—–-]")
# Adding or removing one of these changes the meaning of a word.
_TURNING = re.compile(r"[副前非不未无没半次反负否超低]")
_SHORTENED = 4
"""The fewest characters of a short form."""
_REPORTING = frozenset(
    stem(word)
    for word in (
        "说 称 表示 指出 提到 认为 强调 介绍 透露 提出 要求 明确 写道 说明 回应 坦言 告诉"
        " 直言 宣布 显示"
        " say said tell told add state note report announce write wrote explain argue claim"
    ).split()
)

_FILLERS = frozenset("已经 已 曾 曾经 目前 现在 还 也 则 共 一共 总共 其 该 also already".split())
"""Words that can be left out of a sentence without changing what it claims."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The verdict by wording alone, None if wording tells nothing, and the reasons."""

    verdict: Verdict | None
    reasons: tuple[Message, ...] = ()


def compare_wording(claim: str, cited: Sequence[Evidence]) -> Finding:
    """Compare the claim with each sentence in its language, and judge it by the nearest one."""
    for evidence in cited:
        if (quoted := _quoted(claim, evidence.text)) is not None:
            return quoted
    laid = [(align(claim, evidence.text), evidence) for evidence in cited]
    alignment, nearest = max(laid, key=lambda pair: pair[0].shared)
    published = nearest.document.published
    article = nearest.document.text
    changes = [_differing(change, article, published) for change in alignment.changes]
    reasons = [r for change in changes if (r := _opposed(change))]
    if alignment.exchanged:
        one, two = map(_written, alignment.exchanged)
        reasons.append(
            Message(
                code="roles",
                en=f"“{one}” and “{two}” are swapped in the claim",
                zh=f"陈述中“{one}”与“{two}”互换了位置",
            )
        )
    slips = _slips(alignment, changes)
    # Several other words may be another way to say it; several other facts are not.
    single = sum(bool(change.said and change.source) for change in slips) == 1
    for change in slips:
        reason = _changed(change)
        if reason and reason not in reasons and (single or reason.code != "wording"):
            reasons.append(reason)
    if reasons:
        return Finding(verdict="unsupported", reasons=tuple(reasons))
    return Finding(verdict=None)


def is_copy(claim: str, source: Evidence) -> bool:
    """Return True if a claim adds nothing to the source's words and leaves only whole clauses out.

    A few words less can turn a plan into a fact, or some into all.
    """
    alignment = align(claim, source.text)
    if alignment.exchanged:
        return False
    published, article = source.document.published, source.document.text
    changes = [_differing(change, article, published) for change in alignment.changes]
    return all(_is_harmless(c) for c in changes)


def _is_harmless(change: Change) -> bool:
    """Return True if a copy may have this change.

    It may leave out whole clauses, a day, a word for saying and a filler. A unit may stand in
    another place: $4 million, 4 million dollars.
    """
    if any(token.text.casefold() not in UNIT_WORDS for token in change.said):
        return False
    if change.clause and not change.said:
        return not governing(_written(change.source))
    return all(
        token.kind == "date"
        or token.key in _REPORTING
        or token.text in _FILLERS
        or token.text.casefold() in UNIT_WORDS
        for token in change.source
    )


def left_out_condition(claim: str, cited: Sequence[Evidence]) -> str | None:
    """Return a word that makes the source's wording a plan, if a near copy leaves it out."""
    if _NOT_YET.search(claim) or _FUTURE.search(claim):
        return None
    for evidence in cited:
        alignment = align(claim, evidence.text)
        if alignment.shared < _ALIKE[2]:
            continue
        for change in alignment.changes:
            match = _NOT_YET.search(_written(change.source))
            if match and not change.clause:
                return match[0]
    return None


def condition(word: str) -> Message:
    """Return the reason for a claim that its source gives only with a plan or a condition."""
    return Message(
        code="condition",
        en=f"the source says this only with “{word}”",
        zh=f"原文这句话带有“{word}”",
    )


def _quoted(claim: str, source: str) -> Finding | None:
    """Return the finding for a claim that is one or more whole clauses of the source; else None."""
    said = _bare(claim).strip(_ENDS)
    # A quotation within the sentence is a clause too.
    if not said or not any(_has_clause(_bare(s), said) for s in (source, _QUOTES.sub(",", source))):
        return None
    rest = source.casefold().replace(claim.casefold().strip().rstrip(_ENDS), " ", 1)
    if word := governing(rest if len(rest) < len(source) else ""):
        return Finding(verdict="partial", reasons=(condition(word),))
    return Finding(verdict="supported")


def _has_clause(source: str, said: str) -> bool:
    start = source.find(said)
    before, after = source[:start], source[start + len(said) :]
    return start >= 0 and all(_AT_CLAUSE.match(c) for c in (before[-1:], after[:1]) if c)


def _bare(text: str) -> str:
    return _MARKS.sub("", simplified(unicodedata.normalize("NFKC", text))).casefold()


def _slips(alignment: Alignment, changes: Sequence[Change]) -> tuple[Change, ...]:
    """Return the changes that count against the claim: few and short ones in a similar wording."""
    replaced = [c for c in changes if c.said and c.source]
    least = _ALIKE.get(max(len(replaced), 1))
    if least is None or alignment.shared < least:
        return ()
    noise = sum(
        len(c.said) + (0 if c.clause else len(c.source))
        for c in changes
        if not (c.said and c.source) and not _denials(c)
    )
    if noise > 1 + _NOISE * alignment.words:
        return ()
    if any(not _is_short(c) for c in replaced):
        return ()
    return tuple(c for c in changes if (c.said and c.source) or _denials(c))


def _is_short(change: Change) -> bool:
    """Return True if a change replaces one thing by another of its kind."""
    one, two = len(change.said), len(change.source)
    numbers = [any(t.kind == "number" for t in side) for side in (change.said, change.source)]
    alike = abs(one - two) <= 2 + min(one, two) // 2 and numbers[0] == numbers[1]
    return max(one, two) <= _LONGEST_CHANGE and alike


def _denies(token: Token) -> bool:
    return denying_word(token.text)


def _denials(change: Change) -> bool:
    return any(_denies(token) for token in (*change.said, *change.source))


def _differing(change: Change, article: str, published: Published | None) -> Change:
    """Return the change without the words that say the same on both sides."""
    said, source = list(change.said), list(change.source)
    for one in change.said:
        for two in source:
            if _same(one, two, article, published):
                said.remove(one)
                source.remove(two)
                break
    said, source = _trimmed(said, source)
    return Change(said=tuple(said), source=tuple(source), clause=change.clause)


def _same(one: Token, two: Token, article: str, published: Published | None) -> bool:
    if one.key == two.key:
        return True
    if {one.kind, two.kind} == {"number"} or {one.kind, two.kind} == {"number", "word"}:
        given = read_quantities(two.text.casefold())
        return any(same_quantity(q, g) for q in read_quantities(one.text.casefold()) for g in given)
    if "date" in (one.kind, two.kind):
        known, _ = read_dates(two.text, published)
        said, _ = read_dates(one.text, published)
        return bool(said) and any(same_date(d, k) for d in said for k in known)
    return same_meaning(one, two) or same_name(one.text, two.text, article)


def same_meaning(one: Token, two: Token) -> bool:
    """Return True if two words of one language may mean the same, by form or by the dictionary."""
    if opposites((one,), (two,)) or _denies(one) != _denies(two):
        return False
    if _denies(one) or {one.key, two.key} <= _REPORTING:
        return True
    dictionary = load_dictionary()
    if one.text.isascii() != two.text.isascii():
        words, han = (one, two) if one.text.isascii() else (two, one)
        return words.key in dictionary.english.get(han.key, ())
    if {one.kind, two.kind} == {"name"}:
        return False
    if one.text.isascii():
        return bool(
            dictionary.chinese.get(one.key, frozenset())
            & dictionary.chinese.get(two.key, frozenset())
        )
    if {one.key, two.key} & dictionary.names:
        return False
    return bool(
        dictionary.english.get(one.key, frozenset()) & dictionary.english.get(two.key, frozenset())
    )


def _trimmed(said: list[Token], source: list[Token]) -> tuple[list[Token], list[Token]]:
    """Return both sides without the characters that both begin or end with.

    有限公司 for 公司 adds something and changes nothing. If words are only split differently,
    nothing is left.
    """
    one, two = _joined(said), _joined(source)
    if not one or not two or not (has_han(one) or one == two):
        return said, source
    if _shortens(one, two):
        return [], source
    start = len(_shared_start(one, two))
    end = len(_shared_start(one[start:][::-1], two[start:][::-1]))
    left, right = one[start : len(one) - end], two[start : len(two) - end]
    # 厘米 is not 米, though it ends with it.
    short = min(len(one), len(two)) < 2
    if (left and right) or (short and one != two) or _TURNING.search(left + right):
        return said, source
    return (said, []) if left else ([], source if right else [])


def _shortens(one: str, two: str) -> bool:
    """Return True if the first text has only characters of the second, in the same order.

    An example is 一季度营收 for 第一季度营业收入. The second text may have no character that
    reverses a meaning.
    """
    rest = iter(two)
    return (
        _SHORTENED <= len(one) < len(two)
        and has_han(one)
        and all(character in rest for character in one)
        and not _TURNING.search(two)
    )


def _shared_start(one: str, two: str) -> str:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False))
    return "".join(pair[0] for pair in pairs)


def _joined(some: Sequence[Token]) -> str:
    return re.sub(r"[\s\-.]+", "", "".join(token.text for token in some)).casefold()


def _written(some: Sequence[Token]) -> str:
    """Return the tokens joined into one text."""
    parts: list[str] = []
    for token in some:
        if parts and parts[-1][-1:].isascii() and token.text[:1].isascii():
            parts.append(" ")
        parts.append(token.text)
    return "".join(parts)


def _opposed(change: Change) -> Message | None:
    """Return a reason if the claim has a word where the source has its opposite."""
    pair = opposites(change.said, change.source)
    if pair is None:
        return None
    return instead("polarity", pair[0].text, pair[1].text)


def _changed(change: Change) -> Message | None:
    """Return a reason if a change alters the meaning of a sentence that is otherwise alike."""
    denied = sum(map(_denies, change.said)), sum(map(_denies, change.source))
    if denied[0] != denied[1] and not (change.clause and not change.said):
        word = next(t.text for t in (*change.said, *change.source) if _denies(t))
        if denied[0] > denied[1]:
            return Message(
                code="polarity",
                en=f"the claim denies (“{word}”) what the cited sentence says",
                zh=f"陈述用“{word}”否定了所引句子的说法",
            )
        return Message(
            code="polarity",
            en=f"the cited sentence denies (“{word}”) what the claim says",
            zh=f"所引的句子用“{word}”否定了陈述的说法",
        )
    if not change.said or not change.source:
        return None
    kinds = {token.kind for token in change.said} | {token.kind for token in change.source}
    code = next((kind for kind in ("number", "date", "name") if kind in kinds), "wording")
    return instead(code, _written(change.said), _written(change.source))


def instead(code: str, said: str, source: str) -> Message:
    """Return the reason for a claim that says something else than its source at one place."""
    return Message(
        code=code,
        en=f"the claim says “{said}” where the cited sentence says “{source}”",
        zh=f"陈述说“{said}”，所引的句子说“{source}”",
    )
