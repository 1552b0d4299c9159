"""The day that an article names as its own, and days that it only speaks of."""

from __future__ import annotations

import pytest

from rag.ingest.bylines import is_dateline, read_dateline

REPORT = "港口周一正式开放，四十艘货船当天到港。"


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["## 港口开放", "2025年3月2日 海港日报"], "2025-03-02"),
        (["港口开放", "来源：海港日报 2025-03-02 08:30"], "2025-03-02 08:30"),
        (["港口开放", "发布时间：2025/3/2"], "2025-03-02"),
        (["港口开放", "（2025年3月2日）"], "2025-03-02"),
        (["港口开放", "二〇二五年三月二日"], "2025-03-02"),
        (["港口开放", "记者 林禾  2025年3月2日  鹭港"], "2025-03-02"),
        (["港口开放", f"海港日报鹭港2025年3月2日电 {REPORT}"], "2025-03-02"),
        (["Harbour opens", "By Ann Lind | 2 March 2025, 15:30"], "2025-03-02 15:30"),
        (["Harbour opens", "LUND, March 2, 2025 (Reuters) - Forty ships came."], "2025-03-02"),
        (["Harbour opens", "Updated March 4, 2025", "Published March 2, 2025"], "2025-03-02"),
        (["港口公告", *[REPORT] * 9, "鹭港港务局", "2025年3月2日"], "2025-03-02"),
        (["2024年5月1日起新规施行", REPORT], None),
        (["报名截止日期：2024年5月1日", REPORT], None),
        (["会议时间：2024年5月1日", REPORT], None),
        (["港口开放", "2025年3月2日，市长宣布港口开放。"], None),
        (["Harbour opens", "The firm was founded on March 2, 2013, in Lund."], None),
        (["Harbour opens", "May 1, 2024 deadline for permits"], None),
        (["Chronicle", "9 December 1608"], None),
        (["港口开放", "2025年2月30日"], None),
        (["港口开放", "货船2025-03-02-A号"], None),
        ([], None),
    ],
)
def test_only_a_line_of_its_own_gives_the_day(lines: list[str], day: str | None) -> None:
    found = read_dateline("\n\n".join([*lines, REPORT] if day is None else lines), "zh")
    assert (str(found) if found else None) == day


def test_a_dateline_is_no_title() -> None:
    assert is_dateline("2025年3月2日 海港日报", "zh")
    assert not is_dateline("港口3月2日开放", "zh")
