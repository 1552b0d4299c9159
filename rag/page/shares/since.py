"""Find out what happened to the articles of a shared answer since it was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from rag.errors import DocumentNotFound
from rag.feeds.reports import Outdated
from rag.text.corrections import correction_notice
from rag.types import Answer, Citation, Document

Happened = Literal["retracted", "corrected", "gone", "changed", "removed", "relisted"]
"""`gone`: its page is no longer on the web. `removed`: it is no longer in the index. `relisted`:
only its title, outlet or day are others now, as when the owner corrects them by hand."""
FindOutdated = Callable[[Answer], tuple[Outdated, ...]]
"""A function that returns what fetching articles showed (`rag.feeds.following.Feeds.outdated`)."""


@dataclass(frozen=True, kw_only=True)
class Since:
    """What happened to a cited article since.

    `day` is when that was seen first (`2025-02-13`), if it is known. `notice` is the correction in
    the article's words. `quote_stands` is whether the article still has the quote, letter by
    letter, and None if it is not here to be compared. `now` is the article as it is listed now, if
    its title, outlet or day differ from the citation's.
    """

    what: Happened
    day: str | None = None
    notice: str | None = None
    quote_stands: bool | None = None
    now: Document | None = None


def happened_since(
    answer: Answer, document: Callable[[str], Document], outdated: FindOutdated | None
) -> Mapping[int, Since]:
    """Return what happened to cited articles, by the marker of the citation.

    `document` returns an article of the index, or raises `DocumentNotFound`. Articles that are as
    they were are left out. Raises `FetchError` if the record of what was fetched can't be read, and
    as `document` does for an index that can't.
    """

    def find(doc_id: str) -> Document | None:
        try:
            return document(doc_id)
        except DocumentNotFound:
            return None

    seen = {one.marker: one for one in outdated(answer)} if outdated else {}
    found = (
        (citation.marker, _since(citation, find(citation.doc_id), seen.get(citation.marker)))
        for citation in answer.citations
    )
    return {marker: since for marker, since in found if since is not None}


def _since(citation: Citation, document: Document | None, seen: Outdated | None) -> Since | None:
    what: Happened | None = None
    day, notice = None, None
    if seen is not None:
        what = _named(seen.correction)
        day = f"{datetime.fromtimestamp(seen.at, UTC):%Y-%m-%d}"
        notice = seen.notice
    if document is None:
        return Since(what=what or "removed", day=day, notice=notice)
    if what is None and document.content_hash != citation.content_hash:
        # The files of a folder have no record of their versions, but say so themselves.
        said = correction_notice(document.title, document.text)
        what, notice = said or ("changed", None)
    relisted = (document.title, document.outlet, document.published) != (
        citation.title,
        citation.outlet,
        citation.published,
    )
    if what is None and not relisted:
        return None
    return Since(
        what=what or "relisted",
        day=day,
        notice=notice,
        quote_stands=citation.quote in document.text,
        now=document if relisted else None,
    )


def _named(correction: str | None) -> Happened:
    match correction:
        case "retracted" | "corrected" | "gone":
            return correction
    return "changed"
