"""The first view, while the page's own scripts are still on their way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from rag.page.chat.texts import EN, ZH, Texts
from rag.page.first_view import with_first_view

from .conftest import PATIENCE_MS, Served

Held = Callable[[str, int], tuple[Page, Callable[[], None]]]


@pytest.fixture
def held(browser: Browser, served: Served) -> Iterator[Held]:
    """Open the page in a locale, with its scripts held back until `release` is called."""
    contexts: list[BrowserContext] = []

    def visit(locale: str, width: int) -> tuple[Page, Callable[[], None]]:
        context = browser.new_context(locale=locale, viewport={"width": width, "height": 844})
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        waiting: list[Route] = []
        free = threading.Event()

        def hold(route: Route) -> None:
            if free.is_set():
                route.continue_()
            else:
                waiting.append(route)

        def release() -> None:
            free.set()
            while waiting:
                waiting.pop().continue_()

        page.route("**/assets/*", hold)
        page.goto(served.url, wait_until="commit")
        return page, release

    yield visit
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("locale", "words", "width"), [("en-US", EN, 1280), ("zh-CN", ZH, 390)])
def test_a_question_sent_before_the_page_works_is_asked_then(
    held: Held, locale: str, words: Texts, width: int
) -> None:
    page, release = held(locale, width)
    box = page.get_by_role("textbox", name=words.question)
    expect(box).to_be_focused()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if words is ZH else "en")
    page.keyboard.type("weather 1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text(words.waiting)
    release()
    expect(page.locator("#rag-first")).to_have_count(0)
    expect(page.locator(".rag-turn h2")).to_have_text("weather 1")
    expect(page.locator(".rag-abstained")).to_have_text(words.abstained)
    # It was asked once.
    expect(page.locator(".rag-turn")).to_have_count(1)


def test_what_is_typed_but_not_sent_goes_on_in_the_box(held: Held) -> None:
    page, release = held("en-US", 1280)
    expect(page.locator("#rag-first textarea")).to_be_focused()
    page.keyboard.type("a question that is not")
    release()
    expect(page.locator("#rag-first")).to_have_count(0)
    box = page.locator("#rag-question textarea")
    expect(box).to_be_focused()
    expect(box).to_have_value("a question that is not")
    page.keyboard.type(" finished")
    expect(box).to_have_value("a question that is not finished")
    expect(page.locator(".rag-turn")).to_have_count(0)


def test_the_files_of_the_page_are_kept_and_the_page_itself_is_not(served: Served) -> None:
    first = httpx2.get(served.url, headers={"accept-language": "zh-CN"})
    assert first.headers["content-encoding"] == "gzip"
    assert '<html\n\tlang="zh-CN"' in first.text
    assert "immutable" not in first.headers.get("cache-control", "")
    name = first.text.split('src="./assets/')[1].split('"')[0]
    file = httpx2.get(f"{served.url}assets/{name}")
    assert file.status_code == 200
    assert "immutable" in file.headers["cache-control"]
    plain = httpx2.get(served.url, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert len(plain.content) == int(plain.headers["content-length"])


def test_a_page_of_another_form_is_sent_as_it_is() -> None:
    assert with_first_view(b"<p>Not found</p>", "first", "en") == b"<p>Not found</p>"
