"""Return the boxes that tick single articles in their list, as safe HTML (`assets/ticks.js`)."""

from __future__ import annotations

from collections.abc import Collection

from rag.messages import Language
from rag.page.markup import escaped
from rag.page.scope.choice import MOST_ARTICLES
from rag.page.scope.texts import texts


def render_tick(doc_id: str, title: str, language: Language, *, ticked: bool) -> str:
    """Return the box of an article in the list."""
    label = escaped(texts(language).tick.format(title))
    return f'<label class="rag-tick-box">{_box(doc_id, ticked, label)}</label>'


def render_tick_this(doc_id: str, language: Language, *, ticked: bool) -> str:
    """Return the box of the article that is read, with its words."""
    words = escaped(texts(language).tick_this)
    return f'<label class="rag-tick-this">{_box(doc_id, ticked)} {words}</label>'


def tick_limits(elsewhere: Collection[str], language: Language) -> str:
    """Return attributes for the list: how many articles may be ticked, and how many are elsewhere.

    `elsewhere` are ticked articles that the list does not show.
    """
    line = escaped(texts(language).too_many.format(MOST_ARTICLES))
    return (
        f' data-most-ticks="{MOST_ARTICLES}" data-ticked-elsewhere="{len(elsewhere)}"'
        f' data-too-many="{line}"'
    )


def _box(doc_id: str, ticked: bool, label: str = "") -> str:
    name = f' aria-label="{label}" title="{label}"' if label else ""
    checked = " checked" if ticked else ""
    return f'<input type="checkbox" class="rag-tick" value="{escaped(doc_id)}"{name}{checked}>'
