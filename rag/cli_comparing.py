"""The command that compares outlets: `rag compare`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli_indexing import open_assistant
from rag.cli_questions import (
    EXIT_ABSTAINED,
    Articles,
    Json,
    Outlets,
    Since,
    Until,
    as_typed,
    print_quotes,
)
from rag.progress_bars import progress
from rag.terminal import LANGUAGE, local, print_json_line, print_lines

if TYPE_CHECKING:
    from rag.answering.comparison.result import Comparison, ComparisonProgress


def compare(
    topic: Annotated[str, typer.Argument(help=local("A question or words.", "问题或词语。"))],
    since: Since = "",
    until: Until = "",
    article: Articles = None,
    outlet: Outlets = None,
    as_json: Json = False,
) -> None:
    """Compare outlets on a topic. Exits with 3 if no article speaks of it."""
    from rag.retrieval.question import checked_question
    from rag.retrieval.time_frame import days_between

    topic = as_typed(topic)
    # Bad input is refused before the index is opened, which may take minutes the first time.
    checked_question(topic)
    days_between(since, until)
    assistant = open_assistant()
    result = _compared(
        assistant.stream_comparison(
            topic, articles=article or (), outlets=outlet or (), since=since, until=until
        )
    )
    if as_json:
        print_json_line(result.to_json())
    else:
        _print(result)
    if not result.found:
        raise typer.Exit(EXIT_ABSTAINED)


def _compared(steps: Iterator[ComparisonProgress | Comparison]) -> Comparison:
    """Go through the steps, and show how far they are."""
    from rag.answering.comparison.result import ComparisonProgress

    with progress(local("Comparing sentences", "正在对比句子")) as advance:
        for step in steps:
            if not isinstance(step, ComparisonProgress):
                return step
            if step.total:
                advance(step.done, step.total)
    raise RuntimeError("the comparison ended without a result")


def _print(result: Comparison) -> None:
    """Print the contradictions first, then what is shared, then what each outlet alone has."""
    from rag.answering.comparison.result import WORDS, told_by

    words = WORDS[LANGUAGE]
    print_lines([notice.text(LANGUAGE) for notice in result.notices])
    if result.contradictions:
        print_lines(["", words["contradictions"]], style="bold red")
    for contradiction in result.contradictions:
        print_lines(["", words[contradiction.kind]], style="red")
        for value in contradiction.values:
            newer = f" ({words['superseded']})" if value.superseded else ""
            print_lines([f"  {value.value}{newer}"])
            print_quotes([value.citation])
    if result.shared:
        print_lines(["", words["shared"]], style="bold green")
    for fact in result.shared:
        print_lines(["", told_by(fact, LANGUAGE)], style="green")
        print_quotes(fact.citations)
    for report in result.only:
        print_lines(["", words["only"] + report.outlet], style="bold")
        if not report.citations:
            print_lines([words["nothing"]])
        print_quotes(report.citations)
        if report.left_out:
            print_lines([words["more"].format(report.left_out)])
    if result.left_out:
        print_lines(["", words["more"].format(result.left_out)])
