"""Clozes: whole questions with right answers, spread evenly, a quarter without any answer."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from eval.candidates.cloze import BLANK, build_cloze
from eval.candidates.record import Record, write_candidates
from eval.questions import QuestionSetError, load_questions
from rag.answering.verification.names import joined
from rag.errors import ConfigError
from rag.ingest.files import find_files
from rag.ingest.loader import load_document
from rag.types import Document
from tests.conftest import SEEDS
from tests.eval.candidates.articles import ARTICLES, FILM, HARBOUR, RAIL, WHEAT, article

REPLACED = re.compile(r"unanswerable by construction: '(.+?)' stands for '(.+?)' and")


@pytest.fixture(scope="module")
def seeds() -> list[Document]:
    return [load_document(path, SEEDS) for path in find_files(SEEDS)]


@pytest.fixture(params=["seeds", "own", "english"])
def corpus(request: pytest.FixtureRequest, seeds: list[Document]) -> Sequence[Document]:
    return {"seeds": seeds, "own": ARTICLES, "english": (HARBOUR, WHEAT)}[request.param]


def answerable(records: Sequence[Record]) -> list[Record]:
    return [record for record in records if record["answerable"]]


def unanswerable(records: Sequence[Record]) -> list[Record]:
    return [record for record in records if not record["answerable"]]


def test_every_record_is_a_question_of_a_set(tmp_path: Path, corpus: Sequence[Document]) -> None:
    path = tmp_path / "candidates.jsonl"
    built = build_cloze(corpus, 1000)
    write_candidates(path, built.records)
    questions = load_questions(path, corpus)
    assert len(questions) == len(built.records) > 3
    assert all((q.note or "").startswith("candidate: review me") for q in questions)


def test_the_blank_filled_with_the_answer_is_the_sentence(corpus: Sequence[Document]) -> None:
    texts = {document.doc_id: document.text for document in corpus}
    for record in answerable(build_cloze(corpus, 1000).records):
        (fact,), (span, *_) = record["facts"], record["spans"]
        answer, sentence = fact["accept"][0], span["quote"]
        assert sentence in texts[span["doc_id"]]
        assert record["question"].count(BLANK) == 1
        assert joined(answer) not in joined(record["question"])
        # Quotation marks change where they stand inside others.
        filled = re.sub(r"[“”‘’「」《》〈〉\"']", "", record["question"].replace(BLANK, answer))
        assert re.sub(r"[“”‘’「」《》\"']", "", sentence).rstrip("。.！") in filled


def test_nothing_in_the_corpus_answers_what_is_unanswerable(corpus: Sequence[Document]) -> None:
    there = joined("\n".join(f"{d.title}\n{d.text}" for d in corpus))
    found = unanswerable(build_cloze(corpus, 1000).records)
    assert found
    for record in found:
        assert record["type"] == "unanswerable"
        assert record["facts"] == record["spans"] == []
        match = REPLACED.search(record["note"])
        assert match
        by, word = match[1], match[2]
        assert joined(by) not in there
        assert joined(word) in there
        assert by in record["question"]
        assert word not in record["question"]


def test_a_quarter_is_unanswerable_and_no_sentence_comes_twice(seeds: list[Document]) -> None:
    records = build_cloze(seeds, 16).records
    assert len(records) == 16
    assert len(unanswerable(records)) == 4
    sentences = [record["spans"][0]["quote"] for record in answerable(records)]
    assert len(set(sentences)) == len(sentences)


def test_articles_and_languages_are_asked_evenly(seeds: list[Document]) -> None:
    by_article = Counter(
        r["spans"][0]["doc_id"] for r in answerable(build_cloze(seeds, 12).records)
    )
    assert set(by_article) == {document.doc_id for document in seeds}
    assert max(by_article.values()) <= 3
    languages = Counter(r["language"] for r in build_cloze([*ARTICLES, *seeds], 6).records)
    assert languages == {"zh": 3, "en": 3}


def test_the_same_corpus_gives_the_same_set_in_any_order(seeds: list[Document]) -> None:
    assert build_cloze(seeds, 30) == build_cloze(seeds[::-1], 30)


@pytest.mark.parametrize(
    ("text", "language", "question", "accept", "kind"),
    [
        (
            "Exporters shipped 4.2 million tonnes of wheat through the port of the old town.",
            "en",
            "Which figure is missing in “Exporters shipped ____ of wheat through the port of"
            " the old town” (from “A title”, 2025-03-04)?",
            ["4.2 million tonnes", "420万", "4.2 million"],
            "number",
        ),
        (
            "据统计，这款应用的月活用户规模为424万，明显低于同行。",
            "zh",
            "在2025-03-04的《A title》一文中，“据统计，这款应用的月活用户规模为____，"
            "明显低于同行”：空缺处的数字是多少？",
            ["424万", "4.24 million"],
            "number",
        ),
        (
            "阿里巴巴在2011年9月开始对外提供云计算服务，比同行更早一些。",
            "zh",
            "“阿里巴巴在____开始对外提供云计算服务，比同行更早一些”：空缺处是什么时间？",
            ["2011年9月", "September 2011"],
            "date",
        ),
        (
            "The engine was tested by the shipyard of Falmouth Docks for most of the winter.",
            "en",
            "What is missing in “The engine was tested by the shipyard of ____ for most of the"
            " winter”?",
            ["Falmouth Docks"],
            "fact",
        ),
        (
            "导演说，纪录片《长河无声》由一群年轻人历时多年拍摄完成。",
            "zh",
            "“导演说，纪录片〈____〉由一群年轻人历时多年拍摄完成”：空缺处是什么？",
            ["长河无声"],
            "fact",
        ),
    ],
)
def test_what_is_asked_of_a_sentence(
    text: str, language: str, question: str, accept: list[str], kind: str
) -> None:
    document = article("a", text, "zh" if language == "zh" else "en")
    (record,) = build_cloze([document], 1).records
    assert record["question"] == question
    assert record["facts"][0]["accept"] == accept
    assert record["type"] == kind


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("He said that 412,000 passengers took the ferry in 2024, more than ever before.", "en"),
        ("此外，杭州地铁在2024年运送乘客14.6亿人次，创下了历史新高。", "zh"),
        ("我们在2024年运送乘客14.6亿人次，为历年之最，今后还会更多。", "zh"),
        ("In 2024: 412,000.", "en"),
        ("The ferry carried passengers, and nothing else is known of it so far, sadly.", "en"),
        ("Tamar Ferry Carries Record 412,000 Passengers Across Plymouth Sound During 2024.", "en"),
        ("How many of the 412,000 passengers of 2024 crossed the river more than once?", "en"),
        ("中新社杭州3月4日电 杭州地铁在2024年运送乘客14.6亿人次。", "zh"),
        ("# Tamar ferry carried 412,000 passengers between the two towns in 2024.", "en"),
    ],
)
def test_a_sentence_that_cant_stand_alone_is_not_asked(text: str, language: str) -> None:
    document = article("a", text, "zh" if language == "zh" else "en")
    with pytest.raises(ConfigError, match="No sentence of the articles fits"):
        build_cloze([document], 5)


def test_a_blank_that_the_title_gives_away_is_not_asked() -> None:
    text = "The ferry across the river carried 412,000 passengers, which is a record."
    assert build_cloze([article("a", text)], 1).records
    with pytest.raises(ConfigError):
        build_cloze([article("a", text, title="Ferry carries 412,000")], 1)


def test_a_sentence_that_reads_otherwise_elsewhere_is_not_asked() -> None:
    text = "The ferry of the old town carried {} passengers across the river, a record."
    one, other = article("a", text.format("412,000")), article("b", text.format("398,000"))
    asked = [r["question"] for r in build_cloze([one], 1).records]
    assert "____ passengers" in asked[0]
    with pytest.raises(ConfigError):
        build_cloze([one, other], 1)


def test_a_sentence_that_two_articles_have_gets_a_span_in_both() -> None:
    sentence = "The Tamar ferry carried 412,000 passengers across the river in 2024."
    copies = [
        article("a", f"{sentence}\n\nNothing more.\n\n{sentence}"),
        article("b", f"The news.\n\n{sentence}"),
    ]
    (record,) = build_cloze(copies, 5).records
    places = [(span["doc_id"], span["occurrence"]) for span in record["spans"]]
    assert places in ([("a", 1), ("b", 1)], [("b", 1), ("a", 1)])


def test_a_year_of_which_an_article_speaks_in_other_words_is_no_replacement() -> None:
    goods = ("wheat", "barley", "rye", "maize", "oats", "malt", "sugar", "coffee")
    text = " ".join(
        f"Exporters shipped {n}.5 million tonnes of {good} through the port in 2024."
        for n, good in enumerate(goods, 1)
    )
    # The articles are of 2025: 2023 to 2026 lie near, and 2022 and 2021 are named.
    other = article("b", "The harvest of FY22 was poor. 二〇二一年的收成也不好。")
    records = build_cloze([article("a", text), other], 8).records
    replaced = [REPLACED.search(record["note"]) for record in unanswerable(records)]
    assert [match[1] for match in replaced if match] == ["2020", "2020"]


def test_a_name_gives_way_to_one_of_its_kind() -> None:
    goods = ("手机", "平板电脑", "路由器", "笔记本电脑")
    text = "".join(
        f"华为在国内市场售出的{good}一共有{n}00万台，同行都没有想到。"
        for n, good in enumerate(goods, 1)
    )
    (record,) = unanswerable(build_cloze([article("a", text, "zh")], 4).records)
    match = REPLACED.search(record["note"])
    assert match
    assert match[2] == "华为"
    assert record["question"].startswith(f"“{match[1]}在")


def test_too_few_are_told() -> None:
    built = build_cloze([HARBOUR], 50)
    assert len(built.records) < 50
    (fewer, *_) = built.notices
    assert fewer.en == f"{len(built.records)} questions of 50: no more could be built."
    assert "50" in fewer.zh
    assert build_cloze(ARTICLES, 2).notices == ()


def test_too_few_unanswerable_are_told() -> None:
    text = " ".join(
        f"The ferry of the little town carried {n},400 {people} in a single month."
        for n, people in enumerate(("pupils", "nurses", "farmers", "visitors", "sailors"), 11)
    )
    built = build_cloze([article("a", text)], 4)
    assert unanswerable(built.records) == []
    assert [notice.code for notice in built.notices] == ["fewer_unanswerable"]
    assert "0 unanswerable questions instead of 1" in built.notices[0].en


@pytest.mark.parametrize("count", [0, -1])
def test_a_count_below_one(count: int) -> None:
    with pytest.raises(ConfigError) as raised:
        build_cloze(ARTICLES, count)
    assert f"is {count}: give 1 or more" in raised.value.message.en
    assert str(count) in raised.value.message.zh


def test_no_articles() -> None:
    with pytest.raises(ConfigError, match="There is no article to ask about"):
        build_cloze([], 3)


def test_an_article_without_a_day_is_named_by_its_title_alone() -> None:
    document = replace(
        RAIL, published=None, text="新线路由本地企业承建，合同金额为3.8亿元，工期两年。"
    )
    (record,) = build_cloze([document], 1).records
    assert record["question"].startswith("在《杭州地铁客流创新高》一文中，“")


def test_a_file_that_cant_be_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be written"):
        write_candidates(tmp_path / "missing" / "set.jsonl", [])


def test_the_file_can_be_edited_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    write_candidates(path, build_cloze([FILM, RAIL], 4).records)
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    assert "\\u" not in first
    path.write_text("\n".join(rest), encoding="utf-8")
    assert len(load_questions(path, [FILM, RAIL])) == len(rest)
    broken = json.loads(rest[0]) | {"type": "riddle"}
    path.write_text(json.dumps(broken), encoding="utf-8")
    with pytest.raises(QuestionSetError):
        load_questions(path, [FILM, RAIL])
