"""However often a run is killed, the next one does the rest, and no article is there twice."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from rag.feeds.record import FOLDER_NAME
from rag.uploads.library import Library

from .killing import kill_runs, open_feeds
from .made import rss
from .site import Site
from .test_following import XML


def _page(number: int) -> str:
    # Unlike each other, so that none is taken for another.
    lines = [f"Ship {number * 97 + n * 13} came to berth {n} of port {number}." for n in range(12)]
    return (
        f"<html><head><title>Port {number}</title></head><body><article><h1>Port {number}</h1>"
        f"<p>{' '.join(lines[:6])}</p><p>{' '.join(lines[6:])}</p></article></body></html>"
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_runs_lose_nothing(site: Site, library: Library, tmp_path: Path) -> None:
    index = tmp_path / "index"
    feeds = open_feeds(index)
    for part in range(3):
        numbers = range(part * 10, part * 10 + 10)
        for number in numbers:
            site.put(f"/{number}", _page(number), marked=True)
        items = "".join(f"<item><title>Port {n}</title><link>/{n}</link></item>" for n in numbers)
        feeds.add(site.put(f"/rss{part}", rss(items, title=f"Feed {part}"), kind=XML, marked=True))
    feeds.close()
    killed = kill_runs(index, kills=8, seed=3)
    assert killed >= 3
    feeds = open_feeds(index)
    assert not any(report.error for report in feeds.run())
    titles = Counter(a.title for a in library.catalogue().articles if library.is_uploaded(a))
    assert titles == Counter(f"Port {n}" for n in range(30))
    assert all(report.articles == () for report in feeds.run())
    feeds.close()
    with closing(sqlite3.connect(index / FOLDER_NAME / "record.sqlite3")) as connection, connection:
        pages = {row[0] for row in connection.execute("SELECT page_hash FROM versions")}
    assert len(pages) == 30
    assert all(feeds._record.page_path(page).is_file() for page in pages)
