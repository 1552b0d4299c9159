"""Measure the time of hybrid retrieval over a corpus, including the question's embedding.

    python benchmarks/retrieval_time.py CORPUS.jsonl[.gz] QUESTIONS.jsonl[.gz] [--questions N]

The articles are chunked and their terms counted as in an index. Their vectors are random, because
the time of a search does not depend on them, and embedding a large corpus takes an hour.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from rag.config import BUNDLED_EMBEDDER
from rag.ingest.chunker import CHUNKER, chunk
from rag.ingest.front_matter import detect_language
from rag.models.embedder import Embedder
from rag.models.loading import load_embedder
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.question import Query
from rag.store.database import Manifest
from rag.store.snapshot import Snapshot
from rag.text.languages import text_language
from rag.text.words import count_terms
from rag.types import Document, Passage

_HITS = 40


def records(path: Path) -> Iterator[dict[str, str]]:
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    yield from map(json.loads, text.splitlines())


def read_passages(
    corpus: Path, embedder: Embedder
) -> tuple[dict[str, Document], tuple[Passage, ...]]:
    """Return the articles of a file of JSON lines, and their passages as in an index."""
    documents: dict[str, Document] = {}
    passages: list[Passage] = []
    for record in records(corpus):
        text, name = record["text"].strip(), record["id"]
        documents[name] = Document(
            doc_id=name,
            path="",
            title="",
            outlet=None,
            published=None,
            language=detect_language(text, None),
            url=None,
            text=text,
            content_hash="",
        )
        for span in chunk(text, embedder.count_tokens, CHUNKER.budget, CHUNKER.floor):
            part = text[span.start : span.end]
            passages.append(
                Passage(
                    passage_id=len(passages), doc_id=name, start=span.start, end=span.end, text=part
                )
            )
    return documents, tuple(passages)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions_file", type=Path, metavar="questions")
    parser.add_argument("--questions", type=int, default=300)
    options = parser.parse_args()

    embedder = load_embedder(BUNDLED_EMBEDDER)
    documents, passages = read_passages(options.corpus, embedder)
    vectors = np.random.default_rng(0).standard_normal((len(passages), embedder.dimensions))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    manifest = Manifest(
        index_id="",
        commit_id="",
        embedder=embedder.name,
        runtime=embedder.runtime,
        fingerprint=embedder.fingerprint,
        dimensions=embedder.dimensions,
        chunker=CHUNKER,
        generation=1,
        updated="",
        documents=len(documents),
        passages=len(passages),
    )
    snapshot = Snapshot(
        manifest=manifest,
        documents=documents,
        passages=passages,
        vectors=vectors.astype(np.float32),
        terms=tuple(count_terms(passage.text) for passage in passages),
    )
    started = time.perf_counter()
    retriever = HybridRetriever(snapshot, embedder)
    opened = time.perf_counter() - started
    questions = [record["question"] for record in records(options.questions_file)]
    whole, embedding = [], []
    for question in questions[: options.questions]:
        started = time.perf_counter()
        (vector,) = embedder.embed_queries([question])
        embedding.append(1000 * (time.perf_counter() - started))
        query = Query(text=question, language=text_language(question))
        retriever.search(query, partial(np.copy, vector), _HITS)
        whole.append(1000 * (time.perf_counter() - started))
    result = {
        "articles": len(documents),
        "passages": len(passages),
        "questions": len(whole),
        "open_seconds": round(opened, 2),
        "p50_milliseconds": round(float(np.percentile(whole, 50)), 1),
        "p95_milliseconds": round(float(np.percentile(whole, 95)), 1),
        "embedding_p50_milliseconds": round(float(np.percentile(embedding, 50)), 1),
    }
    print(json.dumps(result, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
