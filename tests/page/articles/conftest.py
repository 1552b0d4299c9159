"""The page over a real index of the seeds that can be added to, its own for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.config import Config
from rag.models.embedder import Embedder
from rag.uploads.library import Library
from tests.page.conftest import Served, serving


@pytest.fixture
def assistant(seeds_index: Path, embedder: Embedder, tmp_path: Path) -> Assistant:
    index = tmp_path / "index"
    shutil.copytree(seeds_index, index)
    return Assistant.open(Config(index=index), embedder=embedder)


@pytest.fixture
def library(assistant: Assistant) -> Library:
    assert assistant.library is not None
    return assistant.library


@pytest.fixture
def editable(assistant: Assistant, library: Library) -> Iterator[Served]:
    with serving(assistant, library=library) as page:
        yield page
