"""The settings in a real browser, with the real assistant and real model servers."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from rag.assistant import Assistant
from rag.config import PageConfig
from rag.models.embedder import Embedder
from rag.page.settings.texts import Texts, texts
from rag.store.snapshot import Snapshot
from tests.chat_server import KEY, ChatServer, chat_server, says
from tests.page.conftest import Served, Visit, reload, serving

EN, ZH = texts("en"), texts("zh")
CLOSE = "2月13日阿里巴巴港股收盘价是多少港元？"
SECRET = "sk-typed-by-a-reader-0123456789"
FORBIDDEN = "http://169.254.169.254/v1"


@pytest.fixture(scope="module")
def local() -> Iterator[ChatServer]:
    """A model server that runs on this machine."""
    with chat_server(says("阿里巴巴港股2月13日收报116.7港元。[1]")) as chat:
        yield chat


@pytest.fixture(scope="module")
def listed() -> Iterator[ChatServer]:
    """A model server that the operator listed, and that wants a key."""
    with chat_server(says("Alibaba closed at 116.7 Hong Kong dollars. [1]")) as chat:
        yield chat


@pytest.fixture(scope="module")
def served(
    seeds: Snapshot, embedder: Embedder, local: ChatServer, listed: ChatServer
) -> Iterator[Served]:
    assistant = Assistant(snapshot=seeds, embedder=embedder)
    config = PageConfig(local_endpoints=(local.url,), endpoints=(listed.url,))
    with serving(assistant, config=config) as page:
        yield page


def ask(page: Page, question: str, turn: int = 1) -> None:
    page.get_by_role("tab").first.click()
    page.locator("#rag-question textarea").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(f"#turn{turn} .rag-provenance")).to_be_visible()
    expect(page.locator("#rag-ask")).to_be_visible()


def open_settings(page: Page) -> None:
    page.get_by_role("tab").last.click()
    expect(page.locator("#rag-saved")).to_be_visible()


def pick(page: Page, box: str, option: str) -> None:
    page.locator(f"{box} input").click()
    page.get_by_role("option").filter(has_text=re.compile(rf"^\W*{re.escape(option)}")).click()


def choose_endpoint(page: Page, words: Texts, endpoint: str) -> None:
    open_settings(page)
    page.get_by_role("radio", name=words.model_writes).check()
    pick(page, "#rag-endpoint", endpoint)


def status(page: Page) -> Any:
    return page.locator("#rag-saved [role=status]")


@pytest.mark.parametrize(("locale", "words"), [("zh-CN", ZH), ("en-GB", EN)])
def test_a_model_of_this_machine_is_found_chosen_and_named_and_turned_away_again(
    served: Served, visit: Visit, local: ChatServer, locale: str, words: Texts
) -> None:
    before = len(local.requests)
    page = visit(served.url, locale=locale)
    privacy = page.locator("#rag-head .rag-privacy")
    expect(privacy).not_to_contain_text(local.url)
    choose_endpoint(page, words, words.on_this_machine.format(local.url))
    expect(status(page)).to_have_text(words.kept)
    expect(privacy).to_contain_text(f"tiny-model @ {local.url}")
    assert len(local.requests) == before  # Looked at, and not used before a question is asked.
    ask(page, CLOSE)
    expect(page.locator("#turn1 .rag-provenance")).to_contain_text("tiny-model")
    expect(page.locator("#turn1 .rag-provenance")).to_contain_text(local.url)
    expect(page.locator("#turn1 .rag-statement")).to_contain_text("收报116.7港元")
    asked = len(local.requests)
    assert asked > before

    open_settings(page)
    page.get_by_role("radio", name=words.quotes).check()
    expect(status(page)).to_have_text(words.kept)
    expect(privacy).not_to_contain_text(local.url)
    ask(page, CLOSE, turn=2)
    expect(page.locator("#turn2 .rag-provenance")).not_to_contain_text("tiny-model")
    assert len(local.requests) == asked


def test_settings_outlive_a_reload_and_the_switch_of_the_language(
    served: Served, visit: Visit, local: ChatServer
) -> None:
    page = visit(served.url, locale="en-US")
    choose_endpoint(page, EN, local.url)
    expect(status(page)).to_have_text(EN.kept)
    page.get_by_role("radiogroup", name=EN.language).get_by_role("radio", name="中文").check()
    pick(page, "#rag-most-sources", "3")
    expect(status(page)).to_have_text(EN.kept)
    expect(page.locator("#rag-most-sources input")).to_have_value("3")
    reload(page)
    expect(page.locator("#rag-head .rag-privacy")).to_contain_text(f"tiny-model @ {local.url}")
    open_settings(page)
    expect(page.locator("#rag-most-sources input")).to_have_value("3")
    expect(page.locator("#rag-endpoint input")).to_have_value(re.compile(re.escape(local.url)))
    expect(page.locator("#rag-model input")).to_have_value("tiny-model")
    group = page.get_by_role("radiogroup", name=EN.language)
    expect(group.get_by_role("radio", name="中文")).to_be_checked()

    page.locator("#rag-language").get_by_text("中文", exact=True).click()
    expect(page.locator("#rag-head .rag-privacy")).to_contain_text("会发送给 tiny-model")
    expect(page.get_by_role("radio", name=ZH.model_writes)).to_be_checked()
    expect(page.get_by_role("radiogroup", name=ZH.language)).to_be_visible()
    expect(page.locator("#rag-look")).to_have_text(ZH.look)
    page.locator("#rag-look").click()
    expect(status(page)).to_have_text(ZH.found.format(local.url))
    ask(page, "What was Alibaba's closing price in Hong Kong on February 13?")
    assert "用中文回答" in local.requests[-1].prompt
    assert "\n[3] " in local.requests[-1].prompt
    assert "\n[4] " not in local.requests[-1].prompt


def test_a_typed_key_goes_to_its_server_and_is_seen_nowhere(
    served: Served, visit: Visit, listed: ChatServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        page = visit(served.url, locale="en-US")
        received: list[str] = []
        page.on("response", lambda r: received.append(r.text()) if "gradio_api" in r.url else None)
        choose_endpoint(page, EN, listed.url)
        expect(status(page)).to_contain_text("Name a model of")
        expect(page.locator("#rag-head .rag-privacy")).not_to_contain_text(listed.url)
        box = page.locator("#rag-model input")
        box.fill("big-model")
        box.press("Enter")
        expect(page.locator("#rag-head .rag-privacy")).to_contain_text(f"big-model @ {listed.url}")
        key = page.get_by_label(EN.key.format(listed.url))
        expect(key).to_have_attribute("type", "password")
        key.fill(SECRET)
        key.press("Enter")
        expect(status(page)).to_have_text(EN.key_held.format(listed.url))
        expect(key).to_have_value("")
        ask(page, CLOSE)
        assert listed.requests[-1].headers["authorization"] == f"Bearer {SECRET}"
        expect(page.locator("#turn1 .rag-provenance")).to_contain_text("big-model")
        stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        seen = [page.content(), stored, *received]
        reload(page)
        expect(page.locator("#rag-head .rag-privacy")).to_contain_text("big-model")
        ask(page, CLOSE, turn=2)  # The conversation is still there.
        assert listed.requests[-1].headers["authorization"] == "Bearer none"
        seen.append(page.content())
    assert json.loads(stored)[0]
    assert SECRET not in "".join(seen)
    assert SECRET not in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize(("locale", "words"), [("zh-CN", ZH), ("en-GB", EN)])
def test_an_endpoint_sent_by_hand_is_refused_in_a_line(
    served: Served, visit: Visit, local: ChatServer, locale: str, words: Texts
) -> None:
    page = visit(served.url, locale=locale)
    choose_endpoint(page, words, local.url)
    expect(status(page)).to_have_text(words.kept)

    def forge(route: Route) -> None:
        body = route.request.post_data or ""
        route.continue_(post_data=body.replace(local.url, FORBIDDEN))

    page.route(re.compile("/gradio_api/"), forge)
    pick(page, "#rag-most-sources", "5")
    expect(status(page)).to_contain_text(FORBIDDEN)
    expect(status(page)).to_contain_text("RAG_ENDPOINTS")
    expect(page.locator("#rag-head .rag-privacy")).to_contain_text(local.url)
    asked = len(local.requests)
    page.get_by_role("tab").first.click()
    page.locator("#rag-question textarea").fill(CLOSE)
    page.keyboard.press("Enter")
    hint = page.locator("#rag-composer .rag-hint")
    expect(hint).to_contain_text(FORBIDDEN)
    expect(page.locator(".rag-turn")).to_have_count(0)
    expect(page.locator("body")).not_to_contain_text("Traceback")
    assert len(local.requests) == asked


def test_what_a_browser_kept_and_nobody_understands_gives_way_to_the_start(
    served: Served, visit: Visit
) -> None:
    page = visit(served.url, locale="en-US")

    def spoil(route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        if body.get("data") == [{}, "en"]:
            body["data"][0] = {"composer": 7, "endpoint": FORBIDDEN, "sources": "many"}
        route.continue_(post_data=json.dumps(body))

    # What a reload cuts off, the library complains of.
    expect(page.locator(".rag-example").first).to_be_visible()
    page.route(re.compile("/gradio_api/"), spoil)
    reload(page)
    open_settings(page)
    expect(status(page)).to_have_text(EN.reset)
    expect(page.get_by_role("radio", name=EN.quotes)).to_be_checked()
    page.unroute(re.compile("/gradio_api/"))
    pick(page, "#rag-most-sources", "7")
    expect(status(page)).to_have_text(EN.kept)


def test_the_settings_can_be_used_by_keyboard_on_a_phone(
    served: Served, visit: Visit, local: ChatServer
) -> None:
    page = visit(served.url, locale="en-US", viewport={"width": 390, "height": 800})
    page.get_by_role("tab").first.focus()
    for _ in range(page.get_by_role("tab").count() - 1):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#rag-saved")).to_be_visible()
    page.get_by_role("radio", name=EN.model_writes).focus()
    page.keyboard.press("Space")
    endpoint = page.get_by_role("combobox", name=EN.endpoint)
    expect(endpoint).to_be_visible()
    expect(status(page)).to_contain_text("choose an endpoint")
    endpoint.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#rag-head .rag-privacy")).to_contain_text(local.url)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_of_the_settings_is_barred_to_a_screen_reader(
    served: Served, visit: Visit, listed: ChatServer, scheme: str
) -> None:
    page = visit(served.url, locale="en-US", color_scheme=scheme)
    choose_endpoint(page, EN, listed.url)
    expect(page.get_by_label(EN.key.format(listed.url))).to_be_visible()
    page.wait_for_timeout(300)  # Colours change slowly.
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found] == []
