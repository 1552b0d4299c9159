"""The names of the months."""

import re

import pytest

from rag.text.dates import ANY_MONTH, CHINESE_MONTH, ENGLISH_MONTHS, MONTH_WORDS, month_number


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("January", 1),
        ("feb", 2),
        ("MAR.", 3),
        ("may", 5),
        ("Sept.", 9),
        ("sep", 9),
        ("december", 12),
    ],
)
def test_a_month_by_its_name(name: str, number: int) -> None:
    assert month_number(name) == number


@pytest.mark.parametrize("name", ["", "decade", "marching", "1", "一月"])
def test_what_names_no_month(name: str) -> None:
    with pytest.raises(ValueError, match="names no month"):
        month_number(name)


def test_every_month_has_its_words() -> None:
    assert [month_number(name) for name in ENGLISH_MONTHS] == list(range(1, 13))
    assert len(MONTH_WORDS) == 24  # twelve in full, twelve short ones, sept, and may only once
    assert all(re.fullmatch(ANY_MONTH, word) for word in MONTH_WORDS)


def test_chinese_months() -> None:
    assert [m for m in "一二三四五六七八九十" if re.fullmatch(CHINESE_MONTH, m)] == list(
        "一二三四五六七八九十"
    )
    assert re.fullmatch(CHINESE_MONTH, "十二")
    assert not re.fullmatch(CHINESE_MONTH, "十三")
