"""A real index of a harbour's news: three outlets, five days, one article without a date."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from rag.assistant import Assistant
from rag.config import Config
from rag.models.embedder import Embedder
from rag.store.indexing import update_index
from tests.page.conftest import Served, serving

# Day of February 2025, outlet, number of ships.
ARRIVALS = (
    *((10, "Harbour Daily", 12), (10, "Lund Post", 31), (11, "Harbour Daily", 14)),
    *((12, "Lund Post", 35), (13, "界面新闻", 40), (14, "Harbour Daily", 17)),
)


@pytest.fixture(scope="module")
def harbour(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("harbour")
    news: list[dict[str, str]] = [
        {
            "text": f"The harbour of Lund received {ships} ships, the port authority said.",
            "title": f"{ships} ships came to Lund",
            "outlet": outlet,
            "date": f"2025-02-{day}",
        }
        for day, outlet, ships in ARRIVALS
    ]
    news.append({"text": "The old pier of Lund was closed for repairs.", "title": "Pier closed"})
    (folder / "news").mkdir()
    lines = "".join(f"{json.dumps(article, ensure_ascii=False)}\n" for article in news)
    (folder / "news/news.jsonl").write_text(lines, "utf-8")
    update_index(folder / "index", [folder / "news"], embedder)
    assistant = Assistant.open(Config(index=folder / "index"), embedder=embedder)
    with serving(assistant, library=assistant.library) as page:
        yield page
