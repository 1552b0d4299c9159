"""The command that corrects what the index knows of an article: `rag correct`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from rag.cli_indexing import prepared_embedder
from rag.cli_questions import Json
from rag.config import Config
from rag.errors import ConfigError
from rag.terminal import LANGUAGE, local, out, print_json, print_lines


def correct(
    article: Annotated[
        str,
        typer.Argument(
            help=local(
                "The id of an article, from `rag status`. Without it, the corrections are listed.",
                "文章编号，见 `rag status`。不写则列出已有的更正。",
            )
        ),
    ] = "",
    outlet: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=local("The outlet that it is of.", "所属媒体。")),
    ] = None,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help=local("Its title.", "标题。"))
    ] = None,
    day: Annotated[
        str | None,
        typer.Option(metavar="2025-02-13", help=local("The day of the article.", "文章日期。")),
    ] = None,
    undo: Annotated[
        bool,
        typer.Option(
            "--undo",
            help=local(
                "Take all corrections of the article back. An empty value takes back one"
                ' (--outlet "").',
                '撤销这篇文章的所有更正。空值只撤销一项（--outlet ""）。',
            ),
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Correct an article, or list the corrections."""
    from rag.uploads.library import Library

    given = {"outlet": outlet, "title": title, "day": day}
    wanted = any(value is not None for value in given.values())
    if undo and wanted:
        raise ConfigError(
            en="--undo takes all corrections back: give it without --outlet, --title and --day.",
            zh="--undo 会撤销所有更正：请勿同时给出 --outlet、--title 或 --day。",
        )
    if (undo or wanted) and not article:
        raise ConfigError(
            en="Which article? Give its id (`rag status` lists them).",
            zh="是哪篇文章？请给出其编号（见 `rag status`）。",
        )
    config = Config.from_environment()
    if not (undo or wanted):
        _list(config, article, as_json=as_json)
        return
    library = Library(config.index, prepared_embedder(config))
    library.correct(article, **(dict.fromkeys(given, "") if undo else given))
    _print_now(config, article, as_json=as_json)


def _list(config: Config, article: str, *, as_json: bool) -> None:
    """Print the corrections of the index, or of one article."""
    from rag.store.corrections import read_corrections
    from rag.store.index import stored_document

    if article:
        stored_document(config.index, article)  # so that a wrong id is told
    kept = {
        doc_id: {name: value for name, value in asdict(correction).items() if value}
        for doc_id, correction in read_corrections(config.index).items()
        if article in ("", doc_id)
    }
    if as_json:
        print_json(kept)
        return
    names = {
        "outlet": local("outlet", "媒体"),
        "title": local("title", "标题"),
        "day": local("day", "日期"),
    }
    colon = local(": ", "：")
    for doc_id, fields in kept.items():
        print_lines([doc_id], style="bold")
        print_lines([f"  {names[name]}{colon}{value}" for name, value in fields.items()])
    if not kept:
        out.print(local("Nothing is corrected by hand.", "没有人工更正。"))


def _print_now(config: Config, article: str, *, as_json: bool) -> None:
    """Print the article as it is listed now."""
    from rag.exports.layout import details_of
    from rag.store.corrections import as_corrected
    from rag.store.index import stored_document

    document = stored_document(config.index, article)
    if as_json:
        print_json({"article": article, **asdict(as_corrected(document))})
    else:
        now = details_of(document, LANGUAGE)
        print_lines([local(f"Listed now as: {now}", f"现列为：{now}")])
