"""The names of the days of the week."""

import pytest

from rag.text.dates import weekday_number


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Monday", 0),
        ("tue", 1),
        ("Tues", 1),
        ("thur", 3),
        ("thurs", 3),
        ("SUNDAY", 6),
        ("一", 0),
        ("六", 5),
        ("日", 6),
        ("天", 6),
    ],
)
def test_a_day_by_its_name(name: str, number: int) -> None:
    assert weekday_number(name) == number


@pytest.mark.parametrize("name", ["", "mo", "month", "七", "一二"])
def test_what_names_no_day(name: str) -> None:
    with pytest.raises(ValueError, match="names no day"):
        weekday_number(name)
