"""The questions of a test collection (`eval.collection`) with what a right answer to them is.

Beside what retrieval needs, a line of `questions.jsonl` may tell:

    answers            wordings, any of which will do
    answer_slots       lists of wordings, each of which must be said
    nuggets            sentences, each of which should be said
    answerable         false where no document answers
    type               the collection's own word for the kind of question
    evidence           the sentences of the documents that support the answer
    relevant_slots     for each slot, the documents that support it
    maybe_relevant     documents that nobody judged
    wrong_answers, attack_keywords    what false documents among the true ones say
    withheld_answers   true, but their documents were taken out
    question_date      the day of asking

Gold spans are the evidence where it is given and found, else the relevant documents whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.collection import draw, read_records, text_of, unusable
from eval.questions import Fact, GoldSpan, Question
from eval.wording import normalise
from rag.text.languages import text_language
from rag.text.written_dates import read_published
from rag.types import Document


def read_answer_set(
    folder: Path, documents: Iterable[Document], limit: int | None = None
) -> tuple[Question, ...]:
    """The questions in `folder`, or `limit` of them drawn at random, always the same ones.

    Raises `ConfigError` for a file that is missing or has a line that can't be used.
    """
    by_id = {document.doc_id: document for document in documents}
    records = list(read_records(folder, "questions"))
    return tuple(_question(*records[i], by_id) for i in draw(len(records), limit))


def _question(record: dict[str, Any], where: str, documents: Mapping[str, Document]) -> Question:
    question_id, text = text_of(record, "id", where), text_of(record, "question", where)
    answerable = record.get("answerable", True) is not False
    facts = tuple(_facts(record, where)) if answerable else ()
    asked = read_published(record.get("question_date"), "en")
    return Question(
        question_id=question_id,
        group=question_id,
        cluster=question_id,
        language=text_language(text),
        type=str(record.get("type") or "question"),
        text=text,
        answerable=answerable,
        facts=facts,
        spans=tuple(_spans(record, facts, where, documents)) if answerable else (),
        today=asked.moment.date() if asked else None,
        false_values=_texts(record, "wrong_answers", where)
        + _texts(record, "attack_keywords", where),
        withheld=_texts(record, "withheld_answers", where),
        unjudged=_texts(record, "maybe_relevant", where),
    )


def _facts(record: dict[str, Any], where: str) -> Iterable[Fact]:
    answers = _texts(record, "answers", where)
    if slots := _slots(record, "answer_slots", where):
        wordings = slots
    elif nuggets := _texts(record, "nuggets", where):
        wordings = [(nugget,) for nugget in nuggets]
    else:
        wordings = [answers]
    if not all(wordings):
        raise unusable(where, "an answerable question needs `answers`")
    return (Fact(fact_id=str(i), accept=accept) for i, accept in enumerate(wordings))


def _spans(
    record: dict[str, Any],
    facts: Sequence[Fact],
    where: str,
    documents: Mapping[str, Document],
) -> Iterable[GoldSpan]:
    slots = _slots(record, "relevant_slots", where)
    evidence = _texts(record, "evidence", where)
    for doc_id in _texts(record, "relevant", where):
        if doc_id not in documents:
            raise unusable(where, f"the relevant document {doc_id!r} is not in the corpus")
        text = documents[doc_id].text
        supported = tuple(
            fact.fact_id
            for i, fact in enumerate(facts)
            if len(slots) != len(facts) or doc_id in slots[i]
        )
        for quote in [quote for quote in dict.fromkeys(evidence) if quote in text] or [text]:
            start = text.index(quote)
            yield GoldSpan(
                doc_id=doc_id,
                quote=quote,
                start=start,
                end=start + len(quote),
                facts=supported,
            )


def _slots(record: Mapping[str, Any], key: str, where: str) -> list[tuple[str, ...]]:
    slots = record.get(key) or []
    if not isinstance(slots, list):
        raise unusable(where, f"`{key}` is no list")
    return [_usable(slot, where) for slot in slots]


def _texts(record: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    values = record.get(key) or ()
    if not isinstance(values, list | tuple):
        raise unusable(where, f"`{key}` is no list")
    return _usable(values, where)


def _usable(values: object, where: str) -> tuple[str, ...]:
    """The values as texts, without those that any text would hold."""
    if not isinstance(values, list | tuple):
        raise unusable(where, "a slot is no list")
    return tuple(str(value) for value in values if normalise(str(value)))
