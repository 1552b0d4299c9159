"""Find words that contradict one another about the same thing: cancelled, and still going on.

Only assertions count. A clause that supposes, asks or quotes a rumour asserts nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.text.terms import concepts


@dataclass(frozen=True)
class Opposition:
    """Two patterns of which only one can be true of a thing at a time; `denies` is read first."""

    name: str
    affirms: re.Pattern[str]
    denies: re.Pattern[str]
    first: re.Pattern[str] | None = None
    """Wordings of `affirms` that contain words of `denies`: "has not been cancelled"."""
    compares: bool = False


@dataclass(frozen=True)
class State:
    """A state that a clause asserts: its opposition, its side, its words, and what it is about."""

    opposition: str
    affirms: bool
    clause: str
    about: frozenset[str]


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


_OPPOSITIONS = (
    Opposition(
        "continuing",
        _pattern(
            r"仍在继续|继续与|继续同|继续推进"
            r"|仍在(?:进行|推进|合作|谈判)|照常|未受影响|正常(?:进行|推进)"
            r"|\bstill (?:working|going|on track|in talks|under way|cooperating|in place)\b"
            r"|\bcontinu(?:es|ing) (?:to|with|its|as)\b|\bremains? (?:on track|in place|in force)\b"
            r"|\bgo(?:es|ing) ahead\b|\bunaffected\b|\bongoing\b"
        ),
        _pattern(
            r"未能继续|不再继续|(?:被|已|宣布|正式|后来)(?:被)?(?:取消|终止|中止|叫停|搁置)"
            r"|取消了|终止了|告吹|告终|破裂"
            r"|结束了?合作|停止(?:了)?合作"
            r"|\b(?:was|were|been|has|have|is) (?:been )?"
            r"(?:cancell?ed|called off|scrapped|terminated|abandoned|dropped|ended|suspended"
            r"|axed)\b"
            r"|\bfell (?:through|apart)\b|\bcollapsed\b"
            r"|\bpulled out of\b|\bno longer\b"
        ),
        _pattern(
            r"(?:没有|并未|未|尚未|不会|并没有)被?(?:取消|终止|中止|叫停|搁置)"
            r"|\b(?:not|never) (?:been |be )?(?:cancell?ed|called off|scrapped|terminated|ended)\b"
        ),
    ),
    Opposition(
        "confirmed",
        _pattern(r"确认了?|证实了?|承认了?|\bconfirm(?:s|ed)\b|\backnowledged?\b|\badmitted\b"),
        _pattern(
            r"否认|辟谣|不属实|不实(?:消息|传闻|信息)"
            r"|(?:未|没有|尚未)[^，。]{0,6}(?:回应|证实|确认)"
            r"|\bdenie[sd]\b|\bdismissed\b|\bnot (?:yet )?(?:confirmed|commented|responded)\b"
            r"|\bdeclined to (?:comment|confirm)\b|\bnot true\b"
        ),
    ),
    Opposition(
        "exclusive",
        _pattern(r"独家|唯一|\bexclusive(?:ly)?\b|\bsole\b|\bonly (?:partner|supplier|provider)\b"),
        _pattern(
            r"非独家|(?:不|并不|并非|不会)是?[^，。]{0,8}(?:独家|唯一)"
            r"|\bnon-exclusive\b|\bnot (?:the |an |its )?(?:exclusive|only|sole)\b"
        ),
    ),
    Opposition(
        "approved",
        _pattern(
            r"(?:获得?|已|正式)批准|批准了|获(?:得)?通过|表决通过"
            r"|通过了|\bapproved\b|\bpassed\b|\bcleared\b"
        ),
        _pattern(
            r"否决|驳回|未获(?:得)?(?:批准|通过)|不予批准|拒绝批准|未(?:能)?通过"
            r"|\brejected\b|\bvoted down\b|\bvetoed\b|\bblocked\b|\bnot (?:been )?approved\b"
        ),
    ),
    Opposition(
        "on time",
        _pattern(
            r"如期|按(?:原)?计划(?:举行|进行|发布|上市)"
            r"|\bas (?:planned|scheduled)\b|\bon schedule\b"
        ),
        _pattern(r"推迟|延期|延后|\bpostponed\b|\bdelayed\b|\bput off\b"),
    ),
    Opposition(
        "ahead",
        _pattern(
            r"超越|击败|战胜|领先于|\b(?:surpass|outperform)(?:es|ed)?\b"
            r"|\bbeat(?:s|en)?\b|\bahead of\b"
        ),
        _pattern(
            r"比肩|打平|持平|不相上下|不及|落后于|不敌"
            r"|\bon (?:a )?par with\b|\blevel with\b|\btied with\b"
            r"|\blost to\b|\btrails?\b|\bbehind\b"
        ),
        compares=True,
    ),
)
# A clause with one of these words asserts nothing.
_UNSURE = re.compile(
    r"如果|若|假如|是否|可能|或将|或许|无法确定|不确定|尚不清楚|预计|据传|传闻|有望|计划|将会?|拟"
    r"|\b(?:if|may|might|could|would|whether|unclear|unless|expected|plans?|will|rumou?r\w*)\b"
)
_CLAUSES = re.compile(r"[，；。！？;!?]|,\s|\.\s|\b(?:but|while|whereas|although|though)\b")


@lru_cache(maxsize=4096)
def states(text: str) -> tuple[State, ...]:
    """Return the states that a sentence asserts, at most one for each opposition."""
    found: dict[str, State | None] = {}
    for clause in _CLAUSES.split(text):
        if not clause.strip() or _UNSURE.search(clause):
            continue
        for opposition in _OPPOSITIONS:
            affirms = _side(opposition, clause)
            if affirms is None:
                continue
            # A name may do many things, so only in a comparison it is what the state is about.
            about = frozenset(
                concept.text.casefold()
                for concept in concepts(clause, across=False)
                if concept.essential and (not concept.name or opposition.compares)
            )
            known = found.get(opposition.name)
            if opposition.name in found and (known is None or known.affirms != affirms):
                found[opposition.name] = None  # a sentence that says both contradicts no other
            else:
                found[opposition.name] = State(opposition.name, affirms, clause.strip(), about)
    return tuple(state for state in found.values() if state)


def opposed(one: str, other: str) -> bool:
    """Return True if one of two sentences asserts the opposite of what the other does."""
    return any(
        mine.opposition == yours.opposition
        and mine.affirms != yours.affirms
        and bool(mine.about & yours.about)
        for mine in states(one)
        for yours in states(other)
    )


def _side(opposition: Opposition, clause: str) -> bool | None:
    if opposition.first and opposition.first.search(clause):
        return True
    if opposition.denies.search(clause):
        return False
    return True if opposition.affirms.search(clause) else None
