"""Measure how time, memory and recall grow with the number of passages.

    python -m benchmarks.scale make SETS --passages 1000000 --out INDEX
    python -m benchmarks.scale measure INDEX SETS [--questions 40] [--out FILE.json]

SETS holds test collections (form: `eval/collection.py`). `make` writes an index of their articles,
in a fixed random order, until there are enough passages. Their vectors are real, and kept for the
next time (embedding 130,000 takes most of an hour). Further articles are made from real ones: each
passage has the first half of a real passage's sentences, and the second half of those of one of the
8 nearest passages. Its vector is not embedded: it is a mixture of the two, with the difference of
two random others added.

`measure` opens the index in this process and measures its cost in addition to the embedding model.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from eval.cached_embedder import CachedEmbedder
from eval.collection import is_collection, read_documents, read_records
from eval.in_memory import VECTORS
from rag.assistant import Assistant
from rag.config import BUNDLED_EMBEDDER
from rag.ingest.chunker import CHUNKER, Span, chunk
from rag.ingest.near_duplicates import signature
from rag.models.embedder import Embedder, Vectors, begin_query
from rag.models.loading import load_embedder
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.question import understand
from rag.store.database import vector_key
from rag.store.indexing import update_index
from rag.store.large.compaction import compact, needs_compaction
from rag.store.opening import open_writer
from rag.store.preparing import Cut
from rag.store.snapshot import Snapshot, read_snapshot
from rag.text.sentences import split_sentences
from rag.text.words import count_terms
from rag.types import Document

_SEED = 9
_NEIGHBOURS = 8
_NOISE = 0.35
_AT_ONCE = 2_000
_HITS = 40
_BEST = 10
_MARK = "The lighthouse of Torekov was painted green in the year {year}."


@dataclass(frozen=True, kw_only=True)
class Article:
    """An article, its passages, and their vectors, shape (passages, dimensions)."""

    document: Document
    spans: tuple[Span, ...]
    vectors: Vectors


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make")
    making.add_argument("sets", type=Path)
    making.add_argument("--passages", type=int, default=1_000_000)
    making.add_argument("--out", type=Path, required=True)
    measuring = commands.add_parser("measure")
    measuring.add_argument("index", type=Path)
    measuring.add_argument("sets", type=Path)
    measuring.add_argument("--questions", type=int, default=40, help="of each set")
    measuring.add_argument("--out", type=Path)
    options = parser.parse_args()

    embedder = load_embedder(BUNDLED_EMBEDDER)
    if options.command == "make":
        make(options.sets, options.passages, options.out, embedder)
        return 0
    result = measure(options.index, options.sets, options.questions, embedder)
    text = json.dumps(result, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    return 0


# --- making ---------------------------------------------------------------------------------------


def make(sets: Path, passages: int, out: Path, embedder: Embedder) -> None:
    real = real_articles(sets, embedder)
    articles: list[Article] = []
    count = 0
    for article in real:
        if count >= passages:
            break
        articles.append(article)
        count += len(article.spans)
    say(f"{len(articles):,} real articles, {count:,} passages")
    write(out, articles, embedder)
    if count < passages:
        write(out, made_articles(real, passages - count), embedder)
    with open_writer(out) as writer:
        if needs_compaction(writer, thorough=False):
            started = time.perf_counter()
            compact(writer, lambda _: None)
            say(f"put in order in {time.perf_counter() - started:.0f} s")


def real_articles(sets: Path, embedder: Embedder) -> list[Article]:
    """Return every article of the collections, without those whose text occurred before."""
    documents: dict[str, Document] = {}
    for folder in sorted(filter(is_collection, sets.iterdir())):
        for document in read_documents(folder):
            named = replace(document, doc_id=f"{folder.name}/{document.doc_id}")
            documents.setdefault(document.text, named)
    chosen = list(documents.values())
    random.Random(_SEED).shuffle(chosen)
    spans = [
        chunk(document.text, embedder.count_tokens, CHUNKER.budget, CHUNKER.floor)
        for document in chosen
    ]
    texts = [d.text[s.start : s.end] for d, some in zip(chosen, spans, strict=True) for s in some]
    say(f"{len(chosen):,} articles, {len(texts):,} passages to embed, or to read")
    told = 0

    def tell(count: int) -> None:
        nonlocal told
        told += count
        if told % 5_000 < count:
            say(f"{told:,} passages have vectors")

    vectors = CachedEmbedder(embedder, VECTORS).embed_passages(texts, tell)
    ends = np.cumsum([len(some) for some in spans])
    return [
        Article(document=document, spans=some, vectors=vectors[end - len(some) : end])
        for document, some, end in zip(chosen, spans, ends, strict=True)
        if some
    ]


def made_articles(real: Sequence[Article], passages: int) -> Iterator[Article]:
    """Yield articles made from real ones, with `passages` passages in total."""
    rng = np.random.default_rng(_SEED)
    vectors = np.concatenate([article.vectors for article in real])
    texts = [a.document.text[s.start : s.end] for a in real for s in a.spans]
    firsts = np.cumsum([0, *(len(article.spans) for article in real)])
    near = neighbours(vectors)
    count, number = 0, 0
    while count < passages:
        i = int(rng.integers(len(real)))
        rows = np.arange(firsts[i], firsts[i + 1])
        others = near[rows, rng.integers(near.shape[1], size=len(rows))]
        share = rng.uniform(0.3, 0.7, (len(rows), 1)).astype(np.float32)
        one, other = vectors[rng.integers(len(vectors), size=(2, len(rows)))]
        mixed = share * vectors[rows] + (1 - share) * vectors[others] + _NOISE * (one - other)
        mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
        parts = [_half(texts[a], 0) + _half(texts[b], 1) for a, b in zip(rows, others, strict=True)]
        text, spans = "", []
        for part in parts:
            text += "\n\n" * bool(text)
            spans.append(Span(start=len(text), end=len(text) + len(part)))
            text += part
        document = replace(real[i].document, doc_id=f"made/{number:07}", text=text)
        yield Article(document=document, spans=tuple(spans), vectors=mixed)
        count, number = count + len(spans), number + 1


def _half(text: str, which: int) -> str:
    """Return the first or second half of a text's sentences.

    A text with only one sentence is divided by characters.
    """
    sentences = split_sentences(text)
    middle = sentences[len(sentences) // 2].start if len(sentences) > 1 else len(text) // 2
    return text[middle:].strip() or text if which else text[:middle].strip() or text


def neighbours(vectors: Vectors) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return approximately the nearest other rows of each row. Only near cells are searched."""
    n, dimensions = vectors.shape
    cells = max(1, int(np.sqrt(n)))
    index = faiss.IndexIVFFlat(
        faiss.IndexFlatIP(dimensions), dimensions, cells, faiss.METRIC_INNER_PRODUCT
    )
    index.train(vectors[:: max(1, n // (64 * cells))])
    index.add(vectors)
    index.nprobe = 8
    _, rows = index.search(vectors, _NEIGHBOURS + 1)
    rows = rows[:, 1:]
    return np.where(rows < 0, np.arange(n)[:, None], rows)


def write(
    folder: Path, articles: Sequence[Article] | Iterator[Article], embedder: Embedder
) -> None:
    """Write articles into the store. Two processes count their terms."""
    base, total, started = str((folder / "articles").absolute()), 0, time.perf_counter()
    with multiprocessing.Pool(2) as pool, open_writer(folder) as writer:
        for some in batches(iter(articles)):
            prepared = pool.map(_prepared, [(a.document.text, a.spans) for a in some], 50)
            generation = writer.next_generation()
            with writer.commit():
                writer.add_root(base)
                for article, (marks, terms) in zip(some, prepared, strict=True):
                    document = article.document
                    texts = [document.text[s.start : s.end] for s in article.spans]
                    keys = [vector_key(embedder.fingerprint, text) for text in texts]
                    writer.put_vectors(keys, article.vectors)
                    path = f"{document.doc_id}.md"
                    writer.put_document(
                        writer.put_file(base, path),
                        replace(document, path=path),
                        Cut(signature=marks, spans=article.spans, keys=keys, terms=terms),
                        natural_id=document.doc_id,
                        generation=generation,
                    )
                writer.finish_generation(embedder)
            total += len(some)
            say(f"{total:,} articles in {time.perf_counter() - started:.0f} s")


def _prepared(article: tuple[str, tuple[Span, ...]]) -> tuple[bytes, list[bytes]]:
    text, spans = article
    return signature(text), [count_terms(text[span.start : span.end]) for span in spans]


def batches(articles: Iterator[Article]) -> Iterator[list[Article]]:
    batch: list[Article] = []
    for article in articles:
        batch.append(article)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


# --- measuring ------------------------------------------------------------------------------------


def measure(index: Path, sets: Path, questions: int, embedder: Embedder) -> dict[str, Any]:
    asked = read_questions(sets, questions)
    embedder.embed_queries(asked[:20])
    understand(asked[0], (), today=date(2025, 2, 14))
    before = resident()
    started = time.perf_counter()
    snapshot = read_snapshot(index, fingerprint=embedder.fingerprint, chunker=CHUNKER)
    assistant = Assistant(snapshot=snapshot, embedder=embedder, folder=index)
    opened = time.perf_counter() - started
    retriever = HybridRetriever(snapshot, embedder)
    after_opening = resident()
    whole, embedding = [], []
    for question in asked:
        started = time.perf_counter()
        query = understand(question, (), today=date(2025, 2, 14))
        retriever.search(query, begin_query(embedder, query.text), _HITS)
        whole.append(1000 * (time.perf_counter() - started))
    for question in asked:
        started = time.perf_counter()
        embedder.embed_queries([question])
        embedding.append(1000 * (time.perf_counter() - started))
    after_questions = resident()
    return {
        "passages": snapshot.manifest.passages,
        "articles": snapshot.manifest.documents,
        "questions": len(asked),
        "open_seconds": round(opened, 2),
        "milliseconds": percentiles(whole),
        "of_which_embedding": percentiles(embedding),
        "resident_mebibytes_beside_the_model": {
            "opened": after_opening - before,
            "after_the_questions": after_questions - before,
        },
        "disk_mebibytes": disk(index),
        "recall_at_10": recall(snapshot, asked, embedder),
        "one_changed_article_seconds": changed_article(index, assistant, embedder),
    }


def read_questions(sets: Path, most: int) -> list[str]:
    """Return a fixed sample of questions of each collection."""
    rng, found = random.Random(_SEED), []
    for folder in sorted(filter(is_collection, sets.iterdir())):
        texts = [record["question"] for record, _ in read_records(folder, "questions")]
        found += rng.sample(texts, min(most, len(texts)))
    rng.shuffle(found)
    return found


def recall(snapshot: Snapshot, asked: Sequence[str], embedder: Embedder) -> dict[str, float]:
    """Return the share of the 10 truly nearest passages that are among the 10 found."""
    sections = snapshot.sections
    queries = np.concatenate([embedder.embed_queries([question]) for question in asked])
    shares: list[float] = []
    exact = [exact_best(section, queries) for section in sections]
    for i, query in enumerate(queries):
        found, true = [], []
        for place, section in enumerate(sections):
            rows, cosines = section.vectors.search(query, 100, section.allowed)
            found += [(float(c), place, int(r)) for c, r in zip(cosines, rows, strict=True)]
            rows, cosines = exact[place][0][i], exact[place][1][i]
            true += [(float(c), place, int(r)) for c, r in zip(cosines, rows, strict=True)]
        best = {(p, r) for _, p, r in sorted(found, reverse=True)[:_BEST]}
        shares.append(
            len(best & {(p, r) for _, p, r in sorted(true, reverse=True)[:_BEST]}) / _BEST
        )
    return {
        "mean": round(float(np.mean(shares)), 4),
        "worst_twentieth": round(float(np.percentile(shares, 5)), 3),
    }


def exact_best(section: Any, queries: Vectors) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the 10 nearest rows of a section for each query, by comparing every vector."""
    rows = np.zeros((len(queries), 0), np.int64)
    cosines = np.zeros((len(queries), 0), np.float32)
    n = len(section)
    unit = np.eye(queries.shape[1], dtype=np.float32)
    for first in range(0, n, 20_000):
        some = np.arange(first, min(n, first + 20_000))
        # Products with each dimension's unit vector give the vectors themselves.
        vectors = section.vectors.cosines(unit, some)
        near = queries @ vectors.T
        if section.allowed is not None:
            near[:, ~section.allowed[some]] = -2
        rows = np.concatenate([rows, np.broadcast_to(some, near.shape)], axis=1)
        cosines = np.concatenate([cosines, near], axis=1)
        best = np.argpartition(-cosines, min(_BEST, cosines.shape[1] - 1), axis=1)[:, :_BEST]
        rows, cosines = np.take_along_axis(rows, best, 1), np.take_along_axis(cosines, best, 1)
    return rows, cosines


def changed_article(index: Path, assistant: Assistant, embedder: Embedder) -> dict[str, float]:
    """Measure the time from writing a changed article to the answer that finds its new sentence."""
    folder = index / "articles"
    folder.mkdir(exist_ok=True)
    file = folder / "changed.md"
    file.write_text(f"---\ntitle: Torekov\n---\n\n{_MARK.format(year=1900)}\n", encoding="utf-8")
    update_index(index, None, embedder, files=[file])
    seconds: dict[str, list[float]] = {"indexing": [], "until_it_is_found": []}
    for year in range(2001, 2006):
        sentence = _MARK.format(year=year)
        file.write_text(f"---\ntitle: Torekov\n---\n\n{sentence}\n", encoding="utf-8")
        started = time.perf_counter()
        update_index(index, None, embedder, files=[file])
        seconds["indexing"].append(time.perf_counter() - started)
        found = assistant.find(f"Was the lighthouse of Torekov painted green in {year}?")
        if not any(sentence in hit.passage.text for hit in found.hits):
            raise SystemExit(f"the article as it was changed for {year} was not found")
        seconds["until_it_is_found"].append(time.perf_counter() - started)
    return {name: round(float(np.median(some)), 2) for name, some in seconds.items()}


def percentiles(times: Sequence[float]) -> dict[str, float]:
    return {f"p{p}": round(float(np.percentile(times, p)), 1) for p in (50, 95, 99)}


def resident() -> int:
    """Return the resident memory of this process in mebibytes, including mapped files."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


def disk(folder: Path) -> dict[str, int]:
    store = sum(path.stat().st_size for path in folder.glob("index.sqlite3*"))
    files = sum(path.stat().st_size for path in folder.glob("bulk-*/*"))
    return {"store": store >> 20, "files": files >> 20}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
