"""What a cell of a table says: a number, a period, or the name of a sum."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.table_rows import cell_value, is_period, is_sum, unit_of, without_unit


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,234.5", "1234.5"),
        ("１，２３４", "1234"),
        ("1.2万", "12000"),
        ("约3万人", "30000"),
        ("2.53亿", "253000000"),
        ("−3.2%", "-3.2"),
        ("–9.8", "-9.8"),
        ("▼4.1", "-4.1"),
        ("+5.1%", "5.1"),
        ("(45)", "-45"),
        ("$64m", "64000000"),
        ("88.1*", "88.1"),
        (".5", "0.5"),
        ("12 people", "12"),
        ("5.1个百分点", "5.1"),
    ],
)
def test_numbers_of_cells(cell: str, value: str) -> None:
    assert cell_value(cell) == Decimal(value)


@pytest.mark.parametrize("cell", ["", *"— N/A 3-5 2025-03-01 3:05 第3 3月1日 约".split()])
def test_what_is_no_number(cell: str) -> None:
    assert cell_value(cell) is None


@given(st.integers(-(10**9), 10**9))
def test_any_whole_number_is_read_with_its_separators(number: int) -> None:
    assert cell_value(f"{number:,}") == number


@pytest.mark.parametrize(
    "label", ["2023", "2023年", "一季度", "2024年一季度", "Q1 2024", "上半年", "5月", "FY2024"]
)
def test_periods(label: str) -> None:
    assert is_period(label)


@pytest.mark.parametrize("label", ["财政收入", "East", "1,234", "", "Births"])
def test_what_is_no_period(label: str) -> None:
    assert not is_period(label)


@pytest.mark.parametrize(
    "name",
    ["合计", "全市", "全市合计", "总计（万人）", "平均", "Total", "Grand total", "All harbours"],
)
def test_sums(name: str) -> None:
    assert is_sum(name)


@pytest.mark.parametrize("name", ["东岸区", "全州县", "Allerton", "Totality Ltd", "平均台"])
def test_members_are_no_sums(name: str) -> None:
    assert not is_sum(name)


def test_units_stand_in_brackets() -> None:
    assert (unit_of("收入（亿元）"), without_unit("收入（亿元）")) == ("亿元", "收入")
    assert (unit_of("Revenue (million yuan)"), unit_of("收入（2024年）")) == ("million yuan", "")
