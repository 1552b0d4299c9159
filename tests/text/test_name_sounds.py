"""Names of other languages are told by how they sound in Chinese."""

from __future__ import annotations

import pytest

from rag.text.name_sounds import has_characters, letters_of, name_sounds, reads_as

# None of them is in the dictionary that the sounds were learned from.
PAIRS = [
    ("Nadella", "纳德拉"),
    ("Pichai", "皮查伊"),
    ("Zelenskyy", "泽连斯基"),
    ("Kuechly", "坎克利"),
    ("Twigg", "特威格"),
    ("Bezos", "贝佐斯"),
    ("Altman", "奥尔特曼"),
    ("Attal", "阿塔尔"),
]


@pytest.mark.parametrize(("name", "chinese"), PAIRS)
def test_a_name_fits_its_own_characters_best(name: str, chinese: str) -> None:
    sounds, letters = name_sounds(), letters_of(name)
    own = sounds.found_in(letters, f"他说，{chinese}周一到访。")
    others = [sounds.found_in(letters, other) for _, other in PAIRS if other != chinese]
    assert own > 1.25
    assert own > max(others) + 0.5


def test_ordinary_words_fit_no_name() -> None:
    text = "今天股市上涨，公司公布了第三季度的业绩，净利润增长百分之十。"
    assert all(name_sounds().found_in(letters_of(name), text) < 1 for name, _ in PAIRS)
    assert name_sounds().found_in("", text) == float("-inf")
    assert name_sounds().found_in("pichai", "") == float("-inf")


def test_pinyin_is_read() -> None:
    assert reads_as("tongyi", "阿里的通义千问")
    assert reads_as("qianwen", "阿里的通义千问")
    assert not reads_as("qianwen", "千年之问")
    assert not reads_as("tong", "")


def test_letters_are_plain() -> None:
    assert letters_of("Müller-O’Brien") == "mullerobrien"
    assert has_characters("Kenji Tanaka")
    assert has_characters("Pham Minh Chinh")
    assert not has_characters("Sundar Pichai")
    assert not has_characters("A" + "na" * 2_000 + "x")  # at once
