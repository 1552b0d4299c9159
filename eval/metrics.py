"""What an answer is worth: pure functions of one question and the answer it got.

Each returns a value in 0..1, or None where the metric says nothing about this question; None is
left out of a mean, it is not zero. A question without an answer (the run failed on it) is scored
as the worst that the metric knows, so that failing never raises a mean.

| metric               | over which questions | better |
|----------------------|----------------------|--------|
| recall@5             | answerable           | higher |
| MRR                  | answerable           | higher |
| fact recall          | answerable           | higher |
| citation recall      | answerable           | higher |
| citation precision   | answerable, with at least one citation shown | higher |
| right abstentions    | unanswerable, adversarial | higher |
| false abstentions    | answerable           | lower  |
| answered wrong       | answerable           | lower  |
| false premises right | false premise        | higher |

A `partial` answer counts as answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from eval.questions import UNANSWERED, GoldSpan, Question
from eval.wording import states
from rag.types import Answer, Citation, Passage

CUTOFF = 5
"""How many of the best hits recall@5 looks at."""

SUBSTANTIAL = 0.5
"""The share of a place that has to be shared before two places count as the same."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A named metric; `score` gives None for a question it doesn't apply to."""

    name: str
    score: Callable[[Question, Answer | None], float | None]
    higher_is_better: bool = True


# --- when two places are the same -------------------------------------------------------------


def covers(passage: Passage, span: GoldSpan) -> bool:
    """True if the passage holds at least half of the gold span's characters."""
    if passage.doc_id != span.doc_id:
        return False
    return _shared(passage.start, passage.end, span) >= SUBSTANTIAL * (span.end - span.start)


def cites(citation: Citation, span: GoldSpan) -> bool:
    """True if citation and gold span share at least half of the shorter of the two.

    Of the shorter, because a program cites whole sentences while a gold span may be the clause
    that matters, or the other way round; two neighbours that touch don't count.
    """
    if citation.doc_id != span.doc_id:
        return False
    shorter = min(citation.end - citation.start, span.end - span.start)
    return _shared(citation.start, citation.end, span) >= SUBSTANTIAL * max(shorter, 1)


def _shared(start: int, end: int, span: GoldSpan) -> int:
    return min(end, span.end) - max(start, span.start)


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


# --- retrieval --------------------------------------------------------------------------------


def recall_at_5(question: Question, answer: Answer | None) -> float | None:
    """The share of reference facts for which one of the five best hits covers a gold span.

    Facts, not spans: where three articles state a fact, finding one of them is enough. With one
    fact to a question this is the recall@k (success@k) of question answering.
    """
    if not question.answerable:
        return None
    return _share(fact.found for fact in check_facts(question, answer))


def reciprocal_rank(question: Question, answer: Answer | None) -> float | None:
    """1 / rank of the first hit that covers any gold span; 0 where none does.

    Its mean is the MRR of TREC-8 question answering (Voorhees, 1999). Spans without facts count,
    since they are places a good answer may cite.
    """
    if not question.answerable:
        return None
    for rank, hit in enumerate(answer.hits if answer else (), start=1):
        if any(covers(hit.passage, span) for span in question.spans):
            return 1 / rank
    return 0.0


# --- answer -----------------------------------------------------------------------------------


def fact_recall(question: Question, answer: Answer | None) -> float | None:
    """The share of reference facts that the statements shown have in an accepted wording.

    What was left out by verification is not shown, and doesn't count. See `eval.wording` for
    when a wording is found, and for what this can't tell.
    """
    if not question.answerable:
        return None
    return _share(fact.stated for fact in check_facts(question, answer))


# --- citations: after ALCE (Gao et al., 2023, arXiv:2305.14627, section 4) --------------------
#
# ALCE asks an entailment model whether the passages cited support each sentence. Here the
# supporting places were marked by hand beforehand, so no model judges: both measures compare the
# places cited with the gold spans. ALCE's recall is over the sentences of the answer; ours is over
# the facts that the answer should have had, so saying little doesn't raise it.


def citation_recall(question: Question, answer: Answer | None) -> float | None:
    """The share of reference facts for which the answer cites one of the fact's gold spans.

    The denominator is all facts of the question: an abstention has 0.
    """
    if not question.answerable:
        return None
    return _share(fact.cited for fact in check_facts(question, answer))


def citation_precision(question: Question, answer: Answer | None) -> float | None:
    """The share of distinct citations shown that cite some gold span of the question.

    None where no citation is shown: there is nothing that could be wrong. The place may support
    any of the facts, so this measures relevance; whether each sentence is supported by its own
    citation is what the program itself verifies.
    """
    if not question.answerable or answer is None or not answer.citations:
        return None
    return _share(any(cites(c, span) for span in question.spans) for c in answer.citations)


# --- abstention -------------------------------------------------------------------------------


def right_abstention(question: Question, answer: Answer | None) -> float | None:
    """1 for an unanswerable question that got no answer on purpose, else 0."""
    if question.type not in UNANSWERED:
        return None
    return float(answer is not None and answer.status == "abstained")


def false_abstention(question: Question, answer: Answer | None) -> float | None:
    """1 for an answerable question that was abstained on (or that the run failed on), else 0."""
    if not question.answerable:
        return None
    return float(answer is None or answer.status == "abstained")


def answered_wrong(question: Question, answer: Answer | None) -> float | None:
    """1 for an answerable question that got sentences with none of its facts, else 0.

    Worse than a false abstention: a reader who trusts it is misled. 1 where the run failed.
    """
    if not question.answerable:
        return None
    shown = answer is None or answer.status != "abstained"
    return float(shown and not any(fact.stated for fact in check_facts(question, answer)))


def false_premise_right(question: Question, answer: Answer | None) -> float | None:
    """1 where the answer abstains, or cites the place that contradicts the premise; else 0."""
    if question.type != "false_premise":
        return None
    if answer is None:
        return 0.0
    corrected = any(cites(c, span) for c in answer.citations for span in question.spans)
    return float(answer.status == "abstained" or corrected)


RECALL_AT_5 = Metric(name="recall@5", score=recall_at_5)
MRR = Metric(name="MRR", score=reciprocal_rank)
FACT_RECALL = Metric(name="fact recall", score=fact_recall)
CITATION_RECALL = Metric(name="citation recall", score=citation_recall)
CITATION_PRECISION = Metric(name="citation precision", score=citation_precision)
RIGHT_ABSTENTIONS = Metric(name="right abstentions", score=right_abstention)
FALSE_ABSTENTIONS = Metric(name="false abstentions", score=false_abstention, higher_is_better=False)
ANSWERED_WRONG = Metric(name="answered wrong", score=answered_wrong, higher_is_better=False)
FALSE_PREMISES_RIGHT = Metric(name="false premises right", score=false_premise_right)

METRICS = (
    RECALL_AT_5,
    MRR,
    FACT_RECALL,
    CITATION_RECALL,
    CITATION_PRECISION,
    RIGHT_ABSTENTIONS,
    FALSE_ABSTENTIONS,
    ANSWERED_WRONG,
    FALSE_PREMISES_RIGHT,
)


def falls_short(scores: Mapping[str, float]) -> bool:
    """Whether any of a question's scores, by metric, is short of its best value; ranks don't count.

    The rank is left out because a gold passage in second place leads to the same answer.
    """
    return any(
        scores[metric.name] != float(metric.higher_is_better)
        for metric in METRICS
        if metric is not MRR and metric.name in scores
    )


def _share(flags: Iterable[bool]) -> float:
    values = list(flags)
    return sum(values) / len(values)
