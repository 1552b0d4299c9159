"""Numbers with their magnitudes, units and measures."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rag.text.quantities import Quantity, read_quantities, same_quantity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("58.3万辆", [("583000", "1000", "", "")]),
        ("about $1.4 billion", [("1400000000", "100000000", "USD", "")]),
        ("每股0.35元", [("0.35", "0.01", "CNY", "")]),
        ("up 12 percentage points", [("12", "1", "%", "pp")]),
        ("增加5个百分点，占37%", [("5", "1", "%", "pp"), ("37", "1", "%", "")]),
        ("three hundred people", [("300", "100", "", "")]),
        ("约三百人", [("300", "1", "", "")]),
        ("1,234.5 km", [("1234.5", "0.1", "", "km")]),
        ("hk$116.7", [("116.7", "0.1", "HKD", "")]),
        ("no numbers here", []),
    ],
)
def test_numbers_are_read(text: str, expected: list[tuple[str, str, str, str]]) -> None:
    found = read_quantities(text)
    assert [(q.value, q.unit, q.measure) for q in found] == [
        (Decimal(value), unit, measure) for value, _, unit, measure in expected
    ]
    for quantity in found:
        assert quantity.text in text


def one(text: str) -> Quantity:
    (quantity,) = read_quantities(text)
    return quantity


@pytest.mark.parametrize(
    ("claim", "source", "same"),
    [
        ("583,000", "58.3万", True),
        ("4.2 km", "4200米", True),
        ("1.4 billion dollars", "14亿美元", True),
        ("about 60万", "58.3万", False),
        ("0.58 million", "58.3万", True),  # A rounding of it.
        ("5%", "5 percentage points", False),
        ("5美元", "5港元", False),
        ("90 minutes", "1.5 hours", True),
        ("90 minutes", "1.6 hours", False),
    ],
)
def test_a_claim_may_round_and_change_the_unit_of_its_kind(
    claim: str, source: str, same: bool
) -> None:
    assert same_quantity(one(claim), one(source)) is same
