"""Compare the hits of an index in its folder with those of the same index on a Milvus server.

    python benchmarks/milvus_agreement.py SETS [--set NAME ...] [--questions N]
    python benchmarks/milvus_agreement.py SETS --index INDEX [--questions N]

Needs the extra `milvus`, and `milvus-lite` for the server that is started here, on 127.0.0.1. With
`--server HOST:PORT`, a server that runs already is used; what is written there is deleted in the
end (RAG_MILVUS_TOKEN and RAG_MILVUS_TLS are used as always).

Each set of `SETS` (form: `eval/collection.py`) with at most `--most-passages` passages is written
into an index, with the vectors that the evaluation keeps. `rag move`'s function copies it, and the
same questions are asked of both. It prints a line of JSON for each set: how many of the 10 best
passages are the same, how many rankings are the same in order, nDCG@10 of both by article, and the
time of a search without embedding, which alternates between both. With `--index`, an index of any
size is copied instead (`benchmarks/scale.py` makes large ones), and asked N questions of all sets
together; memory and disk are told, too (of a server that is started here), and no nDCG.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import random
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from eval.cached_embedder import CachedEmbedder
from eval.collection import RetrievalQuestion, is_collection, read_collection
from eval.in_memory import VECTORS, snapshot_of
from rag.config import BUNDLED_EMBEDDER, Config, MilvusConfig, milvus_address
from rag.ingest.chunker import CHUNKER, Span
from rag.ingest.near_duplicates import signature
from rag.models.embedder import Embedder
from rag.models.loading import load_embedder
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.question import understand
from rag.store.database import vector_key
from rag.store.index import read_index
from rag.store.indexing import arrange_files
from rag.store.milvus.moving import to_server
from rag.store.milvus.reading import connected
from rag.store.opening import open_writer
from rag.store.preparing import Cut
from rag.store.snapshot import Snapshot
from rag.types import Hit

_HITS = 10
_AT_ONCE = 2_000
_SEED = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--set", action="append", dest="names")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--most-passages", type=int, default=60_000)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--server", metavar="HOST:PORT")
    parser.add_argument("--vectors", type=Path, default=VECTORS)
    options = parser.parse_args()
    embedder = CachedEmbedder(load_embedder(BUNDLED_EMBEDDER), options.vectors)
    if options.index:
        with tempfile.TemporaryDirectory() as scratch:
            os.environ["RAG_HOME"] = scratch
            found = drawn(options.sets, options.questions)
            about = both(options.index, Path(scratch), embedder, found, options.server)
            print(json.dumps({"index": options.index.name, **about}), flush=True)
        return
    folders = sorted(filter(is_collection, options.sets.iterdir()))
    for folder in folders:
        if options.names and folder.name not in options.names:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            os.environ["RAG_HOME"] = scratch
            print(json.dumps(compare(folder, Path(scratch), embedder, options)), flush=True)


def compare(
    folder: Path, scratch: Path, embedder: Embedder, options: argparse.Namespace
) -> dict[str, Any]:
    collection = read_collection(folder, options.questions)
    made = snapshot_of(collection.documents, embedder, lambda *_: lambda _: None)
    passages = made.manifest.passages
    if passages > options.most_passages:
        return {"set": folder.name, "passages": passages, "skipped": "too many passages"}
    write(scratch / "index", made, embedder)
    del made
    gc.collect()
    return {
        "set": folder.name,
        "passages": passages,
        **both(scratch / "index", scratch, embedder, collection.questions, options.server),
    }


def both(
    folder: Path,
    scratch: Path,
    embedder: Embedder,
    questions: Sequence[RetrievalQuestion],
    running: str | None,
) -> dict[str, Any]:
    """Copy the index in a folder to a server, and ask both."""
    with nullcontext((running, None)) if running else server(scratch / "server") as (host, process):
        name = f"agreement_{secrets.token_hex(4)}"
        index = Config(index=Path(f"milvus://{host}/{name}")).index
        address = milvus_address(index)
        assert address is not None
        try:
            started = time.perf_counter()
            moved = to_server(folder, index, address, MilvusConfig.from_environment())
            seconds = [time.perf_counter() - started]
            retrievers = []
            for each in (folder, index):
                started = time.perf_counter()
                opened = read_index(each, fingerprint=embedder.fingerprint, chunker=CHUNKER)
                retrievers.append(HybridRetriever(opened, embedder))
                seconds.append(time.perf_counter() - started)
            found = {
                "passages_moved": moved.passages,
                "moved_seconds": round(seconds[0], 1),
                "opened_seconds": [round(each, 1) for each in seconds[1:]],
                **agreement(retrievers[0], retrievers[1], questions, embedder),
                "mebibytes_of_memory": {"client, both": resident("self")},
            }
            if process:
                found["mebibytes_of_memory"]["server"] = resident(process)
                found["mebibytes_of_disk"] = [disk(folder), disk(scratch / "server")]
            return found
        finally:
            if running:
                connected(address).drop()


def drawn(sets: Path, count: int) -> list[RetrievalQuestion]:
    """Return some questions of all sets, in a fixed random order."""
    found = [
        replace(question, relevant=())
        for folder in sorted(filter(is_collection, sets.iterdir()))
        for question in read_collection(folder, count).questions
    ]
    random.Random(_SEED).shuffle(found)
    return found[:count]


def disk(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) >> 20


def resident(process: int | str) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith("VmRSS")]
    return int(line.split()[1]) >> 10


def agreement(
    local: HybridRetriever,
    served: HybridRetriever,
    questions: Sequence[RetrievalQuestion],
    embedder: Embedder,
) -> dict[str, Any]:
    overlaps, same, scores, gains, seconds = [], 0, [], ([], []), ([], [])  # type: ignore[var-annotated]
    for number, question in enumerate(questions):
        query = understand(question.text, (), today=question.today)
        vector = embedder.embed_queries([query.text])[0]
        found: list[tuple[Hit, ...]] = [(), ()]
        for which in (0, 1) if number % 2 else (1, 0):
            started = time.perf_counter()
            found[which] = (local, served)[which].search(query, lambda v=vector: v, _HITS)  # type: ignore[misc]
            seconds[which].append(1000 * (time.perf_counter() - started))
        keys = [[(hit.passage.doc_id, hit.passage.start) for hit in hits] for hits in found]
        overlaps.append(len({*keys[0]} & {*keys[1]}) / max(1, len(keys[0])))
        same += keys[0] == keys[1]
        shared = {key: hit.score for key, hit in zip(keys[0], found[0], strict=True)}
        scores += [
            abs(shared[key] - hit.score)
            for key, hit in zip(keys[1], found[1], strict=True)
            if key in shared
        ]
        for hits, gain in zip(found, gains, strict=True) if question.relevant else ():
            gain.append(ndcg(hits, question.relevant))
    return {
        "questions": len(questions),
        "overlap_at_10": round(float(np.mean(overlaps)), 4),
        "same_ranking": same,
        "largest_difference_of_scores": round(max(scores, default=0.0), 6),
        "ndcg_at_10": [round(float(np.mean(gain)), 4) for gain in gains if gain],
        "milliseconds_p50": [round(float(np.percentile(each, 50)), 1) for each in seconds],
        "milliseconds_p95": [round(float(np.percentile(each, 95)), 1) for each in seconds],
    }


def ndcg(hits: Sequence[Hit], relevant: Sequence[str]) -> float:
    """Return nDCG@10 by article, each counted where it comes first."""
    ranked = list(dict.fromkeys(hit.passage.doc_id for hit in hits))[:_HITS]
    gain = sum(1 / math.log2(i + 2) for i, doc_id in enumerate(ranked) if doc_id in relevant)
    best = sum(1 / math.log2(i + 2) for i in range(min(_HITS, len(set(relevant)))))
    return gain / best


def write(folder: Path, made: Snapshot, embedder: Embedder) -> None:
    """Write a snapshot into an index in its folder."""
    places: dict[str, list[int]] = {}
    for row, passage in enumerate(made.passages):
        places.setdefault(passage.doc_id, []).append(row)
    base = str((folder / "articles").absolute())
    names = sorted(places)
    with open_writer(folder) as writer:
        for first in range(0, len(names), _AT_ONCE):
            generation = writer.next_generation()
            with writer.commit():
                writer.add_root(base)
                for doc_id in names[first : first + _AT_ONCE]:
                    document, rows = made.documents[doc_id], places[doc_id]
                    texts = [made.passages[row].text for row in rows]
                    keys = [vector_key(embedder.fingerprint, text) for text in texts]
                    writer.put_vectors(keys, made.vectors[rows])
                    writer.put_document(
                        writer.put_file(base, f"{doc_id}.md"),
                        replace(document, path=f"{doc_id}.md"),
                        Cut(
                            signature=signature(document.text),
                            spans=[
                                Span(start=made.passages[row].start, end=made.passages[row].end)
                                for row in rows
                            ],
                            keys=keys,
                            terms=[made.terms[row] for row in rows],
                        ),
                        natural_id=doc_id,
                        generation=generation,
                    )
                writer.finish_generation(embedder)
        arrange_files(writer, lambda _: None, thorough=False)


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, int]]:
    """Start a small Milvus server on this machine, and yield its address and process."""
    folder.mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    program = str(Path(sys.executable).with_name("milvus-lite"))
    command = [program, "server", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--data-dir", str(folder / "data")], stdout=log, stderr=log
        )
        try:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    if process.poll() is not None:
                        raise
                    time.sleep(0.1)
            yield f"127.0.0.1:{port}", process.pid
        finally:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
