"""Find words that deny something, in Chinese and English.

A Chinese character alone does not decide. The text is first split into words. A word that only
contains 不, 没, 未, 无 or 非 (无人机, 非农, 无锡, 不良贷款, 不锈钢, 未来) denies nothing. A word
denies if it is in the list of denying words, or if it contains one of them next to another word:
无法 + 控制, 不 + 符合.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rag.text.characters import HAN
from rag.text.words import is_word, segmented, simplified

_NEGATIVE = "不没未无非"
_DENYING = frozenset(
    "不 没 未 无 没有 不是 不会 不能 不可 不可能 不得 不要 不用 不必 不该 不应 不准 不许"
    " 不让 不予 不宜 不容 不想 不愿 不肯 不敢 不够 不行 不符 不合 不算 不配 不再 不曾"
    " 不至于 不知 不知道 不见 不复 不变 不在 不通 不成 不对 不服 不理 不顾 不了 不起"
    " 不住 不下 不怕 不太 不太好 不到 不怎么 不值 不利于 不足以 并不 绝不 决不 毫不 从不"
    " 永不 互不 仍不 也不 还不 都不 却不 再不 从来不 再也不 并没有 还没 从没 没法 没能"
    " 没用 没事 没什么 没关系 没过 未能 未必 未曾 未经 未有 未获 未予 未见 未遂 未果"
    " 尚未 并未 从未 仍未 均未 也未 无法 无需 无须 无权 无关 无效 无罪 无意 无力 无缘"
    " 无从 无望 无果 无济于事 无异议 毫无 并无 暂无 尚无 绝无 全无 仍无 已无 无人 拒不"
    " 并非 绝非 远非 决非 实非 均非 而非 亦非 也非 否认 否定 拒绝 取消 放弃 停止 禁止".split()
)
"""Words that deny something."""
_NOT_DENYING = frozenset(
    "不仅仅 不单单 不光是 不动产 不确定性 不稳定性 未成年 未成年人 未婚妻 未婚夫 无条件"
    " 不变价格 差不多 了不起 对不起 忍不住 禁不住 少不了 免不了 说不定 大不了 动不动"
    " 怪不得 要不是 只不过 不得不 巴不得 恨不得 时不时 是不是 有没有 要不要 可不是"
    " 冷不防 从无到有 前所未有 前不久 不一会 不一会儿 不小心 不远处 不定期 不间断 不规则"
    " 不在少数 不可避免 不可或缺 不可思议 不容忽视 毫无疑问 没想到 想不到 殊不知"
    " 意想不到 真不错 不可否认 不好意思 要不然 没多久 没过多久".split()
)
"""Words of the segmenter that look like a denial but are not one."""
# Forms that deny nothing: a question with both answers (能不能), a double negation, a limit of a
# number, and unmanned machines.
_LIFTED = re.compile(
    rf"([{HAN}]{{1,2}})[不没]\1|有没有|与否"
    r"|不能不|不会不|不可不|不是不|不是没有?|无不|莫不|不无|不[仅但只光单]"
    r"|不(?=超过|低于|少于|多于|高于|大于|小于|晚于|早于)|不到(?=[约半几数两\d]|[一二三四五六七八九十百千万])"
    r"|无人(?=机|驾驶|车|船|艇|仓|配送|零售|值守|超市|商店|售货|化|系统|装备|农场|工厂|码头|潜)"
)
_HAN_RUN = re.compile(rf"[{HAN}]+")
_CHINESE_HINT = re.compile(f"[{_NEGATIVE}沒無]|否认|否認|否定|拒绝|拒絕|取消|放弃|放棄|停止|禁止")

_ENGLISH_WORD = (
    r"not|no|never|none|nothing|nobody|neither|nor|without|cannot|unable|cancel\w*|abandon\w*"
    r"|reject\w*|refus(?:e[sd]?|ing|als?)|den(?:y|ies|ied|ying|ials?)|stop(?:s|ped|ping)?"
    r"|fail(?:s|ed|ing|ures?)?|lack(?:s|ed|ing)?"
)
_ENGLISH = re.compile(
    rf"n['’]t\b|\b(?:{_ENGLISH_WORD}|g[ai]ve up|gives up|declin(?:e[sd]?|ing) to)\b", re.IGNORECASE
)
_ENGLISH_TOKEN = re.compile(rf"(?:{_ENGLISH_WORD}|n['’]t)", re.IGNORECASE)
_ENGLISH_LIFTED = re.compile(
    r"\b[Nn]o\.\s?(?=\d)|\b(?:No|Nos\.?)\s(?=\d)|\b(?i:no (?:doubt|matter|wonder)"
    r"|no (?:less|fewer|more|later|earlier|sooner) than|not (?:only|just|least|to mention)"
    r"|none the less|none other than|nothing but|without (?:a )?doubt|(?:never|non)[- ]?stop)\b"
)


_VERBS = frozenset("否认 否定 拒绝 取消 放弃 停止 禁止".split())
_ENGLISH_VERB = re.compile(
    r"(?:cancel|abandon|reject|refus|den(?:y|i)|stop|fail|lack|declin|g[ai]ve)", re.IGNORECASE
)


@lru_cache(maxsize=8192)
def denies(text: str, *, verbs: bool = True) -> bool:
    """Return True if any Chinese or English word of a text denies something.

    Without `verbs` only grammatical negations count (not, never, 不, 没有), not words such as deny,
    cancel and 取消, which have many synonyms without any sign.
    """
    plain = unicodedata.normalize("NFKC", text)
    english = (match[0] for match in _ENGLISH.finditer(_ENGLISH_LIFTED.sub(" ", plain)))
    if any(verbs or not _ENGLISH_VERB.match(word) for word in english):
        return True
    if not _CHINESE_HINT.search(plain):
        return False
    chinese = _LIFTED.sub("，", simplified(plain))
    return any(
        denying_word(word) and (verbs or word not in _VERBS)
        for run in _HAN_RUN.findall(chinese)
        for word in segmented(run)
    )


def denying_word(word: str) -> bool:
    """Return True if one word denies: a word of the segmenter, an English word, or `n't`."""
    if word.isascii() or "’" in word:
        return bool(_ENGLISH_TOKEN.fullmatch(word))
    if word in _DENYING:
        return True
    if word in _NOT_DENYING or not any(character in _NEGATIVE for character in word):
        return False
    return _is_made_of_a_denial(word)


@lru_cache(maxsize=8192)
def _is_made_of_a_denial(word: str) -> bool:
    """Return True for a denying word joined with another word, and for words like 得不到.

    无 before a noun does not count: it mostly forms the name of a thing (无障碍, 无烟煤).
    """
    if len(word) == 3 and word[1] == "不":
        return True
    return any(
        (word[:cut] in _DENYING and word[:cut] != "无" and is_word(word[cut:]))
        or (word[cut:] in _DENYING and cut + 1 < len(word) and is_word(word[:cut]))
        for cut in range(1, len(word))
    )
