"""Numbers that are written in words."""

import pytest

from rag.text.quantities import ROMAN_NUMERALS, chinese_number, roman_number, written_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("12", 12),
        ("3rd", 3),
        ("21ST", 21),
        ("Seven", 7),
        ("twentieth", 20),
        ("两", 2),
        ("十", 10),
        ("三十一", 31),
        ("一百零三", 103),
        ("一亿三千万", 130_000_000),
    ],
)
def test_a_number_by_its_words(text: str, value: int) -> None:
    assert written_number(text) == value


@pytest.mark.parametrize("text", ["", "several", "sevens", "第三", "3.5", "三个", "３号"])
def test_other_text_is_no_number(text: str) -> None:
    assert written_number(text) == 0


def test_the_last_written_digit_of_a_chinese_number() -> None:
    assert chinese_number("三百二十") == (320, 1)
    assert chinese_number("三百") == (300, 100)


def test_roman_numerals() -> None:
    assert [roman_number(text) for text in ("I", "IV", "IX", "XIV", "XXXIX")] == [1, 4, 9, 14, 39]
    assert len(set(ROMAN_NUMERALS)) == 40  # 0 to 39


@pytest.mark.parametrize("text", ["", "IIII", "VX", "XL", "iv", "ILL"])
def test_no_roman_numerals(text: str) -> None:
    assert roman_number(text) == 0
