"""Whether the evidence holds what was asked for, and what to say where it doesn't."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answering.selection.ranking import SENTENCE_FEATURES, Asked, Candidate
from rag.answering.selection.reported import day_of_article
from rag.answering.selection.requests import no_question, request_in
from rag.answering.selection.requirements import Reader, Requirement, Requirements, Wanted
from rag.messages import Message
from rag.retrieval.time_frame import days_of
from rag.text.dates import CalendarDate, day_of, same_date
from rag.text.languages import text_language
from rag.text.terms import Concept, shows, surely_missing
from rag.types import TimeFrame

# How likely it is that the sentences found hold an answer, as a calibrated probability.

LOOKED_AT = 5
"""How many of the best sentences are looked at: an answer is rarely in a later one."""

ANSWERABILITY_FEATURES = ("bias", "cosine", "missing", "lacking", "across", "English")
"""What the probability is made of, in order:

- cosine: the largest among the five best sentences, above what is usual between the languages
- missing: the share of the question's concepts, by weight, that no passage of the five shows
- lacking: 1 if each of the five lacks something that `requirements` says it must have
- across: the best sentence is in another language than the question; English: the question is

Tried, and left out because held-out questions were told apart as well without them: the best
sentence's score by `ranking` and its lead, the kinds of fact given, the days spoken of.
"""

ANSWERABILITY_WEIGHTS = {
    "bias": 0.22,
    "cosine": 1.20,
    "missing": -1.60,
    "lacking": -1.83,
    "across": 0.48,
    "English": 0.60,
}
"""Of a logistic regression by `python -m eval.fitting` (the command stands in docs/refusal.md) on
1,230 cases: questions of ten public sets, those that they call unanswerable, and answerable ones
with their articles taken out. Area under the ROC curve 0.794 on 1,101 cases that took no part,
three whole sets among them."""


def probability(asked: Asked, needed: Requirements, ranked: Sequence[Candidate]) -> float:
    """How likely the sentences found hold an answer, 0 to 1; `ranked` has at least one."""
    weights = np.array([ANSWERABILITY_WEIGHTS[name] for name in ANSWERABILITY_FEATURES])
    log_odds = float(answerability_features(asked, needed, ranked) @ weights)
    return 1 / (1 + math.exp(-log_odds))


def answerability_features(
    asked: Asked, needed: Requirements, ranked: Sequence[Candidate]
) -> NDArray[np.float64]:
    """The features of the best of `ranked` sentences, at least one: shape (features,)."""
    best = ranked[:LOOKED_AT]
    reader = Reader(needed)
    around = [reader.around(candidate.evidence) for candidate in best]
    missing = sum(
        weight
        for concept, weight in zip(asked.concepts, asked.weights, strict=True)
        if not any(shows(text, concept) for text in around)
    )
    return np.array(
        [
            1.0,
            max(float(c.features[SENTENCE_FEATURES.index("cosine")]) for c in best),
            missing / (sum(asked.weights) or 1.0),
            float(all(lacks(candidate, needed) for candidate in best)),
            float(text_language(best[0].evidence.text) != asked.query.language),
            float(asked.query.language == "en"),
        ]
    )


def lacks(candidate: Candidate, needed: Requirements) -> frozenset[Requirement]:
    """What a sentence surely lacks: a reason can be given without a word that usually gives one."""
    unsure: frozenset[Requirement] = frozenset({"kind"} if needed.wanted == "reason" else ())
    return candidate.reading.lacking - unsure


# Whether the evidence holds what was asked for, and what to say where it doesn't.
#
# A question is answered where it is likely enough that the sentences found hold its answer
# (`answerability`). Some things rule an answer out whatever else was found: a name asked about that
# no found article has, a day or a thing to be counted that none of the best sentences is about, and
# an order or a wish in the place of a question. Of two names that are asked
# about alike, one that is missing leaves the other to be answered.

THRESHOLD = 0.3
"""From which probability on a question is answered; docs/refusal.md tells what others would do."""

_INDISPENSABLE: tuple[Requirement, ...] = ("date", "name", "counted")
"""What rules an answer out where each of the best sentences lacks it: 72 of 78 cases of the public
sets without the day asked about were unanswerable, 174 of 192 without any of the names, 6 of 8
without what is counted; of all cases, one half."""

_ROUNDING = 1e-6
_ALIKE = r"(?:和|与|跟|及|、|,|/|\band\b|\bor\b|\bversus\b|\bvs\.?)"


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
    asked: Asked,
    needed: Requirements,
    ranked: Sequence[Candidate],
    found: Sequence[Candidate] = (),
) -> Assessment:
    """Judge the sentences that may answer, `ranked` best first.

    `found` are those with others that may not, where there are such: a name in them is known.
    """
    if request := request_in(asked.query.text):
        return Assessment(answerable=False, missing=(no_question(request),))
    if not ranked:
        return Assessment(answerable=False, missing=(_nothing_near(()),))
    reader = Reader(needed)
    unknown = _unknown(needed, found or ranked, reader)
    if unknown and not _asked_alike(asked.query.text, unknown, needed.names):
        return Assessment(answerable=False, missing=(not_mentioned(_texts(unknown)),))
    if not any(c.evidence.coverage or c.evidence.nearby for c in ranked) or not asked.concepts:
        # However near it looks: nothing that the question is about stands in any of it.
        return Assessment(answerable=False, missing=(_nothing_near(_texts(asked.concepts)),))
    best = ranked[:LOOKED_AT]
    # The likeness of a row of a table to a question tells little; it was found by its names.
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
    """Tells whether a sentence shows all that is asked, of the very day whose report is asked for.

    "5月2日公布的死亡人数" names nothing else that could be near.
    """
    day = day_of_article(best.evidence.document)
    whole = best.evidence.coverage > 1 - _ROUNDING and not best.reading.lacking
    return needed.reported_on is not None and day == needed.reported_on and whole


def _only_of_another_period(best: Sequence[Candidate]) -> bool:
    """Tells whether what is asked for is only given for other periods than the one asked."""
    given = [c for c in best if "kind" not in c.reading.lacking]
    return bool(given) and all("date" in c.reading.lacking for c in given)


def shortfall(needed: Requirements, chosen: Sequence[Candidate]) -> tuple[Message, ...]:
    """What is asked for and not in the sentences `chosen` to answer: makes an answer partial.

    Of a question with several parts, the kinds of fact that no sentence gives; of several days,
    those that none speaks of. A lone kind or day was weighed when it was decided to answer.
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
    needed: Requirements, ranked: Sequence[Candidate], reader: Reader
) -> tuple[Concept, ...]:
    """The names asked about that stand in none of the found articles."""
    documents = {c.evidence.document.doc_id: c.evidence.document for c in ranked}.values()
    return tuple(
        name
        for name in needed.names
        if all(surely_missing(name, reader.whole(document)) for document in documents)
    )


def _asked_alike(question: str, unknown: Sequence[Concept], names: Sequence[Concept]) -> bool:
    """Whether each unknown name stands beside a known one, as in "苹果和三星": asked of either."""
    known = [re.escape(name.text) for name in names if name not in unknown]
    if not known:
        return False
    others = "|".join(known)
    return all(
        re.search(
            rf"{re.escape(name.text)}\s*{_ALIKE}\s*(?:{others})|(?:{others})\s*{_ALIKE}\s*"
            rf"{re.escape(name.text)}",
            question,
            re.IGNORECASE,
        )
        for name in unknown
    )


def _why_not(
    asked: Asked, needed: Requirements, ranked: Sequence[Candidate], reader: Reader
) -> Message:
    """What the best sentences lack most plainly."""
    best = ranked[:LOOKED_AT]
    lacking = [lacks(candidate, needed) for candidate in best]
    if all(lacking):
        # What the fewest things are wrong with comes nearest to an answer: say what it lacks.
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


def not_mentioned(words: Sequence[str]) -> Message:
    """Says that something which the question names is missing."""
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


def _no_such_period(needed: Requirements, ranked: Sequence[Candidate]) -> Message:
    en, zh = _quoted([period.text for period in needed.periods])
    near = [c for c in ranked if "kind" not in c.reading.lacking] or ranked
    said = [p for c in near for p in c.reading.periods if p.year and not p.compared]
    found = max(said, key=lambda period: (period.year, period.last), default=None)
    return Message(
        code="no_such_period",
        en=f"Looked for a figure of {en}: the closest passages give none"
        + (f"; they report on {found.name_en}." if found else "."),
        zh=f"查找了{zh}的数字：最接近的段落没有给出"
        + (f"，报道的是{found.name_zh}。" if found else "。"),
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


def nothing_more() -> Message:
    """Says that there is no more of what was asked for."""
    return Message(
        code="nothing_more",
        en="No further sentence that answers this was found: what was shown before is all.",
        zh="没有找到更多能回答这个问题的句子；前面列出的就是全部。",
    )
