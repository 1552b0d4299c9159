"""Two articles, one in each language, one of them in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.test_indexing import write


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    write(folder, "a.md", "The harbour of Lund opened on Monday. Forty ships came.")
    write(folder, "deep/b.txt", "新港口周一开放。四十艘船到港。", title="新港口", day=2)
    return folder
