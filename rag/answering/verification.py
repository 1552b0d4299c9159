"""Checking a claim against the sentences it cites.

Typed checks come first, since a small model's similarity tells neither a number nor a direction:
numbers, dates, names and polarity of the claim must stand in the source. Then the meaning, by
cosine. A claim that fails a typed check is `unsupported` however similar it looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answering.evidence import Evidence, coverage
from rag.answering.facts import CalendarDate, Facts, read_facts, same_date, same_quantity
from rag.corpus.dictionary import load_dictionary, stem
from rag.messages import Message
from rag.retrieval.terms import concepts, fold, script_language
from rag.types import Published, Verdict

# Cosines of multilingual-e5-small lie high and close together. Chosen on sentences of the seeds
# and of the bench against their neighbours; `docs/architecture.md` says how.
SUPPORTED_COSINE = {"same": 0.90, "across": 0.86}
PARTIAL_COSINE = {"same": 0.86, "across": 0.83}
_SAME_WORDING = 0.6


@dataclass(frozen=True, kw_only=True)
class Verification:
    """A verdict, and the reasons for anything less than `supported`."""

    verdict: Verdict
    reasons: tuple[Message, ...]


def verify(claim: str, vector: NDArray[np.float32], cited: Sequence[Evidence]) -> Verification:
    """Check `claim`, whose unit vector is `vector`, against all the sentences it cites."""
    if not cited:
        return Verification(verdict="unsupported", reasons=(_no_source(),))
    if any(claim == evidence.text for evidence in cited):
        return Verification(verdict="supported", reasons=())
    said = read_facts(claim)
    sources = [(read_facts(e.text, e.document.published), e) for e in cited]
    wrong = [
        *_wrong_numbers(said, [facts for facts, _ in sources]),
        *_wrong_dates(said, sources),
        *_wrong_names(claim, said, cited),
        *_wrong_direction(said, [facts for facts, _ in sources]),
    ]
    if wrong:
        return Verification(verdict="unsupported", reasons=tuple(wrong))
    language = script_language(claim)
    best = max(cited, key=lambda e: float(e.vector @ vector))
    cosine = float(best.vector @ vector)
    kind = "same" if script_language(best.text) == language else "across"
    if cosine < PARTIAL_COSINE[kind]:
        return Verification(verdict="unsupported", reasons=(_far_from_source(cosine),))
    if said.negated != any(facts.negated for facts, _ in sources):
        alike = kind == "same" and _shared_wording(claim, best.text) >= _SAME_WORDING
        verdict: Verdict = "unsupported" if alike else "partial"
        return Verification(verdict=verdict, reasons=(_negation_differs(),))
    if cosine < SUPPORTED_COSINE[kind]:
        return Verification(verdict="partial", reasons=(_loosely_worded(cosine),))
    return Verification(verdict="supported", reasons=())


def supplied_facts(claim: str, evidence: Evidence) -> int:
    """How many of the claim's numbers and dates the sentence gives."""
    said = read_facts(claim)
    source = read_facts(evidence.text, evidence.document.published)
    return sum(any(same_quantity(q, s) for s in source.quantities) for q in said.quantities) + sum(
        any(same_date(d, s) for s in source.dates) for d in said.dates
    )


def _wrong_numbers(said: Facts, sources: Sequence[Facts]) -> list[Message]:
    known = [quantity for facts in sources for quantity in facts.quantities]
    return [
        Message(
            code="number",
            en=f"the number “{quantity.text}” is not in the cited sentence",
            zh=f"数字“{quantity.text}”不在所引的句子中",
        )
        for quantity in said.quantities
        if not any(same_quantity(quantity, source) for source in known)
    ]


def _wrong_dates(said: Facts, sources: Sequence[tuple[Facts, Evidence]]) -> list[Message]:
    known = [date for facts, _ in sources for date in facts.dates]
    for _, evidence in sources:
        # An article speaks of its own day, and of the day its paragraph names, unsaid.
        known += read_facts(evidence.passage, evidence.document.published).dates
        if evidence.document.published:
            known.append(day_of(evidence.document.published))
    return [
        Message(
            code="date",
            en=f"the date “{date.text}” is not in the cited passage",
            zh=f"日期“{date.text}”不在所引的段落中",
        )
        for date in said.dates
        if not any(same_date(date, source) for source in known)
    ]


def day_of(published: Published) -> CalendarDate:
    """The day of publication, as precisely as it is known."""
    day, precision = published.moment, published.precision
    return CalendarDate(
        year=day.year,
        month=day.month if precision != "year" else None,
        day=day.day if precision in ("day", "minute") else None,
        text=str(published),
    )


def _wrong_names(claim: str, said: Facts, cited: Sequence[Evidence]) -> list[Message]:
    """Names of the claim that certainly stand nowhere in the cited articles.

    A name is looked for as it is written and under every name that the dictionary gives it in
    the article's language. One that the dictionary doesn't know and that is not in the text can
    only be judged where claim and article share a language.
    """
    dictionary = load_dictionary()
    text = "\n".join(f"{e.document.title}\n{e.document.text}" for e in cited)
    folded = fold(text)
    chinese_source = script_language(text) == "zh"
    wrong = []
    for name in said.names:
        if fold(name).characters in folded.characters:
            continue
        chinese = dictionary.chinese.get(stem(name), frozenset()) & dictionary.names
        if any(form in text or (len(form) >= 4 and form[:2] in text) for form in chinese):
            continue
        if chinese or not chinese_source or script_language(claim) == "zh":
            wrong.append(name)
    for word in dictionary.words_in(claim):
        if word in dictionary.names and word not in text:
            english = dictionary.english[word]
            if not any(f" {form} " in folded.stems for form in english):
                wrong.append(word)
    return [
        Message(
            code="name",
            en=f"the name “{name}” is not in the cited article",
            zh=f"名称“{name}”不在所引的文章中",
        )
        for name in dict.fromkeys(wrong)
    ]


def _wrong_direction(said: Facts, sources: Sequence[Facts]) -> list[Message]:
    rises, falls = any(f.rises for f in sources), any(f.falls for f in sources)
    up = said.rises and not said.falls and falls and not rises
    down = said.falls and not said.rises and rises and not falls
    if not (up or down):
        return []
    return [
        Message(
            code="polarity",
            en=f"the claim speaks of a {'rise' if up else 'fall'}, the cited sentence of a"
            f" {'fall' if up else 'rise'}",
            zh=f"陈述说的是{'上升' if up else '下降'}，所引的句子说的是{'下降' if up else '上升'}",
        )
    ]


def _shared_wording(claim: str, source: str) -> float:
    wording = concepts(claim, across=False)
    return coverage(fold(source), wording, [1.0] * len(wording))


def _no_source() -> Message:
    return Message(
        code="no_source",
        en="no sentence of the articles was found that says this",
        zh="文章中没有找到支持这一说法的句子",
    )


def _far_from_source(cosine: float) -> Message:
    return Message(
        code="meaning",
        en=f"the cited sentence says something else (similarity {cosine:.2f})",
        zh=f"所引的句子说的是另一回事（相似度 {cosine:.2f}）",
    )


def _negation_differs() -> Message:
    return Message(
        code="polarity",
        en="one of the claim and the cited sentence denies something, the other does not",
        zh="陈述与所引的句子一个含否定，另一个不含",
    )


def _loosely_worded(cosine: float) -> Message:
    return Message(
        code="meaning",
        en=f"the cited sentence supports this only in part (similarity {cosine:.2f})",
        zh=f"所引的句子只能部分支持这一说法（相似度 {cosine:.2f}）",
    )
