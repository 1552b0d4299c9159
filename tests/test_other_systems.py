"""What Windows and macOS do otherwise, as far as this machine can pretend it."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from rag.store import indexing, vectors
from rag.store.articles import read_status
from rag.store.indexing import update_index
from rag.store.vectors import StoredVectors, write_vectors
from rag.whole_files import replace_file, write_whole
from tests.conftest import SEEDS, HashEmbedder

RAG = SEEDS.parent / "rag"
OF_UNIX_ALONE = {"fcntl", "grp", "posix", "pwd", "readline", "resource", "syslog", "termios", "tty"}

PROGRAM = "import tests.pretending; from rag.cli import main; main()"


def pretending(folder: Path, *arguments: str, **env: str) -> str:
    """Run `rag` as on Windows with a Chinese terminal, and return what it printed."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RAG_", "OPENAI_"))}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import tests.pretending; from rag.cli import main; main()",
            *arguments,
        ],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(SEEDS.parent), "RAG_LANG": "zh", **env},
        capture_output=True,
        timeout=120,
        check=False,
    )
    said = (done.stdout + done.stderr).decode("gbk")
    assert done.returncode == 0, said
    return said


def test_a_day_of_work_on_windows(tmp_path: Path) -> None:
    articles = tmp_path / "文章"
    articles.mkdir()
    for seed in SEEDS.glob("*"):
        ends = seed.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        (articles / seed.name).write_bytes(ends)
    assert "新增 5" in pretending(tmp_path, "index", str(articles))
    assert "阿里巴巴" in pretending(tmp_path, "ask", "苹果为什么选择阿里巴巴？")
    (tmp_path / "questions.csv").write_text("阿里股价收盘多少？\n", encoding="utf-8")
    table = ("ask", "--file", "questions.csv", "--out", "answers.csv")
    pretending(tmp_path, *table)
    pretending(tmp_path, *table)
    assert "116.7" in (tmp_path / "answers.csv").read_text("utf-8-sig")
    (articles / "新.md").write_text("# 渡轮\n\n前往凯瑟尔的渡轮恢复通航。", encoding="utf-8")
    assert "新增 1" in pretending(tmp_path, "index")
    assert "6 篇" in pretending(tmp_path, "index", "--rebuild")
    assert "6 篇" in pretending(tmp_path, "status")


def test_line_ends_change_no_article(tmp_path: Path) -> None:
    for name, end in (("unix", "\n"), ("windows", "\r\n")):
        folder = tmp_path / name
        folder.mkdir()
        for seed in SEEDS.glob("*"):
            text = seed.read_bytes().replace(b"\r\n", b"\n").decode()
            (folder / seed.name).write_bytes(text.replace("\n", end).encode())
        update_index(tmp_path / f"{name}-index", [folder], HashEmbedder())
    unix, windows = (read_status(tmp_path / f"{name}-index") for name in ("unix", "windows"))
    assert [d.doc_id for d in unix.documents] == [d.doc_id for d in windows.documents]
    assert unix.passages == windows.passages


def test_a_folder_named_in_other_letters_is_the_same_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "one.md").write_text("# Ferry\n\nThe ferry to Kessel runs again.")
    # On a file system that ignores case, resolving leaves the letters as they were typed.
    (tmp_path / "Articles").symlink_to(articles)
    monkeypatch.setattr(Path, "resolve", lambda self, strict=False: self.absolute())  # noqa: ARG005
    index = tmp_path / "index"
    update_index(index, [articles], HashEmbedder())
    report = update_index(index, [tmp_path / "Articles"], HashEmbedder())
    assert (report.documents, report.unchanged) == (1, 1)
    assert indexing.known_roots(index) == (articles,)
    assert indexing.remove(index, roots=[tmp_path / "Articles"]) == 1


def test_vectors_are_read_by_several_threads_without_pread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "_read_at", vectors._seek_and_read)
    made = np.random.default_rng(1).normal(size=(600, 16)).astype("<f4")
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    write_vectors(tmp_path, "x", [row.tobytes() for row in made], 16)
    stored = StoredVectors(tmp_path, "x", 16)
    wrong: list[int] = []

    def read(first: int) -> None:
        for row in range(first, 600, 4):
            (cosine,) = stored.cosines(made[row], np.array([row]))
            if abs(cosine - 1) > 1e-5:
                wrong.append(row)

    threads = [threading.Thread(target=read, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_file_that_is_open_for_a_moment_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = iter([PermissionError(13, "in use")] * 3)
    real = Path.replace

    def refused(self: Path, target: Path) -> Path:
        if error := next(refusals, None):
            raise error
        return real(self, target)

    (tmp_path / "new").write_bytes(b"new")
    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(PermissionError):
        replace_file(tmp_path / "new", tmp_path / "old")
    monkeypatch.setattr("rag.whole_files._WINDOWS", True)
    replace_file(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old").read_bytes() == b"new"


def test_a_file_that_cannot_be_written_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kept.json"
    write_whole(path, b"before", private=True)
    assert path.stat().st_mode & 0o077 == 0

    def full(_: int) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_whole(path, b"after")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"before"]


def test_no_module_of_unix_alone_is_imported() -> None:
    found = []
    for file in RAG.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            found += [f"{file.name}: {name}" for name in names if name in OF_UNIX_ALONE]
    assert found == []
