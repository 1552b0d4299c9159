"""The guided set-up and a model that is down, with real servers in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from rag.assistant import Assistant
from rag.config import PageConfig
from rag.models.embedder import Embedder
from rag.page.chat.texts import texts as chat_texts
from rag.page.texts import texts as head_texts
from rag.store.snapshot import Snapshot
from tests.chat_server import chat_server, fails, says
from tests.page.conftest import PATIENCE_MS, Visit, idle, serving

ENGLISH = "What was Alibaba's closing price in Hong Kong on February 13?"
REPLY = says("Alibaba closed at 116.7 Hong Kong dollars. [1]")
TYPED = "sk-typed-by-the-owner-0123456789"


@pytest.mark.parametrize(
    ("locale", "language", "width"), [("en-US", "en", 1280), ("zh-CN", "zh", 390)]
)
def test_from_quotations_to_a_model_that_answers_and_then_is_down(
    seeds: Snapshot, embedder: Embedder, visit: Visit, locale: str, language: str, width: int
) -> None:
    chat_words = chat_texts(language)  # type: ignore[arg-type]
    assistant = Assistant(snapshot=seeds, embedder=embedder)
    with (
        chat_server(REPLY) as model,
        serving(assistant, config=PageConfig(local_endpoints=(model.url,))) as served,
    ):
        page = visit(served.url, locale=locale, viewport={"width": width, "height": 860})
        question, send = page.locator("#rag-question textarea"), page.locator("#rag-ask")
        question.fill(ENGLISH)
        page.keyboard.press("Enter")
        expect(page.locator("#turn1 .rag-provenance")).to_be_visible()
        expect(send).to_be_visible()
        offer = page.locator("#turn1 .rag-notice")
        expect(offer).to_contain_text(chat_words.untranslated["en"])
        expect(offer).not_to_contain_text("RAG_MODEL")
        offer.get_by_role("button", name=chat_words.answer_in["en"]).click()
        expect(page.locator(".rag-set-up-head")).to_contain_text(ENGLISH)
        page.locator("#rag-set-up-cancel").click()
        expect(offer.get_by_role("button")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".rag-set-up-head h2")).to_be_focused()
        expect(page.locator(".rag-set-up-sent")).to_contain_text(model.url.split("/")[2])
        assert not model.requests  # Nothing is sent before the reader asks for it.
        page.locator("#rag-set-up-try").click()
        expect(page.locator('.rag-set-up-result [data-kind="good"]')).to_contain_text("116.7")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator("#rag-set-up-use").click()
        expect(page.locator("#turn1 .rag-provenance")).to_contain_text("tiny-model")
        expect(page.locator("#turn1 .rag-statement").first).to_contain_text("Alibaba closed")
        expect(page.locator(".rag-turn")).to_have_count(1)
        expect(page.locator(".rag-privacy")).to_contain_text("tiny-model")

        model.script[:] = [fails(500)]
        expect(send).to_be_visible()
        page.locator('#turn1 [data-act="ask"]').click()
        trouble = page.locator("#turn1 .rag-trouble")
        host = model.url.split("/")[2]
        what = chat_words.in_brackets.format(f"{host}{chat_words.comma}HTTP 500")
        expect(trouble.get_by_role("alert")).to_have_text(
            chat_words.trouble["ChatModelFailed"].format(what)
        )
        expect(trouble.get_by_text("RAG_MODEL")).to_be_hidden()
        trouble.locator("summary").click()
        expect(trouble.get_by_text("RAG_MODEL")).to_be_visible()
        down = head_texts(language).model_down  # type: ignore[arg-type]
        privacy = page.locator(".rag-privacy")
        expect(privacy).to_have_text(down.format(f"tiny-model @ {model.url}"))
        asked = len(model.requests)
        trouble.get_by_role("button", name=chat_words.without_model).click()
        expect(trouble).to_have_count(0)
        expect(page.locator("#turn1 .rag-provenance")).to_have_text(
            re.compile(chat_words.model_none)
        )
        assert len(model.requests) == asked


def test_the_owner_names_a_server_and_its_key_is_seen_nowhere(
    seeds: Snapshot, embedder: Embedder, visit: Visit
) -> None:
    assistant = Assistant(snapshot=seeds, embedder=embedder)
    with (
        chat_server(fails(401)) as model,
        serving(assistant, config=PageConfig(local_endpoints=("http://127.0.0.1:9/v1",))) as served,
    ):
        page = visit(served.url, locale="en-US")
        page.get_by_role("tab").last.click()
        page.locator("#rag-set-up-open").click()
        expect(page.locator(".rag-set-up-head pre")).to_contain_text("ollama pull")
        page.locator("#rag-own-endpoint :is(input, textarea)").fill("nonsense")
        page.locator("#rag-set-up-try").click()
        bad = page.locator('.rag-set-up-result [data-kind="bad"]')
        expect(bad).to_contain_text("no address of a model server")
        idle(page)
        # Pasted, without a key: it is said at once where a question would go.
        page.locator("#rag-own-endpoint :is(input, textarea)").fill(model.url)
        expect(page.locator(".rag-set-up-sent")).to_contain_text(model.url.split("/")[2])
        page.locator("#rag-own-model :is(input, textarea)").fill("their-model")
        page.locator("#rag-own-key input").fill(TYPED)
        page.locator("#rag-set-up-try").click()
        expect(bad).to_contain_text("401")
        expect(page.locator("#rag-own-key input")).to_have_value("")
        model.script[:] = [REPLY]
        idle(page)
        page.locator("#rag-set-up-try").click()  # The key is in memory now.
        expect(page.locator('.rag-set-up-result [data-kind="good"]')).to_be_visible()
        assert model.requests[-1].headers["authorization"] == f"Bearer {TYPED}"
        page.locator("#rag-set-up-use").click()
        expect(page.locator(".rag-privacy")).to_contain_text(f"their-model @ {model.url}")
        stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert TYPED not in page.content() + stored


def test_the_librarys_own_messages_are_in_the_pages_language(
    seeds: Snapshot, embedder: Embedder, browser: object
) -> None:
    assistant = Assistant(snapshot=seeds, embedder=embedder)
    with serving(assistant, config=PageConfig(local_endpoints=())) as served:
        page = browser.new_page(locale="zh-CN")  # type: ignore[attr-defined]
        page.set_default_timeout(PATIENCE_MS)
        page.goto(served.url)
        expect(page.locator("#rag-first")).to_have_count(0)  # The page itself is there.
        expect(page.locator("h1")).to_have_text(head_texts("zh").title)
        page.route("**/queue/join*", lambda route: route.abort())
        page.locator("#rag-question textarea").fill(ENGLISH)
        page.keyboard.press("Enter")
        toast = page.get_by_test_id("toast-body").first
        expect(toast).to_contain_text("连接已断开")
        expect(toast).not_to_contain_text("onnection")
        page.close()
