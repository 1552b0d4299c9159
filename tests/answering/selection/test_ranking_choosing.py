"""Which sentences answer, how few, and when none does: on the seeds, with the real model."""

from __future__ import annotations

import pytest

from rag.answering.selection.requirements import Wanted, asks_several, gives, wanted_kinds
from rag.assistant import Assistant
from rag.models.embedder import Embedder
from rag.store.snapshot import Snapshot
from rag.text.facts import read_facts


@pytest.fixture(scope="module")
def assistant(seeds: Snapshot, embedder: Embedder) -> Assistant:
    return Assistant(snapshot=seeds, embedder=embedder)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Why did the deal fail?", "reason"),
        ("这笔交易为什么失败？", "reason"),
        ("哪天签的字？", "date"),
        ("When was it signed?", "date"),
        ("How much did Apple pay Baidu?", "money"),
        ("一共付了多少钱？", "money"),
        ("市场份额占比多少？", "percent"),
        ("门票价格是多少？", "money"),
        ("面包店提价多少？", "number"),
        ("By how much did shipments fall?", "percent"),
        ("How many phones were sold?", "number"),
        ("谁接任了主席？", "person"),
        ("接触过哪几家公司？", "list"),
        ("What happened next?", "anything"),
    ],
)
def test_the_wording_tells_what_kind_of_fact_is_wanted(question: str, kind: str) -> None:
    assert wanted_kinds(question) == (kind,)


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("哪天签的字，谁签的？", ("date", "person")),
        ("How many were sold and what share was that?", ("number", "percent")),
        ("What was announced when the talks ended?", ("anything",)),
        ("When the talks ended, how many had left?", ("number",)),
        ("The man who left: why did he go?", ("reason",)),
    ],
)
def test_each_part_of_a_question_may_want_another_kind(question: str, kinds: object) -> None:
    assert wanted_kinds(question) == kinds


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("哪年建的，哪年关的？", True),
        ("Where and when was it built, and by whom?", True),
        ("两家公司各卖了多少？", True),
        ("Why was it closed?", True),
        ("它是哪年建的？", False),
        ("When was it built?", False),
    ],
)
def test_the_wording_tells_whether_several_things_are_asked_for(
    question: str, several: bool
) -> None:
    assert asks_several(question) is several


@pytest.mark.parametrize(
    ("sentence", "kind", "given"),
    [
        ("费用高达1亿美元。", "money", True),
        ("费用高达1亿。", "money", False),
        ("出货量下降了25%。", "percent", True),
        ("合作于2月13日公布。", "date", True),
        ("合作已经公布。", "date", False),
        ("因为缺乏经验，合作没有谈成。", "reason", True),
        ("anything at all", "anything", True),
    ],
)
def test_a_sentence_gives_a_kind_of_fact_or_does_not(
    sentence: str, kind: Wanted, given: bool
) -> None:
    assert gives(sentence, read_facts(sentence), kind) is given


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("How much did Apple reportedly pay Baidu for its AI?", "1亿美元"),
        ("光线传媒的第二大股东是谁？", "杭州阿里创业投资有限公司"),
        ("When is iOS 18.4 expected?", "2025年4月"),
    ],
)
def test_a_single_fact_takes_few_sentences(assistant: Assistant, question: str, fact: str) -> None:
    answer = assistant.ask(question)
    assert fact in answer.text
    assert 1 <= len(answer.statements) <= 2


def test_a_why_question_gets_reasons_from_more_than_one_article(assistant: Assistant) -> None:
    answer = assistant.ask("why did Apple choose Alibaba")
    assert len({citation.doc_id for citation in answer.citations}) > 1
    assert "缺少和大公司合作的经验" in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "Why did Apple choose Alibaba?",
        "why did  Apple choose Alibaba ?!",
        "Hi, why did Apple choose Alibaba.",
    ],
)
def test_how_a_question_is_typed_changes_no_answer(assistant: Assistant, question: str) -> None:
    typed = assistant.ask("why did Apple choose Alibaba")
    assert len(typed.statements) == 3
    assert assistant.ask(question.format(typed.question)).statements == typed.statements


def test_nothing_is_said_twice(assistant: Assistant) -> None:
    # Four of the five articles report the speech in nearly the same words.
    answer = assistant.ask("蔡崇信怎么评价与苹果的合作？")
    texts = [statement.text for statement in answer.statements]
    assert len(texts) == len(set(texts))
    assert sum("非常荣幸" in text for text in texts) <= 1


@pytest.mark.parametrize(
    ("question", "code", "word"),
    [
        ("Who is the chief executive of Tesla?", "not_mentioned", "Tesla"),
        ("特斯拉的首席执行官是谁？", "not_mentioned", "特斯拉"),
        ("Qwen2.5-Max有多少参数？", "not_mentioned", "参数"),
        ("What did Alibaba announce in March 2019?", "no_such_day", "2019"),
    ],
)
def test_an_abstention_says_what_was_looked_for(
    assistant: Assistant, question: str, code: str, word: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "abstained"
    assert answer.statements == ()
    (missing,) = answer.missing
    assert missing.code == code
    assert word in missing.en
    assert word in missing.zh
    assert answer.nearest


@pytest.mark.parametrize("question", ["asdf qwer zxcv", "zzyzx 是什么"])
def test_a_question_about_nothing_in_the_articles_is_not_answered(
    assistant: Assistant, question: str
) -> None:
    assert assistant.ask(question).status == "abstained"
