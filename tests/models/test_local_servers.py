"""Looking for model servers on this machine: real servers, good ones and bad ones."""

from __future__ import annotations

import json
import time

import pytest

from rag.models import local_servers
from rag.models.local_servers import find_local_models
from tests.chat_server import Reply, Request, chat_server, listing, says


def test_models_are_listed_by_endpoint() -> None:
    with chat_server(says("x")) as one, chat_server(says("x")) as other:
        one.listed = listing("qwen2.5:7b", "llama3.2:1b", "qwen2.5:7b")
        found = find_local_models((other.url, one.url))
    assert found == {other.url: ("tiny-model",), one.url: ("qwen2.5:7b", "llama3.2:1b")}
    assert list(found) == [other.url, one.url]
    assert one.requests == []  # Nothing but the list was asked for.


def test_where_nothing_listens_there_is_nothing() -> None:
    assert find_local_models(("http://127.0.0.1:9/v1",)) == {}
    assert find_local_models(()) == {}


def replies(status: int, body: str) -> object:
    return lambda reply, _: reply.respond(status, body)


def drips(reply: Reply, _: Request) -> None:
    reply.open_stream()
    for _piece in range(100):
        reply.raw(b" ")
        reply.wait(0.05)


def floods(reply: Reply, _: Request) -> None:
    reply.open_stream()
    for _piece in range(100_000):
        reply.raw(b" " * 10_000)


@pytest.mark.parametrize(
    "behaviour",
    [
        replies(404, '{"data": [{"id": "m"}]}'),
        replies(500, "no"),
        replies(200, "<html>Welcome</html>"),
        replies(200, "[]"),
        replies(200, '{"data": null}'),
        replies(200, '{"data": [1, 2]}'),
        replies(200, '{"data": [{"id": 7}, {"id": ""}, {"id": "a\\nb"}, {"id": " c"}]}'),
        replies(200, '{"data": [{"id": "' + "x" * 201 + '"}]}'),
        replies(200, "[" * 100_000),
        drips,
        floods,
    ],
)
def test_what_is_no_model_server_is_not_offered(
    behaviour: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_servers, "PATIENCE", 0.5)
    with chat_server(says("x")) as server:
        server.listed = behaviour  # type: ignore[assignment]
        started = time.monotonic()
        assert find_local_models((server.url,)) == {}
    assert time.monotonic() - started < 15


def test_a_bad_name_spoils_no_good_one() -> None:
    with chat_server(says("x")) as server:
        server.listed = listing("good", "\x1b[31m", *(f"m{n}" for n in range(500)))
        names = find_local_models((server.url,))[server.url]
    assert names[0] == "good"
    assert len(names) == 100


def test_no_redirect_is_followed_and_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with chat_server(says("x")) as elsewhere, chat_server(says("x")) as server:
        server.listed = lambda reply, _: reply.redirect(f"{elsewhere.url}/models")
        monkeypatch.setenv("HTTP_PROXY", elsewhere.url)
        monkeypatch.setenv("ALL_PROXY", elsewhere.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert find_local_models((server.url,)) == {}
        assert elsewhere.asked_for_models == 0
        server.listed = listing("tiny-model")
        assert find_local_models((server.url,)) == {server.url: ("tiny-model",)}
        assert elsewhere.asked_for_models == 0
        assert json.dumps(elsewhere.requests) == "[]"
