"""`rag move` copies an index to a server and back, and says if the copy is not the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from rag.config import MilvusConfig, data_folder, milvus_address
from rag.errors import IndexMismatch, IndexUnreachable
from rag.ingest import files
from rag.ingest.chunker import CHUNKER
from rag.store.corrections import Correction, correct, read_corrections
from rag.store.index import correct as correct_index
from rag.store.index import read_index, read_status, update_index
from rag.store.index import remove as remove_from_index
from rag.store.indexing import remove
from rag.store.indexing import update_index as update_folder
from rag.store.milvus import moving
from rag.store.milvus.moving import to_folder, to_server
from rag.store.milvus.server import Server
from tests.conftest import HashEmbedder
from tests.store.index_file import index_file
from tests.store.milvus.serving import MilvusServer
from tests.store.milvus.test_served import agree, fill, opened
from tests.store.test_indexing import write
from tests.test_cli import rag


def contents(folder: Path) -> list[object]:
    """All rows of a store that make the index, without the numbers that a copy gives anew."""
    with index_file(folder) as connection:
        return [
            connection.execute(query).fetchall()
            for query in (
                "SELECT doc_id, title, outlet, published, documents.language, text, content_hash,"
                " signature, base, files.path, natural_id, stamp FROM documents"
                " JOIN files USING (file_id) ORDER BY doc_id",
                "SELECT doc_id, start, end, vector_key, terms FROM passages"
                " ORDER BY doc_id, passage_id",
                "SELECT vector_key, vector, checksum FROM vectors ORDER BY vector_key",
                "SELECT root FROM roots ORDER BY root",
                "SELECT place, root, code, en, zh FROM failures ORDER BY place",
                "SELECT file, natural_id, title, content_hash FROM excluded ORDER BY file",
            )
        ]


def test_there_and_back_again(
    index: Path, tmp_path: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both indexes are to trust what was just written: one may be brought up to date later.
    monkeypatch.setattr(files, "_SETTLED_NANOSECONDS", 0)
    articles, local, back = (tmp_path / name for name in ("articles", "local", "back"))
    fill(articles, 30)
    write(articles, "long.md", "四十艘船到港。" * 20_000)
    (articles / "broken.pdf").write_bytes(b"%PDF-1.4 not one")
    update_folder(local, [articles], hash_embedder)
    correct(local, {"3": Correction(outlet="Harbour News")}, hash_embedder)
    remove(local, ["4"])
    address = milvus_address(index)
    assert address is not None

    hash_embedder.embedded.clear()
    moved = to_server(local, index, address, MilvusConfig())
    assert (moved.documents, hash_embedder.embedded) == (30, [])
    agree(index, local, hash_embedder)
    # Where it was moved to, it is kept up to date like any other.
    write(articles, "5.md", "The tram has a new bridge.")
    for each in (index, local):
        update_index(each, [articles], hash_embedder)
    agree(index, local, hash_embedder)

    hash_embedder.embedded.clear()
    assert to_folder(address, back).documents == 30
    assert contents(back) == contents(local)
    assert read_corrections(back) == read_corrections(local)
    agree(back, local, hash_embedder)
    report = update_folder(back, [articles], hash_embedder)
    assert (report.unchanged, hash_embedder.embedded) == (30, [])
    with pytest.raises(IndexMismatch, match="give another folder"):
        to_folder(address, back)
    other = tmp_path / "other"
    update_folder(other, [articles], hash_embedder)
    with pytest.raises(IndexMismatch, match="another name"):
        to_server(other, index, address, MilvusConfig())


def test_a_lost_index_is_written_again_from_its_store(
    index: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    fill(tmp_path / "articles", 10)
    update_index(index, [tmp_path / "articles"], hash_embedder)
    shutil.copytree(index, tmp_path / "backup")
    address = milvus_address(index)
    assert address is not None
    server = Server(address, MilvusConfig())
    hash_embedder.embedded.clear()
    server.drop()
    update_index(index, None, hash_embedder)
    assert len(opened(index, hash_embedder).documents) == 10

    # Rows that the server lost are noticed where they are compared, and written anew.
    server.delete("passages", "key >= 0 and start == 0")
    shutil.rmtree(index)
    to_server(tmp_path / "backup", index, address, MilvusConfig(), again=True)
    assert hash_embedder.embedded == []
    found = read_index(index, fingerprint="hash-1", chunker=CHUNKER)
    assert sum(len(section) for section in found.sections) == found.manifest.passages
    assert server.count("passages", "key >= 0") == found.manifest.passages


def test_a_copy_that_differs_is_told(
    index: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    fill(tmp_path / "articles", 6)
    update_index(index, [tmp_path / "articles"], hash_embedder)
    address = milvus_address(index)
    assert address is not None
    server = Server(address, MilvusConfig())
    [row] = server.some("passages", 'doc_id == "3"', ["*"], 1)
    server.upsert("passages", [{**row, "end": int(row["end"]) - 1}])
    with pytest.raises(IndexUnreachable, match="'3' fails its checksum"):
        to_folder(address, tmp_path / "back")
    with pytest.raises(IndexUnreachable, match="1 passages"):
        to_server(index, index, address, MilvusConfig())


def test_a_copy_goes_on_only_with_the_state_that_it_began(
    index: Path, tmp_path: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "articles", 6)
    update_index(index, [tmp_path / "articles"], hash_embedder)
    address, back = milvus_address(index), tmp_path / "back"
    assert address is not None

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(moving, "_put_state", cut_off)
        with pytest.raises(KeyboardInterrupt):
            to_folder(address, back)
    correct_index(index, {"2": Correction(title="Another title")}, hash_embedder)
    remove_from_index(index, ["3"])
    assert to_folder(address, back).documents == 5
    assert contents(back)[:2] == contents(index)[:2]


def test_a_rebuild_that_is_cut_off_leaves_what_was_there(
    index: Path, tmp_path: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = tmp_path / "articles"
    fill(articles, 8)
    update_index(index, [articles], hash_embedder)
    before = opened(index, hash_embedder)
    write(articles, "9.md", "The ferry sails to Torekov in spring.")

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Server, "warm", cut_off)
        with pytest.raises(KeyboardInterrupt):
            update_index(index, [articles], hash_embedder, rebuild=True)
    after = opened(index, hash_embedder)
    assert after.manifest == before.manifest
    assert [s.texts for x in after.sections for s, _ in x.samples] == [
        s.texts for x in before.sections for s, _ in x.samples
    ]
    update_index(index, None, hash_embedder)
    assert len(opened(index, hash_embedder).documents) == 9


def test_a_lost_part_of_a_record_is_told_and_written_again(
    index: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    fill(tmp_path / "articles", 4)
    update_index(index, [tmp_path / "articles"], hash_embedder)
    address = milvus_address(index)
    assert address is not None
    server = Server(address, MilvusConfig())
    [lost] = [
        str(row["key"])
        for row in server.rows("records", 'owner != "*"', ["key"])
        if "/state/" in str(row["key"])
    ]
    server.delete("records", f'key == "{lost}"')
    with pytest.raises(IndexUnreachable, match="run `rag index`"):
        read_status(index)
    update_index(index, None, hash_embedder)
    assert len(read_status(index).documents) == 4


def test_the_commands_work_on_a_server(server: MilvusServer, tmp_path: Path, name: str) -> None:
    address = f"milvus://127.0.0.1:{server.port}/{name}"
    write(tmp_path / "articles", "a.md", "The harbour of Lund opened on Monday.", title="Harbour")
    env = {"RAG_INDEX": address, "RAG_HOME": str(tmp_path / "home")}
    none = rag(tmp_path, "status", **env)
    assert (none.code, none.err.count("\n")) == (1, 1)
    assert f"There is no index at {address}" in none.err
    assert rag(tmp_path, "index", "articles", **env).code == 0
    status = json.loads(rag(tmp_path, "status", "--json", **env).out)
    assert (status["index"], [d["title"] for d in status["documents"]]) == (address, ["Harbour"])
    assert "opened on Monday" in rag(tmp_path, "show", "a", **env).out
    assert json.loads(rag(tmp_path, "export", **env).out)["title"] == "Harbour"
    asked = rag(tmp_path, "ask", "When did the harbour of Lund open?", **env)
    assert "Monday" in asked.out
    moved = rag(tmp_path, "move", "folder", **env)
    assert "1 articles" in moved.out
    assert "Monday" in rag(tmp_path, "show", "a", RAG_INDEX="folder").out
    # Another machine only reads: it needs no store.
    elsewhere = {"RAG_INDEX": address, "RAG_HOME": str(tmp_path / "elsewhere"), "RAG_LANG": "zh"}
    assert "Harbour" in rag(tmp_path, "status", **elsewhere).out
    refused = rag(tmp_path, "remove", "a", **elsewhere)
    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert "另一台机器" in refused.err
    assert "1 articles removed" in rag(tmp_path, "remove", "a", **env).out
    assert not (data_folder() / "milvus" / name).exists()
