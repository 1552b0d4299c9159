"""A reply is read the same however it comes in."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.reply import ReplyReader, ReplySentence


def read(*pieces: str) -> list[tuple[str, tuple[int, ...]]]:
    reader = ReplyReader()
    sentences: list[ReplySentence] = []
    for piece in pieces:
        sentences += reader.feed(piece)
    return [(s.text, s.numbers) for s in (*sentences, *reader.finish())]


REPLIES = {
    "苹果选择了阿里。[1] 股价上涨2.55%。[2][3]": [
        ("苹果选择了阿里。", (1,)),
        ("股价上涨2.55%。", (2, 3)),
    ],
    "苹果选择了阿里[1]。\n\n股价上涨[2]。": [("苹果选择了阿里。", (1,)), ("股价上涨。", (2,))],
    "Apple chose Alibaba [1]. Shares rose 2.55%. [2] Then they fell.[3]": [
        ("Apple chose Alibaba.", (1,)),
        ("Shares rose 2.55%.", (2,)),
        ("Then they fell.", (3,)),
    ],
    "It fell in 2024. [1] It rose in 2025.[2] It ended.": [
        ("It fell in 2024.", (1,)),
        ("It rose in 2025.", (2,)),
        ("It ended.", ()),
    ],
    "The price was 116.7 [1, 2].": [("The price was 116.7.", (1, 2))],
    "价格是116.7。【3】": [("价格是116.7。", (3,))],
    "苹果选择阿里（[1]）。": [("苹果选择阿里。", (1,))],
    "Apple chose it [Source 8]. Or [^2^].": [("Apple chose it.", (8,)), ("Or.", (2,))],
    "- **Apple** chose Alibaba [1]\n- `Shares` rose 2.55% [2]\n": [
        ("Apple chose Alibaba", (1,)),
        ("Shares rose 2.55%", (2,)),
    ],
    "1. Apple chose Alibaba [1].\n2. Shares rose [2].\n\n# Why\n> quoted [3].": [
        ("Apple chose Alibaba.", (1,)),
        ("Shares rose.", (2,)),
        ("quoted.", (3,)),
    ],
    "他说“不行。真的不行。”[2]然后走了。[3]": [
        ("他说“不行。真的不行。”", (2,)),
        ("然后走了。", (3,)),
    ],
    "Really?! [1] Yes.": [("Really?!", (1,)), ("Yes.", ())],
    "Apple [1][2] chose [2][1] Alibaba.": [("Apple chose Alibaba.", (1, 2))],
    "Dr. Smith of Apple Inc. agreed [1].": [("Dr. Smith of Apple Inc. agreed.", (1,))],
    # A marker that opens a line is that line's; one on a line of its own is the last one's.
    "[1] Apple chose it.\n[2] Shares rose.": [("Apple chose it.", (1,)), ("Shares rose.", (2,))],
    "苹果选择了阿里。\n[1]\n股价上涨。\n[2]": [("苹果选择了阿里。", (1,)), ("股价上涨。", (2,))],
    "苹果选择了阿里。（1）\n股价上涨。（2）": [("苹果选择了阿里。", (1,)), ("股价上涨。", (2,))],
    "原因有二。 (1) 成本下降。 (2) 需求上升。": [
        ("原因有二。", ()),
        ("成本下降。", ()),
        ("需求上升。", ()),
    ],
    "阿里。[1](https://a.example/x) 股价上涨。[2](https://a.example/y)": [
        ("阿里。", (1,)),
        ("股价上涨。", (2,)),
    ],
    "### 结论\n\n**要点**\n* **苹果**选择了阿里[1]。\n\n#### 来源\n1. 《阿里》\n- 百度": [
        ("苹果选择了阿里。", (1,))
    ],
    "Apple chose it [1].\n\nReferences:\n[1] A daily, May 2\n[2] Another\n\nShares rose [2].": [
        ("Apple chose it.", (1,)),
        ("Shares rose.", (2,)),
    ],
    "好的。\n回答：苹果选择了阿里[1]。": [("苹果选择了阿里。", (1,))],
    "| 公司 | 涨幅 | 来源 |\n|---|:-:|---|\n| 阿里 | 2.55% | [1] |\n| 百度 | 1.2% | [2] |\n": [
        ("阿里：2.55%", (1,)),
        ("百度：1.2%", (2,)),
    ],
    "| Firm | Rise | Price |\n|---|---|---|\n| Ali | 2.55% | 116.7 [1] |\n\nIt ended.": [
        ("Ali, Rise: 2.55%, Price: 116.7", (1,)),
        ("It ended.", ()),
    ],
    "```text\n苹果选择了阿里[1]。\n```\n---\n<p>股价<b>上涨</b>[2]。</p>": [
        ("苹果选择了阿里。", (1,)),
        ("股价上涨。", (2,)),
    ],
    "**阿里**": [("阿里", ())],
    "# 阿里\n": [("阿里", ())],
    "[^1]: A daily\nApple rose.": [("Apple rose.", ())],
    "[1] [2]": [],
    " \n\n": [],
}


@pytest.mark.parametrize("reply", REPLIES)
def test_sentences_and_their_markers(reply: str) -> None:
    assert read(reply) == REPLIES[reply]


@pytest.mark.parametrize("reply", REPLIES)
def test_one_character_at_a_time_reads_the_same(reply: str) -> None:
    assert read(*reply) == REPLIES[reply]
    # And as a splitter that sees the whole text at once reads it.
    reader = ReplyReader()
    reader.rest = reply
    assert [(s.text, s.numbers) for s in reader.finish()] == REPLIES[reply]


PARTS = [
    *("苹果", "。", "[1]", "[2, 3]", "【4】", " ", "Shares rose", ". ", "2.55%", "\n", "“", "”"),
    *("(1)", "①", "¹", "| ", "\n[2]\n", "来源：", "# ", "](https://a)"),
    *("!", "?", "- ", "**", "[", "]", '"', "…", "Inc", "1. ", "(", ")"),
]


@given(
    parts=st.lists(
        st.sampled_from(PARTS),
        max_size=14,
    ),
    cuts=st.lists(st.integers(min_value=0, max_value=60), max_size=6),
)
def test_any_cutting_into_pieces_reads_the_same(parts: list[str], cuts: list[int]) -> None:
    reply = "".join(parts)
    places = sorted({0, len(reply), *(c for c in cuts if c < len(reply))})
    pieces = [reply[a:b] for a, b in pairwise(places)]
    assert read(*pieces) == read(reply) == read(*reply)


def test_a_sentence_comes_out_before_the_reply_ends() -> None:
    reader = ReplyReader()
    assert reader.feed("苹果选择了阿里。[1]") == ()
    assert [s.text for s in reader.feed("股价，")] == ["苹果选择了阿里。"]
    assert reader.rest == "股价，"


@pytest.mark.parametrize("text", ["。[1]", "。", "([ ", "[1, ", "“"])
def test_a_hostile_reply_costs_little(text: str) -> None:
    started = time.perf_counter()
    read(text * 1000)
    # About a second of a busy core; without a bound on what is held back, minutes.
    assert time.perf_counter() - started < 15


def test_a_marker_of_endless_digits_is_a_marker() -> None:
    ((text, numbers),) = read(f"Apple chose it [{'9' * 500}].")
    assert text == "Apple chose it."
    assert numbers == (999_999_999,)


@pytest.mark.parametrize(
    ("reply", "ended"),
    [
        ("Shares rose.", True),
        ("他说“不行。”", True),
        ("Shares rose [1]", True),
        ("Shares rose (1)", True),
        ("Shares rose, and the", False),
        ("Shares rose [1], and", False),
        ("The price was 116.", False),
        ("苹果选择了", False),
    ],
)
def test_a_torn_sentence_is_told(reply: str, ended: bool) -> None:
    reader = ReplyReader()
    reader.feed(reply)
    (sentence,) = reader.finish()
    assert sentence.ended is ended


def test_signs_that_nobody_sees_are_dropped() -> None:
    assert read("\ufeffVel\u200bmont\x1b rose by AT&amp;T.\u2028It fell.") == [
        ("Velmont rose by AT&T.", ()),
        ("It fell.", ()),
    ]
