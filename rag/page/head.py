"""The head of the page as HTML."""

from __future__ import annotations

from rag.messages import Language
from rag.page.markup import escaped
from rag.page.texts import HTML_LANGUAGE, texts


def render_intro(chat_model: str | None, language: Language) -> str:
    """The head of the page: what it is, and which model, if any, will see a question."""
    words = texts(language)
    privacy = words.no_model
    if chat_model is not None:
        privacy = words.model_will_see.format(chat_model)
    return (
        f'<header class="rag-intro" lang="{HTML_LANGUAGE[language]}">'
        f"<h1>{escaped(words.title)}</h1><p>{escaped(words.tagline)}</p>"
        f'<p class="rag-privacy">{escaped(privacy)}</p></header>'
    )
