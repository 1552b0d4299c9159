"""The page over an index on a Milvus server."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from rag.assistant import Assistant
from rag.config import Config
from rag.models.embedder import Embedder
from rag.store.index import update_index
from tests.conftest import SEEDS
from tests.store.milvus.serving import milvus_server

from .conftest import Visit, serving
from .test_page import answer, ask


def test_two_questions_are_answered_and_an_article_is_read(
    tmp_path: Path, embedder: Embedder, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_HOME", str(tmp_path / "home"))
    with milvus_server(tmp_path / "server") as server:
        index = Config(index=Path(f"milvus://127.0.0.1:{server.port}/news")).index
        update_index(index, [SEEDS], embedder)
        with (
            Assistant.open(Config(index=index), embedder=embedder) as assistant,
            serving(assistant, library=assistant.library) as served,
        ):
            page = visit(served.url, locale="en-US", viewport={"width": 1280, "height": 860})
            expect(page.locator(".rag-loaded")).to_contain_text("5 articles · 5 outlets")
            ask(page, "Why did Apple choose Alibaba?")
            answer(page)
            ask(page, "阿里股价收盘多少？")
            answer(page, turn=2)
            expect(page.locator("#turn2 .rag-statement").first).to_contain_text("股价")
            page.get_by_role("tab", name="Articles").click()
            expect(page.locator(".rag-title")).to_have_count(5)
            page.locator(".rag-title").first.click()
            expect(page.locator(".rag-reading .rag-whole")).to_contain_text("阿里")
            page.close()
