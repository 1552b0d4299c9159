"""Markdown -> readable text: what a reader sees, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.boilerplate import readable_text


def text_of(source: str) -> str:
    return readable_text(source).text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        # paragraphs and lines
        ("甲。\n\n\n\n乙。", "甲。\n\n乙。"),
        ("甲公司\n宣布。", "甲公司宣布。"),
        ("A firm\nsaid so.", "A firm said so."),
        ("第一段。\n第二段。", "第一段。\n\n第二段。"),
        ("One line  \nanother line", "One line\n\nanother line"),
        ("甲<br>乙", "甲\n\n乙"),
        ("    indented text is no code", "indented text is no code"),
        ("\u3000\u3000两格\u3000缩进。", "两格 缩进。"),
        ("a &amp; b &lt;c&gt; \\*d\\*", "a & b <c> *d*"),
        # headings
        ("# 甲\n\n文。", "# 甲\n\n文。"),
        ("### **甲乙**\n文。", "### 甲乙\n\n文。"),
        ("甲乙\n===\n\n文。", "# 甲乙\n\n文。"),
        ("甲说了一句话。\n---\n\n文。", "甲说了一句话。\n\n文。"),
        ("**▍甲乙丙**\n\n文。", "## 甲乙丙\n\n文。"),
        ("**谁是“第一”？**\n\n文。", "## 谁是“第一”？\n\n文。"),
        ("**整句加粗的话不是标题。**", "整句加粗的话不是标题。"),
        ("**甲。乙**", "甲。乙"),
        ("**" + "长" * 60 + "**", "长" * 60),
        ("**Key** points\n\nText.", "Key points\n\nText."),
        ("\\# no heading", "# no heading"),
        ("#\n\n文。", "文。"),
        # emphasis beside Chinese punctuation, which CommonMark takes literally
        ("**《早报》讯（独家）**在北京", "《早报》讯（独家）在北京"),
        ("他认为，**效果明显。**“**现在还早**，”他说。", "他认为，效果明显。“现在还早，”他说。"),
        ("报道提到，**甲放弃了乙。**然后", "报道提到，甲放弃了乙。然后"),
        ("**市场**已有*预期*。", "市场已有预期。"),
        ("甲****乙**丙", "甲乙丙"),
        ("2 * 3 = 6，a_b_c", "2 * 3 = 6，a_b_c"),
        ("`a**b`与~~旧~~", "ab与旧"),
        # links and images
        ("见[甲公司](https://example.com)的公告。", "见甲公司的公告。"),
        ("前![图](https://example.com/a.png)后。", "前后。"),
        ("甲<https://example.com/>乙。", "甲https://example.com/乙。"),
        # lists, quotes, tables, code
        ("- 甲\n- 乙\n\n  乙二\n- 丙", "- 甲\n- 乙\n乙二\n- 丙"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("- a\n  - b\n\nc", "- a\n- b\n\nc"),
        ("> 引文一。\n>\n> 引文二。", "引文一。\n\n引文二。"),
        ("|年|值|\n|-|-|\n|2024|**5%**|\n|||", "| 年 | 值 |\n2024年：值5%"),
        ("```py\nx = 1\n\n# note\n```", "    x = 1\n    # note"),
        ("甲。\n\n---\n\n***\n\n乙。", "甲。\n\n乙。"),
        # HTML
        ("<div>\n<p>甲 &amp; 乙</p><p>丙<b>丁</b></p>\n</div>", "甲 & 乙\n\n丙丁"),
        ("<script>alert(1)</script>\n\n甲。", "甲。"),
        ("甲<script>alert(1)</script>乙<span onclick='x'>丙</span>。", "甲乙丙。"),
        ("<style>\np {}\n\n</style>\n\n甲。", "甲。"),
        ("甲<!-- 注 -->乙。", "甲乙。"),
        ("<p>&lt;script&gt;</p>", "<script>"),
    ],
)  # fmt: skip
def test_readable(source: str, text: str) -> None:
    assert text_of(source).strip() == text.strip()


def test_a_line_that_only_looks_like_a_heading_is_kept_apart_by_a_blank() -> None:
    assert text_of("甲。\n\n\\# no heading").endswith("\n\n # no heading")


def test_images_and_scripts_are_named_among_what_was_dropped() -> None:
    readable = readable_text('甲。\n\n![a](b.png)\n\n<img src="c.png">\n\n乙。')
    assert readable.text == "甲。\n\n乙。"
    assert readable.dropped == ("![a](b.png)", '<img src="c.png">')


MARKUP = st.text("*_`~[]()!<>/#-|&;\\ \n\t12.:=\"'甲乙。，“”（）abp\ud800\x00\u3000", max_size=120)


@given(st.text(st.characters(), max_size=200) | MARKUP)
def test_any_text_becomes_paragraphs(source: str) -> None:
    text = text_of(source)
    assert "\n\n\n" not in text
    assert "**" not in text
    assert text == text.strip("\n")
    assert all(line.strip() for part in text.split("\n\n") for line in part.split("\n")) or not text


WORDS = st.text("甲乙丙丁戊abc12", min_size=1, max_size=12)


@given(st.lists(WORDS, min_size=14, max_size=20))
def test_plain_paragraphs_come_through_as_they_are(words: list[str]) -> None:
    text = "\n\n".join(f"句{word}尾。" for word in words)
    assert text_of(text) == text
    assert readable_text(text).dropped == ()
