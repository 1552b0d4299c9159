"""Parts what a model says from what it thinks and from the control tokens of its template.

Servers should keep both out of a reply, and often don't: thoughts come between tags, sometimes
without the opening one (it stood at the end of the prompt) or the closing one (the model was cut
off, or forgot it); and the tokens that part turns are sent as text.
"""

from __future__ import annotations

import re
from typing import Literal

from rag.models.chat import ThoughtSoFar

MOST_THOUGHT = 100_000
"""Characters that a model may think before it is given up."""
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
    """Takes a reply in pieces, cut anywhere, and gives what is said of it."""

    def __init__(self) -> None:
        self.thought = 0
        self._rest = ""
        self._mode: Literal["speech", "thought", "header", "between", "over"] = "speech"
        self._header = ""
        self._last_thought = ""
        self._spoke = self._was_thought = False

    @property
    def over(self) -> bool:
        """Whether the model's turn has ended, and it goes on as somebody else."""
        return self._mode == "over"

    def feed(self, piece: str) -> list[str | ThoughtSoFar]:
        """What is said with this piece; a possible beginning of a tag waits for the next one."""
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
        """Returns what is left, when nothing more is coming."""
        given: list[str | ThoughtSoFar] = []
        self._take(self._rest, given)
        self._rest = ""
        return given

    def think(self, text: str) -> None:
        """Take what the server itself marks as thinking."""
        self.thought += len(text)
        self._last_thought = (self._last_thought + text)[-_REMEMBERED:]

    def conclusion(self) -> str:
        """Returns the last paragraph of several thought, for a reply that never left its thoughts.

        Some models forget to close them, and some servers take a whole reply for them.
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
                # Only now: a closing tag at the very end takes nothing back.
                given.append(ThoughtSoFar())
                self._was_thought = self._spoke = False
            self._spoke = self._spoke or bool(text.strip())
            given.append(text)

    def _read_header(self, text: str, given: list[str | ThoughtSoFar]) -> None:
        """A role, and perhaps a channel; it ends with a line where no token ends it."""
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
            # Before anything is said it ends thoughts at most.
            self._mode = "between" if self._spoke else "speech"

    def _open_or_close(self, *, closing: bool) -> None:
        if not closing:
            self._mode = "thought"
            return
        if self._mode == "speech":
            self._was_thought = self._spoke
        self._mode = "speech"
