"""Concepts of a question, in either language, and where they stand."""

from __future__ import annotations

import math

import pytest

from rag.text.dictionary import load_dictionary, stem
from rag.text.terms import (
    Concept,
    FoldedTexts,
    concepts,
    counted_noun,
    fold,
    is_sort_asked_for,
    names_someone,
    shows,
    surely_missing,
    weights,
)


def by_text(question: str, *, across: bool) -> dict[str, Concept]:
    return {concept.text: concept for concept in concepts(question, across=across)}


@pytest.mark.parametrize(
    ("plural", "single"),
    [("models", "model"), ("companies", "company"), ("prices", "price"), ("losses", "loss")],
)
def test_endings_of_english_words_are_folded(plural: str, single: str) -> None:
    assert stem(plural) == stem(single)


def test_an_english_name_is_found_in_chinese_text() -> None:
    asked = by_text("Did Baidu sue Tesla?", across=True)
    text = fold("百度与苹果的合作仍在继续。")
    assert shows(text, asked["Baidu"])
    assert not shows(text, asked["Tesla"])
    assert asked["Tesla"].name
    assert surely_missing(asked["Tesla"], text)


def test_a_long_chinese_name_is_known_by_its_newspaper_form() -> None:
    assert shows(fold("阿里与苹果合作"), by_text("What did Alibaba say?", across=True)["Alibaba"])


def test_a_chinese_name_is_found_in_english_text() -> None:
    asked = by_text("百度的市场份额是多少？", across=True)
    text = fold("Baidu has a market share of 12 percent.")
    assert shows(text, asked["百度"])
    assert shows(text, asked["市场份额"])


def test_versions_match_with_and_without_a_blank() -> None:
    asked = by_text("When is iOS 18.4 out?", across=False)
    assert shows(fold("iOS18.4或将发布"), asked["18.4"])
    assert not shows(fold("iOS18.5或将发布"), asked["18.4"])


def test_a_name_the_dictionary_does_not_know_cannot_be_told_to_be_missing() -> None:
    asked = by_text("What does Yimikang sell?", across=True)
    assert not asked["Yimikang"].name


def test_part_of_a_longer_name_says_nothing_of_the_whole() -> None:
    assert not any(c.name for c in concepts("How did shares in New York close?", across=True))


def test_a_question_word_or_date_is_no_concept() -> None:
    assert by_text("2024年四季度苹果的净利润是多少？", across=False).keys() == {"苹果", "净利润"}
    assert "February" not in by_text("What closed on 12 February 2025?", across=True)


def test_a_rare_chinese_name_is_not_parted() -> None:
    assert by_text("蔡崇信说了什么？", across=False)["蔡崇信"].name


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("微软为什么选择百度？", "微软"),
        ("英伟达的市值是多少？", "英伟达"),
        ("埃尔多安 访问了哪里？", "埃尔多安"),
        ("也门有多少人口？", "也门"),
    ],
)
def test_a_name_of_the_dictionary_is_whole_and_a_name(question: str, name: str) -> None:
    """The segmenter takes these for adjectives and adverbs, or apart."""
    assert name in [c.text for c in concepts(question, across=False) if c.name]


@pytest.mark.parametrize(
    "question", ["成功的原因是什么？", "双十一成交多少？", "苹果手机卖了多少？"]
)
def test_other_words_are_no_names_of_the_dictionary(question: str) -> None:
    names = [c.text for c in concepts(question, across=False) if c.name]
    assert not {"成功", "双十一", "苹果手机"} & set(names)


def test_half_a_name_counts_as_the_name() -> None:
    # The segmenter may take the verb behind a name for a part of it.
    found = Concept(text="许主洪进", forms=frozenset({"许主洪进"}), essential=True, name=True)
    assert not surely_missing(found, fold("许主洪也加入阿里"))
    assert surely_missing(found, fold("马云现身园区"))


@pytest.mark.parametrize(
    ("question", "across", "noun"),
    [
        ("DeepSeek现在有多少名员工？", False, "员工"),
        ("How many parameters does it have?", True, "parameters"),
        ("How many monthly active users did the app have?", True, "users"),
        ("消息传出那天去看了哪几块业务？", False, None),
        ("How many passengers drowned in the storm?", False, "passengers"),
        ("How many people drowned in the storm?", False, None),
        ("How many people were in the hall?", False, None),
        ("风暴造成多少人溺亡？", False, None),
        ("风暴中溺亡了几个人？", False, None),
        ("这座城市有多少人口？", False, "人口"),
        ("市值是多少？", False, None),
    ],
)
def test_what_is_counted(question: str, across: bool, noun: str | None) -> None:
    found = counted_noun(question, across=across)
    assert (found.text if found else None) == noun


def test_weights_are_the_inverse_document_frequency() -> None:
    pair = tuple(
        Concept(text=t, forms=frozenset({t}), essential=True) for t in ("common", "absent")
    )
    texts = FoldedTexts(map(fold, ("common sense", "common ground", "something else")))
    # N = 3: ln(1 + (3 - 2 + 0.5) / (2 + 0.5)) and ln(1 + (3 - 0 + 0.5) / (0 + 0.5)).
    assert weights(pair, texts) == pytest.approx((math.log(1.6), math.log(8.0)))


def test_words_that_are_no_nouns_weigh_less() -> None:
    noun = Concept(text="x", forms=frozenset({"x"}), essential=True)
    verb = Concept(text="x", forms=frozenset({"x"}), essential=False)
    strong, weak = weights((noun, verb), FoldedTexts([fold("y")]))
    assert weak == pytest.approx(0.35 * strong)


@pytest.mark.parametrize("question", ["", "？！……", "😀😀", "的了吗呢", "the of and"])
def test_a_question_without_content_has_no_concepts(question: str) -> None:
    assert concepts(question, across=True) == ()


def test_people_are_told_from_other_words() -> None:
    assert names_someone("马云现身阿里园区。")
    assert names_someone("The head of the unit, Jane Doe, resigned.")
    assert not names_someone("股价上涨。")


def test_the_dictionary_knows_names_from_nouns() -> None:
    names = load_dictionary().names
    assert {"百度", "腾讯", "阿里巴巴"} <= names
    assert not {"合作", "城市", "上市"} & names


@pytest.mark.parametrize(
    ("question", "sort"),
    [
        ("林若棠担任什么职务？", "职务"),
        ("会议在哪个城市举行？", "城市"),
        ("What position does Ines Duarte hold?", "position"),
        ("Which river floods in spring?", "river"),
    ],
)
def test_the_sort_of_thing_asked_for_is_told_from_the_rest(question: str, sort: str) -> None:
    found = concepts(question, across=False)
    assert [c.text for c in found if is_sort_asked_for(c, question)] == [sort]


def test_a_name_behind_what_is_no_sort() -> None:
    question = "What Zorvex sells"
    assert not any(is_sort_asked_for(c, question) for c in concepts(question, across=False))
