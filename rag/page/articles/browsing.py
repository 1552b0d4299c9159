"""Select what the articles tab shows: a page of the filtered list, or one whole article."""

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
    """The titles of the articles that a reader removed."""

    titles: tuple[str, ...]


@dataclass(frozen=True)
class Corrected:
    """An article was corrected."""


Outcome = Added | Removed | Corrected | Refusal | Message
"""The result of a reader's last change. A `Message` is an error."""


@dataclass(frozen=True, kw_only=True)
class View:
    """A reader's position: page `page` of the list (from 0), or inside the article `reading`.

    `came_from` is the article that the reader left last. The list is shown at this article.
    """

    page: int = 0
    reading: str | None = None
    came_from: str | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, kw_only=True)
class ListFilter:
    """The filters of the list. The title, outlet or path must contain all of `words`.

    `ticked` are the articles that questions are asked of.
    """

    words: str = ""
    language: Language | None = None
    uploaded_only: bool = False
    ticked_only: bool = False
    ticked: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """One page of the filtered articles. `start` counts from 0, and `total` counts all of them.

    `ticked` are all articles that questions are asked of, also those of other pages.
    """

    articles: tuple[Listed, ...]
    start: int
    total: int
    ticked: frozenset[str] = frozenset()

    @property
    def number(self) -> int:
        """The page number, from 0."""
        return self.start // PAGE_SIZE

    @property
    def pages(self) -> int:
        """The number of pages, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def list_page(articles: Sequence[Listed], wanted: ListFilter, page: int, uploads: str) -> ListPage:
    """Return page `page` of the filtered articles, or the last page if there are fewer.

    `uploads` is the folder of uploads.
    """
    words = wanted.words.casefold().split()
    fitting = [
        article
        for article in articles
        if (wanted.language is None or article.language == wanted.language)
        and (not wanted.uploaded_only or article.base == uploads)
        and (not wanted.ticked_only or article.doc_id in wanted.ticked)
        and _has(article, words)
    ]
    last = max(0, (len(fitting) - 1) // PAGE_SIZE)
    start = min(max(page, 0), last) * PAGE_SIZE
    return ListPage(
        articles=tuple(fitting[start : start + PAGE_SIZE]),
        start=start,
        total=len(fitting),
        ticked=wanted.ticked,
    )


def _has(article: Listed, words: Sequence[str]) -> bool:
    if not words:
        return True
    text = f"{article.title}\n{article.outlet or ''}\n{article.path}".casefold()
    return all(word in text for word in words)
