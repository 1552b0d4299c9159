"""One server for all tests of a process, and an index of its own for each test."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.config import Config
from tests.store.milvus.serving import MilvusServer, milvus_server

_names = itertools.count()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    with milvus_server(tmp_path_factory.mktemp("milvus")) as started:
        yield started


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets whose machine this is: each has stores of its own."""

    def be(name: str) -> None:
        monkeypatch.setenv("RAG_HOME", str(tmp_path / name))

    be("home")
    return be


@pytest.fixture
def name() -> str:
    return f"news{next(_names)}"


@pytest.fixture
def index(server: MilvusServer, name: str) -> Path:
    """The folder of an index on the server, where nothing is yet."""
    return Config(index=Path(f"milvus://127.0.0.1:{server.port}/{name}")).index
