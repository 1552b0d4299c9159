"""Addresses in a real browser: Back, Forward, reload, and links to conversations and articles."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from rag.messages import Language
from rag.page.chat.texts import texts as chat_texts
from rag.page.places.texts import texts
from rag.page.texts import texts as head_texts
from tests.page.conftest import Served, Visit, reload
from tests.page.test_page import answer, ask

DESK: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 690}
BOTH = pytest.mark.parametrize(
    ("locale", "language", "viewport"),
    [("en-US", "en", DESK), ("zh-CN", "zh", PHONE)],
    ids=["en-desk", "zh-phone"],
)
WHY = "Why did Apple choose Alibaba?"
CONVERSATION = re.compile(r"/\?c=[\w-]+$")
ARTICLE = re.compile(r"/\?a=004_2a3666ae1f3d6eaf&at=[\d.-]+&v=[0-9a-f]{16}$")


def expect_conversation(page: Page, address: str, asked: list[str]) -> None:
    expect(page).to_have_url(address)
    expect(page.locator(".rag-question")).to_have_text(asked)


@BOTH
def test_back_forward_and_reload_lead_to_conversations(
    served: Served, visit: Visit, locale: str, language: Language, viewport: ViewportSize
) -> None:
    page = visit(served.url, locale=locale, viewport=viewport)
    ask(page, WHY)
    answer(page)
    ask(page, "weather?")
    answer(page, turn=2)
    expect(page).to_have_url(CONVERSATION)
    first = page.url
    page.locator("#rag-new").click()
    expect(page.locator(".rag-turn")).to_have_count(0)
    expect(page).to_have_url(served.url)
    ask(page, "Still with Baidu?")
    answer(page)
    second = page.url
    assert second != first

    page.go_back()
    expect_conversation(page, first, [WHY, "weather?"])
    page.go_forward()
    expect_conversation(page, second, ["Still with Baidu?"])
    page.go_back()
    expect_conversation(page, first, [WHY, "weather?"])
    reload(page)
    expect_conversation(page, first, [WHY, "weather?"])
    # Answers, sources and markers are there, and a further question goes on from them.
    expect(page.locator("#rag-ask")).to_have_text(chat_texts(language).ask)
    page.locator("#turn1-marker2").click()
    expect(page.locator("#turn1-source2")).to_be_focused()
    expect(page.locator("#turn1-source2")).to_have_text("苹果与中国的多家公司进行了交谈。")
    ask(page, "Still with Baidu?")
    answer(page, turn=3)
    assert page.url == first
    asked = [earlier.question for earlier in served.assistant.histories[-1][1]]
    assert asked == [WHY, "weather?"]


def test_back_during_an_answer_keeps_what_was_checked(served: Served, visit: Visit) -> None:
    page = visit(served.url, locale="en-US")
    ask(page, "weather?")
    answer(page)
    first = page.url
    page.locator("#rag-new").click()
    expect(page.locator(".rag-turn")).to_have_count(0)
    served.assistant.gate.clear()
    ask(page, f"{WHY} (slowly)")
    expect(page.locator(".rag-draft")).to_be_visible()
    second = page.url
    page.go_back()
    expect_conversation(page, first, ["weather?"])
    served.assistant.gate.set()
    page.go_forward()
    expect_conversation(page, second, [f"{WHY} (slowly)"])
    expect(page.locator("#turn1")).to_contain_text(chat_texts("en").stopped)
    expect(page.locator("#turn1 .rag-statement")).to_have_count(1)


def test_a_question_is_kept_from_the_moment_that_it_is_asked(served: Served, visit: Visit) -> None:
    page = visit(served.url, locale="en-US")
    served.assistant.gate.clear()
    ask(page, f"{WHY} (slowly)")
    expect(page.locator(".rag-draft")).to_be_visible()
    again = page.context.new_page()  # Loading this one anew would break off its stream.
    again.goto(page.url)
    expect(again.locator(".rag-question")).to_have_text(f"{WHY} (slowly)")
    expect(again.locator("#turn1")).to_contain_text(chat_texts("en").stopped)
    served.assistant.gate.set()
    answer(page)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_unknown_conversation_is_told_of_in_one_line(
    served: Served, visit: Visit, language: Language
) -> None:
    page = visit(
        f"{served.url}?c=nobody&lang={language}", locale="en-US" if language == "en" else "zh-CN"
    )
    hint = page.locator("#rag-composer .rag-hint")
    expect(hint).to_have_text(texts(language).not_here)
    expect(page).to_have_url(f"{served.url}?lang={language}")
    expect(page.locator(".rag-example").first).to_be_visible()
    ask(page, "weather?")
    answer(page)
    expect(hint).to_have_count(0)


@BOTH
def test_an_article_has_an_address_that_a_colleague_can_open(
    served: Served, visit: Visit, locale: str, language: Language, viewport: ViewportSize
) -> None:
    page = visit(served.url, locale=locale, viewport=viewport)
    ask(page, "weather?")
    answer(page)
    ask(page, WHY)
    answer(page, turn=2)
    conversation = page.url
    opener = page.locator("#turn2 .rag-read").first
    reader = page.locator("dialog.rag-reader")
    opener.click()
    expect(reader.locator("mark")).to_have_count(2)
    expect(page).to_have_url(ARTICLE)
    article = page.url
    page.go_back()
    expect(reader).to_have_count(0)
    expect_conversation(page, conversation, ["weather?", WHY])
    expect(opener).to_be_focused()
    page.go_forward()
    expect(reader.locator("mark").first).to_be_in_viewport()
    reload(page)
    expect(reader.locator("mark")).to_have_count(2)
    expect(reader).to_contain_text(chat_texts(language).marked_here)
    expect(page).to_have_url(article)
    expect(page.locator(".rag-question")).to_have_text(["weather?", WHY])
    reader.get_by_role("button", name=chat_texts(language).close).click()
    expect(reader).to_have_count(0)
    expect(page).to_have_url(conversation)

    other = visit(served.url, locale=locale, viewport=viewport)
    other.goto(article)
    quotes = other.locator("dialog.rag-reader mark")
    expect(quotes).to_have_count(2)
    expect(quotes.first).to_be_in_viewport()
    expect(other.locator("dialog.rag-reader")).to_contain_text(texts(language).linked)
    expect(other.locator(".rag-turn")).to_have_count(0)
    other.keyboard.press("Escape")
    expect(other).to_have_url(served.url)


@pytest.mark.parametrize(
    ("link", "line"),
    [
        ("?a=nothing&at=3-9", texts("en").no_article),
        ("?a=004_2a3666ae1f3d6eaf&at=3-9&v=0000000000000000", texts("en").edited),
        ("?a=004_2a3666ae1f3d6eaf&at=9-<img>", texts("en").edited),
    ],
)
def test_a_wrong_link_to_an_article_is_told_of_in_one_line(
    served: Served, visit: Visit, link: str, line: str
) -> None:
    page = visit(served.url, locale="en-US")
    page.goto(served.url + link)
    reader = page.locator("dialog.rag-reader")
    expect(reader.get_by_text(line)).to_be_visible()
    expect(reader.locator("mark")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(reader).to_have_count(0)
    expect(page).to_have_url(served.url)


@BOTH
def test_back_leads_to_what_was_clicked_in_the_third_turn(
    served: Served, visit: Visit, locale: str, language: Language, viewport: ViewportSize
) -> None:
    page = visit(served.url, locale=locale, viewport=viewport)
    for turn, question in enumerate((WHY, WHY, "untranslated?"), start=1):
        ask(page, question)
        answer(page, turn=turn)
    opener = page.locator("#turn3 .rag-card .rag-read")
    opener.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    reload(page)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    expect(opener).to_be_focused()
    expect(opener).to_be_in_viewport()

    to_set_up = page.get_by_role("button", name=chat_texts(language).answer_in["en"])
    to_set_up.click()
    expect(page.locator(".rag-set-up-head h2")).to_be_focused()
    page.go_back()
    expect(to_set_up).to_be_focused()
    expect(to_set_up).to_be_in_viewport()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_tabs_have_addresses(served: Served, visit: Visit, viewport: ViewportSize) -> None:
    page = visit(served.url, locale="en-US", viewport=viewport)
    words = head_texts("en")
    ask(page, "weather?")
    answer(page)
    conversation = page.url
    for name, tab in ((words.check, "check"), (words.settings, "settings")):
        page.get_by_role("tab", name=name, exact=True).click()
        expect(page).to_have_url(f"{conversation}&tab={tab}")
    reload(page)
    selected = page.locator('[role="tab"][aria-selected="true"]')
    expect(selected).to_have_text(words.settings)
    page.go_back()
    expect(selected).to_have_text(words.check)
    page.go_back()
    expect(selected).to_have_text(words.chat)
    expect(page).to_have_url(conversation)
    expect(page.locator(".rag-question")).to_have_text("weather?")
    page.go_forward()
    expect(selected).to_have_text(words.check)


def test_a_new_chat_begins_at_the_click(served: Served, visit: Visit) -> None:
    """Nothing asked after the click is kept with the conversation before it."""
    page = visit(served.url, locale="en-US")
    ask(page, WHY)
    answer(page)
    page.wait_for_url(CONVERSATION)
    assert page.evaluate("citedRag.kept") is not None
    script = "document.getElementById('rag-new').click(); citedRag.kept"
    assert page.evaluate(script) is None


def test_a_checked_draft_is_no_turn_of_the_conversation(served: Served, visit: Visit) -> None:
    """A new chat after the check of a draft is another conversation, and the first one stays."""
    page = visit(served.url, locale="en-US")
    ask(page, WHY)
    answer(page)
    page.wait_for_url(CONVERSATION)
    first = page.url
    # What the tab of drafts shows (`rag.page.draft.rendering`).
    page.evaluate(
        """() => {
          const checked = document.createElement("section");
          checked.className = "rag-checked rag-turn";
          document.querySelector("main").append(checked);
        }"""
    )
    page.locator("#rag-new").click()
    expect(page.locator("#turn1")).to_have_count(0)
    ask(page, "weather?")
    answer(page)
    expect(page).not_to_have_url(first)
    page.wait_for_url(CONVERSATION)
    page.goto(first)
    expect(page.locator(".rag-question")).to_have_text(WHY)
