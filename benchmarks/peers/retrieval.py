"""Rank the documents of a test collection with LlamaIndex, Haystack and txtai, by their defaults.

    python -m venv peers && peers/bin/pip install -r benchmarks/peers/requirements.txt
    peers/bin/python benchmarks/peers/retrieval.py SET --model FOLDER --out FOLDER

SET is a folder with `corpus.jsonl.gz` and `questions.jsonl.gz` (form: `eval/collection.py`, with
the same sample of questions). The model is a folder with a multilingual-e5 model for
sentence-transformers. Each run becomes `OUT/<run>.<set>.json`:

    {"run": "...", "versions": {...}, "ranking": {"<question>": ["<best document>", ...]}}

All get only the texts, without titles and dates, and the same float32 vectors, with the prefixes
that the model needs. The model reads the first 512 tokens of a passage. Each is asked for 100
passages; the defaults are 2 (LlamaIndex), 10 (Haystack) and 3 (txtai). A document has the rank of
its best passage. The other settings:

- `llama_index-*`: `SentenceSplitter()`, up to 1,024 tokens of GPT-3.5, 20 of them shared.
  - `bm25`: `BM25Retriever`, without English stop words, stemmed as English. A word is a run of two
    or more letters, in Chinese all up to the next punctuation mark. If too few passages share one
    with the question, it adds other passages.
  - `vectors`: `VectorStoreIndex` in memory, cosine.
  - `fusion`: `QueryFusionRetriever` of these two, reciprocal ranks (k = 60), with the question
    alone: no chat model writes further ones.
- `haystack-*`: `DocumentSplitter` with 512 words and 32 shared, as in its tutorial of hybrid
  retrieval. Words end at spaces, so Chinese is hardly ever split.
  - `bm25`: `InMemoryBM25Retriever`, BM25L, each Chinese character a word, no stop words.
  - `embedding`: `InMemoryEmbeddingRetriever`, dot product.
  - `hybrid`: `DocumentJoiner` of these two, reciprocal ranks (k = 61). The tutorial uses a
    cross-encoder to order them instead, which none of the others has.
- `txtai-*`: whole texts, because its index does not split them.
  - `bm25`: `keyword=True`, words by Unicode's rules, each Chinese character one, no stop words.
  - `dense`: FAISS, exact up to 5,000 texts.
  - `hybrid`: `hybrid=True`, half of each one's score, BM25's scaled to 0 to 1; of 1,000 texts each.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from haystack import Document as HaystackDocument
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore
from llama_index.core import Document as LlamaDocument
from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.node_parser import SentenceSplitter
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index_system import searches
from sentence_transformers import SentenceTransformer
from sets import PASSAGE, QUERY, Text, read, read_documents, sample, say
from txtai import Embeddings

DEPTH = 100
PACKAGES = {
    "llama_index": ("llama-index-core", "llama-index-retrievers-bm25"),
    "haystack": ("haystack-ai",),
    "txtai": ("txtai", "faiss-cpu"),
}
SHARED_PACKAGES = ("sentence-transformers", "torch")

Search = Callable[[str], Iterable[str]]
"""A function from a question to the documents of found passages, best first, with repeats."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("set", type=Path, help="folder with corpus.jsonl.gz and questions.jsonl.gz")
    parser.add_argument("--model", type=Path, required=True, help="sentence-transformers folder")
    parser.add_argument("--out", type=Path, required=True, help="folder for the rankings")
    parser.add_argument("--limit", type=int, default=300, help="questions at most")
    parser.add_argument("--cache", type=Path, help="SQLite file in which vectors are kept")
    options = parser.parse_args()

    documents = read_documents(options.set / "corpus.jsonl.gz")
    questions = sample(read(options.set / "questions.jsonl.gz"), options.limit)
    say(f"{options.set.name}: {len(documents)} documents, {len(questions)} questions")

    embedder = Embedder(options.model, options.cache)
    embedder.embed([QUERY + question.text for question in questions])
    options.out.mkdir(parents=True, exist_ok=True)
    for peer, prepare in (
        ("llama_index", llama_index_searches),
        ("haystack", haystack_searches),
        ("txtai", txtai_searches),
    ):
        started = time.perf_counter()
        searches = prepare(documents, embedder)
        say(f"{peer}: indexed in {time.perf_counter() - started:.1f} s")
        versions = {name: version(name) for name in PACKAGES[peer] + SHARED_PACKAGES}
        for way, search in searches.items():
            run = f"{peer}-{way}"
            result = {"run": run, "versions": versions, "ranking": rank(questions, search)}
            file = options.out / f"{run}.{options.set.name}.json"
            file.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
            say(f"{run}: done after {time.perf_counter() - started:.1f} s")
    return 0


def rank(questions: Sequence[Text], search: Search) -> dict[str, list[str]]:
    return {q.id: list(dict.fromkeys(search(q.text)))[:DEPTH] for q in questions}


class Embedder:
    """Unit vectors of texts with their prefixes. Each is computed once."""

    _BATCH = 256

    def __init__(self, folder: Path, cache: Path | None) -> None:
        self._folder = folder
        self._cache = sqlite3.connect(cache or ":memory:")
        self._cache.execute(
            "CREATE TABLE IF NOT EXISTS vectors"
            " (model TEXT, text TEXT, vector BLOB NOT NULL, PRIMARY KEY (model, text))"
        )

    @cached_property
    def _model(self) -> SentenceTransformer:
        return SentenceTransformer(str(self._folder), device="cpu")

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        # Start with long texts, so that the texts of a batch have similar lengths, and time
        # estimates are too high rather than too low.
        missing = sorted({t for t in texts if self._kept(t) is None}, key=len, reverse=True)
        for start in range(0, len(missing), self._BATCH):
            batch = missing[start : start + self._BATCH]
            vectors = self._model.encode(batch, normalize_embeddings=True, show_progress_bar=False)
            with self._cache:
                self._cache.executemany(
                    "INSERT INTO vectors VALUES (?, ?, ?)",
                    [
                        (self._folder.name, text, np.asarray(vector, np.float32).tobytes())
                        for text, vector in zip(batch, vectors, strict=True)
                    ],
                )
            say(f"embedded {start + len(batch)} of {len(missing)}")
        return np.array([np.frombuffer(self._kept(t), np.float32) for t in texts])

    def _kept(self, text: str) -> bytes | None:
        found = self._cache.execute(
            "SELECT vector FROM vectors WHERE model = ? AND text = ?", (self._folder.name, text)
        ).fetchone()
        return found[0] if found else None


class LlamaIndexEmbedding(BaseEmbedding):
    """The embedder in the form that LlamaIndex needs."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(embed_batch_size=2048)
        self._embedder = embedder

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._embedder.embed([PASSAGE + text for text in texts]).tolist()

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._embedder.embed([QUERY + query])[0].tolist()

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def llama_index_searches(documents: Sequence[Text], embedder: Embedder) -> dict[str, Search]:
    nodes = SentenceSplitter().get_nodes_from_documents(
        [LlamaDocument(id_=d.id, text=d.text) for d in documents]
    )
    bm25 = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=DEPTH)
    index = VectorStoreIndex(nodes, embed_model=LlamaIndexEmbedding(embedder))
    return searches(bm25, index, DEPTH)


def haystack_searches(documents: Sequence[Text], embedder: Embedder) -> dict[str, Search]:
    splitter = DocumentSplitter(split_by="word", split_length=512, split_overlap=32)
    passages = splitter.run(
        documents=[HaystackDocument(id=d.id, content=d.text) for d in documents]
    )["documents"]
    vectors = embedder.embed([PASSAGE + passage.content for passage in passages])
    store = InMemoryDocumentStore()
    store.write_documents(
        [
            replace(passage, embedding=vector.tolist())
            for passage, vector in zip(passages, vectors, strict=True)
        ]
    )
    by_words = InMemoryBM25Retriever(store, top_k=DEPTH)
    by_vectors = InMemoryEmbeddingRetriever(store, top_k=DEPTH)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion")

    @cache
    def bm25(question: str) -> list[HaystackDocument]:
        return by_words.run(query=question)["documents"]

    @cache
    def embedding(question: str) -> list[HaystackDocument]:
        vector = embedder.embed([QUERY + question])[0]
        return by_vectors.run(query_embedding=vector.tolist())["documents"]

    def hybrid(question: str) -> list[HaystackDocument]:
        found = [bm25(question), embedding(question)]
        return joiner.run(documents=found, top_k=DEPTH)["documents"]

    def search(retrieve: Callable[[str], list[HaystackDocument]]) -> Search:
        return lambda question: [passage.meta["source_id"] for passage in retrieve(question)]

    return {"bm25": search(bm25), "embedding": search(embedding), "hybrid": search(hybrid)}


def txtai_searches(documents: Sequence[Text], embedder: Embedder) -> dict[str, Search]:
    vectors = {
        "method": "external",
        # A lambda, because txtai calls a plain function, but makes an instance of anything else.
        "transform": lambda texts: embedder.embed(texts),
        "instructions": {"query": QUERY, "data": PASSAGE},
    }

    def search(**config: Any) -> Search:
        index = Embeddings(**config)
        index.index((d.id, d.text, None) for d in documents)
        return lambda question: [found for found, _ in index.search(question, DEPTH)]

    return {
        "bm25": search(keyword=True),
        "dense": search(**vectors),
        "hybrid": search(hybrid=True, **vectors),
    }


if __name__ == "__main__":
    sys.exit(main())
