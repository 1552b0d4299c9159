"""Whether the evidence holds what was asked for, and what to say where it doesn't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.evidence import Evidence
from rag.answering.wanted import Wanted, gives
from rag.messages import Message
from rag.retrieval.query import Query
from rag.retrieval.terms import Concept, fold, shows

_LOOKED_AT = 5
_ENOUGH = 0.5


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """Whether to answer, and if not, what was looked for and not found."""

    answerable: bool
    missing: tuple[Message, ...]


def assess(
    query: Query,
    wanted: Wanted,
    concepts: Sequence[Concept],
    weights: Sequence[float],
    ranked: Sequence[Evidence],
) -> Assessment:
    """Judge the evidence, `ranked` best first; `weights[i]` belongs to `concepts[i]`."""
    best = ranked[:_LOOKED_AT]
    around = [fold(f"{e.document.title}\n{e.passage}") for e in best]
    absent = [
        concept
        for concept in concepts
        if concept.essential and not any(shows(text, concept) for text in around)
    ]
    fitting = [e for e in best if gives(e.text, wanted, e.document.published)]
    covered = max((e.nearby for e in best), default=0.0)
    return Assessment(
        answerable=bool(fitting) and covered >= _ENOUGH,
        missing=(_missing(absent, wanted if not fitting else "anything"),),
    )


_KIND_NAMES: dict[Wanted, tuple[str, str]] = {
    "money": ("an amount of money", "金额"),
    "percent": ("a percentage", "百分比"),
    "number": ("a number", "数字"),
    "date": ("a date", "日期"),
    "person": ("a person", "人物"),
    "reason": ("a reason", "原因"),
}


def _missing(absent: Sequence[Concept], wanted: Wanted) -> Message:
    words_en = ", ".join(f"“{concept.text}”" for concept in absent)
    words_zh = "、".join(f"“{concept.text}”" for concept in absent)
    kind_en, kind_zh = _KIND_NAMES.get(wanted, ("", ""))
    if words_en:
        return Message(
            code="not_mentioned",
            en=f"Looked for {words_en}: the closest passages do not mention it.",
            zh=f"查找了{words_zh}：最接近的段落都没有提到。",
        )
    if kind_en:
        return Message(
            code="kind_not_given",
            en=f"Looked for {kind_en}: the closest passages give none for this question.",
            zh=f"查找了{kind_zh}：最接近的段落没有给出这个问题所问的{kind_zh}。",
        )
    return Message(
        code="not_answered",
        en="Passages on the subject were found, but no sentence that answers the question.",
        zh="找到了相关的段落，但没有能回答这个问题的句子。",
    )
