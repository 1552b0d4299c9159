"""What happens to a store on its machine harms nothing that is visible on the server."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.config import MilvusConfig, milvus_address
from rag.errors import IndexMismatch, IndexUnreachable
from rag.milvus_address import MilvusAddress
from rag.store.index import stored_documents, update_index
from rag.store.milvus import documents
from rag.store.milvus.moving import to_server
from rag.store.milvus.owner import FILE_NAME
from rag.store.milvus.reading import connected
from rag.store.milvus.server import Server
from tests.conftest import HashEmbedder
from tests.store.milvus.serving import milvus_server
from tests.store.milvus.test_served import agree, fill, hits, opened
from tests.store.test_indexing import write


def address_of(index: Path) -> MilvusAddress:
    address = milvus_address(index)
    assert address is not None
    return address


def test_an_older_copy_that_is_put_back_overwrites_nothing(
    index: Path, tmp_path: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles, backup = tmp_path / "articles", tmp_path / "backup"
    fill(articles, 8)
    update_index(index, [articles], hash_embedder)
    shutil.copytree(index, backup)
    write(articles, "y.md", "The ferry sails to Torekov. The storm is over.")
    update_index(index, [articles], hash_embedder)
    before = hits(opened(index, hash_embedder), hash_embedder)

    shutil.rmtree(index)
    shutil.copytree(backup, index)
    (articles / "y.md").unlink()
    write(articles, "x.md", "The bridge is open. The mayor came.")

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Server, "warm", cut_off)
        with pytest.raises(KeyboardInterrupt):
            update_index(index, [articles], hash_embedder)
    assert hits(opened(index, hash_embedder), hash_embedder) == before
    update_index(index, [articles], hash_embedder)
    update_index(tmp_path / "local", [articles], hash_embedder)
    agree(index, tmp_path / "local", hash_embedder)


def test_a_store_is_known_again_without_the_file_that_names_it(
    index: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    articles = tmp_path / "articles"
    fill(articles, 6)
    update_index(index, [articles], hash_embedder)
    (index / FILE_NAME).unlink()
    write(articles, "x.md", "The bridge is open. The mayor came.")
    update_index(index, None, hash_embedder)
    update_index(tmp_path / "local", [articles], hash_embedder)
    agree(index, tmp_path / "local", hash_embedder)

    # The server doesn't know it any more either, and has articles of others.
    (index / FILE_NAME).unlink()
    server = Server(address_of(index), MilvusConfig())
    server.drop()
    server.create_records()
    server.upsert(
        "records",
        [{"key": "registered/other", "owner": "+", "body": "", "vector": [0.0, 0.0]}],
    )
    with pytest.raises(IndexMismatch, match="delete the folder"):
        update_index(index, None, hash_embedder)


def test_each_of_several_machines_writes_its_articles_again(
    index: Path,
    tmp_path: Path,
    hash_embedder: HashEmbedder,
    at_home: Callable[[str], None],
    elsewhere: Callable[[], Path],
) -> None:
    fill(tmp_path / "one", 6)
    fill(tmp_path / "two", 4)
    update_index(index, [tmp_path / "one"], hash_embedder)
    second = elsewhere()
    update_index(second, [tmp_path / "two"], hash_embedder)
    before = hits(opened(second, hash_embedder), hash_embedder)
    for number, each in enumerate((index, second)):
        shutil.copytree(each, tmp_path / f"backup{number}")
        shutil.rmtree(each)
    address = address_of(second)
    Server(address, MilvusConfig()).drop()

    hash_embedder.embedded.clear()
    for number, (home, each) in enumerate((("home", index), ("another", second))):
        at_home(home)
        backup = tmp_path / f"backup{number}"
        moved = to_server(backup, each, address, MilvusConfig(), again=True)
        assert moved.documents == (6, 4)[number]
    assert hash_embedder.embedded == []
    assert hits(opened(second, hash_embedder), hash_embedder) == before


def test_a_damaged_store_of_another_machine_is_rebuilt(
    index: Path, tmp_path: Path, hash_embedder: HashEmbedder, elsewhere: Callable[[], Path]
) -> None:
    fill(tmp_path / "one", 3)
    fill(tmp_path / "two", 2)
    update_index(index, [tmp_path / "one"], hash_embedder)
    second = elsewhere()
    update_index(second, [tmp_path / "two"], hash_embedder)
    (second / "index.sqlite3").write_bytes(b"no database" * 500)
    update_index(second, [tmp_path / "two"], hash_embedder, rebuild=True)
    assert opened(second, hash_embedder).manifest.documents == 5


def test_what_was_indexed_since_is_not_moved_over(
    index: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    articles, local = tmp_path / "articles", tmp_path / "local"
    fill(articles, 4)
    update_index(local, [articles], hash_embedder)
    address = address_of(index)
    to_server(local, index, address, MilvusConfig())
    write(articles, "x.md", "The bridge is open. The mayor came.")
    update_index(local, [articles], hash_embedder)
    assert to_server(local, index, address, MilvusConfig()).documents == 5
    write(articles, "y.md", "The ferry sails to Torekov.")
    update_index(index, [articles], hash_embedder)
    with pytest.raises(IndexMismatch, match="another name"):
        to_server(local, index, address, MilvusConfig())
    assert "y" in opened(index, hash_embedder).documents


def test_all_who_wait_for_a_server_that_is_down_are_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_TIMEOUT", "4")
    with milvus_server(tmp_path / "gone") as server:
        address = MilvusAddress(host="127.0.0.1", port=server.port, name="news")
    told = []

    def connect() -> None:
        try:
            connected(address)
        except IndexUnreachable as error:
            told.append(error)

    started = time.monotonic()
    threads = [threading.Thread(target=connect) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 8
    assert time.monotonic() - started < 20, "one after the other would take 32 s"


def test_articles_that_are_replaced_while_they_are_read_are_not_left_out_silently(
    index: Path, tmp_path: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "articles", 5)
    update_index(index, [tmp_path / "articles"], hash_embedder)
    monkeypatch.setattr(documents, "_AT_ONCE", 2)
    reading = stored_documents(index)
    assert next(reading).doc_id == "0"
    write(tmp_path / "articles", "4.md", "The bridge is open.")
    update_index(index, [tmp_path / "articles"], hash_embedder)
    with pytest.raises(IndexUnreachable, match="run the same command again"):
        list(reading)
    assert len(list(stored_documents(index))) == 5
