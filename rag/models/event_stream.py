"""The bytes of a streamed chat completion -> its events, however the server dresses them.

Read leniently, since servers differ: lines end in CR, LF or both; comments and events without
`choices` keep a connection alive; `content` is a text or a list of parts; a server that streams
nothing sends one JSON object. What is held in memory is bounded.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rag.models.chat import TokenUsage

_LARGEST_EVENT = 1_000_000
"""Bytes. A piece of a reply has some hundred."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Some servers send these in every event but the last.
_NO_FINISH = {"", "null", "none"}
_THINKING_PARTS = {"thinking", "reasoning", "thought"}


@dataclass(frozen=True, kw_only=True)
class ReplyEvent:
    """One event of a reply: text that is said, text that is thought, why the reply ended.

    `done` is true for the mark that ends a stream; `finish` is the server's word, in lower case.
    """

    text: str = ""
    thought: str = ""
    finish: str | None = None
    usage: TokenUsage | None = None
    done: bool = False


class ReportedError(ValueError):
    """The server sent an error object in the place of a piece."""


def read_events(pieces: Iterable[bytes], patience: float) -> Iterator[ReplyEvent]:
    """Yields the events of a body that comes in `pieces`, cut anywhere.

    Raises `TimeoutError` where nothing but comments and empty events came for `patience` seconds,
    `ReportedError` for an error object, and `ValueError` for what isn't of the protocol.
    """
    last = time.monotonic()
    for chunk in _chunks(pieces):
        event = _event(chunk) if chunk is not None else ReplyEvent()
        if event != ReplyEvent():
            last = time.monotonic()
        elif time.monotonic() - last > patience:
            raise TimeoutError
        yield event
        if event.done:
            return


def _chunks(pieces: Iterable[bytes]) -> Iterator[dict[str, Any] | str | None]:
    """Yields each event's object, "[DONE]" as it is, and None for a piece that brought no event."""
    held = bytearray()  # the lines of an object that spans several
    framed = False  # whether these came as `data:`; else they are a body of plain JSON
    for line in _lines(pieces):
        if line is None:
            yield None
            continue
        data = _data(line)
        framed = framed or data is not None
        if data is None and not framed and (held or line.lstrip().startswith(b"{")):
            data = line
        if data is None:
            if framed and held and not line.strip():
                yield _parsed(held)
                held.clear()
        elif not held and data.strip().startswith(b"[DONE]"):
            yield "[DONE]"
        elif not held and (whole := _object(data)) is not None:
            yield whole
        else:
            held += data + b"\n"
            if len(held) > _LARGEST_EVENT:
                raise ValueError("an event without an end")
    if held:
        yield _parsed(held)


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes | None]:
    """The lines of the body, and None after each piece, so that a caller can look at the clock."""
    rest = bytearray()
    for piece in pieces:
        rest += piece
        if b"\n" in piece or b"\r" in piece:
            lines = rest.splitlines(keepends=True)
            # A line may go on in the next piece, and the LF of a CRLF be yet to come.
            rest = lines.pop() if not lines[-1].endswith(b"\n") else bytearray()
            for line in lines:
                yield bytes(line.rstrip(b"\r\n")).removeprefix(_BYTE_ORDER_MARK)
        if len(rest) > _LARGEST_EVENT:
            raise ValueError("an event without an end")
        yield None
    yield from map(bytes, rest.splitlines())


def _data(line: bytes) -> bytes | None:
    name, colon, value = line.partition(b":")
    return value.removeprefix(b" ") if colon and name.strip() == b"data" else None


def _object(data: bytes | bytearray) -> dict[str, Any] | None:
    try:
        found = json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _parsed(data: bytearray) -> dict[str, Any]:
    found = _object(data)
    if found is None:
        raise ValueError(f"no JSON: {data[:80].decode('utf-8', 'replace')}")
    return found


def _event(chunk: dict[str, Any] | str) -> ReplyEvent:
    if isinstance(chunk, str):
        return ReplyEvent(done=True)
    # Some servers send the error itself, or what their framework makes of it.
    bare = chunk.get("message") or chunk.get("detail") if "choices" not in chunk else None
    if error := chunk.get("error") or bare:
        raise ReportedError(_error_text(error))
    choice = _first(chunk.get("choices"))
    said = choice.get("delta")
    if not isinstance(said, dict):
        said = choice.get("message")
    # A message that comes whole is the whole reply.
    whole = isinstance(said, dict) and not isinstance(choice.get("delta"), dict)
    if not isinstance(said, dict):
        said = {"content": choice.get("text")}
    finish = choice.get("finish_reason")
    finish = finish.strip().lower() if isinstance(finish, str) else None
    text, thought = _text_and_thought(said.get("content"))
    for name in ("reasoning_content", "reasoning"):
        if not thought and isinstance(said.get(name), str):
            thought = said[name]
    return ReplyEvent(
        text=_sound(text),
        thought=_sound(thought),
        finish=(finish if finish not in _NO_FINISH else None) or ("stop" if whole else None),
        usage=_usage(chunk.get("usage")),
    )


def _first(choices: object) -> dict[str, Any]:
    """Returns the first of several answers, where there is any."""
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict) and choice.get("index") in (0, "0", None):
            return choice
    return {}


def _text_and_thought(content: object) -> tuple[str, str]:
    """Returns what a `content` says and what it thinks: a text, a part, or a list of these."""
    if isinstance(content, str):
        return content, ""
    if isinstance(content, list):
        both = [_text_and_thought(part) for part in content]
        return "".join(text for text, _ in both), "".join(thought for _, thought in both)
    if not isinstance(content, dict):
        return "", ""
    if content.get("type") in _THINKING_PARTS:
        inner = content.get("thinking", content.get("text", ""))
        return "", "".join(_text_and_thought(inner))
    return _text_and_thought(
        next((content[k] for k in ("text", "value", "content", "parts") if k in content), "")
    )


def _usage(usage: object) -> TokenUsage | None:
    if not isinstance(usage, dict):
        return None
    prompt, completion = usage.get("prompt_tokens"), usage.get("completion_tokens")
    return TokenUsage(
        prompt_tokens=prompt if type(prompt) is int else None,
        completion_tokens=completion if type(completion) is int else None,
    )


def _error_text(error: object) -> str:
    message = error.get("message") if isinstance(error, dict) else error
    return message if isinstance(message, str) and message else json.dumps(error)


def _sound(text: str) -> str:
    """Returns the text without lone halves of surrogate pairs, which no file or terminal takes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
