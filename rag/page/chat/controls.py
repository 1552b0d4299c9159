"""Return the parts around the conversation as HTML: hints, examples and tasks for the browser.

A button with `data-act` sends the event of that name (`assets/chat.js`).
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from rag.messages import Language
from rag.page.chat.examples import Loaded
from rag.page.chat.texts import texts
from rag.page.markup import escaped, inline
from rag.page.texts import HTML_LANGUAGE
from rag.types import Answer


def render_hint(line: str, language: Language) -> str:
    """Return one short line about the question box, or an empty text."""
    if not line:
        return ""
    return f'<p class="rag-hint" role="status" lang="{HTML_LANGUAGE[language]}">{escaped(line)}</p>'


def render_editing(number: int, language: Language) -> str:
    """Return a note that a question is being edited, what this does, and a button to cancel."""
    words = texts(language)
    return (
        f'<p class="rag-hint" role="status" lang="{HTML_LANGUAGE[language]}">'
        f"{escaped(words.editing.format(number))} "
        f'<button type="button" class="rag-button" data-act="cancel">{escaped(words.cancel)}'
        "</button></p>"
    )


def render_loaded(loaded: Loaded, language: Language) -> str:
    """Return one line about what is loaded, or how to add articles if there are none."""
    words = texts(language)
    if not loaded.articles:
        line = words.nothing_loaded
    else:
        spoken = [words.language_names[one] for one in loaded.languages]
        days = loaded.first if loaded.first == loaded.last else f"{loaded.first} – {loaded.last}"
        parts = [
            _counted(words.articles, loaded.articles),
            _counted(words.outlets, loaded.outlets) if loaded.outlets else "",
            days,
            words.comma.join(spoken),
        ]
        line = " · ".join(part for part in parts if part)
    unread = ""
    if loaded.unread:
        told = _counted(words.unread, loaded.unread)
        unread = f' <span class="rag-unread">{escaped(told)}</span>'
    return (
        f'<p class="rag-loaded" lang="{HTML_LANGUAGE[language]}">{escaped(line)}{unread} '
        '<button type="button" class="rag-button" data-tab="articles">'
        f"{escaped(words.see_articles)}</button></p>"
    )


def _counted(forms: tuple[str, str], count: int) -> str:
    return forms[count != 1].format(f"{count:,}")


def render_examples(examples: Sequence[str], language: Language) -> str:
    """Return one button for each question to try, or an empty text if there are none."""
    if not examples:
        return ""
    buttons = "".join(
        f'<button type="button" class="rag-button rag-example" data-act="ask" '
        f'data-question="{escaped(question)}">{inline(question)}</button>'
        for question in examples
    )
    label = escaped(texts(language).examples)
    return (
        f'<section class="rag-examples" lang="{HTML_LANGUAGE[language]}" aria-label="{label}">'
        f'<p class="rag-hint">{label}</p>{buttons}</section>'
    )


def render_suggestions(answer: Answer, language: Language) -> str:
    """Return a button for each question that may have been meant, or an empty text."""
    words = texts(language)
    return "".join(
        f'<p class="rag-suggested" lang="{HTML_LANGUAGE[language]}">'
        f"{inline(words.no_article_has.format(meant.typed))} "
        f'<button type="button" class="rag-button rag-suggestion" data-act="ask" '
        f'data-question="{escaped(meant.question)}">'
        f"{inline(words.did_you_mean.format(meant.name))}</button></p>"
        for meant in answer.did_you_mean
    )


def render_errand(errand: str, **details: str) -> str:
    """Return a task for the browser: `keep`, `forget` or `save`, with the details it needs.

    Each task has its own number, because the browser may receive it twice.
    """
    details["number"] = uuid4().hex
    data = "".join(f' data-{name}="{escaped(value)}"' for name, value in details.items())
    return f'<div hidden data-errand="{errand}"{data}></div>'
