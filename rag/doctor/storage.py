"""Examine the cache of the models and the index."""

from __future__ import annotations

import os
from pathlib import Path

from rag.config import milvus_address
from rag.doctor.finding import Finding, failed, folder_size, good, shown, size_of, trouble
from rag.errors import IndexMissing, RagError
from rag.models.embedder import Embedder
from rag.store.database import whole_within
from rag.store.index import read_status

CHECKED_SECONDS = 20.0
"""How long the file of the index is checked. A very large one takes longer than that."""


def cache(folder: Path) -> Finding:
    """Return the folder with everything that can be made again, and its size."""
    if not folder.exists():
        return good(
            "cache", f"{shown(folder)}, empty", f"{shown(folder)}，为空", facts={"bytes": 0}
        )
    size = folder_size(folder)
    line, facts = f"{shown(folder)}, {size_of(size)}", {"bytes": size}
    if os.access(folder, os.W_OK):
        return good("cache", line, facts=facts)
    return trouble(
        "cache",
        f"{line}, can't be written",
        f"{line}，无法写入",
        remedy=("allow writing there", "请开放其写权限"),
        level="note",
        facts=facts,
    )


def index(folder: Path, embedder: Embedder | None) -> Finding:
    """Return the state of the index: what it holds, and if it is whole and fits the model."""
    try:
        found = read_status(folder)
        served = milvus_address(folder) is not None
        whole = not served and whole_within(folder, CHECKED_SECONDS)
    except IndexMissing as error:
        return _missing(folder, error)
    except RagError as error:
        return failed("index", error)
    manifest, size = found.manifest, folder_size(folder)
    facts: dict[str, object] = {
        "bytes": size,
        "articles": len(found.documents),
        "passages": found.passages,
        "generation": manifest.generation,
        "updated": manifest.updated,
        "embedder": manifest.embedder,
        "not_read": len(found.failures),
        "checked": whole,
    }
    state = (
        f"no damage in what {CHECKED_SECONDS:.0f} s could check",
        f"{CHECKED_SECONDS:.0f} 秒内查到的部分没有损坏",
    )
    if whole:
        state = "no damage", "没有损坏"
    if served:
        state = "its server answers, and checks its own files", "服务器有回应，文件由它自行检查"
    en = (
        f"{_place(folder)}, {size_of(size)}: {len(found.documents)} articles in {found.passages}"
        f" passages, generation {manifest.generation} of {manifest.updated}; {state[0]}"
    )
    zh = (
        f"{_place(folder)}，{size_of(size)}：{len(found.documents)} 篇文章、{found.passages} 个段落"
        f"，第 {manifest.generation} 代（{manifest.updated}）；{state[1]}"
    )
    if embedder is not None and embedder.fingerprint != manifest.fingerprint:
        return trouble(
            "index",
            f"{en}; made with another embedding model ({manifest.embedder})",
            f"{zh}；由另一个嵌入模型（{manifest.embedder}）建立",
            remedy=(
                "run `rag index --rebuild`, or set RAG_EMBEDDER to that model",
                "请运行 `rag index --rebuild`，或把 RAG_EMBEDDER 设为该模型",
            ),
            facts=facts,
        )
    if found.failures:
        count = len(found.failures)
        return trouble(
            "index",
            f"{en}; {count} files were not read",
            f"{zh}；{count} 个文件未能读取",
            remedy=("`rag status` lists them and says why", "`rag status` 会列出文件与原因"),
            level="note",
            facts=facts,
        )
    return good("index", en, zh, facts=facts)


def _place(folder: Path) -> str:
    """Return how an index is named: its folder, or its address on a server."""
    address = milvus_address(folder)
    return shown(folder) if address is None else str(address)


def _missing(folder: Path, error: IndexMissing) -> Finding:
    if folder.exists() and not os.access(folder, os.W_OK):
        return failed("index", error)
    return trouble(
        "index",
        f"none in {_place(folder)}",
        f"{_place(folder)} 中没有索引",
        remedy=("run `rag index FOLDER`", "请运行 `rag index 文件夹`"),
        level="note",
    )
