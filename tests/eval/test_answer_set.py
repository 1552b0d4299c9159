"""Test collections as question sets."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eval.answer_set import read_answer_set
from eval.collection import is_collection, read_documents
from eval.questions import Question
from rag.errors import ConfigError

CORPUS = (
    {"id": "a", "text": "港口在三月关闭，造成12人失业。"},
    {"id": "b", "text": "The harbour closed in March. It was cold.", "lang": "en"},
)
QUESTION = {"id": "q1", "question": "港口何时关闭？", "answers": ["三月"], "relevant": ["a"]}


def read(folder: Path, *questions: dict[str, Any], limit: int | None = None) -> list[Question]:
    for name, records in (("corpus", CORPUS), ("questions", questions)):
        lines = [json.dumps(record, ensure_ascii=False) for record in records]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert is_collection(folder)
    return list(read_answer_set(folder, read_documents(folder), limit))


def test_any_answer_will_do_and_a_relevant_document_is_gold_whole(tmp_path: Path) -> None:
    (question,) = read(tmp_path, {**QUESTION, "answers": ["三月", "3月", " "], "type": "quiz"})
    assert (question.type, question.language, question.answerable) == ("quiz", "zh", True)
    (fact,) = question.facts
    assert fact.accept == ("三月", "3月")
    (span,) = question.spans
    assert (span.doc_id, span.start, span.quote) == ("a", 0, CORPUS[0]["text"])
    assert span.facts == (fact.fact_id,)


def test_each_slot_is_a_fact_with_its_own_documents(tmp_path: Path) -> None:
    slots = {
        "answer_slots": [["三月"], ["12人", "十二人"]],
        "relevant": ["a", "b"],
        "relevant_slots": [["a", "b"], ["a"]],
    }
    (question,) = read(tmp_path, {**QUESTION, **slots})
    first, second = question.facts
    assert second.accept == ("12人", "十二人")
    assert [s.doc_id for s in question.spans_of(first)] == ["a", "b"]
    assert [s.doc_id for s in question.spans_of(second)] == ["a"]


def test_evidence_is_gold_where_it_stands(tmp_path: Path) -> None:
    given = {"relevant": ["b"], "evidence": ["It was cold.", "not there"], "nuggets": ["x", "y"]}
    (question,) = read(tmp_path, {**QUESTION, **given})
    (span,) = question.spans
    assert (span.quote, span.start) == ("It was cold.", 29)
    assert [fact.accept for fact in question.facts] == [("x",), ("y",)]


def test_what_else_a_collection_tells(tmp_path: Path) -> None:
    told = {
        "question_date": "2025-02-14",
        "wrong_answers": ["四月"],
        "attack_keywords": ["广告"],
        "maybe_relevant": ["b"],
    }
    unanswerable = {
        "id": "q2",
        "question": "谁关闭了港口？",
        "answerable": False,
        "withheld_answers": ["市长"],
    }
    first, second = read(tmp_path, {**QUESTION, **told}, unanswerable)
    assert (first.today, first.unjudged) == (date(2025, 2, 14), ("b",))
    assert first.false_values == ("四月", "广告")
    assert second.expects_abstention
    assert second.withheld == ("市长",)
    assert (second.facts, second.spans) == ((), ())


def test_a_sample_is_always_the_same(tmp_path: Path) -> None:
    questions = [{**QUESTION, "id": f"q{i}"} for i in range(30)]
    ids = [q.question_id for q in read(tmp_path, *questions, limit=7)]
    assert len(set(ids)) == 7
    assert ids == [q.question_id for q in read(tmp_path, *questions, limit=7)]
    assert len(read(tmp_path, *questions)) == 30


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answers": []}, "line 1 can't be used: an answerable question needs `answers`"),
        ({"answers": "三月"}, "`answers` is not a list"),
        ({"answer_slots": ["三月"]}, "a slot is not a list"),
        ({"relevant": ["c"]}, "the relevant document 'c' is not in the corpus"),
        ({"question": " "}, "`question` is missing or empty"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, {**QUESTION, **changes})
    assert message in str(raised.value)
