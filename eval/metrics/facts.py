"""Whether an answer says what it should, no more, and in the language of the question."""

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
"""How many of the best hits recall@5 looks at."""

# CMRC 2018's segmentation: a Chinese character is a word, and so is a run of other letters.
_WORD = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:\.\d+)?")


@dataclass(frozen=True, kw_only=True)
class FactCheck:
    """What became of one reference fact: `found` among the first hits, `stated`, and `cited`."""

    fact_id: str
    accept: tuple[str, ...]
    quotes: tuple[str, ...]
    found: bool
    stated: bool
    cited: bool


def check_facts(question: Question, answer: Answer | None) -> tuple[FactCheck, ...]:
    """Each reference fact of a question: what the three recalls are made of."""
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
    """The statements shown that claim something."""
    return [s for s in answer.statements if s.kind == "claim"] if answer else []


def fact_recall(question: Question, answer: Answer | None) -> float | None:
    """The share of reference facts that the statements shown have in an accepted wording.

    The recall of TREC's question answering by nuggets (Voorhees, 2003). What was left out by
    verification is not shown, and doesn't count. See `eval.wording` for when a wording is found,
    and for what this can't tell.
    """
    if not question.answerable:
        return None
    return share(fact.stated for fact in check_facts(question, answer))


def fact_precision(question: Question, answer: Answer | None) -> float | None:
    """The share of claims shown that state any of the reference facts; None where none is shown.

    A true sentence that nobody asked for counts against it: this is conciseness, the other side
    of nugget recall (Voorhees, 2003), with a sentence as the unit instead of a length allowance.
    """
    if not question.answerable or not (said := claims(answer)):
        return None
    return share(any(states([c.text], fact.accept) for fact in question.facts) for c in said)


def exact_match(question: Question, answer: Answer | None) -> float | None:
    """1 if the whole answer is one of the accepted wordings, else 0 (SQuAD's; Rajpurkar, 2016).

    Over questions with one fact, which have one short answer. Quoted sentences never match: this
    and F1 are for telling how close to a bare short answer a composer comes.
    """
    if (wordings := _short_answers(question)) is None:
        return None
    said = _words(_said(answer))
    return float(any(said == _words(wording) for wording in wordings))


def character_f1(question: Question, answer: Answer | None) -> float | None:
    """The best F1 of the answer's characters against those of an accepted wording.

    SQuAD's F1 (Rajpurkar et al., 2016) with the segmentation of CMRC 2018 (Cui et al., 2019):
    each Chinese character is a word, and so is each run of Latin letters or digits.
    """
    if (wordings := _short_answers(question)) is None:
        return None
    said = Counter(_words(_said(answer)))
    return max(_f1(said, Counter(_words(wording))) for wording in wordings)


def language_fidelity(question: Question, answer: Answer | None) -> float | None:
    """The share of claims shown that are in the question's language; None where none is shown.

    Quotations keep their article's language, so a composer that only quotes has a low one
    wherever the articles are in the other.
    """
    if not (said := claims(answer)):
        return None
    return share(text_language(c.text) == question.language for c in said)


def disagreement_recall(question: Question, answer: Answer | None) -> float | None:
    """The share of contradicting facts that the answer shows as a disagreement.

    Over questions whose articles contradict one another. A fact counts where one of the values
    of a conflict says it, or cites a place that does: stating one side alone is not enough.
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
    """1 where a question that no articles contradict one another on is shown a disagreement.

    Over answered questions without a disagreement or a false value of their own. A question of
    another type may still have its articles disagree by the way, so a few are no false alarms.
    """
    expected = question.type == "disagreement" or question.false_values
    if expected or answer is None or answer.status == "abstained":
        return None
    return float(any(not any(v.superseded for v in c.values) for c in answer.conflicts))


def _short_answers(question: Question) -> tuple[str, ...] | None:
    """The wordings of the one fact of a question, None where it has no short answer."""
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
