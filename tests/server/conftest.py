"""A real server on a free port of this machine, over the seeds."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from rag.assistant import Assistant
from rag.config import ChatModelConfig, Config, ServerConfig
from rag.models.embedder import Embedder
from rag.models.openai_chat import OpenAIChatModel
from rag.page.serving import listen
from rag.server.keys import KeyRing
from rag.server.service import Service
from rag.server.serving import StoppingServer, opened

CONFIG = ServerConfig()


@dataclass
class Running:
    """A running server, and a client of it."""

    url: str
    assistant: Assistant
    ring: KeyRing
    service: Service
    stop: Any
    client: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx2.Client(base_url=self.url, timeout=60, trust_env=False)

    def post(self, path: str, **fields: Any) -> httpx2.Response:
        """Send fields as JSON."""
        return self.client.post(path, json=fields)

    def connection(self, timeout: float) -> socket.socket:
        """Return a connection to the server; `timeout` is in seconds."""
        address = urlsplit(self.url)
        return socket.create_connection((address.hostname, address.port), timeout)


@contextmanager
def running(assistant: Assistant, config: ServerConfig = CONFIG) -> Iterator[Running]:
    """Serve in a thread and an event loop of its own, until the block ends."""
    assert assistant.folder is not None
    ring = KeyRing(assistant.folder)
    ready = threading.Event()
    made: list[Running] = []

    async def serve(listener: socket.socket) -> None:
        async with opened(assistant, ring, config) as served:
            server = StoppingServer(served)

            def stop() -> None:
                server.should_exit = True

            port = listener.getsockname()[1]
            made.append(Running(f"http://127.0.0.1:{port}", assistant, ring, served.service, stop))
            ready.set()
            await server.serve(sockets=[listener])

    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=lambda: asyncio.run(serve(listener)), daemon=True)
        thread.start()
        try:
            while not ready.wait(0.01):
                if not thread.is_alive():
                    raise RuntimeError("The server did not start.")
            yield made[0]
        finally:
            if made:
                made[0].client.close()
                made[0].stop()
            thread.join(timeout=40)
            assert not thread.is_alive()


def until(condition: Any, seconds: float = 30.0) -> bool:
    """Wait until the condition holds, and return whether it does."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(condition())


@pytest.fixture(scope="session")
def opened_assistant(
    seeds_index: Path, embedder: Embedder, tmp_path_factory: pytest.TempPathFactory
) -> Assistant:
    """An assistant over an index of its own, without a chat model."""
    index = tmp_path_factory.mktemp("served") / "index"
    shutil.copytree(seeds_index, index)
    return Assistant.open(Config(index=index), embedder=embedder)


@pytest.fixture(scope="module")
def server(opened_assistant: Assistant) -> Iterator[Running]:
    with running(opened_assistant) as server:
        yield server


@pytest.fixture
def fresh(seeds_index: Path, embedder: Embedder, tmp_path: Path) -> Assistant:
    """An assistant over a copy of the index that a test may change."""
    shutil.copytree(seeds_index, tmp_path / "index")
    return Assistant.open(Config(index=tmp_path / "index"), embedder=embedder)


def with_model(base: Assistant, model: ChatModelConfig) -> Assistant:
    """Return an assistant over the same index that writes with a chat model."""
    return Assistant(
        snapshot=base.snapshot,
        embedder=base.embedder,
        chat_model=OpenAIChatModel(model),
        reader=base.reader,
        folder=base.folder,
    )
