"""`python -m eval seeds`: ask the question set, print what the answers are worth.

`python -m eval retrieval SET_FOLDER` measures retrieval alone (`eval.retrieval`).

Ends with 0 where every floor holds, 1 where one doesn't, 2 where the run could not be made.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eval import report, retrieval
from eval.floors import misses
from eval.opening import Composer, opened
from eval.questions import QUESTIONS, Question, QuestionSetError, load_questions
from eval.runner import Ask, Outcome, run, summarise
from rag.corpus.files import find_files
from rag.corpus.loader import load_document
from rag.errors import RagError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation with the command line's arguments; the value is the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["retrieval"]:
        return retrieval.main(given[1:])
    options = _parser().parse_args(given)
    console, log = Console(), Console(stderr=True)
    try:
        documents = [load_document(path, options.folder) for path in find_files(options.folder)]
        questions = spread(load_questions(options.questions, documents), options.limit)
        composer: Composer = options.composer
        with opened(options.folder, options.index, composer) as ask:
            outcomes = _run(questions, ask, log)
    except (RagError, QuestionSetError, OSError) as error:
        log.print(str(error), style="bold red", markup=False)
        return 2
    rows = summarise(outcomes)
    report.print_tables(console, rows)
    report.print_errors(console, outcomes)
    if composer == "model":
        _print_fallbacks(console, outcomes)
    if options.verbose:
        report.print_failures(console, outcomes)
    if options.json:
        settings = {
            "composer": composer,
            "questions": len(questions),
            "limit": options.limit,
        }
        options.json.write_text(report.to_json(rows, outcomes, settings), encoding="utf-8")
    if composer == "model" or options.limit is not None or options.questions != QUESTIONS:
        console.print("No floor applies: those are for the extractive composer and the whole set.")
        return 0
    failed = misses({row.metric: row.estimate.mean for row in rows if row.slice == "overall"})
    report.print_misses(console, failed)
    return 1 if failed else 0


def spread(questions: Sequence[Question], limit: int | None) -> Sequence[Question]:
    """`limit` questions, evenly spread over either language, so that every type is among them."""
    if limit is None or limit >= len(questions):
        return questions
    # The two wordings of a question stand side by side: an even step would take one language.
    by_language = sorted(questions, key=lambda question: question.language)
    return [by_language[i * len(questions) // limit] for i in range(limit)]


def _run(questions: Sequence[Question], ask: Ask, log: Console) -> tuple[Outcome, ...]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=log, transient=True) as progress:
        task = progress.add_task("Asking", total=len(questions))
        return run(questions, ask, lambda _: progress.advance(task))


def _print_fallbacks(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Say how many answers the chat model had no part in, or a run would flatter it."""
    without = sum(1 for o in outcomes if o.answer is not None and o.answer.model is None)
    console.print(f"Answers in which the chat model had no part: {without} of {len(outcomes)}.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval", description="Ask the question set and score the answers."
    )
    parser.add_argument("folder", type=Path, help="the articles that the questions are about")
    parser.add_argument(
        "--index", type=Path, help="an index of these articles; a temporary one is built without"
    )
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="another question set")
    parser.add_argument(
        "--composer",
        choices=("extractive", "model"),
        default="extractive",
        help="who writes the answers; model takes RAG_MODEL and its endpoint",
    )
    parser.add_argument(
        "--limit",
        type=retrieval.question_count,
        metavar="N",
        help="only N questions, spread evenly",
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="also write the run to a file")
    parser.add_argument("--verbose", action="store_true", help="show the questions that failed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
