import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, get_args

import pytest

from eval.questions import (
    QUESTIONS,
    UNANSWERED,
    Question,
    QuestionSetError,
    QuestionType,
    find_occurrence,
    load_questions,
)
from rag.ingest.files import find_files
from rag.ingest.loader import load_document
from rag.types import Document

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"

LEAST_GROUPS: dict[QuestionType, int] = {
    "fact": 8,
    "number": 10,
    "date": 8,
    "why": 9,
    "list": 8,
    "across": 8,
    "cross_lingual": 8,
    "disagreement": 7,
    "superseded": 6,
    "follow_up": 10,
    "time_scoped": 8,
    "unanswerable": 20,
    "false_premise": 8,
    "adversarial": 8,
}
"""How many questions of each type the set must have, counted once for both languages."""

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
    with pytest.raises(QuestionSetError, match="differ in type, facts, spans or what they follow"):
        load_questions(written(record(), twin(type="date")), [ARTICLE])


def test_a_set_may_be_in_one_language_and_not_empty(written: Callable[..., Path]) -> None:
    (question,) = load_questions(written(record()), [ARTICLE])
    assert question.language == "zh"
    with pytest.raises(QuestionSetError, match=r"set\.jsonl: no questions"):
        load_questions(written(""), [ARTICLE])


def follow_up(**changes: Any) -> dict[str, Any]:
    return record(id="then.zh", group="then", type="follow_up", question="然后呢？", **changes)


def test_a_follow_up_may_follow_a_follow_up(written: Callable[..., Path]) -> None:
    then = [
        follow_up(after="rise.zh"),
        follow_up(after="rise.en") | {"id": "then.en", "language": "en"},
    ]
    last = [
        line | {"id": f"last.{line['language']}", "group": "last", "after": line["id"]}
        for line in then
    ]
    questions = load_questions(written(record(), twin(), *then, *last), [ARTICLE])
    assert [chain(question) for question in questions] == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (follow_up(), "a follow_up, and no other type, names in `after` what it follows"),
        (follow_up(after="rise.zh") | {"type": "date"}, "a follow_up, and no other type"),
        (follow_up(after="rise.en"), "no question before it in 'zh' has the id 'rise.en'"),
        (follow_up(after="then.zh"), "no question before it in 'zh' has the id 'then.zh'"),
    ],
)
def test_a_follow_up_follows_a_question_further_up(
    written: Callable[..., Path], line: dict[str, Any], message: str
) -> None:
    with pytest.raises(QuestionSetError) as raised:
        load_questions(written(record(), twin(), line), [ARTICLE])
    assert str(raised.value).startswith("set.jsonl, line 3: ")
    assert message in str(raised.value)


def test_both_wordings_follow_the_same_question(written: Callable[..., Path]) -> None:
    other = [record(id="o.zh", group="o"), twin() | {"id": "o.en", "group": "o"}]
    astray = follow_up(after="o.en") | {"id": "then.en", "language": "en"}
    lines = [record(), twin(), *other, follow_up(after="rise.zh"), astray]
    with pytest.raises(QuestionSetError, match=r"line 6: .* what they follow"):
        load_questions(written(*lines), [ARTICLE])


def test_occurrences_may_overlap() -> None:
    assert find_occurrence(ARTICLE, "涨5%", 2) == 16


def chain(question: Question) -> int:
    """How many follow-ups in a row lead up to the question, itself among them."""
    return 1 + chain(question.after) if question.after else 0


@pytest.fixture(scope="module")
def articles() -> list[Document]:
    return [load_document(path, SEEDS) for path in find_files(SEEDS)]


@pytest.fixture(scope="module")
def questions(articles: list[Document]) -> tuple[Question, ...]:
    return load_questions(QUESTIONS, articles)


def test_the_question_set_is_about_the_seed_articles(
    questions: tuple[Question, ...], articles: list[Document]
) -> None:
    assert len(questions) >= 250
    languages = Counter(q.language for q in questions)
    assert languages["zh"] == languages["en"]
    # A quarter, as a rule: those that are right to abstain on.
    unanswered = sum(q.type in UNANSWERED for q in questions) / len(questions)
    assert 0.2 <= unanswered <= 0.3
    # Every article is asked about.
    assert {s.doc_id for q in questions for s in q.spans} == {d.doc_id for d in articles}


def test_every_group_is_asked_once_in_either_language(questions: tuple[Question, ...]) -> None:
    for q in questions:
        assert q.question_id == f"{q.group}.{q.language}"
    members = Counter(q.group for q in questions)
    assert set(members.values()) == {2}
    assert len({plain(q.text) for q in questions}) == len(questions)


def test_the_set_has_enough_of_every_type_in_their_order(questions: tuple[Question, ...]) -> None:
    types = get_args(QuestionType)
    assert set(LEAST_GROUPS) == set(types)
    groups = Counter(q.type for q in questions if q.language == "zh")
    assert {t: n for t, n in LEAST_GROUPS.items() if groups[t] < n} == {}
    places = [types.index(q.type) for q in questions]
    assert places == sorted(places)


def test_the_types_say_what_the_questions_are(questions: tuple[Question, ...]) -> None:
    for q in questions:
        told_by = {s.doc_id for s in q.spans}
        if q.type in ("across", "disagreement"):
            assert len(told_by) >= 2, q.question_id
        if q.type == "list":
            assert len(q.facts) >= 3, q.question_id
        if q.type == "number":
            assert len(q.facts) <= 2, q.question_id
        if q.type == "disagreement":
            assert len(q.facts) >= 2, q.question_id
        if q.type == "superseded":
            assert any(not s.facts for s in q.spans), q.question_id


def test_conversations_go_on_for_several_turns(questions: tuple[Question, ...]) -> None:
    for language in ("zh", "en"):
        lengths = [chain(q) for q in questions if q.language == language]
        assert lengths.count(2) >= 3
        assert lengths.count(3) >= 1


# --- the README's examples --------------------------------------------------------------------

EXAMPLES = [
    re.compile(r'(?:\bask|answer\()\s*"([^"]+)"'),
    re.compile(r'"([^"\n]+[?？])"'),
]
"""How the README shows a question: asked, or quoted."""


def plain(text: str) -> str:
    """Letters and digits alone, in one width and case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def resembles(asked: str, example: str) -> bool:
    """Whether two texts are one but for a few letters, or a long one has the other within it."""
    asked, example = plain(asked), plain(example)
    if len(example) >= 8 and example in asked:
        return True
    return SequenceMatcher(None, asked, example, autojunk=False).ratio() >= 0.75


@pytest.mark.parametrize(
    ("asked", "example", "expected"),
    [
        ("Why did Apple choose Alibaba?", "why did Apple choose Alibaba", True),
        ("So why did Apple choose Alibaba, then?", "why did Apple choose Alibaba", True),
        ("苹果为什么选择了阿里巴巴？", "为什么苹果选择了阿里巴巴", True),
        ("2月14日阿里巴巴的收盘价是多少？", "昨天阿里巴巴的收盘价是多少？", True),
        ("Why did Apple turn Baidu down?", "why did Apple choose Alibaba", False),
        ("截至2月13日收盘，阿里港股是多少钱一股？", "昨天阿里巴巴的收盘价是多少？", False),
    ],
)
def test_what_resembles_an_example(asked: str, example: str, expected: bool) -> None:
    assert resembles(asked, example) == expected


def test_no_question_is_an_example_of_the_readme(questions: tuple[Question, ...]) -> None:
    # It would flatter the score: the examples are what the program was tried with first.
    pages = ("README.md", "docs/python.md")
    readme = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in pages)
    examples = {match.group(1) for pattern in EXAMPLES for match in pattern.finditer(readme)}
    assert {"Why did Apple choose Alibaba?", "why did Apple choose Alibaba"} <= examples
    for q in questions:
        assert [e for e in examples if resembles(q.text, e)] == [], q.question_id
    asked = [q.text.casefold() for q in questions]
    assert not any("选择阿里" in text or "choose alibaba" in text for text in asked)
