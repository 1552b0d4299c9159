"""A refusal as a reader sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from rag.page.chat.texts import EN, ZH
from tests.page.conftest import Served, Visit
from tests.page.scripts import NOT_NAMED


@pytest.mark.parametrize(("locale", "width"), [("en-US", 1280), ("zh-CN", 390)])
def test_a_refusal_shows_why_each_article_is_no_answer_and_what_may_be_meant(
    visit: Visit, served: Served, locale: str, width: int
) -> None:
    words, language = (ZH, "zh") if locale == "zh-CN" else (EN, "en")
    page = visit(served.url, locale=locale, viewport={"width": width, "height": 844})
    page.get_by_role("textbox", name=words.question).fill("weather in Dubay")
    page.keyboard.press("Enter")
    expect(page.locator(".rag-nearest blockquote")).to_have_text("苹果与中国的多家公司进行了交谈。")
    why = NOT_NAMED.zh if language == "zh" else NOT_NAMED.en
    expect(page.locator(".rag-no-answer")).to_have_text(f"{words.no_answer}{words.colon}{why}")
    expect(page.locator(".rag-marker")).to_have_count(0)
    page.locator(".rag-nearest .rag-card", has=page.locator("blockquote")).get_by_role(
        "button", name=words.read_article
    ).click()
    marked = page.locator(".rag-reader mark")
    expect(marked).to_have_text("苹果与中国的多家公司进行了交谈。")
    expect(marked).to_be_in_viewport()
    expect(page.locator(".rag-reader > .rag-hint")).to_have_text(words.marked_near)
    page.keyboard.press("Escape")
    page.get_by_role("button", name=words.did_you_mean.format("Dubai")).click()
    expect(page.locator(".rag-turn h2").last).to_have_text("What is the weather in Dubai?")
