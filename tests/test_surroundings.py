"""The command as it is started on other people's machines: proxies, locales, terminals, paths."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import SEEDS
from tests.test_cli import Ran

QUESTION = "阿里股价收盘多少港元？"
SAYS = "截止今日收盘，阿里股价上涨2.55%达116.7港元。"
MAIN = "from rag.cli import main; main()"


def environment(**env: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RAG_", "OPENAI_"))}
    return {**kept, "PYTHONPATH": str(SEEDS.parent), "RAG_LANG": "en", **env}


def rag(folder: Path, *arguments: str, **env: str) -> Ran:
    """Run the command; its output is read as UTF-8 with whatever isn't as `\\ufffd`."""
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *arguments],
        cwd=folder,
        env=environment(**env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def folder(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("surroundings")
    shutil.copytree(seeds_index, made / ".rag")
    return made


@contextmanager
def page(folder: Path, *arguments: str, **env: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The chat page as a process, and the first line that it says."""
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, "chat", *arguments],
        cwd=folder,
        env=environment(**env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            yield process, process.stderr.readline()
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
        finally:
            process.kill()


UNUSABLE = [
    {"ALL_PROXY": "socks://127.0.0.1:9"},
    {"all_proxy": "socks4a://127.0.0.1:9"},
    {"HTTP_PROXY": "127.0.0.1:9"},
    {"https_proxy": "::garbage::"},
    {"HTTPS_PROXY": "http://127.0.0.1:port"},
    {"NO_PROXY": "[::1"},
    {"SSL_CERT_FILE": "/nowhere/certificates.pem"},
    {"SSL_CERT_DIR": "/nowhere"},
]


@pytest.mark.parametrize("setting", UNUSABLE, ids=lambda setting: next(iter(setting)))
def test_the_page_opens_whatever_the_proxies_are(folder: Path, setting: dict[str, str]) -> None:
    with page(folder, "--port", "0", **setting) as (_, line):
        assert line.startswith("The page is open at http://127.0.0.1:")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(line.split()[-1], timeout=20) as answered:
            assert b"Ask the news" in answered.read()


def test_no_proxy_hinders_a_question(folder: Path) -> None:
    every = {name: value for setting in UNUSABLE for name, value in setting.items()}
    ran = rag(folder, "ask", QUESTION, **every)
    assert (ran.code, ran.err) == (0, "")
    assert SAYS in ran.out


def test_a_port_in_use_is_one_line(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = rag(folder, "chat", "--port", port)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert f"port {port}" in ran.err
    assert "choose another port" in ran.err


# --- locales and terminals ------------------------------------------------------------------------

ASCII = [
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
    {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


@pytest.mark.parametrize("setting", ASCII, ids=lambda setting: next(iter(setting.values())))
def test_what_a_terminal_cannot_show_is_replaced_and_that_is_said(
    folder: Path, setting: dict[str, str]
) -> None:
    ran = rag(folder, "ask", QUESTION, **setting)
    assert ran.code == 0, ran.err
    assert "?2.55%?116.7???" in ran.out
    assert ran.err.count("\n") == 1
    assert "replaced by ?: set PYTHONIOENCODING=utf-8" in ran.err
    # Programs lose nothing.
    as_json = rag(folder, "ask", "--json", QUESTION, **setting)
    assert SAYS in json.loads(as_json.out)["text"]
    assert as_json.err == ""
    exported = rag(folder, "export", "004_2a3666ae1f3d6eaf", **setting)
    assert json.loads(exported.out)["title"] == "苹果AI入华为什么选中了阿里？"
    failed = rag(folder, "show", "nowhere", RAG_LANG="zh", **setting)
    assert "Traceback" not in failed.err
    assert "rag status" in failed.err


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1", "xx_YY.nonsense"])
def test_a_locale_of_any_name_shows_chinese(folder: Path, locale: str) -> None:
    ran = rag(folder, "ask", QUESTION, LC_ALL=locale, LANG=locale)
    assert ran.code == 0, ran.err
    assert "Traceback" not in ran.err
    assert "116.7" in ran.out


def test_a_chinese_terminal_of_gbk_shows_chinese(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "ask", QUESTION],
        cwd=folder,
        env=environment(PYTHONIOENCODING="gbk", RAG_LANG="zh"),
        capture_output=True,
        check=True,
    )
    assert SAYS in done.stdout.decode("gbk")
    assert done.stderr == b""


@pytest.mark.parametrize(
    "setting",
    [
        {"TERM": "dumb"},
        {"NO_COLOR": "1"},
        {"COLUMNS": "40"},
        {"PYTHONWARNINGS": "error"},
        {"PYTHONOPTIMIZE": "2"},
        {"PYTHONDONTWRITEBYTECODE": "1"},
        {"PYTHONDEVMODE": "1"},
    ],
    ids=lambda setting: next(iter(setting)),
)
def test_the_answer_is_the_same_however_python_is_started(
    folder: Path, setting: dict[str, str]
) -> None:
    ran = rag(folder, "ask", QUESTION, **setting)
    assert ran.code == 0, ran.err
    assert f"{SAYS} [1]" in ran.out.splitlines()
    assert "\x1b" not in ran.out


def test_a_reader_who_has_had_enough_is_no_error(folder: Path) -> None:
    for arguments in (
        "ask 阿里股价收盘多少港元？",
        "status",
        "show 004_2a3666ae1f3d6eaf",
        "export",
    ):
        done = subprocess.run(
            ["bash", "-c", f'"$0" -c "{MAIN}" {arguments} | head -c 3', sys.executable],
            cwd=folder,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == "", arguments


# --- paths ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["two words", "新闻 文章", 'it\'s "quoted"', "-dash", "a\tb;c&d"])
def test_folders_of_any_name_can_be_indexed_and_asked(tmp_path: Path, name: str) -> None:
    articles = tmp_path / name
    articles.mkdir()
    (articles / f"{name}.md").write_text("# Ships\n\nForty ships came to Lund on Monday.\n")
    index = str(tmp_path / f"{name} index")
    indexed = rag(tmp_path, "index", "--", name, RAG_INDEX=index)
    assert indexed.code == 0, indexed.err
    assert "1 new" in indexed.out
    asked = rag(tmp_path, "ask", "How many ships came to Lund on Monday?", RAG_INDEX=index)
    assert "Forty ships came to Lund on Monday. [1]" in asked.out


# --- the home folder and the cache ----------------------------------------------------------------


@pytest.mark.parametrize("home", ["/proc/self", "/dev/null"])
def test_a_home_that_cannot_be_written_is_one_line_that_says_what_to_set(
    folder: Path, home: str
) -> None:
    # Without a cache of its own it has no model, and nowhere to put one.
    ran = rag(folder, "ask", QUESTION, HOME=home, XDG_CACHE_HOME=f"{home}/cache")
    if ran.code == 0:  # We may write anywhere.
        pytest.skip("this user can make that folder")
    assert "Traceback" not in ran.err
    assert "XDG_CACHE_HOME" in ran.err.splitlines()[-1]
