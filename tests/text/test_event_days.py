"""The day that a sentence of an article speaks of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rag.text.event_days import event_day
from rag.types import Published

# A Friday.
PUBLISHED = Published(
    moment=datetime(2025, 2, 14, 17, tzinfo=UTC), precision="minute", zone_assumed=False
)


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("2月11日晚，消息引发关注。", "2025-02-11"),
        ("昨日，工厂恢复了生产。", "2025-02-13"),
        ("大桥于2024年12月3日通车。", "2024-12-03"),
        ("去年12月，大桥通车。", "2024-12"),
        ("The bridge opened on Tuesday.", "2025-02-11"),
        ("The bridge opened on 3 March 2024.", "2024-03-03"),
        ("The court will rule on Monday.", "2025-02-17"),
        ("Two days ago the strike began.", "2025-02-12"),
        ("自2024年3月1日以来，工厂于2月10日首次停产。", "2025-02-10"),
        ("The club, founded in May 1999, won on Wednesday.", "2025-02-12"),
        ("他对结果表示满意。", None),
        ("Revenue in 2024 was 3 billion dollars.", None),
        ("公司第三季度营收增长。", None),
    ],
)
def test_the_day_of_the_event(sentence: str, day: str | None) -> None:
    found = event_day(sentence, PUBLISHED)
    assert (found.iso if found else None) == day


def test_without_a_day_of_the_article_nothing_is_counted_from_it() -> None:
    assert event_day("The bridge opened on Tuesday.", None) is None
    assert event_day("大桥昨日通车。", None) is None
    impossible = event_day("大桥于2025年2月30日通车。", None)
    assert impossible is None
