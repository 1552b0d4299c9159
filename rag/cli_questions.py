"""The commands that ask the index: `rag ask`, `rag search` and `rag verify`."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from rag.cli_batch import ask_file
from rag.cli_indexing import open_assistant
from rag.errors import ConfigError
from rag.messages import Language
from rag.terminal import (
    LANGUAGE,
    details,
    json_fields,
    local,
    print_answer,
    print_json,
    print_json_line,
    print_lines,
)

if TYPE_CHECKING:
    from rag.types import Citation

EXIT_ABSTAINED = 3
_FILE_NAME = re.compile(
    r"(?:\.{0,2}|~)/.*|\S*\.(?:txt|md|markdown|html?|docx?|pdf|rtf|odt|csv|json)", re.IGNORECASE
)
"""What is meant as the name of a file, and hardly as a sentence."""

Json = Annotated[bool, typer.Option("--json", help=local("Print JSON.", "输出 JSON。"))]


def _day(en: str, zh: str) -> Any:
    return typer.Option(metavar="DAY", help=local(en, zh))


Since = Annotated[
    str,
    _day(
        "Only articles of this day (2025-02-13, 2025-02 or 2025) and later.",
        "仅限这一天（2025-02-13、2025-02 或 2025）及之后的文章。",
    ),
]
Until = Annotated[str, _day("Only articles of this day and earlier.", "仅限这一天及之前的文章。")]


Articles = Annotated[
    list[str] | None,
    typer.Option(
        "--article",
        metavar="ID",
        help=local(
            "Only this article (an id from `rag status`). May be given several times.",
            "仅限这篇文章（编号见 `rag status`）。可重复使用。",
        ),
    ),
]
Outlets = Annotated[
    list[str] | None,
    typer.Option(
        "--outlet",
        metavar="NAME",
        help=local(
            "Only articles of this outlet. May be given several times.",
            "仅限这家媒体的文章。可重复使用。",
        ),
    ),
]


def ask(
    question: Annotated[str | None, typer.Argument(help=local("The question.", "问题。"))] = None,
    since: Since = "",
    until: Until = "",
    article: Articles = None,
    outlet: Outlets = None,
    today: Annotated[
        str,
        _day(
            "The day that “yesterday” or “last week” refers to (default: today).",
            "“昨天”“上周”等所依据的日期（默认为今天）。",
        ),
    ] = "",
    language: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="zh|en",
            help=local(
                "The language that a chat model answers in (default: the question's).",
                "语言模型作答所用的语言（默认与提问相同）。",
            ),
        ),
    ] = None,
    sources: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help=local(
                "How many sentences of the articles an answer may use, 1 to 20.",
                "回答最多可使用多少个文章句子，1 到 20。",
            ),
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="FILE",
            help=local(
                "Answer each question of a file (.csv .tsv .xlsx .jsonl, or .txt with one a line)."
                " After a stop, the same command goes on where it was.",
                "回答一个文件中的每个问题（.csv .tsv .xlsx .jsonl，或每行一问的 .txt）。"
                "中断后再次运行同一命令即可继续。",
            ),
        ),
    ] = None,
    out_file: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help=local(
                "Write the answer (.docx .pdf .md .txt), or its sources (.bib, .json for CSL-JSON)."
                " With --file also a table (.csv .xlsx .jsonl).",
                "写出答案（.docx .pdf .md .txt）或其出处（.bib，.json 即 CSL-JSON）。"
                "与 --file 同用时还可为表格（.csv .xlsx .jsonl）。",
            ),
        ),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=local(
                "With --file: the column that has the questions.", "与 --file 同用：问题所在的列。"
            ),
        ),
    ] = None,
    changes: Annotated[
        bool,
        typer.Option(
            "--changes",
            help=local(
                "With --file: ask all again, and say what changed since the last time.",
                "与 --file 同用：全部重新提问，并说明与上次相比的变化。",
            ),
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Answer a question. Exits with 3 if the articles don't answer it."""
    from rag.answering.options import Options
    from rag.retrieval.question import checked_question
    from rag.retrieval.time_frame import day_of_asking, days_between

    # Bad input is refused before the index is opened, which may take minutes the first time.
    days_between(since, until)
    day = day_of_asking(today)
    options = Options(language=cast(Language | None, language), sources=sources)
    asked: dict[str, Any] = {
        "language": options.language,
        "sources": options.sources,
        "articles": article or (),
        "outlets": outlet or (),
        "since": since,
        "until": until,
        "today": day,
    }
    if file:
        if question or as_json or not out_file:
            raise ConfigError(
                en="--file takes its questions from the file and writes to --out: give --out FILE,"
                " and neither a question nor --json.",
                zh="--file 从文件读取问题并写入 --out：请给出 --out 文件，不要再写问题或 --json。",
            )
        ask_file(file, out_file, column=column, changes=changes, **asked)
        return
    if question is None or column or changes:
        raise ConfigError(
            en="There is no question: write one, or give --file (--column and --changes need it).",
            zh="没有问题：请写一个问题，或给出 --file（--column 和 --changes 须与它同用）。",
        )
    question = as_typed(question)
    checked_question(question)
    if out_file:
        check_new(out_file)
    # Kept in a variable: freeing the tokenizer takes half a second, so it happens after printing.
    assistant = open_assistant()
    answer = assistant.ask(question, **asked)
    if as_json:
        print_json_line(answer.to_json())
    else:
        print_answer(answer)
    if out_file:
        from rag.exports.saving import export

        export(answer, out_file)
    if answer.status == "abstained":
        raise typer.Exit(EXIT_ABSTAINED)


def check_new(out_file: Path, *, any_ending: bool = False) -> None:
    """Raise `ConfigError` if an answer can't be written to a new file of this name."""
    from rag.exports.saving import usable_path

    if not any_ending:
        usable_path(out_file)
    if out_file.exists() or not out_file.parent.is_dir():
        raise ConfigError(
            en=f"Nothing can be written to {out_file}: name a new file in an existing folder.",
            zh=f"无法写入 {out_file}：请给出已有文件夹中的新文件名。",
        )


def search(
    words: Annotated[str, typer.Argument(help=local("A question or words.", "问题或词语。"))],
    count: Annotated[
        int,
        typer.Option(
            "--count",
            "-k",
            min=1,
            max=100,
            help=local("How many passages to show.", "显示多少个段落。"),
        ),
    ] = 10,
    since: Since = "",
    until: Until = "",
    article: Articles = None,
    outlet: Outlets = None,
    as_json: Json = False,
) -> None:
    """Print the passages that fit best. Exits with 3 if there are none."""
    words = usable_words(words, since, until)
    assistant = open_assistant()
    results = assistant.search(
        words, count, articles=article or (), outlets=outlet or (), since=since, until=until
    )
    if as_json:
        print_json(list(map(json_fields, results)))
    else:
        for number, found in enumerate(results, 1):
            source = details(found.title, found.outlet, found.published, found.url)
            print_lines([f"{number}. {source}"], style="bold")
            print_lines([f"   {line}" for line in found.text.splitlines() if line.strip()])
    if not results:
        if not as_json:
            print_lines([local("No passage was found.", "没有找到段落。")])
        raise typer.Exit(EXIT_ABSTAINED)


def verify(
    claim: Annotated[
        str,
        typer.Argument(
            help=local(
                "One sentence; or a text file, of which each sentence is checked.",
                "一句话；或一个文本文件，逐句核对。",
            )
        ),
    ],
    since: Since = "",
    until: Until = "",
    article: Articles = None,
    outlet: Outlets = None,
    out_file: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help=local(
                "Of a file: write the report as Markdown, too.", "核对文件时，另存 Markdown 报告。"
            ),
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a sentence or a file. Exits with 3 if the articles don't support all of it."""
    from rag.retrieval.question import checked_question
    from rag.retrieval.time_frame import days_between

    claim = as_typed(claim)
    days_between(since, until)
    if (draft := _draft(claim)) is not None:
        _verify_draft(draft, since, until, article or (), outlet or (), out_file, as_json)
        return
    if out_file:
        raise ConfigError(
            en="--out writes the report of a file: give a text file, or leave --out out.",
            zh="--out 用于保存文件的核对报告：请给出文本文件，或去掉 --out。",
        )
    checked_question(claim)
    assistant = open_assistant()
    checked = assistant.verify(
        claim, articles=article or (), outlets=outlet or (), since=since, until=until
    )
    if as_json:
        print_json({**asdict(checked), "citations": list(map(json_fields, checked.citations))})
    else:
        verdict = {
            "supported": local("Supported by the articles.", "文章支持这句话。"),
            "partial": local("Read the quote before you rely on it.", "请先读引文再采信。"),
            "unsupported": local("Not supported by the articles.", "文章不支持这句话。"),
        }
        print_lines([verdict[checked.verdict]], style="bold")
        print_lines([f"- {reason.text(LANGUAGE)}" for reason in checked.reasons])
        print_quotes(checked.citations)
    if checked.verdict == "unsupported":
        raise typer.Exit(EXIT_ABSTAINED)


def _draft(argument: str) -> str | None:
    """Return the text of the file that the argument names, or None if it is a sentence.

    Raises `ConfigError` if it can only mean a file, and there is none.
    """
    from rag.answering.draft import MOST_CHARACTERS
    from rag.ingest.files import decode

    try:
        path = Path(argument)
        if not path.is_file():
            if path.is_dir() or _FILE_NAME.fullmatch(argument):
                raise ConfigError(
                    en=f"There is no file {argument[:200]}: give a text file, or a sentence.",
                    zh=f"没有文件 {argument[:200]}：请给出文本文件，或一句话。",
                )
            return None
        # A character has up to four bytes; the rest is refused by its length.
        with path.open("rb") as file:
            return decode(file.read(4 * MOST_CHARACTERS + 4), path.name)
    except OSError:  # too long for a path, for example
        return None


def _verify_draft(
    draft: str,
    since: str,
    until: str,
    articles: Sequence[str],
    outlets: Sequence[str],
    out_file: Path | None,
    as_json: bool,
) -> None:
    """Print each sentence of a draft as soon as it is checked."""
    from rag.answering.draft import DraftReport, usable_draft, verdict_words

    usable_draft(draft)
    if out_file and (out_file.exists() or not out_file.parent.is_dir()):
        raise ConfigError(
            en=f"The report can't be written to {out_file}: name a new file in an existing folder.",
            zh=f"核对报告无法写入 {out_file}：请给出已有文件夹中的新文件名。",
        )
    assistant = open_assistant()
    styles = {"supported": "green", "partial": "yellow", "contradicted": "red", "not_found": "red"}
    sentences = []
    for sentence in assistant.stream_draft(
        draft, articles=articles, outlets=outlets, since=since, until=until
    ):
        sentences.append(sentence)
        if not as_json:
            line = f"{verdict_words(sentence.verdict, LANGUAGE)}  {sentence.text}"
            print_lines(["", line], style=styles.get(sentence.verdict, "dim"))
            print_lines([f"  - {reason.text(LANGUAGE)}" for reason in sentence.reasons])
            if sentence.verdict != "supported":
                print_quotes(sentence.citations)
    report = DraftReport(draft=draft, sentences=tuple(sentences))
    if as_json:
        print_json_line(report.to_json())
    if out_file:
        out_file.write_text(report.to_markdown(LANGUAGE), encoding="utf-8")
    if report.count("contradicted") or report.count("not_found"):
        raise typer.Exit(EXIT_ABSTAINED)


def print_quotes(citations: Sequence[Citation]) -> None:
    """Print each quote below its article."""
    for citation in citations:
        source = details(citation.title, citation.outlet, citation.published, citation.url)
        print_lines(["", source, f"    “{citation.quote}”"])


def usable_words(words: str, since: str, until: str) -> str:
    """Return the words as they were typed.

    Bad input is refused before the index is opened, which may take minutes the first time. Raises
    as `checked_question` and `days_between` do.
    """
    from rag.retrieval.question import checked_question
    from rag.retrieval.time_frame import days_between

    words = as_typed(words)
    checked_question(words)
    days_between(since, until)
    return words


def as_typed(argument: str) -> str:
    """Return the argument decoded as UTF-8, if the locale could not decode it."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        with contextlib.suppress(UnicodeError):
            return os.fsencode(argument).decode()
    return argument
