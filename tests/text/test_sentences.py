"""Sentence borders, case by case in both languages, and for any text at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.sentences import may_end, split_sentences


def sentences(text: str) -> list[str]:
    return [text[s.start : s.end] for s in split_sentences(text)]


@pytest.mark.parametrize(
    "marked",
    [
        # Chinese
        "天亮了。|鸟叫了！|为什么？",
        "产量增长5%；成本下降3%。|利润持平。",
        "他说：“先做。再说。”|然后走了。",
        "“我同意。”王五说。|会议结束。",
        "“我同意。”王五笑着说，“但要快。”|然后散会。",
        "他问：“来吗？”|她没有回答。",
        "所谓“创新！”的口号很多。|口号没有用。",
        "他喊“加油！”然后跑了。",
        "他写下“再见。”这一句。|之后无话。",
        "张三表示，“这是我们第一次在海外举办这样规模的活动。|最终，来了三千多名观众。|我们非常高兴。”",
        "“甲说过很多次这件事情应该由大家一起决定。|乙也同意了这个非常重要的提议。”李四说道。|之后散会。",
        "模型得分最高。|（注：测试由第三方进行）",
        "新品（内部代号“东风”。仅供国内）将上市。|价格未定。",
        "他等了很久……没有人来。|真的……",
        "销量达2.55万台，涨3.5%。|Model2.5-Max发布。|iOS18.4上线。",
        "价格是3.5元.|第二天涨了.",
        "真的吗?|他说不是。",
        "收盘了。！！",
        "公司Acme Inc.宣布裁员。|股价下跌。",
        '他说"可以。"|然后走了。|"再见。"她说。',
        # English
        "It rose 3.5%.|It fell 2.1 points.|Why?|Nobody knows!",
        "Mr. Lee of Acme Inc. met Dr. Wu.|They talked.",
        "The U.S. economy grew.|It did so in the U.S.|The reason is unknown.",
        "U.S. President Lee spoke at 5 p.m. on Monday.|He left.",
        "He left at 5 p.m.|The end.",
        "No. 5 was born on Jan. 13.|J. P. Moran agreed.",
        "Use tea, e.g. Green Tea, i.e. the best.|Or not.",
        "See www.example.com/a?b=c.d for more.|Version v1.2.3 came.",
        '"We won!" she said.|"It is good."|They left.',
        'He asked, "Is it over?" Smith replied.|Nobody spoke.',
        "She wanted “more!” and got it.|It was fun.",
        "Wait...|Then it came.|It was... odd.",
        "They rose.|iPhone sales fell.",
        "It grew (see Fig. 3. It is odd.) in May.|(All of it. Really.)|It stopped.",
        "He joined Wall St.|The street was busy in St. Louis.",
        "Vitamin C. Research goes on.|We like Plan B.|The end is near.",
    ],
)
def test_borders(marked: str) -> None:
    parts = marked.split("|")
    chinese = any("\u4e00" <= character <= "\u9fff" for character in marked)
    text = ("" if chinese else " ").join(parts)
    assert sentences(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("第一段没有句号\n\n第二段", ["第一段没有句号", "第二段"]),
        ("- 苹果\n- 梨 很甜。真的。", ["- 苹果", "- 梨 很甜。", "真的。"]),
        ("1. Buy milk. Go home.\n2. Rest.", ["1. Buy milk.", "Go home.", "2. Rest."]),
        ("a. Buy milk.", ["a. Buy milk."]),
        ("## 谁赢了？没人。\n\n正文。", ["## 谁赢了？没人。", "正文。"]),
        ("  blank. \t\n \n\u3000ends. ", ["blank.", "ends."]),
        ("他说。 ”后来。", ["他说。 ”", "后来。"]),
        ("", []),
        (" \n\t\n", []),
    ],
)
def test_lines(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_a_heading_is_a_whole_line_of_signs_and_text() -> None:
    kinds = [
        s.kind for s in split_sentences("# A. B\n\nText.\n\n#tag is no heading\n\n ## nor this")
    ]
    assert kinds == ["heading", "sentence", "sentence", "sentence"]


ANY_TEXT = st.text(st.characters(), max_size=200) | st.text(
    "。！？.!?…“”\"'（）()【】 \n\t#-1aAbU.S说的，；字\u3000\ud800\x00", max_size=80
)


@given(ANY_TEXT)
def test_every_character_that_is_not_blank_is_in_one_sentence(text: str) -> None:
    position = 0
    for sentence in split_sentences(text):
        assert position <= sentence.start < sentence.end <= len(text)
        assert not text[position : sentence.start].strip()
        part = text[sentence.start : sentence.end]
        assert part == part.strip()
        assert "\n" not in part
        position = sentence.end
    assert not text[position:].strip()


@given(ANY_TEXT)
def test_a_blank_line_parts_what_it_stands_between(text: str) -> None:
    alone = sentences(text)
    assert sentences(f"{text}\n\n{text}") == alone + alone


@given(ANY_TEXT)
def test_text_without_an_end_inside_is_one_sentence_at_most(text: str) -> None:
    assert may_end(text) or len(sentences(text)) <= 1
    assert not may_end(" 字，“b\n")


@pytest.mark.parametrize(
    "piece", ["字", "好。", "a. ", "Mr. ", "“", '"a. ', "(", "...", "……", ". ", "“好。", "\n", " "]
)
def test_a_very_long_line_takes_seconds(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    begin = time.perf_counter()
    split_sentences(text)
    # A fraction of a second; a splitter of quadratic time would take many minutes.
    assert time.perf_counter() - begin < 10
