"""A chat server on this machine's loopback that speaks the streaming protocol, well and badly.

Each request takes the next behaviour of the script; the last one serves all that follow.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rag.config import ChatModelConfig

KEY = "sk-very-secret-0123456789"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a client sent."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        """All messages of the prompt, one after another."""
        return "\n".join(message["content"] for message in self.body["messages"])


class Reply:
    """One request being answered: behaviours write to it."""

    def __init__(self, handler: BaseHTTPRequestHandler, server: ChatServer) -> None:
        self._handler = handler
        self._server = server

    def respond(self, status: int, body: str, kind: str = "application/json") -> None:
        data = body.encode()
        self._handler.send_response(status)
        self._handler.send_header("Content-Type", kind)
        self._handler.send_header("Content-Length", str(len(data)))
        # Retries are what is tested, not the client's pauses between them.
        self._handler.send_header("Retry-After-Ms", "1")
        self._handler.end_headers()
        self._handler.wfile.write(data)

    def redirect(self, url: str) -> None:
        """Send the client elsewhere, with what it sent."""
        self._handler.send_response(307)
        self._handler.send_header("Location", url)
        self._handler.send_header("Content-Length", "0")
        self._handler.end_headers()

    def open_stream(self) -> None:
        """Begin a stream that ends when the connection is closed."""
        self._handler.send_response(200)
        self._handler.send_header("Content-Type", "text/event-stream")
        self._handler.send_header("Connection", "close")
        self._handler.end_headers()
        self._handler.close_connection = True

    def raw(self, data: bytes) -> None:
        try:
            self._handler.wfile.write(data)
            self._handler.wfile.flush()
        except OSError:
            self._server.hung_up.set()
            raise

    def event(self, value: object) -> None:
        self.raw(b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n")

    def piece(self, text: str | None, finish: str | None = None) -> None:
        delta = {} if text is None else {"content": text}
        self.event(_chunk([{"index": 0, "delta": delta, "finish_reason": finish}]))

    def wait(self, seconds: float) -> None:
        """Wait as long, or until the test is over."""
        self._server.stopping.wait(seconds)


Behaviour = Callable[[Reply, Request], None]


def _chunk(choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    kind = "chat.completion.chunk"
    return {"id": "c", "object": kind, "created": 0, "model": "m", "choices": choices, **more}


def says(*pieces: str) -> Behaviour:
    """A normal reply, in these pieces, with a count of its tokens."""

    def behave(reply: Reply, request: Request) -> None:
        reply.open_stream()
        for piece in pieces:
            reply.piece(piece)
        reply.piece(None, finish="stop")
        if "stream_options" in request.body:
            usage = {"prompt_tokens": 70, "completion_tokens": 9, "total_tokens": 79}
            reply.event(_chunk([], usage=usage))
        reply.raw(b"data: [DONE]\n\n")

    return behave


def says_bytes(text: str, size: int) -> Behaviour:
    """A normal reply whose bytes come `size` at a time, cutting through characters and lines."""

    def behave(reply: Reply, request: Request) -> None:
        del request
        reply.open_stream()
        sent = [_chunk([{"index": 0, "delta": {"content": text}, "finish_reason": None}])]
        sent.append(_chunk([{"index": 0, "delta": {}, "finish_reason": "stop"}]))
        lines = "".join(f"data: {json.dumps(c, ensure_ascii=False)}\n\n" for c in sent)
        data = (lines + "data: [DONE]\n\n").encode()
        for at in range(0, len(data), size):
            reply.raw(data[at : at + size])

    return behave


def sends(*parts: bytes) -> Behaviour:
    """These bytes as the body of a stream, which then ends."""

    def behave(reply: Reply, _: Request) -> None:
        reply.open_stream()
        for part in parts:
            reply.raw(part)

    return behave


def knows_no_system_role(status: int, body: str, then: Behaviour) -> Behaviour:
    """This refusal for any request with a system message; `then` for one without."""

    def behave(reply: Reply, request: Request) -> None:
        if any(message["role"] == "system" for message in request.body["messages"]):
            reply.respond(status, body)
        else:
            then(reply, request)

    return behave


def ends_with(finish: str, *pieces: str) -> Behaviour:
    """A reply that the server ends for this reason."""

    def behave(reply: Reply, _: Request) -> None:
        reply.open_stream()
        for piece in pieces:
            reply.piece(piece)
        reply.piece(None, finish=finish)
        reply.raw(b"data: [DONE]\n\n")

    return behave


def fails(status: int, message: str = "no") -> Behaviour:
    """An HTTP error in the protocol's form."""
    body = json.dumps({"error": {"message": message, "type": "t", "code": None}})
    return lambda reply, _: reply.respond(status, body)


def refuses_extras(then: Behaviour) -> Behaviour:
    """HTTP 400 for any request with a temperature or stream_options; `then` for a plain one."""

    def behave(reply: Reply, request: Request) -> None:
        if {"temperature", "stream_options"} & set(request.body):
            fails(400, "unsupported parameter")(reply, request)
        else:
            then(reply, request)

    return behave


def listing(*names: str) -> Behaviour:
    """The list of models that a server has."""
    data = [{"id": name, "object": "model"} for name in names]
    return lambda reply, _: reply.respond(200, json.dumps({"object": "list", "data": data}))


def echoes_key(reply: Reply, request: Request) -> None:
    """HTTP 401 that repeats the key, as some servers do."""
    fails(401, f"Incorrect API key: {request.headers['authorization']}")(reply, request)


def answers_html(reply: Reply, _: Request) -> None:
    """A page where the protocol was expected, as of a proxy or a wrong URL."""
    reply.respond(200, "<html><body>Welcome</body></html>", "text/html")


def malformed(reply: Reply, _: Request) -> None:
    """A stream whose second event is no JSON."""
    reply.open_stream()
    reply.piece("Apple")
    reply.raw(b"data: {not json\n\n")


def error_inside(message: str) -> Behaviour:
    """A stream that begins well and then holds an error object."""

    def behave(reply: Reply, _: Request) -> None:
        reply.open_stream()
        reply.piece("Apple chose")
        reply.event({"error": {"message": message, "type": "server_error", "code": "500"}})

    return behave


def breaks_off(*pieces: str) -> Behaviour:
    """A stream that ends without a finish reason."""

    def behave(reply: Reply, _: Request) -> None:
        reply.open_stream()
        for piece in pieces:
            reply.piece(piece)

    return behave


def slow_start(seconds: float) -> Behaviour:
    """Silence before the first byte."""

    def behave(reply: Reply, request: Request) -> None:
        reply.wait(seconds)
        says("late")(reply, request)

    return behave


def stalls_after(piece: str, seconds: float) -> Behaviour:
    """Silence after the first piece."""

    def behave(reply: Reply, _: Request) -> None:
        reply.open_stream()
        reply.piece(piece)
        reply.wait(seconds)

    return behave


def drips(text: str, seconds: float) -> Behaviour:
    """One letter after another, with a pause before each, until the client hangs up."""

    def behave(reply: Reply, _: Request) -> None:
        reply.open_stream()
        for letter in text:
            reply.wait(seconds)
            reply.piece(letter)

    return behave


def never_ends(text: str) -> Behaviour:
    """The same text again and again, until the client hangs up."""

    def behave(reply: Reply, _: Request) -> None:
        reply.open_stream()
        until = time.monotonic() + 20
        while time.monotonic() < until:
            reply.piece(text)

    return behave


@dataclass
class ChatServer:
    """A running server: where it is, and what it was asked."""

    script: list[Behaviour]
    url: str = ""
    listed: Behaviour = field(default_factory=lambda: listing("tiny-model"))
    asked_for_models: int = 0
    requests: list[Request] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def config(self, *, api_key: str | None = KEY, timeout: float = 10.0) -> ChatModelConfig:
        return ChatModelConfig(
            name="tiny-model", endpoint=self.url, api_key=api_key, timeout=timeout
        )

    def next_behaviour(self, request: Request) -> Behaviour:
        with self.lock:
            self.requests.append(request)
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the play."""


@contextmanager
def chat_server(*script: Behaviour) -> Iterator[ChatServer]:
    """Serve the script on a free port until the block ends."""
    chat = ChatServer(list(script))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(path=self.path, headers=headers, body=json.loads(body))
            chat.next_behaviour(request)(Reply(self, chat), request)

        def do_GET(self) -> None:
            chat.asked_for_models += 1
            request = Request(path=self.path, headers={}, body={})
            behave = chat.listed if self.path == "/v1/models" else fails(404)
            behave(Reply(self, chat), request)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

    server = _Quiet(("127.0.0.1", 0), Handler)
    chat.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield chat
    finally:
        chat.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


def in_pieces(text: str, size: int) -> Sequence[str]:
    """The text cut every `size` characters."""
    return [text[at : at + size] for at in range(0, len(text), size)]
