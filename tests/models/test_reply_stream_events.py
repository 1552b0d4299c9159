"""The forms in which chat endpoints send a reply."""

from __future__ import annotations

import json

import pytest

from rag.errors import ChatModelEmpty, ChatModelFailed
from rag.models.chat import CutOff, ThoughtSoFar
from rag.models.openai_chat import OpenAIChatModel
from tests.chat_server import (
    chat_server,
    ends_with,
    says,
    sends,
)
from tests.models.asking import PROMPT, TEXT, failure, read


def body(*choices: object) -> bytes:
    events = [f"data: {json.dumps({'choices': choice})}" for choice in choices]
    return "\n\n".join([*events, "data: [DONE]", ""]).encode()


@pytest.mark.parametrize(
    "sent",
    [
        # A list of parts, and events that bring nothing.
        body(
            None, [], [{"delta": None}], [{"delta": {"content": [{"type": "text", "text": TEXT}]}}]
        ),
        body([{"delta": {"content": [TEXT[:5], {"text": {"value": TEXT[5:]}}]}}]),
        # No reason why it ended, but the mark of the end; lines that end in other ways.
        body([{"delta": {"content": TEXT}}]).replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + body([{"delta": {"content": TEXT}}]),
        b": waiting\r\r" + body([{"delta": {"content": TEXT}}]).replace(b"\n", b"\r"),
        # The reason, and then no mark of the end.
        body([{"delta": {"content": TEXT}, "finish_reason": "stop"}])[:-14],
        # A server that streams nothing.
        json.dumps({"choices": [{"message": {"content": TEXT}}]}, indent=2).encode(),
        # What it thinks is no part of the reply.
        body([{"delta": {"reasoning_content": "Hm."}}], [{"delta": {"content": TEXT}}]),
        body([{"delta": {"content": [{"type": "thinking", "thinking": "Hm."}, TEXT]}}]),
        body([{"delta": {"content": f"<think>Hm.</think>{TEXT}<|im_end|>"}}]),
        # A whole reply that the server took for thinking.
        body([{"delta": {"reasoning": f"Hm.\n\n{TEXT}"}}]),
    ],
)
def test_a_good_reply_in_an_unusual_form_is_read(sent: bytes) -> None:
    with chat_server(sends(sent[:40], sent[40:])) as server:
        assert read(server.config())[0] == TEXT


def test_thoughts_without_an_opening_tag_are_taken_back() -> None:
    with chat_server(says("Let me see.", "</thi", "nk>", TEXT)) as server:
        pieces = list(OpenAIChatModel(server.config()).stream(PROMPT))
    assert pieces[:-1] == ["Let me see.", ThoughtSoFar(), TEXT]


@pytest.mark.parametrize(
    ("finish", "reason"),
    [("length", "length"), ("MAX_TOKENS", "length"), ("content_filter", "filter")],
)
def test_a_reply_that_was_cut_says_so(finish: str, reason: str) -> None:
    with chat_server(ends_with(finish, "Apple chose")) as server:
        *pieces, _ = OpenAIChatModel(server.config()).stream(PROMPT)
    assert pieces == ["Apple chose", CutOff(reason)]  # type: ignore[arg-type]


@pytest.mark.parametrize("finish", ["stop", "end_turn", "eos_token", "STOP", "tool_calls"])
def test_a_reply_that_the_model_ended_is_whole(finish: str) -> None:
    with chat_server(ends_with(finish, TEXT)) as server:
        assert read(server.config())[0] == TEXT


def test_a_model_that_only_thinks_gave_no_reply() -> None:
    with chat_server(ends_with("length", "<think>", "Let me see.")) as server:
        error = failure(server.config())
    assert type(error) is ChatModelEmpty
    assert "only thought" in error.message.en


@pytest.mark.parametrize(
    "piece", [{"content": "<think>" + "x" * 9_000}, {"reasoning": "x" * 9_000}]
)
def test_a_model_that_never_ends_thinking_is_hung_up_on(piece: dict[str, str]) -> None:
    event = b"data: " + json.dumps({"choices": [{"delta": piece}]}).encode() + b"\n\n"
    with chat_server(sends(*[event] * 1000)) as server:
        assert type(failure(server.config())) is ChatModelEmpty
        assert server.hung_up.wait(5)


@pytest.mark.parametrize(
    "sent",
    [
        b"data: " + b"[" * 100_000 + b"\n\n",
        b"data: [1, 2]\n\ndata: 3\n\n",
        b"data: " + b"x" * 2_000_000,
        b'event: error\ndata: {"message": "boom", "code": 500}\n\n',
        b'{"detail": "not here"}',
        b"<html>\n{ color: red }\n</html>",
        b"",
    ],
)
def test_no_bytes_are_more_than_a_failure(sent: bytes) -> None:
    with chat_server(sends(sent)) as server:
        assert type(failure(server.config())) is ChatModelFailed


def test_half_a_character_is_none() -> None:
    sent = body([{"delta": {"content": "\ud83d"}}], [{"delta": {"content": "ok"}}])
    with chat_server(sends(sent)) as server:
        assert read(server.config())[0].encode() == "\ufffdok".encode()
