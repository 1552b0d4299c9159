"""What of an indexed article was not understood is told when it is read, and by the status."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import terminal
from rag.config import Config
from rag.store.articles import read_catalogue, read_status
from rag.store.indexing import update_index
from tests.conftest import HashEmbedder
from tests.store.index_file import index_file
from tests.store.test_following import settle

SLIP = "---\ntitle: Lund: harbour opens\ndate: 03/04/2025\n---\nForty ships came to the harbour."


def write(folder: Path, name: str, content: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(content)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    write(tmp_path / "articles", "slip.md", SLIP)
    write(tmp_path / "articles", "good.md", "Ten ships left the harbour.")
    return tmp_path / "articles"


def test_an_article_with_slips_is_indexed_and_its_lines_are_told(
    tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    folder, embedder = tmp_path / "index", HashEmbedder()
    report = update_index(folder, [articles], embedder)
    slip = str(articles / "slip.md")
    assert (report.documents, report.failures) == (2, ())
    assert [notice.path for notice in report.notices] == [slip + ":2", slip]
    assert [notice.reason.code for notice in report.notices] == ["field_as_written", "date_unclear"]
    # Files that are not read again are not told again, but the index remembers.
    again = update_index(folder, [articles], embedder)
    assert (again.unchanged, again.notices) == (2, ())
    assert {notice.path for notice in read_status(folder).notices} == {slip, slip + ":2"}
    assert read_catalogue(folder).notices == read_status(folder).notices


def test_notices_go_with_the_slip_and_with_the_file(tmp_path: Path, articles: Path) -> None:
    folder, embedder = tmp_path / "index", HashEmbedder()
    update_index(folder, [articles], embedder)
    write(articles, "slip.md", SLIP.replace("03/04/2025", "2025-04-03"))
    update_index(folder, [articles], embedder)
    (notice,) = read_status(folder).notices
    assert notice.reason.code == "field_as_written"
    (articles / "slip.md").unlink()
    update_index(folder, [articles], embedder)
    assert read_status(folder).notices == ()


def test_a_rebuild_tells_them_again(tmp_path: Path, articles: Path) -> None:
    folder, embedder = tmp_path / "index", HashEmbedder()
    update_index(folder, [articles], embedder)
    report = update_index(folder, [articles], embedder, rebuild=True)
    assert len(report.notices) == len(read_status(folder).notices) == 2


def test_an_index_of_before_notices_is_read_and_followed(tmp_path: Path, articles: Path) -> None:
    folder, embedder = tmp_path / "index", HashEmbedder()
    update_index(folder, [articles], embedder)
    with index_file(folder) as connection:
        connection.execute("DROP TABLE notices")
    assert read_status(folder).notices == ()
    write(articles, "slip.md", SLIP + " More came.")
    update_index(folder, [articles], embedder)
    assert len(read_status(folder).notices) == 2


def test_the_terminal_shows_each_line_and_of_many_how_many_more(
    tmp_path: Path, articles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "index"
    for number in range(30):
        write(
            articles, f"more{number}.md", f"---\ntitle: T{number}\ndate: soon\n---\nText {number}."
        )
    terminal.print_report(update_index(folder, [articles], HashEmbedder()))
    lines = capsys.readouterr().out.splitlines()
    assert sum(": Its date `soon` could not be read" in line for line in lines) == 20
    assert lines[-1] == "and 12 more notes: rag status --all"
    terminal.print_status(read_status(folder), Config(index=folder), every=True)
    shown = capsys.readouterr().out
    assert shown.count("Its date `soon` could not be read") == 30
    assert f"note: {articles / 'slip.md'}:2: `title: Lund: harbour opens` is no readable" in shown
