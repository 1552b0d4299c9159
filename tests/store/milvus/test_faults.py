"""A server or a network that fails: nothing is lost, nothing is twice, and one line says it."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.config import Config, MilvusConfig, milvus_address
from rag.errors import IndexUnreachable
from rag.ingest.chunker import CHUNKER
from rag.store.index import current_manifest, read_index, read_status, update_index
from rag.store.milvus.reading import connected
from rag.store.milvus.server import Server
from tests.conftest import HashEmbedder
from tests.store.milvus.killing import kill_repeatedly
from tests.store.milvus.serving import MilvusServer, milvus_server, network
from tests.store.milvus.test_served import fill, hits, opened

FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@FORKS
def test_a_served_index_survives_kills(index: Path, tmp_path: Path) -> None:
    met = kill_repeatedly(index, tmp_path, kills=6, seed=1)
    assert met["killed"] == 6


@FORKS
@pytest.mark.long
def test_a_served_index_survives_hundreds_of_kills(index: Path, tmp_path: Path) -> None:
    seconds = float(os.environ.get("KILL_SECONDS", "7200"))
    met = kill_repeatedly(index, tmp_path, kills=200, seed=2, seconds=seconds)
    print(dict(met))  # noqa: T201
    assert met["in an update"] > 1


def test_a_server_that_is_down_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_TIMEOUT", "2")
    with milvus_server(tmp_path / "gone") as server:
        port = server.port
    index = Config(index=Path(f"milvus://127.0.0.1:{port}/news")).index
    started = time.monotonic()
    with pytest.raises(IndexUnreachable, match="gave no answer") as told:
        current_manifest(index)
    assert time.monotonic() - started < 30
    assert "服务器" in told.value.message.zh
    assert "\n" not in str(told.value)


def test_a_network_that_stalls_ends_at_the_deadline(
    server: MilvusServer,
    name: str,
    tmp_path: Path,
    hash_embedder: HashEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(tmp_path / "articles", 8)
    with network(server.port) as line:
        index = Config(index=Path(f"milvus://127.0.0.1:{line.port}/{name}")).index
        update_index(index, [tmp_path / "articles"], hash_embedder)
        monkeypatch.setenv("RAG_TIMEOUT", "5")
        found = opened(index, hash_embedder)
        before = hits(found, hash_embedder)
        line.flows.clear()
        started = time.monotonic()
        with pytest.raises(IndexUnreachable):
            hits(found, hash_embedder)
        assert time.monotonic() - started < 20
        line.flows.set()
        line.cut()
        assert _until(lambda: hits(opened(index, hash_embedder), hash_embedder)) == before


def test_a_lost_reply_makes_nothing_twice(
    server: MilvusServer,
    name: str,
    tmp_path: Path,
    hash_embedder: HashEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(tmp_path / "articles", 30)
    with network(server.port) as line:
        index = Config(index=Path(f"milvus://127.0.0.1:{line.port}/{name}")).index
        written = Server.upsert
        cuts = [2, 3, 5]

        def upsert(self: Server, kind: str, rows: object) -> None:
            written(self, kind, rows)  # type: ignore[arg-type]
            if cuts and kind == "passages":
                cuts.pop()
                line.cut()
                written(self, kind, rows)  # type: ignore[arg-type] # as a retry does

        monkeypatch.setattr(Server, "upsert", upsert)
        monkeypatch.setattr("rag.store.milvus.publishing._ARTICLES_AT_ONCE", 6)
        update_index(index, [tmp_path / "articles"], hash_embedder)
        assert not cuts
        address = milvus_address(index)
        assert address is not None
        manifest = current_manifest(index)
        assert Server(address, MilvusConfig()).count("passages", "key >= 0") == manifest.passages
        assert manifest.documents == 30


def test_a_server_that_is_killed_under_load_comes_back_with_everything(
    tmp_path: Path,
    hash_embedder: HashEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RAG_TIMEOUT", "5")
    fill(tmp_path / "articles", 12)
    with milvus_server(tmp_path / "server") as server:
        index = Config(index=Path(f"milvus://127.0.0.1:{server.port}/news")).index
        update_index(index, [tmp_path / "articles"], hash_embedder)
        found = opened(index, hash_embedder)
        before = hits(found, hash_embedder)
        outcomes: list[bool] = []
        stop = threading.Event()

        def ask() -> None:
            while not stop.is_set():
                try:
                    outcomes.append(hits(found, hash_embedder) == before)
                except IndexUnreachable:
                    continue

        readers = [threading.Thread(target=ask, daemon=True) for _ in range(2)]
        for reader in readers:
            reader.start()
        server.kill()
        with pytest.raises(IndexUnreachable):
            update_index(index, [tmp_path / "articles"], hash_embedder)
        server.start()
        fill(tmp_path / "articles", 14)
        _until(lambda: update_index(index, [tmp_path / "articles"], hash_embedder))
        answered = len(outcomes)
        _until(lambda: len(outcomes) > answered or None)
        stop.set()
        for reader in readers:
            reader.join()
        # What they have open stays as it was: only what is replaced goes.
        assert outcomes
        assert all(outcomes)
        assert len(opened(index, hash_embedder).documents) == 14
        assert read_status(index).manifest.documents == 14
        address = milvus_address(index)
        assert address is not None
        assert connected(address).count("documents", "part == 0") == 14


@FORKS
def test_two_indexers_at_once_do_not_meet(
    server: MilvusServer,
    name: str,
    tmp_path: Path,
) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.milvus.killing"])
    address = f"milvus://127.0.0.1:{server.port}/{name}"
    running = []
    for which in ("one", "two"):
        fill(tmp_path / which, 20)
        home = tmp_path / f"home-{which}"
        process = context.Process(target=_index, args=(tmp_path / which, address, str(home)))
        process.start()
        running.append(process)
    for process in running:
        process.join()
        assert process.exitcode == 0
    index = Config(index=Path(address)).index
    found = read_index(index, fingerprint="hash-1", chunker=CHUNKER)
    assert len(set(found.documents)) == found.manifest.documents == 40
    texts = [document.text for document in found.all_documents()]
    assert all(texts.count(text) == 2 for text in texts)


def _index(articles: Path, address: str, home: str) -> None:
    os.environ["RAG_HOME"] = home
    for _ in range(2):
        update_index(Config(index=Path(address)).index, [articles], HashEmbedder())


def _until(work: Callable[[], object], seconds: float = 60) -> object:
    """Try until it works: a connection that broke is made again at its own pace."""
    end = time.monotonic() + seconds
    while True:
        try:
            if (found := work()) is not None or time.monotonic() > end:
                return found
        except IndexUnreachable:
            if time.monotonic() > end:
                raise
        time.sleep(0.2)
