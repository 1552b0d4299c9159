"""What a request may be: where it comes from, how long it is, and what a stranger gets."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator

import pytest

from rag.assistant import Assistant
from rag.config import ServerConfig
from rag.server import gate
from rag.server.logs import JsonLines

from .conftest import Running, running, until

WHY = "why did Apple choose Alibaba"
ORIGIN = "https://app.example"


@pytest.fixture
def guarded(fresh: Assistant) -> Iterator[Running]:
    """A server with keys, and a web page that may use it."""
    with running(fresh, ServerConfig(origins=(ORIGIN,), per_minute=500, at_once=2)) as server:
        yield server


def test_another_sites_page_is_refused(server: Running) -> None:
    for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
        for path in ("/v1/answer", "/v1/articles"):
            response = server.client.post(path, json={"question": WHY}, headers=headers)
            assert (response.status_code, response.json()["error"]["code"]) == (
                403,
                "foreign_origin",
            )
            assert "access-control-allow-origin" not in response.headers
    # DNS rebinding: another site's name that leads here.
    rebound = server.client.get("/v1/articles", headers={"host": "evil.example:8765"})
    assert rebound.status_code == 421


def test_cors_is_off_unless_an_origin_is_named(server: Running, guarded: Running) -> None:
    asks = {"origin": ORIGIN, "access-control-request-method": "POST"}
    assert server.client.options("/v1/answer", headers=asks).status_code == 403
    allowed = guarded.client.options("/v1/answer", headers=asks)
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == ORIGIN
    assert "authorization" in allowed.headers["access-control-allow-headers"]
    other = {**asks, "origin": "https://app.example.evil.example"}
    assert guarded.client.options("/v1/answer", headers=other).status_code == 403
    key = guarded.ring.add("page")
    sent = {"origin": ORIGIN, "authorization": f"Bearer {key}"}
    answer = guarded.client.post("/v1/answer", json={"question": WHY}, headers=sent)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_without_a_key_nothing_is_told(guarded: Running) -> None:
    key = guarded.ring.add("a")
    for method, path in (
        ("POST", "/v1/answer"),
        ("POST", "/v1/search"),
        ("POST", "/v1/verify"),
        ("POST", "/v1/draft"),
        ("POST", "/v1/compare"),
        ("POST", "/v1/summary"),
        ("POST", "/v1/story"),
        ("PATCH", "/v1/articles/001_65a87198a1962179"),
        ("GET", "/v1/articles"),
        ("GET", "/v1/articles/001_65a87198a1962179"),
        ("GET", "/v1/models"),
        ("POST", "/v1/chat/completions"),
        ("POST", "/v1/responses"),
        ("POST", "/mcp"),
        ("GET", "/metrics"),
        ("GET", "/nowhere"),
    ):
        response = guarded.client.request(method, path, json={"question": WHY})
        assert response.status_code == 401, path
        assert response.headers["www-authenticate"] == "Bearer"
        assert "阿里" not in response.text
    for path in ("/health", "/ready", "/docs", "/openapi.json"):
        assert guarded.client.get(path).status_code == 200
    told = guarded.client.get("/metrics", headers={"x-api-key": key})
    assert told.status_code == 200


def test_a_read_key_changes_nothing(guarded: Running) -> None:
    reads, writes = guarded.ring.add("reader"), guarded.ring.add("writer", "write")
    files = [("file", ("a.md", b"# A\n\nThe tunnel opened on Monday.", "text/markdown"))]
    refused = guarded.client.post("/v1/articles", files=files, headers={"x-api-key": reads})
    assert refused.status_code == 403
    for method in ("PATCH", "DELETE"):
        wanted = guarded.client.request(method, "/v1/articles/a", headers={"x-api-key": reads})
        assert wanted.status_code == 403
    added = guarded.client.post("/v1/articles", files=files, headers={"x-api-key": writes})
    assert added.json()["new"] == ["a.md"]


def test_every_answer_has_a_request_id_and_what_is_left(guarded: Running) -> None:
    key = guarded.ring.add("a")
    response = guarded.client.get("/v1/articles", headers={"x-api-key": key})
    assert response.headers["x-request-id"].startswith("req-")
    assert response.headers["x-ratelimit-limit-requests"] == "500"
    assert response.headers["x-ratelimit-remaining-requests"] == "499"
    named = guarded.client.get("/health", headers={"x-request-id": "mine-7"})
    assert named.headers["x-request-id"] == "mine-7"


@pytest.mark.parametrize("name", ["a b", "x" * 65, "é", "a\x00"])
def test_an_odd_request_id_is_replaced(server: Running, name: str) -> None:
    head = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-Id: {name}\r\n\r\n"
    told = raw(server, head.encode("latin-1"))
    assert b"500" not in told.splitlines()[0]
    assert name.encode("latin-1") not in told


def test_a_long_body_is_refused_before_it_is_read(server: Running) -> None:
    long = b'{"question": "' + b"x" * (gate.MAX_BODY_BYTES + 1) + b'"}'
    response = server.client.post("/v1/answer", content=long)
    assert response.status_code == 413
    # Files alone may be longer: a correction would be read into memory.
    corrected = server.client.patch("/v1/articles/001_65a87198a1962179", content=long)
    assert corrected.status_code == 413

    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 100_000

    chunked = server.client.post("/v1/answer", content=pieces())
    assert chunked.status_code == 413
    # Only the length is said, and nothing is sent.
    head = b"POST /v1/answer HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999999999999\r\n\r\n"
    assert b"413" in raw(server, head).splitlines()[0]


def test_a_body_that_does_not_come_is_not_waited_for(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "ARRIVING_SECONDS", 0.3)
    head = b"POST /v1/answer HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n\r\n{"
    assert b"408" in raw(server, head).splitlines()[0]


def test_an_upload_that_stops_is_not_waited_for(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "ARRIVING_SECONDS", 0.3)
    head = (
        b"POST /v1/articles HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
    )
    told = raw(server, head)
    assert b"408" in told.splitlines()[0]
    assert b"application/json" in told


def test_an_error_of_the_server_is_told_as_json(
    server: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret of the server")

    monkeypatch.setattr(server.assistant, "search", broken)
    response = server.post("/v1/search", query="Apple")
    assert response.status_code == 500
    error = response.json()["error"]
    assert error["code"] == "internal_error"
    assert response.headers["x-request-id"] in error["message"]
    assert "secret" not in response.text

    def logged() -> bool:
        errors = [record.exc_info for record in caplog.records if record.exc_info]
        return "a secret of the server" in [str(error[1]) for error in errors]

    # The server writes its log after the answer has gone out.
    assert until(logged)


def test_a_stream_of_notices_is_not_kept_open(server: Running) -> None:
    response = server.client.get("/mcp", headers={"accept": "text/event-stream"})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


def test_a_damaged_file_of_keys_tells_strangers_nothing(guarded: Running) -> None:
    guarded.ring.add("reader")
    path = guarded.ring._path
    kept = path.read_text()
    path.write_text("{")
    try:
        for address in ("/v1/articles", "/a/x?at=1-2"):
            response = guarded.client.get(address)
            assert response.status_code == 503
            assert response.json()["error"]["code"] == "keys_unreadable"
            assert path.name not in response.text
    finally:
        path.write_text(kept)


def test_an_answer_that_takes_too_long_is_stopped(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "ANSWER_SECONDS", 0.01)
    response = server.post("/v1/answer", question="What did Joe Tsai say about Apple?")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "timeout")
    assert response.headers["retry-after"]
    assert until(lambda: server.service.queue.running == 0)


@pytest.mark.parametrize(
    "head",
    [
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nBad\x00Header: x\r\n\r\n",
        b"GET /health HTTP/9.9\r\n\r\n",
        b"NONSENSE\r\n\r\n",
        b"POST /v1/answer HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ],
)
def test_malformed_http_harms_nothing(server: Running, head: bytes) -> None:
    told = raw(server, head)
    assert told == b"" or b" 400 " in told.splitlines()[0] or b" 4" in told.splitlines()[0]
    assert server.client.get("/health").status_code == 200


def test_no_header_of_a_request_gets_into_the_response(server: Running) -> None:
    sent = "/a/x%0d%0aset-cookie:%20a=b?at=%0d%0a"
    response = server.client.get(sent)
    assert "set-cookie" not in response.headers
    assert response.status_code == 404


def test_no_address_of_a_client_is_ever_fetched(server: Running) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.5)
        url = f"http://127.0.0.1:{trap.getsockname()[1]}/x"
        image = {"type": "image_url", "image_url": {"url": url}}
        server.post(
            "/v1/chat/completions",
            model="cited-rag",
            messages=[{"role": "user", "content": [{"type": "text", "text": url}, image]}],
        )
        server.post("/v1/answer", question=f"What does {url} say?")
        server.post("/v1/verify", claim=f"See {url}.", articles=[url])
        server.client.get(f"/v1/articles/{url}")
        with pytest.raises(TimeoutError):
            trap.accept()


def test_one_keys_questions_are_not_another_keys_to_read(guarded: Running) -> None:
    first, second = guarded.ring.add("a"), guarded.ring.add("b")
    secret = "Is the merger with Zyxwvut Holdings on?"
    body = {"question": secret}
    guarded.client.post("/v1/answer", json=body, headers={"x-api-key": first})
    for path in ("/metrics", "/ready", "/v1/articles", "/v1/models", "/docs"):
        assert "Zyxwvut" not in guarded.client.get(path, headers={"x-api-key": second}).text
    follow = {"question": "And why?"}
    told = guarded.client.post("/v1/answer", json=follow, headers={"x-api-key": second})
    assert "Zyxwvut" not in told.text


@pytest.mark.parametrize("logged", [False, True])
def test_the_log_is_json_and_holds_no_question_unless_wanted(
    fresh: Assistant, caplog: pytest.LogCaptureFixture, logged: bool
) -> None:
    caplog.set_level(logging.INFO, logger="rag.server")
    with running(fresh, ServerConfig(log_questions=logged)) as server:
        server.post("/v1/answer", question=WHY)
        server.client.get("/a/x%0a%22?at=1-2&sig=secret-signature")
    lines = [JsonLines().format(record) for record in caplog.records if record.name == "rag.server"]
    asked, linked = (json.loads(line) for line in lines)
    assert asked["path"] == "/v1/answer"
    assert asked["status"] == 200
    assert asked.get("question") == (WHY if logged else None)
    assert linked["code"] == "not_found"
    assert "secret-signature" not in "".join(lines)
    assert all("\n" not in line for line in lines)


def raw(server: Running, data: bytes) -> bytes:
    """Send bytes as they are, and return all that comes back."""
    with server.connection(20) as connection:
        connection.sendall(data)
        told = b""
        try:
            while piece := connection.recv(65536):
                told += piece
                if b"\r\n\r\n" in told and b"content-length: 0" not in told:
                    break
        except ConnectionResetError:
            pass
        return told
