"""The source panel: each cited sentence, marked in its paragraph of its article."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from urllib.parse import urlsplit

from rag.exports.addresses import safe_url
from rag.messages import Language
from rag.page.chat.texts import Texts, texts
from rag.page.markup import escaped, external_link, inline, language_of
from rag.page.places.links import quote_place
from rag.page.texts import HTML_LANGUAGE
from rag.types import Answer, Citation, Document, DocumentReference, Hit, Passage

# --- quotes marked in the text of their article -----------------------------------------------
#
# All offsets are code points, as in Python. The text is cut here, so a browser's UTF-16 offsets
# never matter.


@dataclass(frozen=True, kw_only=True)
class Block:
    """A paragraph or heading of a document: `document.text[start:end]`."""

    start: int
    end: int
    heading: bool


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """The target of a marker in the answer: an id, and the badge (HTML) that links back."""

    html_id: str
    badge: str


def blocks(text: str) -> Iterator[Block]:
    """Yield the paragraphs and headings of `text` in order, without blank lines."""
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
    """Return `text[start:end]` as HTML, with every quoted part in a `<mark>`.

    Quotes may overlap. The text is cut at each start and end of a quote, and each piece names all
    citations that cover it, and those that end with it. The words that answer the question are
    bold. `anchors` are placed before the mark that starts at their offset.
    """
    edges = {start, end}
    for citation in citations:
        cuts = (citation.start, citation.end, *(citation.answer or ()))
        edges |= {edge for edge in cuts if start < edge < end}
    pieces = []
    for left, right in pairwise(sorted(edges)):
        content = escaped(text[left:right])
        covering = [c for c in citations if c.start < right and c.end > left]
        if any(c.answer and c.answer[0] < right and c.answer[1] > left for c in covering):
            content = f"<b>{content}</b>"
        if covering:
            numbers = " ".join(str(citation.marker) for citation in covering)
            ends = " ".join(str(c.marker) for c in covering if c.end == right)
            content = mark(content, numbers, anchors.get(left, ()), ends)
        pieces.append(content)
    return "".join(pieces)


def mark(content: str, numbers: str, anchors: Sequence[Anchor], ends: str = "") -> str:
    """Return `content`, which is already HTML, in a `<mark>` after the badges of its anchors.

    `numbers` are the markers of the citations that quote it, such as `1` or `1 3`, and `ends` those
    whose quotes end here.
    """
    badges = "".join(anchor.badge for anchor in anchors)
    # An element has only one id. If two quotes start at one place, the first gets the mark itself,
    # and the others get empty elements as targets.
    html_id = f' id="{anchors[0].html_id}" tabindex="-1"' if anchors else ""
    others = "".join(f'<span id="{a.html_id}" tabindex="-1"></span>' for a in anchors[1:])
    last = f' data-ends="{ends}"' if ends else ""
    return f'{badges}{others}<mark{html_id} data-markers="{numbers}"{last}>{content}</mark>'


def quote_html(citation: Citation) -> str:
    """Return a citation's quote as HTML, with the words that answer in bold."""
    if citation.answer is None:
        return escaped(citation.quote)
    start, end = (edge - citation.start for edge in citation.answer)
    before, words, after = citation.quote[:start], citation.quote[start:end], citation.quote[end:]
    return f"{escaped(before)}<b>{escaped(words)}</b>{escaped(after)}"


def stands_in(citation: Citation, document: Document) -> bool:
    """Return True if the document still has the quoted text at the quoted place."""
    return (
        document.content_hash == citation.content_hash
        and document.text[citation.start : citation.end] == citation.quote
    )


# --- the source panel -------------------------------------------------------------------------

FindDocument = Callable[[str], Document | None]
"""A function that returns the article with a `doc_id`, or None if it is not in the index."""

CONTEXT = 240
"""Characters shown before and after the quotes, if the paragraph is too long to show whole."""

MAX_CONSIDERED = 10
"""The number of unused passages that are listed."""

PASSAGE_CHARACTERS = 240
"""Characters shown of each unused passage, and of the best passage of a near article."""


def source_id(turn: int, marker: int) -> str:
    """Return the id of a citation's mark in the source panel."""
    return f"turn{turn}-source{marker}"


def marker_id(turn: int, marker: int) -> str:
    """Return the id of the first marker in the answer for a citation."""
    return f"turn{turn}-marker{marker}"


def popover_id(turn: int, marker: int) -> str:
    """Return the id of the popover that shows a citation's quote beside its marker."""
    return f"turn{turn}-quote{marker}"


def render_sources(
    citations: Sequence[Citation],
    find: FindDocument,
    *,
    turn: int,
    language: Language,
    hits: Sequence[Hit] = (),
) -> str:
    """Return the source panel of one answer, or an empty text if there is nothing to show.

    There is one card for each article, in the order of their first markers. After them come,
    folded, the passages of `hits` that are not cited.
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
    # `assets/chat.js` folds what is longer than the answer, once another question was asked.
    unfold = (
        '<button type="button" class="rag-button rag-unfold" data-unfold>'
        f"{escaped(words.all_sources)}</button>"
    )
    return (
        f'<aside class="rag-sources" id="turn{turn}-sources" '
        f'aria-label="{escaped(words.sources)} {turn}">'
        f'<h3 class="rag-sources-title">{escaped(words.sources)}</h3>{rendered}{considered}{unfold}'
        "</aside>"
    )


def render_popovers(citations: Sequence[Citation], *, turn: int, language: Language) -> str:
    """Return a popover for each citation, with its quote and source."""
    words = texts(language)
    shown = []
    for citation in citations:
        html_id = popover_id(turn, citation.marker)
        target = source_id(turn, citation.marker)
        # The label of the marker already names the article, so only the quote describes the marker.
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
    reference: DocumentReference, answer: Answer, *, turn: int, language: Language
) -> str:
    """Return a near article: its title and source, its best sentence, and a button to read it.

    The sentence comes with the reason why it is no answer. If no sentence of the article was looked
    at, its best passage is shown.
    """
    words = texts(language)
    near = next(
        (p for p in answer.near_passages if p.citation.doc_id == reference.doc_id),
        None,
    )
    best = next((h.passage for h in answer.hits if h.passage.doc_id == reference.doc_id), None)
    excerpt = _excerpt(best) if best else ""
    place: dict[str, str] = {}
    if near is not None:
        quote = near.citation.quote
        place = quote_place([near.citation])
        excerpt = (
            f'<blockquote class="rag-excerpt" {language_of(quote)}>{escaped(quote)}</blockquote>'
            f'<p class="rag-no-answer"><b>{escaped(words.no_answer)}</b>'
            f"{words.colon}{escaped(near.reason.text(language))}</p>"
        )
    return (
        f'<li class="rag-card">{_head(reference, words)}{excerpt}'
        f"{_read_button(reference.doc_id, turn, words.read_article, place)}</li>"
    )


def byline(source: Citation | DocumentReference | Document, words: Texts) -> str:
    """Return the outlet and date of an article, as precise as they are known."""
    published = source.published
    date = (
        f"<time>{escaped(str(published))}</time>"
        if published
        else f"<span>{escaped(words.undated)}</span>"
    )
    outlet = outlet_of(source)
    return (inline(outlet, tag="bdi") + " · " if outlet else "") + date


def outlet_of(source: Citation | DocumentReference | Document) -> str | None:
    """Return the outlet of an article, or else the host of its address, or None."""
    address = safe_url(source.url)
    return source.outlet or (urlsplit(address).hostname if address else None)


def unused(hits: Sequence[Hit], citations: Sequence[Citation]) -> list[Hit]:
    """Return the best `MAX_CONSIDERED` hits, in their order, whose passages are not cited."""
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
        # If the article is gone, the answer still has the passage, but no name except that of the
        # file.
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
    """Return an article's title, its source, and a link to it."""
    return (
        f"<header>{inline(source.title, css_class='rag-source-name')}"
        f'<div class="rag-byline">{byline(source, words)} '
        f"{external_link(source.url, words.original)}</div></header>"
    )


def _read_button(
    doc_id: str, turn: int, label: str, place: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Return a button that opens an article. `place` names what is marked beside the citations."""
    data = "".join(f' data-{name}="{escaped(value)}"' for name, value in place.items())
    return (
        f'<button type="button" class="rag-read" data-act="read" data-turn="{turn}" '
        f'data-article="{escaped(doc_id)}"{data}>{escaped(label)}</button>'
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
    """Return the paragraphs with quotes, each once, with a sign where paragraphs are skipped."""
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
        # A quote may cover several paragraphs. Its badge is in the first of them.
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
    """Return the part of a paragraph to show: all of it, or the quotes with some context."""
    if block.end - block.start <= 3 * CONTEXT:
        return block.start, block.end
    first = min(c.start for c in citations) - CONTEXT
    last = max(c.end for c in citations) + CONTEXT
    return max(block.start, first), min(block.end, last)
