"""Measure if answers are given when, and only when, possible. A `partial` one is an answer."""

from __future__ import annotations

from eval.metrics.facts import check_facts, claims
from eval.metrics.places import cites
from eval.questions import Question
from eval.wording import states
from rag.types import Answer


def abstention_recall(question: Question, answer: Answer | None) -> float | None:
    """Return 1 if an unanswerable question got an abstention, else 0."""
    if not question.expects_abstention:
        return None
    return float(_abstained(answer))


def abstention_precision(question: Question, answer: Answer | None) -> float | None:
    """Return 1 if an abstention was right because no answer was possible, else 0."""
    if not _abstained(answer):
        return None
    return float(not question.answerable)


def false_abstention(question: Question, answer: Answer | None) -> float | None:
    """Return 1 if an answerable question got an abstention or the run failed on it, else 0."""
    if not question.answerable:
        return None
    return float(answer is None or _abstained(answer))


def answered_wrong(question: Question, answer: Answer | None) -> float | None:
    """Return 1 if an answerable question got sentences with none of its facts, else 0.

    This is worse than a false abstention, because it misleads a reader who trusts it. It is also 1
    if the run failed.
    """
    if not question.answerable:
        return None
    shown = not _abstained(answer)
    return float(shown and not any(fact.stated for fact in check_facts(question, answer)))


def false_premise_right(question: Question, answer: Answer | None) -> float | None:
    """Return 1 if the answer abstains, or cites the place that contradicts the premise, else 0."""
    if question.answerable or not question.facts:
        return None
    if answer is None:
        return 0.0
    corrected = any(cites(c, span) for c in answer.citations for span in question.spans)
    return float(_abstained(answer) or corrected)


def false_value_undisputed(question: Question, answer: Answer | None) -> float | None:
    """Return 1 if a planted false value is given without any objection, else 0.

    This means that the true value is not stated too, and no conflict is shown.

    It applies to questions of test collections with such values. It follows RGB's error detection
    (Chen et al., 2024, arXiv:2309.01431), but measures what is shown instead of what a model was
    told.
    """
    if not question.false_values:
        return None
    said = [claim.text for claim in claims(answer)]
    misled = states(said, question.false_values) and not any(
        states(said, fact.accept) for fact in question.facts
    )
    return float(misled and not (answer and answer.conflicts))


def answered_from_memory(question: Question, answer: Answer | None) -> float | None:
    """Return 1 if the answer states the true value although its articles were removed, else 0.

    Such a sentence comes from a model's memory, and no article can support it.
    """
    if not question.withheld:
        return None
    return float(states([claim.text for claim in claims(answer)], question.withheld))


def _abstained(answer: Answer | None) -> bool:
    return answer is not None and answer.status == "abstained"
