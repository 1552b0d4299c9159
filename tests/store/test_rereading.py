"""An index whose files were read by another version says so, and the next run reads them again."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag import terminal
from rag.assistant import Assistant
from rag.config import Config
from rag.ingest import loader
from rag.ingest.files import LoadFailure, LoadNotice
from rag.ingest.reading import READING_VERSION
from rag.store import preparing, reading, sync
from rag.store.articles import read_status
from rag.store.database import current_manifest, manifest_checksum
from rag.store.indexing import remove, update_index
from rag.store.large import compaction
from rag.store.notices import IndexProgress
from rag.text.words import count_terms
from rag.types import Document
from tests.conftest import HashEmbedder
from tests.store.index_file import index_file
from tests.store.test_following import settle
from tests.store.test_indexing import snapshot, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that nobody writes to aren't read again for their own sake."""
    settle(monkeypatch)


def read_as_before(path: Path, root: Path) -> Iterator[Document | LoadFailure | LoadNotice]:
    """What an earlier version made of files: no title of theirs, and a dash for each colon."""
    for item in loader.load_documents(path, root):
        if isinstance(item, Document):
            item = replace(item, title="Untitled", text=item.text.replace(":", "—"))
        yield item


def index_as_before(folder: Path, articles: Path, embedder: HashEmbedder) -> None:
    """Make an index as a version did that wrote down nothing of reading."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "load_documents", read_as_before)
        update_index(folder, [articles], embedder)
    with index_file(folder) as connection:
        connection.execute("UPDATE files SET stamp = substr(stamp, instr(stamp, ':') + 1)")
        entries = dict(connection.execute("SELECT key, value FROM manifest"))
        del entries["reading"], entries["checksum"]
        entries["checksum"] = str(manifest_checksum(entries))
        connection.execute("DELETE FROM manifest")
        connection.executemany("INSERT INTO manifest VALUES (?, ?)", entries.items())


def titles(folder: Path) -> dict[str, str]:
    return {document.doc_id: document.title for document in read_status(folder).documents}


def notices(folder: Path, embedder: HashEmbedder) -> list[str]:
    assistant = Assistant(snapshot=snapshot(folder, embedder), embedder=embedder, folder=folder)
    return [notice.code for notice in assistant.ask("Did the harbour of Lund open?").notices]


def test_an_older_index_answers_and_is_read_again_by_the_next_run(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    write(articles, "c.md", "Three ships came: a tug, a ferry, a barge.", title="Ships")
    index_as_before(folder, articles, hash_embedder)
    assert (current_manifest(folder).reading, set(titles(folder).values())) == (0, {"Untitled"})
    assert notices(folder, hash_embedder).count("rereading_due") == 1

    hash_embedder.embedded.clear()
    report = update_index(folder, None, hash_embedder)
    assert (report.changed, report.unchanged, report.added, report.removed) == (3, 0, 0, 0)
    assert titles(folder) == {"a": "A harbour opens", "deep/b": "新港口", "c": "Ships"}
    # Of the others only the title is another, and titles aren't embedded.
    assert hash_embedder.embedded == ["Three ships came: a tug, a ferry, a barge."]
    assert current_manifest(folder).reading == READING_VERSION
    assert "rereading_due" not in notices(folder, hash_embedder)

    again = update_index(folder, None, hash_embedder)
    assert (again.unchanged, again.generation) == (3, report.generation)


@pytest.mark.parametrize(("language", "said"), [("zh", "另一版本"), ("en", "another version")])
def test_the_state_of_an_older_index_says_what_to_do(
    articles: Path,
    folder: Path,
    hash_embedder: HashEmbedder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    said: str,
) -> None:
    monkeypatch.setattr(terminal, "LANGUAGE", language)
    index_as_before(folder, articles, hash_embedder)
    terminal.print_status(read_status(folder), Config(index=folder), every=False)
    [line] = [line for line in capsys.readouterr().out.splitlines() if "rag index" in line]
    assert said in line
    update_index(folder, None, hash_embedder)
    terminal.print_status(read_status(folder), Config(index=folder), every=False)
    assert "rag index" not in capsys.readouterr().out


def test_what_comes_out_as_it_was_stays_as_it_is(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    (articles / "plain.txt").write_text("Untitled\n\nA ferry sank.\n", encoding="utf-8")
    index_as_before(folder, articles, hash_embedder)
    before = snapshot(folder, hash_embedder).stored["plain"]
    report = update_index(folder, [articles], hash_embedder)
    after = snapshot(folder, hash_embedder).stored["plain"]

    assert (report.changed, report.unchanged) == (2, 1)
    assert (after.generation, after.passages) == (before.generation, before.passages)


def test_other_words_to_be_searched_by_are_stored(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preparing, "count_terms", lambda text: count_terms(text[:5]))
        update_index(folder, [articles], hash_embedder)
    with index_file(folder) as connection:
        connection.execute("UPDATE files SET stamp = '0:' || stamp")
    hash_embedder.embedded.clear()
    report = update_index(folder, [articles], hash_embedder)
    assert (report.changed, report.unchanged, hash_embedder.embedded) == (2, 0, [])
    found = snapshot(folder, hash_embedder)
    assert list(found.terms) == [count_terms(passage.text) for passage in found.passages]


def test_it_says_so_until_every_file_was_read_again(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    index_as_before(folder, articles, hash_embedder)
    update_index(folder, [articles / "a.md"], hash_embedder)
    assert titles(folder) == {"a": "A harbour opens", "deep/b": "Untitled"}
    assert current_manifest(folder).rereading_due

    # A disk that isn't there can't be read.
    articles.rename(articles.with_name("elsewhere"))
    assert update_index(folder, None, hash_embedder).documents == 2
    assert current_manifest(folder).rereading_due
    articles.with_name("elsewhere").rename(articles)

    # Watching looks at single files; the last one ends it.
    update_index(folder, None, hash_embedder, files=[articles / "deep" / "b.txt"])
    assert titles(folder)["deep/b"] == "新港口"
    assert not current_manifest(folder).rereading_due


def test_articles_that_nobody_can_read_again_may_be_removed(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    index_as_before(folder, articles, hash_embedder)
    assert remove(folder, roots=[articles]) == 2
    assert not current_manifest(folder).rereading_due


def test_a_file_that_is_broken_for_a_while_is_read_again_once_it_is_mended(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    index_as_before(folder, articles, hash_embedder)
    text = (articles / "a.md").read_bytes()
    (articles / "a.md").write_bytes(b"")
    report = update_index(folder, None, hash_embedder)
    assert (len(report.failures), titles(folder)["a"]) == (1, "Untitled")
    (articles / "a.md").write_bytes(text)
    update_index(folder, None, hash_embedder)
    assert titles(folder)["a"] == "A harbour opens"


def test_removed_articles_stay_away_and_moved_ones_keep_their_ids(
    articles: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    write(articles, "c.md", "A third article.", title="Third")
    index_as_before(folder, articles, hash_embedder)
    remove(folder, ["a"])
    (articles / "c.md").rename(articles / "d.md")
    report = update_index(folder, None, hash_embedder)
    assert (report.moved, titles(folder)) == (1, {"c": "Third", "deep/b": "新港口"})
    assert not current_manifest(folder).rereading_due


def test_a_bulk_is_made_of_what_was_read_again(
    articles: Path, folder: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "MOST_OUTSIDE", 0)
    write(articles, "c.md", "Three ships came: a tug, a ferry, a barge.", title="Ships")
    index_as_before(folder, articles, hash_embedder)
    old = snapshot(folder, hash_embedder)
    update_index(folder, None, hash_embedder)
    found = snapshot(folder, hash_embedder)
    assert old.manifest.bulk != found.manifest.bulk
    assert found.bulk is not None
    assert found.documents["c"].text == "Three ships came: a tug, a ferry, a barge."
    assert found.documents["c"].title == "Ships"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_while_files_are_read_again_loses_nothing(
    tmp_path: Path, folder: Path, hash_embedder: HashEmbedder
) -> None:
    articles = tmp_path / "articles"
    for number in range(40):
        write(articles, f"{number}.md", f"Ship {number} came: on Monday.", title=f"Ship {number}")
    index_as_before(folder, articles, hash_embedder)
    context = multiprocessing.get_context("fork")
    for commits in (3, 5):
        process = context.Process(target=_index_and_die, args=(articles, folder, commits))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        found = snapshot(folder, hash_embedder)
        states = {(d.title == "Untitled", "—" in d.text) for d in found.documents.values()}
        # Each article is as one of the two versions reads it, and some are still the old ones.
        assert states == {(True, True), (False, False)}
        assert found.manifest.rereading_due

    hash_embedder.embedded.clear()
    report = update_index(folder, None, hash_embedder)
    assert (report.changed + report.unchanged, report.removed) == (40, 0)
    assert 0 < len(hash_embedder.embedded) < 40
    assert titles(folder) == {str(number): f"Ship {number}" for number in range(40)}
    assert not current_manifest(folder).rereading_due


def _index_and_die(articles: Path, folder: Path, commits: int) -> None:
    sync._BATCH_PASSAGES = 2
    seen: set[int] = set()

    def die(progress: IndexProgress) -> None:
        seen.add(progress.articles)
        if len(seen) > commits:
            os.kill(os.getpid(), signal.SIGKILL)

    update_index(folder, [articles], HashEmbedder(), die)
