"""The page over the seed articles, with a real assistant."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

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
