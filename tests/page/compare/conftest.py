"""The page over the seed articles, with a real assistant."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.config import Config
from rag.models.embedder import Embedder
from tests.page.conftest import Served, serving


@pytest.fixture(scope="package")
def served(
    seeds_index: Path, embedder: Embedder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    index = tmp_path_factory.mktemp("compared") / "index"
    shutil.copytree(seeds_index, index)
    assistant = Assistant.open(Config(index=index), embedder=embedder)
    with serving(assistant, library=assistant.library) as page:
        yield page


@pytest.fixture
def held(served: Served, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Hold work on a topic after its first step, until the event is set."""
    go_on = threading.Event()

    def slow(stream: Any, *given: object, **chosen: object) -> Iterator[object]:
        for step in stream(*given, **chosen):
            yield step
            go_on.wait(60)

    for name in ("stream_comparison", "stream_story"):
        held = partial(slow, getattr(served.assistant, name))
        monkeypatch.setattr(served.assistant, name, held)
    return go_on
