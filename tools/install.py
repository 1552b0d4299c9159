"""Run `pip install`, and show one bar with the packages and megabytes that have come.

    python tools/install.py PYTHON PIP-ARGUMENTS...

PYTHON is the interpreter of the environment. Without a terminal nothing is drawn. If pip fails, its
last lines are printed, and its status is returned.
"""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import sys
from collections import deque
from pathlib import Path

BAR = 30
LAST_LINES = 20
_PINNED = re.compile(r"^[\w.-]+==", re.MULTILINE)
_COMES = re.compile(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)")
_SIZE = re.compile(r"(?:Downloading|Using cached) .*\((\d+(?:\.\d+)?) ([kMG]?B)\)")
_MEGABYTES = {"B": 1e-6, "kB": 1e-3, "MB": 1.0, "GB": 1e3}


def main() -> int:
    """Run the command, and return pip's status."""
    python, *arguments = sys.argv[1:]
    files = [Path(b) for a, b in itertools.pairwise(arguments) if a == "-r"]
    total = sum(len(_PINNED.findall(file.read_text(encoding="utf-8"))) for file in files)
    command = [python, "-m", "pip", "install", "--progress-bar", "off", *arguments]
    last: deque[str] = deque(maxlen=LAST_LINES)
    packages, megabytes = 0, 0.0
    with subprocess.Popen(  # noqa: S603
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        for line in pip.stdout or ():
            last.append(line)
            if found := _COMES.match(line.strip()):
                packages += 1
                draw(f"{bar(packages, total)} {megabytes:,.0f} MB  {found[1]}")
            elif found := _SIZE.search(line):
                megabytes += float(found[1]) * _MEGABYTES[found[2]]
            elif line.startswith("Installing collected"):
                draw(f"{bar(total, total)} {megabytes:,.0f} MB  unpacking")
    draw("")
    if pip.returncode != 0:
        sys.stderr.write("".join(line for line in last if not line.startswith("WARNING: Location")))
    return pip.returncode


def bar(done: int, total: int) -> str:
    """Return a bar with numbers, or only the number if the total is unknown."""
    if not total:
        return f"{done} packages"
    filled = min(BAR, BAR * done // total)
    return f"[{'#' * filled}{'.' * (BAR - filled)}] {min(done, total)}/{total} packages"


def draw(text: str) -> None:
    """Replace the line of the terminal."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(
            f"\r{text[:width]:<{width}}\r" if not text else f"\r{text[:width]:<{width}}"
        )
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
