"""The command that copies an index to a Milvus server or from it: `rag move`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.config import Config, MilvusConfig, milvus_address, shown_index
from rag.errors import ConfigError
from rag.progress_bars import index_progress
from rag.terminal import local, out

if TYPE_CHECKING:
    from rag.store.milvus.moving import Moved


def move(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help=local(
                "milvus://HOST:PORT/NAME, or a folder if RAG_INDEX is on a server.",
                "milvus://主机:端口/名称；若 RAG_INDEX 在服务器上，则为文件夹。",
            ),
        ),
    ],
) -> None:
    """Copy the index of `RAG_INDEX`. It stays where it is."""
    source, folder = Config.from_environment().index, Config(index=Path(target)).index
    if (milvus_address(source) is None) == (milvus_address(folder) is None):
        raise ConfigError(
            en=f"RAG_INDEX is {shown_index(source)}, and the target {shown_index(folder)}: one of"
            " them must be milvus://HOST:PORT/NAME, the other one a folder.",
            zh=f"RAG_INDEX 为 {shown_index(source)}，目标为 {shown_index(folder)}："
            "其中一个必须是 milvus://主机:端口/名称，另一个是文件夹。",
        )
    print_moved(moved_to(source, folder), folder)


def print_moved(moved: Moved, folder: Path) -> None:
    """Print what was copied, and how the copy is used."""
    named = shown_index(folder)
    counts = f"{moved.documents:,}", f"{moved.passages:,}"
    out.print(
        local(
            f"Copied to {named} and compared: {counts[0]} articles, {counts[1]} passages.\n"
            f"Use it with RAG_INDEX={named}",
            f"已复制到 {named} 并逐一核对：{counts[0]} 篇文章，{counts[1]} 个段落。\n"
            f"使用方法：RAG_INDEX={named}",
        ),
        soft_wrap=True,
    )


def moved_to(source: Path, folder: Path, *, again: bool = False) -> Moved:
    """Copy an index, with progress; see `rag.store.milvus.moving`."""
    from rag.store.milvus.moving import to_folder, to_server

    there, here = milvus_address(folder), milvus_address(source)
    with index_progress() as advance:
        if there is not None:
            config = MilvusConfig.from_environment()
            return to_server(source, folder, there, config, advance, again=again)
        if here is not None:
            return to_folder(here, folder, advance)
    raise ConfigError(
        en="--from writes an index on a Milvus server anew: set RAG_INDEX=milvus://HOST:PORT/NAME.",
        zh="--from 用于重新写入 Milvus 服务器上的索引：请设置 RAG_INDEX=milvus://主机:端口/名称。",
    )
