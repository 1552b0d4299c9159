"""A large index, searched in files: it finds what a small one finds, and survives their loss."""

from __future__ import annotations

import errno
import os
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.single_retrievers import DenseRetriever, LexicalRetriever
from rag.assistant import Assistant
from rag.errors import IndexDamaged, IndexNotWritable
from rag.ingest.chunker import CHUNKER
from rag.models.embedder import Embedder
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.time_frame import time_frame_of
from rag.store import indexing, recent_documents, vectors
from rag.store.database import current_manifest
from rag.store.indexing import update_index
from rag.store.large import compaction, documents
from rag.store.large.bulk import Bulk
from rag.store.postings import write_postings
from rag.store.snapshot import Snapshot, read_snapshot
from rag.store.sync import Run
from rag.store.vectors import StoredVectors, write_vectors
from rag.types import Hit
from tests.conftest import SEEDS, HashEmbedder
from tests.store.test_indexing import snapshot, write

# Windows deletes no file that is open; the next run does.
STAYS_WHILE_OPEN = os.name == "nt" or os.environ.get("PRETEND") == "windows"

QUESTIONS = [
    "why did Apple choose Alibaba",
    "苹果为什么选择阿里巴巴",
    "阿里巴巴的收盘价是多少",
    "Who is the chairman of Alibaba?",
    "DeepSeek-R1的训练成本",
]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every index is large."""
    monkeypatch.setattr(compaction, "MOST_OUTSIDE", 0)


def found(hits: Sequence[Hit]) -> list[tuple[str, int, str, float]]:
    return [(h.passage.doc_id, h.passage.start, h.passage.text, round(h.score, 4)) for h in hits]


def bulk_of(read: Snapshot) -> Bulk:
    assert read.bulk is not None
    return read.bulk


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("bulk-*"))


# --- the same answers -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large_seeds(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("large")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compaction, "MOST_OUTSIDE", 0)
        # As many as codes can be made for.
        patch.setattr(vectors, "_FLAT", 16)
        update_index(folder, [SEEDS], embedder)
    return read_snapshot(folder, fingerprint=embedder.fingerprint, chunker=CHUNKER)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_large_index_finds_what_a_small_one_finds(
    seeds: Snapshot, large_seeds: Snapshot, embedder: Embedder, question: str
) -> None:
    assert large_seeds.bulk is not None
    assert large_seeds.passages == ()
    for retriever in (HybridRetriever, DenseRetriever):
        small = retriever(seeds, embedder).retrieve(question, 10)
        assert found(retriever(large_seeds, embedder).retrieve(question, 10)) == found(small)
    words = LexicalRetriever(seeds).retrieve(question, 10)
    assert found(LexicalRetriever(large_seeds).retrieve(question, 10)) == found(words)
    frame = time_frame_of("2025-02-13", "2025-02-13")
    days = HybridRetriever(seeds, embedder).retrieve(question, 10, frame)
    assert days
    assert found(HybridRetriever(large_seeds, embedder).retrieve(question, 10, frame)) == found(
        days
    )


def test_a_large_index_gives_the_same_answer(
    seeds: Snapshot, large_seeds: Snapshot, embedder: Embedder
) -> None:
    small = Assistant(snapshot=seeds, embedder=embedder).ask(QUESTIONS[0])
    large = Assistant(snapshot=large_seeds, embedder=embedder).ask(QUESTIONS[0])
    assert large.text == small.text
    assert large.citations == small.citations
    chosen = [small.citations[-1].doc_id]
    few = Assistant(snapshot=seeds, embedder=embedder).search(QUESTIONS[0], articles=chosen)
    assert {hit.doc_id for hit in few} == set(chosen)
    found = Assistant(snapshot=large_seeds, embedder=embedder).search(QUESTIONS[0], articles=chosen)
    assert [(hit.doc_id, hit.start) for hit in found] == [(hit.doc_id, hit.start) for hit in few]
    assert set(large_seeds.documents) == set(seeds.documents)
    assert list(large_seeds.all_documents()) == list(seeds.all_documents())
    assert large_seeds.languages == seeds.languages


# --- changes --------------------------------------------------------------------------------------


def test_what_changed_is_found_as_it_is_and_what_went_is_not(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    for number in range(6):
        write(articles, f"{number}.md", f"Ship number {number} came to Ystad with grain.")
    monkeypatch.setattr(compaction, "MOST_OUTSIDE", 5)
    update_index(folder, [articles], hash_embedder)
    first = snapshot(folder, hash_embedder)
    assert (bulk_of(first).passages, first.passages) == (8, ())

    write(articles, "3.md", "Ship number 3 sank near Simrishamn.")
    (articles / "4.md").unlink()
    (articles / "5.md").rename(articles / "moved.md")
    write(articles, "new.md", "A lighthouse was built at Torekov in spring.")
    report = update_index(folder, [articles], hash_embedder)
    assert (report.changed, report.removed, report.moved, report.added) == (1, 1, 1, 1)

    for read in (
        snapshot(folder, hash_embedder),
        read_snapshot(
            folder, fingerprint=hash_embedder.fingerprint, chunker=CHUNKER, previous=first
        ),
    ):
        assert bulk_of(read).name == bulk_of(first).name
        assert [p.doc_id for p in read.passages] == ["3", "5", "new"]
        assert set(read.documents) == {"0", "1", "2", "3", "5", "a", "deep/b", "new"}
        assert "4" not in read.documents
        for retriever in (
            HybridRetriever(read, hash_embedder),
            DenseRetriever(read, hash_embedder),
        ):
            hits = retriever.retrieve("Which ship came to Ystad, Simrishamn or Torekov?", 20)
            texts = {hit.passage.text for hit in hits}
            assert len(texts) == len(hits) == 8
            assert any("sank" in text for text in texts)
            assert not any("number 4" in text for text in texts)

    # As many again: a new bulk takes the place of the old one.
    for number in range(10, 14):
        write(articles, f"{number}.md", f"Boat number {number} left Malmö with herring.")
    update_index(folder, [articles], hash_embedder)
    read = snapshot(folder, hash_embedder)
    assert bulk_of(read).passages == 12
    assert read.passages == ()
    assert bulk_of(read).name in [path.name for path in files(folder)]
    assert STAYS_WHILE_OPEN or len(files(folder)) == 1


@pytest.mark.usefixtures("large")
def test_an_article_that_changes_under_an_open_index_is_never_quoted_as_it_was(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    folder = tmp_path / "index"
    update_index(folder, [articles], hash_embedder)
    open_one = snapshot(folder, hash_embedder)
    write(articles, "a.md", "The harbour of Lund burnt down.")
    update_index(folder, [articles], hash_embedder)
    hits = HybridRetriever(open_one, hash_embedder).retrieve("harbour of Lund", 5)
    assert [hit.passage.doc_id for hit in hits] == ["deep/b"]
    assert "a" not in open_one.documents
    assistant = Assistant(snapshot=open_one, embedder=hash_embedder, folder=folder)
    assert "burnt" in assistant.ask("What happened to the harbour of Lund?").hits[0].passage.text


@pytest.mark.usefixtures("large")
def test_only_the_files_that_are_named_are_looked_at(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    folder = tmp_path / "index"
    update_index(folder, [articles], hash_embedder)
    other = write(articles, "other.md", "Nobody told of this one.")
    changed = write(articles, "a.md", "The harbour of Lund burnt down.")
    report = update_index(folder, None, hash_embedder, files=[changed])
    assert (report.changed, report.added, report.removed, report.documents) == (1, 0, 0, 2)
    added = write(articles, "deep/c.md", "A lighthouse was built at Torekov.")
    report = update_index(folder, None, hash_embedder, files=[added])
    assert (report.changed, report.added, report.documents) == (0, 1, 3)
    assert snapshot(folder, hash_embedder).documents["deep/c"].path == "deep/c.md"
    # One that is gone may have been moved: all are looked at.
    changed.unlink()
    report = update_index(folder, None, hash_embedder, files=[changed])
    assert (report.added, report.removed) == (1, 1)
    # One that can't be read is told as in a whole run, and remembered.
    other.write_bytes(b"\x00\x01" * 50)
    report = update_index(folder, None, hash_embedder, files=[other])
    assert len(report.failures) == 1
    other.write_text("It can be read again.")
    assert update_index(folder, None, hash_embedder, files=[other]).failures == ()


def test_files_are_named_in_vain_that_nobody_would_have_looked_at(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    outside = write(tmp_path / "elsewhere", "secret.md", "The secret of Torekov.")
    (articles / "linked").symlink_to(outside.parent)
    (articles / "again").symlink_to(articles / "deep")
    update_index(folder, [articles], hash_embedder)
    before = snapshot(folder, hash_embedder)
    (articles / "photo.png").write_bytes(b"\x89PNG")
    named = [
        articles / "photo.png",
        write(articles, ".git/x.md", "A hidden text."),
        articles / "linked" / "secret.md",
        articles / "again" / "b.md",
        articles / ".." / "elsewhere" / "secret.md",
        articles / "deep" / ".." / "a.md",
    ]
    for file in named:
        update_index(folder, None, hash_embedder, files=[file])
        after = snapshot(folder, hash_embedder)
        assert set(after.documents) == set(before.documents) == {"a", "deep/b"}
        assert (after.roots, after.failures) == (before.roots, ())
    # One that goes while it is looked at is no root from then on.
    fleeting = write(articles, "fleeting.md", "Half a sentence")

    def late(*arguments: Any, **named: Any) -> Run:
        fleeting.unlink(missing_ok=True)
        return Run(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(indexing, "Run", late)
        update_index(folder, None, hash_embedder, files=[fleeting])
    after = snapshot(folder, hash_embedder)
    assert (after.roots, after.failures) == (before.roots, ())
    # The same file twice is one.
    added = write(articles, "c.md", "A lighthouse was built.")
    assert update_index(folder, None, hash_embedder, files=[added, added]).added == 1


@pytest.mark.usefixtures("large")
def test_a_full_disk_while_arranging_is_told_as_what_it_is(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(compaction, "write_postings", full)
        with pytest.raises(IndexNotWritable, match=r"What was read is stored.*No space left"):
            update_index(tmp_path / "index", [articles], hash_embedder)
    assert set(snapshot(tmp_path / "index", hash_embedder).documents) == {"a", "deep/b"}
    assert files(tmp_path / "index") == []


@pytest.mark.usefixtures("large")
def test_what_a_killed_run_left_is_cleared_before_room_is_needed(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / "index" / f"bulk-{'0' * 32}"
    left.mkdir(parents=True)
    seen: list[bool] = []

    def look(*arguments: Any) -> None:
        seen.append(left.exists())
        write_postings(*arguments)

    monkeypatch.setattr(compaction, "write_postings", look)
    update_index(tmp_path / "index", [articles], hash_embedder)
    assert seen
    assert not any(seen)


@pytest.mark.usefixtures("large")
def test_folders_that_only_look_like_files_of_the_index_are_let_be(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    mine = write(tmp_path / "index", "bulk-2024/thesis.txt", "years of work")
    killed = tmp_path / "index" / f"bulk-{'0' * 32}"
    killed.mkdir()
    update_index(tmp_path / "index", [articles], hash_embedder)
    assert mine.exists()
    assert not killed.exists()


def test_a_story_goes_on_in_articles_that_came_later(
    tmp_path: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, news = tmp_path / "index", tmp_path / "news"
    wire = "The harbour of Lund opened on Monday after 5 years of work, and 40 ships came to it. "
    for name in ("one", "two"):
        write(news, f"{name}.md", wire * 2 + f"({name})")
    write(news, "else.md", "Fishermen of Ystad complain about the price of herring this winter.")
    monkeypatch.setattr(compaction, "MOST_OUTSIDE", 2)
    update_index(folder, [news], hash_embedder)
    read = snapshot(folder, hash_embedder)
    assert read.stories == ()
    assert read.story("one") == read.story("two") == ("one", "two")
    assert read.story("else") == ("else",)

    write(news, "three.md", wire * 2 + "(three)")
    update_index(folder, [news], hash_embedder)
    read = snapshot(folder, hash_embedder)
    assert {frozenset(read.story(name)) for name in ("one", "two", "three")} == {
        frozenset({"one", "two", "three"})
    }
    (news / "one.md").unlink()
    update_index(folder, [news], hash_embedder)
    assert set(snapshot(folder, hash_embedder).story("two")) == {"two", "three"}


# --- files that are not as they were --------------------------------------------------------------


@pytest.mark.usefixtures("large")
def test_files_that_are_missing_or_damaged_are_done_without_and_made_anew(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    folder, backup = tmp_path / "index", tmp_path / "backup"
    update_index(folder, [articles], hash_embedder)
    [path] = files(folder)
    shutil.copytree(path, backup)
    sound = found(HybridRetriever(snapshot(folder, hash_embedder), hash_embedder).retrieve("船", 5))
    rng = random.Random(4)
    names = sorted(file.name for file in backup.iterdir())
    assert len(names) > 20
    for name in [*names, "."]:
        shutil.rmtree(path)
        shutil.copytree(backup, path)
        if name == ".":
            shutil.rmtree(path)
        else:
            content = bytearray((path / name).read_bytes())
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
            (path / name).write_bytes(content)
        read = snapshot(folder, hash_embedder)
        retriever = HybridRetriever(read, hash_embedder)
        # Vectors are compared with their checksums when they are read, as samples are at once.
        assert read.bulk is None
        assert found(retriever.retrieve("船", 5)) == sound
    report = update_index(folder, [articles], hash_embedder)
    assert report.unchanged == 2
    assert snapshot(folder, hash_embedder).bulk is not None
    assert len(files(folder)) == 1


def test_a_vector_that_is_spoilt_later_is_told_in_one_line(tmp_path: Path) -> None:
    rows = np.random.default_rng(1).standard_normal((20, 8)).astype(np.float32)
    write_vectors(tmp_path, "en", (row.tobytes() for row in rows), 8)
    stored = StoredVectors(tmp_path, "en", 8)
    assert np.allclose(stored.cosines(rows[3], np.arange(20)), rows @ rows[3], atol=1e-6)
    content = bytearray((tmp_path / "en.vectors").read_bytes())
    content[5 * 32] ^= 1
    (tmp_path / "en.vectors").write_bytes(content)
    with pytest.raises(IndexDamaged, match="rag index --rebuild"):
        stored.cosines(rows[3], np.arange(20))


@pytest.mark.usefixtures("large")
def test_files_with_a_spoilt_vector_are_made_anew_by_the_next_run(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    for number in range(20):
        write(articles, f"{number}.md", f"Ship {number} came to Ystad with {number * 7} tonnes.")
    # Those of the sample are read when files are opened.
    monkeypatch.setattr(vectors, "_SAMPLE", 4)
    update_index(folder, [articles], hash_embedder)
    [old] = files(folder)
    content = bytearray((old / "en.vectors").read_bytes())
    content[4 * hash_embedder.dimensions + 5] ^= 1
    (old / "en.vectors").write_bytes(content)
    assert snapshot(folder, hash_embedder).bulk is not None
    update_index(folder, [articles], hash_embedder)
    assert not old.exists()
    assert (
        len(DenseRetriever(snapshot(folder, hash_embedder), hash_embedder).retrieve("a", 30)) > 20
    )


@pytest.mark.usefixtures("large")
def test_a_store_that_is_put_back_knows_its_own_files(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    folder = tmp_path / "index"
    update_index(folder, [articles], hash_embedder)
    shutil.copytree(folder, tmp_path / "backup")
    write(articles, "a.md", "The harbour of Lund burnt down.")
    update_index(folder, [articles], hash_embedder)
    # The store alone, without the files that it names.
    shutil.copy(tmp_path / "backup" / "index.sqlite3", folder / "index.sqlite3")
    read = snapshot(folder, hash_embedder)
    assert read.bulk is None
    assert "Monday" in read.documents["a"].text
    update_index(folder, [articles], hash_embedder)
    assert "burnt" in snapshot(folder, hash_embedder).documents["a"].text


@pytest.mark.usefixtures("large")
def test_a_run_that_fails_while_it_arranges_loses_nothing(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(compaction, "write_postings", fail)
        with pytest.raises(KeyboardInterrupt):
            update_index(folder, [articles], hash_embedder)
    assert set(snapshot(folder, hash_embedder).documents) == {"a", "deep/b"}
    assert files(folder) == []
    update_index(folder, [articles], hash_embedder)
    assert current_manifest(folder).bulk == files(folder)[0].name


@pytest.mark.usefixtures("large")
def test_a_rebuild_has_files_of_its_own(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    folder = tmp_path / "index"
    update_index(folder, [articles], hash_embedder)
    [old] = files(folder)
    reader = snapshot(folder, hash_embedder)
    update_index(folder, [articles], hash_embedder, rebuild=True)
    assert STAYS_WHILE_OPEN or old not in files(folder)
    assert bulk_of(snapshot(folder, hash_embedder)).name != old.name
    # Who has the old files open goes on with them.
    assert len(DenseRetriever(reader, hash_embedder).retrieve("harbour", 5)) == 2


def test_articles_that_were_read_are_kept_within_bounds(
    large_seeds: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = large_seeds.documents
    assert isinstance(whole, documents.Documents)
    lazy = documents.Documents(whole._folder, {}, bulk_of(large_seeds), large_seeds.current)
    monkeypatch.setattr(recent_documents, "_KEPT_CHARACTERS", 3_000)
    for doc_id in list(lazy):
        text = lazy[doc_id].text
        kept = sum(len(document.text) for document in lazy._recent._kept.values())
        assert lazy._recent._characters == kept
        assert kept <= max(3_000, len(text))
