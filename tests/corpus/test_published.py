"""Dates as articles write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.published import read_published

BEIJING = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("written", "shown", "precision"),
    [
        ("2025-02-13 18:26:10", "2025-02-13 18:26", "minute"),
        ("2025-02-13 18:26", "2025-02-13 18:26", "minute"),
        ("2025-02-13T18:26:10.123", "2025-02-13 18:26", "minute"),
        ("2025/2/13 8:05", "2025-02-13 08:05", "minute"),
        ("2025年2月13日 18:26", "2025-02-13 18:26", "minute"),
        ("2025年2月13日18时26分", "2025-02-13 18:26", "minute"),
        ("2025-02-13", "2025-02-13", "day"),
        ("20250213", "2025-02-13", "day"),
        ("2025.2.3", "2025-02-03", "day"),
        ("2025年2月13日", "2025-02-13", "day"),
        ("Feb. 13, 2025", "2025-02-13", "day"),
        ("13 February 2025", "2025-02-13", "day"),
        ("September 3rd 2025", "2025-09-03", "day"),
        ("2025-02", "2025-02", "month"),
        ("2025年2月", "2025-02", "month"),
        ("February 2025", "2025-02", "month"),
        ("2025", "2025", "year"),
        ("2025年", "2025", "year"),
        (2025, "2025", "year"),
        (date(2025, 2, 13), "2025-02-13", "day"),
        (datetime(2025, 2, 13, 18, 26, 10), "2025-02-13 18:26", "minute"),
    ],
)
def test_a_date_without_a_zone_is_in_that_of_its_language(
    written: object, shown: str, precision: str
) -> None:
    chinese, english = read_published(written, "zh"), read_published(written, "en")
    assert chinese is not None
    assert english is not None
    assert (str(chinese), chinese.precision) == (shown, precision)
    assert (str(english), english.precision) == (shown, precision)
    assert chinese.moment.utcoffset() == timedelta(hours=8)
    assert english.moment.utcoffset() == timedelta(0)
    assert chinese.zone_assumed
    assert english.zone_assumed


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2025-02-13T18:26:10Z", datetime(2025, 2, 13, 18, 26, tzinfo=UTC)),
        ("2025-02-13T18:26+08:00", datetime(2025, 2, 13, 18, 26, tzinfo=BEIJING)),
        ("2025-02-13 18:26:10 +0800", datetime(2025, 2, 13, 18, 26, tzinfo=BEIJING)),
        ("2025-02-13 18:26 -05", datetime(2025, 2, 13, 23, 26, tzinfo=UTC)),
        ("Thu, 13 Feb 2025 18:26:10 +0800", datetime(2025, 2, 13, 18, 26, tzinfo=BEIJING)),
        (
            datetime(2025, 2, 13, 18, 26, 10, tzinfo=BEIJING),
            datetime(2025, 2, 13, 18, 26, tzinfo=BEIJING),
        ),
    ],
)
def test_a_stated_zone_counts(written: object, moment: datetime) -> None:
    found = read_published(written, "zh")
    assert found is not None
    assert found.moment == moment
    assert not found.zone_assumed
    assert found.precision == "minute"


@pytest.mark.parametrize(
    "written",
    ["", "soon", "2025-13-01", "2025-02-30", "0000", "13", None, [], {}, 1.5, True, "2025" * 50,
     "2025-02-13 25:00", "2025-02-13T10:00+99:99", "Foo 13, 2025"],
)  # fmt: skip
def test_what_is_no_date_is_none(written: object) -> None:
    assert read_published(written, "zh") is None


@given(st.text(max_size=80) | st.text("0123456789-/:年月日 TZ+.", max_size=30))
def test_no_text_raises(text: str) -> None:
    found = read_published(text, "en")
    assert found is None or found.moment.tzinfo is not None
    assert found is None or str(found)


@given(st.datetimes(min_value=datetime(1000, 1, 1)))
def test_what_is_written_is_read_back(moment: datetime) -> None:
    found = read_published(moment.isoformat(" ", "minutes"), "en")
    assert found is not None
    assert found.moment.replace(tzinfo=None) == moment.replace(second=0, microsecond=0)
