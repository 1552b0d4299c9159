"""The command line of the evaluation. Run it from a clone.

    python -m eval run ARTICLES [--out RUN]    ask the question set, keep and score every answer
    python -m eval report RUN                  write an HTML page, and a table for a README
    python -m eval build ARTICLES --out FILE   make candidate questions about your own articles
    python -m eval sheet RUN                   write statements for a person to mark
    python -m eval agreement SHEET.csv         how far person and check agree (Cohen's kappa)
    python -m eval judge RUN [--by JUDGE]      judge if each sentence is supported by its citations
    python -m eval compare RUN RUN             list what got better and what got worse
    python -m eval baseline RUN                make a run the baseline for later runs
    python -m eval anchor ARTICLES             find gold spans again after a change of the cleaner
    python -m eval retrieval SET               measure retrieval alone (`eval.retrieval`)
    python -m eval swaps SET...                test the check of claims (`eval.swaps`)
    python -m eval orders [SET...]             test the detection of text that instructs machines
    python -m eval wordings                    test the check with false and true rewordings
    python -m eval drafts [SET...]             test the check of drafts (`eval.drafts`)
    python -m eval outlets KIND                test the comparison of outlets (`eval.outlets`)
    python -m eval stories                     measure stories through time (`eval.stories`)
    python -m eval seed-stories                the same on labelled seeds (`eval.seed_stories`)
    python -m eval summary-requests            which texts are taken for requests for summaries
    python -m eval summaries KIND              measure summaries (`eval.summaries`)

Exit status: 0 success, 1 a run is worse than the baseline, 2 the command failed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from eval import (
    ablation,
    drafts,
    guard,
    orders,
    outlets,
    report,
    retrieval,
    seed_stories,
    stories,
    summaries,
    summary_requests,
    wordings,
)
from eval.agreement import agreement, print_agreement
from eval.anchoring import anchor
from eval.answer_set import read_answer_set
from eval.candidates.cloze import build_cloze
from eval.candidates.record import write_candidates
from eval.candidates.written import build_with_model
from eval.collection import is_collection, read_documents
from eval.comparison import compare_runs, print_changes
from eval.judging import VerifierJudge, judge_answers, write_judged
from eval.opening import Composer, config_for, opened, opened_in_memory
from eval.page import to_html, to_markdown
from eval.progress import progress_bars, watch_with
from eval.questions import QUESTIONS, Question, QuestionSetError, load_questions
from eval.records import RunFolder, manifest_of, read_run
from eval.runner import Outcome, run, summarise
from eval.spot_check import read_sheet, write_sheet
from eval.swaps import command as swaps
from rag.answering.verification.chat_judge import open_judge
from rag.assistant import open_chat_model
from rag.config import Config, message_language
from rag.errors import RagError
from rag.ingest.files import find_files
from rag.ingest.loader import load_document
from rag.models.cross_encoders import Judge
from rag.models.loading import load_embedder
from rag.types import Document

RUNS = Path(__file__).with_name("runs")
"""The folder of runs. Git ignores it."""

_OWN_OPTIONS: dict[str, Callable[[Sequence[str]], int]] = {
    "ablation": ablation.main,
    "drafts": drafts.main,
    "orders": orders.main,
    "outlets": outlets.main,
    "retrieval": retrieval.main,
    "stories": stories.main,
    "seed-stories": seed_stories.main,
    "summary-requests": summary_requests.main,
    "summaries": summaries.main,
    "swaps": swaps.main,
    "wordings": wordings.main,
}
"""Commands that read their options themselves."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command of `arguments`, and return the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    own = _OWN_OPTIONS.get(given[0]) if given else None
    if own:
        return own(given[1:])
    options = _parser().parse_args(given)
    console, log = Console(), Console(stderr=True)
    try:
        return int(options.do(options, console, log))
    except (RagError, QuestionSetError, OSError) as error:
        log.print(str(error), style="bold red", markup=False, soft_wrap=True)
        return 2


def _report(options: argparse.Namespace, console: Console, _: Console) -> int:
    found = read_run(options.run)
    page, summary = options.run / "report.html", options.run / "summary.md"
    page.write_text(to_html(found), encoding="utf-8")
    summary.write_text(to_markdown(found), encoding="utf-8")
    console.print(f"Written: {page} and {summary}.")
    return 0


def _compare(options: argparse.Namespace, console: Console, _: Console) -> int:
    before, after = read_run(options.before), read_run(options.after)
    print_changes(console, before, after, compare_runs(before, after))
    return 0


def _baseline(options: argparse.Namespace, console: Console, _: Console) -> int:
    guard.write_baseline(read_run(options.run))
    console.print(f"Written: {guard.BASELINE}; its diff shows what changed.")
    return 0


def _sheet(options: argparse.Namespace, console: Console, _: Console) -> int:
    paths = write_sheet(read_run(options.run), options.run, options.count)
    console.print(
        f"Written: {' and '.join(map(str, paths))}. Mark one of them, then run `agreement`."
    )
    return 0


def _agreement(options: argparse.Namespace, console: Console, _: Console) -> int:
    print_agreement(console, agreement(read_sheet(options.sheet)))
    return 0


def _run(options: argparse.Namespace, console: Console, log: Console) -> int:
    composer: Composer = options.composer
    folder = options.out or RUNS / datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    with progress_bars(log) as bars, ExitStack() as stack:
        watch = watch_with(bars)
        if is_collection(options.articles):
            documents = read_documents(options.articles)
            questions = read_answer_set(options.articles, documents, options.limit)
            questions_from = options.articles.name
            assistant = stack.enter_context(opened_in_memory(documents, composer, watch))
        else:
            every = load_questions(options.questions, _documents(options.articles))
            questions = spread(every, options.limit)
            questions_from = str(options.questions)
            assistant = stack.enter_context(opened(options.articles, options.index, composer))
        kept = RunFolder(folder, manifest_of(assistant.about, questions_from, questions))
        done = kept.outcomes(questions)
        told = watch("Asking", len(questions))
        told(len(done))

        def keep(outcome: Outcome) -> None:
            kept.add(outcome)
            told(1)

        outcomes = run(questions, assistant.ask, keep, done)
    report.print_tables(console, summarise(outcomes))
    report.print_cost(console, outcomes)
    report.print_errors(console, outcomes)
    if composer == "model":
        _print_fallbacks(console, outcomes)
    if options.verbose:
        report.print_failures(console, outcomes)
    console.print(f"Kept in {folder}.")
    whole = options.limit is None and questions_from == str(QUESTIONS)
    if composer == "model" or not whole:
        console.print(
            "Not compared with the baseline: it is for the extractive composer and the whole set."
        )
        return 0
    after = {outcome.question.question_id: outcome.by_metric for outcome in outcomes}
    lost = guard.regressions(after, *guard.read_baseline())
    guard.print_regressions(console, lost)
    return 1 if lost else 0


def _build(options: argparse.Namespace, console: Console, log: Console) -> int:
    documents = _documents(options.articles)
    composer: Composer = options.composer
    model = open_chat_model(config_for(composer))
    with progress_bars(log) as bars:
        if model is None:
            built = build_cloze(documents, options.count)
        else:
            told, before = watch_with(bars)("Writing questions", options.count), 0

            def on_progress(count: int) -> None:
                nonlocal before
                told(count - before)
                before = count

            built = build_with_model(documents, options.count, model, on_progress)
    write_candidates(options.out, built.records)
    for notice in built.notices:
        console.print(notice.text(message_language()), markup=False)
    console.print(
        f"{len(built.records)} candidates in {options.out}. Review them: delete or mend the lines"
        f" of those that are poor, then: python -m eval run {options.articles} --questions"
        f" {options.out}",
        markup=False,
    )
    return 0


def _judge(options: argparse.Namespace, console: Console, log: Console) -> int:
    config = Config.from_environment()
    judge: Judge
    if options.by == "verifier":
        judge = VerifierJudge(load_embedder(config.embedder))
    else:
        judge = open_judge(options.by, open_chat_model(config))
    found = read_run(options.run)
    answers = [(record.question_id, record.answer) for record in found.records]
    with progress_bars(log) as bars:
        judged = judge_answers(answers, judge, watch_with(bars)("Judging", len(answers)))
    console.print(f"Kept in {write_judged(options.run, judge, judged)}; see `report`.")
    return 0


def _anchor(options: argparse.Namespace, console: Console, _: Console) -> int:
    documents = {document.doc_id: document for document in _documents(options.articles)}
    looked_for = anchor(options.questions, documents)
    for change in looked_for:
        what = f"now {change.found!r}" if change.found else "lost: correct it by hand"
        console.print(
            f"{change.question_id}, {change.doc_id}: {change.quote!r}, {what}",
            style="" if change.found else "bold red",
            markup=False,
        )
    console.print(f"{len(looked_for)} spans had to be searched for.")
    return 0 if all(change.found for change in looked_for) else 1


def _documents(articles: Path) -> list[Document]:
    return [load_document(path, articles) for path in find_files(articles)]


def spread(questions: tuple[Question, ...], limit: int | None) -> tuple[Question, ...]:
    """Return `limit` questions, spread evenly over both languages.

    So that every type of question is among them.
    """
    if limit is None or limit >= len(questions):
        return questions
    # The two wordings of a question are neighbours, so an even step could take one language only.
    by_language = sorted(questions, key=lambda question: question.language)
    return tuple(by_language[i * len(questions) // limit] for i in range(limit))


def _print_fallbacks(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Print in how many answers the chat model had no part.

    Without this line, a run could make the model look better than it is.
    """
    without = sum(1 for o in outcomes if o.answer is not None and o.answer.model is None)
    console.print(f"Answers without the chat model: {without} of {len(outcomes)}.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description="Evaluate the answers.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    runs = commands.add_parser("run", help="ask the question set and score the answers")
    runs.set_defaults(do=_run)
    runs.add_argument(
        "articles", type=Path, help="articles that the questions are about, or a test collection"
    )
    runs.add_argument(
        "--out", type=Path, metavar="RUN", help="folder of the run; a stopped run is continued"
    )
    runs.add_argument(
        "--index", type=Path, help="an index of these articles (default: a temporary one)"
    )
    runs.add_argument("--questions", type=Path, default=QUESTIONS, help="another question set")
    runs.add_argument(
        "--composer",
        choices=("extractive", "model"),
        default="extractive",
        help="who writes the answers; model uses RAG_MODEL and its endpoint",
    )
    runs.add_argument(
        "--limit",
        type=retrieval.question_count,
        metavar="N",
        help="only N questions, spread evenly",
    )
    runs.add_argument("--verbose", action="store_true", help="show the questions that failed")
    page = commands.add_parser("report", help="a run as a page (report.html) and as Markdown")
    page.set_defaults(do=_report)
    page.add_argument("run", type=Path)
    judge = commands.add_parser("judge", help="judge the citations of a run")
    judge.set_defaults(do=_judge)
    judge.add_argument("run", type=Path)
    judge.add_argument(
        "--by",
        default="verifier",
        metavar="JUDGE",
        help="verifier (the program's own check), model (RAG_MODEL), or a CrossEncoder for natural"
        " language inference, folder or name",
    )
    sheet = commands.add_parser("sheet", help="a sheet of a run's statements for a person to mark")
    sheet.set_defaults(do=_sheet)
    sheet.add_argument("run", type=Path)
    sheet.add_argument(
        "--count", type=retrieval.question_count, default=40, help="how many statements (40)"
    )
    agree = commands.add_parser("agreement", help="how far a marked sheet and the check agree")
    agree.set_defaults(do=_agreement)
    agree.add_argument("sheet", type=Path, metavar="SHEET.csv")
    build = commands.add_parser("build", help="candidate questions on your own articles")
    build.set_defaults(do=_build)
    build.add_argument("articles", type=Path)
    build.add_argument("--out", type=Path, required=True, metavar="FILE", help="a .jsonl to write")
    build.add_argument(
        "--count", type=retrieval.question_count, default=40, help="how many questions (40)"
    )
    build.add_argument(
        "--composer",
        choices=("extractive", "model"),
        default="extractive",
        help="extractive makes sentences with blanks; model lets RAG_MODEL write the questions",
    )
    compare = commands.add_parser("compare", help="two runs, question by question")
    compare.set_defaults(do=_compare)
    compare.add_argument("before", type=Path)
    compare.add_argument("after", type=Path)
    baseline = commands.add_parser("baseline", help="make a run the baseline")
    baseline.set_defaults(do=_baseline)
    baseline.add_argument("run", type=Path)
    anchors = commands.add_parser("anchor", help="find the gold spans again in changed texts")
    anchors.set_defaults(do=_anchor)
    anchors.add_argument("articles", type=Path)
    anchors.add_argument("--questions", type=Path, default=QUESTIONS)
    commands.add_parser("retrieval", help="measure retrieval alone")
    commands.add_parser("swaps", help="test the check of claims with swapped facts")
    commands.add_parser("orders", help="test the detection of text that instructs machines")
    commands.add_parser("ablation", help="measure what each rule of choosing is worth")
    commands.add_parser("wordings", help="test the check with false and true rewordings")
    commands.add_parser("drafts", help="test the check of drafts with changed facts")
    commands.add_parser("outlets", help="test the comparison of outlets")
    commands.add_parser("stories", help="test stories through time on made articles")
    commands.add_parser("summary-requests", help="test which texts ask for summaries")
    commands.add_parser("seed-stories", help="test stories through time on the labelled seeds")
    commands.add_parser("summaries", help="test summaries against simpler ones")
    return parser


if __name__ == "__main__":
    sys.exit(main())
