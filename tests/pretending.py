"""Let this machine behave like Windows where programs usually stumble.

`PRETEND=windows make test` runs the suite so. A program pretends from `import tests.pretending` on.

- A file that this process has open or mapped can't be replaced, renamed or deleted.
- `os.pread`, `os.fork` and `os.sysconf` are missing.
- Text files without a named encoding have code page 936, and so has the terminal.

What it can't pretend: paths that differ only in case, `\\\\` between folders, other signals.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

CODE_PAGE = "gbk"
_MISSING_CALLS = ("pread", "preadv", "fork", "forkpty", "sysconf", "O_CLOEXEC")
_OURS = str(Path(__file__).resolve().parent.parent / "rag")


def pretend_windows() -> None:
    """Change this process for good."""
    for name in ("replace", "rename"):
        setattr(os, name, _refusing(getattr(os, name), count=2))
    for name in ("unlink", "remove"):
        setattr(os, name, _refusing(getattr(os, name), count=1))
    builtins.open = io.open = _with_code_page(open)
    for name in _MISSING_CALLS:
        if hasattr(os, name):
            delattr(os, name)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=CODE_PAGE)


def _refusing(call: Callable[..., None], *, count: int) -> Callable[..., None]:
    """Return the call, which fails if one of its `count` paths is open in this process."""

    def refused(*paths: Any, **folders: Any) -> None:
        opened = _open_files()
        for path in paths[:count]:
            place = _place(path, folders)
            if place in opened or any(name.startswith(f"{place}/") for name in opened):
                raise PermissionError(13, "The process cannot access the file", str(path))
        call(*paths, **folders)

    return refused


def _place(path: Any, folders: dict[str, Any]) -> str:
    folder = folders.get("dir_fd")
    base = Path() if folder is None else Path(f"/proc/self/fd/{folder}")
    return str(base.resolve() / os.fsdecode(path))


def _open_files() -> set[str]:
    """Return the files that this process has open or mapped."""
    found = set()
    for number in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(number.readlink()))
        except OSError:
            continue  # the listing's own
    for line in Path("/proc/self/maps").read_text("utf-8").splitlines():
        if (start := line.find("/")) >= 0:
            found.add(line[start:])
    return {name for name in found if name.startswith("/") and not Path(name).is_dir()}


def _with_code_page(real: Callable[..., Any]) -> Callable[..., Any]:
    def opened(
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        *rest: Any,
        **more: Any,
    ) -> Any:
        if encoding in (None, "locale") and "b" not in mode and _is_ours():
            encoding = CODE_PAGE
        return real(file, mode, buffering, encoding, *rest, **more)

    return opened


def _is_ours() -> bool:
    """Whether the file is opened by this project, and not by another package for itself."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and "pathlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(_OURS)


pretend_windows()
