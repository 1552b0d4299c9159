"""Asking every question, and adding up what the answers are worth.

The runner knows an assistant only as `ask`, the one path of a question; `eval.opening` makes one
from a folder of articles or a test collection.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.intervals import Estimate, Observation, estimate
from eval.metrics import METRICS, falls_short
from eval.questions import Question
from rag.errors import RagError
from rag.types import Answer

Ask = Callable[[Question, Sequence[Answer]], Answer]
"""A question and the answers before it in the conversation, oldest first, to an answer."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A question and what came of it: an answer, or the error that stood in its way.

    `scores` has one value per metric of `METRICS`, in that order; None where the metric doesn't
    apply. `seconds` is the wall time of the call.
    """

    question: Question
    answer: Answer | None
    error: str | None
    scores: tuple[float | None, ...]
    seconds: float

    @property
    def by_metric(self) -> dict[str, float]:
        """The scores that apply, by metric."""
        found = zip(METRICS, self.scores, strict=True)
        return {metric.name: score for metric, score in found if score is not None}

    @property
    def failed(self) -> bool:
        """Whether any metric fell short, as `falls_short` has it."""
        return falls_short(self.by_metric)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One metric over one slice of the questions (`overall`, a language, or a type)."""

    slice: str
    metric: str
    estimate: Estimate


def run(
    questions: Iterable[Question],
    ask: Ask,
    on_progress: Callable[[Outcome], None] | None = None,
    done: Mapping[str, Outcome] | None = None,
) -> tuple[Outcome, ...]:
    """Ask every question and score each answer; `on_progress` sees each new outcome at once.

    What is `done` already, by the id of its question, is not asked again.

    A question that raises `RagError` is an outcome without an answer and counts in the means;
    any other exception is a bug and ends the run.
    """
    answered = {name: outcome.answer for name, outcome in (done or {}).items()}
    outcomes = []
    for question in questions:
        outcome = (done or {}).get(question.question_id)
        if outcome is None:
            outcome = _ask(question, ask, answered)
            if on_progress:
                on_progress(outcome)
        answered[question.question_id] = outcome.answer
        outcomes.append(outcome)
    return tuple(outcomes)


def _ask(question: Question, ask: Ask, answered: dict[str, Answer | None]) -> Outcome:
    answer, error = None, None
    began = time.perf_counter()
    try:
        history = _conversation(question.after, ask, answered)
        began = time.perf_counter()
        answer = ask(question, history)
    except RagError as raised:
        error = str(raised)
    return scored(question, answer, error=error, seconds=time.perf_counter() - began)


def _conversation(
    last: Question | None, ask: Ask, answered: dict[str, Answer | None]
) -> tuple[Answer, ...]:
    """The answers up to that of `last`; those that a sample left out are asked for now."""
    if last is None:
        return ()
    before = _conversation(last.after, ask, answered)
    if last.question_id not in answered:
        answered[last.question_id] = ask(last, before)
    answer = answered[last.question_id]
    return (*before, answer) if answer else before


def scored(
    question: Question, answer: Answer | None, *, error: str | None, seconds: float
) -> Outcome:
    """What came of a question, with its scores."""
    scores = tuple(metric.score(question, answer) for metric in METRICS)
    return Outcome(question=question, answer=answer, error=error, scores=scores, seconds=seconds)


def summarise(outcomes: Sequence[Outcome]) -> tuple[Row, ...]:
    """A row per slice and metric: overall, then by language, then by type.

    Rows to which no question of the slice belongs are there with n = 0.
    """
    languages = sorted({o.question.language for o in outcomes}, reverse=True)
    types = sorted({o.question.type for o in outcomes})
    slices: list[tuple[str, list[Outcome]]] = [("overall", list(outcomes))]
    slices += [(name, [o for o in outcomes if o.question.language == name]) for name in languages]
    slices += [(name, [o for o in outcomes if o.question.type == name]) for name in types]
    return tuple(
        Row(slice=name, metric=metric.name, estimate=_estimate(members, position))
        for name, members in slices
        for position, metric in enumerate(METRICS)
    )


def _estimate(outcomes: Iterable[Outcome], position: int) -> Estimate:
    observations = []
    for outcome in outcomes:
        score = outcome.scores[position]
        if score is not None:
            observations.append(Observation(group=outcome.question.cluster, value=score))
    return estimate(observations)
