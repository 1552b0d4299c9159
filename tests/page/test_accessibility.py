"""Every main state of the page, held to the rules of axe-core, and photographed.

The pictures lie in `.screenshots/` afterwards, for a person to look at.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from rag.assistant import Assistant
from rag.config import Config, PageConfig
from rag.feeds.following import Feeds
from rag.messages import Language
from rag.models.embedder import Embedder
from tests.chat_server import ChatServer, chat_server, says

from .conftest import Served, Visit, serving
from .scripted import ScriptedAssistant, seed_articles
from .scripts import news
from .states import walk

PICTURES = Path(__file__).parents[2] / ".screenshots"
WIDTHS = (1280, 390)
LOCALES: dict[Language, str] = {"en": "en-US", "zh": "zh-CN"}


@pytest.fixture(scope="module")
def model() -> Iterator[ChatServer]:
    with chat_server(says("Paris.")) as server:
        yield server


@pytest.fixture(scope="module")
def served(
    seeds_index: Path,
    embedder: Embedder,
    model: ChatServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    index = tmp_path_factory.mktemp("page") / "index"
    shutil.copytree(seeds_index, index)
    library = Assistant.open(Config(index=index), embedder=embedder).library
    config = PageConfig(local_endpoints=(model.url,), endpoints=("https://models.example/v1",))
    assistant = ScriptedAssistant(seed_articles(), news, None)
    assert library is not None
    feeds = Feeds.over(library)
    with serving(assistant, library=library, feeds=feeds, config=config) as page:
        yield page


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_no_state_of_the_page_bars_anybody(
    served: Served, model: ChatServer, visit: Visit, language: Language, scheme: str
) -> None:
    page = visit(served.url, locale=LOCALES[language], color_scheme=scheme)
    PICTURES.mkdir(exist_ok=True)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for number, state in enumerate(walk(page, served, language, model)):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            name = f"{language}-{scheme}-{width}-{number:02}-{state}.png"
            page.screenshot(path=PICTURES / name, scale="css")
        page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        page.wait_for_timeout(300)  # Colours change slowly.
        for broken in Axe().run(page).response["violations"]:
            found[broken["id"]] |= {f"{state}: {node['html'][:200]}" for node in broken["nodes"]}
    # Neither ours nor, as it is used here, Gradio's own markup.
    assert {rule: sorted(nodes) for rule, nodes in found.items()} == {}
