"""What is said to the program, and what is asked of the articles."""

from __future__ import annotations

import time

import pytest

from rag.retrieval.question import tidy_question
from rag.text.courtesies import Courtesy, courtesy_in, nudge_in, without_courtesies

COURTESIES: list[tuple[str, Courtesy]] = [
    ("Hi there!", "greeting"),
    ("good MORNING everyone", "greeting"),
    ("您好，在吗？", "greeting"),
    ("下午好呀", "greeting"),
    ("您好呀！", "greeting"),
    ("Thank you so much for your help!", "thanks"),
    ("thx a lot", "thanks"),
    ("非常感谢您的耐心解答", "thanks"),
    ("好的，谢谢你啊～", "thanks"),
    ("OK, thanks, bye", "farewell"),
    ("晚安", "farewell"),
    ("that was really helpful", "praise"),
    ("回答得很好👏", "praise"),
    ("this isn’t useful at all", "complaint"),
    ("答非所问！", "complaint"),
    ("ｏｋ", "consent"),
    ("明白了", "consent"),
    ("so what can you do?", "identity"),
    ("你能帮我做什么呢", "identity"),
    ("help", "identity"),
    ("How are you today?", "wellbeing"),
    ("👍👍", "wordless"),
    ("…！", "wordless"),
]
QUESTIONS = [
    "Thanks to whom did the harbour grow?",
    "What is good about the new tram?",
    "Is that good?",
    "And Nice?",
    "谢谢谁？",
    "好的方案是什么",
    "你好李焕英",
    "Hello Kitty",
    "help wanted in Lisbon",
    "What can you do about the flood?",
    "Why?",
    "",
    "   ",
]


@pytest.mark.parametrize(("text", "kind"), COURTESIES)
def test_a_courtesy_is_told(text: str, kind: Courtesy) -> None:
    assert courtesy_in(text) == kind


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_is_no_courtesy(text: str) -> None:
    assert courtesy_in(text) is None


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Hi, who runs Halden Rail?", "who runs Halden Rail?"),
        ("谢谢，那海星呢？", "那海星呢？"),
        ("你好，请问海星为什么停产？", "海星为什么停产？"),
        ("海星为什么停产？谢谢！", "海星为什么停产？"),
        ("Who runs Halden Rail? Thank you!", "Who runs Halden Rail?"),
        ("Good Morning, Vietnam was released when?", "Good Morning, Vietnam was released when?"),
        ("Thanks", "Thanks"),
    ],
)
def test_a_courtesy_around_a_question_is_cut_off(question: str, left: str) -> None:
    assert without_courtesies(question) == left


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Really?", "doubt"),
        ("are you sure about that", "doubt"),
        ("真的吗？", "doubt"),
        ("你确定？", "doubt"),
        ("来源是什么", "doubt"),
        ("What else?", "more"),
        ("tell me more about it, please", "more"),
        ("还有呢", "more"),
        ("说得详细点", None),
        ("请详细说说", "more"),
        ("还有别的原因吗？", "more"),
        ("Are there any other reasons?", "more"),
        ("Really big plans for whom?", None),
        ("More about Halden", None),
        ("真的有必要吗", None),
        ("", None),
    ],
)
def test_a_nudge_is_told(text: str, kind: str | None) -> None:
    assert nudge_in(text) == kind


@pytest.mark.parametrize(
    "typed",
    [
        "Who runs Halden Rail",
        "Who runs Halden Rail ?",
        "  Who  runs Halden Rail.",
        "Who runs Halden Rail!!! 🙂",
        "Ｗｈｏ　runs Halden Rail？",
        "Hello, Who runs Halden Rail?",
    ],
)
def test_signs_that_say_nothing_change_no_question(typed: str) -> None:
    assert tidy_question(typed) == "Who runs Halden Rail?"


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("海星 为什么 停产", "海星为什么停产？"),
        ("海星为什么停产。", "海星为什么停产？"),
        ("Orbex 是谁 开的?", "Orbex是谁开的？"),
        ("海星为什么不选Orbex", "海星为什么不选Orbex？"),
        ("Who is 林小禾", "Who is 林小禾?"),
        ("关于“海星停产 工人返乡”，报道说了什么", "关于“海星停产 工人返乡”，报道说了什么？"),
        ("What is new in the U.S.", "What is new in the U.S.?"),
        ("What is 3.5", "What is 3.5?"),
        ("???", "???"),
    ],
)
def test_a_question_has_one_form(typed: str, tidy: str) -> None:
    assert tidy_question(typed) == tidy
    assert tidy_question(tidy) == tidy


@pytest.mark.parametrize("part", ["? ", "“", "thanks, ", "好 ", "谢谢，", "yes ", "…", "请问"])
def test_a_long_question_takes_no_time(part: str) -> None:
    began = time.process_time()
    tidy_question((part * 10_000)[:10_000] + "x")
    nudge_in((part * 60)[:60])
    courtesy_in((part * 80)[:80])
    assert time.process_time() - began < 0.5
