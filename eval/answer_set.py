"""Read the questions of a test collection (`eval.collection`), with their right answers.

Besides what retrieval needs, a line of `questions.jsonl` may have:

    answers            wordings; one of them is enough
    answer_slots       lists of wordings; one of each list must be in the answer
    nuggets            sentences; each should be in the answer
    answerable         false if no document answers
    type               the collection's own name for the kind of question
    evidence           the sentences of the documents that support the answer
    relevant_slots     for each slot, the documents that support it
    maybe_relevant     documents that nobody judged
    wrong_answers, attack_keywords    what false documents among the true ones say
    withheld_answers   true answers whose documents were removed
    question_date      the day of asking

Gold spans are the evidence, if it is given and found, or else the whole relevant documents.
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
    """Return the questions in `folder`, or a fixed random sample of `limit` of them.

    Raises `ConfigError` if a file is missing or has an unusable line.
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
        raise unusable(where, f"`{key}` is not a list")
    return [_usable(slot, where) for slot in slots]


def _texts(record: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    values = record.get(key) or ()
    if not isinstance(values, list | tuple):
        raise unusable(where, f"`{key}` is not a list")
    return _usable(values, where)


def _usable(values: object, where: str) -> tuple[str, ...]:
    """Return the values as texts, without empty ones, which any text would contain."""
    if not isinstance(values, list | tuple):
        raise unusable(where, "a slot is not a list")
    return tuple(str(value) for value in values if normalise(str(value)))
