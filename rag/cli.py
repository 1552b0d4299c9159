"""The command line: the only place that prints.

Answers and reports go to standard output, everything about the work to standard error, so that
`--json` output can be piped. Exit codes: 0 done, 1 an error (one line says which), 2 wrong usage,
3 the articles don't answer the question.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from rag.config import Config, message_language
from rag.errors import IndexMissing, RagError

if TYPE_CHECKING:
    from rich.progress import Progress

    from rag.assistant import Assistant
    from rag.index.indexing import IndexReport
    from rag.index.store import Failure
    from rag.models.embedder import Embedder
    from rag.types import Answer, Statement

EXIT_ERROR = 1
EXIT_ABSTAINED = 3

LANGUAGE = message_language()


def _(en: str, zh: str) -> str:
    return zh if LANGUAGE == "zh" else en


app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=_(
        "Answers over a folder of news articles, every sentence cited and checked.",
        "根据一个文件夹里的新闻文章回答问题，每句话都有经过核对的出处。",
    ),
)
_out = Console(highlight=False, markup=False)
_err = Console(stderr=True, highlight=False, markup=False)

Json = Annotated[bool, typer.Option("--json", help=_("Print JSON.", "输出 JSON。"))]


def main() -> None:
    """Run the command line; a `RagError` becomes one line and exit code 1."""
    try:
        app()
    except RagError as error:
        # One line, however narrow the terminal is.
        _err.print(Text(_printable(error.message.text(LANGUAGE)), style="red"), soft_wrap=True)
        sys.exit(EXIT_ERROR)
    except KeyboardInterrupt:
        _err.print(_("Stopped.", "已停止。"))
        sys.exit(130)


@app.command(
    help=_(
        "Index the articles in PATHS, or bring their index up to date.",
        "为 PATHS 中的文章建立索引，或更新已有的索引。",
    )
)
def index(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help=_("Folders or files (.md, .txt).", "文件夹或文件（.md、.txt）。")),
    ] = None,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild",
            help=_(
                "Throw the index away and make it anew; without PATHS, of the same folders.",
                "丢弃现有索引并重新建立；不写 PATHS 时沿用原来的文件夹。",
            ),
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    from rag.index.indexing import known_roots

    config = Config.from_environment()
    roots = list(paths or known_roots(config.index))
    if not roots:
        raise IndexMissing(
            en=f"There is no index in {config.index} yet: run `rag index FOLDER` with the folder of"
            " your articles.",
            zh=f"{config.index} 中还没有索引：请运行 `rag index 文件夹`（存放文章的文件夹）。",
        )
    report = _index(config, roots, rebuild=rebuild)
    if as_json:
        _print_json({**asdict(report), "index": str(config.index)})
    else:
        _print_report(report)
    if report.failures and not report.documents:
        raise typer.Exit(EXIT_ERROR)


@app.command(help=_("Ask a question.", "提一个问题。"))
def ask(
    question: Annotated[str, typer.Argument(help=_("The question.", "问题。"))],
    as_json: Json = False,
) -> None:
    from rag.assistant import checked_question

    # Before the minutes that a first start may take.
    checked_question(question)
    # In a variable: to free the tokenizer takes half a second, and has time until after printing.
    assistant = _open()
    answer = assistant.ask(question)
    if as_json:
        # Not through the console, which would wrap lines.
        sys.stdout.write(answer.to_json() + "\n")
    else:
        _print_answer(answer)
    if answer.status == "abstained":
        raise typer.Exit(EXIT_ABSTAINED)


@app.command(help=_("Show an article as it is indexed.", "显示索引中的一篇文章。"))
def show(
    doc_id: Annotated[
        str, typer.Argument(help=_("Its id, from `rag status`.", "编号，见 `rag status`。"))
    ],
    as_json: Json = False,
) -> None:
    from rag.index.snapshot import stored_document

    document = stored_document(Config.from_environment().index, doc_id)
    if as_json:
        _print_json(
            {**asdict(document), "published": document.published and str(document.published)}
        )
        return
    _out.print(Text(_printable(document.title), style="bold"))
    _print_lines([_details(document.outlet, document.published, document.url), "", document.text])


@app.command(
    help=_(
        "Tell what is indexed, by which model, and what failed.",
        "显示索引内容、所用模型和失败的文件。",
    )
)
def status(as_json: Json = False) -> None:
    from rag.index.snapshot import read_status

    config = Config.from_environment()
    found = read_status(config.index)
    model = config.chat_model.name if config.chat_model else None
    if as_json:
        _print_json({**asdict(found), "index": str(config.index), "chat_model": model})
        return
    manifest = found.manifest
    _out.print(_(f"Index:    {config.index}", f"索引：    {config.index}"))
    _out.print(
        _(
            f"Articles: {len(found.documents)}, in {found.passages} passages",
            f"文章：    {len(found.documents)} 篇，共 {found.passages} 个段落",
        )
    )
    _out.print(
        _(
            f"Updated:  {manifest.updated}, generation {manifest.generation}",
            f"更新：    {manifest.updated}，第 {manifest.generation} 代",
        )
    )
    embedder = f"{manifest.embedder} ({manifest.runtime})"
    _out.print(_(f"Embedder: {embedder}", f"嵌入模型：{embedder}"))
    _out.print(
        _(
            f"Chat model: {model or 'none (RAG_MODEL is not set)'}",
            f"语言模型：{model or '无（未设置 RAG_MODEL）'}",
        )
    )
    for document in found.documents:
        details = _details(document.outlet, document.published)
        _print_lines([f"  {document.doc_id}  {document.title}  {details}"])
    _print_failures(found.failures)


@app.command(help=_("Open the chat page.", "打开聊天页面。"))
def chat(
    host: Annotated[str, typer.Option(help=_("Address to bind to.", "监听地址。"))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help=_("Port.", "端口。"))] = 7860,
) -> None:
    assistant = _open()
    from rag.page.app import serve

    if host not in ("127.0.0.1", "localhost", "::1"):
        _err.print(
            _(
                f"Note: {host} lets other machines reach this page, and it asks for no password.",
                f"注意：监听 {host} 会让其他机器访问本页面，而页面不需要密码。",
            )
        )
    serve(
        assistant,
        host=host,
        port=port,
        on_ready=lambda url: _err.print(_(f"The page is open at {url}", f"页面已在 {url} 打开")),
    )


def _open() -> Assistant:
    """Open the configured index; without one, build it from `seeds/` if that is here."""
    from rag.assistant import Assistant
    from rag.index.snapshot import read_status
    from rag.index.store import index_exists

    config = Config.from_environment()
    seeds = Path("seeds")
    if not index_exists(config.index) and seeds.is_dir():
        _err.print(
            _(
                f"No index in {config.index} yet: building it from seeds/.",
                f"{config.index} 中还没有索引：先用 seeds/ 建立。",
            )
        )
        _print_report(_index(config, [seeds], rebuild=False), to=_err)
    # What is wrong with the index is told before the seconds that the model takes to load.
    read_status(config.index)
    return Assistant.open(config, embedder=_embedder(config))


def _index(config: Config, roots: list[Path], *, rebuild: bool) -> IndexReport:
    from rag.index.indexing import update_index

    embedder = _embedder(config)
    with _progress(_("Embedding passages", "计算段落向量")) as advance:
        return update_index(config.index, roots, embedder, advance, rebuild=rebuild)


def _embedder(config: Config) -> Embedder:
    from rag.models.loading import load_embedder

    preparing = _(
        "Preparing the embedding model for this machine (once, a few minutes on a small machine)",
        "为本机准备嵌入模型（仅一次，配置较低的机器需几分钟）",
    )
    with _progress(preparing) as advance:
        embedder = load_embedder(config.embedder, advance)
    if embedder.notice:
        _err.print(Text(_printable(embedder.notice.text(LANGUAGE)), style="yellow"), soft_wrap=True)
    return embedder


@contextmanager
def _progress(task: str) -> Iterator[Callable[[int, int], None]]:
    """Progress on standard error, shown only once there is something to wait for."""
    bar: Progress | None = None
    with ExitStack() as stack:

        def advance(done: int, total: int) -> None:
            nonlocal bar
            bar = bar or stack.enter_context(_bar(task))
            bar.update(bar.task_ids[0], completed=done, total=total)

        yield advance


def _bar(task: str) -> Progress:
    # Imported late, since most commands show none.
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    if not _err.is_terminal:
        # Nothing can be redrawn there: one line has to do.
        _err.print(f"{task} …", soft_wrap=True)
    columns = ("{task.description}", BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=_err, transient=True, disable=not _err.is_terminal)
    bar.add_task(task, total=None)
    return bar


def _print_answer(answer: Answer) -> None:
    zh = answer.language == "zh"
    _print_lines([notice.text(answer.language) for notice in answer.notices], style="dim")
    if answer.notices:
        _out.print()
    if answer.status == "abstained":
        _print_abstention(answer, zh=zh)
    for statement in answer.statements:
        _print_statement(statement, zh=zh)
    if answer.citations:
        _out.print("\n出处：" if zh else "\nSources:")
        _print_sources(answer)
    if answer.left_out:
        _out.print("\n未通过核对而略去：" if zh else "\nLeft out, because the check failed:")
    for statement in answer.left_out:
        reasons = "; ".join(reason.text(answer.language) for reason in statement.reasons)
        _print_lines([f"  {statement.text} ({reasons})"], style="dim")
    if answer.model:
        sent = (
            "问题和引用的句子发送给了 " if zh else "The question and quoted sentences were sent to "
        )
        _print_lines(["", f"{sent}{answer.model.name} @ {answer.model.endpoint}"], style="dim")


def _print_abstention(answer: Answer, *, zh: bool) -> None:
    _out.print("文章没有回答这个问题。" if zh else "The articles do not answer this question.")
    _print_lines([message.text(answer.language) for message in answer.missing])
    if answer.nearest:
        _out.print("\n最接近的文章：" if zh else "\nThe closest articles:")
    for document in answer.nearest:
        details = _details(document.outlet, document.published)
        _print_lines([f"  {document.doc_id}  {document.title}  {details}"])


def _print_sources(answer: Answer) -> None:
    said = {statement.text for statement in answer.statements}
    for citation in answer.citations:
        source = _details(citation.title, citation.outlet, citation.published, citation.url)
        _print_lines([f"[{citation.marker}] {source}"])
        if citation.quote not in said:
            _print_lines([f"    “{citation.quote}”"], style="dim")


def _print_lines(lines: Sequence[str], style: str = "") -> None:
    for line in lines:
        _out.print(Text(_printable(line), style=style), soft_wrap=True)


def _details(*parts: object) -> str:
    return " · ".join(str(part) for part in parts if part)


def _print_statement(statement: Statement, *, zh: bool) -> None:
    from rag.types import markers

    line = Text(_printable(statement.text))
    if statement.citations:
        line.append(" " + markers(statement.citations), style="cyan")
    if statement.verdict == "partial":
        line.append("（部分得到支持）" if zh else " (partly supported)", style="yellow")
    _out.print(line, soft_wrap=True)


def _print_report(report: IndexReport, to: Console = _out) -> None:
    to.print(
        _(
            f"{report.documents} articles indexed: {report.added} new, {report.changed} changed,"
            f" {report.removed} removed, {report.unchanged} unchanged;"
            f" {report.passages_embedded} passages embedded.",
            f"共索引 {report.documents} 篇文章：新增 {report.added}，变更 {report.changed}，"
            f"移除 {report.removed}，未变 {report.unchanged}；"
            f"新计算 {report.passages_embedded} 个段落的向量。",
        )
    )
    _print_failures(report.failures, to)


def _print_failures(failures: tuple[Failure, ...], to: Console = _out) -> None:
    for failure in failures:
        line = _("not read", "未能读取") + f": {failure.path}: {failure.reason.text(LANGUAGE)}"
        to.print(Text(_printable(line), style="yellow"), soft_wrap=True)


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def _printable(text: str) -> str:
    """The text without characters that could steer a terminal."""
    return "".join(
        c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs")
    )
