"""What the examination of one part found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rag.errors import RagError
from rag.messages import Message

Level = Literal["good", "note", "bad"]
"""`bad` stops something from working. `note` is good to know, but nothing has to be done."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The state of one part. Nothing in it is secret, so it can be pasted into a report.

    `part` names the part in lower case, and never changes. `remedy` says what to do; it is None
    for a part that is good. `facts` are the measured values, for programs; sizes are in bytes.
    """

    part: str
    level: Level
    line: Message
    remedy: Message | None = None
    facts: dict[str, object] = field(default_factory=dict)


def good(
    part: str, en: str, zh: str | None = None, facts: Mapping[str, object] | None = None
) -> Finding:
    """Return the finding that a part works. Without `zh`, both languages have the same line."""
    return Finding(part=part, level="good", line=_message(part, en, zh), facts={**(facts or {})})


def trouble(
    part: str,
    en: str,
    zh: str,
    *,
    remedy: tuple[str, str],
    level: Level = "bad",
    facts: Mapping[str, object] | None = None,
) -> Finding:
    """Return a finding with its remedy, in English and Chinese."""
    return Finding(
        part=part,
        level=level,
        line=_message(part, en, zh),
        remedy=_message(part, *remedy),
        facts={**(facts or {})},
    )


def failed(part: str, error: RagError) -> Finding:
    """Return the finding for an error of the program. Its message says what to do."""
    en, zh = (shown_home(text) for text in (error.message.en, error.message.zh))
    return Finding(
        part=part, level="bad", line=_message(part, en, zh), facts={"error": error.message.code}
    )


def shown_home(text: str) -> str:
    """Return a text with `~` in place of the user's folder, which often has the user's name."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


def shown(path: Path) -> str:
    """Return a path for a report."""
    return shown_home(str(path.absolute()))


def size_of(count: int) -> str:
    """Return a number of bytes for people."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"


def folder_size(folder: Path) -> int:
    """Return the size of all files in a folder, in bytes. Files that vanish meanwhile count 0."""
    total = 0
    for path in folder.rglob("*"):
        try:
            if path.is_file() and not path.is_symlink():
                total += path.stat().st_size
        except OSError:
            continue
    return total


def _message(part: str, en: str, zh: str | None) -> Message:
    return Message(code=f"doctor_{part}", en=en, zh=en if zh is None else zh)
