"""The events of the history and of addresses.

The script in `assets/places.js` sends them: only the browser knows its conversations and its
address. What it sends is not trusted and is checked here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import gradio as gr
from gradio.events import Dependency

from rag.errors import RagError
from rag.messages import Language
from rag.page.chat.controls import render_errand, render_hint
from rag.page.chat.examples import Offer
from rag.page.chat.keeping import conversation_from_json
from rag.page.chat.panel import ChatPanel, controls, drawn_in, drawn_parts
from rag.page.chat.reading import render_reader
from rag.page.chat.sent import said, turn_named
from rag.page.chat.texts import texts as chat_texts
from rag.page.chat.turns import Assistant, RunningAnswers, Turn, finder
from rag.page.parts import QUIET, Update
from rag.page.places.links import quotes_at
from rag.page.places.texts import texts
from rag.page.texts import language_sent
from rag.types import Citation, Document

_AT_ONCE: dict[str, Any] = {"queue": False, **QUIET}

_MOST_CHARACTERS = 1_000
"""The limit for an id or a place that the browser sends."""


def wire_places(
    parts: ChatPanel,
    assistant: Assistant,
    choice: gr.Radio,
    loaded: Dependency,
    running: RunningAnswers,
) -> None:
    """Connect opening kept conversations and articles, and following the page's address.

    `loaded` is the event that gave the browser's language: what the address names is opened then,
    and not before.
    """
    loaded.then(None, js="() => window.citedRag.arrive()", **_AT_ONCE)
    _wire_conversations(parts, assistant, choice, running)
    _wire_articles(parts, assistant, choice)


def wire_tab(tab: gr.Tab, name: str) -> None:
    """Give a tab an address: `/?tab=name`, or `/` if the name is empty."""
    tab.select(None, js=f"() => window.citedRag.tabbed({name!r})", **_AT_ONCE)


def _wire_conversations(
    parts: ChatPanel, assistant: Assistant, choice: gr.Radio, running: RunningAnswers
) -> None:
    def reopen(event: gr.EventData, language: Language, request: gr.Request) -> Update:
        """Continue a conversation that the browser keeps."""
        if request.session_hash in running:
            line = chat_texts(language).one_at_a_time
            return {
                parts.hint: render_hint(line, language),
                parts.errand: render_errand("stay"),
            }
        key = said(event, "id")[:_MOST_CHARACTERS]
        try:
            kept = conversation_from_json(said(event, "text"))
        except RagError as error:
            return {
                parts.hint: render_hint(error.message.text(language), language),
                parts.errand: render_errand("forget", id=key),
            }
        return {
            parts.conversation: kept,
            parts.editing: 0,
            **drawn_in(parts, kept, Offer(), assistant, language),
            **controls(parts, choice, running=False),
            parts.hint: "",
            parts.errand: render_errand("keep", id=key),
        }

    def leave(event: gr.EventData, offer: Offer, language: Language, request: gr.Request) -> Update:
        """Show an empty conversation. If the address names an unknown one, a line says so."""
        running.end(request.session_hash)
        line = texts(language).not_here if said(event, "unknown") else ""
        drawn = drawn_in(parts, (), offer, assistant, language)
        if offer == Offer():
            # The page has just opened: what it offers is still being found, and drawn then.
            del drawn[parts.offers]
        return {
            parts.conversation: (),
            parts.editing: 0,
            **drawn,
            **controls(parts, choice, running=False),
            parts.new: gr.update(visible=False),
            parts.hint: render_hint(line, language),
        }

    outputs = [
        *drawn_parts(parts),
        *(parts.ask, parts.stop, parts.new, choice),
        *(parts.editing, parts.hint),
    ]
    parts.kept.reopen(reopen, [choice], [*outputs, parts.errand], **_AT_ONCE)
    parts.kept.leave(leave, [parts.offer, choice], outputs, **_AT_ONCE)


def _wire_articles(parts: ChatPanel, assistant: Assistant, choice: gr.Radio) -> None:
    def read(event: gr.EventData, turns: tuple[Turn, ...], language: Language) -> str:
        """Show a whole article, and mark what the turn's answer cites, or what a link names."""
        language = language_sent(language)
        find = finder(assistant)
        document = find(said(event, "article")[:_MOST_CHARACTERS])
        turn, at = turn_named(event, turns), said(event, "at")[:_MOST_CHARACTERS]
        quotes = quotes_at(document, at, said(event, "v")) if document is not None else ()
        if turn is not None:
            cited = turn.answer.citations if turn.answer is not None else ()
            line = ""
            if quotes and document is not None and not _cites(cited, document):
                cited, line = quotes, chat_texts(language).marked_near
            return render_reader(document, cited, language, turn=turn.number, line=line)
        words = texts(language)
        if document is None:
            return render_reader(None, (), language, line=words.no_article)
        line = "" if not at else words.linked if quotes else words.edited
        return render_reader(document, quotes, language, line=line)

    for part in (parts.present, parts.kept):
        part.read(read, [parts.conversation, choice], parts.reader, **_AT_ONCE)


def _cites(citations: Iterable[Citation], document: Document) -> bool:
    return any(citation.doc_id == document.doc_id for citation in citations)
