"""One server for all tests of a process, and an index of its own for each test.

With MILVUS_PORT, it is a server that runs on this machine, of any kind; tests that kill a server
start one of their own all the same.
"""

from __future__ import annotations

import itertools
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.config import Config, MilvusConfig
from rag.milvus_address import MilvusAddress
from rag.store.milvus.server import Server
from tests.store.milvus.serving import MilvusServer, milvus_server

_names = itertools.count()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    if port := os.environ.get("MILVUS_PORT"):
        yield MilvusServer(tmp_path_factory.mktemp("milvus"), int(port))
        return
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
def name(server: MilvusServer) -> Iterator[str]:
    name = f"news{next(_names)}_{secrets.token_hex(4)}"
    connection = Server(
        MilvusAddress(host="127.0.0.1", port=server.port, name=name), MilvusConfig()
    )
    yield name
    connection.drop()
    connection.close()


@pytest.fixture
def elsewhere(
    server: MilvusServer, name: str, at_home: Callable[[str], None]
) -> Callable[[], Path]:
    """Goes to another machine, and returns the folder that the same index has there."""

    def go() -> Path:
        at_home("another")
        return Config(index=Path(f"milvus://127.0.0.1:{server.port}/{name}")).index

    return go


@pytest.fixture
def index(server: MilvusServer, name: str) -> Path:
    """The folder of an index on the server, where nothing is yet."""
    return Config(index=Path(f"milvus://127.0.0.1:{server.port}/{name}")).index
