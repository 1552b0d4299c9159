"""Near misses: what is made of a question that a text answers, so that it doesn't any more."""

from __future__ import annotations

import random

import pytest

from training.near_misses import NearMisses, with_an_opposite, with_another_number
from training.rows import Question

TEXTS = (
    (
        "en",
        "Who founded Velmar Motors?",
        "Velmar Motors was founded by Ines Halvorsen in 1987. Its factory stands in Tarrant, and"
        " Oskar Lindemann runs it. It makes small vans.",
        "Ines Halvorsen",
    ),
    (
        "en",
        "When did Brennan Ferries open the northern line?",
        "Brennan Ferries opened the northern line in 1992. A winter timetable followed in Carlton."
        " The ships are painted white.",
        "1992",
    ),
    (
        "zh",
        "谁创办了海桐乳业？",
        "海桐乳业由陈志强于1993年创办。工厂设在《桐溪日报》旧址。公司生产酸奶和奶酪，销往附近各省。",
        "陈志强",
    ),
    (
        "zh",
        "蓝港大桥哪一年建成？",
        "蓝港大桥2008年建成。大桥由北岸公司管理。每天有三万辆汽车通行，夜间禁止货车。",
        "2008年",
    ),
)


@pytest.fixture
def rows() -> list[Question]:
    return [
        Question(
            language=language,  # type: ignore[arg-type]
            question=question,
            text=text,
            start=text.index(answer),
            end=text.index(answer) + len(answer),
            source="made up",
        )
        for language, question, text, answer in TEXTS
    ]


def test_every_near_miss_leaves_no_answer(rows: list[Question]) -> None:
    rng = random.Random(1)
    near_misses = NearMisses(rows, rng)
    made = {
        kind: [miss for row in rows for _ in range(20) if (miss := make(row, rng))]
        for kind, make in near_misses.makers.items()
    }
    for kind, misses in made.items():
        for miss in misses:
            assert (miss.start, miss.end) == (-1, -1), kind
            assert miss.kind == kind
    assert {kind for kind, misses in made.items() if misses} >= {
        "sentence taken out",
        "text like it",
        "stranger's name",
        "other attribute",
        "opposite",
    }


def test_the_sentence_with_the_answer_is_taken_out_whole(rows: list[Question]) -> None:
    rng = random.Random(2)
    near_misses = NearMisses(rows, rng)
    for row in rows:
        miss = near_misses.without_its_sentence(row, rng)
        assert miss is not None
        assert row.text[row.start : row.end] not in miss.text
        assert len(miss.text) < len(row.text)
        assert miss.question == row.question


def test_another_attribute_is_one_that_the_text_does_not_speak_of(rows: list[Question]) -> None:
    rng = random.Random(3)
    near_misses = NearMisses(rows, rng)
    asked = {
        miss.question for _ in range(60) if (miss := near_misses.of_another_attribute(rows[0], rng))
    }
    assert asked
    assert not any("Who founded" in question or "When was" in question for question in asked)


def test_another_number_is_another_one() -> None:
    rng = random.Random(4)
    for text in ("in 1987 it sold 12,500 vans", "共有3个站", "12.5%"):
        for _ in range(20):
            assert with_another_number(text, rng) not in (None, text)
    assert with_another_number("no number here", rng) is None


def test_an_opposite_is_never_a_word_of_the_text() -> None:
    rng = random.Random(5)
    changed = with_an_opposite("which is the largest lake", "en", rng)
    assert changed in ("which is the smallest lake", "which is the second-largest lake")
    assert with_an_opposite("largest", "en", rng, unless_in="smallest second-largest") is None
    assert with_an_opposite("净利润上升", "zh", rng) != "净利润上升"
