"""Measure if an answer says what it should, no more, and in the language of the question."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from eval.metrics.places import cites, covers
from eval.metrics.shares import share
from eval.questions import Fact, Question
from eval.wording import GAP, normalise, states
from rag.text.characters import HAN
from rag.text.languages import text_language
from rag.types import Answer, Statement

CUTOFF = 5
"""The number of best hits that recall@5 uses."""

# CMRC 2018's segmentation: each Chinese character is a word, and each run of other letters.
_WORD = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:\.\d+)?")


@dataclass(frozen=True, kw_only=True)
class FactCheck:
    """The result for one reference fact: `found` among the first hits, `stated`, and `cited`."""

    fact_id: str
    accept: tuple[str, ...]
    quotes: tuple[str, ...]
    found: bool
    stated: bool
    cited: bool


def check_facts(question: Question, answer: Answer | None) -> tuple[FactCheck, ...]:
    """Return the result for each reference fact. The three recalls are computed from them."""
    passages = [hit.passage for hit in answer.hits[:CUTOFF]] if answer else []
    shown = [statement.text for statement in answer.statements] if answer else []
    citations = answer.citations if answer else ()
    return tuple(
        FactCheck(
            fact_id=fact.fact_id,
            accept=fact.accept,
            quotes=tuple(span.quote for span in spans),
            found=any(covers(p, span) for p in passages for span in spans),
            stated=states(shown, fact.accept),
            cited=any(cites(c, span) for c in citations for span in spans),
        )
        for fact in question.facts
        for spans in [question.spans_of(fact)]
    )


def claims(answer: Answer | None) -> list[Statement]:
    """Return the shown statements that are claims."""
    return [s for s in answer.statements if s.kind == "claim"] if answer else []


def fact_recall(question: Question, answer: Answer | None) -> float | None:
    """Return the share of reference facts that the shown statements contain in an accepted wording.

    This is the nugget recall of TREC's question answering (Voorhees, 2003). Statements left out by
    verification are not shown and do not count. `eval.wording` defines when a wording is found, and
    says what this cannot detect.
    """
    if not question.answerable:
        return None
    return share(fact.stated for fact in check_facts(question, answer))


def fact_precision(question: Question, answer: Answer | None) -> float | None:
    """Return the share of shown claims that state a reference fact, or None if no claim is shown.

    A true sentence that nobody asked for lowers it. So it measures conciseness, the counterpart of
    nugget recall (Voorhees, 2003), with a sentence as the unit instead of a length allowance.
    """
    if not question.answerable or not (said := claims(answer)):
        return None
    return share(any(states([c.text], fact.accept) for fact in question.facts) for c in said)


def exact_match(question: Question, answer: Answer | None) -> float | None:
    """Return 1 if the whole answer is an accepted wording, else 0 (SQuAD; Rajpurkar et al., 2016).

    It applies to questions with one fact, which have one short answer. Quoted sentences never
    match. This and F1 measure how close a composer comes to a bare short answer.
    """
    if (wordings := _short_answers(question)) is None:
        return None
    said = _words(_said(answer))
    return float(any(said == _words(wording) for wording in wordings))


def character_f1(question: Question, answer: Answer | None) -> float | None:
    """Return the best F1 of the answer's characters against those of an accepted wording.

    This is SQuAD's F1 (Rajpurkar et al., 2016) with the segmentation of CMRC 2018 (Cui et al.,
    2019): each Chinese character is a word, and so is each run of Latin letters or digits.
    """
    if (wordings := _short_answers(question)) is None:
        return None
    said = Counter(_words(_said(answer)))
    return max(_f1(said, Counter(_words(wording))) for wording in wordings)


def language_fidelity(question: Question, answer: Answer | None) -> float | None:
    """Return the share of shown claims in the question's language, or None if no claim is shown.

    Quotations keep their article's language. So a composer that only quotes has a low value if the
    articles are in the other language.
    """
    if not (said := claims(answer)):
        return None
    return share(text_language(c.text) == question.language for c in said)


def disagreement_recall(question: Question, answer: Answer | None) -> float | None:
    """Return the share of contradicting facts that the answer shows as a disagreement.

    It applies to questions whose articles contradict each other. A fact counts if one of the values
    of a conflict states it, or cites a place that does. Stating only one side is not enough.
    """
    if question.type != "disagreement":
        return None
    values = [value for c in answer.conflicts for value in c.values] if answer else []
    return share(
        any(
            states([value.value, value.citation.quote], fact.accept)
            or any(cites(value.citation, span) for span in question.spans_of(fact))
            for value in values
        )
        for fact in question.facts
    )


def other_disagreements(question: Question, answer: Answer | None) -> float | None:
    """Return 1 if the answer shows a disagreement that the question does not have, else 0.

    It applies to answered questions without a disagreement or a false value of their own. Articles
    may still disagree on other questions by chance, so a few of these are not false alarms.
    """
    expected = question.type == "disagreement" or question.false_values
    if expected or answer is None or answer.status == "abstained":
        return None
    return float(any(not any(v.superseded for v in c.values) for c in answer.conflicts))


def _short_answers(question: Question) -> tuple[str, ...] | None:
    """Return the wordings of a question's one fact, or None if it has no short answer."""
    if not question.answerable or len(question.facts) != 1:
        return None
    (fact,) = question.facts
    return _without_gaps(fact) or None


def _without_gaps(fact: Fact) -> tuple[str, ...]:
    return tuple(wording for wording in fact.accept if GAP not in wording)


def _said(answer: Answer | None) -> str:
    return " ".join(claim.text for claim in claims(answer))


def _words(text: str) -> list[str]:
    return _WORD.findall(normalise(text))


def _f1(said: Counter[str], expected: Counter[str]) -> float:
    shared = (said & expected).total()
    if not shared:
        return 0.0
    precision, recall = shared / said.total(), shared / expected.total()
    return 2 * precision * recall / (precision + recall)
