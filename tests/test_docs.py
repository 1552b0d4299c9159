"""The documents are complete: each command, setting and public name is in one of them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import rag

ROOT = Path(rag.__file__).parents[1]
DOCS = ROOT / "docs"


def test_the_page_of_commands_is_that_of_the_program() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import commands;"
        "print(commands.commands_page(), end='')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(DOCS)], capture_output=True, text=True, check=True
    )
    assert ran.stdout == (DOCS / "commands.md").read_text(encoding="utf-8"), (
        "run python docs/commands.py"
    )


@pytest.mark.parametrize("name", [name for name in rag.__all__ if name != "__version__"])
def test_every_public_name_is_documented(name: str) -> None:
    pages = (DOCS / "python.md").read_text(encoding="utf-8")
    assert re.search(rf"\b{name}\b", pages)


def test_every_setting_is_documented() -> None:
    source = (ROOT / "rag" / "config.py").read_text(encoding="utf-8")
    settings = set(re.findall(r'"((?:RAG|OPENAI)_[A-Z_]+)"', source))
    page = (DOCS / "start.md").read_text(encoding="utf-8")
    assert len(settings) >= 10
    assert {name for name in settings if f"| `{name}` |" not in page} == set()


PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]


@pytest.mark.parametrize("page", [*PAGES, *sorted(f"docs/{p.name}" for p in DOCS.glob("*.md"))])
def test_links_between_documents_lead_somewhere(page: str) -> None:
    path = ROOT / page
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / link).exists(), link


def test_the_readme_and_the_architecture_stay_short() -> None:
    for page in (ROOT / "README.md", DOCS / "architecture.md"):
        assert len(page.read_text(encoding="utf-8").splitlines()) < 150
