"""Choose the articles that may answer, by their ids and outlets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rag.errors import QuestionError
from rag.store.articles import Listed
from rag.types import Document, DocumentReference

_NAMED_OUTLETS = 10


def chosen_articles(
    articles: Sequence[str],
    outlets: Sequence[str],
    document: Callable[[str], Document],
    listed: Callable[[], Iterable[Listed | DocumentReference]],
) -> frozenset[str]:
    """Return the ids of these articles and of the articles of these outlets.

    `document` returns an article, and `listed` all of them. Raises `QuestionError` for an outlet
    that no article has, and what `document` raises for an unknown article.
    """
    _check_texts(outlets, "outlets")
    ids = {chosen.doc_id for chosen in chosen_documents(articles, document)}
    if not outlets:
        return frozenset(ids)
    of_outlets: dict[str, list[str]] = {}
    for article in listed():
        of_outlets.setdefault(article.outlet or "", []).append(article.doc_id)
    for outlet in outlets:
        if outlet not in of_outlets:
            known = ", ".join(sorted(filter(None, of_outlets))[:_NAMED_OUTLETS])
            raise QuestionError(
                en=f"No article is of the outlet {outlet[:100]!r}: there are {known}.",
                zh=f"没有来自 {outlet[:100]!r} 的文章：现有 {known}。",
            )
        ids.update(of_outlets[outlet])
    return frozenset(ids)


def chosen_documents(
    articles: Sequence[str], document: Callable[[str], Document]
) -> tuple[Document, ...]:
    """Return the articles with these ids, each once, by id.

    `document` returns an article. Raises `QuestionError` if `articles` is no list of texts, and
    what `document` raises for an unknown article.
    """
    _check_texts(articles, "articles")
    return tuple(document(doc_id) for doc_id in sorted(set(articles)))


def _check_texts(texts: Sequence[str], name: str) -> None:
    given: object = texts
    if isinstance(given, str) or not all(isinstance(text, str) for text in texts):
        raise QuestionError(
            en=f"{name} is {texts!r}: give a list of texts.",
            zh=f"{name} 为 {texts!r}：请给出文本列表。",
        )
