"""Fit the weights of the extractive composer and of abstention on test collections.

    python -m eval.fitting SET... [--held SET...] [--limit N]

With the reader (`RAG_READER`), the tables are those for answers with it; with `off`, those for
answers without it.

The command prints three tables to put into `rag/answering`: those of `ranking`, `extractive` and
`answerability`. It also prints their results on held-out questions: every third of each SET, by a
hash of its id, and all of the sets after --held. Sentences are embedded once and kept.

A sentence is right if at least half of it is in the evidence of a relevant document, or if it is in
a wholly relevant document and states an accepted answer. All models are linear with a ridge
penalty, and sets are weighted by the square root of their size.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from eval.answer_set import read_answer_set
from eval.cached_embedder import CachedEmbedder
from eval.collection import read_documents
from eval.in_memory import VECTORS, snapshot_of
from eval.metrics.places import is_same_place
from eval.metrics.roc import area_under_roc
from eval.opening import day_of_asking
from eval.progress import progress_bars, watch_with
from eval.questions import Question
from eval.wording import states
from rag.answering.selection.abstention import ANSWERABILITY_FEATURES, answerability_features
from rag.answering.selection.extractive import (
    ADDITION_FEATURES,
    CONSIDERED,
    READ_ADDITION_FEATURES,
    addition_features,
    is_said,
)
from rag.answering.selection.ranking import (
    READ_FEATURES,
    SENTENCE_FEATURES,
    WEIGHTS,
    Asked,
    Candidate,
    ranked_by,
    sentence_features,
)
from rag.answering.selection.requirements import RequirementReader, Requirements
from rag.assistant import Assistant
from rag.config import Config
from rag.models.embedder import Embedder
from rag.models.loading import load_embedder, load_reader
from rag.models.reader import Reader

_RIDGE = 0.002
_STEPS, _RATE = 3000, 0.05
_HELD = 3
_ADDITIONS = 3
_READ_CHOICES = ((0.15, 0.3, 0.5, 0.75, 1.0), (0, 0.1, 0.2, 0.3), (0, 0.15, 0.3), (-1, -2, -4))
"""The weights that are tried for each of `READ_FEATURES`."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A question of a set with the sentences found for it, best first.

    `says[i]` are the facts and pieces of evidence in sentence i.
    """

    collection: str
    question: Question
    held: bool
    asked: Asked
    needed: Requirements
    candidates: tuple[Candidate, ...]
    says: tuple[frozenset[str], ...]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Examples for a yes-or-no model.

    The shapes are (n, features), (n,) and (n,).
    """

    features: NDArray[np.float64]
    right: NDArray[np.float64]
    weights: NDArray[np.float64]


def collect(
    folder: Path, limit: int | None, embedder: Embedder, reader: Reader | None, *, held: bool
) -> list[Example]:
    """Return the sentences found for each question of a set.

    If `held`, all questions are held out, or else a third of them.
    """
    documents = read_documents(folder)
    with progress_bars(Console(stderr=True)) as bars:
        watch = watch_with(bars)
        snapshot = snapshot_of(documents, embedder, watch)
        assistant = Assistant(snapshot=snapshot, embedder=embedder, reader=reader)
        questions = read_answer_set(folder, documents, limit)
        today = day_of_asking(documents)
        told = watch("Asking", len(questions))
        examples = []
        for question in questions:
            found = assistant.find(question.text, today=question.today or today)
            told(1)
            if found.candidates:
                third = zlib.crc32(question.question_id.encode()) % _HELD == 0
                examples.append(
                    Example(
                        collection=folder.name,
                        question=question,
                        held=held or third,
                        asked=found.asked,
                        needed=found.needed,
                        candidates=found.candidates,
                        says=tuple(_says(c, question) for c in found.candidates),
                    )
                )
    return examples


def _says(candidate: Candidate, question: Question) -> frozenset[str]:
    sentence = candidate.evidence
    said = set()
    for span in question.spans:
        if span.doc_id != sentence.document.doc_id:
            continue
        if span.end - span.start >= len(sentence.document.text):
            said |= {
                fact.fact_id
                for fact in question.facts
                if (not span.facts or fact.fact_id in span.facts)
                and states([sentence.text], fact.accept)
            }
        elif is_same_place(sentence.start, sentence.end, span):
            said.add(f"{span.doc_id}:{span.start}")
    return frozenset(said)


def ordered(example: Example, weights: NDArray[np.float64]) -> Example:
    """Return the example with its sentences ranked by other weights."""
    places = {
        id(c.evidence): says for c, says in zip(example.candidates, example.says, strict=True)
    }
    candidates = ranked_by(weights, example.candidates)
    says = tuple(places[id(c.evidence)] for c in candidates)
    return replace(example, candidates=candidates, says=says)


def fit_ranking(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Return weights for which the softmax over a question's sentences favours the right ones."""
    used = [e for e in examples if not e.held and any(e.says)]
    features = [np.array([c.features for c in e.candidates]) for e in used]
    right = [np.array([bool(s) for s in e.says], float) for e in used]
    importance = _importance([e.collection for e in used])
    spread = _spread(np.concatenate(features))

    def gradient(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        total = 2 * _RIDGE * weights
        for rows, good, share in zip(features, right, importance, strict=True):
            scores = rows / spread @ weights
            odds = np.exp(scores - scores.max())
            hoped = odds * good
            total -= share * ((hoped / hoped.sum() - odds / odds.sum()) @ (rows / spread))
        return total

    return _descend(gradient, len(spread)) / spread


def choose_read_weights(examples: Sequence[Example]) -> tuple[float, ...]:
    """Return the best of a few weights of `READ_FEATURES`, to be used with `ranking.WEIGHTS`.

    The value of weights is how often the first sentence is right, plus half of how often one of the
    first two is, as the mean over the sets.
    """
    plain = np.array([WEIGHTS[name] for name in SENTENCE_FEATURES])
    used = [e for e in examples if not e.held and any(e.says)]
    rows = [
        (e.collection, features[:, : len(plain)] @ plain, features[:, len(plain) :], right)
        for e in used
        for features in [np.array([c.features for c in e.candidates])]
        for right in [np.array([bool(s) for s in e.says])]
    ]

    def value(weights: tuple[float, ...]) -> float:
        hits: dict[str, list[float]] = {}
        for name, score, read, right in rows:
            order = np.argsort(-(score + read @ weights))
            hits.setdefault(name, []).append(right[order[0]] + 0.5 * right[order[:2]].any())
        return float(np.mean([np.mean(found) for found in hits.values()]))

    return max(itertools.product(*_READ_CHOICES), key=value)


def additions(examples: Sequence[Example]) -> Rows:
    """Return examples of adding one more sentence: right if it says something new of the answer."""
    features, right, collections = [], [], []
    for example in examples:
        if not any(example.says[:CONSIDERED]):
            continue
        for row, good in _steps(example):
            features.append(row)
            right.append(good)
            collections.append(example.collection)
    return Rows(
        features=np.array(features),
        right=np.array(right, float),
        weights=_importance(collections),
    )


def _steps(example: Example) -> Iterator[tuple[NDArray[np.float64], bool]]:
    candidates, says = example.candidates, example.says
    chosen = [0]
    for _ in range(_ADDITIONS):
        said = frozenset().union(*(says[i] for i in chosen))
        beside = [candidates[i] for i in chosen]
        rest = [
            i
            for i in range(min(CONSIDERED, len(candidates)))
            if i not in chosen and not is_said(candidates[i], beside)
        ]
        for i in rest:
            row = addition_features(
                example.asked, example.needed, candidates, beside, candidates[i]
            )
            yield row, bool(says[i] - said)
        good = [i for i in rest if says[i] - said]
        if not good:
            return
        chosen.append(good[0])


def withheld(example: Example, weights: NDArray[np.float64]) -> Example | None:
    """Return the question without its relevant documents, or None if others still answer it.

    This gives each set unanswerable questions on the topics of its articles, also across languages.
    """
    question = example.question
    relevant = {span.doc_id for span in question.spans} | set(question.unjudged)
    kept = [c for c in example.candidates if c.evidence.document.doc_id not in relevant]
    accepted = [wording for fact in question.facts for wording in fact.accept]
    if not question.answerable or not kept or states((c.evidence.text for c in kept), accepted):
        return None
    first = min(c.evidence.behind for c in kept)
    evidence = [replace(c.evidence, behind=c.evidence.behind - first) for c in kept]
    features, readings = sentence_features(
        example.asked, evidence, RequirementReader(example.needed)
    )
    # What the reader said about a sentence does not change.
    said = len(SENTENCE_FEATURES)
    candidates = tuple(
        replace(c, evidence=e, reading=r, features=np.concatenate([f, c.features[said:]]))
        for c, e, r, f in zip(kept, evidence, readings, features, strict=True)
    )
    return replace(
        example,
        question=replace(question, answerable=False, facts=(), spans=()),
        candidates=ranked_by(weights, candidates),
        says=tuple(frozenset() for _ in candidates),
    )


def answerabilities(examples: Sequence[Example]) -> Rows:
    """Return examples of answerable and unanswerable questions, with equal weight in each set."""
    kinds = [f"{e.collection} {e.question.answerable}" for e in examples]
    return Rows(
        features=np.array(
            [answerability_features(e.asked, e.needed, e.candidates) for e in examples]
        ),
        right=np.array([e.question.answerable for e in examples], float),
        weights=_importance(kinds),
    )


def fit_logistic(rows: Rows) -> NDArray[np.float64]:
    """Return weights of a logistic regression. The first feature is the bias, without penalty."""
    spread = _spread(rows.features)
    features = rows.features / spread

    def gradient(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        off = 1 / (1 + np.exp(-features @ weights)) - rows.right
        ridge = 2 * _RIDGE * weights
        ridge[0] = 0
        return np.asarray((rows.weights * off) @ features + ridge)

    return _descend(gradient, rows.features.shape[1]) / spread


def _descend(
    gradient: Callable[[NDArray[np.float64]], NDArray[np.float64]], size: int
) -> NDArray[np.float64]:
    """Minimise with Adam (Kingma and Ba, 2015), which needs no step size fitted to each problem."""
    weights, mean, square = np.zeros(size), np.zeros(size), np.zeros(size)
    for step in range(1, _STEPS + 1):
        slope = gradient(weights)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        size_of_step = _RATE * (1 - step / _STEPS)
        weights -= (
            size_of_step * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        )
    return weights


def _importance(groups: Sequence[str]) -> NDArray[np.float64]:
    """Return weights that sum to 1, where a group of n counts as the square root of n."""
    weights = np.array([groups.count(group) ** -0.5 for group in groups])
    return np.asarray(weights / weights.sum())


def _spread(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = rows.std(axis=0)
    spread[spread < 1e-9] = 1
    return np.asarray(spread)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit on the sets of the command line and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m eval.fitting", description=__doc__)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--held", nargs="*", type=Path, default=[])
    parser.add_argument("--limit", type=int, default=130)
    options = parser.parse_args(arguments)
    console = Console()
    config = Config.from_environment()
    plain = load_embedder(config.embedder)
    reader, _ = load_reader(config.reader, plain)
    embedder = CachedEmbedder(plain, VECTORS)
    examples = []
    for folder in (*options.sets, *options.held):
        examples += collect(folder, options.limit, embedder, reader, held=folder in options.held)
    report(console, examples)
    return 0


def report(console: Console, examples: Sequence[Example]) -> None:
    """Fit all three tables and print them with their results."""
    read = any(example.candidates[0].was_read for example in examples)
    mark = "READ_" if read else ""
    if read:
        chosen = np.array(choose_read_weights(examples))
        _print_weights(console, "READ_WEIGHTS", READ_FEATURES, chosen)
        ranking = np.concatenate([[WEIGHTS[name] for name in SENTENCE_FEATURES], chosen])
    else:
        ranking = fit_ranking(examples)
        _print_weights(console, "WEIGHTS", SENTENCE_FEATURES, ranking)
    ranked = [ordered(example, ranking) for example in examples]
    for name in sorted({e.collection for e in examples}):
        for held in (False, True):
            some = [e for e in ranked if e.collection == name and e.held == held and any(e.says)]
            if some:
                first = np.mean([bool(e.says[0]) for e in some])
                third = np.mean([any(e.says[:3]) for e in some])
                console.print(
                    f"{name}, {'held out' if held else 'fitted'}, n = {len(some)}: right first"
                    f" {first:.3f}, among the first three {third:.3f}"
                )
    without = [made for example in ranked if (made := withheld(example, ranking))]
    added: tuple[str, ...] = READ_ADDITION_FEATURES if read else ()
    for title, names, rows, of_those in (
        ("ADDITION_WEIGHTS", (*ADDITION_FEATURES, *added), additions, ranked),
        ("ANSWERABILITY_WEIGHTS", ANSWERABILITY_FEATURES, answerabilities, ranked + without),
    ):
        fitted = [e for e in of_those if not e.held]
        held_out = [e for e in of_those if e.held]
        weights = fit_logistic(rows(fitted))
        _print_weights(console, mark + title, names, weights)
        for name, some in (("fitted", fitted), ("held out", held_out)):
            if some:
                of = rows(some)
                roc = area_under_roc(of.features @ weights, of.right)
                console.print(f"{name}, n = {len(of.right)}: area under the ROC curve {roc:.3f}")


def _print_weights(
    console: Console, title: str, names: Sequence[str], weights: NDArray[np.float64]
) -> None:
    console.print(f"{title} = {{")
    for name, weight in zip(names, weights, strict=True):
        console.print(f'    "{name}": {weight:.2f},')
    console.print("}")


if __name__ == "__main__":
    sys.exit(main())
