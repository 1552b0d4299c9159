"""What tests share: the real bundled model and the seeds' index, a light embedder, a browser."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings

from rag.config import BUNDLED_EMBEDDER
from rag.ingest.chunker import CHUNKER
from rag.messages import Message
from rag.models.embedder import Embedder, Vectors
from rag.models.loading import load_embedder, load_reader
from rag.models.reader import Reader
from rag.store.indexing import update_index
from rag.store.snapshot import Snapshot, read_snapshot

if TYPE_CHECKING:
    from playwright.sync_api import Browser

if os.environ.get("PRETEND") == "windows":
    import tests.pretending  # noqa: F401

# The same examples on every machine, however slow it is: new ones are for `make fuzz`.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")

SEEDS = Path(__file__).parent.parent / "seeds"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class HashEmbedder:
    """Character pairs hashed into buckets: texts that share wording are near one another."""

    name = "hash"
    runtime = "hash"
    notice: Message | None = None
    dimensions = 256
    max_tokens = 512

    def __init__(self, fingerprint: str = "hash-1") -> None:
        self.fingerprint = fingerprint
        self.embedded: list[str] = []

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for i in range(len(text)):
                pair = text[i : i + 2].casefold().encode(errors="replace")
                row[int.from_bytes(hashlib.sha256(pair).digest()[:2]) % self.dimensions] += 1
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return rows

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        self.embedded += texts
        if on_progress:
            on_progress(len(texts))
        return self.embed_queries(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [max(1, len(text) * 2 // 3) for text in texts]


@pytest.fixture
def hash_embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return load_embedder(BUNDLED_EMBEDDER)


@pytest.fixture(scope="session")
def reader(embedder: Embedder) -> Reader:
    reader, notice = load_reader(None, embedder)
    assert notice is None
    assert reader is not None
    return reader


@pytest.fixture(scope="session")
def seeds_index(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeds-index")
    update_index(folder, [SEEDS], embedder)
    return folder


@pytest.fixture(scope="session")
def seeds(embedder: Embedder, seeds_index: Path) -> Snapshot:
    return read_snapshot(seeds_index, fingerprint=embedder.fingerprint, chunker=CHUNKER)


# No longer than a module: Playwright keeps an event loop running in the main thread, where no
# other module's `asyncio.run` could then run.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = [path for name in BROWSERS if (path := shutil.which(name))]
    if not found:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is on the PATH")
    # Imported late: processes that are started to be killed import this module, too.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found[0], args=list(FLAGS))
        yield browser
        browser.close()
