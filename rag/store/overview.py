"""Read which articles of some days, and which outlets, an index has, without reading texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rag.store.articles import published_of
from rag.store.database import connect, read_manifest
from rag.store.searching import OpenIndex
from rag.text.written_dates import published_days
from rag.types import Published

_MOST_OUTLETS = 2_000


@dataclass(frozen=True, kw_only=True)
class Dated:
    """The id of an article with its outlet and the day on which it was published."""

    doc_id: str
    outlet: str | None
    published: Published | None


def articles_between(
    snapshot: OpenIndex, folder: Path | None, start: date | None, end: date | None
) -> list[Dated]:
    """Return the articles that may have been published on these days, the newest first.

    Without days, articles without a date are included, and come last. `folder` is that of the
    index, None if it is only in memory.
    """
    if folder:
        with connect(folder) as connection:
            connection.execute("BEGIN")
            read_manifest(connection, folder)
            rows = connection.execute(
                "SELECT doc_id, outlet, published, precision, zone_assumed FROM documents"
                " ORDER BY julianday(published) DESC, doc_id"
            )
            return between((_dated(*row) for row in rows), start, end)
    documents = sorted(snapshot.all_documents(), key=lambda document: document.doc_id)
    documents.sort(key=lambda d: d.published.moment.timestamp() if d.published else 0, reverse=True)
    return between(
        (Dated(doc_id=d.doc_id, outlet=d.outlet, published=d.published) for d in documents),
        start,
        end,
    )


def outlets_among(articles: Iterable[Dated]) -> tuple[str, ...]:
    """Return the names of the outlets of some articles, those with most first, 2,000 at most."""
    counts: dict[str, int] = {}
    for article in articles:
        if article.outlet:
            counts[article.outlet] = counts.get(article.outlet, 0) + 1
    return tuple(sorted(counts, key=lambda name: -counts[name])[:_MOST_OUTLETS])


def is_between(published: Published | None, start: date | None, end: date | None) -> bool:
    """Return True if an article may have been published on these days; without days always."""
    if start is None and end is None:
        return True
    if published is None:
        return False
    first, last = published_days(published)
    return (end is None or first <= end) and (start is None or last >= start)


def between(articles: Iterable[Dated], start: date | None, end: date | None) -> list[Dated]:
    """Return the articles that may have been published on these days, in their order."""
    return [article for article in articles if is_between(article.published, start, end)]


def _dated(
    doc_id: str, outlet: str | None, published: str | None, precision: str | None, zone: int | None
) -> Dated:
    return Dated(doc_id=doc_id, outlet=outlet, published=published_of(published, precision, zone))
