"""What the documents show, run as it stands there: every snippet prints what it says."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections import OrderedDict
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.config import cache_folder
from rag.models.embedder import Embedder
from tests.chat_server import Reply, Request, chat_server, in_pieces, says
from tests.conftest import SEEDS

ROOT = SEEDS.parent
PAGES = ("README.md", "docs/python.md", "docs/articles.md", "CONTRIBUTING.md")
SHOWN = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)

ARTICLE = """---
title: Ships in Lund
date: 2025-02-10
outlet: Lund Courier
---

Forty ships came to the harbour of Lund on Monday, because the canal was closed.
"""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and whether it stands right behind the one before."""

    language: str
    text: str
    follows: bool


def blocks() -> list[Block]:
    """Every fenced block of the pages, in order."""
    found, end = [], 0
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", SHOWN, re.MULTILINE | re.DOTALL):
        follows = not SHOWN[end : match.start()].strip()
        found.append(Block(match[1], match[2], follows))
        end = match.end()
    return found


BLOCKS = blocks()
SNIPPETS = [
    (block.text, BLOCKS[i + 1].text)
    for i, block in enumerate(BLOCKS)
    if block.language == "python" and BLOCKS[i + 1].follows
]
SESSIONS = [block.text for block in BLOCKS if block.text.startswith("$ ")]
COMMANDS = [
    re.split(r"\s{2,}# |\s{3,}#", line)[0].strip()
    for i, block in enumerate(BLOCKS)
    if not block.language and not block.text.startswith("$ ") and not block.follows
    for line in block.text.splitlines()
]


def environment(**changes: str) -> dict[str, str]:
    """That of a person who has set nothing, with the program's commands on the path."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RAG_", "OPENAI_"))}
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    here = {"PATH": path, "PYTHONPATH": str(ROOT), "RAG_LANG": "en"}
    return {**kept, **here, **changes}


def run(command: str, folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def clone(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a clone is after the first question: with the articles and their index."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(SEEDS, folder / "seeds")
    shutil.copytree(seeds_index, folder / ".rag")
    return folder


def test_every_snippet_is_looked_at() -> None:
    assert len(SNIPPETS) == SHOWN.count("```python")
    assert len(SESSIONS) == 2
    known = ("make", "curl ", "rag ", "python -m eval ", "source ", ".venv/bin/", "pip install .")
    assert [command for command in COMMANDS if not command.startswith(known)] == []


# --- Python ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "printed"), SNIPPETS)
def test_python_prints_what_is_shown(
    code: str, printed: str, clone: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(clone)
    for name in [name for name in os.environ if name.startswith(("RAG_", "OPENAI_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("rag.api._opened", OrderedDict())
    monkeypatch.setattr("rag.models.loading.load_embedder", lambda *_: embedder)
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(code, "README.md", "exec"), {})
    assert out.getvalue() == printed


# --- questions at the command line ----------------------------------------------------------------


def test_a_question_prints_what_is_shown(clone: Path) -> None:
    command, shown = SESSIONS[0].split("\n", 1)
    ran = run(command.removeprefix("$ "), clone)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == shown


def test_a_model_that_says_what_is_shown_is_printed_as_shown(clone: Path) -> None:
    """A server says the README's sentence, and cites the article's sentence that it shows."""
    export, command, shown = SESSIONS[1].split("\n", 2)
    answer = shown[: shown.index("\n\nSources:")].splitlines()[-1]
    sentence = re.sub(r" \[1\].*", "", answer)
    quoted = re.search(r"“(.+)”", shown)
    assert quoted is not None

    def reply(answered: Reply, request: Request) -> None:
        number = re.search(rf"\[(\d+)\] \([^\n]*\) {re.escape(quoted[1])}", request.prompt)
        text = f"{sentence} [{number[1]}]" if number else "苹果为什么选择阿里巴巴"
        says(*in_pieces(text, 5))(answered, request)

    with chat_server(reply) as server:
        url = re.search(r"OPENAI_BASE_URL=(\S+)", export)
        assert url is not None
        endpoint = server.config().endpoint
        settings = export.removeprefix("$ ").replace(url[1], endpoint)
        ran = run(f"{settings}; {command.removeprefix('$ ')}", clone)
    assert ran.returncode == 0, ran.stderr
    expected = shown[shown.index(answer) :].replace(url[1], endpoint)
    assert ran.stdout[ran.stdout.index(answer) :] == expected


@pytest.mark.llm
def test_a_real_model_is_asked_as_shown(clone: Path) -> None:
    command = SESSIONS[1].split("\n", 2)[1].removeprefix("$ ")
    chosen = {name: os.environ[name] for name in ("RAG_MODEL", "OPENAI_BASE_URL")}
    ran = run(command, clone, **chosen)
    assert ran.returncode == 0, ran.stderr
    assert "[1]" in ran.stdout
    assert f"were sent to {chosen['RAG_MODEL']}" in ran.stdout


# --- commands -------------------------------------------------------------------------------------


def commands(start: str) -> list[str]:
    return [command for command in COMMANDS if command.startswith(start)]


MAKES = {
    "make chat": "rag chat",
    "make slim": "requirements-slim.lock",
    "make test": "pytest",
    "make eval": "python -m eval run seeds",
    "make check": "ruff check",
    "make test-llm": "pytest -m llm",
    "make test-long": "pytest -m long",
    "make fuzz": "fuzz_corpus.py",
    "make lock": "uv pip compile",
    "make test-fast": "pytest",
    "make release-check": "release_check",
}


@pytest.mark.skipif(not shutil.which("make"), reason="no make on the PATH")
@pytest.mark.parametrize("command", commands("make "))
def test_make_has_the_target_and_it_does_what_is_said(command: str) -> None:
    told = run(command.replace("make", "make --dry-run", 1), ROOT)
    assert told.returncode == 0, told.stderr
    assert MAKES[command] in told.stdout


@pytest.mark.skipif(not (ROOT / ".venv/bin/activate").is_file(), reason="made without make")
def test_the_environment_is_activated_as_said() -> None:
    (command,) = commands("source ")
    ran = run(f"PATH=/usr/bin:/bin; {command} && command -v rag && rag --help", ROOT)
    assert ran.returncode == 0, ran.stderr
    assert Path(ran.stdout.splitlines()[0]) == ROOT / ".venv/bin/rag"
    assert "Ask a question." in ran.stdout


@pytest.mark.parametrize("command", commands("python -m eval "))
def test_the_evaluation_has_the_command_and_its_options(command: str) -> None:
    words = shlex.split(command.replace("[", " ").replace("]", " "))
    told = run(f"python -m eval {words[3]} --help", ROOT)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith(f"usage: python -m eval {words[3]}")
    assert [word for word in words if word.startswith("--") and word not in told.stdout] == []


def test_what_is_made_for_the_docs_has_its_program() -> None:
    for command in commands(".venv/bin/python docs/"):
        path = ROOT / command.split()[1]
        compile(path.read_text(encoding="utf-8"), path, "exec")


def test_the_commands_for_your_own_articles_do_what_is_said(tmp_path: Path) -> None:
    """In a folder and a home of their own, one after the other as they stand there."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "lund.md").write_text(ARTICLE, encoding="utf-8")
    settings = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(cache_folder().parent)}
    asked = commands("rag ask ")
    assert len(asked) == 2
    expected = {
        "rag index ~/articles": "1 articles in the index: 1 new",
        asked[0]: "Forty ships came to the harbour of Lund on Monday",
        asked[1]: "Only articles of 2025-02-01 – 2025-02-13.",
        'rag search "..."': "Lund Courier",
        'rag verify "..."': "Supported by the articles.",
        'rag summarise "..."': "Forty ships came to the harbour of Lund on Monday",
        'rag story "..."': "Lund Courier",
        'rag compare "..."': "Lund Courier",
        "rag status": "Ships in Lund",
        "rag show DOC_ID": "because the canal was closed.",
        "rag export > all.jsonl": "",
        "rag correct DOC_ID --outlet NAME --title TEXT --day 2025-02-13": "TEXT · NAME",
        "rag remove DOC_ID": "1 articles removed.",
    }
    # Each once, in the order of the pages.
    lasting = ("rag chat", "rag serve", "rag mcp")
    own = [command for command in dict.fromkeys(commands("rag ")) if command not in lasting]
    assert sorted(own) == sorted(expected)
    # What is removed can't be exported, and what is corrected is no longer as it was.
    last = ("rag correct", "rag remove")
    for command in sorted(own, key=lambda one: (one.startswith(last), "remove" in one)):
        said = (
            ARTICLE.splitlines()[-1] if "verify" in command else "Why did forty ships come to Lund?"
        )
        real = command.replace('"..."', f'"{said}"')
        ran = run(real.replace("DOC_ID", "lund"), tmp_path, **settings)
        assert ran.returncode == 0, (command, ran.stderr)
        assert expected[command] in ran.stdout, command
    assert '"title": "Ships in Lund"' in (tmp_path / "all.jsonl").read_text(encoding="utf-8")


def test_the_page_opens_where_it_is_said(clone: Path) -> None:
    """At another port: the README's may be taken."""
    assert "rag chat" in COMMANDS
    with subprocess.Popen(
        ["bash", "-c", "exec rag chat --port 0"],
        cwd=clone,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            assert line.startswith("The page is open at http://127.0.0.1:")
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(line.split()[-1], timeout=20) as answered:
                assert b"Ask the news" in answered.read()
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
        finally:
            process.kill()


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl on the PATH")
def test_other_programs_ask_as_said(clone: Path) -> None:
    """At another port: the README's may be taken."""
    (ask,) = commands("curl ")
    assert {"rag serve", "rag mcp"} <= set(COMMANDS)
    with subprocess.Popen(
        ["bash", "-c", "exec rag serve --port 0"],
        cwd=clone,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            address = re.search(r"http://(127\.0\.0\.1:\d+)", process.stderr.readline())
            assert address is not None
            assert "127.0.0.1:8765/" in ask
            ran = run(ask.replace("127.0.0.1:8765", address[1]), clone, no_proxy="*")
            told = json.loads(ran.stdout)
            assert told["status"] == "answered"
            assert told["text"] in SESSIONS[0]
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
        finally:
            process.kill()
