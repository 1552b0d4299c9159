"""Show one whole article, with the quotes of an answer marked.

The text is that of the document, as plain paragraphs and headings, not the Markdown or HTML of its
file. This is the text that was searched and quoted, so marks are exact to the character, and no
markup from outside reaches the page.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.messages import Language
from rag.page.chat.sources import blocks, byline, marked, stands_in
from rag.page.chat.texts import texts
from rag.page.markup import escaped, external_link, inline
from rag.page.places.links import article_place
from rag.page.texts import HTML_LANGUAGE
from rag.types import Citation, Document

MAX_CHARACTERS = 300_000
"""The number of characters shown of one article. Longer texts would slow down the browser."""


def render_reader(
    document: Document | None,
    citations: Sequence[Citation],
    language: Language,
    *,
    turn: int | None = None,
    line: str = "",
) -> str:
    """Return the article in a dialog. None means that it is not in the index.

    `citations` may be of any article. Only those that fit the present text of this one are marked.
    `turn` is the number of the turn with the answer that cites them. `line` is shown in place of
    the usual line above the text. The dialog's data are its address, for `assets/places.js`.
    """
    words = texts(language)
    address = ""
    close = escaped(words.close)
    button = (
        f'<form method="dialog"><button class="rag-button" aria-label="{close}" title="{close}">'
        "✕</button></form>"
    )
    if document is None:
        missing = line or words.article_not_there
        head, body = "", f'<p class="rag-note" role="status">{escaped(missing)}</p>'
        label = f'aria-label="{escaped(words.whole_article)}"'
    else:
        label = 'aria-labelledby="rag-reader-title"'
        head = (
            f"<div>{inline(document.title, tag='h2', html_id='rag-reader-title')}"
            f'<p class="rag-byline">{byline(document, words)} '
            f"{external_link(document.url, words.original)}</p></div>"
        )
        found = [c for c in citations if stands_in(c, document)]
        line = line or (words.marked_here if found else "")
        note = f'<p class="rag-hint">{escaped(line)}</p>' if line else ""
        place = article_place(document, found)
        if turn is not None:
            place["turn"] = str(turn)
        address = "".join(f' data-{name}="{escaped(value)}"' for name, value in place.items())
        body = (
            f'{note}<div class="rag-reader-text" lang="{HTML_LANGUAGE[document.language]}" '
            f'tabindex="0">{article(document.text[:MAX_CHARACTERS], found)}</div>'
        )
        if len(document.text) > MAX_CHARACTERS:
            body += f'<p class="rag-note">{escaped(words.cut.format(MAX_CHARACTERS))}</p>'
    return (
        f'<dialog class="rag-reader" lang="{HTML_LANGUAGE[language]}" {label}{address}>'
        f'<header class="rag-reader-head">{head}{button}</header>{body}</dialog>'
    )


def article(text: str, citations: Sequence[Citation]) -> str:
    """Return a whole article as paragraphs and headings, with the quotes marked."""
    shown = []
    for block in blocks(text):
        content = marked(text, block.start, block.end, citations)
        tag = "h3" if block.heading else "p"
        shown.append(f"<{tag}>{content}</{tag}>")
    return "".join(shown)
