"""When a question is about, in both languages, against a fixed day of asking."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import QuestionError
from rag.retrieval.time_frame import effect_of, read_time_frame, time_frame_of, without_days
from rag.types import TimeFrame

TODAY = date(2025, 7, 16)  # a Wednesday
NEWEST = date(2025, 2, 20)


def read(question: str) -> TimeFrame:
    frame = read_time_frame(question, TODAY, NEWEST)
    assert frame, question
    return frame


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        # Dates of a calendar; without a year, the latest that the articles reach.
        ("2月13日发生了什么？", (2025, 2, 13), (2025, 2, 13)),
        ("What happened on February 13?", (2025, 2, 13), (2025, 2, 13)),
        ("去年2月13日发生了什么？", (2024, 2, 13), (2024, 2, 13)),
        ("13日的收盘价是多少？", (2025, 2, 13), (2025, 2, 13)),
        ("2024年10月的销量", (2024, 10, 1), (2024, 10, 31)),
        ("sales in October 2024", (2024, 10, 1), (2024, 10, 31)),
        ("2024年第四季度的份额", (2024, 10, 1), (2024, 12, 31)),
        ("market share in Q4 2024", (2024, 10, 1), (2024, 12, 31)),
        ("12月的销量", (2024, 12, 1), (2024, 12, 31)),
        # A year or month that was said holds for the dates behind it.
        ("2020年2月3日和4日的股价", (2020, 2, 3), (2020, 2, 4)),
        ("2020年11月和2021年6月的表现", (2020, 11, 1), (2021, 6, 30)),
        ("from September 26, 2023 to November 1, 2023", (2023, 9, 26), (2023, 11, 1)),
        # What leans on today.
        ("昨天新增多少？", (2025, 7, 15), (2025, 7, 15)),
        ("前天谁来了？", (2025, 7, 14), (2025, 7, 14)),
        ("What happened the day before yesterday?", (2025, 7, 14), (2025, 7, 14)),
        ("上周发生了什么？", (2025, 7, 7), (2025, 7, 13)),
        ("What happened last week?", (2025, 7, 7), (2025, 7, 13)),
        ("上周五谁访问了北京？", (2025, 7, 11), (2025, 7, 11)),
        ("上周天谁访问了北京？", (2025, 7, 13), (2025, 7, 13)),
        ("Who came last Friday?", (2025, 7, 11), (2025, 7, 11)),
        ("本月15日", (2025, 7, 15), (2025, 7, 15)),
        ("上个月", (2025, 6, 1), (2025, 6, 30)),
        ("last month", (2025, 6, 1), (2025, 6, 30)),
        ("last quarter", (2025, 4, 1), (2025, 6, 30)),
        ("上季度的利润", (2025, 4, 1), (2025, 6, 30)),
        ("今年上半年", (2025, 1, 1), (2025, 6, 30)),
        ("去年第四季度", (2024, 10, 1), (2024, 12, 31)),
        ("最近三个月的股价", (2025, 4, 16), (2025, 7, 16)),
        ("in the past 5 days", (2025, 7, 11), (2025, 7, 16)),
        ("三天前", (2025, 7, 13), (2025, 7, 13)),
        ("two weeks ago", (2025, 6, 29), (2025, 7, 5)),
        ("3 months ago", (2025, 4, 1), (2025, 4, 30)),
        ("五年前的今天谁接任？", (2020, 7, 16), (2020, 7, 16)),
        ("二十年前的奥运会", (2005, 1, 1), (2005, 12, 31)),
        # Parts of a year, and ranges.
        ("2024年上半年的营收", (2024, 1, 1), (2024, 6, 30)),
        ("in the first half of 2024", (2024, 1, 1), (2024, 6, 30)),
        ("2024年前11个月出口", (2024, 1, 1), (2024, 11, 30)),
        ("去年前三季度营收", (2024, 1, 1), (2024, 9, 30)),
        ("January to March 2024", (2024, 1, 1), (2024, 3, 31)),
        ("between January and March 2024", (2024, 1, 1), (2024, 3, 31)),
        ("1月至3月出口", (2024, 1, 1), (2024, 3, 31)),
        ("1-2月出口", (2025, 1, 1), (2025, 2, 28)),
        ("2023年10月到次年2月", (2023, 10, 1), (2024, 2, 29)),
        ("12月20日至1月5日", (2024, 12, 20), (2025, 1, 5)),
        ("2月10-13日", (2025, 2, 10), (2025, 2, 13)),
        ("February 10-13", (2025, 2, 10), (2025, 2, 13)),
        ("上一季度", (2025, 4, 1), (2025, 6, 30)),
        ("fourth quarter last year", (2024, 10, 1), (2024, 12, 31)),
        ("February 13 last year", (2024, 2, 13), (2024, 2, 13)),
        ("大前天", (2025, 7, 13), (2025, 7, 13)),
        ("本周一共有几家公司", (2025, 7, 14), (2025, 7, 20)),
        # Other ways to write a day.
        ("13/2/2025", (2025, 2, 13), (2025, 2, 13)),
        ("2025/2/13", (2025, 2, 13), (2025, 2, 13)),
        ("2025.2.13", (2025, 2, 13), (2025, 2, 13)),
        ("2025-02-13", (2025, 2, 13), (2025, 2, 13)),
        ("on 13-Feb-2025", (2025, 2, 13), (2025, 2, 13)),
        ("sales in 2024", (2024, 1, 1), (2024, 12, 31)),
        # What is no "since".
        ("2024年起诉苹果的公司", (2024, 1, 1), (2024, 12, 31)),
        ("Up to 30 million units in 2024", (2024, 1, 1), (2024, 12, 31)),
    ],
)
def test_days_are_read(
    question: str, start: tuple[int, int, int], end: tuple[int, int, int]
) -> None:
    frame = read(question)
    assert (frame.start, frame.end, frame.effect) == (date(*start), date(*end), "prefer")


@pytest.mark.parametrize(
    ("question", "end"),
    [
        ("截至7月的市值", (2025, 7, 31)),
        ("截至2月13日，股价是多少？", (2025, 2, 13)),
        ("how many as of June?", (2025, 6, 30)),
        ("7月之前的销量", (2025, 6, 30)),
        ("2025年之前苹果的销量", (2024, 12, 31)),
        ("2月13日之前", (2025, 2, 12)),
        ("by Feb 14", (2025, 2, 14)),
        ("as of the close on 13 February 2025", (2025, 2, 13)),
        ("before Feb. 13, 2025", (2025, 2, 12)),
        ("prior to 2025", (2024, 12, 31)),
    ],
)
def test_the_newest_is_preferred_up_to_a_day(question: str, end: tuple[int, int, int]) -> None:
    assert read(question).effect == "newest"
    assert (read(question).start, read(question).end) == (None, date(*end))


@pytest.mark.parametrize("question", ["最新消息是什么？", "What is the latest on Siri?"])
def test_the_newest_has_no_day(question: str) -> None:
    # An article of tomorrow, by this machine's day, may be of today where it was written.
    assert read(question) == TimeFrame(effect="newest", phrase=read(question).phrase)


@pytest.mark.parametrize("question", ["since February 13", "2月13日以来的股价", "自2月13日起"])
def test_since_a_day_has_no_end(question: str) -> None:
    assert (read(question).start, read(question).end) == (date(2025, 2, 13), None)


@pytest.mark.parametrize(
    "question",
    [
        "苹果为什么选择阿里巴巴？",
        "Why did Apple choose Alibaba?",
        "What may change, and who will march?",
        "iOS 18.4 and Qwen2.5-Max",
        "2月30日",
        "",
        # Words that only look like a date.
        "smartphone market, marketing, decline and novels",
        "Which 3 markets does Apple sell AI in?",
        "未来十年前景如何？",
        "两天前往北京的航班",
        "十几年前的手机",
        "1.5 years ago",
        "half a year ago",
        "1,000 years ago",
        "twenty-two years ago",
        "下周三发布什么？",
        "next March",
        "明年3月",
        "下个月13日",
        "每周五",
        "一周一次",
        "周六福的营收",
        "登上月球",
        "线上周边",
        "今日头条",
        "USA Today",
        "the song Yesterday",
        "the show Last Week Tonight",
        "5日均线",
        "7日年化收益率",
        "3月期Shibor",
        "2000 workers",
        "2024 people attended",
        "Windows 2000",
        "Blade Runner 2049",
        "August Wilson",
        "June Squibb",
        "the March on Washington",
        "离北京最近的城市",
        "最新款iPhone",
        "3/4/2025",
    ],
)
def test_a_question_without_days_has_no_frame(question: str) -> None:
    assert read_time_frame(question, TODAY, NEWEST) is None


@given(st.text(max_size=60), st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_any_text_on_any_day_is_read_without_an_error(text: str, today: date) -> None:
    frame = read_time_frame(text, today, None)
    assert frame is None or frame.start is None or frame.end is None or frame.start <= frame.end


@given(
    st.sampled_from(
        "999年前 三百天前 上上个月 去年的今天 past 999 months|99 years ago today".split("|")
    )
)
def test_far_back_is_no_error(text: str) -> None:
    read_time_frame(text, date(3, 1, 31), None)


def test_a_question_of_ten_thousand_characters_is_read_at_once() -> None:
    assert read_time_frame("到" * 9_000 + "2月13日" + "最近" * 400, TODAY, NEWEST)


def test_a_person_sets_days_months_or_years() -> None:
    assert time_frame_of("2025-02", "2025-02-13") == TimeFrame(
        start=date(2025, 2, 1), end=date(2025, 2, 13)
    )
    assert time_frame_of("", " 2024 ") == TimeFrame(end=date(2024, 12, 31))
    assert time_frame_of("", "") is None


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("yesterday", "", "'yesterday' is not a date"),
        ("2025-02-30", "", "'2025-02-30' is not a date"),
        ("2025-03", "2025-02", "ends on 2025-02-28, before it begins on 2025-03-01"),
    ],
)
def test_days_that_are_none_are_named(since: str, until: str, said: str) -> None:
    with pytest.raises(QuestionError) as caught:
        time_frame_of(since, until)
    assert said in caught.value.message.en
    assert caught.value.message.zh != caught.value.message.en


def test_a_frame_is_told_in_both_languages() -> None:
    frames = [read("2月13日的股价"), read("最新消息"), time_frame_of("2025-02-13", "")]
    told = [effect_of(frame) for frame in frames if frame]
    assert [message.zh for message in told] == [
        "优先 2025-02-13 及其后几天的文章（“2月13日”）",
        "越新的文章越优先（“最新”）",
        "仅限 2025-02-13 – … 的文章",
    ]
    assert [message.en for message in told] == [
        "Articles of 2025-02-13 and the days after are preferred (“2月13日”)",
        "The newer an article the better (“最新”)",
        "Only articles of 2025-02-13 – …",
    ]


def test_the_words_for_days_are_left_out_of_what_is_looked_for() -> None:
    question = "Which ships came to Lund last week?"
    left = without_days(question, read(question)).split()
    assert left == ["Which", "ships", "came", "to", "Lund", "?"]


@pytest.mark.parametrize("question", ["Which ships came to Lund?", "哪些船到了隆德港？"])
def test_days_that_were_set_leave_the_question_whole(question: str) -> None:
    frame = TimeFrame(start=date(2025, 2, 1), end=date(2025, 2, 28))
    assert without_days(question, frame) == without_days(question, None)
