"""Corrections by hand hold whenever the files are read again, and never touch the files."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.cli import app
from rag.errors import ConfigError, DocumentError, DocumentNotFound, IndexDamaged
from rag.models.embedder import Embedder
from rag.store.articles import stored_document
from rag.store.corrections import FILE_NAME, Correction, correct, read_corrections
from rag.store.indexing import update_index

FIXED = Correction(outlet="Lund Post", title="Ships in Lund", day="2025-02-13")


@pytest.fixture
def news(tmp_path: Path, embedder: Embedder) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    lines = (
        {"id": "a", "text": "The harbour of Lund received twelve ships.", "outlet": "Wrong Daily"},
        {"id": "b", "text": "The old pier of Lund was closed for repairs."},
    )
    (folder / "news.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    update_index(tmp_path / "index", [folder], embedder)
    return folder / "news.jsonl"


def shown(index: Path, doc_id: str) -> tuple[str | None, str, str]:
    document = stored_document(index, doc_id)
    return document.outlet, document.title, str(document.published)


@pytest.mark.parametrize("again", ["changed", "rebuilt", "moved"])
def test_a_correction_holds_when_files_are_read_again(
    news: Path, tmp_path: Path, embedder: Embedder, again: str
) -> None:
    index, before = tmp_path / "index", news.read_bytes()
    other = shown(index, "news/b")
    correct(index, {"news/a": FIXED}, embedder)
    fixed = ("Lund Post", "Ships in Lund", "2025-02-13")
    assert shown(index, "news/a") == fixed
    assert news.read_bytes() == before
    assert update_index(index, None, embedder).unchanged == 2
    assert shown(index, "news/a") == fixed
    if again == "changed":
        news.write_bytes(before.replace(b"twelve", b"thirteen"))
    elif again == "moved":
        news.rename(news.with_name("other.jsonl"))
    update_index(index, None, embedder, rebuild=again == "rebuilt")
    assert shown(index, "news/a") == fixed
    assert shown(index, "news/b") == other


@pytest.mark.usefixtures("news")
def test_an_empty_correction_brings_back_what_the_file_says(
    tmp_path: Path, embedder: Embedder
) -> None:
    index = tmp_path / "index"
    as_written = shown(index, "news/a")
    correct(index, {"news/a": FIXED}, embedder)
    correct(index, {"news/a": Correction(title="Ships in Lund")}, embedder)
    assert shown(index, "news/a") == ("Wrong Daily", "Ships in Lund", as_written[2])
    correct(index, {"news/a": Correction()}, embedder)
    assert shown(index, "news/a") == as_written
    assert read_corrections(index) == {}


@pytest.mark.usefixtures("news")
@pytest.mark.parametrize(
    ("doc_id", "bad", "error"),
    [
        ("news/none", FIXED, DocumentNotFound),
        ("news/a", Correction(day="13.2.2025"), DocumentError),
        ("news/a", Correction(day="20250213.."), DocumentError),
        ("news/a", Correction(outlet="x" * 301), DocumentError),
        ("news/a", Correction(title="bad\x1b[31m"), DocumentError),
    ],
)
def test_what_cannot_be_used_changes_nothing(
    tmp_path: Path,
    embedder: Embedder,
    doc_id: str,
    bad: Correction,
    error: type[Exception],
) -> None:
    index = tmp_path / "index"
    before = shown(index, "news/a")
    with pytest.raises(error):
        correct(index, {"news/b": FIXED, doc_id: bad}, embedder)
    assert shown(index, "news/a") == before
    assert read_corrections(index) == {}


@pytest.mark.usefixtures("news")
def test_a_damaged_file_of_corrections_is_told_in_one_line(
    tmp_path: Path, embedder: Embedder
) -> None:
    (tmp_path / "index" / FILE_NAME).write_text('{"news/a": {"colour": "red"}}')
    with pytest.raises(IndexDamaged, match=FILE_NAME):
        update_index(tmp_path / "index", None, embedder)


@pytest.mark.usefixtures("news")
def test_the_command_corrects_lists_and_takes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    monkeypatch.setenv("RAG_INDEX", str(index))

    def rag(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["correct", *arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    before = shown(index, "news/a")
    assert "Lund Post" in rag("news/a", "--outlet", "Lund Post", "--day", "2025-02-13")
    assert shown(index, "news/a") == ("Lund Post", before[1], "2025-02-13")
    rag("news/a", "--title", "Ships in Lund")
    assert shown(index, "news/a") == ("Lund Post", "Ships in Lund", "2025-02-13")
    assert json.loads(rag("--json")) == {"news/a": asdict(FIXED)}
    rag("news/a", "--outlet", "")
    assert shown(index, "news/a") == (before[0], "Ships in Lund", "2025-02-13")
    assert "Lund Post" not in rag()
    rag("news/a", "--undo")
    assert shown(index, "news/a") == before
    assert json.loads(rag("--json")) == {}
    with pytest.raises(DocumentError, match="no day"):
        rag("news/a", "--day", "soon")
    with pytest.raises(DocumentNotFound):
        rag("nowhere", "--title", "x")
    for useless in (("--outlet", "x"), ("news/a", "--undo", "--day", "2025-02-13")):
        with pytest.raises(ConfigError):
            rag(*useless)
