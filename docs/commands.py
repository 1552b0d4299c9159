"""Writes docs/commands.md, every command of `rag` with its options: `python docs/commands.py`.

`tests/test_docs.py` fails where it is due.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ["RAG_LANG"] = "en"

import typer.main

from rag.cli import app

COMMANDS = Path(__file__).parent / "commands.md"


def commands_page() -> str:
    """Return the page as Markdown."""
    group: Any = typer.main.get_command(app)
    lines = [
        "# Commands",
        "",
        "`python docs/commands.py` writes this page from the program. `RAG_LANG=zh rag --help`",
        "says the same in Chinese. Exit codes: 0 done, 1 an error, 2 wrong usage, 3 the articles",
        "don't answer or don't support it, 130 stopped by Ctrl-C.",
    ]
    for name, command in _commands(group, ""):
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        shown = [p.name.upper() if p.required else f"[{p.name.upper()}]" for p in arguments]
        usage = " ".join(shown)
        lines += ["", f"## rag {name}", "", command.help or "", ""]
        line = f"rag {name} [OPTIONS] {usage}".rstrip()
        lines += ["```", line, "```", "", "| | |", "|---|---|"]
        for parameter in command.params:
            told = getattr(parameter, "help", None) or ""
            lines.append(f"| {_named(parameter)} | {told.replace('|', ' or ')} |")
    return "\n".join(lines) + "\n"


def _commands(group: Any, before: str) -> Iterator[tuple[str, Any]]:
    """Yield each command with its name, which begins with that of its group, if it has one."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def _named(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`"
    names = ", ".join(f"`{name}`" for name in parameter.opts)
    default = parameter.default
    shown = default not in (None, False, "", ()) and not callable(default)
    return f"{names} ({default})" if shown else names


if __name__ == "__main__":
    COMMANDS.write_text(commands_page(), encoding="utf-8")
    sys.exit(0)
