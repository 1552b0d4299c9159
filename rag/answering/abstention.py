"""Whether the evidence holds what was asked for, and what to say where it doesn't.

A question is answered unless something speaks against it: a name it asks about that no found
article has, a day that none speaks of, a kind of fact that no close sentence gives, a thing to be
counted that no close passage mentions; or evidence that is too far from the question altogether.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.evidence import Evidence
from rag.answering.facts import CalendarDate, read_facts, same_date
from rag.answering.verification import day_of
from rag.answering.wanted import Wanted, gives
from rag.messages import Message
from rag.retrieval.query import Query
from rag.retrieval.terms import (
    Concept,
    counted_noun,
    fold,
    script_language,
    shows,
    surely_missing,
)

_LOOKED_AT = 5

# A logistic model of "answerable" over the cosine of the best sentence and the concepts that its
# surroundings show. Fitted on sampled questions of the bench's squad2_zh, squad2_en, xquad_en2zh
# and xquad_zh2en, with and without the paragraph that answers them, and on the seed questions; the
# threshold is where about one answerable seed question in fifty is refused.
_COSINE_WEIGHT, _NEARBY_WEIGHT, _BIAS, _THRESHOLD = 30.0, 1.5, -0.47, -0.5
_USUAL_COSINE = {"zh": {"zh": 0.90, "en": 0.80}, "en": {"zh": 0.80, "en": 0.87}}


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """Whether to answer, and if not, what was looked for and not found."""

    answerable: bool
    missing: tuple[Message, ...]


def assess(
    query: Query,
    wanted: Wanted,
    concepts: Sequence[Concept],
    ranked: Sequence[Evidence],
) -> Assessment:
    """Judge the evidence, `ranked` best first."""
    if not ranked:
        return Assessment(answerable=False, missing=(_nothing_near(()),))
    close = ranked[:_LOOKED_AT]
    articles = fold("\n".join({f"{e.document.title}\n{e.document.text}" for e in ranked}))
    unknown = [c.text for c in concepts if c.name and surely_missing(c, articles)]
    if unknown:
        return Assessment(answerable=False, missing=(_not_mentioned(unknown),))
    asked = read_facts(query.text).dates
    if asked and not any(speaks_of(e, asked) for e in close):
        return Assessment(answerable=False, missing=(_no_such_day(asked),))
    if not any(gives(e.text, wanted, e.document.published) for e in close):
        return Assessment(answerable=False, missing=(_kind_not_given(wanted),))
    around = [fold(f"{e.document.title}\n{e.passage}") for e in close]
    counted = counted_noun(
        query.text, across=any(e.document.language != query.language for e in close)
    )
    if counted and not any(shows(text, counted) for text in around):
        return Assessment(answerable=False, missing=(_not_mentioned([counted.text]),))
    if closeness(query, ranked) < _THRESHOLD:
        absent = [
            c.text for c in concepts if c.essential and not any(shows(text, c) for text in around)
        ]
        return Assessment(answerable=False, missing=(_nothing_near(absent),))
    return Assessment(answerable=True, missing=())


def closeness(query: Query, ranked: Sequence[Evidence]) -> float:
    """How close the evidence is to the question: the log-odds that it answers it."""
    best = max(ranked, key=lambda e: e.cosine)
    usual = _USUAL_COSINE[query.language][script_language(best.text)]
    nearby = max(e.nearby for e in ranked[:_LOOKED_AT])
    return _COSINE_WEIGHT * (best.cosine - usual) + _NEARBY_WEIGHT * nearby + _BIAS


def speaks_of(evidence: Evidence, dates: Sequence[CalendarDate]) -> bool:
    """Whether the sentence, its passage or its article's own day is one of the dates."""
    published = evidence.document.published
    known = list(read_facts(evidence.passage, published).dates)
    if published:
        known.append(day_of(published))
    return any(same_date(date, source) for date in dates for source in known)


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
        en=f"Looked for {en}: the closest articles do not mention it.",
        zh=f"查找了{zh}：最接近的文章都没有提到。",
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


def not_answered() -> Message:
    """What to say where the passages are close, and the model found no answer in them."""
    return Message(
        code="not_answered",
        en="Passages on the subject were found, but no sentence that answers the question.",
        zh="找到了相关的段落，但没有能回答这个问题的句子。",
    )
