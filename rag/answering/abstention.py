"""Whether the evidence holds what was asked for, and what to say where it doesn't.

A question is answered unless something speaks against it: a name it asks about that no found
article has, a day that none speaks of, a kind of fact that no close sentence gives, a thing to be
counted that no close passage mentions; or evidence that is too far from the question altogether.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.evidence import Evidence
from rag.answering.requirements import Requirement, Requirements, unmet
from rag.answering.wanted import Wanted
from rag.corpus.dates import CalendarDate
from rag.messages import Message
from rag.retrieval.query import Query
from rag.retrieval.terms import Concept, fold, shows, surely_missing, text_language
from rag.retrieval.time_frame import days_of
from rag.types import TimeFrame

_LOOKED_AT = 5
_CLOSE = 0.03

# A logistic model of "answerable" over the cosine of the best sentence and the concepts that its
# surroundings show. Fitted on sampled questions of the bench's squad2_zh, squad2_en, xquad_en2zh
# and xquad_zh2en, with and without the paragraph that answers them, and on the seed questions; the
# threshold is where about one answerable seed question in fifty is refused.
_COSINE_WEIGHT, _NEARBY_WEIGHT, _BIAS, _THRESHOLD = 30.0, 1.5, -0.47, -0.5
_USUAL_COSINE = {"zh": {"zh": 0.90, "en": 0.80}, "en": {"zh": 0.80, "en": 0.87}}


# A reason can be given without any of the words that usually give one.
_UNSURE: dict[Wanted, frozenset[Requirement]] = {"reason": frozenset({"kind"})}


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """Whether to answer, and if not, what was looked for and not found.

    `answerability` is the estimate that the evidence holds an answer, 0 to 1; it is 0 where what
    was asked for certainly stands nowhere near.
    """

    answerable: bool
    missing: tuple[Message, ...]
    answerability: float = 0.0


def assess(
    query: Query, needed: Requirements, concepts: Sequence[Concept], ranked: Sequence[Evidence]
) -> Assessment:
    """Judge the evidence, `ranked` best first."""
    if not ranked:
        return Assessment(answerable=False, missing=(_nothing_near(()),))
    articles = fold("\n".join({f"{e.document.title}\n{e.document.text}" for e in ranked}))
    unknown = [name.text for name in needed.names if surely_missing(name, articles)]
    if unknown:
        return Assessment(answerable=False, missing=(_not_mentioned(unknown),))
    if not any(e.coverage or e.nearby for e in ranked) or not concepts:
        # However near it looks: nothing that the question is about stands in any of it.
        return Assessment(answerable=False, missing=(_nothing_near([c.text for c in concepts]),))
    best = max(e.cosine for e in ranked)
    close = [e for e in ranked if e.cosine >= best - _CLOSE][:_LOOKED_AT]
    around = [fold(f"{e.document.title}\n{e.passage}") for e in close]
    unnamed = [n.text for n in needed.names if not any(shows(text, n) for text in around)]
    if unnamed:
        return Assessment(answerable=False, missing=(_not_mentioned(unnamed),))
    lacking = [unmet(e, needed) - _UNSURE.get(needed.wanted, frozenset()) for e in close]
    if all(lacking):
        # What the fewest things are wrong with comes nearest to an answer: say what it lacks.
        return Assessment(answerable=False, missing=(_lack(min(lacking, key=len), needed),))
    log_odds = closeness(query, ranked)
    answerability = 1 / (1 + math.exp(-log_odds))
    if log_odds < _THRESHOLD:
        absent = [
            c.text for c in concepts if c.essential and not any(shows(text, c) for text in around)
        ]
        missing = (_nothing_near(absent),)
        return Assessment(answerable=False, missing=missing, answerability=answerability)
    return Assessment(answerable=True, missing=(), answerability=answerability)


def closeness(query: Query, ranked: Sequence[Evidence]) -> float:
    """How close the evidence is to the question: the log-odds that it answers it."""
    best = max(ranked, key=lambda e: e.cosine)
    usual = _USUAL_COSINE[query.language][text_language(best.text)]
    nearby = max(e.nearby for e in ranked[:_LOOKED_AT])
    return _COSINE_WEIGHT * (best.cosine - usual) + _NEARBY_WEIGHT * nearby + _BIAS


def _lack(lacking: frozenset[Requirement], needed: Requirements) -> Message:
    if "name" in lacking:
        return _not_mentioned([name.text for name in needed.names])
    if "counted" in lacking and needed.counted:
        return _not_mentioned([needed.counted.text])
    if "date" in lacking:
        return _no_such_day(needed.dates)
    return _kind_not_given(needed.wanted)


_KIND_NAMES: dict[Wanted, tuple[str, str]] = {
    "money": ("an amount of money", "金额"),
    "percent": ("a percentage", "百分比"),
    "number": ("a number", "数字"),
    "date": ("a date", "日期"),
    "person": ("a person", "人物"),
    "reason": ("a reason", "原因"),
}


def _quoted(words: Sequence[str]) -> tuple[str, str]:
    return ", ".join(f"“{w}”" for w in words), "、".join(f"“{w}”" for w in words)


def _not_mentioned(words: Sequence[str]) -> Message:
    en, zh = _quoted(words)
    return Message(
        code="not_mentioned",
        en=f"Looked for {en} and the rest of the question: no close passage has it all together.",
        zh=f"查找了{zh}以及问题的其余内容：最接近的段落没有同时提到。",
    )


def _no_such_day(dates: Sequence[CalendarDate]) -> Message:
    en, zh = _quoted([date.text for date in dates])
    return Message(
        code="no_such_day",
        en=f"Looked for {en}: the closest passages do not speak of that time.",
        zh=f"查找了{zh}：最接近的段落没有谈到这个时间。",
    )


def _kind_not_given(wanted: Wanted) -> Message:
    en, zh = _KIND_NAMES[wanted]
    return Message(
        code="kind_not_given",
        en=f"Looked for {en}: the closest passages give none for this question.",
        zh=f"查找了{zh}：最接近的段落没有给出这个问题所问的{zh}。",
    )


def _nothing_near(words: Sequence[str]) -> Message:
    en, zh = _quoted(words)
    return Message(
        code="nothing_near",
        en="No sentence close enough to the question was found"
        + (f"; not mentioned nearby: {en}." if words else "."),
        zh="没有找到与问题足够接近的句子" + (f"；附近没有提到{zh}。" if words else "。"),
    )


def no_article_of(frame: TimeFrame) -> Assessment:
    """The judgement where no article was published on the days that were set."""
    message = Message(
        code="no_article_of",
        en=f"No article of {days_of(frame)} is in the index; those without a date are left out.",
        zh=f"索引中没有 {days_of(frame)} 的文章；没有日期的文章不在其内。",
    )
    return Assessment(answerable=False, missing=(message,))


def not_answered() -> Message:
    """What to say where the passages are close, and the model found no answer in them."""
    return Message(
        code="not_answered",
        en="Passages on the subject were found, but no sentence that answers the question.",
        zh="找到了相关的段落，但没有能回答这个问题的句子。",
    )
