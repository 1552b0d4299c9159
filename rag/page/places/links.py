"""Read and write the part of a page's address that names an article and its quotes.

The address is `/?a=ID&at=START-END&v=VERSION`. `at` has the quotes in code points of the article's
text, with a full stop between two of them. `v` is the beginning of the text's digest, so that
nothing is marked in a text that has changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.types import Citation, Document

_VERSION_DIGITS = 16
_MOST_QUOTES = 20
_QUOTE = re.compile(r"(\d{1,9})-(\d{1,9})", re.ASCII)

UNNUMBERED = 0
"""The marker of a quote that a link names. It has no number, because there is no answer."""


def article_place(document: Document, citations: Iterable[Citation]) -> dict[str, str]:
    """Return the parts of the address of an article with these quotes of it: `a`, `at` and `v`."""
    place = {"a": document.doc_id, "v": document.content_hash[:_VERSION_DIGITS]}
    return {**place, **quote_place(tuple(citations))}


def quote_place(citations: Sequence[Citation]) -> dict[str, str]:
    """Return the parts of the address that name quotes of one article: `at` and `v`, or nothing."""
    if not citations:
        return {}
    spans = sorted({(citation.start, citation.end) for citation in citations})
    at = ".".join(f"{start}-{end}" for start, end in spans[:_MOST_QUOTES])
    return {"at": at, "v": citations[0].content_hash[:_VERSION_DIGITS]}


def quotes_at(document: Document, at: str, version: str) -> tuple[Citation, ...]:
    """Return the quotes that an address names, or nothing if it does not fit the article's text.

    `at` and `version` come from an address and are not trusted. Without a `version`, the text is
    taken to be the same.
    """
    if not document.content_hash.startswith(version):
        return ()
    found = [_QUOTE.fullmatch(part) for part in at.split(".", _MOST_QUOTES)[:_MOST_QUOTES]]
    spans = [(int(match[1]), int(match[2])) for match in found if match]
    return tuple(
        Citation(
            marker=UNNUMBERED,
            doc_id=document.doc_id,
            start=start,
            end=end,
            quote=document.text[start:end],
            title=document.title,
            outlet=document.outlet,
            published=document.published,
            url=document.url,
            content_hash=document.content_hash,
        )
        for start, end in spans
        if start < end <= len(document.text)
    )
