"""A reranker from a folder: a tiny CrossEncoder, made on the spot, whose weights mean nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import CrossEncoder

from rag.assistant import Assistant
from rag.config import Config
from rag.errors import RerankerError
from rag.models.cross_encoders import CrossEncoderReranker
from rag.models.embedder import Embedder
from rag.retrieval.hybrid import HybridRetriever
from rag.store.snapshot import Snapshot
from tests.models.tiny_cross_encoder import tiny_cross_encoder

QUESTION = "苹果为什么选择阿里巴巴？"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_cross_encoder(tmp_path_factory.mktemp("reranker"))


def test_the_order_is_the_rerankers(seeds: Snapshot, embedder: Embedder, folder: Path) -> None:
    reranker = CrossEncoderReranker(str(folder))
    hits = HybridRetriever(seeds, embedder, reranker).retrieve(QUESTION, 40)
    model = CrossEncoder(str(folder))
    scores = model.predict([(QUESTION, hit.passage.text) for hit in hits])
    assert np.ptp(scores) > 0.01
    assert np.all(np.diff(scores) <= 1e-6)
    plain = HybridRetriever(seeds, embedder).retrieve(QUESTION, 40)
    assert {hit.passage for hit in plain} == {hit.passage for hit in hits}
    assert plain != hits


def test_an_assistant_uses_the_one_that_is_configured(
    seeds_index: Path, embedder: Embedder, folder: Path
) -> None:
    config = Config.from_environment({"RAG_INDEX": str(seeds_index), "RAG_RERANKER": str(folder)})
    reranked = Assistant.open(config, embedder=embedder).ask(QUESTION)
    plain = Assistant.open(replace(config, reranker=None), embedder=embedder).ask(QUESTION)
    assert reranked.hits != plain.hits


def test_what_is_no_reranker_is_one_line(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    many = tiny_cross_encoder(tmp_path / "many", labels=("a", "b", "c"))
    for path in (empty, many):
        with pytest.raises(RerankerError) as caught:
            CrossEncoderReranker(str(path))
        assert str(path) in caught.value.message.en
        assert "RAG_RERANKER" in caught.value.message.zh
        assert "\n" not in str(caught.value)
