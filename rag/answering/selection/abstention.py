"""Decide if the evidence holds an answer, and say what is missing if it does not."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answering.selection.heard_names import unheard
from rag.answering.selection.ranking import SENTENCE_FEATURES, Asked, Candidate
from rag.answering.selection.reported import day_of_article
from rag.answering.selection.requests import no_question, request_in
from rag.answering.selection.requirements import (
    Requirement,
    RequirementReader,
    Requirements,
    Wanted,
)
from rag.messages import Message
from rag.retrieval.time_frame import days_of
from rag.text.dates import CalendarDate, day_of, same_date
from rag.text.languages import text_language
from rag.text.terms import Concept, is_sort_asked_for, shows, surely_missing
from rag.types import TimeFrame

# The calibrated probability that the sentences found hold an answer.

LOOKED_AT = 5
"""How many of the best sentences are used: an answer is rarely in a later one."""

ANSWERABILITY_FEATURES = ("bias", "cosine", "missing", "lacking", "across", "English")
"""The features of the probability, in order:

- cosine: the largest among the five best sentences, above what is usual between the languages
- missing: the share of the question's concepts, by weight, that no passage of the five shows; the
  sort of thing asked for ("what position") is left out
- lacking: 1 if each of the five lacks something that `requirements` says it must have
- across: 1 if the best sentence is in another language than the question
- English: 1 if the question is in English

Tried, and left out because held-out questions were judged as well without them: the best sentence's
score by `ranking` and its lead, the kinds of fact given, the days named."""

ANSWERABILITY_WEIGHTS = {
    "bias": 0.22,
    "cosine": 1.20,
    "missing": -1.60,
    "lacking": -1.83,
    "across": 0.48,
    "English": 0.60,
}
"""The weights of a logistic regression by `python -m eval.fitting` (the command is in
docs/refusal.md). It was fitted on 1,230 cases: questions of ten public sets, those that the sets
call unanswerable, and answerable ones with their articles taken out. Area under the ROC curve:
0.794 on 1,101 other cases, among them three whole sets."""


def probability(asked: Asked, needed: Requirements, ranked: Sequence[Candidate]) -> float:
    """Return the probability that the sentences hold an answer, 0 to 1.

    `ranked` has at least one sentence.
    """
    weights = np.array([ANSWERABILITY_WEIGHTS[name] for name in ANSWERABILITY_FEATURES])
    log_odds = float(answerability_features(asked, needed, ranked) @ weights)
    return 1 / (1 + math.exp(-log_odds))


def answerability_features(
    asked: Asked, needed: Requirements, ranked: Sequence[Candidate]
) -> NDArray[np.float64]:
    """Return the features of the best of `ranked` sentences, shape (features,).

    `ranked` has at least one sentence.
    """
    best = ranked[:LOOKED_AT]
    reader = RequirementReader(needed)
    around = [reader.around(candidate.evidence) for candidate in best]
    weighed = [
        (concept, weight)
        for concept, weight in zip(asked.concepts, asked.weights, strict=True)
        if not is_sort_asked_for(concept, asked.query.text)
    ]
    missing = sum(
        weight for concept, weight in weighed if not any(shows(text, concept) for text in around)
    )
    return np.array(
        [
            1.0,
            max(float(c.features[SENTENCE_FEATURES.index("cosine")]) for c in best),
            missing / (sum(weight for _, weight in weighed) or 1.0),
            float(all(lacks(candidate, needed) for candidate in best)),
            float(text_language(best[0].evidence.text) != asked.query.language),
            float(asked.query.language == "en"),
        ]
    )


def lacks(candidate: Candidate, needed: Requirements) -> frozenset[Requirement]:
    """Return what a sentence certainly lacks.

    A reason can be given without any of the usual words for one, so a missing reason is not
    certain.
    """
    unsure: frozenset[Requirement] = frozenset({"kind"} if needed.wanted == "reason" else ())
    return candidate.reading.lacking - unsure


# Deciding to answer.
#
# A question is answered if it is likely enough that the sentences found hold its answer. Some
# things rule out an answer whatever else was found: a name that no found article has, a day or a
# counted thing that none of the best sentences is about, and an order or a wish instead of a
# question. If a question asks the same about two names and one is missing, it is answered for the
# other.

THRESHOLD = 0.3
"""The least probability at which a question is answered; docs/refusal.md shows the effect of other
values."""

_INDISPENSABLE: tuple[Requirement, ...] = ("date", "name", "counted")
"""Requirements that rule out an answer if all of the best sentences lack the same one. In the
public sets, 72 of 78 cases without the day asked about were unanswerable, 174 of 192 without any of
the names, and 6 of 8 without what is counted; of all cases, one half."""

_ROUNDING = 1e-6
ALIKE = r"(?:和|与|跟|及|、|,|/|\band\b|\bor\b|\bversus\b|\bvs\.?)"
"""A pattern for what stands between two names that are asked about alike."""


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """The decision to answer or not, and what was looked for and not found.

    `answerability` is the estimated probability that the evidence holds an answer, 0 to 1. It is 0
    if what was asked for is certainly nowhere near. `unnamed` is true if it names someone or
    something by a name that no found article has: no reading of a sentence makes up for that.
    """

    answerable: bool
    missing: tuple[Message, ...]
    answerability: float = 0.0
    unnamed: bool = False


def assess(
    asked: Asked,
    needed: Requirements,
    ranked: Sequence[Candidate],
    found: Sequence[Candidate] = (),
) -> Assessment:
    """Assess the sentences that may answer, `ranked` best first.

    `found` may add sentences that can't answer: a name in them counts as known.
    """
    if request := request_in(asked.query.text):
        return Assessment(answerable=False, missing=(no_question(request),))
    if not ranked:
        return Assessment(answerable=False, missing=(_nothing_near(()),))
    if absent := [name for name in asked.query.absent if name in asked.query.text]:
        return Assessment(answerable=False, missing=(_no_such_person(absent),))
    reader = RequirementReader(needed)
    unknown = _unknown(asked.query.text, needed, found or ranked, reader)
    if unknown and not _asked_alike(asked.query.text, unknown, needed.names):
        return Assessment(answerable=False, missing=(not_mentioned(_texts(unknown)),), unnamed=True)
    if not any(c.evidence.coverage or c.evidence.nearby for c in ranked) or not asked.concepts:
        # Even if a sentence looks near, nothing that the question is about is in any of them.
        return Assessment(answerable=False, missing=(_nothing_near(_texts(asked.concepts)),))
    best = ranked[:LOOKED_AT]
    # A row of a table is found by its names; its similarity to the question says little.
    sure = ranked[0].is_asked_for
    if not sure and any(all(want in c.reading.lacking for c in best) for want in _INDISPENSABLE):
        return Assessment(answerable=False, missing=(_why_not(asked, needed, ranked, reader),))
    if needed.periods and _only_of_another_period(best):
        return Assessment(answerable=False, missing=(_no_such_period(needed, best),))
    answerability = probability(asked, needed, ranked)
    if sure or _is_report_asked(needed, best[0]):
        answerability = max(answerability, THRESHOLD)
    if answerability < THRESHOLD:
        missing = (_why_not(asked, needed, ranked, reader),)
        return Assessment(answerable=False, missing=missing, answerability=answerability)
    lone = (not_mentioned(_texts(unknown)),) if unknown else ()
    return Assessment(answerable=True, missing=lone, answerability=answerability)


def _is_report_asked(needed: Requirements, best: Candidate) -> bool:
    """Return True if a sentence shows all that is asked, on the day whose report is asked for.

    "5月2日公布的死亡人数" names nothing else that could be found nearby.
    """
    day = day_of_article(best.evidence.document)
    whole = best.evidence.coverage > 1 - _ROUNDING and not best.reading.lacking
    return needed.reported_on is not None and day == needed.reported_on and whole


def _only_of_another_period(best: Sequence[Candidate]) -> bool:
    """Return True if the fact asked for is given only for periods that are not asked about."""
    given = [c for c in best if "kind" not in c.reading.lacking]
    return bool(given) and all("date" in c.reading.lacking for c in given)


def shortfall(needed: Requirements, chosen: Sequence[Candidate]) -> tuple[Message, ...]:
    """Return what the `chosen` sentences lack of what is asked for: it makes an answer partial.

    For a question with several parts, these are the kinds of fact that no sentence gives; for
    several days, those that no sentence is about. A single kind or day was considered in the
    decision to answer.
    """
    told = frozenset[Wanted]().union(*(candidate.reading.given for candidate in chosen))
    parts = needed.parts if len(needed.parts) > 1 else ()
    messages = [_kind_not_given(part) for part in parts if part not in told]
    if len(needed.dates) > 1:
        known = [date for c in chosen for date in _dates_of(c)]
        absent = [d for d in needed.dates if not any(same_date(d, date) for date in known)]
        messages += [_no_such_day(absent)] if absent else []
    return tuple(messages)


def _dates_of(candidate: Candidate) -> list[CalendarDate]:
    published = candidate.evidence.document.published
    return [*candidate.reading.facts.dates, *([day_of(published)] if published else [])]


def _unknown(
    question: str, needed: Requirements, ranked: Sequence[Candidate], reader: RequirementReader
) -> tuple[Concept, ...]:
    """Return the names asked about that none of the found articles has."""
    documents = {c.evidence.document.doc_id: c.evidence.document for c in ranked}.values()
    texts = [reader.whole(document) for document in documents]
    known = (name for name in needed.names if all(surely_missing(name, text) for text in texts))
    return (*known, *unheard(question, texts))


def _asked_alike(question: str, unknown: Sequence[Concept], names: Sequence[Concept]) -> bool:
    """Return True if each unknown name stands beside a known one, as in "苹果和三星".

    Then the question asks the same about both.
    """
    known = [re.escape(name.text) for name in names if name not in unknown]
    if not known:
        return False
    others = "|".join(known)
    return all(
        re.search(
            rf"{re.escape(name.text)}\s*{ALIKE}\s*(?:{others})|(?:{others})\s*{ALIKE}\s*"
            rf"{re.escape(name.text)}",
            question,
            re.IGNORECASE,
        )
        for name in unknown
    )


def _why_not(
    asked: Asked, needed: Requirements, ranked: Sequence[Candidate], reader: RequirementReader
) -> Message:
    """Return a message about what the best sentences lack most clearly."""
    best = ranked[:LOOKED_AT]
    lacking = [lacks(candidate, needed) for candidate in best]
    if all(lacking):
        # The sentence that lacks the fewest things is nearest to an answer: name what it lacks.
        return _lack(min(lacking, key=len), needed, best)
    around = [reader.around(candidate.evidence) for candidate in best]
    absent = [
        concept.text
        for concept in asked.concepts
        if concept.essential and not any(shows(text, concept) for text in around)
    ]
    return _nothing_near(absent)


def _texts(concepts: Sequence[Concept]) -> list[str]:
    return [concept.text for concept in concepts]


def _lack(
    lacking: frozenset[Requirement], needed: Requirements, ranked: Sequence[Candidate]
) -> Message:
    if "name" in lacking:
        return not_mentioned([name.text for name in needed.names])
    if "counted" in lacking and needed.counted:
        return not_mentioned([needed.counted.text])
    if "date" in lacking:
        return _no_such_day(needed.dates) if needed.dates else _no_such_period(needed, ranked)
    return _kind_not_given(needed.wanted)


KIND_NAMES: dict[Wanted, tuple[str, str]] = {
    "money": ("an amount of money", "金额"),
    "percent": ("a percentage", "百分比"),
    "number": ("a number", "数字"),
    "date": ("a date", "日期"),
    "person": ("a person", "人物"),
    "reason": ("a reason", "原因"),
}
"""The kinds of fact in words, in English and in Chinese."""


def quoted(words: Sequence[str]) -> tuple[str, str]:
    """Return the words in quotation marks as a list, in English and in Chinese."""
    return ", ".join(f"“{w}”" for w in words), "、".join(f"“{w}”" for w in words)


def not_mentioned(words: Sequence[str]) -> Message:
    """Say that the passages don't mention all that the question names."""
    en, zh = quoted(words)
    return Message(
        code="not_mentioned",
        en=f"Looked for {en} and the rest of the question: no passage mentions them together.",
        zh=f"查找了{zh}以及问题的其余内容：没有段落同时提到。",
    )


def _no_such_person(names: Sequence[str]) -> Message:
    en, zh = quoted(names)
    return Message(
        code="no_such_person",
        en=f"No article mentions {en}, nor a Chinese name that sounds so.",
        zh=f"没有文章提到{zh}，也没有读音相同的中文姓名。",
    )


def _no_such_day(dates: Sequence[CalendarDate]) -> Message:
    en, zh = quoted([date.text for date in dates])
    return Message(
        code="no_such_day",
        en=f"Looked for {en}: the closest passages do not mention that time.",
        zh=f"查找了{zh}：最接近的段落没有提到这个时间。",
    )


def _no_such_period(needed: Requirements, ranked: Sequence[Candidate]) -> Message:
    en, zh = quoted([period.text for period in needed.periods])
    near = [c for c in ranked if "kind" not in c.reading.lacking] or ranked
    said = [p for c in near for p in c.reading.periods if p.year and not p.compared]
    found = max(said, key=lambda period: (period.year, period.last), default=None)
    return Message(
        code="no_such_period",
        en=f"Looked for a figure for {en}: the closest passages give none"
        + (f"; they report on {found.name_en}." if found else "."),
        zh=f"查找了{zh}的数字：最接近的段落没有给出"
        + (f"，报道的是{found.name_zh}。" if found else "。"),
    )


def _kind_not_given(wanted: Wanted) -> Message:
    en, zh = KIND_NAMES[wanted]
    return Message(
        code="kind_not_given",
        en=f"Looked for {en}: the closest passages give none for this question.",
        zh=f"查找了{zh}：最接近的段落没有给出这个问题所问的{zh}。",
    )


def _nothing_near(words: Sequence[str]) -> Message:
    en, zh = quoted(words)
    return Message(
        code="nothing_near",
        en="No sentence close enough to the question was found"
        + (f"; not mentioned nearby: {en}." if words else "."),
        zh="没有找到与问题足够接近的句子" + (f"；附近没有提到{zh}。" if words else "。"),
    )


def no_article_of(frame: TimeFrame) -> Assessment:
    """Return the assessment for days on which no article was published."""
    message = Message(
        code="no_article_of",
        en=f"No article of {days_of(frame)} is in the index; articles without a date were not"
        " searched.",
        zh=f"索引中没有 {days_of(frame)} 的文章；没有日期的文章未作检索。",
    )
    return Assessment(answerable=False, missing=(message,))


def not_answered() -> Message:
    """Say that passages on the subject were found but hold no answer."""
    return Message(
        code="not_answered",
        en="Passages on the subject were found, but no sentence that answers the question.",
        zh="找到了相关的段落，但没有能回答这个问题的句子。",
    )


def nothing_more() -> Message:
    """Say that there is no more of what was asked for."""
    return Message(
        code="nothing_more",
        en="No further sentence that answers this was found; those shown before are all there are.",
        zh="没有找到更多能回答这个问题的句子；前面列出的就是全部。",
    )
