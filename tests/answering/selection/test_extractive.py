"""Which sentences answer, how few, and what each brings: on evidence made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rag.answering.selection.abstention import shortfall
from rag.answering.selection.extractive import compose_extractive
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


def test_a_close_asked_about_is_no_price_at_another_hour() -> None:
    question = asked("股票收盘价是多少元？")
    high, close = "股票盘中一度到了124元的价格。", "股票截至收盘报116元。"
    _, ranked = candidates(question, article(high, close), high, close)
    assert ranked[0].evidence.text == close


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
    question = asked("How much did the mill make on 3 February 2025? And on 9 February 2025?")
    question = replace(question, query=replace(question.query, time_frame=None))
    one = "On 3 February 2025 the mill made 90 tonnes."
    needed, ranked = candidates(question, article(one), one)
    (missing,) = shortfall(needed, ranked)
    assert missing.code == "no_such_day"
    assert "9 february" in missing.en
    assert "3 february" not in missing.en


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
    items = ("工厂的产品里有锅。", "工厂的产品里有碗。", "工厂在河边。", "工厂很大。", "工厂很老。")
    cosines = (0.9, 0.87, 0.86, 0.86, 0.86)
    document = article(*items)
    several, single = asked("工厂的产品有哪些？"), asked("工厂的产品出自何人？")
    listed = compose_extractive(several, *candidates(several, document, *items, cosines=cosines))
    one = compose_extractive(single, *candidates(single, document, *items, cosines=cosines))
    assert len(listed) > len(one) >= 1


def test_nothing_is_composed_of_nothing() -> None:
    question = asked("工厂有哪些产品？")
    needed, _ = candidates(question, article("工厂。"), "工厂。")
    assert compose_extractive(question, needed, ()) == ()
