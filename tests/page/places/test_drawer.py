"""The history in a real browser: opened, searched, renamed, deleted, by mouse and keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from rag.messages import Language
from rag.page.places.texts import Texts, texts
from tests.page.chat.test_rendering import HOSTILE
from tests.page.conftest import Served, Visit, reload
from tests.page.test_page import answer, ask

DESK: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}
WHY = "Why did Apple choose Alibaba?"


def two_conversations(page: Page) -> None:
    ask(page, WHY)
    answer(page)
    ask(page, "Still with Baidu?")
    answer(page, turn=2)
    page.locator("#rag-new").click()
    expect(page.locator(".rag-turn")).to_have_count(0)
    ask(page, "weather?")
    answer(page)


def open_history(page: Page, words: Texts) -> None:
    page.get_by_role("button", name=words.history, exact=True).click()
    expect(page.get_by_role("dialog", name=words.earlier)).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "language", "viewport"),
    [("en-US", "en", DESK), ("zh-CN", "zh", PHONE)],
    ids=["en-desk", "zh-phone"],
)
def test_conversations_are_found_opened_renamed_and_deleted(
    served: Served, visit: Visit, locale: str, language: Language, viewport: ViewportSize
) -> None:
    words = texts(language)
    page = visit(served.url, locale=locale, viewport=viewport)
    two_conversations(page)
    second = page.url
    open_history(page, words)
    drawer = page.get_by_role("dialog", name=words.earlier)
    box = drawer.bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["height"]) == (0, 0, viewport["height"])
    assert (box["width"] == viewport["width"]) == (viewport is PHONE)
    entries = drawer.locator(".rag-kept-list li")
    expect(entries).to_have_count(2)
    expect(entries.first).to_contain_text("weather?")  # The newest comes first.
    expect(entries.first.locator("a")).to_have_attribute("aria-current", "true")
    expect(entries.last).to_contain_text(words.questions[1].format(2))

    # Titles are searched, and the sentences of answers.
    search = drawer.get_by_role("searchbox", name=words.search)
    search.fill("alibaba DECISION")
    expect(entries).to_have_count(1)
    expect(entries).to_contain_text("part of the decision")
    expect(drawer).to_contain_text(words.found[0].format(1))
    search.fill("no such words")
    expect(entries).to_have_count(0)
    expect(drawer).to_contain_text(words.found_none)
    search.fill("")

    drawer.get_by_role("button", name=words.rename.format(WHY)).click()
    name = drawer.get_by_role("textbox", name=words.new_name.format(WHY))
    expect(name).to_be_focused()
    name.fill("Alibaba & co.")
    page.keyboard.press("Enter")
    expect(entries.last.locator("a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(drawer).to_be_hidden()
    expect(page.locator(".rag-question")).to_have_text([WHY, "Still with Baidu?"])
    first = page.url
    assert first != second
    expect(page.locator(".rag-conflict td").first).to_contain_text("每日经济新闻")
    page.locator("#turn1-marker1").click()
    expect(page.locator("#turn1-source1")).to_be_focused()
    ask(page, "weather?")
    answer(page, turn=3)
    asked = [earlier.question for earlier in served.assistant.histories[-1][1]]
    assert asked == [WHY, "Still with Baidu?"]
    page.go_back()
    expect(page).to_have_url(second)
    expect(page.locator(".rag-question")).to_have_text(["weather?"])

    reload(page)
    open_history(page, words)
    expect(entries).to_have_count(2)  # The same conversation, gone on with, under its new name.
    expect(entries.first).to_contain_text("Alibaba & co.")
    drawer.get_by_role("button", name=words.delete.format("Alibaba & co.")).click()
    expect(entries).to_have_count(1)
    expect(drawer).to_contain_text(words.deleted.format("Alibaba & co."))
    undo = drawer.get_by_role("button", name=words.undo)
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(entries).to_have_count(2)
    drawer.get_by_text(words.delete_all, exact=True).click()
    drawer.get_by_role("button", name=words.delete_all_sure).click()
    expect(entries).to_have_count(0)
    expect(drawer.get_by_text(words.none)).to_be_visible()
    expect(page).to_have_url(served.url)
    reload(page)
    open_history(page, words)
    expect(entries).to_have_count(0)


def test_the_keyboard_stays_in_the_drawer_and_comes_back(served: Served, visit: Visit) -> None:
    words = texts("en")
    page = visit(served.url, locale="en-US", viewport=DESK)
    two_conversations(page)
    opener = page.get_by_role("button", name=words.history, exact=True)
    opener.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name=words.earlier)
    expect(drawer).to_be_visible()
    for _ in range(16):
        page.keyboard.press("Tab")
        # The browser's own buttons take their turn, with nothing of the page focused.
        assert page.evaluate("document.activeElement.closest('dialog, body').tagName") in (
            "DIALOG",
            "BODY",
        )
        assert not page.evaluate("document.activeElement.matches('#rag-question textarea')")
    # Escape ends the renaming first, and then closes the drawer.
    drawer.get_by_role("button", name=words.rename.format(WHY)).click()
    page.keyboard.type("Something else")
    page.keyboard.press("Escape")
    expect(drawer.get_by_role("link", name=WHY)).to_be_focused()
    expect(drawer).not_to_contain_text("Something else")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(opener).to_be_focused()


def test_another_reader_sees_no_conversation_of_the_first(served: Served, visit: Visit) -> None:
    words = texts("en")
    one = visit(served.url, locale="en-US")
    ask(one, "weather?")
    answer(one)
    other = visit(one.url, locale="en-US")
    expect(other.locator("#rag-composer .rag-hint")).to_have_text(words.not_here)
    expect(other.locator(".rag-turn")).to_have_count(0)
    open_history(other, words)
    expect(other.get_by_text(words.none)).to_be_visible()


def test_a_deleted_conversation_that_is_open_stays_on_the_page(
    served: Served, visit: Visit
) -> None:
    words = texts("en")
    page = visit(served.url, locale="en-US")
    ask(page, HOSTILE)
    answer(page)
    before = page.url
    open_history(page, words)
    page.locator(".rag-kept-list li").get_by_role("button").last.click()
    expect(page).to_have_url(served.url)
    page.get_by_role("button", name=words.undo).click()
    expect(page).to_have_url(before)
    expect(page.locator(".rag-kept-title")).to_have_text(HOSTILE)
    page.locator(".rag-kept-list li").get_by_role("button").last.click()
    page.keyboard.press("Escape")
    expect(page.locator(".rag-turn")).to_have_count(1)
    ask(page, "weather?")
    answer(page, turn=2)
    assert page.url not in (before, served.url)
