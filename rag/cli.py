"""The `rag` command line. `rag.terminal` prints the results.

Exit codes: 0 success, 1 an error (one line says which), 2 wrong usage, 3 the articles do not answer
the question, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import atexit
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from rag.cli_correcting import correct
from rag.cli_desk import compare, story, summarise
from rag.cli_doctor import doctor
from rag.cli_feeds import feeds, fetch
from rag.cli_indexing import (
    follow,
    index_folders,
    open_assistant,
    prepare,
    prepared_embedder,
    reading_with,
    show_report,
)
from rag.cli_moving import move, moved_to, print_moved
from rag.cli_questions import Json, ask, search, verify
from rag.cli_serving import keys, mcp, serve
from rag.config import LOOPBACK, PAGE_PORT, Config, PageConfig, shown_index
from rag.errors import ConfigError, IndexMissing, RagError
from rag.terminal import (
    LANGUAGE,
    err,
    json_fields,
    local,
    out,
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
EXIT_STOPPED = 130

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=local(
        "Answer questions about a folder of news articles. Every sentence has a checked source.",
        "回答有关一个文件夹里新闻文章的问题。每句话都有经过核对的出处。",
    ),
)
app.command(help=local("Ask a question.", "提一个问题。"))(ask)
app.command(help=local("Find the passages that fit best.", "查找最符合的段落。"))(search)
app.command(
    help=local(
        "Check a sentence, or each sentence of a file, against the articles.",
        "对照文章核对一句话，或一个文件的每句话。",
    )
)(verify)
app.command(
    help=local(
        "Compare outlets on a topic: what they share, what one alone reports, where they differ.",
        "就一个话题对比各家媒体：共同报道、独家内容与互相矛盾之处。",
    )
)(compare)
app.command(
    help=local(
        "Sum up a topic, an article, or the articles of some days or outlets.",
        "概括一个话题、一篇文章，或若干天、若干媒体的文章。",
    )
)(summarise)
app.command(
    help=local(
        "Lay out a story through time: dated statements, one row an event, outlets side by side.",
        "按时间梳理一个话题：一行一个事件，各家媒体并列，并标出变化。",
    )
)(story)


def _print_version(asked: bool) -> None:
    if asked:
        from rag import __version__

        out.print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help=local("Print the version.", "显示版本。"),
        ),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def main() -> None:
    """Run the command line. A `RagError` is printed as one line, with exit code 1."""
    code = EXIT_ERROR

    def leave() -> None:
        """End the process at once: freeing the models, piece by piece, takes half a second."""
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)

    # Registered first, it runs last, after all threads have ended and all files are tidied up.
    atexit.register(leave)
    show_what_can_be_shown()
    try:
        app()
        code = 0
    except RagError as error:
        print_error(error.message.text(LANGUAGE), style="red")
        sys.exit(EXIT_ERROR)
    except OSError as error:
        # Errors of opening files become a `RagError` elsewhere. This one is from the output or the
        # system.
        print_error(local(f"Failed: {error}.", f"失败：{error}。"), style="red")
        sys.exit(EXIT_ERROR)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else EXIT_ERROR if ended.code else 0
        # Typer ends with this code on Ctrl-C, and prints nothing.
        if ended.code == EXIT_STOPPED:
            print_error(local("Stopped. What was done is kept.", "已停止，已完成的部分均已保留。"))
        raise
    finally:
        print_if_not_all_shown()


@app.command(
    help=local(
        "Index the articles in PATHS, or update their index.",
        "为 PATHS 中的文章建立索引，或更新已有的索引。",
    )
)
def index(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help=local(
                "Folders or files (.md .txt .html .json .jsonl .docx .rtf .pdf). Without PATHS,"
                " those indexed"
                " before.",
                "文件夹或文件（.md .txt .html .json .jsonl .docx .rtf .pdf）。"
                "不写 PATHS 时为以前索引过的。",
            )
        ),
    ] = None,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild",
            help=local(
                "Build a new index. The old one stays in use until the new one is done. Without"
                " PATHS, the same folders are indexed.",
                "重新建立索引。完成前旧索引仍可用。不写 PATHS 时沿用原来的文件夹。",
            ),
        ),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            help=local(
                "Keep running, and update the index when files change.",
                "持续运行，文件变化时更新索引。",
            ),
        ),
    ] = False,
    store: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FOLDER",
            help=local(
                "Write the index on the Milvus server anew from this index folder, without reading"
                " articles.",
                "用这个索引文件夹重新写入 Milvus 服务器上的索引，不读取文章。",
            ),
        ),
    ] = None,
    ray: Annotated[
        bool,
        typer.Option(
            "--ray",
            help=local(
                "Read and embed with Ray: on this machine, or on a cluster with --ray-address.",
                "用 Ray 读取并计算嵌入：在本机，或通过 --ray-address 在集群上进行。",
            ),
        ),
    ] = False,
    ray_address: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help=local(
                "The address of a running Ray cluster: auto or HOST:PORT.",
                "正在运行的 Ray 集群的地址：auto 或 主机:端口。",
            ),
        ),
    ] = None,
    ray_workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help=local(
                "How many models embed at the same time. By default one for two processors.",
                "同时计算嵌入的模型数，默认每两个处理器一个。",
            ),
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    from rag.store.indexing import known_roots

    config = Config.from_environment()
    if not ray and (ray_address or ray_workers):
        raise ConfigError(
            en="--ray-address and --ray-workers are for Ray: give --ray too.",
            zh="--ray-address 和 --ray-workers 用于 Ray：请同时给出 --ray。",
        )
    if store is not None:
        if paths or rebuild or watch or ray:
            raise ConfigError(
                en="--from reads no articles: give it without PATHS, --rebuild, --watch and --ray.",
                zh="--from 不读取文章：请勿同时给出 PATHS、--rebuild、--watch 或 --ray。",
            )
        print_moved(moved_to(store, config.index, again=True), config.index)
        return
    if not paths and not known_roots(config.index):
        named = shown_index(config.index)
        raise IndexMissing(
            en=f"There is no index in {named} yet: run `rag index FOLDER` with the folder of your"
            " articles.",
            zh=f"{named} 中还没有索引：请运行 `rag index 文件夹`（存放文章的文件夹）。",
        )
    embedder = prepared_embedder(config)
    reading = reading_with(config, embedder, ray_address, ray_workers) if ray else None
    report = index_folders(config, paths, embedder, rebuild=rebuild, reading=reading)
    show_report(report, config, as_json=as_json)
    if watch:
        follow(config, embedder, as_json=as_json)
    if report.failures and not report.documents:
        raise typer.Exit(EXIT_ERROR)


@app.command(
    help=local(
        "Remove articles by id. They stay removed until `rag index` is given their file itself.",
        "按编号移除文章。除非用 `rag index` 直接指定其文件，否则不再收录。",
    )
)
def remove(
    doc_ids: Annotated[
        list[str] | None,
        typer.Argument(
            help=local("Article ids, from `rag status`.", "文章编号，见 `rag status`。")
        ),
    ] = None,
    root: Annotated[
        list[Path] | None,
        typer.Option(
            "--root",
            help=local(
                "Stop following this folder or file, and remove its articles.",
                "不再跟踪这个文件夹或文件，并移除其文章。",
            ),
        ),
    ] = None,
) -> None:
    from rag.store.index import remove as remove_articles

    config = Config.from_environment()
    if not doc_ids and not root:
        raise ConfigError(
            en="Nothing to remove: give ids (`rag status` lists them) or --root FOLDER.",
            zh="没有要移除的内容：请给出编号（见 `rag status`）或 --root 文件夹。",
        )
    count = remove_articles(config.index, doc_ids or (), root or ())
    out.print(local(f"{count} articles removed.", f"已移除 {count} 篇文章。"))


app.command(
    help=local(
        "Copy the index to a Milvus server, or from it, without embedding anything.",
        "把索引复制到 Milvus 服务器或从中取回，无需重新计算嵌入。",
    )
)(move)
app.command(
    help=local(
        "Correct the outlet, title or day of an article by hand. Its file stays as it is.",
        "人工更正文章的媒体、标题或日期。文件保持不变。",
    )
)(correct)


@app.command(
    help=local(
        "Write articles as JSON Lines, which `rag index` can read again.",
        "以 JSON Lines 导出文章，`rag index` 可再次读取。",
    )
)
def export(
    doc_ids: Annotated[
        list[str] | None,
        typer.Argument(
            help=local(
                "Article ids, from `rag status`. Without ids, all articles.",
                "文章编号，见 `rag status`。不写则为全部文章。",
            )
        ),
    ] = None,
) -> None:
    from rag.ingest.json_lines import to_line
    from rag.store.index import stored_document, stored_documents

    folder = Config.from_environment().index
    documents = (
        [stored_document(folder, doc_id) for doc_id in doc_ids]
        if doc_ids
        else stored_documents(folder)
    )
    for document in documents:
        print_json_line(to_line(document))


@app.command(help=local("Show an article as it is indexed.", "显示索引中的一篇文章。"))
def show(
    doc_id: Annotated[
        str,
        typer.Argument(
            help=local("The article id, from `rag status`.", "文章编号，见 `rag status`。")
        ),
    ],
    as_json: Json = False,
) -> None:
    from rag.store.index import stored_document

    document = stored_document(Config.from_environment().index, doc_id)
    if as_json:
        print_json(json_fields(document))
    else:
        print_document(document)


@app.command(
    help=local(
        "Show what is indexed, with which models, and which files failed.",
        "显示索引内容、所用模型和失败的文件。",
    )
)
def status(
    every: Annotated[
        bool, typer.Option("--all", help=local("List every article.", "列出全部文章。"))
    ] = False,
    as_json: Json = False,
) -> None:
    from rag.store.index import read_status

    config = Config.from_environment()
    found = read_status(config.index)
    if as_json:
        models = {
            "reranker": config.reranker,
            "reader": config.reader,
            "chat_model": config.chat_model.name if config.chat_model else None,
        }
        print_json({**asdict(found), "index": shown_index(config.index), **models})
    else:
        print_status(found, config, every=every)


@app.command(help=local("Open the chat page.", "打开聊天页面。"))
def chat(
    host: Annotated[
        str, typer.Option(help=local("The address to listen on.", "监听地址。"))
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            min=0,
            max=65535,
            help=local("The port. 0 means any free port.", "端口。0 表示任意空闲端口。"),
        ),
    ] = PAGE_PORT,
) -> None:
    page = PageConfig.from_environment()
    if host not in LOOPBACK:
        print_exposure(host, page)
    assistant = open_assistant()
    from rag.feeds.following import Feeds
    from rag.page.serving import serve

    serve(
        assistant,
        host=host,
        port=port,
        library=assistant.library,
        feeds=Feeds.over(assistant.library) if assistant.library else None,
        config=page,
        on_ready=lambda url: err.print(local(f"The page is open at {url}", f"页面已在 {url} 打开")),
    )


app.command(
    help=local(
        "Serve other programs: REST, the OpenAI protocol and MCP.",
        "为其他程序提供服务：REST、OpenAI 协议和 MCP。",
    )
)(serve)
app.command(help=local("Speak MCP over standard input and output.", "通过标准输入输出使用 MCP。"))(
    mcp
)
app.add_typer(keys, name="key")
app.command(help=local("Fetch articles from the web.", "从网上抓取文章。"))(fetch)
app.add_typer(feeds, name="feed")
app.command(
    help=local(
        "Fetch and prepare the models now, for use offline.",
        "立即下载并准备模型，以便离线使用。",
    )
)(prepare)
app.command(
    help=local(
        "Examine the installation, the models, the settings and the index.",
        "检查安装、模型、设置与索引。",
    )
)(doctor)
