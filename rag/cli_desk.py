"""The commands of the news desk: `rag compare`, `rag summarise` and `rag story`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar, cast

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
    check_new,
    print_quotes,
    usable_words,
)
from rag.messages import Language
from rag.progress_bars import progress
from rag.terminal import LANGUAGE, local, print_answer, print_json_line, print_lines

if TYPE_CHECKING:
    from rag.answering.comparison.result import Comparison, ComparisonProgress
    from rag.answering.story.result import Story

_Result = TypeVar("_Result")

SummaryFile = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help=local(
            "Also write the summary (.docx .pdf .md .txt), or its sources (.bib .json).",
            "另存摘要（.docx .pdf .md .txt）或其出处（.bib .json）。",
        ),
    ),
]


def compare(
    topic: Annotated[str, typer.Argument(help=local("A question or words.", "问题或词语。"))],
    since: Since = "",
    until: Until = "",
    article: Articles = None,
    outlet: Outlets = None,
    as_json: Json = False,
) -> None:
    """Compare outlets on a topic. Exits with 3 if no article speaks of it."""
    topic = usable_words(topic, since, until)
    assistant = open_assistant()
    result = _result_of(
        assistant.stream_comparison(
            topic, articles=article or (), outlets=outlet or (), since=since, until=until
        )
    )
    if as_json:
        print_json_line(result.to_json())
    else:
        _print_comparison(result)
    if not result.found:
        raise typer.Exit(EXIT_ABSTAINED)


def summarise(
    topic: Annotated[
        str,
        typer.Argument(
            help=local(
                "Words, or the id or title of an article. Without them, the chosen articles.",
                "词语，或一篇文章的编号或标题。不写则概括所选的文章。",
            )
        ),
    ] = "",
    since: Since = "",
    until: Until = "",
    article: Articles = None,
    outlet: Outlets = None,
    sentences: Annotated[
        int | None,
        typer.Option(
            "--sentences",
            "-n",
            metavar="N",
            help=local(
                "The most sentences, 1 to 20 (default: 3 for one article, up to 7 for several).",
                "最多多少句，1 到 20（默认一篇文章 3 句，多篇最多 7 句）。",
            ),
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="zh|en",
            help=local(
                "The language that a chat model writes in (default: the topic's).",
                "语言模型所用的语言（默认与话题相同）。",
            ),
        ),
    ] = None,
    out_file: SummaryFile = None,
    as_json: Json = False,
) -> None:
    """Sum up articles. Exits with 3 if there is nothing to sum up."""
    from rag.answering.summary.summarising import Wanted
    from rag.retrieval.question import checked_question
    from rag.retrieval.time_frame import days_between

    topic = as_typed(topic)
    # Bad input is refused before the index is opened, which may take minutes the first time.
    if topic.strip():
        checked_question(topic)
    days_between(since, until)
    wanted = Wanted(sentences=sentences, language=cast(Language | None, language))
    if out_file:
        check_new(out_file)
    summary = open_assistant().summarise(
        topic,
        sentences=wanted.sentences,
        language=wanted.language,
        articles=article or (),
        outlets=outlet or (),
        since=since,
        until=until,
    )
    if as_json:
        print_json_line(summary.to_json())
    else:
        print_answer(summary.as_answer())
    if out_file:
        from rag.exports.saving import export

        export(summary.as_answer(), out_file)
    if not summary.found:
        raise typer.Exit(EXIT_ABSTAINED)


def story(
    topic: Annotated[str, typer.Argument(help=local("A question or words.", "问题或词语。"))],
    since: Since = "",
    until: Until = "",
    article: Articles = None,
    outlet: Outlets = None,
    out_file: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help=local("Also write it (.csv .md .json).", "另存为文件（.csv .md .json）。"),
        ),
    ] = None,
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help=local(
                "Also print what is not among the events: opinions, background, predictions.",
                "同时列出未列入时间线的说法：观点、背景、预测。",
            ),
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Lay out a story through time. Exits with 3 if no article speaks of it."""
    topic = usable_words(topic, since, until)
    if out_file:
        from rag.batch.stories import usable_story_path

        check_new(usable_story_path(out_file), any_ending=True)
    told = _result_of(
        open_assistant().stream_story(
            topic, articles=article or (), outlets=outlet or (), since=since, until=until
        )
    )
    if as_json:
        print_json_line(told.to_json())
    else:
        _print_story(told, every=every)
    if out_file:
        from rag.batch.stories import write_story

        write_story(told, out_file, LANGUAGE)
    if not told.found:
        raise typer.Exit(EXIT_ABSTAINED)


def _result_of(steps: Iterator[ComparisonProgress | _Result]) -> _Result:
    """Go through the steps, show how far they are, and return the comparison or story."""
    from rag.answering.comparison.result import ComparisonProgress

    with progress(local("Comparing sentences", "正在对比句子")) as advance:
        for step in steps:
            if not isinstance(step, ComparisonProgress):
                return step
            if step.total:
                advance(step.done, step.total)
    raise RuntimeError("the work ended without a result")


def _print_comparison(result: Comparison) -> None:
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


def _print_story(told: Story, *, every: bool) -> None:
    """Print each row: its day, what changed or differs, and the quotes; `every` other one too."""
    from rag.answering.story.result import heading, others_line, remarks

    print_lines([notice.text(LANGUAGE) for notice in told.notices])
    for row in told.rows:
        print_lines(["", heading(row, LANGUAGE)], style="bold")
        print_lines(remarks(row, LANGUAGE), style="yellow")
        print_quotes(row.citations)
    if told.others:
        how = "" if every else local(" --all shows them.", "加 --all 可列出。")
        print_lines(["", others_line(told, LANGUAGE) + how], style="bold" if every else "")
    for row in told.others if every else ():
        print_lines(["", heading(row, LANGUAGE)])
        print_quotes(row.citations)
