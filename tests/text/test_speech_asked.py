"""A question for somebody's words names the speaker, and an article tells where somebody speaks."""

from __future__ import annotations

import pytest

from rag.text.speech_asked import speaker_asked, speech_around


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("What did Tim Cook say about Alibaba?", "Tim Cook"),
        ("What does Apple CEO Tim Cook think of it?", "Tim Cook"),
        ("What did Wedbush's Dan Ives predict?", "Dan Ives"),
        ("What is Joe Tsai's view of the deal?", "Joe Tsai"),
        ("What did 蔡崇信 say about it?", "蔡崇信"),
        ("What did 马云 say about it?", "马云"),
        ("What did it say?", None),
        ("马云对苹果怎么看？", "马云"),
        ("财长耶伦如何评价惠誉的行为？", "耶伦"),
        ("泰勒·斯威夫特怎么评价这次合作？", "泰勒·斯威夫特"),
        ("蔡崇信对苹果说了些什么？", "蔡崇信"),
        ("What did analysts say?", None),
        ("What did the report say about Tim Cook?", None),
        ("How many phones did Tim Cook sell?", None),
        ("公众对马云怎么看？", None),
        ("霍布森是如何说服世界的？", None),
        ("苹果为什么选择阿里？", None),
    ],
)
def test_the_speaker_is_read(question: str, speaker: str | None) -> None:
    assert speaker_asked(question) == speaker


def test_speech_is_a_paragraph_and_what_it_goes_on_from() -> None:
    text = "港口开放。\n市长林达表示，船会更多。\n“明年有一百艘。”她说。\n天气很好。"

    def around(part: str) -> str:
        start = text.index(part)
        return speech_around(text, start, start + len(part))

    assert around("船会更多") == "市长林达表示，船会更多。"
    assert around("明年有一百艘").startswith("市长林达")
    assert around("港口开放") == ""
    assert around("天气很好") == ""
