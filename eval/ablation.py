"""Measure what each rule of choosing and refusing is worth, by leaving it out.

    python -m eval ablation SET... [--limit N]

A set is a folder of articles with the question set of this project (`seeds`), or a test collection.
Each question is asked once with all rules, and once without each of them, by the articles' own
sentences. The table has a line per rule: how many answers it changes, and how much worse each
metric is without it, in hundredths. A rule that changes no answer for the better is not worth its
code.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from eval.answer_set import read_answer_set
from eval.collection import is_collection, read_documents
from eval.opening import Opened, opened, opened_in_memory
from eval.questions import QUESTIONS, Question, load_questions
from eval.runner import Outcome, run
from rag.answering import search
from rag.answering.selection import abstention, extractive
from rag.answering.selection.narrowing import Members, Named
from rag.ingest.files import find_files
from rag.ingest.loader import load_document

METRICS = (
    "fact recall",
    "answered wrong",
    "false abstentions",
    "abstention recall",
    "citation precision",
)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule, and how to leave it out: the name in `module` that `without` takes the place of."""

    name: str
    module: Any
    attribute: str
    without: Any


def _first(ranked: Any, *_: Any) -> Any:
    return tuple(ranked)


def _nothing(*_: Any) -> Any:
    return ()


def _none(*_: Any) -> None:
    return None


def _false(*_: Any) -> bool:
    return False


RULES = (
    Rule(
        name="another member of a series",
        module=search,
        attribute="of_those_asked_about",
        without=lambda _, ranked: Members(candidates=tuple(ranked), absent=(), lone=()),
    ),
    Rule(
        name="things with similar names",
        module=search,
        attribute="without_like_named",
        without=lambda _question, _language, ranked: Named(candidates=tuple(ranked), absent=()),
    ),
    Rule(
        name="the time asked about",
        module=search,
        attribute="of_time_asked",
        without=lambda ranked, _: (tuple(ranked), ()),
    ),
    Rule(name="the newest", module=search, attribute="prefer_newest", without=_first),
    Rule(name="counts in reports", module=search, attribute="of_report_asked", without=_first),
    Rule(name="rows of tables", module=search, attribute="rows_asked_for", without=_nothing),
    Rule(
        name="the reader is sure",
        module=search,
        attribute="sure_of_answer",
        without=lambda assessment, _: assessment,
    ),
    Rule(
        name="the sentence is about another",
        module=search,
        attribute="about_another",
        without=lambda *_: None,
    ),
    Rule(
        name="the reader orders passages",
        module=search,
        attribute="hits_as_read",
        without=lambda hits, _: hits,
    ),
    Rule(
        name="a day, a name or a count", module=abstention, attribute="_INDISPENSABLE", without=()
    ),
    Rule(name="an unknown name", module=abstention, attribute="_unknown", without=_nothing),
    Rule(
        name="another period only",
        module=abstention,
        attribute="_only_of_another_period",
        without=_false,
    ),
    Rule(name="orders and wishes", module=abstention, attribute="request_in", without=_none),
    Rule(name="said already", module=extractive, attribute="is_said", without=_false),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m eval ablation", description="Measure what each rule is worth."
    )
    parser.add_argument("sets", type=Path, nargs="+", metavar="SET")
    parser.add_argument("--limit", type=int, metavar="N", help="only N questions of each set")
    options = parser.parse_args(arguments)
    means: dict[str, dict[str, list[float]]] = {}
    changed: dict[str, int] = {rule.name: 0 for rule in RULES}
    asked = 0
    for folder in options.sets:
        with _opened(folder, options.limit) as (questions, assistant):
            whole = run(questions, assistant.ask)
            asked += len(whole)
            _add(means, "", whole)
            for rule in RULES:
                with patch.object(rule.module, rule.attribute, rule.without):
                    left = run(questions, assistant.ask)
                changed[rule.name] += sum(map(_differs, whole, left))
                _add(means, rule.name, left)
        print(f"{folder.name}: {len(questions)} questions", flush=True)
    print(f"\n| without | answers changed (of {asked}) | " + " | ".join(METRICS) + " |")
    print("|---|---|" + "---|" * len(METRICS))
    base = {metric: _mean(values) for metric, values in means[""].items()}
    print("| (with all rules) | | " + " | ".join(f"{base[m]:.3f}" for m in METRICS) + " |")
    for rule in RULES:
        found = means[rule.name]
        cells = [f"{100 * (_mean(found[m]) - base[m]):+.1f}" for m in METRICS]
        print(f"| {rule.name} | {changed[rule.name]} | " + " | ".join(cells) + " |")
    return 0


@contextmanager
def _opened(folder: Path, limit: int | None) -> Iterator[tuple[Sequence[Question], Opened]]:
    with ExitStack() as stack:
        if is_collection(folder):
            documents = read_documents(folder)
            questions = read_answer_set(folder, documents, limit)
            assistant = stack.enter_context(opened_in_memory(documents, "extractive", _quiet))
        else:
            every = [load_document(path, folder) for path in find_files(folder)]
            questions = load_questions(QUESTIONS, every)
            questions = questions[:: max(1, len(questions) // limit)] if limit else questions
            assistant = stack.enter_context(opened(folder, None, "extractive"))
        yield questions, assistant


def _quiet(_task: str, _total: int) -> Callable[[int], None]:
    return lambda _done: None


def _add(means: dict[str, dict[str, list[float]]], name: str, outcomes: Sequence[Outcome]) -> None:
    """Add the scores of a run, one list for each metric."""
    kept = means.setdefault(name, {metric: [] for metric in METRICS})
    for outcome in outcomes:
        for metric in METRICS:
            if metric in outcome.by_metric:
                kept[metric].append(outcome.by_metric[metric])


def _differs(one: Outcome, other: Outcome) -> bool:
    return (one.answer and one.answer.text) != (other.answer and other.answer.text)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
