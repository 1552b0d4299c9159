"""Dates as articles write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.written_dates import read_published

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
        ("13.02.2025", "2025-02-13", "day"),
        ("3.2.2025", "2025-02-03", "day"),
        ("13/02/2025", "2025-02-13", "day"),
        ("02/13/2025 6:26 PM", "2025-02-13 18:26", "minute"),
        ("13-Feb-25", "2025-02-13", "day"),
        ("Thursday, February 13th, 2025 at 6:26 p.m.", "2025-02-13 18:26", "minute"),
        ("February 13, 2025 at 6:26 PM CST", "2025-02-13 18:26", "minute"),
        ("12:05 a.m., 13 Feb 2025", "2025-02-13 00:05", "minute"),
        ("2025/2/13 下午6:26", "2025-02-13 18:26", "minute"),
        ("2025年2月13日 星期四 晚上8点", "2025-02-13 20:00", "minute"),
        ("2025年2月13日中午12:30", "2025-02-13 12:30", "minute"),
        ("２０２５年２月１３日", "2025-02-13", "day"),
        ("二〇二五年二月十三日", "2025-02-13", "day"),
        ("民国114年2月13日", "2025-02-13", "day"),
        ("发布时间：2025-02-13 18:26", "2025-02-13 18:26", "minute"),
        ("Thu 04/03/2025", "2025-04-03", "day"),
        ("04/04/2025", "2025-04-04", "day"),
        ("2025-W07-4", "2025-02-13", "day"),
        ("20250213182610", "2025-02-13 18:26", "minute"),
        ("02/2025", "2025-02", "month"),
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
        ("2025-02-13 18:26:10 +0800 CST", datetime(2025, 2, 13, 18, 26, tzinfo=BEIJING)),
        ("2025-02-13 18:26 Asia/Shanghai", datetime(2025, 2, 13, 18, 26, tzinfo=BEIJING)),
        ("Feb 13, 2025 6:26 PM EST", datetime(2025, 2, 13, 23, 26, tzinfo=UTC)),
        ("02/03/2025 6:26 PM EST", datetime(2025, 2, 3, 23, 26, tzinfo=UTC)),
        (
            "Thu Feb 13 2025 18:26:10 GMT+0800 (China Standard Time)",
            datetime(2025, 2, 13, 18, 26, tzinfo=BEIJING),
        ),
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


@pytest.mark.parametrize("written", [1739442370, "1739442370", 1739442370123, 1739442370.5])
def test_a_moment_falls_on_the_day_it_has_where_its_language_is_spoken(written: object) -> None:
    chinese, english = read_published(written, "zh"), read_published(written, "en")
    assert (str(chinese), str(english)) == ("2025-02-13 18:26", "2025-02-13 10:26")


@pytest.mark.parametrize(
    ("hints", "day"),
    [
        ([(4, 3)], "2025-04-03"),
        ([(3, 4), (9, 9)], "2025-03-04"),
        ([], None),
        ([(3, 4), (4, 3)], None),
    ],
)
def test_what_may_be_two_days_is_read_only_where_it_is_settled(
    hints: list[tuple[int, int]], day: str | None
) -> None:
    found = read_published("03/04/2025", "en", hints)
    assert (str(found) if found else None) == day


@pytest.mark.parametrize(
    "written",
    ["03/04/2025", "yesterday", "{{ .Date }}", "0001-01-01T00:00:00Z", "Feb 13, 2025 by Ann",
     "6 April",
     "2025-02-13 to 2025-02-15", "Spring 2025", "2024/2025", "v2025.4.6", 12345678901, "2025-02-29",
     "", "soon", "2025-13-01", "2025-02-30", "0000", "13", None, [], {}, 1.5, True, "2025" * 50,
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
