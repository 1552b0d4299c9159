"""The commands of the news desk: `rag summarise`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

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
)
from rag.messages import Language
from rag.terminal import local, print_answer, print_json_line

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
