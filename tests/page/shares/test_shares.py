"""The owner shares an answer: its address, who can read it, and how that ends."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from rag.assistant import Assistant
from rag.config import Config, Login, PageConfig
from rag.models.embedder import Embedder
from rag.page.chat.texts import texts as chat_texts
from rag.page.chat.turns import Turn
from rag.page.shares.public_page import render_shared
from rag.page.shares.since import Since
from rag.page.shares.store import NotShared, Shares
from rag.page.shares.texts import Texts, texts
from rag.uploads.library import Library
from tests.page.chat.test_rendering import HOSTILE
from tests.page.conftest import Visit, serving
from tests.page.scripted import (
    ScriptedAssistant,
    answered,
    cite,
    claim,
    made_document,
    seed_articles,
)
from tests.page.scripts import news
from tests.page.test_page import answer, ask

EN, ZH = texts("en"), texts("zh")
READER = {"username": "press", "password": "long-enough-2"}
LOGIN = PageConfig(local_endpoints=(), login=Login(user="press", password=READER["password"]))


@pytest.fixture
def library(seeds_index: Path, embedder: Embedder, tmp_path: Path) -> Library:
    index = tmp_path / "index"
    shutil.copytree(seeds_index, index)
    library = Assistant.open(Config(index=index), embedder=embedder).library
    assert library is not None
    return library


@pytest.fixture
def assistant() -> ScriptedAssistant:
    assistant = ScriptedAssistant(seed_articles(), news, None)
    assistant.gate.set()
    return assistant


def test_an_answer_is_shared_outlives_a_restart_and_is_gone_at_once(
    assistant: ScriptedAssistant, library: Library, visit: Visit, browser: Browser
) -> None:
    with serving(assistant, library=library, config=LOGIN) as served:
        page = visit(served.url, locale="en-US", http_credentials=READER)
        ask(page, "Why did Apple choose Alibaba?")
        answer(page)
        page.get_by_role("button", name=chat_texts("en").share, exact=True).click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("No password is asked for")
        expect(dialog).to_contain_text("on this machine only")
        address = dialog.get_by_label(EN.address).input_value()
        assert address.startswith(f"{served.url}s/")
        assert Axe().run(page).response["violations"] == []
        dialog.get_by_role("button", name=EN.close, exact=True).click()
        expect(dialog).to_have_count(0)
        token = address.rpartition("/")[2]
        assert len(token) == 40

    # After a restart, without a password, and without scripts.
    with serving(assistant, library=library, config=LOGIN) as served:
        address = f"{served.url}s/{token}"
        assert httpx2.get(served.url).status_code == 401
        reply = httpx2.get(address)
        assert reply.status_code == 200
        assert reply.headers["cache-control"] == "no-store"
        assert "noindex" in reply.headers["x-robots-tag"]
        assert "default-src 'none'" in reply.headers["content-security-policy"]
        assert httpx2.post(address).status_code in (401, 405)
        assert httpx2.get(f"{served.url}s/{token[:-1]}0x").status_code == 401
        context = browser.new_context(
            java_script_enabled=False, locale="zh-CN", viewport={"width": 390, "height": 800}
        )
        reader = context.new_page()
        reader.goto(address)
        expect(reader.locator("html")).to_have_attribute("lang", "zh-CN")
        expect(reader.locator("h1")).to_have_text("Why did Apple choose Alibaba?")
        expect(reader.locator("footer")).to_contain_text(ZH.exact)
        shared = Shares(library.folder / "shared").find(token)
        assert shared is not None
        assert shared.turn.answer is not None
        citation = shared.turn.answer.citations[0]
        source = reader.locator(f"#source{citation.marker}")
        expect(source.locator("blockquote")).to_contain_text(citation.quote)
        expect(source).to_contain_text(citation.title)
        assert reader.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        reader.get_by_role("link", name=ZH.other_language).click()
        expect(reader.locator("footer")).to_contain_text(EN.exact)
        context.close()

        # The owner ends it from the list.
        page = visit(served.url, locale="zh-CN", http_credentials=READER)
        page.get_by_role("tab").nth(4).click()
        page.locator("#rag-shared > summary").click()
        expect(page.locator("#rag-shared summary")).to_have_text(ZH.section.format(1))
        page.get_by_role("button", name=ZH.stop_of.format("Why did Apple choose Alibaba?")).click()
        expect(page.locator("#rag-shared summary")).to_have_text(ZH.section.format(0))
        assert httpx2.get(address).status_code == 404


def test_others_than_the_owner_do_not_share(
    assistant: ScriptedAssistant, library: Library, visit: Visit
) -> None:
    with serving(assistant, library=library, host="0.0.0.0", config=LOGIN) as served:
        page = visit(
            served.url,
            locale="en-US",
            http_credentials=READER,
            extra_http_headers={"X-Forwarded-For": "198.51.100.7"},
        )
        ask(page, "Why did Apple choose Alibaba?")
        answer(page)
        share = page.locator('[data-act="share_answer"]')
        expect(share).to_be_hidden()
        share.evaluate("button => button.click()")  # what the page does not show is refused, too
        expect(page.locator("#rag-composer .rag-hint").first).to_have_text(EN.not_owner)
    assert Shares(library.folder / "shared").all() == ()


@pytest.mark.parametrize("words", [EN, ZH])
def test_hostile_text_stays_text(tmp_path: Path, words: Texts) -> None:
    document = made_document(f"Before. {HOSTILE} After.", title=HOSTILE, url="javascript:alert(1)")
    turn = Turn(
        number=1,
        question=HOSTILE,
        answer=answered(HOSTILE, claim(HOSTILE, cite(document, HOSTILE, 1))),
    )
    shares = Shares(tmp_path / "shared")
    shared = shares.add(turn, lambda _: document)
    found = shares.find(shared.token)
    assert found == shared
    assert found.turn.answer
    since = {1: Since(what="retracted", day="2025-02-13", notice=HOSTILE, now=document)}
    page = render_shared(found, found.turn.answer, since, "en" if words is EN else "zh")
    assert words.exact in page
    assert HOSTILE not in page
    assert "<script" not in page
    assert "javascript:" not in page.replace("&#x27;", "'") or 'href="javascript' not in page


def test_only_quotes_that_stand_in_their_articles_are_shared(tmp_path: Path) -> None:
    document = made_document("The mill closed in 1990. Nobody bought it.")
    turn = Turn(
        number=1,
        question="What closed?",
        answer=answered(
            "What closed?", claim("The mill.", cite(document, "The mill closed in 1990.", 1))
        ),
    )
    shares = Shares(tmp_path / "shared")
    edited = replace(document, text="The mill closed in 1991. Nobody bought it.")
    for find in (lambda _: edited, lambda _: None):
        with pytest.raises(NotShared):
            shares.add(turn, find)
    with pytest.raises(NotShared):
        shares.add(Turn(number=1, question="What closed?", stopped=True), lambda _: document)
    assert shares.all() == ()


def test_what_is_no_share_is_none(tmp_path: Path) -> None:
    shares = Shares(tmp_path)
    (tmp_path / f"{'a' * 40}.json").write_text(json.dumps({"at": 1, "turn": "[]"}))
    assert [shares.find(t) for t in ("a" * 40, "b" * 40, "../index", "")] == [None] * 4
    shares.stop("../index")
    assert shares.all() == ()
