"""Ask every question and summarise the scores.

The runner needs only the function `ask` of an assistant. `eval.opening` makes one from a folder of
articles or a test collection.
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
"""A function that answers a question, given the earlier answers of the conversation, oldest
first."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A question and its result: an answer, or the error that prevented it.

    `scores` has one value per metric of `METRICS`, in that order, or None if the metric does not
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
        """True if any metric failed, as defined by `falls_short`."""
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
    """Ask every question and score each answer. `on_progress` gets each new outcome at once.

    Questions in `done`, by id, are not asked again.

    A question that raises `RagError` is an outcome without an answer and counts in the means. Any
    other exception is a bug and ends the run.
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
    """Return the answers up to that of `last`. Questions left out by a sample are asked now."""
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
    """Return the outcome of a question, with its scores."""
    scores = tuple(metric.score(question, answer) for metric in METRICS)
    return Outcome(question=question, answer=answer, error=error, scores=scores, seconds=seconds)


def summarise(outcomes: Sequence[Outcome]) -> tuple[Row, ...]:
    """Return a row per slice and metric: overall, then by language, then by type.

    A metric that applies to no question of a slice has a row with n = 0.
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
