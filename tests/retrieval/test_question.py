"""The language of a question, and follow-ups."""

from __future__ import annotations

import pytest

from rag.retrieval.question import understand
from rag.text.languages import text_language
from rag.types import Answer, Statement, Timings


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("苹果为什么选择阿里？", "zh"),
        ("Qwen2.5-Max在Chatbot Arena排名第几？", "zh"),
        ("why did Apple choose Alibaba", "en"),
        ("What did 蔡崇信 say about the deal?", "en"),
        ("The decision was made after阿里巴巴 showed that it could.", "en"),
        ("", "en"),
    ],
)
def test_the_words_between_the_names_decide_the_language(question: str, language: str) -> None:
    assert text_language(question) == language


def answered(question: str, rewritten: str | None = None, said: str = "") -> Answer:
    return Answer(
        question=question,
        language="en",
        rewritten_question=rewritten,
        status="answered",
        statements=(Statement(text=said, kind="claim", citations=(), verdict="supported"),)
        if said
        else (),
        left_out=(),
        conflicts=(),
        missing=(),
        nearest=(),
        time_frame=None,
        hits=(),
        notices=(),
        model=None,
        timings=Timings(retrieve=0, compose=0, verify=0, total=0),
    )


def test_what_a_follow_up_brings_takes_the_place_of_its_like() -> None:
    query = understand("And Doubao?", [answered("What does Apple pay Baidu?")])
    assert (query.text, query.rewritten) == ("What does Apple pay Doubao?", True)


@pytest.mark.parametrize(
    ("before", "follow_up", "asked"),
    [
        ("南坪市地铁6号线有多长？", "那8号线呢？", "南坪市地铁8号线有多长？"),
        ("南坪市地铁6号线有多长？", "地铁八号线呢", "南坪市地铁八号线有多长？"),
        ("远山工业园一期投资多少？", "二期呢？", "远山工业园二期投资多少？"),
        ("How long is Line 6 in Tarn?", "What about Line 8?", "How long is Line 8 in Tarn?"),
        ("What does the Kelda K40 cost?", "And the K45?", "What does the Kelda K45 cost?"),
        ("What does Article 9 limit?", "Article 19?", "What does Article 19 limit?"),
        ("iPhone 15卖了多少台？", "那华为Mate 60呢？", "华为Mate 60卖了多少台？"),
    ],
)
def test_another_member_of_a_series_takes_the_place_of_the_first(
    before: str, follow_up: str, asked: str
) -> None:
    query = understand(follow_up, [answered(before)])
    assert (query.text, query.rewritten) == (asked, True)


def test_behind_a_question_in_the_other_language_both_are_joined() -> None:
    query = understand("那OpenAI呢？", [answered("What does Apple pay Baidu?")])
    assert query.text == "What does Apple pay Baidu? 那OpenAI呢？"
    assert query.language == "zh"


def test_a_chain_of_follow_ups_keeps_its_beginning() -> None:
    before = answered("And Doubao?", rewritten="How many users has Doubao?")
    assert understand("And Kimi?", [before]).text == "How many users has Kimi?"


def test_a_question_that_stands_alone_is_left_as_it_is() -> None:
    question = "How many Huawei phones were shipped in China?"
    query = understand(question, [answered("What does Apple pay Baidu?")])
    assert (query.text, query.rewritten) == (question, False)


def test_without_history_nothing_is_rewritten() -> None:
    assert not understand("What is Doubao?", []).rewritten
