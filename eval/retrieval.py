"""Measure retrieval with the field's usual measures: `python -m eval retrieval SET_FOLDER`.

Documents are chunked as in the index. A document has the rank of its best passage. A run is a
retriever with a name. All runs answer the same questions, so two of them are compared question by
question. The measures are those of ir_measures (MacAvaney, Macdonald & Ounis, 2022, ECIR):

| here      | ir_measures  | what it is                                                    |
|-----------|--------------|---------------------------------------------------------------|
| hit@1     | Success@1    | share of questions whose first document is relevant           |
| recall@5  | R@5          | share of the relevant documents among the first five          |
| recall@10 | R@10         | the same among the first ten                                  |
| MRR@10    | RR@10        | 1 / rank of the first relevant document, 0 below the tenth    |
| nDCG@10   | nDCG@10      | discounted gain (Järvelin & Kekäläinen, 2002) over the best   |
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import ir_measures
import numpy as np
from rich.console import Console
from rich.text import Text
from scipy.stats import permutation_test

from eval.cached_embedder import CachedEmbedder
from eval.collection import Collection, read_collection
from eval.in_memory import VECTORS, snapshot_of
from eval.intervals import Estimate, Observation, clustered_bootstrap, estimate
from eval.progress import Watch, progress_bars, watch_with
from eval.retrieval_runs import RUNS, Find
from rag.config import Config
from rag.errors import ConfigError, RagError, first_line
from rag.models.embedder import Embedder
from rag.retrieval.question import as_embedded, tidy_question
from rag.store.snapshot import Snapshot

MEASURES = {
    "hit@1": ir_measures.Success @ 1,
    "recall@5": ir_measures.R @ 5,
    "recall@10": ir_measures.R @ 10,
    "MRR@10": ir_measures.RR @ 10,
    "nDCG@10": ir_measures.nDCG @ 10,
}
COMPARED = "nDCG@10"
PERMUTATIONS = 9_999
_SEED = 20_250_213
# Enough passages so that ten different documents are among them.
_PASSAGES = 100

Scores = dict[str, list[float]]
"""For each measure, one value per question, in the order of the questions."""

Ranking = dict[str, list[str]]
"""For each question id, the ids of documents, best first."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The difference of a measure between run `a` and run `b`, over the same questions.

    `difference` estimates the mean of b - a. `p` is the two-sided p-value of a paired permutation
    test: how often randomly swapping the two runs gives a difference as large.
    """

    a: str
    b: str
    difference: Estimate
    p: float


def main(arguments: Sequence[str]) -> int:
    """Measure the runs named by the arguments, and return the exit status."""
    options = _parser().parse_args(arguments)
    log = Console(stderr=True)
    try:
        collection = read_collection(options.set, options.limit)
        config = Config.from_environment()
        cache = options.cache or VECTORS
        scores: dict[str, Scores] = {}
        facts: dict[str, Any] = {}
        with progress_bars(log) as bars:
            watch = watch_with(bars)
            searched: dict[Callable[[Config], Embedder], tuple[CachedEmbedder, Snapshot]] = {}
            for name in dict.fromkeys(options.run or ["hybrid"]):
                make_embedder, make_find = RUNS[name]
                if make_embedder not in searched:
                    embedder = CachedEmbedder(make_embedder(config), cache)
                    # Embed all questions at once, because otherwise they are embedded one by one.
                    embedder.embed_queries(
                        [as_embedded(tidy_question(q.text)) for q in collection.questions]
                    )
                    searched[make_embedder] = (
                        embedder,
                        snapshot_of(collection.documents, embedder, watch),
                    )
                embedder, snapshot = searched[make_embedder]
                find = make_find(snapshot, embedder, config)
                scores[name] = measure(collection, rank(collection, find, watch))
                facts[name] = {"embedder": embedder.name, "runtime": embedder.runtime}
            for path in options.ranking or ():
                ranking = read_ranking(path)
                scores[path.stem] = measure(collection, ranking)
                facts[path.stem] = {"embedder": None, "runtime": "as given"}
    except (RagError, OSError) as error:
        log.print(Text(str(error), style="bold red"), soft_wrap=True)
        return 2
    report = {
        "set": collection.name,
        "documents": len(collection.documents),
        "passages": len(snapshot.passages),
        "questions": len(collection.questions),
        "limit": options.limit if options.limit == len(collection.questions) else None,
        "settings": facts,
        "runs": {name: _estimates(values) for name, values in scores.items()},
        "comparisons": [_comparison_record(c) for c in compare(scores)],
    }
    sys.stdout.write(to_markdown(report))
    if options.json:
        options.json.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


def rank(collection: Collection, find: Find, watch: Watch) -> Ranking:
    """Return the documents found for every question. Each has the rank of its best passage."""
    told = watch("Asking", len(collection.questions))
    ranking: Ranking = {}
    for question in collection.questions:
        hits = find(question, _PASSAGES)
        ranking[question.question_id] = list(dict.fromkeys(hit.passage.doc_id for hit in hits))
        told(1)
    return ranking


def measure(collection: Collection, ranking: Ranking) -> Scores:
    """Return every measure for every question. A question without results scores 0."""
    # Scores are made from ranks, because tools break ties between equal scores in different ways.
    run = {
        question_id: {doc_id: float(len(found) - i) for i, doc_id in enumerate(found)}
        for question_id, found in ranking.items()
    }
    qrels = {q.question_id: dict.fromkeys(q.relevant, 1) for q in collection.questions}
    values: dict[tuple[str, str], float] = {
        (str(value.measure), value.query_id): value.value
        for value in ir_measures.iter_calc(list(MEASURES.values()), qrels, run)
    }
    return {
        name: [values.get((str(m), q.question_id), 0.0) for q in collection.questions]
        for name, m in MEASURES.items()
    }


def read_ranking(path: Path) -> Ranking:
    """Return a ranking from another program: JSON with `ranking`, question ids to document ids.

    Raises `ConfigError` if the file is not such a ranking.
    """
    try:
        ranking = json.loads(path.read_text(encoding="utf-8"))["ranking"]
        return {str(question): list(map(str, found)) for question, found in ranking.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            en=f"{path} is not a ranking ({first_line(error)}): give JSON with `ranking`.",
            zh=f"{path} 不是排序结果（{first_line(error)}）：请给出含有 `ranking` 的 JSON。",
        ) from error


def compare(scores: Mapping[str, Scores]) -> list[Comparison]:
    """Return the comparison of each pair of runs, by `COMPARED`."""
    made = []
    for (a, first), (b, second) in combinations(scores.items(), 2):
        differences = np.subtract(second[COMPARED], first[COMPARED])
        made.append(
            Comparison(a=a, b=b, difference=_difference(differences), p=_p_value(differences))
        )
    return made


def to_markdown(report: Mapping[str, Any]) -> str:
    """Return the report as Markdown tables."""
    lines = [
        f"## {report['set']}",
        "",
        f"{report['documents']} documents in {report['passages']} passages, "
        f"{report['questions']} questions"
        + (f" (drawn at random, --limit {report['limit']})" if report["limit"] else "")
        + ". Intervals of 95 %: bootstrap, Wilson's for shares (eval/intervals.py).",
        "",
        "| run | " + " | ".join(MEASURES) + " |",
        "|---" * (len(MEASURES) + 1) + "|",
    ]
    for name, measures in report["runs"].items():
        cells = [f"{m['mean']:.3f} ({m['low']:.3f}–{m['high']:.3f})" for m in measures.values()]
        lines.append(f"| {name} ({report['settings'][name]['runtime']}) | {' | '.join(cells)} |")
    lines.append("")
    for c in report["comparisons"]:
        d = c["difference"]
        lines.append(
            f"{COMPARED}, {c['b']} against {c['a']}: {d['mean']:+.4f} "
            f"({d['low']:+.4f} to {d['high']:+.4f}), p = {c['p']:.3f} (paired permutation test)"
        )
    return "\n".join(lines).rstrip() + "\n"


def _difference(values: np.ndarray[Any, Any]) -> Estimate:
    """Return the mean of differences, always by bootstrap, because they are not shares."""
    observations = _observations(values)
    low, high = clustered_bootstrap(observations)
    n = len(observations)
    return Estimate(n=n, groups=n, mean=float(values.mean()), low=low, high=high)


def _estimates(scores: Scores) -> dict[str, dict[str, float | int | None]]:
    return {name: _record(estimate(_observations(values))) for name, values in scores.items()}


def _observations(values: Sequence[float] | np.ndarray[Any, Any]) -> list[Observation]:
    return [Observation(group=str(i), value=float(value)) for i, value in enumerate(values)]


def _record(found: Estimate) -> dict[str, float | int | None]:
    return {"mean": found.mean, "low": found.low, "high": found.high, "n": found.n}


def _comparison_record(comparison: Comparison) -> dict[str, Any]:
    return {
        "measure": COMPARED,
        "a": comparison.a,
        "b": comparison.b,
        "difference": _record(comparison.difference),
        "p": comparison.p,
    }


def _p_value(differences: np.ndarray[Any, Any]) -> float:
    if not differences.any():
        return 1.0
    # With one sample of differences, this flips their signs at random.
    test = permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        n_resamples=PERMUTATIONS,
        rng=np.random.default_rng(_SEED),
    )
    return float(test.pvalue)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval retrieval", description="Measure retrieval on a set."
    )
    parser.add_argument("set", type=Path, help="folder with corpus.jsonl and questions.jsonl (.gz)")
    parser.add_argument(
        "--run",
        action="append",
        choices=tuple(RUNS),
        help="what to measure; may be repeated, to compare runs (default: hybrid)",
    )
    parser.add_argument(
        "--ranking",
        action="append",
        type=Path,
        metavar="FILE",
        help="also measure what another program found (benchmarks/peers); may be repeated",
    )
    parser.add_argument(
        "--limit", type=question_count, metavar="N", help="only N questions, at random"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="also write the report to a file")
    parser.add_argument(
        "--cache", type=Path, help="where vectors are kept (default: in the user's cache)"
    )
    return parser


def question_count(text: str) -> int:
    """Return the value of `--limit`, for argparse."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} questions: give 1 or more")
    return value
