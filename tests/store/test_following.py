"""The index follows its roots, deletes only what it could see to be gone, and stays readable."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.errors import ConfigError, DocumentNotFound
from rag.ingest import files
from rag.models.embedder import Vectors
from rag.store import followed_files, reading, sync
from rag.store.articles import read_status, stored_documents
from rag.store.database import REBUILDING_NAME
from rag.store.indexing import changes, known_roots, remove, update_index
from rag.store.notices import IndexProgress
from rag.store.snapshot import Snapshot
from tests.conftest import HashEmbedder
from tests.store.test_indexing import snapshot, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file be older than the time in which it may change unseen."""
    later = time.time_ns() + 10**10
    monkeypatch.setattr(time, "time_ns", lambda: later)


def ids(folder: Path) -> set[str]:
    return {document.doc_id for document in read_status(folder).documents}


def codes(failures: Sequence[object]) -> list[str]:
    return [failure.reason.code for failure in failures]  # type: ignore[attr-defined]


# --- what is gone, and what only can't be seen ---------------------------------------------------


def test_a_root_that_is_not_there_removes_nothing(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    update_index(folder, [articles], hash_embedder)
    articles.rename(articles.with_name("elsewhere"))
    report = update_index(folder, None, hash_embedder)

    assert (report.removed, report.documents) == (0, 2)
    assert codes(report.failures) == ["root_missing"]
    assert codes(read_status(folder).failures) == ["root_missing"]
    # A root that was never followed is a mistake.
    with pytest.raises(ConfigError, match="no file or folder"):
        update_index(folder, [articles.with_name("nowhere")], hash_embedder)
    # And when it is back, all is as before.
    articles.with_name("elsewhere").rename(articles)
    report = update_index(folder, None, hash_embedder)
    assert (report.unchanged, report.failures, read_status(folder).failures) == (2, (), ())


def test_an_empty_mount_point_removes_nothing(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    update_index(folder, [articles], hash_embedder)
    articles.rename(articles.with_name("disk"))
    articles.mkdir()
    report = update_index(folder, [articles], hash_embedder)

    assert (report.removed, report.documents, codes(report.failures)) == (0, 2, ["root_empty"])
    assert "rag remove --root" in report.failures[0].reason.en
    assert remove(folder, roots=[articles]) == 2
    assert (ids(folder), known_roots(folder)) == (set(), ())


def test_a_folder_that_cannot_be_opened_keeps_its_articles(
    articles: Path,
    folder: Path,
    hash_embedder: HashEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    update_index(folder, [articles], hash_embedder)
    (articles / "a.md").unlink()
    scandir = os.scandir

    # Root, as whom tests may run, may open every folder.
    def shut(path: Path) -> object:
        if path.name == "deep":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(files.os, "scandir", shut)  # type: ignore[attr-defined]
    write(articles, "c.md", "A third article.")
    report = update_index(folder, [articles], hash_embedder)
    assert (report.added, report.removed, len(report.failures)) == (1, 1, 1)
    assert ids(folder) == {"c", "deep/b"}


def test_a_root_that_cannot_be_opened_is_reported(
    articles: Path,
    folder: Path,
    hash_embedder: HashEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    update_index(folder, [articles], hash_embedder)

    def refuse(_: Path) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(followed_files, "list_files", refuse)
    report = update_index(folder, [articles], hash_embedder)
    assert (report.documents, codes(report.failures)) == (2, ["root_unreadable"])


def test_the_innermost_root_around_a_file_tells_whether_it_is_gone(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    hidden, single = articles / ".h", articles / ".one.md"
    write(hidden, "x.md", "In a hidden folder.")
    write(articles, ".one.md", "A hidden file.")
    update_index(folder, [hidden, articles, single], hash_embedder)
    for roots in (None, [articles], [hidden], None):
        report = update_index(folder, roots, hash_embedder)
        assert (report.added, report.removed, report.documents) == (0, 0, 4)


@pytest.mark.parametrize("empty", [True, False])
def test_a_disk_within_a_root_that_is_not_mounted_removes_nothing(
    articles: Path, folder: Path, hash_embedder: HashEmbedder, empty: bool
) -> None:
    update_index(folder, [articles, articles / "deep"], hash_embedder)
    (articles / "deep").rename(articles.with_name("unmounted"))
    if empty:
        (articles / "deep").mkdir()
    report = update_index(folder, [articles], hash_embedder)
    assert (report.removed, report.documents) == (0, 2)
    assert codes(report.failures) == ["root_empty" if empty else "root_missing"]
    assert "its 1 indexed articles are kept" in report.failures[0].reason.en


def test_a_rebuild_keeps_what_cannot_be_read_now(
    articles: Path, folder: Path, hash_embedder: HashEmbedder, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    write(other, "c.md", "A third article.")
    write(articles, "d.md", "A fourth article.")
    update_index(folder, [articles, other], hash_embedder)
    (articles / "a.md").rename(articles / "moved.md")
    update_index(folder, None, hash_embedder)
    other.rename(tmp_path / "unmounted")
    (articles / "deep" / "b.txt").write_bytes(b"")
    (articles / "d.md").unlink()
    report = update_index(folder, None, hash_embedder, rebuild=True)
    assert report.documents == 3
    assert sorted(codes(report.failures)) == ["DocumentError", "root_missing"]
    # Ids stay what they were as well.
    found = snapshot(folder, hash_embedder).documents
    assert {i: d.path for i, d in found.items()} == {
        "a": "moved.md",
        "c": "c.md",
        "deep/b": "deep/b.txt",
    }
    # Given other roots, it follows nothing else.
    assert update_index(folder, [articles], hash_embedder, rebuild=True).documents == 2
    assert known_roots(folder) == (articles,)


# --- what changed --------------------------------------------------------------------------------


def test_a_file_that_did_not_change_is_not_even_read(
    articles: Path, folder: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_index(folder, [articles], hash_embedder)
    settle(monkeypatch)
    update_index(folder, [articles], hash_embedder)

    def refuse(*_: object) -> object:
        raise AssertionError("a file was read")

    monkeypatch.setattr(reading, "load_documents", refuse)
    report = update_index(folder, [articles], hash_embedder)
    assert (report.unchanged, report.generation) == (2, 1)
    write(articles, "a.md", "The harbour closed.")
    with pytest.raises(AssertionError, match="was read"):
        update_index(folder, [articles], hash_embedder)


def test_a_change_that_keeps_size_and_time_is_seen(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    path = articles / "a.md"
    update_index(folder, [articles], hash_embedder)
    times = path.stat()
    path.write_text(path.read_text().replace("Monday", "Friday"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert path.stat().st_size == times.st_size
    assert update_index(folder, [articles], hash_embedder).changed == 1


def test_an_article_moves_between_roots_with_its_id(
    articles: Path, folder: Path, hash_embedder: HashEmbedder, tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    write(archive, "old.md", "An older article.")
    update_index(folder, [articles, archive], hash_embedder)
    (articles / "a.md").rename(archive / "2025.md")
    report = update_index(folder, [articles, archive], hash_embedder)
    assert (report.moved, report.added, report.removed) == (1, 0, 0)
    assert ids(folder) == {"a", "deep/b", "old"}


def test_overlapping_roots_hold_an_article_once(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    report = update_index(folder, [articles, articles / "deep"], hash_embedder)
    assert (report.added, report.documents) == (2, 2)
    assert update_index(folder, [articles / "deep"], hash_embedder).unchanged == 1
    # Without the smaller root, its article still lies under the larger one.
    assert remove(folder, roots=[articles / "deep"]) == 0
    assert ids(folder) == {"a", "deep/b"}


def test_a_single_file_is_followed_without_its_neighbours(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    update_index(folder, [articles / "a.md"], hash_embedder)
    report = update_index(folder, None, hash_embedder)
    assert (report.documents, report.unchanged, ids(folder)) == (1, 1, {"a"})


def test_lines_of_a_json_lines_file_are_followed_one_by_one(
    folder: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    path = tmp_path / "news.jsonl"
    lines = [{"id": n, "title": n, "text": f"Ship {n} came."} for n in ("one", "two", "three")]

    def put(*values: object) -> None:
        path.write_text("".join(json.dumps(value) + "\n" for value in values))

    put(*lines, {"text": "Without an id."})
    first = update_index(folder, [path], hash_embedder)
    assert (first.added, first.failures) == (4, ())
    assert {"news/one", "news/two", "news/three"} < ids(folder)
    hash_embedder.embedded.clear()
    put({"text": "A new first line."}, lines[2], {**lines[0], "text": "Ship one left."})
    second = update_index(folder, [path], hash_embedder)
    assert (second.added, second.changed, second.removed, second.unchanged) == (1, 1, 2, 1)
    assert sorted(hash_embedder.embedded) == ["A new first line.", "Ship one left."]
    # A line that can't be read takes no article away, and is named.
    path.write_text('{"text": 7}\n' + json.dumps(lines[2]) + "\n")
    third = update_index(folder, [path], hash_embedder)
    assert (third.removed, third.documents) == (0, 3)
    assert third.failures[0].path.endswith("news.jsonl:1")
    # Nor does a file that was emptied; the same line twice is one article.
    path.write_text("\n")
    assert update_index(folder, [path], hash_embedder).documents == 3
    put(lines[2], lines[2], lines[0])
    fourth = update_index(folder, [path], hash_embedder)
    assert (fourth.documents, fourth.removed, fourth.failures) == (2, 1, ())


def test_a_failure_is_kept_and_tried_again(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    (articles / "c.md").write_bytes(b"text\0text")
    update_index(folder, [articles], hash_embedder)
    assert len(read_status(folder).failures) == 1
    assert len(update_index(folder, [articles], hash_embedder).failures) == 1
    write(articles, "c.md", "Now it can be read.")
    assert update_index(folder, [articles], hash_embedder).added == 1
    assert read_status(folder).failures == ()


# --- by hand -------------------------------------------------------------------------------------


def test_a_removed_article_stays_away_until_its_file_is_named(
    articles: Path, folder: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (articles / "c.md").write_text("A third one.")
    settle(monkeypatch)
    update_index(folder, [articles], hash_embedder)
    assert remove(folder, ["a", "deep/b", "a"]) == 2
    for rebuild in (False, True, False):
        report = update_index(folder, None, hash_embedder, rebuild=rebuild)
        assert (report.documents, ids(folder)) == (1, {"c"})
        assert read_status(folder).removed == ("A harbour opens", "新港口")
    # Wherever it lies, and though nothing of it changed.
    for path in (articles / "a.md", articles / "deep" / "b.txt"):
        update_index(folder, [path], hash_embedder)
    assert ids(folder) == {"a", "c", "deep/b"}
    assert read_status(folder).removed == ()
    assert known_roots(folder) == (articles,)
    # And it can be removed again.
    remove(folder, ["a"])
    update_index(folder, None, hash_embedder)
    assert ids(folder) == {"c", "deep/b"}


def test_a_removal_follows_its_article_and_not_its_place(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    write(articles, "c.md", "A third article.")
    update_index(folder, [articles], hash_embedder)
    remove(folder, ["a"])
    (articles / "a.md").rename(articles / "renamed.md")
    update_index(folder, None, hash_embedder)
    assert ids(folder) == {"c", "deep/b"}
    # What takes the place that was given up is another article: one that moved, or a new one.
    (articles / "c.md").rename(articles / "a.md")
    assert update_index(folder, None, hash_embedder).moved == 1
    assert ids(folder) == {"c", "deep/b"}
    remove(folder, ["c"])
    (articles / "a.md").unlink()
    update_index(folder, None, hash_embedder)
    write(articles, "a.md", "A new article.")
    update_index(folder, None, hash_embedder)
    assert ids(folder) == {"a", "deep/b"}


def test_a_removed_article_stays_away_whatever_root_is_around_it(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    update_index(folder, [articles / "deep"], hash_embedder)
    update_index(folder, [articles], hash_embedder)
    remove(folder, ["b"])
    remove(folder, roots=[articles / "deep"])
    for rebuild in (False, True):
        assert update_index(folder, None, hash_embedder, rebuild=rebuild).documents == 1
    assert ids(folder) == {"a"}


def test_an_article_that_moves_onto_a_removed_ones_place_is_kept(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    write(articles, "c.md", "A third article.")
    update_index(folder, [articles], hash_embedder)
    remove(folder, ["a"])
    (articles / "c.md").replace(articles / "a.md")
    report = update_index(folder, None, hash_embedder)
    assert (report.moved, ids(folder)) == (1, {"c", "deep/b"})


def test_an_unknown_id_removes_nothing(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    update_index(folder, [articles], hash_embedder)
    (articles / "loop").symlink_to(articles / "loop")
    with pytest.raises(DocumentNotFound):
        remove(folder, ["a", "nowhere"])
    for root in (articles / "deep", articles / "loop"):
        with pytest.raises(ConfigError, match="does not follow"):
            remove(folder, ["a"], roots=[root])
    assert ids(folder) == {"a", "deep/b"}


def test_what_is_exported_is_indexed_alike(
    articles: Path, folder: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    from rag.ingest.json_lines import to_line

    update_index(folder, [articles], hash_embedder)
    exported = tmp_path / "export.jsonl"
    lines = [to_line(document) + "\n" for document in stored_documents(folder)]
    exported.write_text("".join(lines), encoding="utf-8")
    update_index(tmp_path / "copy", [exported], hash_embedder)
    copies = {d.doc_id: d for d in stored_documents(tmp_path / "copy")}
    for document in stored_documents(folder):
        copy = copies[f"export/{document.doc_id}"]
        assert (copy.title, copy.text, copy.language) == (
            document.title,
            document.text,
            document.language,
        )
        assert str(copy.published) == str(document.published)


# --- interrupted and rebuilt ---------------------------------------------------------------------


class Stopping(HashEmbedder):
    """Is interrupted after some batches."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self._left = batches

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        if not self._left:
            raise KeyboardInterrupt
        self._left -= 1
        return super().embed_passages(texts, on_progress)


@pytest.mark.parametrize("rebuild", [False, True])
def test_an_interrupted_run_is_taken_up_where_it_stopped(
    folder: Path,
    tmp_path: Path,
    hash_embedder: HashEmbedder,
    monkeypatch: pytest.MonkeyPatch,
    rebuild: bool,
) -> None:
    monkeypatch.setattr(sync, "_BATCH_PASSAGES", 3)
    news = tmp_path / "news"
    for number in range(20):
        write(news, f"{number}.md", f"Ship {number} came.")
    stopping = Stopping(batches=4)
    with pytest.raises(KeyboardInterrupt):
        update_index(folder, [news], stopping, rebuild=rebuild)
    assert (folder / REBUILDING_NAME).exists() == rebuild

    told: list[IndexProgress] = []
    report = update_index(folder, [news], hash_embedder, told.append, rebuild=rebuild)
    assert len(stopping.embedded) == 12
    assert len(hash_embedder.embedded) == 8
    assert report.documents == 20
    assert not (folder / REBUILDING_NAME).exists()
    assert told[-1].done == told[-1].total
    assert told == sorted(told, key=lambda progress: progress.done)
    assert (told[-1].articles, told[-1].passages) == (20 if rebuild else 8, 8)


def test_readers_see_the_old_index_until_the_new_one_is_whole(
    articles: Path, folder: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_index(folder, [articles], hash_embedder)
    assistant = Assistant(
        snapshot=snapshot(folder, hash_embedder), embedder=hash_embedder, folder=folder
    )
    monkeypatch.setattr(sync, "_BATCH_PASSAGES", 1)
    seen = []

    def look(_: IndexProgress) -> None:
        assistant.refresh()
        seen.append((assistant.snapshot.manifest.index_id, len(ids(folder))))

    update_index(folder, [articles], HashEmbedder(), look, rebuild=True)
    old = seen[0]
    assert len(seen) > 2
    assert set(seen) == {old}
    assistant.refresh()
    assert assistant.snapshot.manifest.index_id != old[0]


# --- several processes ---------------------------------------------------------------------------


def test_an_open_assistant_picks_up_what_changed(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    update_index(folder, [articles], hash_embedder)
    before = snapshot(folder, hash_embedder)
    assistant = Assistant(snapshot=before, embedder=hash_embedder, folder=folder)
    write(articles, "c.md", "A lighthouse was built at Torekov in spring.", title="Lighthouse")
    (articles / "a.md").unlink()
    update_index(folder, [articles], hash_embedder)

    answer = assistant.ask("Which lighthouse was built at Torekov?")
    assert {hit.passage.doc_id for hit in answer.hits} == {"c", "deep/b"}
    # What did not change is taken over as it is, not read again.
    assert isinstance(assistant.snapshot, Snapshot)
    assert assistant.snapshot.stored["deep/b"] is before.stored["deep/b"]
    assert set(assistant.snapshot.documents) == {"c", "deep/b"}
    whole = snapshot(folder, hash_embedder)
    assert assistant.snapshot.passages == whole.passages
    assert (assistant.snapshot.vectors == whole.vectors).all()


def test_an_index_that_is_put_back_is_read_anew(
    articles: Path, folder: Path, hash_embedder: HashEmbedder, tmp_path: Path
) -> None:
    update_index(folder, [articles], hash_embedder)
    shutil.copytree(folder, tmp_path / "backup")
    write(articles, "a.md", "The harbour closed.")
    update_index(folder, [articles], hash_embedder)
    assistant = Assistant(
        snapshot=snapshot(folder, hash_embedder), embedder=hash_embedder, folder=folder
    )
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "backup", folder)
    assistant.refresh()
    assert "opened on Monday" in assistant.document("a").text
    for text in ("The harbour burnt.", "The harbour was rebuilt."):
        write(articles, "a.md", text)
        update_index(folder, [articles], hash_embedder)
    assistant.refresh()
    assert assistant.document("a").text == "The harbour was rebuilt."


def test_an_index_that_is_spoilt_meanwhile_leaves_the_open_one_in_use(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    update_index(folder, [articles], hash_embedder)
    assistant = Assistant(
        snapshot=snapshot(folder, hash_embedder), embedder=hash_embedder, folder=folder
    )
    update_index(folder, [articles], HashEmbedder("hash-2"), rebuild=True)
    answer = assistant.ask("When did the harbour of Lund open?")
    assert len(answer.hits) == 2
    assert "behind" in [notice.code for notice in answer.notices]
    update_index(folder, [articles], hash_embedder, rebuild=True)
    assert "behind" not in [n.code for n in assistant.ask("When did Lund open?").notices]


def test_changes_are_told_and_the_lock_is_free_between(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    stop = threading.Event()
    reports = []

    def follow() -> None:
        for _ in changes(lambda: known_roots(folder), folder, stop):
            report = update_index(folder, None, hash_embedder)
            reports.append(report)
            if report.added:
                stop.set()

    update_index(folder, [articles], hash_embedder)
    thread = threading.Thread(target=follow)
    thread.start()
    try:
        time.sleep(0.5)
        # Nothing holds the lock while nothing changes.
        assert remove(folder, ["a"]) == 1
        write(articles, "c.md", "A third article.")
    finally:
        thread.join(timeout=20)
        stop.set()
    assert not thread.is_alive()
    assert reports[-1].added == 1
    assert ids(folder) == {"c", "deep/b"}


def test_watching_without_its_extra_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(ConfigError, match=r"cited-rag\[watch\]"):
        next(changes(lambda: [tmp_path], tmp_path / "index"))


def test_a_file_of_another_kind_is_refused_and_not_followed(
    tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG")
    with pytest.raises(ConfigError, match="is not of a kind"):
        update_index(tmp_path / "index", [picture], hash_embedder)
    assert known_roots(tmp_path / "index") == ()
