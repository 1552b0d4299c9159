"""Which end of a list a question asks for."""

from __future__ import annotations

import pytest

from rag.text.superlatives import superlative, wants_largest


@pytest.mark.parametrize(
    ("question", "top", "place", "count"),
    [
        ("哪个港口的吞吐量最高？", True, 1, 1),
        ("职工最少的是哪家？", False, 1, 1),
        ("哪家店排名第二？", True, 2, 1),
        ("第三高的楼是哪座？", True, 3, 1),
        ("销量前三名是哪些？", True, 1, 3),
        ("哪个队垫底？", False, 1, 1),
        ("产量倒数第二的矿是哪座？", False, 2, 1),
        ("Which port had the most calls?", True, 1, 1),
        ("Which town has the fewest schools?", False, 1, 1),
        ("What are the top three mines by output?", True, 1, 3),
        ("Which mill is the second largest?", True, 2, 1),
        ("Which club came last?", False, 1, 1),
    ],
)
def test_the_end_that_is_asked_for(question: str, top: bool, place: int, count: int) -> None:
    found = superlative(question)
    assert found is not None
    assert (found.top, found.place, found.count) == (top, place, count)


@pytest.mark.parametrize(
    "question",
    [
        "港口去年的吞吐量是多少？",
        "第一中学招了多少人？",
        "第二季度的营收是多少？",
        "How many ships called at the port?",
        "When was the mill closed?",
    ],
)
def test_no_end_of_a_list(question: str) -> None:
    assert superlative(question) is None


@pytest.mark.parametrize(
    ("question", "label", "largest"),
    [
        ("哪支队排名最高？", "排名", False),
        ("谁用时最快？", "用时", False),
        ("哪座城增长最快？", "增速", True),
        ("哪个区房价同比跌幅最大？", "同比", False),
        ("哪个区跌幅最大？", "跌幅", True),
        ("Which town saw the largest drop?", "Change", False),
        ("Which town had the lowest rent?", "Rent", False),
    ],
)
def test_which_number_that_is(question: str, label: str, largest: bool) -> None:
    found = superlative(question)
    assert found is not None
    assert wants_largest(found, question, label) is largest
