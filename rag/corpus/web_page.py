"""The article of a web page, without its menus, notices and comments; through trafilatura."""

from __future__ import annotations

import logging

import trafilatura
from trafilatura.settings import Document as Page
from trafilatura.settings import use_config

from rag.corpus.characters import cleaned
from rag.corpus.field_blocks import ReadingNotice
from rag.corpus.front_matter import FrontMatter
from rag.corpus.html_tables import flatten_tables
from rag.corpus.page_tree import (
    MAX_ELEMENTS,
    MAX_WHOLE_CHARACTERS,
    Element,
    count_elements,
    put_in_order,
    whole_text,
)
from rag.errors import DocumentError
from rag.messages import Message

# It warns of every page that it finds nothing in; we say so ourselves, with the file's name.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_SETTINGS = use_config()
_SETTINGS.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
_SETTINGS.set("DEFAULT", "MIN_OUTPUT_SIZE", "1")


def read_page(html: str, name: str) -> FrontMatter:
    """What a page says of its article, and the article as Markdown.

    `name` is the file's, for messages. The text of a page with more than `MAX_ELEMENTS` elements
    is taken whole, up to `MAX_WHOLE_CHARACTERS`, and a notice says so. Raises `DocumentError`
    where the page holds no article.
    """
    tree = trafilatura.load_html(html)
    if tree is not None:
        if (elements := count_elements(tree)) > MAX_ELEMENTS:
            return _read_whole(tree, elements, name)
        put_in_order(tree)
        flatten_tables(tree)
    page = trafilatura.bare_extraction(
        tree,
        include_comments=False,
        include_formatting=True,
        with_metadata=True,
        prune_xpath=["//template", "//*[@hidden]"],
        config=_SETTINGS,
    )
    text = page.text or "" if isinstance(page, Page) else ""
    if not isinstance(page, Page) or not text.strip():
        raise _no_article(name)
    fields = {
        "title": page.title,
        "date": page.date,
        "outlet": page.sitename or page.hostname,
        "author": page.author,
        "url": page.url,
        "lang": page.language,
    }
    return FrontMatter(
        fields={key: value for key, value in fields.items() if value}, body=cleaned(text)
    )


def _read_whole(tree: Element, elements: int, name: str) -> FrontMatter:
    text = whole_text(tree)
    if not text:
        raise _no_article(name)
    title = tree.findtext(".//title")
    return FrontMatter(
        fields={"title": title, "lang": tree.get("lang")},
        body=cleaned(text),
        notices=(ReadingNotice(reason=_taken_whole(elements)),),
    )


def _no_article(name: str) -> DocumentError:
    return DocumentError(
        en=f"{name} holds no article that could be told from the rest of its page: save the"
        " article's text as .txt or .md.",
        zh=f"{name} 中找不到可与页面其余部分区分的文章：请把正文另存为 .txt 或 .md。",
    )


def _taken_whole(elements: int) -> Message:
    return Message(
        code="page_taken_whole",
        en=f"Its page has {elements:,} elements, more than {MAX_ELEMENTS:,}, so its text was taken"
        f" whole, menus included, up to {MAX_WHOLE_CHARACTERS:,} characters: save the article's"
        " text as .txt or .md.",
        zh=f"该页面有 {elements:,} 个元素，超过 {MAX_ELEMENTS:,} 个，因此收录了整页文字"
        f"（包括菜单，最多 {MAX_WHOLE_CHARACTERS:,} 个字符）：请把正文另存为 .txt 或 .md。",
    )
