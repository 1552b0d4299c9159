"""Retrievers for LangChain, LlamaIndex and Haystack: one module for each.

Each module has a `CitedRetriever` that searches an index as `Assistant.search` does. Each document
that it returns is a span of an article, and its metadata say where it stands (`details`). Importing
a module raises `ImportError` if its library is not installed.
"""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from rag.config import message_language
from rag.messages import Message
from rag.types import SearchResult


def details(result: SearchResult) -> dict[str, Any]:
    """Return the metadata of a result: where its text stands, and in which article.

    `start` and `end` are Unicode code points of the article's text. `published` is ISO 8601, as
    precise as the source says, such as `2025-02-13 18:26` or `2025-02`. `outlet`, `published` and
    `url` are None if the article does not name them. JSON can hold all values.
    """
    return {
        "doc_id": result.doc_id,
        "title": result.title,
        "outlet": result.outlet,
        "published": str(result.published) if result.published else None,
        "url": result.url,
        "start": result.start,
        "end": result.end,
    }


def stable_id(result: SearchResult) -> str:
    """Return a UUID of the result's text and place. It is the same in every search and process.

    Vector stores use it to keep a passage once; some of them take only UUIDs.
    """
    place = f"{result.doc_id}\n{result.start}\n{result.end}\n{result.text}"
    return str(uuid5(NAMESPACE_OID, place))


def not_installed(library: str, extra: str) -> ImportError:
    """Return the error that names the extra to install, as one line."""
    command = f'pip install "cited-rag[{extra}]"'
    line = Message(
        code="NotInstalled",
        en=f"{library} is not installed: run `{command}`.",
        zh=f"未安装 {library}：请运行 `{command}`。",
    )
    return ImportError(line.text(message_language()))
