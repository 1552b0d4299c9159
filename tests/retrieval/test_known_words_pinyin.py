"""Questions in pinyin, over articles that have the words in Chinese characters."""

from __future__ import annotations

import pytest

from rag.retrieval.known_words import KnownWords, chinese_of, pinyin_words
from rag.text.dictionary import is_pinyin, plain_pinyin
from tests.retrieval.articles import known_words


@pytest.fixture(scope="module")
def known() -> KnownWords:
    return known_words()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("huawei weishenme meiyou huiying", "华为为什么没有回应？"),
        ("Huáwéi wèishénme méiyǒu huíyìng?", "华为为什么没有回应？"),
        ("hua2wei2 zai shanghai fabu shenme", "华为在上海发布什么？"),
        ("tengxun de zongbu zai nali", "腾讯的总部在哪里？"),
    ],
)
def test_a_question_in_pinyin_is_told_and_guessed_at(
    known: KnownWords, typed: str, meant: str
) -> None:
    assert chinese_of(pinyin_words(typed, known), known) == meant


@pytest.mark.parametrize(
    "question",
    [
        "Who is Wang Xiaoming?",
        "Li Jianguo",
        "he can sing a long song",
        "Why did Huawei choose Shanghai?",
        "what is new in Hainan",
        "华为 weishenme",
        "women can run",
        "hi",
        "",
    ],
)
def test_what_is_no_pinyin_is_left_alone(known: KnownWords, question: str) -> None:
    assert pinyin_words(question, known) == []


def test_what_nobody_can_tell_is_not_guessed_at(known: KnownWords) -> None:
    words = pinyin_words("zhuangkuang chuangzhuang weishenme", known)
    assert words
    assert chinese_of(words, known) is None


def test_pinyin_has_no_tones_and_known_syllables() -> None:
    assert plain_pinyin("Nǚ'ér") == plain_pinyin("nu:3er2") == "nver"
    assert is_pinyin("weishenme")
    assert is_pinyin("xian")
    assert not is_pinyin("string")
