"""The interface of a chat model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, kw_only=True)
class ChatMessage:
    """One message of the prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, kw_only=True)
class TokenUsage:
    """The token counts that the endpoint reported for one reply; None if it reported none."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def __add__(self, other: TokenUsage) -> TokenUsage:
        """Return the sums of the counts. A sum is None if either count is None."""
        return TokenUsage(
            prompt_tokens=_sum(self.prompt_tokens, other.prompt_tokens),
            completion_tokens=_sum(self.completion_tokens, other.completion_tokens),
        )


@dataclass(frozen=True)
class ThoughtSoFar:
    """A mark that all text of the reply up to here was thinking, and not part of the answer."""


@dataclass(frozen=True)
class CutOff:
    """A mark that the endpoint cut the reply off, so that its last words may be incomplete."""

    reason: Literal["length", "filter"]


ReplyPiece = str | ThoughtSoFar | CutOff | TokenUsage


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


class ChatModel(Protocol):
    """A model that continues a conversation. It can be called from several threads.

    `endpoint` is the base URL that the text is sent to, without any credentials.
    """

    name: str
    endpoint: str

    def stream(self, messages: Sequence[ChatMessage]) -> Iterator[ReplyPiece]:
        """Yield the reply piece by piece, a `CutOff` if it was cut off, then its `TokenUsage`.

        The model's thinking is not part of the reply. If text that was already yielded turns out to
        be thinking, a `ThoughtSoFar` follows it. May raise a `ChatModelError` at any point; the
        pieces before it are not a complete reply.
        """
        ...


def short_reply(model: ChatModel, messages: Sequence[ChatMessage], most: int) -> str:
    """Return the text of a reply that should be short. Reading ends after `most` characters.

    Raises a `ChatModelError` if the model does.
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
