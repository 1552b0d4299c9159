"""The language of a question, and follow-ups."""

from __future__ import annotations

import pytest

from rag.retrieval.query import understand
from rag.retrieval.terms import text_language
from rag.types import Answer, Timings


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


def answered(question: str, rewritten: str | None = None) -> Answer:
    return Answer(
        question=question,
        language="en",
        rewritten_question=rewritten,
        status="answered",
        statements=(),
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


@pytest.mark.parametrize(
    "question", ["那OpenAI呢？", "And Doubao?", "When was it released?", "他还说了什么？"]
)
def test_a_follow_up_is_put_behind_the_question_it_leans_on(question: str) -> None:
    query = understand(question, [answered("What does Apple pay Baidu?")])
    assert query.rewritten
    assert query.text == f"What does Apple pay Baidu? {question}"


def test_a_chain_of_follow_ups_keeps_its_beginning() -> None:
    before = answered("And Doubao?", rewritten="How many users has Tongyi? And Doubao?")
    assert understand("那Kimi呢？", [before]).text.startswith("How many users has Tongyi?")


def test_a_question_that_stands_alone_is_left_as_it_is() -> None:
    question = "How many Huawei phones were shipped in China?"
    query = understand(question, [answered("What does Apple pay Baidu?")])
    assert (query.text, query.rewritten) == (question, False)


def test_without_history_nothing_is_rewritten() -> None:
    assert not understand("And Doubao?", []).rewritten
