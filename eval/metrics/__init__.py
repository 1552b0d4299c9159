"""The metrics: pure functions of a question and its answer.

Each returns a value in 0..1, or None if the metric does not apply to the question. None is left out
of a mean; it is not zero. A question without an answer (the run failed on it) gets the worst score
of the metric, so that failing never raises a mean.

| metric               | over which questions                        | better |
|----------------------|---------------------------------------------|--------|
| recall@5, MRR, nDCG@10 | answerable                                | higher |
| fact recall          | answerable                                  | higher |
| fact precision       | answerable, with at least one claim shown   | higher |
| exact match, character F1 | answerable, with one fact               | higher |
| citation recall      | answerable                                  | higher |
| citation precision   | answerable, with at least one citation shown | higher |
| abstention recall    | unanswerable, adversarial                   | higher |
| abstention precision | those with an abstention                    | higher |
| false abstentions    | answerable                                  | lower  |
| answered wrong       | answerable                                  | lower  |
| false premises right | false premise                               | higher |
| disagreement recall  | disagreement                                | higher |
| other disagreements  | answered, without one of their own          | lower  |
| language fidelity    | with at least one claim shown               | higher |
| false value undisputed | of test collections with planted values   | lower  |
| answered from memory | of test collections with withheld articles  | lower  |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from eval.metrics import abstention, citations, facts, retrieval
from eval.questions import Question
from rag.types import Answer


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A named metric. `score` gives None for a question to which it does not apply.

    `decides` says if a value below the best counts as a failure of the question. A rank does not: a
    gold passage in second place leads to the same answer. A form of wording does not either.
    """

    name: str
    score: Callable[[Question, Answer | None], float | None]
    higher_is_better: bool = True
    decides: bool = True


METRICS = (
    Metric(name="recall@5", score=retrieval.recall_at_5),
    Metric(name="MRR", score=retrieval.reciprocal_rank, decides=False),
    Metric(name="nDCG@10", score=retrieval.ndcg_at_10, decides=False),
    Metric(name="fact recall", score=facts.fact_recall),
    Metric(name="fact precision", score=facts.fact_precision, decides=False),
    Metric(name="exact match", score=facts.exact_match, decides=False),
    Metric(name="character F1", score=facts.character_f1, decides=False),
    Metric(name="citation recall", score=citations.citation_recall),
    Metric(name="citation precision", score=citations.citation_precision),
    Metric(name="abstention recall", score=abstention.abstention_recall),
    Metric(name="abstention precision", score=abstention.abstention_precision, decides=False),
    Metric(name="false abstentions", score=abstention.false_abstention, higher_is_better=False),
    Metric(name="answered wrong", score=abstention.answered_wrong, higher_is_better=False),
    Metric(name="false premises right", score=abstention.false_premise_right),
    Metric(name="disagreement recall", score=facts.disagreement_recall),
    Metric(
        name="other disagreements",
        score=facts.other_disagreements,
        higher_is_better=False,
        decides=False,
    ),
    Metric(name="language fidelity", score=facts.language_fidelity, decides=False),
    Metric(
        name="false value undisputed",
        score=abstention.false_value_undisputed,
        higher_is_better=False,
    ),
    Metric(
        name="answered from memory", score=abstention.answered_from_memory, higher_is_better=False
    ),
)


def falls_short(scores: Mapping[str, float]) -> bool:
    """Return True if any deciding score of a question is below its best value."""
    return any(
        scores[metric.name] != float(metric.higher_is_better)
        for metric in METRICS
        if metric.decides and metric.name in scores
    )
