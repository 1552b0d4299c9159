"""Lines of PDF files are put together to the paragraphs that they were."""

from __future__ import annotations

import time

import pytest

from rag.ingest.word_and_pdf import join_lines

TITLE = "港口开放"
DAY = "2025年3月2日 海港日报"
FIRST = "鹭港集团周一公布，四月集装箱吞吐量达到一百二十八万标准|箱，同比增长百分之九。"
SECOND = "市长说，港口将带来三千个岗位，并为全市的出口企业节省大量|运费。"
ENGLISH = (
    "The harbour of Lund opened on Monday after a long-|term plan for the develop-|ment of the"
    " coast was approved by the|city. It is a long plan, and a term of the deal."
)


def lines(*paragraphs: str) -> str:
    """A page on which lines end at each bar."""
    return "\n".join(paragraphs).replace("|", "\n")


def test_a_chinese_page_is_joined_where_its_lines_broke() -> None:
    text = join_lines([lines(TITLE, DAY, FIRST, SECOND)])
    assert text == "\n\n".join((TITLE, DAY, FIRST, SECOND)).replace("|", "")


def test_an_english_page_is_joined_and_only_words_that_were_broken_lose_their_hyphen() -> None:
    text = join_lines([lines("Harbour opens", ENGLISH)])
    whole = ENGLISH.replace("long-|term", "long-term").replace("develop-|ment", "development")
    assert text == "Harbour opens\n\n" + whole.replace("|", " ")


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("2025/6/3 15:30 港口开放", "https://a.example/news/1 {}/2"),
        ("2025/6/3 下午3:30 港口开放", "https://a.example/news/1 {}/2"),
        ("海港日报 第{}版", "- {} -"),
        ("海港日报", "第{}页"),
    ],
)
def test_what_printing_adds_to_each_page_is_no_text(head: str, foot: str) -> None:
    one, two = FIRST.split("|")
    pages = [lines(head.format(n), part, foot.format(n)) for n, part in ((1, one), (2, two))]
    assert join_lines(pages) == FIRST.replace("|", "")


def test_pages_without_text_give_none() -> None:
    assert join_lines(["", "\n \n"]) == ""


def test_lines_of_one_length_take_no_more_time_each_the_more_there_are() -> None:
    start = time.thread_time()
    text = join_lines(["Total 1 2\n" * 50_000])
    assert text.count("Total") == 50_000
    assert time.thread_time() - start < 2
