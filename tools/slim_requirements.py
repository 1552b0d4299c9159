"""Print what the slim install needs of pyproject.toml: all but torch and what stands on it.

    python tools/slim_requirements.py

The bundled models run without them. Formats of documents that the page takes are part of it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

LEFT_OUT = frozenset({"nncf", "sentence-transformers", "torch"})
EXTRAS = ("documents", "watch")


def main() -> int:
    """Run the command, and return the exit status."""
    file = Path(__file__).resolve().parent.parent / "pyproject.toml"
    project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    lines = [
        *project["dependencies"],
        *(line for extra in EXTRAS for line in project["optional-dependencies"][extra]),
    ]
    needed = [line for line in lines if re.split(r"[^\w-]", line)[0] not in LEFT_OUT]
    sys.stdout.write("\n".join(needed) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
