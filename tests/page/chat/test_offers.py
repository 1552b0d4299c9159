"""What the first view offers beside questions to try."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from rag.messages import Language
from rag.models.embedder import Embedder
from rag.page.chat.examples import Offer
from rag.page.chat.offers import render_offer
from rag.retrieval.summary_asked import SummaryRequests
from rag.text.summary_requests import SummaryRequest
from tests.page.conftest import Served, Visit


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_sums_up_is_a_request_for_a_summary_of_what_is_new(
    language: Language, embedder: Embedder
) -> None:
    offered = render_offer(Offer(articles=True), language)
    (question,) = re.findall('data-question="([^"]+)"', offered)
    read = SummaryRequests(embedder).read(question)
    assert read == SummaryRequest(about="", newest=True)


def test_without_articles_the_owner_is_offered_to_add_some_and_others_nothing() -> None:
    assert re.findall('data-tab="([^"]+)"', render_offer(Offer(owner=True), "en")) == ["articles"]
    assert render_offer(Offer(), "en") == ""


@pytest.mark.parametrize(
    ("locale", "width", "press"),
    [
        ("en-US", 390, ["Lay out a story in time", "Compare outlets", "Check a draft"]),
        ("zh-CN", 1280, ["按时间排列报道", "对比各家媒体", "核对草稿"]),
    ],
)
def test_each_is_one_press_away(
    served: Served, visit: Visit, locale: str, width: int, press: list[str]
) -> None:
    page = visit(served.url, locale=locale, viewport={"width": width, "height": 860})
    for name, tab in zip(press, ("story", "compare", "check"), strict=True):
        page.get_by_role("button", name=name, exact=True).press("Enter")
        expect(page).to_have_url(f"{served.url}?tab={tab}")
        page.go_back()
        expect(page).to_have_url(served.url)
    # Who may not change the articles is not offered to.
    expect(page.locator('.rag-also [data-tab="articles"]')).to_have_count(0)
    page.locator(".rag-also button").first.press("Enter")
    expect(page.locator("#turn1 .rag-provenance")).to_be_visible()
    expect(page.locator(".rag-also")).to_have_count(0)
