"""Return what the owner sees of shared answers as safe HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rag.messages import Language
from rag.page.markup import escaped, inline
from rag.page.shares.store import Shared
from rag.page.shares.texts import texts
from rag.page.texts import HTML_LANGUAGE

MAY_SHARE = '<div class="rag-may-share"></div>'
"""Marks the page of the owner: without it, the buttons “Share” are hidden (`section.css`)."""


def render_sharing(shared: Shared, language: Language, *, only_here: bool) -> str:
    """Return the dialog with the new address, and what sharing means.

    The browser completes the address (`assets/sharing.js`). `only_here` says that the address
    opens on this machine alone.
    """
    words = texts(language)
    notes = [words.means, *([words.only_here] if only_here else [])]
    told = f'data-copied="{escaped(words.copied)}" data-failed="{escaped(words.copy_failed)}"'
    return (
        f'{MAY_SHARE}<dialog class="rag-share" lang="{HTML_LANGUAGE[language]}" '
        f'aria-labelledby="rag-share-title"><h2 id="rag-share-title">{escaped(words.heading)}</h2>'
        f'<input type="text" readonly data-token="{shared.token}" '
        f'aria-label="{escaped(words.address)}">'
        f'<div><button type="button" class="rag-button" data-copy="" {told}>{escaped(words.copy)}'
        '</button> <span class="rag-hint" role="status"></span></div>'
        + "".join(f"<p>{escaped(line)}</p>" for line in notes)
        + '<div class="rag-share-end">'
        f'<button type="button" class="rag-button" data-do="stop_sharing" '
        f'data-value="{shared.token}">{escaped(words.stop)}</button>'
        '<form method="dialog"><button class="rag-button" data-tab="settings">'
        f"{escaped(words.all_shared)}</button></form>"
        f'<form method="dialog"><button class="rag-button">{escaped(words.close)}</button></form>'
        "</div></dialog>"
    )


def render_shared_list(shared: Sequence[Shared], language: Language) -> str:
    """Return the folded list of shared answers, for the owner."""
    words = texts(language)
    items = "".join(_item(one, language) for one in shared)
    none = "" if shared else f"<p>{escaped(words.none)}</p>"
    return (
        f'<details class="rag-section" id="rag-shared" lang="{HTML_LANGUAGE[language]}">'
        f"<summary>{escaped(words.section.format(len(shared)))}</summary>{none}"
        f"<ul>{items}</ul></details>"
    )


def _item(shared: Shared, language: Language) -> str:
    words = texts(language)
    question = shared.turn.question
    day = f"{datetime.fromtimestamp(shared.at, UTC):%Y-%m-%d %H:%M} UTC"
    return (
        f'<li><div><a href="s/{shared.token}" target="_blank" rel="noopener">{inline(question)}</a>'
        f"<p>{escaped(words.shared_on.format(day))}</p></div>"
        f'<button type="button" class="rag-button" data-do="stop_sharing" '
        f'data-value="{shared.token}" aria-label="{escaped(words.stop_of.format(question))}">'
        f"{escaped(words.stop)}</button></li>"
    )
