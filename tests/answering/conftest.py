from __future__ import annotations

import pytest

from rag.models.embedder import Embedder
from rag.store.snapshot import Snapshot
from tests.answering.evidence import Sources


@pytest.fixture(scope="session")
def sources(seeds: Snapshot, embedder: Embedder) -> Sources:
    return Sources(seeds, embedder)
