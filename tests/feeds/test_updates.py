"""Articles that change, and answers that cite an older version."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rag.feeds.following import Feeds
from rag.types import Answer, Citation, Statement, Timings
from rag.uploads.library import Library

from .made import page
from .site import Site
from .test_following import fetched, put_teasers


def a_day_later(index: Path) -> None:
    with closing(sqlite3.connect(index / "fetched" / "record.sqlite3")) as connection, connection:
        connection.execute("UPDATE articles SET looked = looked - 90000, first = first - 90000")


def cites(library: Library, doc_id: str) -> Answer:
    """A saved answer that cites the article's first words."""
    document = library.document(doc_id)
    citation = Citation(
        marker=1, doc_id=doc_id, start=0, end=10, quote=document.text[:10], title=document.title,
        outlet=document.outlet, published=document.published, url=document.url,
        content_hash=document.content_hash,
    )  # fmt: skip
    statement = Statement(text="It did.", kind="claim", citations=(citation,), verdict="supported")
    return Answer(
        question="?", language="en", rewritten_question=None, status="answered",
        statements=(statement,), left_out=(), conflicts=(), missing=(), nearest=(),
        time_frame=None, hits=(), notices=(), model=None,
        timings=Timings(retrieve=0, compose=0, verify=0, total=0),
    )  # fmt: skip


def test_a_page_that_changes_behind_its_feed_is_looked_at_each_day(
    feeds: Feeds, site: Site, library: Library, tmp_path: Path
) -> None:
    feeds.add(put_teasers(site, "harbour"))
    feeds.run()
    site.put("/news/harbour", page("harbour", extra="It will close in May."), marked=True)
    assert feeds.run()[0].articles == ()
    a_day_later(tmp_path / "index")
    [kept] = feeds.run()[0].articles
    assert (kept.outcome, kept.correction) == ("changed", None)
    [article] = fetched(library).values()
    assert "close in May" in library.document(article.doc_id).text
    # What only the feed said stays.
    assert (article.outlet, str(article.published)) == ("Lund Courier", "2025-02-03 08:30")
    a_day_later(tmp_path / "index")
    assert feeds.run()[0].articles == ()  # HTTP 304


@pytest.mark.parametrize(
    ("note", "correction"),
    [
        ("Retraction: This story could not be confirmed.", "retracted"),
        ("更正：造价为三亿一千万欧元。", "corrected"),
        ("It will close in May.", None),
    ],
)
def test_a_saved_answer_is_told_that_its_article_changed(
    feeds: Feeds, site: Site, library: Library, note: str, correction: str | None
) -> None:
    address = site.put("/a", page("harbour"))
    [kept] = feeds.fetch([address])
    assert kept.doc_id
    answer = cites(library, kept.doc_id)
    assert feeds.outdated(answer) == ()
    site.put("/a", page("harbour", extra=note))
    assert feeds.fetch([address])[0].outcome == "changed"
    [outdated] = feeds.outdated(answer)
    assert (outdated.marker, outdated.doc_id) == (1, kept.doc_id)
    assert (outdated.correction, outdated.notice) == (correction, note if correction else None)
    assert feeds.outdated(cites(library, kept.doc_id)) == ()


def test_a_saved_answer_is_told_that_its_page_is_gone(
    feeds: Feeds, site: Site, library: Library
) -> None:
    address = site.put("/a", page("harbour"))
    [kept] = feeds.fetch([address])
    assert kept.doc_id
    del site.answers["/a"]
    feeds.fetch([address])
    assert [o.correction for o in feeds.outdated(cites(library, kept.doc_id))] == ["gone"]
