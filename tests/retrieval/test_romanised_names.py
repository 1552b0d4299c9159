"""People whom a question names in the other script than the articles."""

from __future__ import annotations

import pytest

from rag.retrieval.known_words import KnownWords
from rag.retrieval.romanised_names import lone_surnames, people_called
from rag.retrieval.spelling import Slip, spelled
from tests.retrieval.articles import known_words

TEXTS = (
    "海港城市长何雨桐周三宣布，新码头将于五月开工。",
    "“我们不会涨价。”欧阳明哲在发布会上说，他是公司的创始人。",
    "據報導，董事長陳美玲表示，工廠將遷往南部。",
    "记者王颖采访了教练王莹，王莹说球队已经准备好了。",
    "诗人雷军礼的新书下月出版。",
    "Harbour chief Guo Xiaolan said on Monday that Shen Wei-ting had left for Lund.",
    "The critic Xu Minhao praised the play.",
)


@pytest.fixture(scope="module")
def known() -> KnownWords:
    return known_words(TEXTS)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("He Yutong", "何雨桐"),
        ("Yutong He", "何雨桐"),
        ("Ouyang Mingzhe", "欧阳明哲"),
        ("Chen Meiling", "陈美玲"),  # the article has Traditional characters
        ("Chen Mei-ling", "陈美玲"),
    ],
)
def test_a_person_in_latin_letters_is_read_as_the_articles_write_it(
    known: KnownWords, typed: str, name: str
) -> None:
    found = spelled(f"What did {typed} say?", known)
    assert found.text == f"What did {name} say?"
    assert found.corrected == (Slip(typed=typed, name=name),)
    assert found.absent == ()


def test_a_name_without_capitals_is_read_too(known: KnownWords) -> None:
    assert spelled("what did ouyang mingzhe say", known).text == "what did 欧阳明哲 say"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("郭晓岚什么时候去了隆德？", "Guo Xiaolan什么时候去了隆德？"),
        ("徐敏豪怎么评价这部戏？", "Xu Minhao怎么评价这部戏？"),
        ("何雨桐宣布了什么？", "何雨桐宣布了什么？"),  # the articles have the characters
        ("高晓岚是谁？", "高晓岚是谁？"),
    ],
)
def test_a_person_in_characters_is_read_as_english_articles_write_it(
    known: KnownWords, question: str, text: str
) -> None:
    assert spelled(question, known).text == text


def test_a_name_that_two_people_have_stays(known: KnownWords) -> None:
    found = spelled("What did Wang Ying say?", known)
    assert (found.text, found.corrected, found.absent) == ("What did Wang Ying say?", (), ())


@pytest.mark.parametrize("typed", ["Zhou Wenbin", "Wenbin Zhou"])
def test_a_person_whom_no_article_names_is_absent(known: KnownWords, typed: str) -> None:
    found = spelled(f"Who hired {typed}?", known)
    assert (found.text, found.absent) == (f"Who hired {typed}?", (typed,))


@pytest.mark.parametrize(
    "question",
    [
        "Who leads Hong Kong?",  # the dictionary has it
        "What did Guo Xiaolan say?",  # the articles have it so
        "Did San Francisco win?",
        "What can he do?",
        "Who met Tim Cook?",
        "Lei Jun?",  # 雷军礼 is another one
    ],
)
def test_other_words_are_no_absent_people(known: KnownWords, question: str) -> None:
    found = spelled(question, known)
    assert found.corrected == ()
    assert found.absent == (("Lei Jun",) if question.startswith("Lei") else ())


@pytest.mark.parametrize(
    ("surname", "people"),
    [("Chan", ["陈美玲"]), ("Guo", []), ("Auyeung", []), ("Wong", ["王颖", "王莹"])],
)
def test_a_surname_in_any_spelling_calls_the_people_who_have_it(
    known: KnownWords, surname: str, people: list[str]
) -> None:
    assert sorted(people_called(surname, TEXTS)) == sorted(people)
    assert lone_surnames(f"What did {surname} say?", known) == ([surname] if people else [])
