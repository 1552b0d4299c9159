"""A cancelled wait for a chat model ends soon, and the server sees that the client left."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from rag.cancellation import Cancellation, Cancelled, cancellable
from rag.config import ChatModelConfig
from rag.errors import ChatModelTimedOut
from rag.models.chat import ChatMessage
from rag.models.openai_chat import OpenAIChatModel

HELLO = [ChatMessage(role="user", content="Hello")]
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


class Stalling:
    """A server that sends `first` and then nothing more, and notices when its client leaves."""

    def __init__(self, first: bytes) -> None:
        self._first = first
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self.asked = threading.Event()
        self.left = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(self._first)
            self.asked.set()
            with contextlib.suppress(ConnectionResetError):
                while connection.recv(65536):
                    pass
            self.left.set()

    def close(self) -> None:
        self._listener.close()


@pytest.fixture(params=[b"", HEAD], ids=["before its answer", "in its answer"])
def stalling(request: pytest.FixtureRequest) -> Iterator[Stalling]:
    server = Stalling(request.param)
    yield server
    server.close()


def test_a_cancelled_wait_ends_soon(stalling: Stalling) -> None:
    model = OpenAIChatModel(ChatModelConfig(name="m", endpoint=stalling.endpoint, timeout=60))
    cancellation = Cancellation()

    def leave() -> None:
        stalling.asked.wait(30)
        cancellation.cancel()

    threading.Thread(target=leave, daemon=True).start()
    begun = time.monotonic()
    with cancellable(cancellation), pytest.raises(Cancelled):
        list(model.stream(HELLO))
    assert time.monotonic() - begun < 20
    assert stalling.left.wait(30)


def test_a_wait_that_nobody_cancels_ends_at_its_time_limit() -> None:
    server = Stalling(HEAD)
    model = OpenAIChatModel(ChatModelConfig(name="m", endpoint=server.endpoint, timeout=0.7))
    begun = time.monotonic()
    with pytest.raises(ChatModelTimedOut):
        list(model.stream(HELLO))
    assert time.monotonic() - begun >= 0.7
    server.close()
