"""Read a chat model's streamed reply: parse its events, and separate the answer from thinking."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from rag.models.chat import ThoughtSoFar, TokenUsage

# Events.
#
# Servers differ, so the reading is lenient. Lines end in CR, LF or both. Comments and events
# without `choices` keep a connection alive. `content` is a text or a list of parts. A server that
# does not stream sends one JSON object. The memory in use is bounded.

_LARGEST_EVENT = 1_000_000
"""In bytes. A normal event has a few hundred."""
_SLOWEST = 1.5
"""Bytes a second of a reply. A large model on a slow machine writes one token in two seconds, which
is twice as much."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Some servers send one of these in every event except the last.
_NO_FINISH = {"", "null", "none"}
_THINKING_PARTS = {"thinking", "reasoning", "thought"}


@dataclass(frozen=True, kw_only=True)
class ReplyEvent:
    """One event of a reply.

    `text` is part of the answer, and `thought` part of the thinking. `finish` is the server's
    reason for the end of the reply, in lower case. `done` is True for the mark that ends a stream.
    """

    text: str = ""
    thought: str = ""
    finish: str | None = None
    usage: TokenUsage | None = None
    done: bool = False


class ReportedError(ValueError):
    """Raised if the server sent an error object instead of a piece of the reply."""


class TooSlow(TimeoutError):
    """Raised if a reply goes on, but so slowly that it would never end."""


def read_events(pieces: Iterable[bytes], patience: float) -> Iterator[ReplyEvent]:
    """Yield the events of a body that comes in `pieces`, which may be cut anywhere.

    Raises `TimeoutError` if only comments and empty events came for `patience` seconds, `TooSlow`
    if the reply grew by less than `_SLOWEST` within them, `ReportedError` for an error object, and
    `ValueError` for a body that isn't in the protocol.
    """
    last = time.monotonic()
    since, grown = 0.0, 0
    for chunk in _chunks(pieces):
        event = _event(chunk) if chunk is not None else ReplyEvent()
        if event != ReplyEvent():
            last = time.monotonic()
        elif time.monotonic() - last > patience:
            raise TimeoutError
        # Before the first piece of text, the model reads its prompt, which may take long.
        if since and last - since > patience:
            if grown < _SLOWEST * (last - since):
                raise TooSlow
            since, grown = last, 0
        grown += len((event.text + event.thought).encode("utf-8", "replace"))
        since = since or (last if grown else 0.0)
        yield event
        if event.done:
            return


def _chunks(pieces: Iterable[bytes]) -> Iterator[dict[str, Any] | str | None]:
    """Yield each event's object, "[DONE]" as it is, and None after each piece of the body."""
    held = bytearray()  # lines of an object that is not complete yet
    framed = False  # True after a `data:` line; otherwise the body is plain JSON
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
    """Yield the lines of the body, and None after each piece so that callers can check the time."""
    rest = bytearray()
    for piece in pieces:
        rest += piece
        if b"\n" in piece or b"\r" in piece:
            lines = rest.splitlines(keepends=True)
            # A line may continue in the next piece, and so may a CRLF after its CR.
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
    # Some servers send only the error itself, or an error object of their web framework.
    bare = chunk.get("message") or chunk.get("detail") if "choices" not in chunk else None
    if error := chunk.get("error") or bare:
        raise ReportedError(_error_text(error))
    choice = _first(chunk.get("choices"))
    said = choice.get("delta")
    if not isinstance(said, dict):
        said = choice.get("message")
    # A `message` instead of a `delta` is the whole reply.
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
    """Return the first of several choices, or an empty one."""
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict) and choice.get("index") in (0, "0", None):
            return choice
    return {}


def _text_and_thought(content: object) -> tuple[str, str]:
    """Return the answer and the thinking in a `content`: a text, a part, or a list of these."""
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
    """Return the text without single surrogates, which can't be written to a file or terminal."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# Thinking and control tokens.
#
# Servers should keep both out of a reply, but often don't. Thinking comes between tags. The opening
# tag may be missing, because it was at the end of the prompt, and the closing tag too, if the model
# was cut off or forgot it. The control tokens between turns may be sent as text.

MOST_THOUGHT = 100_000
"""The most characters of thinking before the reply is given up."""
_REMEMBERED = 4_000
_LONGEST_TAG = 48

_NAMES = (
    r"(?:\w{1,12}:)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|analysis|scratch_?pad"
    r"|(?:inner_?)?monologue)"
)
_TAG = re.compile(
    r"<[|｜](?P<token>/?[^|｜<>\n]{1,40})[|｜]>"
    rf"|<(?P<close>/?)(?P<name>{_NAMES})\s{{0,4}}/?>"
    r"|\[(?P<square>/?)THINK\]|◁(?P<kimi>/?)think▷"
    r"|(?P<harmony>assistantfinal)"
    r"|</?(?P<plain>s|eos|bos|pad|end_of_turn|start_of_turn)>|\[(?P<inst>/?)INST\]",
    re.IGNORECASE,
)
_MAY_BECOME_TAG = re.compile(
    rf"(?:<[/|｜]?[\w:|｜▁/ ]{{0,{_LONGEST_TAG}}}|\[/?[A-Z]{{0,5}}|◁[/a-z]{{0,6}}"
    r"|a(?:s(?:s(?:i(?:s(?:t(?:a(?:n(?:t(?:f(?:i(?:na?)?)?)?)?)?)?)?)?)?)?)?)$",
    re.IGNORECASE,
)
_THINKS = re.compile(r"think|thought|reason", re.IGNORECASE)
_TURN_BEGINS = {"start", "im_start", "start_header_id", "start_of_turn", "channel"}
_HEADER_ENDS = {"message", "end_header_id", "im_sep"}
_TURN_ENDS = re.compile(r"^(?:s$|im_end|return$|call$|end|eo[mst])", re.IGNORECASE)
_OTHER_ROLE = re.compile(r"user|human|system|observation|tool", re.IGNORECASE)
_OWN_ROLE = re.compile(r"assistant|model")
_INNER_CHANNEL = re.compile(r"analysis|commentary|think|reason", re.IGNORECASE)


class Spoken:
    """Takes the pieces of a reply, which may be cut anywhere, and returns the answer's text."""

    def __init__(self) -> None:
        self.thought = 0
        self._rest = ""
        self._mode: Literal["speech", "thought", "header", "between", "over"] = "speech"
        self._header = ""
        self._last_thought = ""
        self._spoke = self._was_thought = False

    @property
    def over(self) -> bool:
        """True if the model's turn has ended, and it continues in another role."""
        return self._mode == "over"

    def feed(self, piece: str) -> list[str | ThoughtSoFar]:
        """Take a piece and return its text. A possible start of a tag waits for the next piece."""
        given: list[str | ThoughtSoFar] = []
        self._rest += piece
        read = 0
        for tag in _TAG.finditer(self._rest):
            self._take(self._rest[read : tag.start()], given)
            read = tag.end()
            self._read_tag(tag)
        begun = _MAY_BECOME_TAG.search(self._rest, max(len(self._rest) - _LONGEST_TAG - 2, read))
        whole = begun.start() if begun else len(self._rest)
        self._take(self._rest[read:whole], given)
        self._rest = self._rest[whole:]
        return given

    def finish(self) -> list[str | ThoughtSoFar]:
        """Return the rest of the text after the last piece."""
        given: list[str | ThoughtSoFar] = []
        self._take(self._rest, given)
        self._rest = ""
        return given

    def think(self, text: str) -> None:
        """Take text that the server itself marks as thinking."""
        self.thought += len(text)
        self._last_thought = (self._last_thought + text)[-_REMEMBERED:]

    def conclusion(self) -> str:
        """Return the last paragraph of the thinking, for a reply that is nothing else.

        Some models forget the closing tag, and some servers mark a whole reply as thinking. Returns
        an empty text if there is only one paragraph.
        """
        _, gap, last = self._last_thought.strip().rpartition("\n\n")
        return last if gap else ""

    def _take(self, text: str, given: list[str | ThoughtSoFar]) -> None:
        if self._mode == "thought":
            self.think(text)
        elif self._mode == "header":
            self._read_header(text, given)
        elif self._mode == "speech" and text:
            if self._was_thought and text.strip():
                # Not before text follows: a closing tag at the very end takes nothing back.
                given.append(ThoughtSoFar())
                self._was_thought = self._spoke = False
            self._spoke = self._spoke or bool(text.strip())
            given.append(text)

    def _read_header(self, text: str, given: list[str | ThoughtSoFar]) -> None:
        """Read the header of a turn: a role, and perhaps a channel.

        It ends at a token or at a line end.
        """
        line, ended, rest = text.partition("\n")
        self._header += line
        if ended or len(self._header) > 2 * _LONGEST_TAG:
            self._end_header()
            self._take(rest, given)

    def _end_header(self) -> None:
        if _OTHER_ROLE.search(self._header):
            self._mode = "over"
        else:
            self._mode = "thought" if _INNER_CHANNEL.search(self._header) else "speech"

    def _read_tag(self, tag: re.Match[str]) -> None:
        if self.over:
            return
        name = (tag["token"] or tag["plain"] or "").strip().lower()
        if name:
            begins = name == "s" and not tag[0].startswith("</")
            self._read_control("bos" if begins else name)
        elif tag["inst"] is not None:
            if self._spoke and not tag["inst"]:
                self._mode = "over"
        else:
            marks = (tag["close"], tag["square"], tag["kimi"])
            self._open_or_close(closing=bool(tag["harmony"]) or "/" in marks)

    def _read_control(self, name: str) -> None:
        if _THINKS.search(name) and not name.startswith("no"):
            self._open_or_close(closing=name.startswith(("end", "/")))
        elif name in _HEADER_ENDS:
            if self._mode == "header":
                self._end_header()
        elif name in _TURN_BEGINS:
            if self._mode != "header":
                self._mode, self._header = "header", ""
        elif _OTHER_ROLE.fullmatch(name):
            self._mode = "over" if self._spoke else self._mode
        elif _OWN_ROLE.fullmatch(name):
            self._mode = "speech"
        elif _TURN_ENDS.search(name):
            # Before the answer begins, such a token can only end thinking.
            self._mode = "between" if self._spoke else "speech"

    def _open_or_close(self, *, closing: bool) -> None:
        if not closing:
            self._mode = "thought"
            return
        if self._mode == "speech":
            self._was_thought = self._spoke
        self._mode = "speech"
