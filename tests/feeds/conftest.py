"""A site, and the feeds of an index of one article, allowed to fetch from this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.config import FetchConfig
from rag.feeds.following import Feeds
from rag.store.indexing import update_index
from rag.uploads.library import Library
from tests.conftest import HashEmbedder
from tests.store.test_indexing import write

from .site import Site, news_site

HERE = frozenset({"127.0.0.1"})


@pytest.fixture
def site() -> Iterator[Site]:
    with news_site() as site:
        yield site


@pytest.fixture
def library(tmp_path: Path, hash_embedder: HashEmbedder) -> Library:
    write(tmp_path / "articles", "a.md", "Old news of Lund: the mill closed in 1990.")
    update_index(tmp_path / "index", [tmp_path / "articles"], hash_embedder)
    return Library(tmp_path / "index", hash_embedder)


@pytest.fixture
def open_feeds(tmp_path: Path, library: Library) -> Iterator[Callable[..., Feeds]]:
    opened: list[Feeds] = []

    def made(**settings: object) -> Feeds:
        config = FetchConfig(**{"allow": HERE, "pause": 0.0, "patience": 30.0, **settings})  # type: ignore[arg-type]
        opened.append(Feeds(tmp_path / "index", lambda: library, config))
        return opened[-1]

    yield made
    for feeds in opened:
        feeds.close()


@pytest.fixture
def feeds(open_feeds: Callable[..., Feeds]) -> Feeds:
    return open_feeds()
