"""What a chat endpoint does, as it reaches the rest of the project."""

from __future__ import annotations

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
from rag.models.chat import ChatMessage, TokenUsage
from rag.models.openai_chat import OpenAIChatModel
from tests.chat_server import (
    KEY,
    Behaviour,
    ChatServer,
    answers_html,
    breaks_off,
    chat_server,
    echoes_key,
    error_inside,
    fails,
    in_pieces,
    malformed,
    never_ends,
    refuses_extras,
    says,
    says_bytes,
    slow_start,
    stalls_after,
)

PROMPT = (
    ChatMessage(role="system", content="Answer."),
    ChatMessage(role="user", content="问题？"),
)
TEXT = "苹果选择了阿里[1]。Shares rose 2.55% [2]."


def read(config: ChatModelConfig) -> tuple[str, TokenUsage]:
    *pieces, usage = OpenAIChatModel(config).stream(PROMPT)
    assert isinstance(usage, TokenUsage)
    assert all(isinstance(piece, str) for piece in pieces)
    return "".join(map(str, pieces)), usage


def failure(config: ChatModelConfig) -> ChatModelError:
    """The error of a reply, once it was seen to be fit for a person and without the key."""
    model = OpenAIChatModel(config)
    with pytest.raises(ChatModelError) as caught:
        list(model.stream(PROMPT))
    error = caught.value
    for text in (error.message.en, error.message.zh):
        assert "\n" not in text
        assert model.endpoint in text
        assert "tiny-model" in text
        assert len(text) < 600
    for shown in (str(error), repr(error), repr(model), str(vars(error))):
        assert KEY not in shown
    assert KEY not in error.message.en + error.message.zh
    return error


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
    # 400 and 422 are tried once more without what a server may not know.
    assert len(server.requests) == (2 if status in (400, 422) else 1)


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


@pytest.mark.parametrize("behaviour", [slow_start(5), stalls_after("Apple", 5)])
def test_silence_longer_than_the_timeout_is_an_error_of_its_own(behaviour: Behaviour) -> None:
    with chat_server(behaviour) as server:
        error = failure(server.config(timeout=0.15))
    assert type(error) is ChatModelTimedOut
    assert "0.15 s" in error.message.en
    assert "RAG_TIMEOUT" in error.message.zh


def test_nothing_is_tried_again_once_text_has_come() -> None:
    with chat_server(stalls_after("Apple", 5), says("ok")) as server:
        failure(server.config(timeout=0.15))
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
