"""Compare the embedder with unchanged sentence-transformers, on the same texts, in one run.

    python benchmarks/embedding.py SET [--passages N] [--rounds R] [--json OUT]

SET is a folder with `corpus.jsonl.gz`, a `text` in each line, or the file itself. Passages are cut
to 250 characters, about 170 tokens of Chinese. The two take turns, because a machine's speed
changes by the minute: the ratio of each round compares times that are close together.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag.config import BUNDLED_EMBEDDER
from rag.models.loading import load_embedder
from rag.models.model_folder import find_model

CHARACTERS = 250
QUESTIONS = 50


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("set", type=Path, help="folder with corpus.jsonl.gz, or the file")
    parser.add_argument("--passages", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()

    passages = read_passages(options.set, options.passages)
    questions = [passage[:20] for passage in passages[:QUESTIONS]]
    ours = load_embedder(BUNDLED_EMBEDDER)

    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(find_model(BUNDLED_EMBEDDER).path), device="cpu")
    tokens = statistics.mean(ours.count_tokens(passages))
    ours.embed_passages(passages[:32])
    reference.encode_document(passages[:32])

    rates: list[tuple[float, float]] = []
    latencies: list[tuple[float, float]] = []
    for _ in range(options.rounds):
        rates.append(
            (
                len(passages) / timed(lambda: reference.encode_document(passages)),
                len(passages) / timed(lambda: ours.embed_passages(passages)),
            )
        )
        latencies.append(
            (
                timed(lambda: [reference.encode_query(q) for q in questions]) / len(questions),
                timed(lambda: [ours.embed_queries([q]) for q in questions]) / len(questions),
            )
        )
    expected = reference.encode_document(passages, normalize_embeddings=True)
    cosines = (ours.embed_passages(passages) * expected).sum(axis=1)

    faster = [b / a for a, b in rates]
    sooner = [a / b for a, b in latencies]
    result = {
        "runtime": ours.runtime,
        "cores": os.cpu_count(),
        "passages": len(passages),
        "tokens_per_passage": round(tokens, 1),
        "rounds": options.rounds,
        "passages_per_second": spread([b for _, b in rates]),
        "reference_passages_per_second": spread([a for a, _ in rates]),
        "rate_ratio": spread(faster),
        "query_milliseconds": spread([1000 * b for _, b in latencies]),
        "reference_query_milliseconds": spread([1000 * a for a, _ in latencies]),
        "query_ratio": spread(sooner),
        "cosine": {"mean": float(np.mean(cosines)), "low": float(np.min(cosines))},
    }
    print(json.dumps(result, indent=1))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1), encoding="utf-8")
    return 0


def read_passages(path: Path, count: int) -> list[str]:
    file = path / "corpus.jsonl.gz" if path.is_dir() else path
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"][:CHARACTERS] for line in lines]
    long = [text for text in texts if len(text) == CHARACTERS]
    if len(long) < count:
        sys.exit(f"{file} holds {len(long)} texts of {CHARACTERS} characters: --passages at most")
    return long[:: len(long) // count][:count]


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def spread(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 3),
        "low": round(min(values), 3),
        "high": round(max(values), 3),
    }


if __name__ == "__main__":
    sys.exit(main())
