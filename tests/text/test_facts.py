"""The one reader of numbers, dates, names and direction, in both languages."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from rag.text.dates import CalendarDate, same_date
from rag.text.facts import read_facts
from rag.text.negation import denies
from rag.text.quantities import same_quantity
from rag.types import Published

WRITTEN = Published(
    moment=datetime(2025, 2, 13, 18, 26, tzinfo=timezone(timedelta(hours=8))),
    precision="minute",
    zone_assumed=True,
)


def quantities(text: str) -> list[tuple[Decimal, str]]:
    return [(q.value, q.unit) for q in read_facts(text).quantities]


def dates(text: str, published: Published | None = None) -> list[tuple[int | None, ...]]:
    return [(d.year, d.month, d.day, d.quarter) for d in read_facts(text, published).dates]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("58.3万笔/秒", "583000", ""),
        ("40亿条", "4000000000", ""),
        ("3.6万亿美元", "3600000000000", "USD"),
        ("US$3.6 trillion", "3600000000000", "USD"),
        ("$3.6tn", "3600000000000", "USD"),
        ("£5m", "5000000", "GBP"),
        ("$5 m", "5000000", "USD"),
        ("116.7港元/股", "116.7", "HKD"),
        ("HK$116.7", "116.7", "HKD"),
        ("116.7 Hong Kong dollars", "116.7", "HKD"),
        ("人民币1168亿元", "116800000000", "CNY"),
        ("116.8 billion yuan", "116800000000", "CNY"),
        ("1,310万台", "13100000", ""),
        ("13.1 million units", "13100000", ""),
        ("38.5%", "38.5", "%"),
        ("38.5 percent", "38.5", "%"),
        ("１３％", "13", "%"),
        ("5个百分点", "5", "%"),
        ("百分之二十五", "25", "%"),
        ("twenty percent", "20", "%"),
        ("two million users", "2000000", ""),
        ("十二万", "120000", ""),
        ("二十万元", "200000", "CNY"),
        ("一亿三千万", "130000000", ""),
        ("两万亿", "2000000000000", ""),
        ("三百五十家", "350", ""),
        ("第七名", "7", "rank"),
        ("第十二名", "12", "rank"),
        ("seventh place", "7", "rank"),
        ("the 7th", "7", "rank"),
        ("2000 yuan", "2000", "CNY"),
        ("2000人", "2000", ""),
        ("5 m tall", "5", ""),
    ],
)
def test_a_number_is_read_with_its_magnitude_and_unit(text: str, value: str, unit: str) -> None:
    assert quantities(text) == [(Decimal(value), unit)]


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("10-15%", 10, 15, "%"),
        ("10%至15%", 10, 15, "%"),
        ("10万-20万元", 100_000, 200_000, "CNY"),
        ("2到3亿元", 200_000_000, 300_000_000, "CNY"),
        ("between 2 and 3 million yuan", 2_000_000, 3_000_000, "CNY"),
        ("3-4 million", 3_000_000, 4_000_000, ""),
    ],
)
def test_both_ends_of_a_range_have_its_scale(text: str, low: int, high: int, unit: str) -> None:
    assert [value for value, _ in quantities(text)] == [low, high]
    assert quantities(text)[1][1] == unit


def test_three_and_five_million_are_no_range() -> None:
    assert [value for value, _ in quantities("3 and 5 million")] == [3, 5_000_000]


@pytest.mark.parametrize(
    "text",
    [
        "Qwen2.5-Max",
        "Qwen 2.5-Max",
        "GPT-4o, Llama-3.1-405B",
        "iOS18.4",
        "数亿部",
        "数十亿",
        "the first half",
        "for the first time",
        "one third",
        "千万别",
        "one of the reasons",
    ],
)
def test_what_counts_nothing_is_no_number(text: str) -> None:
    assert quantities(text) == []


def test_endless_digits_are_read_without_an_error() -> None:
    # Also in time linear in their length: an article may hold any text.
    assert len(quantities("9" * 100_000)) == 1
    assert len(quantities("第" + "9" * 100_000)) <= 2


@pytest.mark.parametrize(
    ("claim", "source", "same"),
    [
        ("118.3美元", "118.33美元", True),
        ("118.33美元", "118.3美元", False),
        ("118.4美元", "118.33美元", False),
        ("58万", "58.3万", True),
        ("583,000", "58.3万", True),
        ("13.1 million", "1310万台", True),
        ("13 million", "1310万台", True),
        ("14 million", "1310万台", False),
        ("$100 million", "1亿美元", True),
        ("100 million yuan", "1亿美元", False),
        ("17", "17%", True),
        ("17%", "17元", False),
        ("seventh", "第七名", True),
        ("sixth", "第七名", False),
    ],
)
def test_a_number_is_supported_by_itself_or_what_it_rounds(
    claim: str, source: str, same: bool
) -> None:
    (said,), (given,) = read_facts(claim).quantities, read_facts(source).quantities
    assert same_quantity(said, given) is same


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025年2月13日", (2025, 2, 13, None)),
        ("2025-02-13", (2025, 2, 13, None)),
        ("Feb. 13, 2025", (2025, 2, 13, None)),
        ("13 February 2025", (2025, 2, 13, None)),
        ("2月13日", (None, 2, 13, None)),
        ("February 13th", (None, 2, 13, None)),
        ("2025年2月", (2025, 2, None, None)),
        ("May 2025", (2025, 5, None, None)),
        ("2009年", (2009, None, None, None)),
        ("in 2009", (2009, None, None, None)),
        ("11日晚", (None, None, 11, None)),
        ("24Q4", (2024, None, None, 4)),
        ("2024年第四季度", (2024, None, None, 4)),
        ("the fourth quarter of 2024", (2024, None, None, 4)),
        ("Q4 2024", (2024, None, None, 4)),
        ("mid-2024", (2024, None, None, None)),
    ],
)
def test_a_date_is_read_as_far_as_it_is_said(text: str, expected: tuple[int | None, ...]) -> None:
    assert dates(text) == [expected]
    assert quantities(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("昨日", (2025, 2, 12, None)),
        ("yesterday", (2025, 2, 12, None)),
        ("截止今日收盘", (2025, 2, 13, None)),
        ("去年12月", (2024, 12, None, None)),
        ("今年1月", (2025, 1, None, None)),
        ("去年四季度", (2024, None, None, 4)),
        ("12月31日", (2024, 12, 31, None)),
        ("3月25日", (2025, 3, 25, None)),
        ("February 11", (2025, 2, 11, None)),
    ],
)
def test_a_relative_date_leans_on_the_day_of_publication(
    text: str, expected: tuple[int | None, ...]
) -> None:
    assert dates(text, WRITTEN) == [expected]


@pytest.mark.parametrize("text", ["version 18.4 may be released", "They march on", "2000人"])
def test_verbs_decimals_and_counts_are_no_dates(text: str) -> None:
    assert dates(text) == []


@pytest.mark.parametrize(
    ("claim", "source", "same"),
    [
        ("2025年", "2025年2月13日", True),
        ("2月", "2025年2月13日", True),
        ("2025年2月13日", "2025年2月", False),
        ("2024年", "2025年", False),
        ("fourth quarter of 2024", "2024年12月", True),
        ("November 2024", "2024年第四季度", True),
        ("2024年9月", "2024年第四季度", False),
        ("Q3 2024", "24Q4", False),
    ],
)
def test_the_source_says_every_part_of_the_date(claim: str, source: str, same: bool) -> None:
    (said,), (given,) = read_facts(claim).dates, read_facts(source).dates
    assert same_date(said, given) is same


def test_a_date_without_parts_is_in_any_source() -> None:
    assert same_date(CalendarDate(text=""), CalendarDate(year=2024, text="2024"))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Shares of Apple rose, said IDC.", ("Apple", "IDC")),
        ("The firm sold its iPhone there on Monday.", ("iPhone",)),
        ("苹果CEO表示Qwen2.5-Max很好", ("CEO", "Qwen2.5-Max")),
        ("Nothing is named here.", ()),
    ],
)
def test_latin_names_are_read_within_sentences(text: str, names: tuple[str, ...]) -> None:
    assert read_facts(text).names == names


@pytest.mark.parametrize(
    ("text", "rises", "falls"),
    [
        ("股价上涨2.55%", True, False),
        ("出货量同比大幅下滑25%", False, True),
        ("shares were up 3%", True, False),
        ("closed down", False, True),
        ("Apple teamed up with Alibaba", False, False),
        ("They settled down to up to three firms", False, False),
        ("declined to comment", False, False),
        ("sales declined", False, True),
    ],
)
def test_direction(text: str, rises: bool, falls: bool) -> None:
    facts = read_facts(text)
    assert (facts.rises, facts.falls) == (rises, falls)


def test_each_number_moves_as_its_own_clause_says() -> None:
    facts = read_facts("苹果的出货量下降了25%，而华为的出货量增长了24%")
    assert [(q.text, up) for q, up in facts.moves] == [("25%", False), ("24%", True)]


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("苹果并未回应", True),
        ("合作后来被取消", True),
        ("It isn’t paid", True),
        ("It isn't paid", True),
        ("Apple refused", True),
        ("The firm declined to comment", True),
        ("我们非常荣幸", False),
        ("未来合作不断", False),
        ("无疑是一次重大突破", False),
        ("It ranked No. 7", False),
        ("Sales declined", False),
    ],
)
def test_negation(text: str, negated: bool) -> None:
    assert denies(text) is negated


def test_words_that_begin_like_a_month_are_no_dates() -> None:
    facts = read_facts("Apple entered 3 markets in a decade, and marketing 30 percent declined")
    assert facts.dates == ()
    assert [str(quantity.value) for quantity in facts.quantities] == ["3", "30"]
    assert read_facts("Sept. 3 and Jan 5").dates[0].month == 9
