"""The article of a web page, without its menus, notices and comments; through trafilatura."""

from __future__ import annotations

import logging

import trafilatura
from trafilatura.settings import Document as Page
from trafilatura.settings import use_config

from rag.corpus.characters import cleaned
from rag.corpus.front_matter import FrontMatter
from rag.corpus.html_tables import flatten_tables
from rag.errors import DocumentError

# It warns of every page that it finds nothing in; we say so ourselves, with the file's name.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_SETTINGS = use_config()
_SETTINGS.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
_SETTINGS.set("DEFAULT", "MIN_OUTPUT_SIZE", "1")


def read_page(html: str, name: str) -> FrontMatter:
    """What a page says of its article, and the article as Markdown.

    `name` is the file's, for messages. Raises `DocumentError` where the page holds no article.
    """
    tree = trafilatura.load_html(html)
    if tree is not None:
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
        raise DocumentError(
            en=f"{name} holds no article that could be told from the rest of its page: save the"
            " article's text as .txt or .md.",
            zh=f"{name} 中找不到可与页面其余部分区分的文章：请把正文另存为 .txt 或 .md。",
        )
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
