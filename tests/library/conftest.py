"""An index of one article, and a library over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.index.indexing import update_index
from rag.library.library import Library
from tests.conftest import HashEmbedder
from tests.index.test_indexing import write


@pytest.fixture
def library(tmp_path: Path, hash_embedder: HashEmbedder) -> Library:
    write(tmp_path / "articles", "a.md", "The harbour of Lund opened on Monday.")
    update_index(tmp_path / "index", [tmp_path / "articles"], hash_embedder)
    return Library(tmp_path / "index", hash_embedder)
