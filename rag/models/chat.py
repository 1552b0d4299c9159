"""What the rest of the project asks of a chat model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, kw_only=True)
class ChatMessage:
    """One turn of the prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, kw_only=True)
class TokenUsage:
    """What the endpoint counted for one reply; None where it reported nothing."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def __add__(self, other: TokenUsage) -> TokenUsage:
        """The counts of both together; unknown where either is."""
        return TokenUsage(
            prompt_tokens=_sum(self.prompt_tokens, other.prompt_tokens),
            completion_tokens=_sum(self.completion_tokens, other.completion_tokens),
        )


@dataclass(frozen=True)
class ThoughtSoFar:
    """Tells that all text of the reply up to here was the model's thinking, and is no answer."""


@dataclass(frozen=True)
class CutOff:
    """Tells that the endpoint ended the reply before the model did: what came last may be torn."""

    reason: Literal["length", "filter"]


ReplyPiece = str | ThoughtSoFar | CutOff | TokenUsage


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


class ChatModel(Protocol):
    """A model that continues a conversation. Safe to call from several threads.

    `endpoint` is the base URL the text is sent to, without any credentials.
    """

    name: str
    endpoint: str

    def stream(self, messages: Sequence[ChatMessage]) -> Iterator[ReplyPiece]:
        """Yield the reply piece by piece, a `CutOff` where it was cut, then its `TokenUsage`.

        What the model thinks is no part of the reply; where it turns out late that text was
        thinking, `ThoughtSoFar` says so. Raises a `ChatModelError` at any point; pieces yielded
        before it are not the whole reply.
        """
        ...


def short_reply(model: ChatModel, messages: Sequence[ChatMessage], most: int) -> str:
    """Returns the text of a reply that should be short; reading ends after `most` characters of it.

    Raises a `ChatModelError` where the model does.
    """
    text = ""
    for piece in model.stream(messages):
        if isinstance(piece, ThoughtSoFar):
            text = ""
        elif isinstance(piece, str):
            text += piece
            if len(text) > most:
                break
    return text
