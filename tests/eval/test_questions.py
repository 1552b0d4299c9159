import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.questions import QUESTIONS, QuestionSetError, find_occurrence, load_questions
from rag.corpus.files import find_files
from rag.corpus.loader import load_document
from rag.types import Document

SEEDS = Path(__file__).parents[2] / "seeds"

ARTICLE = Document(
    doc_id="a",
    path="a.txt",
    title="t",
    outlet=None,
    published=None,
    language="zh",
    url=None,
    text="阿里涨5%。苹果涨2%。后来阿里涨5%，报9元。",
    content_hash="h",
)


def record(**changes: Any) -> dict[str, Any]:
    return {
        "id": "rise.zh",
        "group": "rise",
        "language": "zh",
        "type": "fact",
        "question": "阿里涨了多少？",
        "answerable": True,
        "facts": [{"id": "rise", "accept": ["5%"]}],
        "spans": [{"doc_id": "a", "quote": "阿里涨5%", "occurrence": 1, "facts": ["rise"]}],
        **changes,
    }


def twin(**changes: Any) -> dict[str, Any]:
    return record(id="rise.en", language="en", question="How much did Alibaba gain?", **changes)


def span(**changes: Any) -> dict[str, Any]:
    return {"doc_id": "a", "quote": "阿里涨5%", "occurrence": 1, "facts": ["rise"], **changes}


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(*records: dict[str, Any] | str) -> Path:
        path = tmp_path / "set.jsonl"
        lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in records]
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


def test_spans_get_the_offsets_of_their_occurrence(written: Callable[..., Path]) -> None:
    spans = [span(), span(occurrence=2), span(quote="苹果涨2%", facts=[])]
    zh, en = load_questions(written(record(spans=spans), "", twin(spans=spans)), [ARTICLE])
    # 阿里涨5%。 has 6 characters, 苹果涨2%。 too, then 后来: the second one begins at 14.
    assert [(s.start, s.end) for s in zh.spans] == [(0, 5), (14, 19), (6, 11)]
    assert all(ARTICLE.text[s.start : s.end] == s.quote for s in zh.spans)
    assert zh.spans_of(zh.facts[0]) == zh.spans[:2]
    assert (en.language, en.group, en.note) == ("en", "rise", None)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"language": "fr"}, "language is 'fr'"),
        ({"type": "riddle"}, "type is 'riddle'"),
        ({"question": " "}, "question is ' '"),
        ({"answerable": "yes"}, "answerable is 'yes'"),
        ({"answerable": False}, "answerable is False"),
        ({"remark": "?"}, "unknown: remark"),
        ({"note": ""}, "note is ''"),
        ({"facts": [], "spans": []}, "needs facts and spans"),
        ({"facts": "5%"}, "facts is '5%'"),
        ({"facts": [{"id": "rise", "accept": []}]}, "accept is empty"),
        ({"facts": [{"id": "rise"}]}, "missing: accept"),
        ({"facts": [{"id": "rise", "accept": ["5%"]}] * 2}, "a fact id is used twice"),
        ({"spans": [span(doc_id="b")]}, "no article has the id 'b'"),
        ({"spans": [span(quote="阿里跌5%")]}, "has the quote '阿里跌5%' 0 times, not 1"),
        ({"spans": [span(occurrence=3)]}, "2 times, not 3"),
        ({"spans": [span(occurrence=0)]}, "occurrence is 0"),
        ({"spans": [span(facts=["fall"])]}, "unknown fact 'fall'"),
        ({"spans": [span(quote="苹果涨2%")]}, "no accepted wording of 'rise'"),
        ({"spans": [span(facts=[])]}, "no span supports the fact 'rise'"),
        ({"type": "unanswerable", "answerable": False}, "can have no facts"),
    ],
)
def test_a_wrong_line_is_named(
    written: Callable[..., Path], changes: dict[str, Any], message: str
) -> None:
    good = record(id="other.zh", group="other")
    with pytest.raises(QuestionSetError) as raised:
        load_questions(written(good, record(**changes)), [ARTICLE])
    assert str(raised.value).startswith("set.jsonl, line 2: ")
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[]", "must be a JSON object"),
        ("{}", "missing: answerable, facts, group"),
    ],
)
def test_a_line_that_is_no_question(written: Callable[..., Path], line: str, message: str) -> None:
    with pytest.raises(QuestionSetError, match=message):
        load_questions(written(line), [ARTICLE])


def test_ids_are_unique_and_groups_agree(written: Callable[..., Path]) -> None:
    with pytest.raises(QuestionSetError, match=r"line 2: the id 'rise\.zh' is used twice"):
        load_questions(written(record(), record()), [ARTICLE])
    with pytest.raises(QuestionSetError, match="two questions in 'zh'"):
        load_questions(written(record(), record(id="rise.2")), [ARTICLE])
    with pytest.raises(QuestionSetError, match="differ in type, facts or spans"):
        load_questions(written(record(), twin(type="date")), [ARTICLE])


def test_both_languages_are_needed(written: Callable[..., Path]) -> None:
    with pytest.raises(QuestionSetError, match="no question in en"):
        load_questions(written(record()), [ARTICLE])


def test_occurrences_may_overlap() -> None:
    assert find_occurrence(ARTICLE, "涨5%", 2) == 16


def test_the_question_set_is_about_the_seed_articles() -> None:
    documents = [load_document(path, SEEDS) for path in find_files(SEEDS)]
    questions = load_questions(QUESTIONS, documents)

    languages = Counter(q.language for q in questions)
    assert languages["zh"] == languages["en"]
    unanswerable = sum(q.type == "unanswerable" for q in questions) / len(questions)
    assert 0.2 <= unanswerable <= 0.3
    # Every article is asked about, and "across" means two articles or more.
    assert {s.doc_id for q in questions for s in q.spans} == {d.doc_id for d in documents}
    for q in questions:
        if q.type == "across":
            assert len({s.doc_id for s in q.spans}) >= 2, q.question_id
    # The example of the README must not flatter the score.
    asked = [q.text.casefold() for q in questions]
    assert not any("选择阿里" in text or "choose alibaba" in text for text in asked)
