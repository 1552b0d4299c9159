"""Asking a chat model, and reading what comes of it."""

from __future__ import annotations

import pytest

from rag.config import ChatModelConfig
from rag.errors import ChatModelError
from rag.models.chat import ChatMessage, TokenUsage
from rag.models.openai_chat import OpenAIChatModel
from tests.chat_server import KEY

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
