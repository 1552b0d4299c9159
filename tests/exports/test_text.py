"""Answers as text: what is pasted reads as it was said."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from rag.exports.markdown import escaped
from rag.exports.plain import plain_text
from rag.exports.rich import rich_text
from rag.messages import Language
from rag.types import Answer
from tests.page.scripted import (
    ScriptedAssistant,
    answered,
    cite,
    claim,
    made_document,
    seed_articles,
)
from tests.page.scripts import news

RISE = "2.55% up_to_date [1] (*) a*b \\alpha < 3 & more"


def answer_of(question: str) -> Answer:
    *_, last = ScriptedAssistant(seed_articles(), news).events(question)
    assert isinstance(last, Answer)
    return last


def test_plain_text_has_no_markup_and_names_each_source() -> None:
    article = made_document(f"{RISE} Then.", title="T_1", outlet="A*", url="https://a.example/x_y")
    said = answered("How far?", claim(RISE, cite(article, RISE, 1)))
    assert said.to_text() == (
        f"How far?\n\n{RISE} [1]\n\nSources:\n[1] T_1 · A* · undated\n    https://a.example/x_y\n"
    )


def test_a_quote_is_told_where_the_answer_has_other_words() -> None:
    text = plain_text(answer_of("Why did Apple choose Alibaba?"))
    assert "    “苹果与中国的多家公司进行了交谈。”\n" in text
    assert "Sentences left out, because they failed the check: 1" in text


@pytest.mark.parametrize(
    "text",
    [
        *("2.55% up", "2. not a list", "3) nor this", "-5 degrees", "- no item", "# no heading"),
        *("#5 stays", "> no quotation", "a_b and _this_", "*this* and 2*3", "`code`", "~~gone~~"),
        *("5~10 元", "[x](https://evil.example)", "[x]: https://evil.example", "[1] said", "<b>x"),
        *("1 < 2 & 3 > 2", "&lt;b&gt;", "a\\*b", "C:\\new", "| a | b |", "---", "===", "+ plus"),
        *("<https://evil.example>", "![i](https://evil.example/i)", "end\\", "收涨2.55%。", "a |"),
    ],
)
def test_markdown_shows_text_as_it_is(text: str) -> None:
    for before in ("", "A line above.\n"):
        shown = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(
            before + escaped(text)
        )
        tags, said = read_html(shown)
        assert set(tags) <= {"p"}, shown
        assert said.strip() == (before + text).strip()


def test_what_is_no_markup_is_not_escaped() -> None:
    for text in ("2.55% up", "up_to_date", "[1] said", "1 < 2 & 3 > 2", "-5 degrees", "C:/new"):
        assert escaped(text) == text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_rich_text_is_paragraphs_and_links_and_nothing_from_outside(language: Language) -> None:
    evil = "<img src=x onerror=alert(1)> **b** & 'q' \"r\""
    article = made_document(f"{evil} End.", title=evil, outlet=evil, url="javascript:alert(1)")
    html = rich_text(answered(evil, claim("Said.", cite(article, evil, 1))), language)
    tags, said = read_html(html)
    assert set(tags) <= {"p", "b", "br"}
    assert said.count(evil) == 4
    linked, _ = read_html(rich_text(answer_of("Why did Apple choose Alibaba?"), language))
    assert linked.count("a") == 4 + 3


def read_html(html: str) -> tuple[list[str], str]:
    """The tags of some HTML, and what a reader sees of it."""
    tags: list[str] = []
    said: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert {name for name, _ in attrs} <= {"href"}
            tags.append(tag)

        def handle_data(self, data: str) -> None:
            said.append(data)

    Reader().feed(html)
    return tags, re.sub(r"<br ?/?>", "", "".join(said))
