"""Which sentences answer, how few, and what each brings: on evidence made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rag.answering.abstention import shortfall
from rag.answering.extractive import compose_extractive
from tests.answering.made import article, asked, candidates


def test_a_fact_that_the_question_states_itself_is_no_answer() -> None:
    question = asked("收在116.7元的股票后来涨到多少元？")
    old, new = "股票收在116.7元，后来涨跌不定。", "股票后来收在124.1元，涨势不减。"
    _, ranked = candidates(question, article(old, new), old, new)
    assert ranked[0].evidence.text == new


def test_a_sentence_that_speaks_of_the_day_asked_about_comes_before_one_of_another_day() -> None:
    question = asked("2024年5月3日工厂产量是多少？")
    other, right = "2023年5月3日工厂产量是800吨。", "2024年5月3日工厂产量是900吨。"
    _, ranked = candidates(question, article(other, right), other, right)
    assert ranked[0].evidence.text == right


def test_a_question_of_two_kinds_gets_both() -> None:
    question = asked("工厂是哪年建的，花了多少钱？")
    year, cost, chat = "工厂是1998年建的。", "建工厂花了3亿元。", "工厂旁边有一条河。"
    document = article(year, cost, chat)
    needed, ranked = candidates(question, document, year, cost, chat, cosines=(0.9, 0.88, 0.88))
    chosen = compose_extractive(question, needed, ranked)
    assert {year, cost} <= {candidate.evidence.text for candidate in chosen}
    assert shortfall(needed, chosen) == ()


def test_an_answer_without_one_of_two_kinds_says_so() -> None:
    question = asked("工厂是哪年建的，花了多少钱？")
    year = "工厂是1998年建的。"
    needed, ranked = candidates(question, article(year), year)
    (missing,) = shortfall(needed, compose_extractive(question, needed, ranked))
    assert missing.code == "kind_not_given"
    assert "金额" in missing.zh


def test_an_answer_without_one_of_two_days_says_so() -> None:
    question = asked("2025年2月3日工厂生产多少吨？2月9日呢？")
    one = "2月3日工厂生产了90吨。"
    needed, ranked = candidates(question, article(one), one)
    (missing,) = shortfall(needed, ranked)
    assert missing.code == "no_such_day"
    assert "2月9日" in missing.zh
    assert "2月3日" not in missing.zh


def test_the_same_in_other_words_is_said_once() -> None:
    question = asked("工厂有哪些产品？")
    one, two = "工厂的产品有锅和碗。", "工厂产品包括锅、碗。"
    needed, ranked = candidates(question, article(one, two), one, two)
    alike = [
        replace(c, evidence=replace(c.evidence, vector=np.array([1.0, 0.0], np.float32)))
        for c in ranked
    ]
    assert len(compose_extractive(question, needed, alike)) == 1


def test_a_list_gets_more_sentences_than_a_single_fact() -> None:
    items = tuple(f"工厂的产品里有{thing}，卖得很好。" for thing in "锅碗瓢盆勺")
    document = article(*items)
    several, single = asked("工厂有哪些产品？"), asked("工厂的产品叫什么？")
    listed = compose_extractive(several, *candidates(several, document, *items))
    named = compose_extractive(single, *candidates(single, document, *items))
    assert len(listed) > len(named) >= 1


def test_nothing_is_composed_of_nothing() -> None:
    question = asked("工厂有哪些产品？")
    needed, _ = candidates(question, article("工厂。"), "工厂。")
    assert compose_extractive(question, needed, ()) == ()
