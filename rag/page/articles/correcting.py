"""Return the form in which the owner corrects an article, as safe HTML (`assets/articles.js`)."""

from __future__ import annotations

from rag.messages import Language
from rag.page.articles.texts import texts
from rag.page.markup import escaped
from rag.store.articles import Listed
from rag.store.corrections import MAX_CHARACTERS, as_corrected


def render_correction(listed: Listed, language: Language) -> str:
    """Return the folded form with the outlet, the title and the day of an article."""
    words, now = texts(language), as_corrected(listed)
    boxes = "".join(
        f'<label>{escaped(label)} <input {kind} data-field="{name}" value="{escaped(value)}">'
        "</label>"
        for name, label, kind, value in (
            ("outlet", words.outlet, f'type="text" maxlength="{MAX_CHARACTERS}"', now.outlet),
            ("title", words.title, f'type="text" maxlength="{MAX_CHARACTERS}"', now.title),
            ("day", words.day, 'type="date"', now.day),
        )
    )
    return (
        f'<details class="rag-correction"><summary>{escaped(words.correct)}</summary>'
        f"<p>{escaped(words.correct_info)}</p>{boxes}"
        '<button type="button" class="rag-button" data-do="correct_article" '
        f'data-value="{escaped(listed.doc_id)}">{escaped(words.correct_now)}</button></details>'
    )
