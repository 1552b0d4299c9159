"""The chat model behind any OpenAI-compatible endpoint, through the openai client.

The only file that knows the openai library: whatever it raises becomes a `ChatModelError`, whose
message names the endpoint and never the key.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from typing import cast
from urllib.parse import urlsplit, urlunsplit

import httpx2
import openai
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from rag.config import LOOPBACK, ChatModelConfig
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

_CONNECT_SECONDS = 10.0
_RETRIES = 2
_DETAIL_CHARACTERS = 200


class OpenAIChatModel:
    """A `ChatModel` that streams from `config.endpoint`.

    Connection errors, HTTP 408, 409, 429 and 5xx before the first piece are tried again twice,
    with growing pauses; nothing is tried again once text has come.
    """

    def __init__(self, config: ChatModelConfig) -> None:
        self.name = config.name
        self.endpoint = _without_credentials(config.endpoint)
        self._timeout = config.timeout
        self._api_key = config.api_key
        self._client = openai.OpenAI(
            base_url=config.endpoint,
            # Local servers ask for no key, but the client insists on one; and without one it
            # would take the environment's, which may belong to another endpoint.
            api_key=config.api_key or "none",
            timeout=httpx2.Timeout(config.timeout, connect=min(_CONNECT_SECONDS, config.timeout)),
            max_retries=_RETRIES,
            # The text goes where it is said to go: a redirect is refused, and a model of this
            # machine is not asked through the proxy of another.
            http_client=openai.DefaultHttpxClient(
                follow_redirects=False,
                trust_env=urlsplit(config.endpoint).hostname not in LOOPBACK,
            ),
        )
        # The library closes clients of its own making alone.
        weakref.finalize(self, self._client.close)

    def stream(self, messages: Sequence[ChatMessage]) -> Iterator[str | TokenUsage]:
        """Yield the reply piece by piece, then its `TokenUsage`. Raises `ChatModelError`s."""
        usage = TokenUsage()
        begun = received = finished = False
        try:
            # Closing the stream also tells the server to stop, if the caller has had enough.
            with self._open(messages) as chunks:
                for chunk in chunks:
                    begun = True
                    if chunk.usage:
                        usage = TokenUsage(
                            prompt_tokens=chunk.usage.prompt_tokens,
                            completion_tokens=chunk.usage.completion_tokens,
                        )
                    for choice in chunk.choices[:1]:
                        finished = finished or choice.finish_reason is not None
                        if choice.delta and choice.delta.content:
                            received = True
                            yield choice.delta.content
        except (openai.OpenAIError, httpx2.HTTPError, ValueError, TypeError) as error:
            raise self._translated(error, received=received) from error
        if not begun:
            # HTTP 200 and no event at all: a web page, say, of a proxy or under a wrong URL.
            raise self._translated(ValueError("no event of a stream"), received=False)
        if not finished:
            raise self._broke_off()
        if not received:
            raise ChatModelEmpty(
                en=f"The chat model {self.name!r} at {self.endpoint} replied with no text: try"
                " again, or choose another model with RAG_MODEL.",
                zh=f"{self.endpoint} 的语言模型 {self.name!r} 返回了空回复：请重试，"
                "或用 RAG_MODEL 换一个模型。",
            )
        yield usage

    def _open(self, messages: Sequence[ChatMessage]) -> openai.Stream[ChatCompletionChunk]:
        prompt = cast(
            list[ChatCompletionMessageParam],
            [{"role": message.role, "content": message.content} for message in messages],
        )
        create = self._client.chat.completions.create
        try:
            return create(
                model=self.name,
                messages=prompt,
                stream=True,
                temperature=0,
                stream_options={"include_usage": True},
            )
        except (openai.BadRequestError, openai.UnprocessableEntityError):
            # Some models take no temperature, some servers no stream_options; if it was
            # something else, the same refusal comes again.
            return create(model=self.name, messages=prompt, stream=True)

    def _translated(self, error: Exception, *, received: bool) -> ChatModelError:
        where = f"{self.name!r} at {self.endpoint}"
        ort = f"{self.endpoint} 的语言模型 {self.name!r} "
        if isinstance(error, openai.APIStatusError):
            status, detail = error.status_code, self._detail(error)
            kind = ChatModelRefused if status < 500 else ChatModelFailed
            return kind(
                en=f"The chat model {where} answered HTTP {status} ({detail}): check its name, its"
                " endpoint and the key (RAG_MODEL, OPENAI_BASE_URL and OPENAI_API_KEY, or the"
                " page's settings), or try again later.",
                zh=f"{ort}返回 HTTP {status}（{detail}）：请检查模型名、接口地址和密钥（RAG_MODEL、"
                "OPENAI_BASE_URL 和 OPENAI_API_KEY，或页面设置），或稍后重试。",
            )
        if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
            return ChatModelTimedOut(
                en=f"The chat model {where} sent nothing for {self._timeout:g} s: raise"
                " RAG_TIMEOUT, or check the server.",
                zh=f"{ort}在 {self._timeout:g} 秒内没有返回内容：请调大 RAG_TIMEOUT，"
                "或检查服务器。",
            )
        if received and isinstance(error, openai.APIConnectionError | httpx2.HTTPError):
            return self._broke_off()
        if isinstance(error, openai.APIConnectionError | httpx2.HTTPError):
            return ChatModelUnreachable(
                en=f"The chat model {where} can't be reached: check that the server runs, and"
                " OPENAI_BASE_URL.",
                zh=f"无法连接{ort}：请确认服务器已启动，并检查 OPENAI_BASE_URL。",
            )
        return ChatModelFailed(
            en=f"The chat model {where} sent something that is not of the protocol"
            f" ({self._detail(error)}): check that OPENAI_BASE_URL is an OpenAI-compatible"
            " endpoint.",
            zh=f"{ort}返回了不符合协议的内容（{self._detail(error)}）："
            "请确认 OPENAI_BASE_URL 是兼容 OpenAI 的接口。",
        )

    def _detail(self, error: Exception) -> str:
        """What went wrong, in one bounded line; some servers repeat the key in their refusal."""
        line = " ".join(str(error).split())
        if self._api_key:
            line = line.replace(self._api_key, "***")
        return line if len(line) <= _DETAIL_CHARACTERS else line[: _DETAIL_CHARACTERS - 1] + "…"

    def _broke_off(self) -> ChatModelBrokeOff:
        return ChatModelBrokeOff(
            en=f"The reply of the chat model {self.name!r} at {self.endpoint} broke off: try"
            " again.",
            zh=f"{self.endpoint} 的语言模型 {self.name!r} 的回复中途断开：请重试。",
        )


def _without_credentials(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))
