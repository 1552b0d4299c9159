"""The names in a question, in both languages."""

from __future__ import annotations

import pytest

from rag.text.names import chinese_names, chinese_people, english_names, english_people, is_place


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("苹果为什么选择阿里巴巴？", ["苹果", "阿里巴巴"]),
        ("北京和上海的房价差多少？", ["北京", "上海"]),
        ("昨天的收盘价是多少？", []),
    ],
)
def test_chinese_names(question: str, names: list[str]) -> None:
    found = chinese_names(question)
    assert [name.text for name in found] == names
    assert all(question[name.start : name.end] == name.text for name in found)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Why did Apple choose Alibaba?", ["Apple", "Alibaba"]),
        ("What did Joe Tsai say in February?", ["Joe Tsai"]),
        ("What is the closing price?", []),
        ("Did the Bank of China raise rates?", ["Bank of China"]),
    ],
)
def test_english_names(question: str, names: list[str]) -> None:
    found = english_names(question)
    assert [name.text for name in found] == names
    assert all(question[name.start : name.end] == name.text for name in found)


def test_people_that_are_not_known_yet() -> None:
    assert english_people("Joe Tsai met Tim Cook.", known="Tim Cook spoke.") == ["Joe Tsai"]
    assert chinese_people("蔡崇信说，合作很顺利。", known="") == ["蔡崇信"]
    assert chinese_people("蔡崇信说，合作很顺利。", known="蔡崇信昨天") == []


@pytest.mark.parametrize(("name", "place"), [("Beijing", True), ("London", True), ("Apple", False)])
def test_places(name: str, place: bool) -> None:
    assert is_place(name) is place
