"""An index that two local Ray workers read is, row by row, the one that this process makes."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest

from rag.errors import ConfigError, EmbedderError, WorkersFailed
from rag.ingest import files
from rag.models.embedder import Embedder
from rag.store import ray_reading, ray_work, sync
from rag.store.corrections import Correction, correct
from rag.store.indexing import update_index
from rag.store.notices import IndexProgress, IndexReport
from rag.store.ray_reading import RayWorkers, read_on_ray
from rag.store.reading import FileToRead, Reading
from tests.store.index_file import index_file
from tests.store.ray_workers import DEADLY, SumEmbedder, load_mortal, load_sum
from tests.store.test_indexing import write

pytestmark = [
    # Ray's own, about its own settings.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
_LINES = 600
_SENTENCE = "Forty ships came to the harbour of Lund on Monday."


@pytest.fixture(scope="module")
def session() -> Iterator[None]:
    """Ray on this machine, with two workers: it takes seconds to start, so tests share it."""
    pytest.importorskip("ray")
    workers = RayWorkers(load=load_sum, fingerprint="sum-1", workers=2)
    ray = ray_reading._ray(local=True)
    with ray_reading._session(ray, workers):
        yield


@pytest.fixture
def articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # A file that was just written gets its stamp at once.
    monkeypatch.setattr(files, "_SETTLED_NANOSECONDS", 0)
    folder = tmp_path / "articles"
    write(folder, "a.md", "The harbour of Lund opened on Monday. Forty ships came.")
    write(folder, "deep/b.txt", "新港口周一开放。四十艘船到港。", title="新港口", day=2)
    write(folder, "same.md", "The harbour of Lund opened on Monday. Forty ships came.")
    (folder / "broken.md").write_bytes(b"The harbour of Malm\xc3 opened on Monday. " * 3)
    (folder / "empty.md").write_text("")
    lines = [_line(number) for number in range(_LINES)]
    lines[7] = "{broken"
    lines[9] = lines[8]
    (folder / "many.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "settings.json").write_text('{"theme": "dark"}')
    return folder


def _line(number: int) -> str:
    text = f"Ship {number} left. " + " ".join(f"{_SENTENCE[:-1]}, said {n}." for n in range(30))
    return json.dumps({"id": f"n{number}", "title": f"Ship {number}", "text": text})


def _on_ray(
    load: Callable[[int | None], Embedder] = load_sum, fingerprint: str = "sum-1"
) -> Reading:
    return read_on_ray(RayWorkers(load=load, fingerprint=fingerprint, workers=2))


def _rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of an index, besides the names and times of its commits."""
    with index_file(folder) as connection:
        names = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith("sqlite")
        ]
        rows = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}
    changing = {"commit_id", "index_id", "updated", "checksum"}
    rows["manifest"] = [row for row in rows["manifest"] if row[0] not in changing]
    return {name: sorted(found, key=repr) for name, found in rows.items()}


@pytest.mark.ray
@pytest.mark.usefixtures("session")
def test_rows_are_those_of_a_run_without_ray(articles: Path, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    local, kept = SumEmbedder(), SumEmbedder()

    def both() -> IndexReport:
        report = update_index(here, [articles], local)
        kept.embedded.clear()
        assert update_index(there, [articles], kept, reading=_on_ray()) == report
        assert _rows(there) == _rows(here)
        # The process that writes embeds nothing itself.
        assert kept.embedded == []
        return report

    first = both()
    assert first.added == _LINES - 2 + 3
    assert {Path(f.path).name for f in first.failures} >= {"broken.md", "empty.md"}
    assert len(_rows(here)["manifest"]) > 3
    assert first.passages_embedded > sync._BATCH_PASSAGES, "the run is to commit several times"

    assert both().unchanged == first.added

    for folder in (here, there):
        correct(folder, {"a": Correction(title="By hand")}, SumEmbedder())
    write(articles, "a.md", "The harbour of Lund closed on Tuesday. No ships came.")
    (articles / "same.md").rename(articles / "deep" / "moved.md")
    with (articles / "many.jsonl").open("a") as file:
        file.write(_line(_LINES) + "\n")
    second = both()
    assert (second.changed, second.moved, second.added) == (1, 1, 1)
    assert ("a", "By hand") in [row[:2] for row in _columns(there, "doc_id, title")]


def _columns(folder: Path, names: str) -> list[tuple[object, ...]]:
    with index_file(folder) as connection:
        return connection.execute(f"SELECT {names} FROM documents").fetchall()


@pytest.mark.ray
@pytest.mark.usefixtures("session")
def test_a_worker_that_is_killed_costs_nothing_but_time(articles: Path, tmp_path: Path) -> None:
    write(articles, "deadly.md", DEADLY)
    update_index(tmp_path / "here", [articles], SumEmbedder())
    mark = tmp_path / "mark"
    load = partial(load_mortal, mark)
    update_index(tmp_path / "there", [articles], SumEmbedder(), reading=_on_ray(load))
    assert mark.exists(), "no worker was killed"
    assert _rows(tmp_path / "there") == _rows(tmp_path / "here")


@pytest.mark.ray
@pytest.mark.usefixtures("session")
def test_an_article_that_kills_every_worker_ends_the_run_with_one_line(tmp_path: Path) -> None:
    write(tmp_path / "articles", "deadly.md", DEADLY)
    load = partial(load_mortal, tmp_path / "no folder" / "mark")
    with (
        patch.object(ray_reading, "_TRIES", 2),
        pytest.raises(WorkersFailed, match=r"deadly\.md died: move the file away"),
    ):
        update_index(
            tmp_path / "index", [tmp_path / "articles"], SumEmbedder(), reading=_on_ray(load)
        )


@pytest.mark.ray
@pytest.mark.usefixtures("session")
def test_a_run_that_is_stopped_goes_on(articles: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"

    def stop(now: IndexProgress) -> None:
        if now.articles:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update_index(there, [articles], SumEmbedder(), stop, reading=_on_ray())
    stored = len(_columns(there, "doc_id"))
    assert 0 < stored < _LINES
    report = update_index(there, [articles], SumEmbedder(), reading=_on_ray())
    update_index(tmp_path / "here", [articles], SumEmbedder())
    assert report.unchanged == stored
    # The generations differ, and with them the checksums of articles.
    for table in ("passages", "vectors", "failures", "notices"):
        assert _rows(there)[table] == _rows(tmp_path / "here")[table]


@pytest.mark.ray
@pytest.mark.usefixtures("session")
def test_workers_with_another_model_are_refused(articles: Path, tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="another embedding model") as raised:
        update_index(
            tmp_path / "index", [articles], SumEmbedder(), reading=_on_ray(fingerprint="other")
        )
    assert "另一个嵌入模型" in raised.value.message.zh


def test_a_large_file_is_read_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(map(_line, range(_LINES))))
    batches = ray_work.read_part({"part": [pickle.dumps([(0, path, tmp_path)])]})  # type: ignore[dict-item]
    sizes = [sum(map(len, batch["item"])) for batch in batches]
    assert len(sizes) > 5
    assert max(sizes) < 2 * ray_work._YIELDED_BYTES


def test_files_are_parted_by_size_and_number(tmp_path: Path) -> None:
    given = [
        FileToRead(path=tmp_path / f"{n}.md", size=size, base=tmp_path, known=None)
        for n, size in enumerate([10] * 300 + [ray_work._PART_BYTES] * 2 + [10])
    ]
    parts = list(ray_work.parts_of(given))
    assert [number for part in parts for number, _, _ in part] == list(range(303))
    assert [len(part) for part in parts] == [256, 45, 1, 1]


def test_without_the_extra_one_line_says_what_to_install() -> None:
    with patch.dict(sys.modules, {"ray": None}), pytest.raises(ConfigError) as raised:
        _on_ray()
    for text in (raised.value.message.en, raised.value.message.zh):
        assert 'pip install "cited-rag[ray]"' in text
        assert "\n" not in text


def test_an_address_for_clients_is_refused() -> None:
    with pytest.raises(ConfigError, match="auto or HOST:PORT"):
        read_on_ray(RayWorkers(load=load_sum, fingerprint="sum-1", address="ray://10.0.0.1:10001"))


_SCRIPT = """
import sys
from pathlib import Path
from rag.store import sync
from rag.store.indexing import update_index
from rag.store.ray_reading import RayWorkers, read_on_ray
from tests.store.ray_workers import SumEmbedder, load_slow
sync._BATCH_PASSAGES = 64
reading = read_on_ray(RayWorkers(load=load_slow, fingerprint="sum-1", workers=2))
tell = lambda now: print(now.articles, flush=True)
update_index(Path(sys.argv[1]), [Path(sys.argv[2])], SumEmbedder(), tell, reading=reading)
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_an_indexer_that_is_killed_leaves_no_process_and_the_next_run_goes_on(
    articles: Path, tmp_path: Path
) -> None:
    pytest.importorskip("ray")
    there = tmp_path / "there"
    command = [sys.executable, "-c", _SCRIPT, str(there), str(articles)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) > 0:
            break
    ours = _descendants(process.pid)
    assert ours, "Ray is not running"
    process.kill()
    process.wait()
    process.stdout.close()
    until = time.monotonic() + 120  # the last one notices after a minute
    while any(Path(f"/proc/{pid}").exists() for pid in ours):
        assert time.monotonic() < until, "a process of Ray's is left"
        time.sleep(0.2)
    stored = len(_columns(there, "doc_id"))
    assert 0 < stored < _LINES
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    update_index(tmp_path / "here", [articles], SumEmbedder())
    for table in ("passages", "vectors", "failures", "notices"):
        assert _rows(there)[table] == _rows(tmp_path / "here")[table]


def _descendants(pid: int) -> set[int]:
    """The processes that a process started, and those that they did."""
    parents = {}
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            try:
                stat = (path / "stat").read_text()
            except OSError:
                continue
            parents[int(path.name)] = int(stat.rpartition(")")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}
