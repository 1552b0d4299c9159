"""The command line. How things are shown is `rag.terminal`'s.

Exit codes: 0 done, 1 an error (one line says which), 2 wrong usage, 3 the articles don't answer
the question, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from rag.cli_indexing import follow, index_folders, open_assistant, prepared_embedder, show_report
from rag.config import LOOPBACK, Config, PageConfig
from rag.errors import ConfigError, IndexMissing, RagError
from rag.messages import Language
from rag.terminal import (
    LANGUAGE,
    err,
    local,
    out,
    print_answer,
    print_document,
    print_error,
    print_exposure,
    print_if_not_all_shown,
    print_json,
    print_json_line,
    print_status,
    show_what_can_be_shown,
)

EXIT_ERROR = 1
EXIT_ABSTAINED = 3
EXIT_STOPPED = 130

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=local(
        "Answers over a folder of news articles, every sentence cited and checked.",
        "根据一个文件夹里的新闻文章回答问题，每句话都有经过核对的出处。",
    ),
)
Json = Annotated[bool, typer.Option("--json", help=local("Print JSON.", "输出 JSON。"))]


def main() -> None:
    """Run the command line; a `RagError` becomes one line and exit code 1."""
    show_what_can_be_shown()
    try:
        app()
    except RagError as error:
        print_error(error.message.text(LANGUAGE), style="red")
        sys.exit(EXIT_ERROR)
    except OSError as error:
        # Of what can't be opened elsewhere we tell ourselves; this is the output, or the system.
        print_error(local(f"Failed: {error}.", f"失败：{error}。"), style="red")
        sys.exit(EXIT_ERROR)
    except SystemExit as ended:
        # What the command line's library makes of Ctrl-C, without a word.
        if ended.code == EXIT_STOPPED:
            print_error(local("Stopped. What was done is kept.", "已停止，已完成的部分均已保留。"))
        raise
    finally:
        print_if_not_all_shown()


@app.command(
    help=local(
        "Index the articles in PATHS, or bring their index up to date.",
        "为 PATHS 中的文章建立索引，或更新已有的索引。",
    )
)
def index(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help=local(
                "Folders or files (.md .txt .html .jsonl .docx .pdf); none: those indexed before.",
                "文件夹或文件（.md .txt .html .jsonl .docx .pdf）；不写则为已索引的位置。",
            )
        ),
    ] = None,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild",
            help=local(
                "Make the index anew, beside the old one until it is done; without PATHS, of the"
                " same folders.",
                "重新建立索引，完成前旧索引仍可用；不写 PATHS 时沿用原来的文件夹。",
            ),
        ),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            help=local(
                "Stay, and follow every change of the files.", "持续运行，跟踪文件的每次变化。"
            ),
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    from rag.store.indexing import known_roots

    config = Config.from_environment()
    if not paths and not known_roots(config.index):
        raise IndexMissing(
            en=f"There is no index in {config.index} yet: run `rag index FOLDER` with the folder of"
            " your articles.",
            zh=f"{config.index} 中还没有索引：请运行 `rag index 文件夹`（存放文章的文件夹）。",
        )
    embedder = prepared_embedder(config)
    report = index_folders(config, paths, embedder, rebuild=rebuild)
    show_report(report, config, as_json=as_json)
    if watch:
        follow(config, embedder, as_json=as_json)
    if report.failures and not report.documents:
        raise typer.Exit(EXIT_ERROR)


@app.command(
    help=local(
        "Remove articles by id; they stay away until their file is indexed by name.",
        "按编号移除文章；除非指名索引其文件，否则不再收录。",
    )
)
def remove(
    doc_ids: Annotated[
        list[str] | None,
        typer.Argument(help=local("Their ids, from `rag status`.", "编号，见 `rag status`。")),
    ] = None,
    root: Annotated[
        list[Path] | None,
        typer.Option(
            "--root",
            help=local(
                "A folder or file to follow no more; its articles are removed.",
                "不再跟踪的文件夹或文件；其文章一并移除。",
            ),
        ),
    ] = None,
) -> None:
    from rag.store.indexing import remove as remove_articles

    config = Config.from_environment()
    if not doc_ids and not root:
        raise ConfigError(
            en="Nothing to remove: give ids (`rag status` lists them) or --root FOLDER.",
            zh="没有要移除的内容：请给出编号（见 `rag status`）或 --root 文件夹。",
        )
    count = remove_articles(config.index, doc_ids or (), root or ())
    out.print(local(f"{count} articles removed.", f"已移除 {count} 篇文章。"))


@app.command(
    help=local(
        "Write articles as JSON Lines, which `rag index` reads again.",
        "以 JSON Lines 导出文章，`rag index` 可再次读取。",
    )
)
def export(
    doc_ids: Annotated[
        list[str] | None,
        typer.Argument(
            help=local(
                "Their ids, from `rag status`; none: all.", "编号，见 `rag status`；不写则全部。"
            )
        ),
    ] = None,
) -> None:
    from rag.ingest.json_lines import to_line
    from rag.store.articles import stored_document, stored_documents

    folder = Config.from_environment().index
    documents = (
        [stored_document(folder, doc_id) for doc_id in doc_ids]
        if doc_ids
        else stored_documents(folder)
    )
    for document in documents:
        print_json_line(to_line(document))


def _day(en: str, zh: str) -> Any:
    return typer.Option(metavar="DAY", help=local(en, zh))


@app.command(help=local("Ask a question.", "提一个问题。"))
def ask(
    question: Annotated[str, typer.Argument(help=local("The question.", "问题。"))],
    since: Annotated[
        str,
        _day(
            "Only articles of this day (2025-02-13, 2025-02 or 2025) and later.",
            "仅限这一天（2025-02-13、2025-02 或 2025）及之后的文章。",
        ),
    ] = "",
    until: Annotated[
        str, _day("Only articles of this day and earlier.", "仅限这一天及之前的文章。")
    ] = "",
    today: Annotated[
        str,
        _day(
            "The day on which “yesterday” or “last week” lean (default: today).",
            "“昨天”“上周”等所依据的日期（默认为今天）。",
        ),
    ] = "",
    language: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="zh|en",
            help=local(
                "What a chat model answers in (default: as the question).",
                "语言模型作答所用的语言（默认与提问相同）。",
            ),
        ),
    ] = None,
    sources: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help=local(
                "How many sentences of the articles an answer may draw on, 1 to 20.",
                "回答最多可依据多少个文章句子，1 到 20。",
            ),
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    from rag.answering.options import Options
    from rag.retrieval.question import checked_question
    from rag.retrieval.time_frame import day_of_asking, days_between

    question = _as_typed(question)
    # Before the minutes that a first start may take.
    checked_question(question)
    days_between(since, until)
    day = day_of_asking(today)
    options = Options(language=cast(Language | None, language), sources=sources)
    # In a variable: to free the tokenizer takes half a second, and has time until after printing.
    assistant = open_assistant()
    answer = assistant.ask(
        question,
        language=options.language,
        sources=options.sources,
        since=since,
        until=until,
        today=day,
    )
    if as_json:
        print_json_line(answer.to_json())
    else:
        print_answer(answer)
    if answer.status == "abstained":
        raise typer.Exit(EXIT_ABSTAINED)


@app.command(help=local("Show an article as it is indexed.", "显示索引中的一篇文章。"))
def show(
    doc_id: Annotated[
        str, typer.Argument(help=local("Its id, from `rag status`.", "编号，见 `rag status`。"))
    ],
    as_json: Json = False,
) -> None:
    from rag.store.articles import stored_document

    document = stored_document(Config.from_environment().index, doc_id)
    if as_json:
        print_json(
            {**asdict(document), "published": document.published and str(document.published)}
        )
    else:
        print_document(document)


@app.command(
    help=local(
        "Tell what is indexed, by which model, and what failed.",
        "显示索引内容、所用模型和失败的文件。",
    )
)
def status(
    every: Annotated[
        bool, typer.Option("--all", help=local("List every article.", "列出全部文章。"))
    ] = False,
    as_json: Json = False,
) -> None:
    from rag.store.articles import read_status

    config = Config.from_environment()
    found = read_status(config.index)
    if as_json:
        models = {
            "reranker": config.reranker,
            "reader": config.reader,
            "chat_model": config.chat_model.name if config.chat_model else None,
        }
        print_json({**asdict(found), "index": str(config.index), **models})
    else:
        print_status(found, config, every=every)


@app.command(help=local("Open the chat page.", "打开聊天页面。"))
def chat(
    host: Annotated[
        str, typer.Option(help=local("Address to bind to.", "监听地址。"))
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help=local("Port; 0: any.", "端口；0 为任意。"))
    ] = 7860,
) -> None:
    page = PageConfig.from_environment()
    if host not in LOOPBACK:
        print_exposure(host, page)
    assistant = open_assistant()
    from rag.page.serving import serve

    serve(
        assistant,
        host=host,
        port=port,
        library=assistant.library,
        config=page,
        on_ready=lambda url: err.print(local(f"The page is open at {url}", f"页面已在 {url} 打开")),
    )


def _as_typed(argument: str) -> str:
    """Returns the argument as UTF-8, where the locale says that there are no such characters."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        with contextlib.suppress(UnicodeError):
            return os.fsencode(argument).decode()
    return argument
