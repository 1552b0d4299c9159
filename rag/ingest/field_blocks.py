"""Read the block of fields above an article, in YAML, TOML or JSON. The block is untrusted.

An article is not lost because of a mistake in its block. If a block can't be read as a whole, it is
read entry by entry. A value that is not valid in the syntax is taken as it is written, and each
such line gets a notice.

YAML values are read as text: `title: 007` stays `007`, and `no` is a word. Aliases are refused, so
a small block can't expand into a large value.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import yaml

from rag.ingest.files import shown
from rag.messages import Message
from rag.text.characters import one_line

MAX_DEPTH = 16

_SHOWN_CHARACTERS = 60
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_QUOTES = "\"'"


_WITH_VALUE = re.compile(r"[^\s:]+[ \t]*: *[^\s|>\[{]")


@dataclass(frozen=True, kw_only=True)
class ReadingNotice:
    """A part of a file that was not understood although its article is read, with its line."""

    line: int | None = None
    reason: Message


@dataclass(frozen=True, kw_only=True)
class Syntax:
    """A syntax for fields.

    `starts` matches a line that begins an entry. `field` matches a whole entry with its key and
    value. `load` reads a text, and raises one of `_ERRORS`.
    """

    name: str
    load: Callable[[str], object]
    starts: re.Pattern[str]
    field: re.Pattern[str]


_ERRORS = (
    yaml.YAMLError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)


def read_fields(
    block: str, syntax: Syntax, first_line: int
) -> tuple[Mapping[str, object], tuple[ReadingNotice, ...]] | None:
    """Return the fields of a block, and the notices about it.

    `first_line` is the number of the block's first line in its file. Returns None if the block has
    hardly any fields: it is not in this syntax then.
    """
    try:
        value = syntax.load(block)
    except _ERRORS:
        return _by_entry(block, syntax, first_line)
    if value is None:
        return {}, ()
    if isinstance(value, str):
        # YAML reads `title：…`, with a Chinese colon, as plain text.
        return _by_entry(block, syntax, first_line)
    if not isinstance(value, dict):
        return None
    repeated = _repeated(block, first_line) if syntax is YAML else ()
    return value, repeated


def _by_entry(
    block: str, syntax: Syntax, first_line: int
) -> tuple[Mapping[str, object], tuple[ReadingNotice, ...]] | None:
    if syntax is JSON:
        block = block.strip()[1:].rstrip().removesuffix("}")
    fields: dict[str, object] = {}
    notices: list[ReadingNotice] = []
    strange, loose = 0, False
    for number, entry in _entries(block, syntax):
        line = first_line + number
        loaded = _load_entry(entry, syntax)
        if loaded is None:
            match = syntax.field.fullmatch(entry.strip())
            if match is None:
                strange += 1
                loose = loose or syntax is YAML or bool(_BLANK_LINE.search(entry.strip()))
                notices.append(ReadingNotice(line=line, reason=_passed_over(entry, syntax)))
                continue
            loaded = {match["key"]: _unquoted(match["value"].strip())}
            notices.append(ReadingNotice(line=line, reason=_as_written(entry, syntax)))
        for key, value in loaded.items():
            if key in fields:
                notices.append(ReadingNotice(line=line, reason=_repeats(str(key))))
            fields[key] = value
    # Text that is not a field after a blank line is the article: the block was not closed.
    is_text = strange > len(fields) // 2 or (loose and _BLANK_LINE.search(block))
    return (fields, tuple(notices)) if fields and not is_text else None


def _unquoted(value: str) -> str:
    """Return a value without the quotes around it, or without a single unpaired quote."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in _QUOTES:
        return value[1:-1].strip()
    for quote in _QUOTES:
        if value.count(quote) == 1:
            value = value.removeprefix(quote).removesuffix(quote)
    return value.strip()


def _entries(block: str, syntax: Syntax) -> Iterator[tuple[int, str]]:
    """Yield the entries of a block, each with the number of its first line, from 0."""
    lines: list[str] = []
    start = 0
    for number, line in enumerate(block.split("\n")):
        blank = not line.strip() or line.lstrip().startswith("#")
        # All lines below a table's name belong to the table, up to the next table.
        in_table = syntax is TOML and bool(lines) and lines[0].startswith("[")
        # The entry above has its value already, so a field after a tab is a new entry.
        if syntax is YAML and lines and _WITH_VALUE.match(lines[0]) and line.startswith("\t"):
            line = line.lstrip("\t")
        if lines and syntax.starts.match(line) and not (in_table and not line.startswith("[")):
            yield start, "\n".join(lines)
            lines = []
        if lines or not blank:
            start = start if lines else number
            lines.append(line)
    if lines:
        yield start, "\n".join(lines)


def _load_entry(entry: str, syntax: Syntax) -> dict[str, object] | None:
    """Return the fields of one entry, or None if it can't be read."""
    # Some editors write tabs at the start of a line, which YAML does not allow.
    for text in dict.fromkeys((entry, entry.expandtabs(2))):
        try:
            value = syntax.load(text)
        except _ERRORS:
            continue
        if isinstance(value, dict):
            return value
    return None


class _YamlLoader(yaml.SafeLoader):
    """PyYAML's safe loader, which reads plain values as text, and limits aliases and depth.

    Raises `yaml.YAMLError` for an alias, and for nesting deeper than `MAX_DEPTH`.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias (*) is not allowed")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise yaml.YAMLError(f"nested deeper than {MAX_DEPTH}")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _load_yaml(text: str) -> object:
    return _YamlLoader(text).get_single_data()


def _load_toml(text: str) -> object:
    return tomllib.loads(text)


def _load_json(text: str) -> object:
    text = text.strip()
    if not text.startswith("{"):
        text = "{" + text.rstrip(",") + "}"
    return json.loads(text, strict=False)


YAML = Syntax(
    name="YAML",
    load=_load_yaml,
    starts=re.compile(r"[^\s\-\]}#]"),
    field=re.compile(r"(?P<key>[\w -]+?)[ \t]*[:：][ \t]*(?P<value>[^\n]*\S)"),
)
TOML = Syntax(
    name="TOML",
    load=_load_toml,
    # People who are used to YAML sometimes write a colon in TOML.
    starts=re.compile(r"\[\[?[\w.\"'-]+\]?\]\s*$|[\w-]+\s*[=:]"),
    field=re.compile(r"(?P<key>[\w-]+)[ \t]*[=:][ \t]*(?P<value>[^\n]*\S)"),
)
JSON = Syntax(
    name="JSON",
    load=_load_json,
    starts=re.compile(r"\s{0,8}\"[\w-]+\"\s*:|\s*\}\s*$"),
    field=re.compile(r"[\"']?(?P<key>[\w-]+)[\"']?\s*:\s*(?P<value>[^\n]*[^\s,]),?"),
)


def _repeated(block: str, first_line: int) -> tuple[ReadingNotice, ...]:
    """Return notices for keys that a valid YAML block has twice. The last value counts."""
    node = _YamlLoader(block).get_single_node()
    seen: set[str] = set()
    notices = []
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        name = str(key.value)
        if name in seen:
            line = first_line + key.start_mark.line
            notices.append(ReadingNotice(line=line, reason=_repeats(name)))
        seen.add(name)
    return tuple(notices)


def _shown(entry: str) -> str:
    line = shown(one_line(entry.partition("\n")[0]))
    return line if len(line) <= _SHOWN_CHARACTERS else line[:_SHOWN_CHARACTERS] + "…"


def _as_written(entry: str, syntax: Syntax) -> Message:
    return Message(
        code="field_as_written",
        en=f"`{_shown(entry)}` is no readable {syntax.name}, so its value was taken as"
        " it is written: put it in quotes.",
        zh=f"`{_shown(entry)}` 不是可读的 {syntax.name}，其值已按原样读取：请给它加上引号。",
    )


def _passed_over(entry: str, syntax: Syntax) -> Message:
    return Message(
        code="field_passed_over",
        en=f"`{_shown(entry)}` is no readable {syntax.name} and was skipped: correct or remove it.",
        zh=f"`{_shown(entry)}` 不是可读的 {syntax.name}，已略过：请改正或删去。",
    )


def _repeats(key: str) -> Message:
    return Message(
        code="field_repeated",
        en=f"`{_shown(key)}` is there twice, and the last one counts: remove one of them.",
        zh=f"`{_shown(key)}` 出现了两次，以最后一次为准：请删去其中之一。",
    )
