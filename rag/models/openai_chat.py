"""A chat model at any OpenAI-compatible endpoint, called with the openai client.

No other module uses the openai library. All its errors are raised as `ChatModelError`, whose
message names the endpoint but never the key.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, cast

import httpx2
import openai
from openai.types.chat import ChatCompletionMessageParam

from rag.config import ChatModelConfig
from rag.errors import ChatModelError
from rag.models.cancellable_network import cancellable_transport
from rag.models.chat import ChatMessage, CutOff, ReplyPiece, ThoughtSoFar, TokenUsage
from rag.models.endpoint_errors import ChatFailures, error_body, proxy_for, without_credentials
from rag.models.reply_stream import (
    MOST_THOUGHT,
    ReplyEvent,
    ReportedError,
    Spoken,
    TooSlow,
    read_events,
)

_CONNECT_SECONDS = 10.0
_RETRIES = 2
# HTTP statuses that have nothing to do with the form of the request.
_NO_MATTER_OF_FORM = {401, 403, 404, 408, 409, 413, 429, 502, 503, 504}
_PLAIN_REFUSALS = {400, 422}
_SPEAKS_OF_ROLES = re.compile(
    r"\b(?:system|developer)\b|\broles?\b|template|系统|角色", re.IGNORECASE
)
# Finish reasons of a reply that the model itself ended. Any other means that it was cut off.
_WHOLE = re.compile(r"stop|eos|end|complete|done|tool|function")
_FILTERED = re.compile(r"filter|safety|sensitive|recitation|block|prohibit|refus|moderat")
# Errors that the libraries raise because of a server or the environment.
_FAILURES = (
    *(openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL),
    *(OSError, ValueError, TypeError, RecursionError),
)


@dataclass(frozen=True, kw_only=True)
class _Form:
    """The form of a request: its options, and the place of the rules."""

    extras: bool = True
    """Ask for a temperature of 0 and for token counts. Some servers do not support both."""
    system: bool = True
    """Send the rules as a system message. Else they are at the start of the user's message."""


class OpenAIChatModel:
    """A `ChatModel` that streams from `config.endpoint`.

    After a connection error, HTTP 408, 409, 429 or 5xx, the request is tried again twice, with
    growing pauses, but never after the first piece of text. If a server refuses the form of a
    request, a simpler form is tried, and used from then on.
    """

    def __init__(self, config: ChatModelConfig) -> None:
        self.name = config.name
        self.endpoint = without_credentials(config.endpoint)
        self._timeout = config.timeout
        self._form = _Form()
        self._failures = ChatFailures(
            name=config.name,
            endpoint=self.endpoint,
            timeout=config.timeout,
            proxy=proxy_for(config.endpoint),
            api_key=config.api_key,
        )
        self._client: openai.OpenAI | None = None
        try:
            transport = cancellable_transport(self._failures.proxy)
        except (ValueError, ImportError, OSError, httpx2.InvalidURL) as error:
            # Raised when the model is called, so that everything else still works.
            self._no_way = self._failures.no_way(error)
            return
        self._client = openai.OpenAI(
            base_url=config.endpoint,
            # Local servers need no key, but the client does. Without one, it would take the key
            # in the environment, which may belong to another endpoint.
            api_key=config.api_key or "none",
            timeout=httpx2.Timeout(config.timeout, connect=min(_CONNECT_SECONDS, config.timeout)),
            max_retries=_RETRIES,
            # No redirects: the text must go only to the configured endpoint.
            http_client=openai.DefaultHttpxClient(
                follow_redirects=False, trust_env=False, transport=transport
            ),
        )
        # The library only closes HTTP clients that it made itself.
        weakref.finalize(self, self._client.close)

    def stream(self, messages: Sequence[ChatMessage]) -> Iterator[ReplyPiece]:
        """Yield the reply piece by piece; see `ChatModel`.

        Raises only `ChatModelError`s, whatever a server does.
        """
        if self._client is None:
            raise self._no_way
        form = self._form
        while True:
            reply = _Reply(self._failures, self._timeout)
            try:
                # If the caller stops early, closing the stream tells the server to stop.
                with self._open(self._client, messages, form) as response:
                    for piece in reply.read(response.iter_bytes()):
                        self._form = form
                        yield piece
                break
            except _FAILURES as error:
                # Errors after the reply is complete do not matter.
                if reply.finish is not None:
                    break
                plainer = None if reply.said else _plainer(form, error)
                if plainer is None:
                    raise self._translated(error, received=reply.said) from error
                form = plainer
        yield from reply.end()

    def _open(
        self, client: openai.OpenAI, messages: Sequence[ChatMessage], form: _Form
    ) -> AbstractContextManager[Any]:
        put = messages if form.system else _without_system(messages)
        prompt = cast(
            list[ChatCompletionMessageParam],
            [{"role": message.role, "content": message.content} for message in put],
        )
        # The reply is read as bytes, since the client's own reader accepts fewer forms.
        create = client.chat.completions.with_streaming_response.create
        if not form.extras:
            return create(model=self.name, messages=prompt, stream=True)
        return create(
            model=self.name,
            messages=prompt,
            stream=True,
            temperature=0,
            stream_options={"include_usage": True},
        )

    def _translated(self, error: Exception, *, received: bool) -> ChatModelError:
        if isinstance(error, openai.APIStatusError):
            return self._failures.refused(error.status_code, error)
        if isinstance(error, TooSlow):
            return self._failures.too_slow()
        if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException | TimeoutError):
            return self._failures.timed_out()
        if isinstance(error, openai.APIConnectionError | httpx2.HTTPError | OSError):
            return self._failures.broke_off() if received else self._failures.unreachable()
        if isinstance(error, ReportedError):
            return self._failures.reported(error)
        return self._failures.not_of_protocol(error)


class _Reply:
    """A reply that is being received.

    `finish` is the reason why it ended. `said` is True if it has any text.
    """

    def __init__(self, failures: ChatFailures, patience: float) -> None:
        self.finish: str | None = None
        self.said = False
        self._begun = False
        self._usage = TokenUsage()
        self._spoken = Spoken()
        self._failures = failures
        self._patience = patience

    def read(self, pieces: Iterator[bytes]) -> Iterator[ReplyPiece]:
        """Yield the text while it comes in. Raises the errors of reading the bytes."""
        for event in read_events(pieces, self._patience):
            self._begun = self._begun or event != ReplyEvent()
            self._usage = event.usage or self._usage
            self._spoken.think(event.thought)
            yield from self._told(self._spoken.feed(event.text))
            self.finish = event.finish or self.finish or ("stop" if event.done else None)
            if self._spoken.over:
                self.finish = self.finish or "stop"
                return
            if self._spoken.thought > MOST_THOUGHT:
                raise self._failures.only_thought()

    def end(self) -> Iterator[ReplyPiece]:
        """Yield the rest when the stream has ended. Raises `ChatModelError` if it is incomplete."""
        if not self._begun:
            # HTTP 200 without any event is perhaps a web page, of a proxy or at a wrong URL.
            raise self._failures.not_of_protocol(ValueError("no event of a stream"))
        if self.finish is None:
            raise self._failures.broke_off()
        whole = bool(_WHOLE.match(self.finish))
        yield from self._told(self._spoken.finish())
        if not self.said and whole:
            yield from self._told([self._spoken.conclusion()])
        if not self.said:
            thought = self._spoken.thought
            raise self._failures.only_thought() if thought else self._failures.empty()
        if not whole:
            yield CutOff("filter" if _FILTERED.search(self.finish) else "length")
        yield self._usage

    def _told(self, pieces: Sequence[str | ThoughtSoFar]) -> Iterator[str | ThoughtSoFar]:
        for piece in pieces:
            self.said = isinstance(piece, str) and (self.said or bool(piece.strip()))
            if piece:
                yield piece


def _plainer(form: _Form, error: Exception) -> _Form | None:
    """Return the next form to try, or None if the error has nothing to do with the form."""
    if isinstance(error, openai.APIStatusError):
        status = error.status_code
    elif isinstance(error, ReportedError):
        status = 0
    else:
        return None
    if status in _NO_MATTER_OF_FORM:
        return None
    plainly = status in _PLAIN_REFUSALS
    roles = bool(_SPEAKS_OF_ROLES.search(f"{error} {error_body(error)}"))
    if form.system and (roles or (plainly and not form.extras)):
        return replace(form, system=False)
    return replace(form, extras=False) if form.extras and plainly else None


def _without_system(messages: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
    """Return the messages with the rules at the start of the user's first message."""
    rules = [message.content for message in messages if message.role == "system"]
    others = [message for message in messages if message.role != "system"]
    first = ChatMessage(role="user", content="\n\n".join([*rules, others[0].content]))
    return (first, *others[1:])
