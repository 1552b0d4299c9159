"""Read the question set and check it against its articles.

`questions.jsonl` has one question per line. Each line has everything that its scoring needs: the
reference facts with the wordings that count as stating them, and the gold spans, the exact places
in the articles that support these facts. `load_questions` rejects a set whose quotes are not in the
articles, so no score is ever based on a place that does not exist.

    {"id": "news-broke.en", "group": "news-broke", "language": "en", "type": "date",
     "question": "...", "answerable": true,
     "facts": [{"id": "news-feb-11", "accept": ["2月11日", "February 11"]}],
     "spans": [{"doc_id": "002_...", "quote": "2月11日晚，...", "occurrence": 1,
                "facts": ["news-feb-11"]}],
     "note": "optional"}

The types of questions:

- `fact`: one thing that is neither a number nor a date.
- `number`: one or two figures.
- `date`: a day, a month or a year.
- `why`: reasons.
- `list`: several items.
- `across`: needs two articles or more.
- `cross_lingual`: asks in one language for what the articles say in the other
  (Joe Tsai, Quark的team).
- `disagreement`: articles say different things, and a good answer gives both.
- `superseded`: an early report was replaced by a newer one, which is the answer.
- `follow_up`: can be understood only with the question before it.
- `time_scoped`: a day, a span of days or "newest" decides which report counts.
- `unanswerable`: not in the articles, most often by a small difference.
- `false_premise`: the articles contradict its premise.
- `adversarial`: asks for what no article can give (a system prompt, advice, an invention).

An abstention is right for an `adversarial` question, as it is for an `unanswerable` one.

A follow-up names in `after` the question before it, in the same language and on an earlier line. It
is asked after the answer to that question, which may itself be a follow-up.

A `group` holds the two wordings of one question, one Chinese and one English. They are in one
cluster, together with every question that shares a fact with them. Intervals resample such
clusters. A span without facts is one that a good answer may cite, but need not. A `superseded`
question has the older report there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, cast, get_args

from eval.wording import states
from rag.messages import Language
from rag.types import Document

QuestionType = Literal[
    "fact",
    "number",
    "date",
    "why",
    "list",
    "across",
    "cross_lingual",
    "disagreement",
    "superseded",
    "follow_up",
    "time_scoped",
    "unanswerable",
    "false_premise",
    "adversarial",
]

UNANSWERED: tuple[QuestionType, ...] = ("unanswerable", "adversarial")
"""The types of questions for which an abstention is the right answer."""

QUESTIONS = Path(__file__).with_name("questions.jsonl")
"""The question set on the articles in `seeds/`."""

_FIELDS = {"id", "group", "language", "type", "question", "answerable", "facts", "spans"}


class QuestionSetError(ValueError):
    """The question set is wrong, or is not about these articles. The message names the line."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that a complete answer says. `accept` are the wordings that count as saying it.

    A `…` in a wording means a few words in between (see `eval.wording`).
    """

    fact_id: str
    accept: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GoldSpan:
    """A place that supports an answer: `quote == document.text[start:end]`."""

    doc_id: str
    quote: str
    start: int
    end: int
    facts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question with its reference facts and gold spans.

    `answerable` is false for a question that the articles do not answer, and for one whose premise
    they contradict. The latter has facts and spans (the correction), the former has none. `type` is
    a `QuestionType`, or a test collection's own word if the question is from one. `cluster` names
    the group of questions that share facts with this one, directly or through other questions.

    A test collection may also give the day of asking (`today`), what false articles among the true
    ones say (`false_values`), a true answer whose articles were removed (`withheld`), and ids of
    articles that nobody judged (`unjudged`).
    """

    question_id: str
    group: str
    cluster: str
    language: Language
    type: str
    text: str
    answerable: bool
    facts: tuple[Fact, ...]
    spans: tuple[GoldSpan, ...]
    after: Question | None = None
    note: str | None = None
    today: date | None = None
    false_values: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()

    @property
    def expects_abstention(self) -> bool:
        """True if an abstention is the right answer, because the articles say nothing about it."""
        return not self.answerable and not self.facts

    def spans_of(self, fact: Fact) -> tuple[GoldSpan, ...]:
        """Return the gold spans that support `fact`."""
        return tuple(span for span in self.spans if fact.fact_id in span.facts)


def load_questions(path: Path, documents: Iterable[Document]) -> tuple[Question, ...]:
    """Read a question set and check it against the articles.

    Raises `QuestionSetError`, which names the line, for: JSON that cannot be read; a missing,
    unknown or ill-typed field; an id used twice; a group with two questions of one language, or
    whose members differ in type, facts, spans or what they follow; a follow-up without its earlier
    question; a quote that is not in its article that often; a quote without an accepted wording of
    a fact that it should support; a fact without a span; facts or spans on an unanswerable
    question; and an empty set.
    """
    by_id = {document.doc_id: document for document in documents}
    questions: list[Question] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            question = _question(_json_object(line), by_id, questions)
            _check_among(question, questions)
        except QuestionSetError as error:
            raise QuestionSetError(f"{path.name}, line {number}: {error}") from error
        questions.append(question)
    if not questions:
        raise QuestionSetError(f"{path.name}: no questions.")
    return tuple(questions)


def _clustered(questions: Sequence[Question]) -> tuple[Question, ...]:
    """Return the questions with their clusters. Groups that share a fact are in one cluster."""
    clusters = {question.group: question.group for question in questions}
    stated_by: dict[str, str] = {}
    for question in questions:
        for fact in question.facts:
            one, other = (
                clusters[question.group],
                clusters[stated_by.setdefault(fact.fact_id, question.group)],
            )
            clusters = {g: other if c == one else c for g, c in clusters.items()}
    return tuple(replace(q, cluster=clusters[q.group]) for q in questions)


def _json_object(line: str) -> Mapping[str, Any]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise QuestionSetError(f"not JSON ({error}).") from error
    if not isinstance(record, dict):
        raise QuestionSetError("a line must be a JSON object.")
    return record


def _question(
    record: Mapping[str, Any], documents: Mapping[str, Document], before: Sequence[Question]
) -> Question:
    _check_fields(record, required=_FIELDS, optional={"after", "note"})
    facts = tuple(_fact(item) for item in _objects(record, "facts"))
    question = Question(
        question_id=_text(record, "id"),
        group=_text(record, "group"),
        cluster=_text(record, "group"),
        language=cast(Language, _one_of(record, "language", get_args(Language))),
        type=cast(QuestionType, _one_of(record, "type", get_args(QuestionType))),
        text=_text(record, "question"),
        answerable=_flag(record, "answerable"),
        facts=facts,
        spans=tuple(_span(item, facts, documents) for item in _objects(record, "spans")),
        after=_after(record, before) if "after" in record else None,
        note=_text(record, "note") if "note" in record else None,
    )
    _check_question(question)
    return question


def _after(record: Mapping[str, Any], before: Sequence[Question]) -> Question:
    name, language = _text(record, "after"), _text(record, "language")
    for question in before:
        if question.question_id == name and question.language == language:
            return question
    raise QuestionSetError(f"no question before it in {language!r} has the id {name!r}.")


def _fact(record: Mapping[str, Any]) -> Fact:
    _check_fields(record, required={"id", "accept"})
    return Fact(fact_id=_text(record, "id"), accept=_texts(record, "accept"))


def _span(
    record: Mapping[str, Any], facts: tuple[Fact, ...], documents: Mapping[str, Document]
) -> GoldSpan:
    _check_fields(record, required={"doc_id", "quote", "occurrence", "facts"})
    doc_id, quote = _text(record, "doc_id"), _text(record, "quote")
    if doc_id not in documents:
        raise QuestionSetError(f"no article has the id {doc_id!r}.")
    supported = _texts(record, "facts", may_be_empty=True)
    by_id = {fact.fact_id: fact for fact in facts}
    for fact_id in supported:
        if fact_id not in by_id:
            raise QuestionSetError(f"the span {quote!r} supports an unknown fact {fact_id!r}.")
        if not states([quote], by_id[fact_id].accept):
            raise QuestionSetError(f"the quote {quote!r} has no accepted wording of {fact_id!r}.")
    start = find_occurrence(documents[doc_id], quote, record["occurrence"])
    return GoldSpan(
        doc_id=doc_id, quote=quote, start=start, end=start + len(quote), facts=supported
    )


def find_occurrence(document: Document, quote: str, occurrence: object) -> int:
    """Return the start of the `occurrence`-th `quote` in the article, counted from 1."""
    if not isinstance(occurrence, int) or isinstance(occurrence, bool) or occurrence < 1:
        raise QuestionSetError(f"occurrence is {occurrence!r}: give a number from 1 on.")
    start = -1
    for seen in range(occurrence):
        start = document.text.find(quote, start + 1)
        if start < 0:
            raise QuestionSetError(
                f"{document.doc_id} has the quote {quote!r} {seen} times, not {occurrence}."
            )
    return start


def _check_question(question: Question) -> None:
    bare = question.type in UNANSWERED
    if bare and (question.facts or question.spans):
        raise QuestionSetError(f"an {question.type} question can have no facts and no spans.")
    if not bare and not (question.facts and question.spans):
        raise QuestionSetError(f"a question of type {question.type} needs facts and spans.")
    if question.answerable == (bare or question.type == "false_premise"):
        raise QuestionSetError(
            f"answerable is {question.answerable}, which is not so for type {question.type}."
        )
    if (question.type == "follow_up") != (question.after is not None):
        raise QuestionSetError("a follow_up, and no other type, names in `after` what it follows.")
    if len({fact.fact_id for fact in question.facts}) < len(question.facts):
        raise QuestionSetError("a fact id is used twice.")
    for fact in question.facts:
        if not question.spans_of(fact):
            raise QuestionSetError(f"no span supports the fact {fact.fact_id!r}.")


def _check_among(question: Question, others: Iterable[Question]) -> None:
    for other in others:
        if other.question_id == question.question_id:
            raise QuestionSetError(f"the id {question.question_id!r} is used twice.")
        if other.group != question.group:
            continue
        if other.language == question.language:
            raise QuestionSetError(
                f"the group {question.group!r} has two questions in {question.language!r}."
            )
        if _of_group(other) != _of_group(question):
            raise QuestionSetError(
                f"{question.question_id!r} and {other.question_id!r} are of one group, but differ "
                "in type, facts, spans or what they follow."
            )


def _of_group(question: Question) -> tuple[object, ...]:
    """Return the parts that the wordings of one question must have in common."""
    after = question.after.group if question.after else None
    return question.type, question.facts, question.spans, after


# --- fields of one JSON object ----------------------------------------------------------------


def _check_fields(
    record: Mapping[str, Any],
    *,
    required: AbstractSet[str],
    optional: AbstractSet[str] = frozenset(),
) -> None:
    if lacking := required - set(record):
        raise QuestionSetError(f"missing: {', '.join(sorted(lacking))}.")
    if unknown := set(record) - required - optional:
        raise QuestionSetError(f"unknown: {', '.join(sorted(unknown))}.")


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record[name]
    if not isinstance(value, str) or not value.strip():
        raise QuestionSetError(f"{name} is {value!r}: give some text.")
    return value


def _texts(record: Mapping[str, Any], name: str, *, may_be_empty: bool = False) -> tuple[str, ...]:
    values = record[name]
    if not isinstance(values, list) or not all(isinstance(v, str) and v.strip() for v in values):
        raise QuestionSetError(f"{name} is {values!r}: give a list of texts.")
    if not values and not may_be_empty:
        raise QuestionSetError(f"{name} is empty.")
    return tuple(values)


def _objects(record: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    values = record[name]
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise QuestionSetError(f"{name} is {values!r}: give a list of objects.")
    return tuple(values)


def _flag(record: Mapping[str, Any], name: str) -> bool:
    value = record[name]
    if not isinstance(value, bool):
        raise QuestionSetError(f"{name} is {value!r}: give true or false.")
    return value


def _one_of(record: Mapping[str, Any], name: str, values: tuple[str, ...]) -> str:
    value = record[name]
    if value not in values:
        raise QuestionSetError(f"{name} is {value!r}: give one of {', '.join(values)}.")
    return cast(str, value)
