"""What a chat endpoint does, as it reaches the rest of the project."""

from __future__ import annotations

import json
import socket

import pytest

from rag.config import ChatModelConfig
from rag.errors import (
    ChatModelBrokeOff,
    ChatModelEmpty,
    ChatModelError,
    ChatModelFailed,
    ChatModelRefused,
    ChatModelTimedOut,
    ChatModelUnreachable,
)
from rag.models.chat import TokenUsage
from rag.models.openai_chat import OpenAIChatModel
from tests.chat_server import (
    KEY,
    Behaviour,
    ChatServer,
    Reply,
    Request,
    answers_html,
    breaks_off,
    chat_server,
    drips,
    echoes_key,
    error_inside,
    fails,
    in_pieces,
    knows_no_system_role,
    malformed,
    never_ends,
    refuses_extras,
    says,
    says_bytes,
    sends,
    slow_start,
    stalls_after,
)
from tests.models.asking import PROMPT, TEXT, failure, read


def test_a_reply_arrives_whole_with_its_token_counts() -> None:
    with chat_server(says(*in_pieces(TEXT, 1))) as server:
        assert KEY not in repr(server.config())
        assert read(server.config()) == (
            TEXT,
            TokenUsage(prompt_tokens=70, completion_tokens=9),
        )
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body["model"] == "tiny-model"
    assert request.body["stream"] is True
    assert request.body["temperature"] == 0
    assert request.body["messages"] == [
        {"role": "system", "content": "Answer."},
        {"role": "user", "content": "问题？"},
    ]


@pytest.mark.parametrize("size", [1, 7])
def test_bytes_cut_anywhere_give_the_same_text(size: int) -> None:
    with chat_server(says_bytes(TEXT, size)) as server:
        assert read(server.config())[0] == TEXT


def test_without_a_key_of_its_own_no_key_of_the_environment_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with chat_server(says("ok")) as server:
        read(server.config(api_key=None))
    assert KEY not in server.requests[0].headers["authorization"]


def test_a_server_that_takes_no_temperature_is_asked_plainly() -> None:
    with chat_server(refuses_extras(says("ok"))) as server:
        text, usage = read(server.config())
    assert text == "ok"
    assert usage == TokenUsage(prompt_tokens=None, completion_tokens=None)
    assert [set(r.body) for r in server.requests] == [
        {"model", "messages", "stream", "temperature", "stream_options"},
        {"model", "messages", "stream"},
    ]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_told_with_its_status_and_not_repeated(status: int) -> None:
    with chat_server(fails(status, "no such thing")) as server:
        error = failure(server.config())
    assert type(error) is ChatModelRefused
    assert f"HTTP {status}" in error.message.en
    assert f"HTTP {status}" in error.message.zh
    assert "no such thing" in error.message.en
    # 400 and 422 are tried once more without what a server may not know, then without a role.
    assert len(server.requests) == (3 if status in (400, 422) else 1)


def test_a_key_that_the_server_repeats_is_masked() -> None:
    with chat_server(echoes_key) as server:
        error = failure(server.config())
    assert "Bearer ***" in error.message.en


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_failure_is_tried_again(status: int) -> None:
    with chat_server(fails(status), fails(status), says("ok")) as server:
        assert read(server.config())[0] == "ok"
    assert len(server.requests) == 3


@pytest.mark.parametrize(("status", "kind"), [(429, ChatModelRefused), (500, ChatModelFailed)])
def test_a_lasting_failure_is_given_up_after_two_retries(
    status: int, kind: type[ChatModelError]
) -> None:
    with chat_server(fails(status)) as server:
        error = failure(server.config())
    assert type(error) is kind
    assert len(server.requests) == 3


def test_a_long_detail_is_cut_to_one_bounded_line() -> None:
    with chat_server(fails(404, "first\nsecond " + "x" * 5000)) as server:
        error = failure(server.config())
    assert "first" in error.message.en
    assert "…" in error.message.en


def test_a_closed_port_is_unreachable() -> None:
    with socket.socket() as taken:
        # Bound and not listening: nobody else can take the port, and it refuses connections.
        taken.bind(("127.0.0.1", 0))
        server = ChatServer([], url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        error = failure(server.config())
    assert type(error) is ChatModelUnreachable
    assert "OPENAI_BASE_URL" in error.message.en


def test_no_text_follows_a_redirect_or_leaves_this_machine_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with chat_server(says("x")) as elsewhere:
        monkeypatch.setenv("HTTP_PROXY", elsewhere.url)
        monkeypatch.setenv("ALL_PROXY", elsewhere.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        moved = f"{elsewhere.url}/chat/completions"
        with chat_server(lambda reply, _: reply.redirect(moved), says("ok")) as server:
            assert "HTTP 307" in failure(server.config()).message.en
            assert read(server.config())[0] == "ok"
        assert elsewhere.requests == []


def test_a_slow_model_is_waited_for_and_one_that_drips_is_not() -> None:
    with chat_server(drips("Apple chose [1].", 0.25)) as server:
        assert type(failure(server.config(timeout=1))) is ChatModelBrokeOff  # after its last letter
    with chat_server(drips("Apple chose Alibaba [1].", 0.9)) as server:
        error = failure(server.config(timeout=2))
    assert type(error) is ChatModelTimedOut
    assert "a letter a second" in error.message.en


@pytest.mark.parametrize("behaviour", [slow_start(5), stalls_after("Apple", 5)])
def test_silence_longer_than_the_timeout_is_an_error_of_its_own(behaviour: Behaviour) -> None:
    with chat_server(behaviour) as server:
        error = failure(server.config(timeout=0.15))
    assert type(error) is ChatModelTimedOut
    assert "0.15 s" in error.message.en
    assert "RAG_TIMEOUT" in error.message.zh


def test_nothing_is_tried_again_once_text_has_come() -> None:
    with chat_server(stalls_after("Apple", 20), says("ok")) as server:
        failure(server.config(timeout=2))
    assert len(server.requests) == 1


@pytest.mark.parametrize("pieces", [("Apple chose",), ("Apple chose Alibaba. ", "Then")])
def test_a_stream_without_an_end_broke_off(pieces: tuple[str, ...]) -> None:
    with chat_server(breaks_off(*pieces)) as server:
        assert type(failure(server.config())) is ChatModelBrokeOff


@pytest.mark.parametrize("pieces", [(), ("",)])
def test_a_reply_without_text_is_empty(pieces: tuple[str, ...]) -> None:
    with chat_server(says(*pieces)) as server:
        assert type(failure(server.config())) is ChatModelEmpty


@pytest.mark.parametrize("behaviour", [answers_html, malformed, error_inside("overloaded")])
def test_what_is_not_of_the_protocol_failed(behaviour: Behaviour) -> None:
    with chat_server(behaviour) as server:
        assert type(failure(server.config())) is ChatModelFailed


def test_an_error_within_the_stream_is_told_without_the_key() -> None:
    with chat_server(error_inside(f"overloaded for {KEY}")) as server:
        error = failure(server.config())
    assert "overloaded for ***" in error.message.en


def test_a_caller_that_has_enough_hangs_up() -> None:
    with chat_server(never_ends("word ")) as server:
        stream = OpenAIChatModel(server.config()).stream(PROMPT)
        assert next(stream) == "word "
        stream.close()  # type: ignore[attr-defined]
        assert server.hung_up.wait(5)


def test_credentials_in_the_endpoint_are_used_and_never_shown() -> None:
    with chat_server(fails(404)) as server:
        hidden = server.url.replace("://", f"://user:{KEY}@") + f"?token={KEY}"
        error = failure(ChatModelConfig(name="tiny-model", endpoint=hidden))
    assert type(error) is ChatModelRefused


@pytest.mark.parametrize(
    ("status", "message", "requests"),
    [
        (400, "System role not supported", 2),
        (400, "Conversation roles must alternate user/assistant", 2),
        (400, "不支持 system 角色", 2),
        (424, "Template error: raise_exception", 2),
        (422, "unprocessable", 3),
    ],
)
def test_a_model_without_a_system_role_gets_the_rules_from_the_user(
    status: int, message: str, requests: int
) -> None:
    refusal = json.dumps({"error": message})
    with chat_server(knows_no_system_role(status, refusal, says("ok"))) as server:
        model = OpenAIChatModel(server.config())
        assert next(iter(model.stream(PROMPT))) == "ok"
        assert len(server.requests) == requests
        assert server.requests[-1].body["messages"] == [
            {"role": "user", "content": "Answer.\n\n问题？"}
        ]
        assert next(iter(model.stream(PROMPT))) == "ok"
        # What was learnt is kept.
        assert len(server.requests) == requests + 1


def test_a_refusal_within_the_stream_is_one_too() -> None:
    refusal = b'data: {"error": {"message": "Only user and assistant roles are supported!"}}\n\n'
    with chat_server(sends(refusal), says("ok")) as server:
        assert read(server.config())[0] == "ok"
    assert [m["role"] for m in server.requests[1].body["messages"]] == ["user"]


def test_comments_without_end_are_silence() -> None:
    def waits(reply: Reply, _: Request) -> None:
        reply.open_stream()
        for _time in range(100):
            reply.raw(b": waiting\n\n")
            reply.wait(0.05)

    with chat_server(waits) as server:
        assert type(failure(server.config(timeout=0.3))) is ChatModelTimedOut


@pytest.mark.parametrize(
    "proxy", ["socks://127.0.0.1:9", "socks://u:hidden@[::1", "ftp://127.0.0.1:1", "http://h:port"]
)
def test_a_proxy_that_cannot_be_used_is_told_when_the_model_is_asked(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "no_proxy", "NO_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALL_PROXY", proxy)
    error = failure(ChatModelConfig(name="tiny-model", endpoint="http://192.0.2.5:8000/v1"))
    assert type(error) is ChatModelUnreachable
    assert not error.sent
    assert "ALL_PROXY" in error.message.zh
    assert "hidden" not in error.message.en + error.message.zh
    # A model of this machine is none of its business.
    with chat_server(says("ok")) as server:
        assert read(server.config())[0] == "ok"


def test_addresses_that_need_no_proxy_may_be_written_in_any_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "::1,10.0.0.0/8,192.0.2.5")
    model = OpenAIChatModel(
        ChatModelConfig(name="m", endpoint="http://192.0.2.5:1/v1", timeout=0.1)
    )
    with pytest.raises(ChatModelError) as caught:
        list(model.stream(PROMPT))
    assert "proxy" not in caught.value.message.en
