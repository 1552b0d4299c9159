"""Kills an indexer with SIGKILL at random moments, and checks the index after each kill.

The indexer is a process of its own with a light stand-in embedder that takes a moment for each
batch, so that kills fall everywhere: into scanning, embedding, committing, and the moment in which
a rebuilt index takes the old one's place. Between kills, articles are added, changed, moved and
deleted at random. After each kill the index must open, hold only whole articles as they stood in
a file at some time, and vectors that belong to their texts; and now and then the work is finished,
after which the index must hold exactly what the files say.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from multiprocessing.synchronize import Event
from pathlib import Path
from unittest.mock import patch

import numpy as np

from rag.errors import IndexMissing
from rag.ingest.chunker import CHUNKER
from rag.ingest.loader import iter_documents
from rag.models.embedder import Vectors
from rag.store import sync
from rag.store.indexing import update_index
from rag.store.large import compaction
from rag.store.snapshot import Snapshot, read_snapshot
from rag.types import Document
from tests.conftest import HashEmbedder
from tests.store.index_file import index_file

_SENTENCES = 40
_MOST_OUTSIDE = 10


class SlowEmbedder(HashEmbedder):
    """Takes a moment for each call."""

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        time.sleep(0.002)
        return super().embed_passages(texts, on_progress)


class Corpus:
    """A folder of articles that changes at random, and every text that ever stood in it."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.folder = folder
        self._rng = rng
        self._made = 0
        self.ever: set[str] = set()
        folder.mkdir()
        for _ in range(12):
            self._add()

    def change(self) -> None:
        for _ in range(self._rng.randint(1, 6)):
            self._rng.choice([self._add, self._edit, self._move, self._delete])()

    def documents(self) -> dict[str, Document]:
        """What the files say now, by path."""
        found = [d for d in iter_documents(self.folder) if isinstance(d, Document)]
        return {document.path: document for document in found}

    def _add(self) -> None:
        self._made += 1
        self._write(self.folder / f"{self._rng.choice('abc')}" / f"{self._made}.md")

    def _edit(self) -> None:
        self._write(self._any())

    def _move(self) -> None:
        self._made += 1
        target = self.folder / f"{self._rng.choice('abc')}" / f"moved-{self._made}.md"
        target.parent.mkdir(exist_ok=True)
        self._any().rename(target)

    def _delete(self) -> None:
        if len(list(self.folder.rglob("*.md"))) > 3:
            self._any().unlink()

    def _any(self) -> Path:
        return self._rng.choice(sorted(self.folder.rglob("*.md")))

    def _write(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        count = self._rng.randint(1, 5)
        numbers = [self._rng.randint(0, 10_000) for _ in range(count * _SENTENCES)]
        text = "\n\n".join(
            " ".join(f"Ship {n} came on day {n % 31}." for n in numbers[i::count])
            for i in range(count)
        )
        path.write_text(text + "\n", encoding="utf-8")
        self.ever.add(text)


def check(folder: Path, corpus: Corpus, embedder: HashEmbedder) -> Snapshot | None:
    """The index as it is after a kill, every invariant checked; None where there is none yet."""
    try:
        # Checks counts, spans and checksums, and that each passage has a vector.
        found = read_snapshot(folder, fingerprint=embedder.fingerprint, chunker=CHUNKER)
    except IndexMissing:
        return None
    for document in found.documents.values():
        assert document.text in corpus.ever, f"{document.doc_id} is no text that ever was"
    for section in found.sections:
        rows = np.flatnonzero(np.ones(len(section)) if section.allowed is None else section.allowed)
        passages = section.passages.at(rows.tolist())
        # Nobody writes now, so that none can have gone.
        assert None not in passages
        texts = [passage.text for passage in passages if passage]
        for row, vector in zip(rows.tolist(), embedder.embed_queries(texts), strict=True):
            [cosine] = section.vectors.cosines(vector, np.array([row]))
            assert cosine > 0.999, "a vector belongs to another text"
    return found


def finish(folder: Path, corpus: Corpus, embedder: HashEmbedder) -> None:
    """Finish the work, and check that the index then says what the files say."""
    with patch.object(compaction, "MOST_OUTSIDE", _MOST_OUTSIDE):
        update_index(folder, [corpus.folder], embedder)
    found = check(folder, corpus, embedder)
    assert found is not None
    files = corpus.documents()
    indexed = {document.path: document for document in found.documents.values()}
    assert len(indexed) == len(found.documents), "two articles of one file"
    assert {p: d.text for p, d in indexed.items()} == {p: d.text for p, d in files.items()}
    with index_file(folder) as connection:
        (unused,) = connection.execute(
            "SELECT count(*) FROM vectors WHERE vector_key NOT IN (SELECT vector_key FROM passages)"
        ).fetchone()
    assert unused == 0, "a vector is kept that no passage has"


def kill_repeatedly(scratch: Path, kills: int, seed: int) -> Counter[str]:
    """Kill that often; counts of what the kills met. Raises `AssertionError` on any fault."""
    rng = random.Random(seed)
    corpus = Corpus(scratch / "articles", rng)
    folder, embedder = scratch / "index", HashEmbedder()
    met: Counter[str] = Counter()
    generation = 0
    # Imports once, then forks: a kill takes no longer than the work that it cuts off.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.killing"])
    while met["killed"] < kills:
        rebuild = rng.random() < 0.2
        begun = context.Event()
        process = context.Process(target=_index, args=(corpus.folder, folder, begun, rebuild))
        process.start()
        begun.wait()
        time.sleep(rng.uniform(0, 0.3))
        process.kill()
        process.join()
        killed = process.exitcode != 0
        met["killed" if killed else "came too late"] += 1
        found = check(folder, corpus, embedder)
        met["before any generation"] += found is None
        met["with a bulk"] += found is not None and found.bulk is not None
        if found is not None:
            met["in a rebuild" if rebuild else "in an update"] += killed
            if not rebuild:
                assert found.manifest.generation >= generation, "a generation was lost"
            generation = found.manifest.generation
        if rng.random() < 0.2:
            finish(folder, corpus, embedder)
            met["finished"] += 1
            generation = 0
        corpus.change()
    finish(folder, corpus, embedder)
    return met


def _index(articles: Path, folder: Path, begun: Event, rebuild: bool) -> None:
    # Small batches, so that a run has many commits to be killed in; and a bulk that is soon due.
    sync._BATCH_PASSAGES = 4
    compaction.MOST_OUTSIDE = _MOST_OUTSIDE
    begun.set()
    update_index(folder, [articles], SlowEmbedder(), rebuild=rebuild)
