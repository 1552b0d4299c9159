"""The source panel: every citation's sentence, marked in its own paragraph of its own article.

Pure functions from citations and documents to HTML. All offsets are code points, as Python
counts, and the cutting is done here, so a browser's UTF-16 never meets them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from rag.messages import Language
from rag.page.chat.texts import Texts, texts
from rag.page.markup import escaped, external_link, inline
from rag.page.texts import HTML_LANGUAGE
from rag.types import Citation, Document, DocumentReference, Published

FindDocument = Callable[[str], Document | None]
"""The article with a `doc_id`, or None where the index no longer has it."""

CONTEXT = 240
"""Characters shown on either side of the quotes, in a paragraph too long to show whole."""


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


def source_id(turn: int, marker: int) -> str:
    """The id of a citation's mark in the source panel."""
    return f"turn{turn}-source{marker}"


def marker_id(turn: int, marker: int) -> str:
    """The id of the first marker in the answer that leads to a citation."""
    return f"turn{turn}-marker{marker}"


def render_sources(
    citations: Sequence[Citation],
    find: FindDocument,
    *,
    turn: int,
    language: Language,
    whole_articles: bool = True,
) -> str:
    """The source panel of one answer, or nothing where it has no citations.

    One card per article, in the order of their first markers. `whole_articles=False` leaves out
    the full texts, which are large, while an answer is still streaming.
    """
    if not citations:
        return ""
    words = texts(language)
    cards: dict[str, list[Citation]] = {}
    for citation in sorted(citations, key=lambda c: c.marker):
        cards.setdefault(citation.doc_id, []).append(citation)
    rendered = "".join(
        _card(cited, find(doc_id), turn=turn, words=words, whole_article=whole_articles)
        for doc_id, cited in cards.items()
    )
    return (
        f'<aside class="rag-sources" aria-label="{escaped(words.sources)}">'
        f'<h3 class="rag-sources-title">{escaped(words.sources)}</h3>{rendered}</aside>'
    )


def byline(outlet: str | None, published: Published | None, words: Texts) -> str:
    """Who published an article and when, no more precise than is known."""
    date = (
        f"<time>{escaped(str(published))}</time>"
        if published
        else f"<span>{escaped(words.undated)}</span>"
    )
    return (inline(outlet, tag="bdi") + " · " if outlet else "") + date


def render_reference(
    reference: DocumentReference, document: Document | None, *, html_id: str, words: Texts
) -> str:
    """A nearest article: its title, where it is from, and its text to unfold."""
    line = inline(reference.title, css_class="rag-source-name")
    where = byline(reference.outlet, reference.published, words)
    head = f'{line}<div class="rag-byline">{where} {external_link(reference.url, words.original)}'
    text = ""
    if document is not None:
        text = _unfolding(article(document.text, ()), words.read_article, html_id, document)
    return f'<li class="rag-card">{head}</div>{text}</li>'


def article(text: str, citations: Sequence[Citation]) -> str:
    """A whole article as paragraphs and headings, with the quotes marked."""
    return "".join(
        f'<p class="{"rag-heading" if block.heading else "rag-paragraph"}">'
        f"{marked(text, block.start, block.end, citations)}</p>"
        for block in blocks(text)
    )


def marked(
    text: str,
    start: int,
    end: int,
    citations: Sequence[Citation],
    anchors: Mapping[int, Sequence[Anchor]] = MappingProxyType({}),
) -> str:
    """`text[start:end]` as HTML, with every part that a citation quotes in a `<mark>`.

    Quotes may overlap: the text is cut wherever one begins or ends, and each piece names all
    the citations that cover it. `anchors` are put before the mark that begins at their offset.
    """
    edges = {start, end}
    for citation in citations:
        edges |= {edge for edge in (citation.start, citation.end) if start < edge < end}
    pieces = []
    for left, right in pairwise(sorted(edges)):
        content = escaped(text[left:right])
        covering = [c for c in citations if c.start < right and c.end > left]
        if covering:
            numbers = " ".join(str(citation.marker) for citation in covering)
            content = _mark(content, numbers, anchors.get(left, ()))
        pieces.append(content)
    return "".join(pieces)


def _mark(content: str, numbers: str, anchors: Sequence[Anchor]) -> str:
    """`content`, already HTML, in a `<mark>`, behind its anchors' badges."""
    badges = "".join(anchor.badge for anchor in anchors)
    # An element has one id. Where two quotes begin at one place, the first gets the mark itself
    # and the others get empty elements to lead to.
    html_id = f' id="{anchors[0].html_id}" tabindex="-1"' if anchors else ""
    others = "".join(f'<span id="{a.html_id}" tabindex="-1"></span>' for a in anchors[1:])
    return f'{badges}{others}<mark{html_id} data-markers="{numbers}">{content}</mark>'


def _card(
    citations: Sequence[Citation],
    document: Document | None,
    *,
    turn: int,
    words: Texts,
    whole_article: bool,
) -> str:
    first = citations[0]
    found = [c for c in citations if document is not None and _stands_in(c, document)]
    lost = [c for c in citations if c not in found]
    body = ""
    if document is not None and found:
        body += _excerpts(document, found, turn, words)
    if lost:
        note = words.article_gone if document is None else words.article_changed
        body += f'<p class="rag-note">{escaped(note)}</p>'
    for citation in lost:
        quote = _mark(
            escaped(citation.quote), str(citation.marker), [_anchor(citation, turn, words)]
        )
        body += f'<p class="rag-excerpt">{quote}</p>'
    if first.also_in:
        others = "; ".join(d.outlet or d.title for d in first.also_in)
        body += f'<p class="rag-note">{inline(words.also_in.format(others))}</p>'
    if document is not None and whole_article:
        html_id = f"turn{turn}-article{first.marker}"
        body += _unfolding(article(document.text, found), words.whole_article, html_id, document)
    return (
        f'<section class="rag-card"><header>{inline(first.title, css_class="rag-source-name")}'
        f'<div class="rag-byline">{byline(first.outlet, first.published, words)} '
        f"{external_link(first.url, words.original)}</div></header>{body}</section>"
    )


def _stands_in(citation: Citation, document: Document) -> bool:
    """Whether the document is still the one that was quoted, at the place that was quoted."""
    return (
        document.content_hash == citation.content_hash
        and document.text[citation.start : citation.end] == citation.quote
    )


def _anchor(citation: Citation, turn: int, words: Texts) -> Anchor:
    target = marker_id(turn, citation.marker)
    label = escaped(words.to_statement.format(citation.marker))
    badge = (
        f'<a class="rag-badge" href="#{target}" data-goto="{target}" title="{label}" '
        f'aria-label="{label}">{citation.marker}</a>'
    )
    return Anchor(html_id=source_id(turn, citation.marker), badge=badge)


def _excerpts(document: Document, citations: Sequence[Citation], turn: int, words: Texts) -> str:
    """The paragraphs that hold the quotes, each once, with a sign where others lie between."""
    shown = []
    previous: int | None = None
    waiting = list(citations)
    for index, block in enumerate(blocks(document.text)):
        here = [c for c in citations if c.start < block.end and c.end > block.start]
        if not here:
            continue
        if previous is not None and index > previous + 1:
            shown.append('<p class="rag-gap" aria-hidden="true">⋯</p>')
        previous = index
        # A quote may run over several paragraphs: its badge stands in the first of them.
        anchors: dict[int, list[Anchor]] = {}
        for citation in [c for c in waiting if c in here]:
            waiting.remove(citation)
            place = max(citation.start, block.start)
            anchors.setdefault(place, []).append(_anchor(citation, turn, words))
        start, end = _window(block, here)
        content = marked(document.text, start, end, here, anchors)
        before, after = "…" * (start > block.start), "…" * (end < block.end)
        shown.append(f'<p class="rag-excerpt">{before}{content}{after}</p>')
    language = HTML_LANGUAGE[document.language]
    return f'<div class="rag-excerpts" lang="{language}">{"".join(shown)}</div>'


def _window(block: Block, citations: Sequence[Citation]) -> tuple[int, int]:
    """The part of a paragraph to show: all of it, or the quotes with some context."""
    if block.end - block.start <= 3 * CONTEXT:
        return block.start, block.end
    first = min(c.start for c in citations) - CONTEXT
    last = max(c.end for c in citations) + CONTEXT
    return max(block.start, first), min(block.end, last)


def _unfolding(content: str, label: str, html_id: str, document: Document) -> str:
    return (
        f'<details class="rag-article" id="{html_id}"><summary>{escaped(label)}</summary>'
        f'<div class="rag-article-text" lang="{HTML_LANGUAGE[document.language]}" tabindex="0">'
        f"{content}</div></details>"
    )
