"""An index of one article, and a library over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.store.indexing import update_index
from rag.uploads.library import Library
from tests.conftest import HashEmbedder
from tests.store.test_indexing import write


@pytest.fixture
def library(tmp_path: Path, hash_embedder: HashEmbedder) -> Library:
    write(tmp_path / "articles", "a.md", "The harbour of Lund opened on Monday.")
    update_index(tmp_path / "index", [tmp_path / "articles"], hash_embedder)
    return Library(tmp_path / "index", hash_embedder)
