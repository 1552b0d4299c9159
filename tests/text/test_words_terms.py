"""Terms: what two wordings of one thing have in common, in either script."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.words import count_terms, read_counts, term_number, terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("蘋果公司與阿里巴巴合作", "苹果公司与阿里巴巴合作"),
        ("ＡＢＣ１２３", "abc123"),
        ("companies rising", "Company rises"),
        ("China's", "china"),
        ("Qwen2.5-Max", "qwen2.5-max"),
    ],
)
def test_wordings_of_one_thing_have_the_same_terms(one: str, other: str) -> None:
    assert terms(one) == terms(other)


def test_a_chinese_text_gives_words_and_pairs() -> None:
    found = terms("阿里巴巴发布千问")
    assert {"阿里巴巴", "阿里", "里巴", "巴巴", "发布", "千问"} <= set(found)
    assert terms("猫") == ["猫"]


def test_a_name_of_letters_and_digits_is_found_whole_and_in_parts() -> None:
    mixed = set(terms("通义千问的Qwen2.5-Max和iOS18.4发布"))
    for name in ("Qwen2.5-Max", "qwen", "Qwen 2.5", "iOS18.4", "iOS 18.4"):
        assert set(terms(name)) & mixed, name
    assert set(terms("Qwen2.5-Max")) <= mixed


def test_punctuation_and_emoji_have_no_terms() -> None:
    assert terms("……！？ 🙂 — «»") == []


@given(st.text(max_size=60))
def test_counts_are_those_of_the_terms(text: str) -> None:
    expected = Counter(term_number(term) for term in terms(text))
    counts = read_counts([count_terms(text)])
    assert {int(n) >> 8: int(n) & 255 for n in counts} == expected
    assert (np.diff(counts.astype(object)) > 0).all()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("投资一亿美元", "投资1亿美元"),
        ("投资一亿美元", "an investment of $100 million"),
        ("58.3万辆", "583,000 cars"),
        ("四百公里", "400公里"),
        ("三十二个国家", "32 countries"),
    ],
)
def test_numbers_are_compared_by_value(one: str, other: str) -> None:
    shared = set(terms(one)) & set(terms(other))
    assert any(term.lstrip("#").isdigit() for term in shared)


def test_years_and_ranks_have_no_second_term() -> None:
    assert terms("2025年") == ["2025", "年"]
    assert "2" not in terms("排名第二")
