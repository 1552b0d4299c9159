"""Adding to the index and removing from it, with the real store."""

from __future__ import annotations

import queue
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.config import Config
from rag.errors import DocumentError, DocumentNotFound, IndexBusy
from rag.models.embedder import Embedder
from rag.store.articles import Listed
from rag.store.corrections import Correction
from rag.store.indexing import changes, known_roots, remove, update_index
from rag.store.opening import open_writer
from rag.uploads import library as library_module
from rag.uploads.library import Library, Step
from tests.conftest import SEEDS, HashEmbedder
from tests.store.index_file import index_file

from .made import PORT, SHIPS, uploaded, zipped


def listed(library: Library) -> dict[str, Listed]:
    return {article.doc_id: article for article in library.catalogue().articles}


def left_over(library: Library) -> list[Path]:
    return [path for path in library.uploads.iterdir() if path.name.startswith(".")]


def test_what_is_added_is_listed_read_and_removed(library: Library, tmp_path: Path) -> None:
    steps: list[Step] = []
    files = [
        uploaded(tmp_path, "ships.md", SHIPS),
        uploaded(tmp_path, "批.zip", zipped({"港口.txt": PORT})),
    ]
    added = library.add(files, steps.append)
    assert (added.new, added.error) == (("ships.md", "批/港口.txt"), None)
    assert {step.stage for step in steps} == {"waiting", "checking", "indexing"}
    assert set(listed(library)) == {"a", "ships", "批/港口"}
    assert "四十艘船" in library.document("批/港口").text
    assert [d for d, article in listed(library).items() if library.is_uploaded(article)] == [
        "ships",
        "批/港口",
    ]
    assert left_over(library) == []

    assert library.remove("批/港口") == ("新港口",)
    assert set(listed(library)) == {"a", "ships"}
    assert [path.name for path in library.uploads.iterdir()] == ["ships.md"]
    # The last one: an empty folder isn't taken for a disk that isn't mounted.
    assert library.remove("ships") == ("Ships",)
    assert set(listed(library)) == {"a"}
    assert library.add(files[:1]).new == ("ships.md",)
    assert set(listed(library)) == {"a", "ships"}


@pytest.mark.parametrize("moved", [False, True])
def test_a_copied_index_lists_no_upload_twice(
    library: Library, tmp_path: Path, hash_embedder: HashEmbedder, moved: bool
) -> None:
    library.add([uploaded(tmp_path, "port.md", PORT), uploaded(tmp_path, "ships.md", SHIPS)])
    library.remove("ships", alone=True)
    there = tmp_path / "there"
    (shutil.move if moved else shutil.copytree)(library.folder, there)
    copied = Library(there, hash_embedder)
    copied.add([uploaded(tmp_path, "new.md", "The bridge to Malmo is closed on Sunday.")])
    assert sorted(a.doc_id for a in copied.catalogue().articles) == ["a", "new", "port"]
    assert copied.document("port").text
    copied.remove("port")  # it is one of its own
    assert sorted(a.doc_id for a in copied.catalogue().articles) == ["a", "new"]
    if not moved:
        assert len(library.catalogue().articles) == 2


def test_a_file_of_the_same_name_replaces_the_one_before(library: Library, tmp_path: Path) -> None:
    library.add([uploaded(tmp_path, "ships.md", SHIPS)])
    again = library.add([uploaded(tmp_path, "ships.md", SHIPS)])
    assert (again.new, again.replaced, again.same) == ((), (), ("ships.md",))
    newer = library.add([uploaded(tmp_path, "ships.md", SHIPS.replace("Forty", "Fifty"))])
    assert newer.replaced == ("ships.md",)
    assert "Fifty" in library.document("ships").text
    assert set(listed(library)) == {"a", "ships"}


def test_what_was_uploaded_survives_a_rebuild(
    library: Library, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    library.add([uploaded(tmp_path, "ships.md", SHIPS)])
    index = library.uploads.parent
    for roots in (None, [tmp_path / "articles"]):
        update_index(index, roots, hash_embedder, rebuild=True)
        assert set(listed(library)) == {"a", "ships"}
        assert library.uploads in known_roots(index)
    (library.uploads / "ships.md").unlink()
    (library.uploads / "other.md").write_text(PORT, encoding="utf-8")
    update_index(index, None, hash_embedder)
    assert set(listed(library)) == {"a", "other"}


def test_what_was_removed_by_command_can_be_uploaded_again(
    library: Library, tmp_path: Path
) -> None:
    library.add([uploaded(tmp_path, "ships.md", SHIPS), uploaded(tmp_path, "port.md", PORT)])
    remove(library.uploads.parent, ["ships"])
    assert set(listed(library)) == {"a", "port"}
    library.add([uploaded(tmp_path, "ships.md", SHIPS)])
    assert set(listed(library)) == {"a", "port", "ships"}


def test_an_article_of_another_folder_is_not_deleted(library: Library, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"was not uploaded: delete its file .*a\.md"):
        library.remove("a")
    with pytest.raises(DocumentNotFound):
        library.remove("../../articles/a")
    assert (tmp_path / "articles/a.md").exists()


def test_while_another_process_writes_files_are_kept_and_nothing_is_deleted(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_module, "_PATIENCE", 0.3)
    library.add([uploaded(tmp_path, "ships.md", SHIPS)])
    with open_writer(library.uploads.parent):
        added = library.add([uploaded(tmp_path, "port.md", PORT)])
        assert added.new == ("port.md",)
        assert added.error is not None
        assert added.error.code == "IndexBusy"
        with pytest.raises(IndexBusy):
            library.remove("ships")
    assert set(listed(library)) == {"a", "ships"}
    assert (library.uploads / "ships.md").exists()
    library.add([uploaded(tmp_path, "ships.md", SHIPS)])
    assert set(listed(library)) == {"a", "ships", "port"}


def test_two_who_add_at_once_are_both_served(library: Library, tmp_path: Path) -> None:
    uploads = [[uploaded(tmp_path / str(n), f"{n}.md", SHIPS + f" {n}.")] for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(library.add, uploads))
    assert [result.new for result in results] == [(f"{n}.md",) for n in range(4)]
    assert all(result.error is None for result in results)
    assert set(listed(library)) == {"a", "0", "1", "2", "3"}


def test_who_adds_while_another_does_waits_for_them(library: Library, tmp_path: Path) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def hold(step: Step) -> None:
        if step.stage == "checking":
            inside.set()
            assert go_on.wait(10)

    first = threading.Thread(
        target=library.add, args=([uploaded(tmp_path / "1", "ships.md", SHIPS)], hold)
    )
    first.start()
    assert inside.wait(10)
    steps: list[Step] = []
    second = threading.Thread(
        target=library.add, args=([uploaded(tmp_path / "2", "port.md", PORT)], steps.append)
    )
    second.start()
    while not steps:
        time.sleep(0.01)
    assert [step.stage for step in steps] == ["waiting"]
    go_on.set()
    first.join(20)
    second.join(20)
    assert set(listed(library)) == {"a", "ships", "port"}


def test_what_a_killed_run_left_is_cleared_away_in_time(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = library.uploads / ".taking-dead"
    left.mkdir(parents=True)
    (left / "half.md").write_text("half")
    library.add([uploaded(tmp_path, "ships.md", SHIPS)])
    assert set(listed(library)) == {"a", "ships"}
    assert left.exists()  # another process might be at work in it
    monkeypatch.setattr(library_module, "_ABANDONED_SECONDS", -1)
    library.add([uploaded(tmp_path, "port.md", PORT)])
    assert not left.exists()


def test_a_folder_that_can_not_be_written_is_one_line(library: Library, tmp_path: Path) -> None:
    library.uploads.write_text("a file in its place")
    with pytest.raises(DocumentError, match="folder of uploads"):
        library.add([uploaded(tmp_path, "ships.md", SHIPS)])


def test_the_newest_article_is_listed_first_and_undated_ones_last(
    library: Library, tmp_path: Path
) -> None:
    dated = '{"text": "Forty ships.", "date": "%s", "id": "%s"}\n'
    lines = "".join(
        dated % line
        for line in (("2025-03-02 01:00+08:00", "x"), ("2025", "y"), ("2025-03-01 23:00Z", "z"))
    )
    library.add([uploaded(tmp_path, "l.jsonl", lines), uploaded(tmp_path, "u.md", SHIPS)])
    # 01:00 in China is 17:00 UTC of the day before.
    assert list(listed(library)) == ["l/z", "l/x", "a", "l/y", "u"]
    assert len(library.remove("l/x")) == 3  # they have one file


def test_one_article_of_an_export_is_removed_alone_and_stays_removed(
    library: Library, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    three = '{"text": "Forty ships.", "id": "x"}\n{"text": "Two mills.", "id": "y"}\n'
    three += '{"text": "One school.", "id": "z"}\n'
    library.add([uploaded(tmp_path, "l.jsonl", three)])
    library.correct("l/x", outlet="Courier", title="", day="")
    [title] = library.remove("l/x", alone=True)
    assert title.startswith("Forty ships")
    assert set(listed(library)) == {"a", "l/y", "l/z"}
    # The next update reads the changed file again.
    stored = library.uploads / "l.jsonl"
    stored.write_text(three + '{"text": "Five bridges.", "id": "v"}\n')
    update_index(library.folder, [library.uploads], hash_embedder)
    assert set(listed(library)) == {"a", "l/v", "l/y", "l/z"}
    # Who uploads the file again wants its articles, as they are in the file.
    library.add([uploaded(tmp_path, "l.jsonl", three)])
    assert set(listed(library)) == {"a", "l/x", "l/y", "l/z"}
    assert library.correction("l/x") == Correction()
    # The last one of a file goes with its file.
    for doc_id in ("l/x", "l/y", "l/z"):
        library.remove(doc_id, alone=True)
    assert not stored.exists()


def test_an_index_can_be_emptied_and_filled_again(
    tmp_path: Path, seeds_index: Path, embedder: Embedder
) -> None:
    """With the real model, and an assistant that has the index open all the while."""
    index = tmp_path / "index"
    shutil.copytree(seeds_index, index)
    assistant = Assistant.open(Config(index=index), embedder=embedder)
    library = assistant.library
    assert library is not None
    library.add([uploaded(tmp_path, "ships.md", SHIPS)])
    remove(index, roots=[SEEDS])
    assert assistant.ask("How many ships came to the harbour of Lund?").status == "answered"
    library.remove("ships")
    assert assistant.ask("How many ships came to the harbour of Lund?").status == "abstained"
    assert library.catalogue().articles == ()
    library.add([uploaded(tmp_path, "港口.md", PORT)])
    assert "四十艘船" in assistant.ask("有多少艘船到港？").text


def test_a_damaged_index_is_told(library: Library) -> None:
    with index_file(library.folder) as connection:
        connection.execute("UPDATE manifest SET value = '7' WHERE key = 'documents'")
    with pytest.raises(Exception, match="is damaged"):
        library.catalogue()


def test_uploads_are_watched_though_the_index_is_not(library: Library, tmp_path: Path) -> None:
    library.add([uploaded(tmp_path, "ships.md", SHIPS)])
    index = library.uploads.parent
    stop = threading.Event()
    told: queue.Queue[float] = queue.Queue()

    def watch() -> None:
        for _ in changes(lambda: known_roots(index), index, stop):
            told.put(time.monotonic())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        # It looks once after two seconds, and then not before four more without being told.
        looked = told.get(timeout=10)
        (library.uploads / "port.md").write_text(PORT, encoding="utf-8")
        assert told.get(timeout=10) - looked < 3.5
    finally:
        stop.set()
        watcher.join(10)
