"""What of the articles a reader looks at: a page of the list that fits, or one of them whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.messages import Language, Message
from rag.store.articles import Listed
from rag.uploads.intake import Refusal
from rag.uploads.library import Added

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class Removed:
    """Articles that a reader removed, by their titles."""

    titles: tuple[str, ...]


Outcome = Added | Removed | Refusal | Message
"""What became of the last change that a reader made; a `Message` is an error."""


@dataclass(frozen=True, kw_only=True)
class View:
    """Where a reader is: page `page` of the list, from 0, or in the article `reading`.

    `came_from` is the article that the reader left last, where the list goes on from.
    """

    page: int = 0
    reading: str | None = None
    came_from: str | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which articles the list shows. All of `words` must be in the title, outlet or path."""

    words: str = ""
    language: Language | None = None
    uploaded_only: bool = False


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """Some of the articles that fit: from `start`, counted from 0, of `total`."""

    articles: tuple[Listed, ...]
    start: int
    total: int

    @property
    def number(self) -> int:
        """Which page this is, from 0."""
        return self.start // PAGE_SIZE

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def list_page(articles: Sequence[Listed], wanted: Wanted, page: int, uploads: str) -> ListPage:
    """Page `page` of the articles that fit, or the last one; `uploads` is the folder of uploads."""
    words = wanted.words.casefold().split()
    fitting = [
        article
        for article in articles
        if (wanted.language is None or article.language == wanted.language)
        and (not wanted.uploaded_only or article.base == uploads)
        and _has(article, words)
    ]
    last = max(0, (len(fitting) - 1) // PAGE_SIZE)
    start = min(max(page, 0), last) * PAGE_SIZE
    return ListPage(
        articles=tuple(fitting[start : start + PAGE_SIZE]), start=start, total=len(fitting)
    )


def _has(article: Listed, words: Sequence[str]) -> bool:
    if not words:
        return True
    text = f"{article.title}\n{article.outlet or ''}\n{article.path}".casefold()
    return all(word in text for word in words)
