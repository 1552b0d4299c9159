"""The same story in several outlets is one; what only looks alike is not."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.near_duplicates import PERMUTATIONS, group, read_signatures, signature

WIRE = (
    "新港口周一正式开放，四十艘货船当天到港。市长表示，港口将为全市带来三千个就业岗位。"
    "港口建设历时五年，总投资为十二亿元，是当地规模最大的基础设施工程。首批货物包括粮食和钢材。"
)
ENGLISH = (
    "The harbour of Lund opened on Monday after five years of work. Forty ships came on the first "
    "day, the mayor said, and three thousand people are expected to find work there by 2027."
)


def groups(*texts: str) -> tuple[tuple[int, ...], ...]:
    return group(read_signatures(map(signature, texts)), texts, [None] * len(texts))


def test_one_wire_story_in_several_papers_is_one() -> None:
    shortened = WIRE.replace("首批货物包括粮食和钢材。", "")
    headed = "本报讯（记者 李明）" + WIRE + "（完）"
    other = "市议会周二否决了新的预算案，预算委员会将在下月重新讨论，议员们对教育经费的分歧最大。"
    assert groups(WIRE, other, shortened, ENGLISH, headed) == ((0, 2, 4),)
    assert groups(ENGLISH, ENGLISH.replace("Monday", "1 May").upper(), WIRE) == ((0, 1),)


def test_reports_on_two_members_of_a_series_are_two_stories() -> None:
    report = (
        "白水市地铁{}号线昨日正式开通，首班车于早上六点从北站出发。市民排队乘车，"
        "轨道集团表示全线设站21座，全长28.6公里，票价由2元起步，车辆均为国产，运营至晚上十一点。"
    )
    assert groups(report.format(3), report.format(3) + "（完）") == ((0, 1),)
    assert groups(report.format("三"), report.format(5)) == ()
    assert groups(report.format("三"), report.format(3)) == ((0, 1),)


def test_reports_from_one_template_are_not_one_story() -> None:
    report = (
        "截至2023年8月18日收盘，{}（{}）报收于{}元，上涨{}%，换手率{}%，成交量{}万手，成交额{}万元。"
        "当日主力资金净流出{}万元，占总成交额{}%，游资资金净流入{}万元，占总成交额{}%，散户资金净流入"
        "{}万元，占总成交额{}%。近5日资金流向一览见下表，该股主要指标及行业内排名如下。"
    )
    first = report.format("富春环保", "002479", 4.67, 0.65, 1.11, 9.52, 4464, 484, 3, 77, 2, 406, 9)
    second = report.format("金徽股份", "603132", 11.88, 0.17, 0.48, 7.59, 902, 45, 5, 12, 1, 33, 4)
    assert groups(first, second) == ()
    assert groups(first, first.replace("见下表", "如下表所示")) == ((0, 1),)


def test_the_estimate_is_the_jaccard_similarity_of_the_shingles() -> None:
    rng = random.Random(5)
    words = [f"w{rng.randrange(10**9)}" for _ in range(600)]
    first, second = " ".join(words[:400]), " ".join(words[100:500])
    # Shingles of 4 words: 397 in each text, 297 of them common to both, 497 in all.
    exact = 297 / 497
    rows = read_signatures([signature(first), signature(second)])
    # Three standard errors of the estimate: sqrt(0.6 * 0.4 / 128) = 0.043.
    assert np.mean(rows[0] == rows[1]) == pytest.approx(exact, abs=0.13)


@given(st.lists(st.text(max_size=40), max_size=6))
def test_any_texts_are_grouped_without_fault(texts: list[str]) -> None:
    found = groups(*texts)
    rows = [row for rows in found for row in rows]
    assert len(rows) == len(set(rows))
    assert all(len(rows) > 1 for rows in found)


def test_signatures_are_those_that_stored_indexes_hold() -> None:
    """Made with datasketch 2.0.0, `MinHash(num_perm=128, hashfunc=zlib.crc32)`."""
    text = "Forty ships came to the harbour of Lund on Monday."
    stored = "c27aeb4d1453e310cac948f4ce105c55685d8e0eca7db98f8187adde197ef080"
    assert hashlib.sha256(signature(text)).hexdigest() == stored


def test_a_signature_has_one_size_and_no_signatures_are_no_groups() -> None:
    assert len(signature("")) == 4 * PERMUTATIONS
    assert group(read_signatures([]), [], []) == ()


def test_a_guide_that_comes_back_is_not_the_story_of_before() -> None:
    signatures = read_signatures([signature(ENGLISH)] * 3)
    days = [datetime(2025, 3, day, tzinfo=UTC) for day in (1, 2, 20)]
    assert group(signatures, [ENGLISH] * 3, days) == ((0, 1),)
    assert group(signatures, [ENGLISH] * 3, [*days[:2], None]) == ((0, 1, 2),)
