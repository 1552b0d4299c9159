"""Writes into README.md and docs/python.md what their snippets print: `python docs/readme.py`.

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
PAGES = (ROOT / "README.md", ROOT / "docs" / "python.md")


def main() -> int:
    """Run the snippets and the first session, and put their output in its place."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(r"```python\n(.*?)```\n\n```\n(.*?)```", text, re.DOTALL):
            code, old = match.groups()
            shown = f"{code}```\n\n```\n"
            text = text.replace(f"{shown}{old}```", f"{shown}{_printed('-c', code)}```", 1)
        session = re.search(r'```\n\$ rag ask "([^"]+)"\n(.*?)```', text, re.DOTALL)
        if session:
            command = "from rag.cli import main; main()"
            printed = _printed("-c", command, "ask", session[1])
            text = text.replace(session[0], f'```\n$ rag ask "{session[1]}"\n{printed}```', 1)
        page.write_text(text, encoding="utf-8")
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
