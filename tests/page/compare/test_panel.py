"""Comparing outlets in the browser: both languages, wide and narrow."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rag.page.compare.texts import EN, ZH, Texts
from rag.page.texts import EN as PAGE_EN
from rag.page.texts import ZH as PAGE_ZH
from tests.page.conftest import Served, Visit, idle

TOPIC = "苹果与百度的合作"
DONE = '.rag-compared[aria-busy="false"]'


def compare(page: Page, tab: str, words: Texts, topic: str) -> None:
    page.get_by_role("tab", name=tab).click()
    page.get_by_label(words.label, exact=True).fill(topic)
    page.get_by_role("button", name=words.compare, exact=True).click()


@pytest.mark.parametrize(
    ("locale", "words", "tab", "width", "scheme"),
    [
        ("en-US", EN, PAGE_EN.compare, 1280, "light"),
        ("zh-CN", ZH, PAGE_ZH.compare, 390, "dark"),
    ],
)
def test_a_topic_comes_back_compared(
    served: Served,
    visit: Visit,
    locale: str,
    words: Texts,
    tab: str,
    width: int,
    scheme: str,
    tmp_path: Path,
) -> None:
    view = {"width": width, "height": 860}
    page = visit(served.url, locale=locale, viewport=view, color_scheme=scheme)
    compare(page, tab, words, TOPIC)
    expect(page.locator(DONE)).to_be_visible(timeout=120_000)
    # Where outlets differ, each side is quoted with its outlet.
    differing = page.locator(".rag-differing").first
    expect(differing.locator("blockquote").nth(1)).to_be_visible()
    assert differing.locator("mark").count() >= 2
    assert page.locator(".rag-own").count() >= 2
    # Nothing sticks out of a narrow view.
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    with page.expect_download() as download:
        page.get_by_role("button", name=words.save).click()
    kept = tmp_path / "comparison.md"
    download.value.save_as(kept)
    assert "百度" in kept.read_text("utf-8")
    page.wait_for_timeout(300)  # Colours change slowly.
    broken = Axe().run(page).response["violations"]
    assert [(rule["id"], [n["html"][:150] for n in rule["nodes"]]) for rule in broken] == []


@pytest.mark.parametrize(
    ("locale", "words", "tab", "width", "remove"),
    [
        ("en-US", EN, PAGE_EN.compare, 390, "Remove: "),
        ("zh-CN", ZH, PAGE_ZH.compare, 1280, "去掉："),
    ],
)
def test_the_choice_of_articles_is_shown_and_one_outlet_alone_is_told(
    served: Served, visit: Visit, locale: str, words: Texts, tab: str, width: int, remove: str
) -> None:
    page = visit(served.url, locale=locale, viewport={"width": width, "height": 860})
    box = page.locator(".rag-outlets input").first
    outlet = box.get_attribute("value") or ""
    box.check()
    compare(page, tab, words, TOPIC)
    only = page.locator("#rag-compare-only")
    label = only.get_by_role("button", name=remove + outlet, exact=True)
    expect(label).to_be_visible()
    done = page.locator(DONE)
    expect(done.locator(".rag-understood")).to_contain_text(outlet, timeout=120_000)
    expect(done.locator('[role="status"]')).to_contain_text(outlet)
    expect(done.locator('[role="status"]')).to_contain_text(words.choose)
    expect(done.locator(".rag-own")).to_have_count(1)
    label.click()
    expect(only.locator(".rag-label")).to_have_count(0)
    # A quote leads to the article, over the page.
    quote = done.locator("blockquote").first.text_content() or ""
    done.locator(".rag-to-article").first.click()
    expect(page.locator("dialog.rag-reader[open] mark").first).to_contain_text(quote[:10])
    page.keyboard.press("Escape")
    expect(done.locator(".rag-own")).to_be_visible()
    # Cards have room at their edges.
    room = done.locator(".rag-own").evaluate(
        "card => parseFloat(getComputedStyle(card).paddingTop)"
    )
    assert room >= 8


def test_a_topic_without_words_is_one_line_and_work_can_be_stopped(
    served: Served, visit: Visit, held: threading.Event
) -> None:
    page = visit(served.url, locale="zh-CN")
    compare(page, PAGE_ZH.compare, ZH, " ")
    expect(page.get_by_role("alert")).to_be_visible()
    idle(page)
    compare(page, PAGE_ZH.compare, ZH, TOPIC + "<img src=x>")
    page.get_by_role("button", name=ZH.stop, exact=True).click()
    held.set()
    expect(page.get_by_role("button", name=ZH.compare, exact=True)).to_be_visible()
    expect(page.locator(".rag-compared")).to_have_count(0)
