"""Return a quote of an article as safe HTML, with the way to the article and to its original."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from rag.messages import Language
from rag.page.markup import escaped, external_link, inline, language_of
from rag.page.places.links import quote_place
from rag.page.texts import texts
from rag.types import Citation


def render_quote(
    citation: Citation, language: Language, *, marked: Sequence[str] = (), folded: bool = False
) -> str:
    """Return a quote with outlet, day and article.

    `marked` are words of the quote to mark, each once. A `folded` quote is a line with outlet and
    day, which unfolds. The article's link opens it over the page, with the quote marked, as
    `assets/chat.js` does for the quotes of answers; in another tab of the browser its address does
    the same.
    """
    words = texts(language)
    day = str(citation.published) if citation.published else words.undated
    source = " · ".join(part for part in (citation.outlet or "", day) if part)
    place = {"a": citation.doc_id, **quote_place([citation])}
    data = "".join(
        f' data-{name}="{escaped(value)}"'
        for name, value in {"article": place["a"], "at": place["at"], "v": place["v"]}.items()
    )
    link = (
        f'<a class="rag-to-article" href="?{escaped(urlencode(place))}" data-act="read"{data}>'
        f"{inline(citation.title or words.article)}</a>"
    )
    quote = f"<blockquote {language_of(citation.quote)}>{_marked(citation.quote, marked)}"
    original = external_link(citation.url, words.original)
    if folded:
        return (
            f'<details class="rag-quote"><summary>{escaped(source)}</summary>{quote}</blockquote>'
            f'<p class="rag-byline">{link} {original}</p></details>'
        )
    return (
        f'<div class="rag-quote">{quote}</blockquote>'
        f'<p class="rag-byline">{escaped(source)} · {link} {original}</p></div>'
    )


def _marked(quote: str, values: Sequence[str]) -> str:
    """Return a quote with each value marked in it, unless that is the whole quote."""
    shown, at = "", 0
    places = {(quote.find(value), len(value)) for value in values if value and value != quote}
    for start, length in sorted(places):
        if start < at:  # It is not in the quote, or overlaps what is marked already.
            continue
        end = start + length
        shown += f"{escaped(quote[at:start])}<mark>{escaped(quote[start:end])}</mark>"
        at = end
    return shown + escaped(quote[at:])
