"""Writes into the README what its snippets print: `python docs/readme.py`, from a clone.

Run it after a change that answers otherwise; `tests/test_readme.py` tells when that is due. The
answer of a chat model is left as it is.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


def main() -> int:
    """Run the snippets and the first session, and put their output in its place."""
    text = README.read_text(encoding="utf-8")
    for match in re.finditer(r"```python\n(.*?)```\n\n```\n(.*?)```", text, re.DOTALL):
        code, old = match.groups()
        text = text.replace(f"```\n\n```\n{old}```", f"```\n\n```\n{_printed('-c', code)}```", 1)
    session = re.search(r'```\n\$ rag ask "([^"]+)"\n(.*?)```', text, re.DOTALL)
    if session:
        command = "from rag.cli import main; main()"
        printed = _printed("-c", command, "ask", session[1])
        text = text.replace(session[2], printed, 1)
    README.write_text(text, encoding="utf-8")
    return 0


def _printed(*arguments: str) -> str:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RAG_", "OPENAI_"))}
    done = subprocess.run(  # noqa: S603 - the README's own snippets
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**kept, "RAG_LANG": "en"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
