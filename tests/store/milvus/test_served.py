"""An index on a Milvus server says what the same index in a folder says, step by step."""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path, PureWindowsPath

import numpy as np
import pytest

from rag.assistant import Assistant
from rag.config import Config, MilvusConfig, milvus_address
from rag.errors import ConfigError, DocumentNotFound, IndexMismatch, IndexMissing
from rag.ingest.chunker import CHUNKER
from rag.milvus_address import read_address
from rag.models.embedder import Embedder
from rag.page.chat.rendering import render_answer
from rag.page.markup import render_intro
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.question import Query
from rag.store.corrections import Correction
from rag.store.index import (
    articles_between,
    correct,
    current_manifest,
    outlets_of,
    read_catalogue,
    read_index,
    read_status,
    remove,
    stored_document,
    stored_documents,
    update_index,
)
from rag.store.milvus.layout import packed_terms, sparse_terms, unpacked_terms
from rag.store.milvus.reading import ServedIndex
from rag.store.milvus.server import Server
from rag.store.searching import OpenIndex
from rag.text.words import count_terms
from rag.types import TimeFrame
from tests.conftest import SEEDS, HashEmbedder
from tests.store.test_indexing import write

QUESTIONS = (
    "When did the harbour of Lund open?",
    "新港口什么时候开放？",
    "How many ships came to the new port?",
    "灯塔有多高？",
    "Which lighthouse was repaired in May?",
)
WORDS = (
    "harbour ship mayor ferry storm bridge tram museum 港口 轮船 市长 渡船 风暴 大桥 博物馆 展览"
)


def fill(folder: Path, count: int) -> None:
    """Articles in both languages, with words in common."""
    rng = np.random.default_rng(7)
    words = WORDS.split()
    for number in range(count):
        chosen = rng.choice(words[:8] if number % 2 else words[8:], 60)
        text = (" ".join(chosen) + ".") if number % 2 else "，".join(chosen) + "。"
        write(folder, f"{number}.md", text, title=f"Number {number}", day=1 + number % 9)


def opened(folder: Path, embedder: Embedder, previous: OpenIndex | None = None) -> OpenIndex:
    return read_index(folder, fingerprint=embedder.fingerprint, chunker=CHUNKER, previous=previous)


def hits(index: OpenIndex, embedder: Embedder, frame: TimeFrame | None = None) -> list[object]:
    retriever = HybridRetriever(index, embedder)
    return [
        [
            (
                hit.passage.doc_id,
                hit.passage.start,
                hit.passage.text,
                pytest.approx(hit.score, abs=1e-4),
            )
            for hit in retriever.retrieve(question, 10, frame)
        ]
        for question in QUESTIONS
    ]


def agree(one: Path, other: Path, embedder: Embedder) -> None:
    """Compare all that is read of two indexes."""
    first, second = opened(one, embedder), opened(other, embedder)
    assert hits(first, embedder) == hits(second, embedder)
    assert list(first.all_documents()) == list(second.all_documents())
    assert {d: first.story(d) for d in first.documents} == {
        d: second.story(d) for d in second.documents
    }
    assert first.languages == second.languages
    assert first.failures == second.failures
    statuses = [read_status(each) for each in (one, other)]
    assert statuses[0].documents == statuses[1].documents
    assert statuses[0].passages == statuses[1].passages
    assert statuses[0].notices == statuses[1].notices
    assert statuses[0].removed == statuses[1].removed
    assert statuses[0].roots == statuses[1].roots
    assert read_catalogue(one).articles == read_catalogue(other).articles
    assert list(stored_documents(one)) == list(stored_documents(other))
    days = date(2025, 3, 2), date(2025, 3, 4)
    assert articles_between(first, one, *days) == articles_between(second, other, *days)
    assert outlets_of(first, one) == outlets_of(second, other)


def test_both_say_the_same_after_every_change(
    index: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    articles, local = tmp_path / "articles", tmp_path / "local"
    both = (index, local)
    fill(articles, 60)
    write(articles, "a.md", "The harbour of Lund opened on Monday. Forty ships came.")
    write(articles, "b.txt", "新港口周一开放。四十艘船到港。", title="新港口", day=2)
    write(articles, "c.md", "The harbour of Lund opened on Monday. Forty ships came.", day=1)
    (articles / "broken.pdf").write_bytes(b"%PDF-1.4 not one")
    for each in both:
        update_index(each, [articles], hash_embedder)
    agree(*both, hash_embedder)

    write(articles, "a.md", "The harbour of Lund closed on Tuesday.")
    (articles / "b.txt").unlink()
    write(articles, "d.md", "灯塔高四十米。它在五月修好。" * 40, title="灯塔", day=5)
    reports = [update_index(each, [articles], hash_embedder) for each in both]
    assert (reports[0].added, reports[0].changed, reports[0].removed) == (1, 1, 1)
    agree(*both, hash_embedder)

    for each in both:
        assert remove(each, ["c"]) == 1
        correct(each, {"a": Correction(outlet="Harbour News", day="2025-04-01")}, hash_embedder)
    agree(*both, hash_embedder)
    with pytest.raises(DocumentNotFound):
        stored_document(index, "c")

    before = opened(index, hash_embedder)
    for each in both:
        update_index(each, [articles], hash_embedder, rebuild=True)
    agree(*both, hash_embedder)
    # What a reader has open is gone, but it says so for each passage, and opens the new one.
    assert hits(opened(index, hash_embedder, before), hash_embedder)


def test_days_and_chosen_articles_limit_both_alike(
    index: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    articles, local = tmp_path / "articles", tmp_path / "local"
    fill(articles, 40)
    (articles / "undated.md").write_text("The harbour has no date.\n", encoding="utf-8")
    for each in (index, local):
        update_index(each, [articles], hash_embedder)
    one, other = opened(index, hash_embedder), opened(local, hash_embedder)
    for effect in ("only", "prefer", "newest"):
        frame = TimeFrame(start=date(2025, 3, 3), end=date(2025, 3, 4), effect=effect)
        assert hits(one, hash_embedder, frame) == hits(other, hash_embedder, frame)
    chosen = Query(text="harbour", language="en", articles=frozenset({"3", "4", "undated"}))
    vector = hash_embedder.embed_queries(["harbour"])[0]
    found = [
        [
            hit.passage.doc_id
            for hit in HybridRetriever(each, hash_embedder).search(chosen, lambda: vector, 9)
        ]
        for each in (one, other)
    ]
    assert found[0] == found[1]
    assert set(found[0]) == {"3", "4", "undated"}
    assert not HybridRetriever(one, hash_embedder).has_articles_of(
        TimeFrame(start=date(2024, 1, 1), end=date(2024, 2, 1), effect="only")
    )


def test_the_seeds_are_answered_alike(index: Path, seeds_index: Path, embedder: Embedder) -> None:
    update_index(index, [SEEDS], embedder)
    answers = []
    for folder in (index, seeds_index):
        with Assistant.open(Config(index=folder), embedder=embedder) as assistant:
            answers.append(
                [
                    assistant.ask(question, today=date(2025, 3, 1)).to_text()
                    for question in ("What does DeepSeek-R1 cost?", "DeepSeek 的总部在哪里？")
                ]
            )
    assert answers[0] == answers[1]


def test_an_answer_says_where_its_question_was_searched(
    index: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_index(index, [SEEDS], embedder)
    with Assistant.open(Config(index=index), embedder=embedder) as assistant:
        assert assistant.searched_at is None, "the server of the tests is on this machine"
        assert isinstance(assistant.snapshot, ServedIndex)
        monkeypatch.setattr(assistant.snapshot.documents, "host", "search.example")
        answer = assistant.ask("why did Apple choose Alibaba")
        intro = render_intro(None, "zh", searched_at=assistant.searched_at)
    [said] = [n for n in answer.notices if n.code.startswith("no_model")]
    assert "search.example" in said.en
    assert "search.example" in said.zh
    assert "left this machine" not in said.en
    assert "search.example" in render_answer(answer, turn=1, language="en")
    assert "search.example" in intro
    assert "不会离开本机" not in intro


def test_an_open_assistant_sees_the_next_generation(
    index: Path, articles: Path, hash_embedder: HashEmbedder
) -> None:
    update_index(index, [articles], hash_embedder)
    assistant = Assistant(
        snapshot=opened(index, hash_embedder), embedder=hash_embedder, folder=index
    )
    write(articles, "c.md", "A lighthouse was built at Torekov in spring.", title="Lighthouse")
    (articles / "a.md").unlink()
    update_index(index, [articles], hash_embedder)
    answer = assistant.ask("Which lighthouse was built at Torekov?")
    assert {hit.passage.doc_id for hit in answer.hits} == {"c", "deep/b"}


def test_a_long_article_comes_back_whole(
    index: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    text = "港口开放。\n\n" + "四十艘船到港，𠮷。" * 30_000
    write(tmp_path / "articles", "long.md", text)
    update_index(index, [tmp_path / "articles"], hash_embedder)
    assert len(text.encode()) > 10 * 65_535
    assert stored_document(index, "long").text == text


def test_two_machines_index_into_one(
    index: Path,
    tmp_path: Path,
    hash_embedder: HashEmbedder,
    at_home: Callable[[str], None],
    elsewhere: Callable[[], Path],
) -> None:
    fill(tmp_path / "one", 12)
    fill(tmp_path / "two", 8)
    update_index(index, [tmp_path / "one"], hash_embedder)
    second = elsewhere()
    assert second != index
    with pytest.raises(IndexMissing, match="another machine"):
        remove(second, ["1"])
    update_index(second, [tmp_path / "two"], hash_embedder)
    found = opened(second, hash_embedder)
    # Both have an article "1". The second machine's has another id.
    ids = sorted(found.documents)
    assert len(ids) == found.manifest.documents == 20
    assert len({doc_id.rpartition("/")[2] for doc_id in ids}) == 12
    other = next(doc_id for doc_id in ids if "/" in doc_id)
    assert remove(second, [other]) == 1
    at_home("home")
    (tmp_path / "one" / "3.md").unlink()
    update_index(index, [tmp_path / "one"], hash_embedder)
    assert set(opened(index, hash_embedder).documents) == {*ids} - {other, "3"}

    with pytest.raises(IndexMismatch, match="set RAG_EMBEDDER"):
        update_index(index, [tmp_path / "one"], HashEmbedder("hash-2"), rebuild=True)


def test_what_does_not_fit_is_told_with_what_to_do(
    index: Path, articles: Path, hash_embedder: HashEmbedder
) -> None:
    with pytest.raises(IndexMissing, match="run `rag index FOLDER`") as missing:
        current_manifest(index)
    assert "milvus://" in missing.value.message.zh
    update_index(index, [articles], hash_embedder)
    with pytest.raises(IndexMismatch, match=r"milvus://.*rag index --rebuild"):
        opened(index, HashEmbedder("hash-2"))
    update_index(index, [articles], HashEmbedder("hash-2"), rebuild=True)
    assert opened(index, HashEmbedder("hash-2")).manifest.documents == 2


def test_an_address_is_known_as_windows_writes_it() -> None:
    written = str(PureWindowsPath("milvus://host:19530/NAME"))
    assert read_address(written) == read_address("milvus://host:19530/NAME")


def test_the_client_takes_nothing_from_the_surroundings(
    index: Path, articles: Path, hash_embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_index(index, [articles], hash_embedder)
    for name in [name for name in sys.modules if name.partition(".")[0] == "pymilvus"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setenv("MILVUS_URI", "localhost:19530")
    before = dict(os.environ)
    address = milvus_address(index)
    assert address
    Server(address, MilvusConfig()).close()
    assert dict(os.environ) == before


def test_without_the_extra_one_line_names_it(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    address = milvus_address(index)
    assert address
    with pytest.raises(ConfigError, match=r'pip install "cited-rag\[milvus\]"'):
        Server(address, MilvusConfig(patience=4))


@pytest.mark.parametrize(
    "text",
    [
        *("milvus://", "milvus://host", "milvus://host:0/a", "milvus://host:x/a", "milvus://h/a b"),
        *("milvus://user:secret@host/a", "milvus://h/a/b", "milvus://h/a?b=1", "milvus://h/1a"),
        *("http://user:secret@host/a", "https:/user:secret@host/a"),
    ],
)
def test_addresses_that_name_no_index_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="milvus://HOST:PORT/NAME") as refused:
        Config(index=Path(text))
    assert "secret" not in str(refused.value)


def test_the_server_multiplies_sparse_vectors_exactly(
    index: Path, tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    """Up to 3.2.1 the small server did not."""
    fill(tmp_path / "articles", 80)
    update_index(index, [tmp_path / "articles"], hash_embedder)
    address = milvus_address(index)
    assert address
    connection = Server(address, MilvusConfig())
    rows = list(connection.rows("passages", "key >= 0", ["key", "text", "sparse"]))
    rng = np.random.default_rng(3)
    for _ in range(5):
        known = sorted({term for row in rows for term in row["sparse"]})
        asked = {int(t): float(rng.random()) for t in rng.choice(known, 6)}
        expected = {
            int(row["key"]): sum(row["sparse"].get(t, 0.0) * w for t, w in asked.items())
            for row in rows
        }
        found = [row["key"] for row in connection.search(asked, 10, "key >= 0", ["key"])]
        best = sorted(expected.values(), reverse=True)[:10]
        assert np.allclose([expected[key] for key in found], best, atol=1e-5)


def test_terms_come_back_as_they_were() -> None:
    counts = count_terms("The harbour, the harbour: 港口港口港口 4711 Qwen2.5-Max")
    assert unpacked_terms(packed_terms(counts)) == counts
    assert unpacked_terms(packed_terms(b"")) == b""
    # (k1 + 1) / (1 + k1) for a term that is there once, in a passage of the mean length.
    assert sparse_terms(count_terms("harbour"), 1.0) == {zlib.crc32(b"harbour"): pytest.approx(1.0)}
    assert sparse_terms(b"", 100.0)
