"""Quotes marked in the text of their article, to the character.

All offsets are code points, as Python counts, and the cutting is done here, so a browser's UTF-16
never meets them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from rag.page.markup import escaped
from rag.types import Citation, Document


@dataclass(frozen=True, kw_only=True)
class Block:
    """A paragraph or heading of a document: `document.text[start:end]`."""

    start: int
    end: int
    heading: bool


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """Where a marker of the answer leads: an id, and the badge (HTML) that leads back."""

    html_id: str
    badge: str


def blocks(text: str) -> Iterator[Block]:
    """The paragraphs and headings of `text`, in order, without the blank lines between them."""
    position = start = end = 0
    for line in text.split("\n"):
        heading = re.match(r"#{1,6} ", line)
        blank = not line.strip()
        if (heading or blank) and start < end:
            yield Block(start=start, end=end, heading=False)
            start = end
        if heading:
            yield Block(start=position + heading.end(), end=position + len(line), heading=True)
        elif not blank:
            start = start if start < end else position
            end = position + len(line)
        position += len(line) + 1
    if start < end:
        yield Block(start=start, end=end, heading=False)


def marked(
    text: str,
    start: int,
    end: int,
    citations: Sequence[Citation],
    anchors: Mapping[int, Sequence[Anchor]] = MappingProxyType({}),
) -> str:
    """`text[start:end]` as HTML, with every part that a citation quotes in a `<mark>`.

    Quotes may overlap: the text is cut wherever one begins or ends, and each piece names all
    the citations that cover it. The words that answer are bold. `anchors` are put before the mark
    that begins at their offset.
    """
    edges = {start, end}
    for citation in citations:
        ends = (citation.start, citation.end, *(citation.answer or ()))
        edges |= {edge for edge in ends if start < edge < end}
    pieces = []
    for left, right in pairwise(sorted(edges)):
        content = escaped(text[left:right])
        covering = [c for c in citations if c.start < right and c.end > left]
        if any(c.answer and c.answer[0] < right and c.answer[1] > left for c in covering):
            content = f"<b>{content}</b>"
        if covering:
            numbers = " ".join(str(citation.marker) for citation in covering)
            content = mark(content, numbers, anchors.get(left, ()))
        pieces.append(content)
    return "".join(pieces)


def mark(content: str, numbers: str, anchors: Sequence[Anchor]) -> str:
    """`content`, already HTML, in a `<mark>` behind its anchors' badges.

    `numbers` are those of the citations that quote it, such as `1` or `1 3`.
    """
    badges = "".join(anchor.badge for anchor in anchors)
    # An element has one id. Where two quotes begin at one place, the first gets the mark itself
    # and the others get empty elements to lead to.
    html_id = f' id="{anchors[0].html_id}" tabindex="-1"' if anchors else ""
    others = "".join(f'<span id="{a.html_id}" tabindex="-1"></span>' for a in anchors[1:])
    return f'{badges}{others}<mark{html_id} data-markers="{numbers}">{content}</mark>'


def quote_html(citation: Citation) -> str:
    """A citation's quote as HTML, the words that answer in bold."""
    if citation.answer is None:
        return escaped(citation.quote)
    start, end = (edge - citation.start for edge in citation.answer)
    before, words, after = citation.quote[:start], citation.quote[start:end], citation.quote[end:]
    return f"{escaped(before)}<b>{escaped(words)}</b>{escaped(after)}"


def stands_in(citation: Citation, document: Document) -> bool:
    """Whether the document is still the one that was quoted, at the place that was quoted."""
    return (
        document.content_hash == citation.content_hash
        and document.text[citation.start : citation.end] == citation.quote
    )
