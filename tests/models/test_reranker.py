"""A reranker from a folder: a tiny CrossEncoder, made on the spot, whose weights mean nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from rag.assistant import Assistant
from rag.config import Config
from rag.errors import RerankerError
from rag.index.snapshot import Snapshot
from rag.models.embedder import Embedder
from rag.models.reranker import CrossEncoderReranker
from rag.retrieval.hybrid import HybridRetriever

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
QUESTION = "苹果为什么选择阿里巴巴？"


def tiny(folder: Path, labels: int = 1) -> Path:
    """A BERT of one layer over the letters and some characters, with random weights."""
    pieces = [*SPECIAL, *"abcdefghijklmnopqrstuvwxyz苹果阿里"]
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    core = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    kinds = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
    names = dict(zip(kinds, SPECIAL, strict=True))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, **names)  # type: ignore[no-untyped-call]
    tokenizer.save_pretrained(folder)
    import torch

    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=512,
        initializer_range=1.0,
    )
    config.num_labels = labels
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("reranker"))


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
    many = tiny(tmp_path / "many", labels=3)
    for path in (empty, many):
        with pytest.raises(RerankerError) as caught:
            CrossEncoderReranker(str(path))
        assert str(path) in caught.value.message.en
        assert "RAG_RERANKER" in caught.value.message.zh
        assert "\n" not in str(caught.value)
