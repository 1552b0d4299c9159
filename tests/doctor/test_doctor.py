"""`rag doctor` tells what works and what does not, and keeps every secret."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from rag.config import ChatModelConfig, Config
from rag.doctor import machine, packages
from rag.doctor.examination import port
from rag.doctor.finding import Finding
from rag.doctor.models import chat_model, embedder
from rag.doctor.storage import index
from rag.models.embedder import Embedder
from rag.store.database import FILE_NAME
from tests.chat_server import chat_server, fails, says
from tests.conftest import SEEDS, HashEmbedder

SECRETS = ("sk-do-not-show", "pass-of-proxy", "pass-of-page", "key-in-query")
PARTS = [
    *("python", "system", "memory", "packages", "extras", "settings", "embedder", "reader"),
    *("cache", "index", "disk", "proxies", "chat_model", "local_servers", "port"),
]


def doctor(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RAG_", "OPENAI_"))}
    return subprocess.run(
        [sys.executable, "-c", "from rag.cli import main; main()", "doctor", *arguments],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(SEEDS.parent), "PYTHONIOENCODING": "utf-8", **env},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_every_part_is_examined_and_no_secret_is_told(seeds_index: Path, tmp_path: Path) -> None:
    with chat_server(says("yes")) as server:
        address = server.url.replace("http://", "http://name:sk-do-not-show@")
        env = {
            "RAG_INDEX": str(seeds_index),
            "RAG_MODEL": "tiny",
            "OPENAI_BASE_URL": f"{address}?key=key-in-query",
            "OPENAI_API_KEY": "sk-do-not-show",
            "HTTPS_PROXY": "http://name:pass-of-proxy@proxy.example:3128",
            "RAG_CHAT_AUTH": "name:pass-of-page",
        }
        ran = doctor(tmp_path, "--json", **env)
    found = {one["part"]: one for one in json.loads(ran.stdout)}
    assert list(found) == PARTS
    assert found["index"]["level"] == "good"
    assert found["index"]["facts"]["articles"] == 5
    assert found["embedder"]["facts"]["least_cosine"] > 0.99
    assert found["proxies"]["facts"]["HTTPS_PROXY"] == "http://proxy.example:3128"
    assert "RAG_CHAT_AUTH" in found["settings"]["facts"]["variables"]
    assert not [secret for secret in SECRETS if secret in ran.stdout + ran.stderr]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("language", "remedy"), [("en", "run `rag index"), ("zh", "请运行 `rag index")]
)
def test_what_is_wrong_comes_with_its_remedy(language: str, remedy: str, tmp_path: Path) -> None:
    ran = doctor(tmp_path, RAG_LANG=language, RAG_TIMEOUT="soon", RAG_INDEX=str(tmp_path))
    assert ran.returncode == 1
    lines = ran.stdout.splitlines()
    wrong = [line for line in lines if line.startswith("✗")]
    assert len(wrong) == 1, ran.stdout
    assert "RAG_TIMEOUT" in wrong[0]
    assert any(line.startswith("  → ") and remedy in line for line in lines)
    assert "Traceback" not in ran.stderr


def test_the_index_is_checked_for_damage(
    seeds_index: Path, tmp_path: Path, embedder: Embedder
) -> None:
    folder = tmp_path / "index"
    shutil.copytree(seeds_index, folder)
    assert index(folder, embedder).level == "good"
    file = folder / FILE_NAME
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(size // 2)
        opened.write(b"\xa5" * (size // 4))
    found = index(folder, embedder)
    assert found.level == "bad"
    assert found.facts["error"] == "IndexDamaged"
    assert "rag index --rebuild" in found.line.en


def test_an_index_of_another_model_is_told(seeds_index: Path) -> None:
    found = index(seeds_index, HashEmbedder())
    assert found.level == "bad"
    assert found.remedy is not None
    assert "RAG_EMBEDDER" in found.remedy.en


def test_files_that_were_not_read_are_told(tmp_path: Path) -> None:
    from rag.store.indexing import update_index

    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "good.md").write_text("# Ferry\n\nThe ferry to Kessel runs again.")
    (articles / "broken.pdf").write_bytes(b"%PDF-1.4 nonsense")
    model = HashEmbedder()
    update_index(tmp_path / "index", [articles], model)
    found = index(tmp_path / "index", model)
    assert (found.level, found.facts["not_read"]) == ("note", 1)


def test_the_chat_model_is_asked_one_word() -> None:
    with chat_server(says("yes"), fails(401, "bad key")) as server:
        config = ChatModelConfig(name="tiny", endpoint=server.url, api_key="sk-do-not-show")
        assert chat_model(config).level == "good"
        refused = chat_model(config)
        assert len(server.requests) == 2
        assert len(server.requests[0].body["messages"][0]["content"]) < 20
    assert refused.level == "bad"
    assert "sk-do-not-show" not in str(refused)
    assert chat_model(config).facts["error"] == "ChatModelUnreachable"


def test_a_port_in_use_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        assert port(number).level == "note"
    assert port(number).level == "good"


def test_a_model_that_is_not_prepared_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    finding, model = embedder(Config())
    assert (finding.level, model) == ("note", None)
    assert list(tmp_path.rglob("*")) == []


def test_a_package_that_is_missing_is_named(tmp_path: Path) -> None:
    own = tmp_path / "cited_rag-9.9.dist-info"
    own.mkdir()
    (own / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: cited-rag\nVersion: 9.9\nProvides-Extra: mcp\n"
        "Requires-Dist: numpy>=1\nRequires-Dist: no-such-package>=2\n"
        "Requires-Dist: no-such-extra; extra == 'mcp'\n"
    )
    code = (
        "from rag.doctor import packages as p;"
        "print(p.packages().remedy.en, p.extras().remedy.en, sep='\\n')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{SEEDS.parent}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "pip install 'no-such-package>=2'" in ran.stdout
    assert "pip install 'cited-rag[mcp]'" in ran.stdout


def test_memory_and_disk_are_measured(tmp_path: Path) -> None:
    total = machine.total_memory()
    assert total is not None
    assert 500_000_000 < total < 10**14
    found: Finding = machine.disk(tmp_path / "not" / "there")
    assert "not" in found.line.en
    assert packages.packages().level == "good"
