"""Which member of which series a text names, in whatever notation."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.identifiers import read_identifiers, relation, relation_within, two_things


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("南坪市地铁6号线", "地铁六号线"),
        ("地铁６号线", "Metro Line 6"),
        ("地鐵六號線", "地铁6号线"),
        ("远山第二中学", "远山二中"),
        ("市第一人民医院", "市一院"),
        ("二期工程", "第2期"),
        ("the Phase II trial", "the second phase of the trial"),
        ("Phase Two", "临床二期"),
        ("第三十二条", "第32条"),
        ("第三十二条", "Article 32"),
        ("the Kelda K40", "the Kelda K-40"),
        ("iPhone16", "iPhone 16"),
        ("No. 3 Middle School", "Middle School Number 3"),
        ("“十三五”期间", "第十三个五年规划"),
        ("the 13th Five-Year Plan", "“十三五”"),
        ("Lines 2, 4 and 9", "Line 9"),
        ("2、4、9号线", "4号线"),
        ("第十二、十三条", "第十二条"),
        ("神舟四十号飞船", "神舟40号"),
        ("Typhoon No. 7", "今年第7号台风"),
        ("World War Ⅱ", "the Second World War"),
        ("an F-35A", "the F-35"),
        ("12路公交", "十二路公交车"),
    ],
)
def test_two_notations_name_one_thing(one: str, other: str) -> None:
    assert relation(read_identifiers(one), other) == "same"
    assert relation(read_identifiers(other), one) == "same"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("南坪市地铁6号线", "南坪市地铁16号线"),
        ("地铁六号线", "Line 8"),
        ("远山第二中学", "远山三中"),
        ("二期工程", "一期工程"),
        ("Phase II", "phase 3"),
        ("the Kelda K40", "the Kelda K45"),
        ("小米15的售价", "小米14的售价"),
        ("Flight QZ841", "Flight QZ814"),
        ("Article 9", "Article 19"),
        ("Route 12", "Route 21"),
        ("Gate C", "Gate D"),
        ("Queen Maud II", "Queen Maud I, Queen Maud III"),
        ("5G网络", "4G网络"),
        ("G20峰会", "G7峰会"),
        ("嫦娥六号", "嫦娥五号"),
        ("3号楼", "13号楼"),
        ("柳河市12路公交", "柳河市21路公交"),
        ("1号高炉", "2号高炉"),
        ("the Boeing 737 MAX 9", "the Boeing 737 MAX 8"),
        ("Qwen2.5", "Qwen3"),
    ],
)
def test_two_members_of_a_series_are_two_things(one: str, other: str) -> None:
    assert two_things(one, other)
    assert two_things(other, one)


@pytest.mark.parametrize(
    "text",
    [
        "5月5日起调整，5月3号公布，本月8号生效。",
        "售价6999元，首日售出20万台，同比增长15%。",
        "第三季度和第一时间都不是，上半年也不是。",
        "统一中国，其一中心，二院士。",
        "In March 14 people died, and on May 5 some 300 more; Over 40 were hurt.",
        "It cost US$500, HK$20 or RMB300 in Q3 2024, FY2025 and H1.",
        "Apple I think is first. The first minister met the First Lady.",
        "About 12 percent of the 2024 budget, Tesla 300 million dollars.",
    ],
)
def test_days_amounts_and_ranks_are_no_identifiers(text: str) -> None:
    assert not read_identifiers(text)


def test_the_first_is_said_in_many_ways() -> None:
    (first,) = read_identifiers("第一届展会")
    assert relation((first,), "首届展会之后是第二届展会。") == "none"
    (second,) = read_identifiers("第二届展会")
    assert relation((second,), "首次之后是第三届展会。") == "other"


def test_a_sentence_speaks_for_itself_before_what_stands_around_it() -> None:
    asked = read_identifiers("What does the K40 cost?")
    assert relation_within(asked, "The K45 costs 90 euros.", ["The K40 is here"]) == "other"
    assert relation_within(asked, "It costs 90 euros.", ["The K40 is here", "K45"]) == "same"
    assert relation_within(asked, "It costs 90 euros.", ["The K45 is here"]) == "other"
    assert relation_within(asked, "It costs 90 euros.", ["Prices"]) == "none"


@given(st.text(alphabet="第一二十百零5６号线期条中届 线AXI-nN.o#Phase、和Ⅱ月", max_size=60))
def test_every_identifier_is_a_stretch_of_its_text(text: str) -> None:
    for found in read_identifiers(text):
        assert text[found.start : found.end] == found.text
        assert found.series
        assert found.member[0]
        assert relation((found,), text) == "same"


@pytest.mark.parametrize("part", ["第", "十", "1号", "Phase ", "A1-", "2、", "No. ", "I"])
def test_long_runs_take_no_time(part: str) -> None:
    began = time.thread_time()
    read_identifiers(part * 20_000)
    assert time.thread_time() - began < 5
