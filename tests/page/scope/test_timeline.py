"""The bars of the timeline: few enough, without gaps, and none of the articles lost."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.messages import Language
from rag.page.scope.days import span_text
from rag.page.scope.timeline import MOST_BARS, timeline_of

DAY = date(2025, 2, 12)  # a Wednesday


def ordinals(*days: date) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([day.toordinal() for day in days], dtype=np.int64)


@pytest.mark.parametrize(
    ("days", "unit", "bars"),
    [
        (0, "day", 1),
        (59, "day", 60),
        (60, "week", 9),  # the weeks from 10 February to 7 April; 13 April is a Sunday
        (365, "week", 53),
        (4 * 365, "month", 49),
        (5 * 365, "quarter", 21),  # February 2025 to February 2030 would be 61 months.
        (14 * 365, "quarter", 57),
        (50 * 365, "year", 51),
        (900 * 365, "years", 57),
    ],
)
def test_the_unit_is_the_finest_of_which_few_are_enough(days: int, unit: str, bars: int) -> None:
    timeline = timeline_of(ordinals(DAY, DAY + timedelta(days=days)))
    assert timeline
    assert (timeline.unit, len(timeline.bars)) == (unit, bars)


@given(st.lists(st.dates(), min_size=1, max_size=300))
def test_bars_have_no_gaps_and_count_every_day_once(days: list[date]) -> None:
    timeline = timeline_of(ordinals(*days))
    assert timeline
    bars = timeline.bars
    assert 1 <= len(bars) <= MOST_BARS
    for bar, following in pairwise(bars):
        assert bar.first <= bar.last
        assert following.first == bar.last + timedelta(days=1)
    # By hand: a day belongs to the bar that choosing would ask for.
    expected = [
        sum((not b.since or b.since <= d) and (not b.until or d <= b.until) for d in days)
        for b in bars
    ]
    assert timeline.counts(ordinals(*days)).tolist() == expected
    assert sum(expected) == len(days)


def test_one_wrong_date_does_not_push_all_others_into_one_bar() -> None:
    month = [DAY + timedelta(days=n % 30) for n in range(300)]
    timeline = timeline_of(ordinals(date(1970, 1, 1), *month))
    assert timeline
    assert (timeline.unit, len(timeline.bars)) == ("day", 30)
    assert timeline.bars[0].since is None
    # 300 articles on 30 days, and the stray one in the first bar.
    assert timeline.counts(ordinals(date(1970, 1, 1), *month)).tolist() == [11, *[10] * 29]


def test_a_span_covers_the_bars_that_have_days_of_it() -> None:
    timeline = timeline_of(ordinals(DAY, DAY + timedelta(days=9)))
    assert timeline
    assert timeline.covered(date(2025, 2, 13), date(2025, 2, 14)) == (1, 2)
    assert timeline.covered(None, date(2025, 2, 14)) == (0, 2)
    assert timeline.covered(date(2026, 1, 1), None) is None


@pytest.mark.parametrize(
    ("since", "until", "language", "said"),
    [
        (date(2025, 2, 12), date(2025, 2, 14), "en", "12–14 Feb 2025"),
        (date(2025, 2, 12), date(2025, 2, 14), "zh", "2025年2月12日–14日"),
        (date(2025, 2, 28), date(2025, 3, 1), "en", "28 Feb – 1 Mar 2025"),
        (date(2024, 12, 31), date(2025, 1, 1), "zh", "2024年12月31日–2025年1月1日"),
        (date(2025, 2, 1), date(2025, 2, 28), "en", "Feb 2025"),
        (date(2025, 2, 1), date(2025, 2, 1), "zh", "2025年2月1日"),
        (date(2025, 2, 1), None, "en", "from 1 Feb 2025"),
        (None, date(2025, 2, 1), "zh", "截至2025年2月1日"),
        (None, None, "en", ""),
    ],
)
def test_spans_of_days_are_said_as_people_write_them(
    since: date | None, until: date | None, language: Language, said: str
) -> None:
    assert span_text(since, until, language) == said
