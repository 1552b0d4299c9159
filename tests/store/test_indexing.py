"""The index follows its files, keeps one truth, and says what it can't use."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.errors import (
    ConfigError,
    DocumentNotFound,
    IndexBusy,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
)
from rag.ingest.chunker import CHUNKER
from rag.models.embedder import Vectors
from rag.store.articles import read_status, stored_document
from rag.store.database import FILE_NAME
from rag.store.indexing import known_roots, update_index
from rag.store.opening import open_writer
from rag.store.snapshot import Snapshot, read_snapshot
from rag.store.vectors import FlatVectors
from tests.conftest import SEEDS, HashEmbedder
from tests.store.index_file import index_file

ARTICLE = """---
title: {title}
date: 2025-03-0{day}
---

{text}
"""


def write(
    folder: Path, name: str, text: str, *, title: str = "A harbour opens", day: int = 1
) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ARTICLE.format(title=title, day=day, text=text), encoding="utf-8")
    return path


def snapshot(folder: Path, embedder: HashEmbedder) -> Snapshot:
    return read_snapshot(folder, fingerprint=embedder.fingerprint, chunker=CHUNKER)


def test_every_passage_is_a_span_of_its_article(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    report = update_index(tmp_path / "index", [articles], hash_embedder)
    found = snapshot(tmp_path / "index", hash_embedder)

    assert (report.added, report.documents, report.generation) == (2, 2, 1)
    assert set(found.documents) == {"a", "deep/b"}
    for passage, vector in zip(found.passages, found.vectors, strict=True):
        text = found.documents[passage.doc_id].text
        assert passage.text == text[passage.start : passage.end]
        # The stored vector is the one of exactly this text.
        assert np.allclose(vector, hash_embedder.embed_queries([passage.text])[0])


def test_a_second_run_changes_nothing_and_embeds_nothing(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    update_index(tmp_path / "index", [articles], hash_embedder)
    hash_embedder.embedded.clear()
    report = update_index(tmp_path / "index", [articles], hash_embedder)

    assert (report.added, report.changed, report.removed, report.unchanged) == (0, 0, 0, 2)
    assert hash_embedder.embedded == []
    assert report.generation == 1


def test_changed_and_removed_files_are_followed(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    update_index(tmp_path / "index", [articles], hash_embedder)
    write(articles, "a.md", "The harbour of Lund closed on Friday.")
    (articles / "deep" / "b.txt").unlink()
    hash_embedder.embedded.clear()
    report = update_index(tmp_path / "index", [articles], hash_embedder)

    assert (report.added, report.changed, report.removed, report.unchanged) == (0, 1, 1, 0)
    found = snapshot(tmp_path / "index", hash_embedder)
    assert [p.text for p in found.passages] == ["The harbour of Lund closed on Friday."]
    assert hash_embedder.embedded == ["The harbour of Lund closed on Friday."]
    assert found.manifest.generation == 2


def test_a_moved_article_keeps_its_id_and_its_vectors(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    update_index(tmp_path / "index", [articles], hash_embedder)
    (articles / "a.md").rename(articles / "renamed.md")
    hash_embedder.embedded.clear()
    report = update_index(tmp_path / "index", [articles], hash_embedder)

    assert hash_embedder.embedded == []
    assert (report.moved, report.added, report.removed, report.generation) == (1, 0, 0, 2)
    # The article keeps its id, so that what was cited before is still found.
    found = snapshot(tmp_path / "index", hash_embedder)
    assert {d.doc_id: d.path for d in found.documents.values()} == {
        "a": "renamed.md",
        "deep/b": "deep/b.txt",
    }
    # And a new article may take the name that was given up.
    write(articles, "a.md", "Another harbour closed.")
    report = update_index(tmp_path / "index", [articles], hash_embedder)
    assert (report.added, report.unchanged) == (1, 2)
    assert set(snapshot(tmp_path / "index", hash_embedder).documents) == {"a", "a~2", "deep/b"}


def test_a_file_that_cannot_be_read_is_reported_and_its_last_text_kept(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    update_index(tmp_path / "index", [articles], hash_embedder)
    (articles / "a.md").write_bytes(b"\xff\xfe\x00broken")
    (articles / "empty.md").write_bytes(b"")
    report = update_index(tmp_path / "index", [articles], hash_embedder)

    assert sorted(Path(f.path).name for f in report.failures) == ["a.md", "empty.md"]
    assert all(f.reason.en and f.reason.zh for f in report.failures)
    assert "a" in snapshot(tmp_path / "index", hash_embedder).documents
    assert len(read_status(tmp_path / "index").failures) == 2


def test_articles_of_one_name_are_all_indexed_under_ids_of_their_own(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    other = tmp_path / "other"
    write(other, "a.md", "Another article with the same name.")
    write(articles, "a.txt", "A third one, but for its ending.")
    update_index(tmp_path / "index", [articles], hash_embedder)
    report = update_index(tmp_path / "index", [other], hash_embedder)

    assert (report.added, report.failures) == (1, ())
    found = snapshot(tmp_path / "index", hash_embedder).documents
    assert set(found) == {"a", "a~2", "a~3", "deep/b"}
    # They keep them, whatever is indexed next.
    (articles / "a.md").unlink()
    report = update_index(tmp_path / "index", [other, articles], hash_embedder)
    assert (report.removed, report.unchanged) == (1, 3)
    kept = snapshot(tmp_path / "index", hash_embedder).documents
    assert {i: d.text for i, d in kept.items()} == {i: d.text for i, d in found.items() if i != "a"}


def test_one_file_can_be_a_root_and_leaves_its_neighbours_alone(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    update_index(tmp_path / "index", [articles], hash_embedder)
    report = update_index(tmp_path / "index", [articles / "a.md"], hash_embedder)
    assert (report.unchanged, report.removed, report.documents) == (1, 0, 2)


def test_a_missing_root_is_one_clear_line(tmp_path: Path, hash_embedder: HashEmbedder) -> None:
    with pytest.raises(ConfigError, match=r"no file or folder .*nowhere"):
        update_index(tmp_path / "index", [tmp_path / "nowhere"], hash_embedder)


def test_opening_says_what_does_not_fit_and_what_to_run(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    folder = tmp_path / "index"
    with pytest.raises(IndexMissing, match="rag index"):
        snapshot(folder, hash_embedder)
    update_index(folder, [articles], hash_embedder)

    with pytest.raises(IndexMismatch, match="rag index --rebuild"):
        snapshot(folder, HashEmbedder("hash-2"))
    with pytest.raises(IndexMismatch, match="rag index --rebuild"):
        update_index(folder, [articles], HashEmbedder("hash-2"))
    other = type(CHUNKER)(budget=99)
    with pytest.raises(IndexMismatch, match="chunker"):
        read_snapshot(folder, fingerprint=hash_embedder.fingerprint, chunker=other)
    with index_file(folder) as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(IndexMismatch, match="format 999"):
        snapshot(folder, hash_embedder)


@pytest.mark.parametrize("spoil", ["model", "format", "bytes"])
def test_a_rebuild_replaces_an_index_that_cannot_be_used(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder, spoil: str
) -> None:
    folder = tmp_path / "index"
    update_index(folder, [articles], HashEmbedder("old") if spoil == "model" else hash_embedder)
    if spoil == "format":
        with index_file(folder) as connection:
            connection.execute("PRAGMA user_version = 999")
    if spoil == "bytes":
        (folder / FILE_NAME).write_bytes(b"no database" * 1000)
        with pytest.raises(IndexDamaged, match="rag index --rebuild"):
            snapshot(folder, hash_embedder)

    report = update_index(folder, [articles], hash_embedder, rebuild=True)
    assert report.added == 2
    assert set(snapshot(folder, hash_embedder).documents) == {"a", "deep/b"}


def test_a_rebuild_that_fails_leaves_the_old_index(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    class Failing(HashEmbedder):
        def embed_passages(
            self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
        ) -> Vectors:
            raise RuntimeError(f"out of memory for {len(texts)} texts, told {on_progress}")

    folder = tmp_path / "index"
    update_index(folder, [articles], hash_embedder)
    with pytest.raises(RuntimeError, match="out of memory"):
        update_index(folder, [articles], Failing(), rebuild=True)
    assert set(snapshot(folder, hash_embedder).documents) == {"a", "deep/b"}


def test_a_flipped_bit_in_a_vector_is_found(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    folder = tmp_path / "index"
    update_index(folder, [articles], hash_embedder)
    with index_file(folder) as connection:
        key, vector = connection.execute("SELECT vector_key, vector FROM vectors").fetchone()
        spoilt = bytes([vector[0] ^ 1]) + vector[1:]
        connection.execute("UPDATE vectors SET vector = ? WHERE vector_key = ?", (spoilt, key))
    with pytest.raises(IndexDamaged, match="checksum"):
        snapshot(folder, hash_embedder)


def _hold(folder: Path, ready: object, done: object) -> None:
    with open_writer(folder):
        ready.set()  # type: ignore[attr-defined]
        done.wait(30)  # type: ignore[attr-defined]


def test_a_writer_excludes_another_but_no_reader(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    folder = tmp_path / "index"
    update_index(folder, [articles], hash_embedder)
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(folder, ready, done))
    other.start()
    try:
        assert ready.wait(30)
        with pytest.raises(IndexBusy, match="Another process"):
            update_index(folder, [articles], hash_embedder)
        assert len(snapshot(folder, hash_embedder).documents) == 2
    finally:
        done.set()
        other.join()


def test_status_and_single_articles_need_no_model(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    folder = tmp_path / "index"
    update_index(folder, [articles], hash_embedder)
    status = read_status(folder)

    assert [d.doc_id for d in status.documents] == ["a", "deep/b"]
    assert status.manifest.embedder == "hash"
    assert stored_document(folder, "deep/b").title == "新港口"
    assert str(stored_document(folder, "a").published) == "2025-03-01"
    with pytest.raises(DocumentNotFound, match="rag status"):
        stored_document(folder, "c")
    assert known_roots(folder) == (articles,)
    assert known_roots(tmp_path / "none") == ()


def test_the_real_model_finds_what_brute_force_finds(seeds: Snapshot) -> None:
    index = FlatVectors(seeds.vectors)
    query = seeds.vectors[7]
    # The oracle: every dot product in numpy, largest first.
    order = np.argsort(-(seeds.vectors @ query))[:10]
    rows, cosines = index.search(query, 10)
    assert rows.tolist() == order.tolist()
    assert cosines[0] == pytest.approx(1.0, abs=1e-5)


def test_a_search_for_more_than_there_is_gives_what_there_is() -> None:
    vectors = np.eye(3, dtype=np.float32)
    rows, _ = FlatVectors(vectors).search(vectors[0], 10)
    assert sorted(rows.tolist()) == [0, 1, 2]


def test_the_seeds_are_indexed_whole(seeds: Snapshot) -> None:
    assert len(seeds.documents) == len(list(SEEDS.iterdir())) == 5
    for document in seeds.documents.values():
        covered = set[int]()
        for passage in seeds.passages:
            if passage.doc_id == document.doc_id:
                covered |= set(range(passage.start, passage.end))
        blank = {i for i, c in enumerate(document.text) if c.isspace()}
        assert covered | blank == set(range(len(document.text)))


def test_an_index_folder_that_cannot_be_made_is_one_clear_line(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    taken = tmp_path / "file"
    taken.write_text("x")
    with pytest.raises(ConfigError, match="RAG_INDEX"):
        update_index(taken, [articles], hash_embedder)
    with pytest.raises(ConfigError, match="RAG_INDEX"):
        read_status(tmp_path / ("a" * 5000))


@pytest.mark.parametrize("title", ["!!bool maybe", '!!int ""', '!!float ""'])
def test_one_article_that_trips_the_parser_does_not_stop_the_rest(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder, title: str
) -> None:
    (articles / "odd.md").write_text(f"---\ntitle: {title}\n---\nForty ships came.\n")
    report = update_index(tmp_path / "index", [articles], hash_embedder)
    assert report.documents + len(report.failures) == 3
    assert report.documents >= 2


def test_an_id_that_is_no_text_is_not_found(
    articles: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    update_index(tmp_path / "index", [articles], hash_embedder)
    with pytest.raises(DocumentNotFound):
        stored_document(tmp_path / "index", "\udcff\udcfe")
