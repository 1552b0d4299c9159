"""Decide whether a file holds many articles, and part it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.errors import DocumentError
from rag.ingest.bundles import factiva, nexis
from rag.ingest.bundles.parts import MAX_PARTS, Part, lines_of
from rag.ingest.front_matter import FrontMatter

_PAGE_ENDINGS = (".html", ".htm")
_TEXT_ENDINGS = (".txt", ".md", ".markdown")
_WECHAT = re.compile(r"(?:id|class)\s*=\s*[\"'][^\"']*\b(?:js_content|rich_media_content)\b")


def read_bundle(text: str, name: str, ending: str) -> tuple[Part, ...] | None:
    """Return the articles of a file, or None if it is an ordinary article.

    `text` is the file's text, as HTML for a page, and `name` its name for messages. A JSON file is
    always a list of articles. Raises `DocumentError` if a JSON file has none, or a file has more
    than `MAX_PARTS`.
    """
    if ending == ".json":
        from rag.ingest.bundles.records import read_records

        records = read_records(text, name)
        first, *others = _few(records.parts, name)
        # A notice of the file goes with its first article.
        matter = replace(first.matter, notices=(*first.matter.notices, *records.notices))
        return (replace(first, matter=matter), *others)
    if ending in _PAGE_ENDINGS and len(pages := _wechat_pages(text)) > 1:
        return _few(pages, name)
    if not factiva.LOOKS_LIKE.search(text) and not nexis.LOOKS_LIKE.search(text):
        return None
    lines = lines_of(_lines(text, ending))
    parts = factiva.read_factiva(lines) or nexis.read_nexis(lines, wrapped=ending in _TEXT_ENDINGS)
    return _few(parts, name) if parts else None


def read_wechat_page(text: str) -> FrontMatter | None:
    """Return the article of a saved page of a WeChat account, or None if it is another page."""
    pages = _wechat_pages(text)
    return pages[0].matter if len(pages) == 1 else None


# The modules that parse HTML are imported when they are needed, since that takes long.


def _wechat_pages(text: str) -> tuple[Part, ...]:
    if not _WECHAT.search(text):
        return ()
    from rag.ingest.bundles.wechat import read_wechat

    return read_wechat(text)


def _lines(text: str, ending: str) -> str:
    if ending in _PAGE_ENDINGS:
        from rag.ingest.bundles.page_lines import page_lines

        return page_lines(text)
    # The reading of a Word file puts signs before headings.
    return re.sub(r"^## ", "", text, flags=re.MULTILINE) if ending == ".docx" else text


def _few(parts: Sequence[Part], name: str) -> tuple[Part, ...]:
    if len(parts) > MAX_PARTS:
        raise DocumentError(
            en=f"{name} holds more than {MAX_PARTS:,} articles: split it.",
            zh=f"{name} 包含超过 {MAX_PARTS:,} 篇文章：请拆分。",
        )
    return tuple(parts)
