"""Answers as Markdown, read back by a Markdown parser."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from rag.exports.markdown import markdown as answer_markdown
from rag.messages import Language, Message
from rag.page.chat.keeping import conversation_markdown
from rag.page.chat.texts import texts
from rag.page.chat.turns import Turn
from rag.types import Answer
from tests.page.scripted import (
    ScriptedAssistant,
    answered,
    cite,
    claim,
    framing,
    made_document,
    seed_articles,
)
from tests.page.scripts import news

from .test_rendering import HOSTILE, Page

EVIL = f"# {HOSTILE} [x](javascript:alert(1)) ![i](http://evil.example/i) **b** `c`\n\n<b>1. | ~"


def shown(markdown: str) -> Page:
    """What a reader sees who pastes it where Markdown is read, HTML and all."""
    return Page(MarkdownIt("commonmark", {"html": True}).render(markdown))


def answer_of(question: str) -> Answer:
    *_, last = ScriptedAssistant(seed_articles(), news).events(question)
    assert isinstance(last, Answer)
    return last


def test_markers_are_links_and_each_source_has_a_line() -> None:
    answer = answer_of("Why did Apple choose Alibaba?")
    markdown = answer_markdown(answer, "en")
    page = shown(markdown)
    assert "[[2]](https://new.qq.com/rain/a/20250213A07BWT00)" in markdown
    assert "settled on Alibaba. [2]" in page.text
    lines = [line for line in page.text.splitlines() if line.startswith("[")]
    assert [line[:3] for line in lines] == ["[1]", "[2]", "[3]"]
    assert lines[1] == (
        "[2] 电商巨头转型AI科技公司？蔡崇信透露阿里与苹果合作 · 科创板日报 · 2025-02-13 18:26 · "
        "https://new.qq.com/rain/a/20250213A07BWT00"
    )
    assert f"({texts('en').partial})" in page.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_missing_and_what_disagrees_is_told(language: Language) -> None:
    words = texts(language)
    partial = shown(answer_markdown(answer_of("Still with Baidu?"), language)).text
    assert words.incomplete in partial
    assert words.conflicts in partial
    assert "called off [1]" in partial
    abstained = shown(answer_markdown(answer_of("weather?"), language)).text
    assert words.abstained in abstained
    assert words.nearest in abstained


def test_nothing_from_outside_becomes_markup() -> None:
    document = made_document(
        f"Before. {EVIL} After.", title=EVIL, outlet=EVIL, url="javascript:alert(1)"
    )
    spoilt_url = made_document(
        "Quote.", doc_id="b", title="T", url="https://a.example/x)](javascript:alert(1)"
    )
    message = Message(code="x", en=EVIL, zh=EVIL)
    answer = answered(
        EVIL,
        claim(EVIL, cite(document, EVIL, 1), cite(spoilt_url, "Quote.", 2)),
        missing=(message,),
        rewritten_question=EVIL,
    )
    turns = (
        Turn(number=1, question=EVIL, answer=answer),
        Turn(number=2, question=EVIL).failed(message),
    )
    page = shown(conversation_markdown(turns, "en"))
    allowed = {"p", "strong", "ul", "li", "a", "br", "hr", "blockquote"}
    assert {tag for tag, _ in page.tags} <= allowed
    targets = {link["href"] for link in page.all("a")}
    assert targets == {"https://a.example/x%29%5D%28javascript:alert%281%29"}
    as_one_line = re.sub(r"\s+", " ", EVIL)
    # Question, reading, sentence, what is missing, title and outlet; then question and error.
    assert page.text.count(as_one_line) == 6 + 2


def test_a_conversation_has_every_turn_and_how_it_ended() -> None:
    stopped = Turn(number=2, question="Second?").after(framing("Checked:")).stop()
    turns = (Turn(number=1, question="Why?", answer=answer_of("Why?")), stopped)
    text = shown(conversation_markdown(turns, "zh")).text
    assert text.index("Why?") < text.index("Second?") < text.index("Checked:")
    assert texts("zh").stopped in text
