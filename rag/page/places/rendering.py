"""Return the history as HTML: the button, the drawer, and the words that the browser needs.

`assets/kept.js` and `assets/drawer.js` fill the drawer, because only the browser has the
conversations.
"""

from __future__ import annotations

from rag.messages import Language
from rag.page.markup import escaped
from rag.page.places.texts import texts
from rag.page.texts import HTML_LANGUAGE

MOST_TITLE = 120
"""The largest number of characters of a conversation's title."""


def render_history(language: Language) -> str:
    """Return the button that opens the drawer, the closed drawer, and a place for one line."""
    words = texts(language)
    lines = {"unreadable": words.unreadable, "full": words.full, "failed": words.failed}
    templates = {
        "language": HTML_LANGUAGE[language],
        "found-one": words.found[0],
        "found-more": words.found[1],
        "found-none": words.found_none,
        "questions-one": words.questions[0],
        "questions-more": words.questions[1],
        "rename": words.rename,
        "new-name": words.new_name,
        "save": words.save,
        "cancel": words.cancel,
        "remove": words.delete,
        "deleted": words.deleted,
        "undo": words.undo,
        "longest": str(MOST_TITLE),
    }
    close, search = escaped(words.close), escaped(words.search)
    return (
        f'<div class="rag-kept-part" lang="{HTML_LANGUAGE[language]}">'
        '<button type="button" class="rag-button rag-history" data-history '
        f'aria-haspopup="dialog"><span>{escaped(words.history)}</span></button>'
        f'<p class="rag-kept-note" role="status"{_data(lines)}></p>'
        '<dialog class="rag-drawer" aria-labelledby="rag-drawer-title">'
        f'<header><h2 id="rag-drawer-title">{escaped(words.earlier)}</h2>'
        '<form method="dialog"><button class="rag-button" '
        f'aria-label="{close}" title="{close}">✕</button></form></header>'
        f'<input type="search" class="rag-kept-search" maxlength="200" aria-label="{search}" '
        f'placeholder="{search}">'
        '<p class="rag-kept-found" role="status"></p>'
        f'<p class="rag-kept-none">{escaped(words.none)}</p>'
        f'<ul class="rag-kept-list"{_data(templates)}></ul>'
        '<p class="rag-kept-undo" role="status"></p>'
        f"<footer><p>{escaped(words.where)}</p>"
        f'<details class="rag-kept-all" hidden><summary>{escaped(words.delete_all)}</summary>'
        '<button type="button" class="rag-button" data-forget-all>'
        f"{escaped(words.delete_all_sure)}</button></details></footer></dialog></div>"
    )


def _data(values: dict[str, str]) -> str:
    return "".join(f' data-{name}="{escaped(value)}"' for name, value in values.items())
