"""Print answers and reports in a terminal, in the user's language.

Answers and reports go to standard output. Everything else goes to standard error, so that `--json`
output can be piped. Control characters in printed text are removed, so that text from outside
cannot control the terminal.
"""

from __future__ import annotations

import codecs
import io
import json
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from rag.config import Config, PageConfig, message_language, milvus_address, shown_index

if TYPE_CHECKING:
    from rag.store.articles import IndexStatus
    from rag.store.database import Failure
    from rag.store.notices import IndexReport, Notice
    from rag.types import Answer, Citation, Document, SearchResult, Statement, TimeFrame

LANGUAGE = message_language()

_SHOWN_ARTICLES = 20
_SHOWN_NOTICES = 20

out = Console(highlight=False, markup=False)
err = Console(stderr=True, highlight=False, markup=False)


class _Shown:
    """Replace each character that the terminal cannot show by `?`, and note that this happened."""

    def __init__(self) -> None:
        self.all = True

    def replaced(self, error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        self.all = False
        return "?" * (error.end - error.start), error.end


_shown = _Shown()


def show_what_can_be_shown() -> None:
    """Replace characters that the terminal cannot show by `?`, instead of raising an error."""
    codecs.register_error("rag.shown", _shown.replaced)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="rag.shown")


def print_if_not_all_shown() -> None:
    """If characters were replaced, say so, and say how to see them."""
    if not _shown.all:
        encoding = sys.stdout.encoding
        print_error(
            local(
                f"Characters that {encoding} can't show were replaced by ?: set"
                " PYTHONIOENCODING=utf-8, and use a terminal that shows UTF-8, to see them.",
                f"{encoding} 无法显示的字符已替换为 ?：请使用支持 UTF-8 的终端，"
                "并设置 PYTHONIOENCODING=utf-8。",
            ),
            style="dim",
        )


def local(en: str, zh: str) -> str:
    """Return the text in the user's language."""
    return zh if LANGUAGE == "zh" else en


def print_answer(answer: Answer) -> None:
    """Print an answer with its sources, the sentences left out, and the chat model used."""
    from rag.types import conflict_line

    zh = answer.language == "zh"
    notices = _notices(answer, zh=zh)
    print_lines(notices, style="dim")
    if notices:
        out.print()
    if answer.status == "abstained":
        _print_abstention(answer, zh=zh)
    for statement in answer.statements:
        _print_statement(statement, zh=zh)
    for conflict in answer.conflicts:
        print_lines(["", conflict_line(conflict, answer.language)], style="yellow")
    if answer.citations:
        out.print("\n出处：" if zh else "\nSources:")
        _print_sources(answer)
    if answer.left_out:
        out.print("\n未通过核对而略去：" if zh else "\nLeft out, because the check failed:")
    for statement in answer.left_out:
        reasons = "; ".join(reason.text(answer.language) for reason in statement.reasons)
        print_lines([f"  {statement.text} ({reasons})"], style="dim")
    if answer.model:
        sent = "问题发送给了 " if zh else "The question was sent to "
        if answer.model.saw_articles:
            sent = "问题和文章的句子发送给了 " if zh else "The question and sentences were sent to "
        print_lines(["", f"{sent}{answer.model.name} @ {answer.model.endpoint}"], style="dim")


def _notices(answer: Answer, *, zh: bool) -> list[str]:
    """Return how the question was understood, and the notices of the answer."""
    notices = [notice.text(answer.language) for notice in answer.notices]
    if answer.rewritten_question is not None:
        understood = "理解为：" if zh else "Understood as: "
        notices.insert(0, understood + answer.rewritten_question)
    # "There are no articles of that day" says already that others were searched.
    if answer.time_frame and all(n.code != "no_article_then" for n in answer.notices):
        notices.append(_time_frame(answer.time_frame, zh=zh))
    return notices


def _time_frame(frame: TimeFrame, *, zh: bool) -> str:
    from rag.retrieval.time_frame import effect_of

    effect = effect_of(frame).text("zh" if zh else "en")
    if frame.effect == "only":
        return effect + ("。" if zh else ".")
    other = (
        "；可用 --since 和 --until 另行指定日期。"
        if zh
        else "; use --since and --until to set other days."
    )
    return effect + other


def _print_abstention(answer: Answer, *, zh: bool) -> None:
    out.print("文章没有回答这个问题。" if zh else "The articles do not answer this question.")
    print_lines([message.text(answer.language) for message in answer.missing])
    if answer.nearest:
        out.print("\n最接近的文章：" if zh else "\nThe closest articles:")
    near = {passage.citation.doc_id: passage for passage in answer.near_passages}
    for document in answer.nearest:
        about = details(document.outlet, document.published)
        print_lines([f"  {document.doc_id}  {document.title}  {about}"])
        if passage := near.get(document.doc_id):
            no_answer = "不是答案：" if zh else "No answer: "
            reason = passage.reason.text(answer.language)
            print_lines([f"    {no_answer}“{passage.citation.quote}” {reason}"], style="dim")


def _print_sources(answer: Answer) -> None:
    said = {statement.text for statement in answer.statements}
    for citation in answer.citations:
        source = details(citation.title, citation.outlet, citation.published, citation.url)
        print_lines([f"[{citation.marker}] {source}"])
        if citation.quote not in said:
            print_lines([f"    “{citation.quote}”"], style="dim")
        if citation.also_in:
            others = "; ".join(details(d.outlet or d.title, d.published) for d in citation.also_in)
            print_lines([local("    also in: ", "    同一报道另见：") + others], style="dim")


def print_lines(lines: Sequence[str], style: str = "") -> None:
    """Print lines on standard output, without control characters."""
    for line in lines:
        out.print(Text(printable(line), style=style), soft_wrap=True)


def details(*parts: object) -> str:
    """Join the known details of an article to one line."""
    return " · ".join(str(part) for part in parts if part)


def _print_statement(statement: Statement, *, zh: bool) -> None:
    from rag.types import markers

    line = Text(printable(statement.text))
    if statement.citations:
        line.append(" " + markers(statement.citations), style="cyan")
    if statement.verdict == "partial":
        line.append("（请读引文）" if zh else " (read the quote)", style="yellow")
    out.print(line, soft_wrap=True)


def print_report(report: IndexReport, to: Console = out) -> None:
    """Print the result of an indexing run, and the files that could not be read."""
    to.print(
        local(
            f"{report.documents} articles in the index: {report.added} new,"
            f" {report.changed} changed, {report.moved} moved, {report.removed} removed,"
            f" {report.unchanged} unchanged; {report.passages_embedded} passages embedded.",
            f"索引中共有 {report.documents} 篇文章：新增 {report.added}，变更 {report.changed}，"
            f"移动 {report.moved}，移除 {report.removed}，未变 {report.unchanged}；"
            f"新计算 {report.passages_embedded} 个段落的向量。",
        ),
        soft_wrap=True,
    )
    print_failures(report.failures, to)
    print_notices(report.notices, to)


def _store_line(index: Path) -> list[str]:
    """Return the line that says where an index on a server can be made from; none for others."""
    if milvus_address(index) is None:
        return []
    if index.is_dir():
        all_of_it = local("all of it can be made from there", "可由此重建全部内容")
        return [local(f"Store:    {index}, {all_of_it}", f"本地库：  {index}，{all_of_it}")]
    return [local("Store:    where the articles are indexed", "本地库：  在收录文章的机器上")]


def print_status(found: IndexStatus, config: Config, *, every: bool) -> None:
    """Print what an index holds. Lists only the first 20 articles unless `every` is true."""
    from rag.answering.notices import rereading_due

    manifest = found.manifest
    embedder = f"{manifest.embedder} ({manifest.runtime})"
    named = shown_index(config.index)
    chat_model = config.chat_model.name if config.chat_model else None
    print_lines(
        [
            local(f"Index:    {named}", f"索引：    {named}"),
            *_store_line(config.index),
            *(local(f"Follows:  {root}", f"跟踪：    {root}") for root in found.roots),
            local(
                f"Articles: {len(found.documents)}, in {found.passages} passages",
                f"文章：    {len(found.documents)} 篇，共 {found.passages} 个段落",
            ),
            local(
                f"Updated:  {manifest.updated}, generation {manifest.generation}",
                f"更新：    {manifest.updated}，第 {manifest.generation} 代",
            ),
            local(f"Embedder: {embedder}", f"嵌入模型：{embedder}"),
            local(
                f"Reranker: {config.reranker or 'none (RAG_RERANKER is not set)'}",
                f"重排模型：{config.reranker or '无（未设置 RAG_RERANKER）'}",
            ),
            local(
                f"Reader:   {config.reader or 'the bundled one'}",
                f"阅读模型：{config.reader or '自带的'}",
            ),
            local(
                f"Chat model: {chat_model or 'none (RAG_MODEL is not set)'}",
                f"语言模型：{chat_model or '无（未设置 RAG_MODEL）'}",
            ),
        ]
    )
    if manifest.rereading_due:
        print_lines([rereading_due().text(LANGUAGE)], style="yellow")
    shown = found.documents if every else found.documents[:_SHOWN_ARTICLES]
    for document in shown:
        about = details(document.outlet, document.published)
        print_lines([f"  {document.doc_id}  {document.title}  {about}"])
    if len(shown) < len(found.documents):
        rest = len(found.documents) - len(shown)
        print_lines([local(f"  and {rest} more: --all", f"  另有 {rest} 篇：--all")])
    for title in found.removed:
        print_lines([local(f"removed by hand: {title}", f"已手动移除：{title}")], style="dim")
    print_failures(found.failures)
    print_notices(found.notices, every=every)


def print_document(document: Document) -> None:
    """Print an article as it is indexed."""
    out.print(Text(printable(document.title), style="bold"))
    about = details(document.outlet, document.published, document.url)
    print_lines([about, "", document.text])


def print_exposure(host: str, page: PageConfig) -> None:
    """Warn that other machines can reach the page, because it listens on `host`."""
    if page.login:
        line = local(
            f"Note: {host} lets other machines reach this page, with the login of RAG_CHAT_AUTH."
            " Use HTTPS in front of it, or the password can be read in transit.",
            f"注意：监听 {host} 会让其他机器访问本页面，需要 RAG_CHAT_AUTH 中的登录信息。"
            "请在前面加上 HTTPS，否则密码在传输途中可被读取。",
        )
    else:
        line = local(
            f"Note: {host} lets other machines reach this page, and it asks for no password: set"
            " RAG_CHAT_AUTH=user:password.",
            f"注意：监听 {host} 会让其他机器访问本页面，而页面不需要密码："
            "请设置 RAG_CHAT_AUTH=用户名:密码。",
        )
    owner = local(
        " Articles are added and removed from this machine, and from others with the login of"
        " RAG_OWNER_AUTH, at /owner.",
        "可在本机增删文章；从其他机器增删，请在 /owner 用 RAG_OWNER_AUTH 中的登录信息登录。",
    )
    if page.owner is None:
        owner = local(
            " Articles are added and removed from this machine only. To do so from others too, set"
            " RAG_OWNER_AUTH=user:password and sign in at /owner.",
            "只有在本机才能增删文章；如需从其他机器增删，请设置 RAG_OWNER_AUTH=用户名:密码，"
            "并在 /owner 登录。",
        )
    line += owner
    print_error(line, style="yellow")


def print_error(text: str, style: str = "") -> None:
    """Print one line on standard error, without wrapping it."""
    err.print(Text(printable(text), style=style), soft_wrap=True)


def print_failures(failures: tuple[Failure, ...], to: Console = out) -> None:
    """Print which files could not be read, and why."""
    for failure in failures:
        line = local("not read", "未能读取") + f": {failure.path}: {failure.reason.text(LANGUAGE)}"
        to.print(Text(printable(line), style="yellow"), soft_wrap=True)


def print_notices(notices: tuple[Notice, ...], to: Console = out, *, every: bool = False) -> None:
    """Print what was not understood in indexed articles.

    Prints only the first 20 unless `every` is true.
    """
    shown = notices if every else notices[:_SHOWN_NOTICES]
    for notice in shown:
        line = local("note", "注意") + f": {notice.path}: {notice.reason.text(LANGUAGE)}"
        to.print(Text(printable(line), style="yellow"), soft_wrap=True)
    if rest := len(notices) - len(shown):
        line = local(
            f"and {rest} more notes: rag status --all", f"另有 {rest} 条注意：rag status --all"
        )
        to.print(line, style="yellow", soft_wrap=True)


def json_fields(record: Document | SearchResult | Citation) -> dict[str, object]:
    """Return the fields of a record for JSON, with the day of publication as it is shown."""
    return {**asdict(record), "published": record.published and str(record.published)}


def print_json(value: object) -> None:
    """Print a value as one line of JSON. The console is not used because it would wrap the line."""
    print_json_line(json.dumps(value, ensure_ascii=False, default=str))


def print_json_line(line: str) -> None:
    """Print a line of JSON.

    If the output's encoding lacks some of its characters, they are written as escapes.
    """
    try:
        line.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        line = json.dumps(json.loads(line))
    sys.stdout.write(line + "\n")


def printable(text: str) -> str:
    """Return the text without characters that could control a terminal."""
    return "".join(
        c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs")
    )
