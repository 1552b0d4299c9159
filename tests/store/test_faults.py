"""Full disks, read-only disks, spoilt files, a clock that runs backwards: one clear line each."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from pathlib import Path

import pytest

from rag.errors import ConfigError, IndexDamaged, IndexNotWritable, IndexUnusable
from rag.store import writer
from rag.store.articles import read_status
from rag.store.database import FILE_NAME
from rag.store.indexing import update_index
from tests.conftest import HashEmbedder
from tests.store.index_file import index_file
from tests.store.test_indexing import snapshot, write


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own in memory, of that size."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("this machine does not let us mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    for number in range(8):
        text = "\n\n".join(f"Ship {number} came on day {day} with grain." for day in range(20))
        write(folder, f"{number}.md", text)
    return folder


def test_a_full_disk_is_one_clear_line_and_loses_nothing(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    with small_disk(tmp_path / "disk", "600k") as disk:
        folder = disk / "index"
        update_index(folder, [articles], hash_embedder)
        before = snapshot(folder, hash_embedder)
        for number in range(200):
            write(articles, f"more-{number}.md", f"Harbour {number} opened. " * 200)
        with pytest.raises(IndexNotWritable, match=r"can't be written .*full.*make room"):
            update_index(folder, [articles], hash_embedder)
        after = snapshot(folder, hash_embedder)
        assert set(before.documents) <= set(after.documents)

        # As soon as there is room, the work goes on.
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        report = update_index(folder, [articles], hash_embedder)
        assert report.documents == 208
        assert len(snapshot(folder, hash_embedder).documents) == 208


def test_a_read_only_disk_is_read_and_not_written(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    with small_disk(tmp_path / "disk", "16m") as disk:
        folder = disk / "index"
        update_index(folder, [articles], hash_embedder)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        assert len(snapshot(folder, hash_embedder).documents) == 8
        assert len(read_status(folder).documents) == 8
        with pytest.raises(IndexNotWritable, match="can't be written"):
            update_index(folder, [articles], hash_embedder)
        with pytest.raises(ConfigError, match="RAG_INDEX"):
            update_index(disk / "another", [articles], hash_embedder)


def test_any_flipped_bit_is_found_or_does_no_harm(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    folder = tmp_path / "index"
    update_index(folder, [articles], hash_embedder)
    path = folder / FILE_NAME
    sound, good = snapshot(folder, hash_embedder), path.read_bytes()
    rng = random.Random(3)
    lines: list[str] = []
    for _ in range(300):
        place = rng.randrange(len(good))
        path.write_bytes(
            good[:place] + bytes([good[place] ^ 1 << rng.randrange(8)]) + good[place + 1 :]
        )
        try:
            read = snapshot(folder, hash_embedder)
        except IndexUnusable as error:
            lines.append(str(error))
            continue
        # A place that holds nothing of an article: free space, or how files looked last time.
        assert read.documents == sound.documents
        assert read.passages == sound.passages
        assert (read.vectors == sound.vectors).all()
    assert len(lines) > 100
    assert [line for line in lines if "rag index" not in line or "\n" in line] == []
    path.write_bytes(good)
    assert update_index(folder, [articles], hash_embedder).unchanged == 8


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_index_is_found_and_can_be_rebuilt(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder, share: float
) -> None:
    folder = tmp_path / "index"
    update_index(folder, [articles], hash_embedder)
    path = folder / FILE_NAME
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(IndexUnusable, match="rag index"):
        snapshot(folder, hash_embedder)
    assert update_index(folder, [articles], hash_embedder, rebuild=True).documents == 8
    assert len(snapshot(folder, hash_embedder).documents) == 8


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE documents SET text = replace(text, 'grain', 'gold') WHERE doc_id = '3'",
        "UPDATE documents SET published = '1999-01-01T00:00:00+00:00' WHERE doc_id = '3'",
        "UPDATE passages SET start = start + 1 WHERE doc_id = '3'",
        "UPDATE passages SET vector_key = (SELECT vector_key FROM passages WHERE doc_id = '4')"
        " WHERE doc_id = '3'",
        "DELETE FROM passages WHERE doc_id = '3'",
        "DELETE FROM documents WHERE doc_id = '3'",
        "UPDATE vectors SET vector = zeroblob(length(vector))",
        "UPDATE manifest SET value = '7' WHERE key = 'dimensions'",
        "DELETE FROM vectors WHERE vector_key IN"
        " (SELECT vector_key FROM passages WHERE doc_id = '3')",
    ],
)
def test_parts_that_disagree_are_found(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder, change: str
) -> None:
    folder = tmp_path / "index"
    update_index(folder, [articles], hash_embedder)
    with index_file(folder) as connection:
        connection.execute(change)
    with pytest.raises(IndexDamaged, match="rag index --rebuild"):
        snapshot(folder, hash_embedder)


def test_an_index_of_a_newer_program_says_so(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    folder = tmp_path / "index"
    update_index(folder, [articles], hash_embedder)
    with index_file(folder) as connection:
        connection.execute("PRAGMA user_version = 99")
    for attempt in (read_status, lambda f: update_index(f, [articles], hash_embedder)):
        with pytest.raises(IndexUnusable, match=r"newer version .* update it"):
            attempt(folder)


def test_a_clock_that_runs_backwards_hides_no_change(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Past(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Past:
            return cls(1999, 1, 1, tzinfo=tz)

    folder = tmp_path / "index"
    ahead = time.time_ns() + 10**15
    monkeypatch.setattr(time, "time_ns", lambda: ahead)
    first = update_index(folder, [articles], hash_embedder)
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    monkeypatch.setattr(writer, "datetime", Past)
    write(articles, "3.md", "The harbour of Lund closed.")
    (articles / "4.md").unlink()
    second = update_index(folder, [articles], hash_embedder)

    assert (second.changed, second.removed, second.unchanged) == (1, 1, 6)
    assert second.generation == first.generation + 1
    assert snapshot(folder, hash_embedder).documents["3"].text == "The harbour of Lund closed."
    assert read_status(folder).manifest.updated.startswith("1999-01-01")
