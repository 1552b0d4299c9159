"""The articles tab has addresses too, and answers a browser that names no language."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import expect

from rag.page import texts as head_texts
from rag.page.articles.texts import texts
from tests.page.conftest import Served, Visit, reload

ARTICLE = "004_2a3666ae1f3d6eaf"


def test_an_article_of_the_list_is_left_by_back_and_opened_again_by_its_address(
    editable: Served,
    visit: Visit,
) -> None:
    words = texts("en")
    page = visit(editable.url, locale="en-US")
    page.get_by_role("tab", name=head_texts.EN.articles, exact=True).click()
    expect(page.locator(".rag-count")).to_be_visible()
    expect(page).to_have_url(f"{editable.url}?tab=articles")
    page.locator(f'[data-value="{ARTICLE}"]').click()
    heading = page.locator(".rag-reading h2")
    expect(heading).to_contain_text("苹果AI入华")
    expect(page).to_have_url(f"{editable.url}?tab=articles&a={ARTICLE}")
    page.go_back()
    expect(page.locator(".rag-count")).to_be_visible()
    expect(page).to_have_url(f"{editable.url}?tab=articles")
    page.go_forward()
    expect(heading).to_contain_text("苹果AI入华")
    reload(page)
    expect(heading).to_contain_text("苹果AI入华")
    page.get_by_role("button", name=words.back).click()
    expect(page).to_have_url(f"{editable.url}?tab=articles")
    expect(page.locator(".rag-count")).to_be_visible()
    other = visit(f"{editable.url}?tab=articles&a=nothing", locale="en-US")
    expect(other.get_by_text(words.gone)).to_be_visible()


def call(url: str, action: str, data: list[object], event: dict[str, str]) -> Any:
    """Send an event as a browser would, and return what the page answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}config", timeout=20) as response:
        wired = json.load(response)["dependencies"]
    [found] = [one["id"] for one in wired if any(t[1] == action for t in one["targets"])]
    body = {"data": data, "fn_index": found, "session_hash": "reader", "event_data": event}
    request = urllib.request.Request(
        f"{url}gradio_api/run/predict",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with opener.open(request, timeout=20) as response:
        return json.load(response)["data"]


@pytest.mark.parametrize("language", [None, "zh"])
def test_an_article_is_opened_for_a_browser_that_names_no_language(
    editable: Served,
    language: str | None,
) -> None:
    data: list[object] = [None, language, "", "", False, False, None]
    shown = str(call(editable.url, "open_article", data, {"value": ARTICLE}))
    assert "rag-reading" in shown
    assert texts("zh" if language == "zh" else "en").back in shown
