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


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


class ChatModel(Protocol):
    """A model that continues a conversation. Safe to call from several threads.

    `endpoint` is the base URL the text is sent to, without any credentials.
    """

    name: str
    endpoint: str

    def stream(self, messages: Sequence[ChatMessage]) -> Iterator[str | TokenUsage]:
        """Yield the reply piece by piece, then once its `TokenUsage`.

        Raises a `ChatModelError` at any point; pieces yielded before it are not the whole reply.
        """
        ...
