"""Kills an indexer that publishes to a server at random moments, and checks what readers see.

As `tests.store.killing` does for an index in a folder: whatever the kill cut off, a reader sees the
whole articles of one generation, each as it stood in a file at some time, and the next run goes on.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections import Counter
from multiprocessing.synchronize import Event
from pathlib import Path

from rag.config import milvus_address
from rag.errors import IndexMissing
from rag.ingest.chunker import CHUNKER
from rag.store import sync
from rag.store.index import read_index, update_index
from rag.store.milvus import publishing
from rag.store.milvus.reading import ServedIndex, connected
from tests.conftest import HashEmbedder
from tests.store.killing import Corpus, SlowEmbedder

_FIELDS = ("key", "doc_id", "start", "end", "text", "vector")


def check(folder: Path, corpus: Corpus, embedder: HashEmbedder) -> ServedIndex | None:
    """What a reader sees, every invariant checked; None where there is nothing yet."""
    try:
        found = read_index(folder, fingerprint=embedder.fingerprint, chunker=CHUNKER)
    except IndexMissing:
        return None
    assert isinstance(found, ServedIndex)
    documents = {document.doc_id: document for document in found.all_documents()}
    assert len(documents) == found.manifest.documents
    for document in documents.values():
        assert document.text in corpus.ever, f"{document.doc_id} is no text that ever was"
    address = milvus_address(folder)
    assert address is not None
    rows = list(connected(address).rows("passages", found.documents.where, _FIELDS))
    assert len(rows) == found.manifest.passages, "half an article is seen, or one twice"
    assert len({row["key"] for row in rows}) == len(rows)
    assert {row["doc_id"] for row in rows} == documents.keys()
    vectors = embedder.embed_queries([row["text"] for row in rows])
    for row, vector in zip(rows, vectors, strict=True):
        assert documents[row["doc_id"]].text[row["start"] : row["end"]] == row["text"]
        assert vector @ row["vector"] > 0.999, "a vector belongs to another text"
    return found


def finish(folder: Path, corpus: Corpus, embedder: HashEmbedder) -> None:
    """Finish the work; a reader must then see what the files say, and nothing else is there."""
    update_index(folder, [corpus.folder], embedder)
    found = check(folder, corpus, embedder)
    assert found is not None
    texts = sorted(document.text for document in corpus.documents().values())
    assert sorted(document.text for document in found.all_documents()) == texts
    address = milvus_address(folder)
    assert address is not None
    server = connected(address)
    assert server.count("passages", "key >= 0") == found.manifest.passages, "rows are left"
    assert server.count("documents", "part == 0") == found.manifest.documents, "rows are left"


def kill_repeatedly(
    folder: Path, scratch: Path, kills: int, seed: int, seconds: float = 3600
) -> Counter[str]:
    """Kill that often, or for so long; counts of what the kills met."""
    rng = random.Random(seed)
    corpus = Corpus(scratch / "articles", rng)
    embedder = HashEmbedder()
    met: Counter[str] = Counter()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.milvus.killing"])
    end = time.monotonic() + seconds
    while met["killed"] < kills and time.monotonic() < end:
        rebuild = rng.random() < 0.2
        begun = context.Event()
        home = os.environ["RAG_HOME"]
        process = context.Process(target=_index, args=(corpus.folder, folder, home, begun, rebuild))
        process.start()
        begun.wait()
        time.sleep(rng.uniform(0, 2.5))
        process.kill()
        process.join()
        killed = process.exitcode != 0
        met["killed" if killed else "came too late"] += 1
        found = check(folder, corpus, embedder)
        met["before any generation"] += found is None
        if found is not None:
            met["in a rebuild" if rebuild else "in an update"] += killed
        if rng.random() < 0.2:
            finish(folder, corpus, embedder)
            met["finished"] += 1
        corpus.change()
    finish(folder, corpus, embedder)
    return met


def _index(articles: Path, folder: Path, home: str, begun: Event, rebuild: bool) -> None:
    os.environ["RAG_HOME"] = home
    # Small batches, so that a run has many requests to be killed between.
    sync._BATCH_PASSAGES = 4
    publishing._PASSAGES_AT_ONCE = 2
    publishing._ARTICLES_AT_ONCE = 2
    publishing._PARTS_AT_ONCE = 1
    publishing._NUMBERS_AT_ONCE = 2
    begun.set()
    update_index(folder, [articles], SlowEmbedder(), rebuild=rebuild)
