from __future__ import annotations

from datetime import date

import pytest

from rag.text.periods import Period, answers_for, asked_periods, days_of_period, read_periods

DAY = date(2025, 4, 21)


def read(text: str, day: date | None = DAY) -> list[tuple[int | None, int, int]]:
    return [(p.year, p.first, p.last) for p in read_periods(text, day) if not p.compared]


@pytest.mark.parametrize(
    ("text", "year", "first", "last"),
    [
        ("2024年公司营收达到88亿元", 2024, 1, 12),
        ("2024财年利润", 2024, 1, 12),
        ("revenue in FY2024", 2024, 1, 12),
        ("revenue in FY24", 2024, 1, 12),
        ("In fiscal 2024, revenue rose", 2024, 1, 12),
        ("full-year revenue for 2025", 2025, 1, 12),
        ("发布2023年年报", 2023, 1, 12),
        ("2024年度营业收入", 2024, 1, 12),
        ("去年营收", 2024, 1, 12),
        ("Revenue was $3 billion last year.", 2024, 1, 12),
        ("the year ended March 31, 2025", 2025, 1, 12),
        ("2024年上半年营收", 2024, 1, 6),
        ("去年下半年产量", 2024, 7, 12),
        ("the first half of 2024", 2024, 1, 6),
        ("1H24 revenue", 2024, 1, 6),
        ("二季度GDP", 2024, 4, 6),
        ("一季度亏损", 2025, 1, 3),
        ("第一财季亏损", 2025, 1, 3),
        ("2025年一季报", 2025, 1, 3),
        ("Q1 2025 net income", 2025, 1, 3),
        ("24Q4出货量", 2024, 10, 12),
        ("2024Q3", 2024, 7, 9),
        ("4Q24", 2024, 10, 12),
        ("Q2'24 sales", 2024, 4, 6),
        ("second-quarter profit of FY2024", 2024, 4, 6),
        ("in the fourth quarter of last year", 2024, 10, 12),
        ("last year's third quarter", 2024, 7, 9),
        ("the quarter ended June 30, 2024", 2024, 4, 6),
        ("上季度产量", 2025, 1, 3),
        ("sales last quarter", 2025, 1, 3),
        ("前三季度净利润", 2024, 1, 9),
        ("2024年1-9月出口", 2024, 1, 9),
        ("今年前3个月", 2025, 1, 3),
        ("first nine months of 2024", 2024, 1, 9),
        ("nine months to September", 2024, 1, 9),
        ("October to December 2024", 2024, 10, 12),
        ("3月份CPI", 2025, 3, 3),
        ("CPI in March 2025", 2025, 3, 3),
        ("预计三季度净利润为2亿元", 2025, 7, 9),
        ("比如，2020年产量为4万吨", 2020, 1, 12),
    ],
)
def test_a_period_is_read(text: str, year: int, first: int, last: int) -> None:
    assert read(text) == [(year, first, last)]


@pytest.mark.parametrize(
    "text",
    [
        "公司3月20日公布业绩",
        "公司3月公布业绩",
        "In March, the company said so",
        "on 18 March 2025",
        "2025-03-05",
        "成立于2010年的公司",
        "since 2019 the plant has grown",
        "2,024 people",
        "costs $2024",
        "he may march on",
        "the MW2024 model",
        "试运行当年",
    ],
)
def test_a_day_a_founding_and_a_number_are_no_periods(text: str) -> None:
    assert read(text) == []


def test_a_part_of_a_year_takes_the_year_of_its_sentence() -> None:
    text = "2023年公司营收112亿元，其中四季度30亿元"
    assert read(text) == [(2023, 1, 12), (2023, 10, 12)]


def test_what_a_figure_is_compared_with_is_read_apart() -> None:
    (own, before) = read_periods("一季度亏损2.3亿元，上年同期盈利1.1亿元。", DAY)
    assert (own.year, own.compared, before.year, before.compared) == (2025, False, 2024, True)
    assert before.first == 1
    assert before.last == 3
    assert read("公司亏损6.3亿元，上一财年亏损2.2亿元。") == []
    assert read("up from $4 million in 2023") == []


def test_without_a_day_what_leans_on_one_has_no_year() -> None:
    assert read("一季度亏损", None) == [(None, 1, 3)]
    assert read("去年营收", None) == [(None, 1, 12)]


def test_a_question_about_a_measure_asks_for_a_period() -> None:
    (asked,) = asked_periods("星河航运去年的净利润是多少？", DAY)
    assert (asked.year, asked.first, asked.last) == (2024, 1, 12)
    (asked,) = asked_periods("How much did Velmar lose in the second quarter?", DAY)
    assert (asked.year, asked.first, asked.last) == (None, 4, 6)


@pytest.mark.parametrize(
    "question",
    [
        "星河航运去年收购了谁？",
        "Who led Velmar in 2024?",
        "为什么星河航运二季度亏损？",
        "Which of Velmar's 2024 inflation, election and flood came first?",
        "星河航运的净利润是多少？",
    ],
)
def test_other_questions_ask_for_none(question: str) -> None:
    assert asked_periods(question, DAY) == ()


def test_a_part_answers_for_a_year_only_while_it_runs() -> None:
    (running,) = asked_periods("今年的出口是多少", DAY)
    (over,) = asked_periods("2024年的出口是多少", DAY)
    assert answers_for(running, Period(year=2025, first=1, last=3, text=""))
    assert not answers_for(over, Period(year=2024, first=1, last=9, text=""))


def test_a_period_is_named_in_both_languages() -> None:
    names = [
        (p.name_en, p.name_zh)
        for p in (
            Period(year=2025, first=4, last=6, text=""),
            Period(year=2024, first=1, last=9, text=""),
            Period(year=2024, first=1, last=12, text=""),
            Period(year=None, first=3, last=3, text=""),
        )
    ]
    assert names == [
        ("Q2 2025", "2025年二季度"),
        ("January to September 2024", "2024年1至9月"),
        ("2024", "2024年"),
        ("March", "3月"),
    ]


def test_a_period_has_days() -> None:
    quarter = Period(year=None, first=10, last=12, text="")
    assert days_of_period(quarter, DAY) == (date(2024, 10, 1), date(2024, 12, 31))


def test_a_long_text_takes_no_longer_than_its_beginning() -> None:
    assert len(read_periods("2024年营收，一季度亏损，" * 100_000, DAY)) < 1_000
