"""The commands that bring articles from the web: `rag fetch` and `rag feed`."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import FetchError, RagError
from rag.ingest.files import shown
from rag.terminal import LANGUAGE, local, out, print_error, print_json, print_json_line

if TYPE_CHECKING:
    from rag.feeds.following import Feeds
    from rag.feeds.keeping import Kept
    from rag.feeds.record import Feed
    from rag.feeds.reports import FeedReport

EXIT_ERROR = 1
Json = Annotated[bool, typer.Option("--json", help=local("Print JSON.", "输出 JSON。"))]
Which = Annotated[str, typer.Argument(help=local("Its address or name.", "订阅源的地址或名称。"))]

feeds = typer.Typer(
    no_args_is_help=True,
    help=local("Follow feeds (RSS, Atom, JSON Feed).", "跟踪订阅源（RSS、Atom、JSON Feed）。"),
)


def fetch(
    addresses: Annotated[
        list[str],
        typer.Argument(metavar="URL...", help=local("Addresses of articles.", "文章的网址。")),
    ],
    as_json: Json = False,
) -> None:
    """Fetch single articles into the index."""
    opened = _open()
    results = opened.fetch(addresses)
    if as_json:
        print_json([_fields(result) for result in results])
    else:
        for result in results:
            _print_kept(result)
    if any(result.outcome in ("refused", "failed") for result in results):
        raise typer.Exit(EXIT_ERROR)


@feeds.command("add", help=local("Follow a feed.", "跟踪一个订阅源。"))
def add_feed(
    address: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            help=local(
                "The address of the feed, or of a page that names it.",
                "订阅源的地址，或列出它的网页地址。",
            ),
        ),
    ],
    name: Annotated[
        str | None,
        typer.Option(
            help=local(
                "Its name, by default its own title. Articles that name no outlet get it.",
                "名称，默认为其自身标题；未注明媒体的文章以此为媒体名。",
            )
        ),
    ] = None,
) -> None:
    feed = _open().add(address, name)
    line = local(
        f"Following {feed.name} ({feed.address}). `rag feed run` fetches its articles.",
        f"已跟踪 {feed.name}（{feed.address}）。用 `rag feed run` 抓取文章。",
    )
    _print(line)


@feeds.command("list", help=local("List the feeds.", "列出订阅源。"))
def list_feeds(as_json: Json = False) -> None:
    opened = _open()
    found = opened.list()
    if as_json:
        print_json([{**asdict(feed), "articles": opened.count(feed)} for feed in found])
        return
    if not found:
        print_error(
            local("There are no feeds: `rag feed add URL`.", "还没有订阅源：`rag feed add 网址`。")
        )
    for feed in found:
        _print_feed(feed, opened.count(feed))


@feeds.command("remove", help=local("Stop following a feed. Its articles stay.",
                                    "不再跟踪一个订阅源，其文章保留。"))  # fmt: skip
def remove_feed(which: Which) -> None:
    feed = _open().remove(which)
    _print(local(f"No longer followed: {feed.name}.", f"不再跟踪：{feed.name}。"))


@feeds.command(
    "run",
    help=local(
        "Fetch what is new in the feeds. Exit code 1 if a feed failed.",
        "抓取订阅源中的新文章。有订阅源失败时退出码为 1。",
    ),
)
def run_feeds(
    which: Annotated[
        list[str] | None,
        typer.Argument(
            help=local("Addresses or names; by default all.", "地址或名称；默认为全部。")
        ),
    ] = None,
    watch: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="MINUTES",
            help=local(
                "Keep running, and look again after so many minutes.",
                "持续运行，每隔这些分钟再查看一次。",
            ),
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    opened = _open()

    def show(report: FeedReport) -> None:
        if as_json:
            print_json_line(_line(report))
        else:
            _print_report(report)

    while True:
        failed = False
        try:
            reports = opened.run(show, which=which or ())
            failed = any(report.error for report in reports)
            if not reports and not as_json:
                print_error(local("There are no feeds to run.", "没有可查看的订阅源。"))
        except RagError as error:
            if watch is None:
                raise
            # A later look may succeed: another process was at work, or the disk was full.
            print_error(error.message.text(LANGUAGE), style="red")
        if watch is None:
            break
        time.sleep(watch * 60)
    if failed:
        raise typer.Exit(EXIT_ERROR)


@feeds.command("versions", help=local("Show the kept versions of an article.",
                                      "显示一篇文章保存的各个版本。"))  # fmt: skip
def show_versions(
    address: Annotated[
        str, typer.Argument(metavar="URL", help=local("Its address.", "文章的网址。"))
    ],
    as_json: Json = False,
) -> None:
    opened = _open()
    found = opened.versions(address)
    if as_json:
        print_json([{**asdict(v), "page": str(opened.page_path(v))} for v in found])
        return
    if not found:
        print_error(local("It was never fetched.", "从未抓取过。"))
        raise typer.Exit(EXIT_ERROR)
    for version in found:
        mark = f"  [{_correction(version.correction)}]" if version.correction else ""
        _print(f"{_moment(version.at)}  {version.title}{mark}")
        _print(f"    {opened.page_path(version)}")


@feeds.command("import", help=local("Follow the feeds of an OPML file.",
                                    "跟踪 OPML 文件中的订阅源。"))  # fmt: skip
def import_feeds(
    file: Annotated[Path, typer.Argument(help=local("The OPML file.", "OPML 文件。"))],
) -> None:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise FetchError(
            en=f"{shown(str(file))} can't be opened ({error.strerror}): give an OPML file.",
            zh=f"{shown(str(file))} 无法打开（{error.strerror}）：请给出 OPML 文件。",
        ) from error
    added = _open().import_opml(data)
    for feed in added:
        _print(f"{feed.name}  {feed.address}")
    print_error(local(f"{len(added)} new feeds are followed.", f"新增跟踪 {len(added)} 个订阅源。"))


@feeds.command("export", help=local("Print the feeds as OPML.", "以 OPML 输出订阅源。"))
def export_feeds() -> None:
    out.print(_open().export_opml(), end="", soft_wrap=True)


def _open() -> Feeds:
    # Imported here so that other commands don't wait for it.
    from rag.feeds.following import Feeds

    return Feeds.open()


def _print(line: str, style: str = "") -> None:
    # Titles and names are text from outside.
    out.print(shown(line), style=style, soft_wrap=True)


def _print_feed(feed: Feed, count: int) -> None:
    state = local("never read", "尚未读取")
    if feed.stopped:
        state = local("stopped", "已停用")
    elif feed.succeeded:
        state = _moment(feed.succeeded)
    _print(local(f"{feed.name}  {count} articles  {state}", f"{feed.name}  {count} 篇  {state}"))
    _print(f"    {feed.address}")
    if feed.fault:
        _print(f"    {feed.fault.text(LANGUAGE)}", style="yellow")


def _print_report(report: FeedReport) -> None:
    new, changed = report.count("new"), report.count("changed")
    other = report.count("duplicate", "refused")
    line = local(
        f"{report.feed.name}: {new} new, {changed} changed, {other} not taken",
        f"{report.feed.name}：新增 {new} 篇，更新 {changed} 篇，未收录 {other} 篇",
    )
    _print(line)
    for kept in report.articles:
        if kept.outcome != "failed" and kept.outcome != "same":
            _print_kept(kept, indent="    ")
    for notice in report.notices:
        _print(f"    {notice.text(LANGUAGE)}", style="dim")
    if report.error:
        print_error(f"{report.feed.name}: {report.error.text(LANGUAGE)}", style="red")


def _print_kept(kept: Kept, indent: str = "") -> None:
    words = {
        "new": local("added", "已添加"),
        "changed": local("changed", "已更新"),
        "same": local("unchanged", "未变化"),
        "duplicate": local("already there", "已有相同文章"),
        "removed": local("removed before", "此前已移除"),
        "refused": local("not taken", "未收录"),
        "failed": local("failed", "失败"),
    }
    correction = f" [{_correction(kept.correction)}]" if kept.correction else ""
    line = f"{indent}{words[kept.outcome]}: {kept.title or kept.address}{correction}"
    _print(line + (f" ({kept.doc_id})" if kept.doc_id else ""))
    if kept.reason:
        _print(f"{indent}    {kept.reason.text(LANGUAGE)}", style="yellow")


def _correction(kind: str | None) -> str:
    return {
        "corrected": local("corrected by its outlet", "媒体已更正"),
        "retracted": local("retracted by its outlet", "媒体已撤稿"),
        "gone": local("its page is gone", "网页已不存在"),
    }.get(kind or "", "")


def _fields(kept: Kept) -> dict[str, Any]:
    reason = kept.reason.text(LANGUAGE) if kept.reason else None
    return {**asdict(kept), "reason": reason}


def _line(report: FeedReport) -> str:
    import json

    value = {
        "feed": report.feed.name,
        "address": report.feed.address,
        "error": report.error.text(LANGUAGE) if report.error else None,
        "notices": [notice.text(LANGUAGE) for notice in report.notices],
        "articles": [_fields(kept) for kept in report.articles],
    }
    return json.dumps(value, ensure_ascii=False)


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d %H:%M}"
