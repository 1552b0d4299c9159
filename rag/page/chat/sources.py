"""The source panel: every citation's sentence, marked in its own paragraph of its own article."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from urllib.parse import urlsplit

from rag.messages import Language
from rag.page.chat.texts import Texts, texts
from rag.page.markup import escaped, external_link, inline, language_of, safe_url
from rag.page.texts import HTML_LANGUAGE
from rag.types import Citation, Document, DocumentReference, Hit, Passage

# Quotes marked in the text of their article, to the character.
#
# All offsets are code points, as Python counts, and the cutting is done here, so a browser's UTF-16
# never meets them.


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


# The source panel: every citation's sentence, marked in its own paragraph of its own article.
#
# Pure functions from citations and documents to HTML.

FindDocument = Callable[[str], Document | None]
"""The article with a `doc_id`, or None where the index no longer has it."""

CONTEXT = 240
"""Characters shown on either side of the quotes, in a paragraph too long to show whole."""

MAX_CONSIDERED = 10
"""Passages listed that were found and not used."""

PASSAGE_CHARACTERS = 240
"""What is shown of each of them, and of a near article's best one."""


def source_id(turn: int, marker: int) -> str:
    """The id of a citation's mark in the source panel."""
    return f"turn{turn}-source{marker}"


def marker_id(turn: int, marker: int) -> str:
    """The id of the first marker in the answer that leads to a citation."""
    return f"turn{turn}-marker{marker}"


def popover_id(turn: int, marker: int) -> str:
    """The id of the popover that shows a citation's quote beside its marker."""
    return f"turn{turn}-quote{marker}"


def render_sources(
    citations: Sequence[Citation],
    find: FindDocument,
    *,
    turn: int,
    language: Language,
    hits: Sequence[Hit] = (),
) -> str:
    """The source panel of one answer, or nothing where there is nothing to show in it.

    One card per article, in the order of their first markers; then, folded, the passages of
    `hits` that hold no citation.
    """
    words = texts(language)
    considered = _considered(unused(hits, citations), find, turn, words)
    if not citations and not considered:
        return ""
    cards: dict[str, list[Citation]] = {}
    for citation in sorted(citations, key=lambda c: c.marker):
        cards.setdefault(citation.doc_id, []).append(citation)
    rendered = "".join(
        _card(cited, find(doc_id), turn=turn, words=words) for doc_id, cited in cards.items()
    )
    return (
        f'<aside class="rag-sources" aria-label="{escaped(words.sources)} {turn}">'
        f'<h3 class="rag-sources-title">{escaped(words.sources)}</h3>{rendered}{considered}</aside>'
    )


def render_popovers(citations: Sequence[Citation], *, turn: int, language: Language) -> str:
    """For each citation what its marker shows without leaving the sentence: quote and source."""
    words = texts(language)
    shown = []
    for citation in citations:
        html_id = popover_id(turn, citation.marker)
        target = source_id(turn, citation.marker)
        # The quote alone describes the marker: its label names the article already.
        quote = (
            f'<blockquote id="{html_id}-text" {language_of(citation.quote)}>'
            f"{quote_html(citation)}</blockquote>"
        )
        shown.append(
            f'<div class="rag-popover" id="{html_id}" popover="manual">{quote}'
            f"<p>{inline(citation.title, css_class='rag-source-name')}</p>"
            f'<p class="rag-byline">{byline(citation, words)}</p>'
            f'<p><a href="#{target}" data-goto="{target}" tabindex="-1">'
            f"{escaped(words.show_in_article)}</a></p></div>"
        )
    return f'<div class="rag-popovers">{"".join(shown)}</div>' if shown else ""


def render_reference(
    reference: DocumentReference, hits: Sequence[Hit], *, turn: int, words: Texts
) -> str:
    """A nearest article: its title, where it is from, its best passage, and a way to read it."""
    best = next((h.passage for h in hits if h.passage.doc_id == reference.doc_id), None)
    excerpt = _excerpt(best) if best else ""
    return (
        f'<li class="rag-card">{_head(reference, words)}{excerpt}'
        f"{_read_button(reference.doc_id, turn, words.read_article)}</li>"
    )


def byline(source: Citation | DocumentReference | Document, words: Texts) -> str:
    """Who published an article and when, no more precise than is known."""
    published = source.published
    date = (
        f"<time>{escaped(str(published))}</time>"
        if published
        else f"<span>{escaped(words.undated)}</span>"
    )
    outlet = outlet_of(source)
    return (inline(outlet, tag="bdi") + " · " if outlet else "") + date


def outlet_of(source: Citation | DocumentReference | Document) -> str | None:
    """Who published an article; where that isn't known, the host of its address, if it has one."""
    address = safe_url(source.url)
    return source.outlet or (urlsplit(address).hostname if address else None)


def unused(hits: Sequence[Hit], citations: Sequence[Citation]) -> list[Hit]:
    """The best `MAX_CONSIDERED` hits, in their order, from whose passage nothing is cited."""
    return [
        hit
        for hit in hits
        if not any(
            c.doc_id == hit.passage.doc_id
            and c.start < hit.passage.end
            and c.end > hit.passage.start
            for c in citations
        )
    ][:MAX_CONSIDERED]


def _considered(hits: Sequence[Hit], find: FindDocument, turn: int, words: Texts) -> str:
    if not hits:
        return ""
    items = []
    for hit in hits:
        passage = hit.passage
        document = find(passage.doc_id)
        # An article that is gone has left its passage in the answer, but no name save its file's.
        name = inline(passage.doc_id, css_class="rag-source-name")
        head, button = f"<header>{name}</header>", ""
        if document is not None:
            head = _head(document, words)
            button = _read_button(passage.doc_id, turn, words.whole_article)
        items.append(f"<li>{head}{_excerpt(passage)}{button}</li>")
    summary = escaped(words.considered.format(len(hits)))
    return (
        f'<details class="rag-considered" id="turn{turn}-considered"><summary>{summary}</summary>'
        f"<ul>{''.join(items)}</ul></details>"
    )


def _excerpt(passage: Passage) -> str:
    text = passage.text[:PASSAGE_CHARACTERS]
    text += "…" * (len(passage.text) > PASSAGE_CHARACTERS)
    return inline(text, tag="p", css_class="rag-excerpt")


def _head(source: Citation | DocumentReference | Document, words: Texts) -> str:
    """An article's title, where it is from, and a link to it."""
    return (
        f"<header>{inline(source.title, css_class='rag-source-name')}"
        f'<div class="rag-byline">{byline(source, words)} '
        f"{external_link(source.url, words.original)}</div></header>"
    )


def _read_button(doc_id: str, turn: int, label: str) -> str:
    return (
        f'<button type="button" class="rag-read" data-act="read" data-turn="{turn}" '
        f'data-article="{escaped(doc_id)}">{escaped(label)}</button>'
    )


def _card(
    citations: Sequence[Citation],
    document: Document | None,
    *,
    turn: int,
    words: Texts,
) -> str:
    first = citations[0]
    found = [c for c in citations if document is not None and stands_in(c, document)]
    lost = [c for c in citations if c not in found]
    body = ""
    if document is not None and found:
        body += _excerpts(document, found, turn, words)
    if lost:
        note = words.article_gone if document is None else words.article_changed
        body += f'<p class="rag-note">{escaped(note)}</p>'
    for citation in lost:
        quote = mark(quote_html(citation), str(citation.marker), [_anchor(citation, turn, words)])
        body += f'<p class="rag-excerpt">{quote}</p>'
    if first.also_in:
        others = "; ".join(d.outlet or d.title for d in first.also_in)
        body += f'<p class="rag-note">{inline(words.also_in.format(others))}</p>'
    if document is not None:
        body += _read_button(document.doc_id, turn, words.whole_article)
    return f'<section class="rag-card">{_head(first, words)}{body}</section>'


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
