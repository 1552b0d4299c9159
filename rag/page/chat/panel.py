"""The components of the chat. Their events are in `rag.page.chat.events`.

`rag.page.chat.rendering` draws the conversation into `gr.HTML` components. `gr.Chatbot` is not
used, because it reads messages as Markdown and changes them. Here the project writes all of the
HTML, and escapes all text from outside. The components keep their plain `${value}` template, which
inserts the value unchanged and never reads it as a template again.
"""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from rag.config import MAX_QUESTION_CHARACTERS
from rag.messages import Language
from rag.page.chat.examples import Offer
from rag.page.chat.offers import render_offer
from rag.page.chat.rendering import render_turn, render_turns
from rag.page.chat.texts import EN, texts
from rag.page.chat.turns import Assistant, Turn, finder
from rag.page.parts import STILL, Update, asset
from rag.page.places.rendering import render_history
from rag.page.scope.panel import draw_chooser, draw_labels


@dataclass(frozen=True, kw_only=True)
class ChatPanel:
    """The components of the chat. `before` shows all turns but the last, and `present` the last.

    `conversation` is a tuple of turns, and `offer` an `Offer`. `kept` has the earlier
    conversations of the browser, and the script that follows the page's address. `editing` is the
    number of the turn whose question is being edited, or 0. `errand` holds a task for the browser,
    and `reader` one whole article. `chooser` and `only` are parts of `rag.page.scope`.
    """

    conversation: gr.State
    editing: gr.State
    offer: gr.State
    kept: gr.HTML
    before: gr.HTML
    present: gr.HTML
    reader: gr.HTML
    errand: gr.HTML
    offers: gr.HTML
    hint: gr.HTML
    chooser: gr.HTML
    only: gr.HTML
    question: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    new: gr.Button


_REDRAWN = "watch('value', () => window.citedRag.redrawn());"

_ERRAND = """let done;
watch('value', () => {
  const detail = { ...element.firstElementChild?.dataset };
  // The end of an answer's stream brings its last update a second time.
  if (!detail.errand || detail.number === done) return;
  done = detail.number;
  document.dispatchEvent(new CustomEvent('cited-rag:errand', { detail }));
});"""


def draw_chat() -> ChatPanel:
    """Make the components, in their order on the page."""
    words = EN  # The browser's language is known only a moment after the page opens.
    chooser = draw_chooser()
    before = _scripted(_REDRAWN)
    present = _scripted(asset("chat.js"), elem_id="rag-present")
    # All tabs open articles, so it is drawn outside them.
    reader = _scripted(asset("reader.js"), render=False)
    errand = _scripted(_ERRAND)
    offers = gr.HTML("", elem_id="rag-offers", **STILL)
    with gr.Column(scale=0, elem_id="rag-composer"):
        hint = gr.HTML("", **STILL)
        with gr.Row(elem_id="rag-ask-row"):
            question = gr.Textbox(
                lines=1,
                max_lines=6,
                max_length=MAX_QUESTION_CHARACTERS,
                label=words.question,
                placeholder=words.placeholder,
                show_label=False,
                container=False,
                autofocus=True,
                elem_id="rag-question",
            )
            ask = gr.Button(words.ask, variant="primary", elem_id="rag-ask")
            stop = gr.Button(words.stop, visible=False, elem_id="rag-stop")
        with gr.Row(elem_id="rag-below"):
            only = draw_labels("rag-only")
            # One script: the parts of it share their functions.
            script = "".join(map(asset, ("kept.js", "drawer.js", "places.js")))
            kept = _scripted(script, render_history("en"), elem_id="rag-kept")
            new = gr.Button(words.new_conversation, visible=False, elem_id="rag-new")
    return ChatPanel(
        conversation=gr.State(()),
        editing=gr.State(0),
        offer=gr.State(Offer()),
        kept=kept,
        before=before,
        present=present,
        reader=reader,
        errand=errand,
        offers=offers,
        hint=hint,
        chooser=chooser,
        only=only,
        question=question,
        ask=ask,
        stop=stop,
        new=new,
    )


def _scripted(
    script: str, value: str = "", elem_id: str | None = None, *, render: bool = True
) -> gr.HTML:
    return gr.HTML(
        value, js_on_load=script, apply_default_css=False, elem_id=elem_id, render=render
    )


def said_in(parts: ChatPanel, language: Language) -> Update:
    """Return the words of the chat in `language`."""
    words = texts(language)
    return {
        parts.kept: render_history(language),
        parts.question: gr.update(label=words.question, placeholder=words.placeholder),
        parts.ask: words.ask,
        parts.stop: words.stop,
        parts.new: words.new_conversation,
    }


def drawn_in(
    parts: ChatPanel,
    turns: tuple[Turn, ...],
    offer: Offer,
    assistant: Assistant,
    language: Language,
) -> Update:
    """Draw the whole conversation, or what is offered if it has not begun.

    While an answer streams, only the last turn is drawn again.
    """
    find = finder(assistant)
    return {
        parts.offers: "" if turns else render_offer(offer, language),
        parts.before: render_turns(turns[:-1], find, language),
        parts.present: "".join(render_turn(turn, find, language, last=True) for turn in turns[-1:]),
    }


def drawn_parts(parts: ChatPanel) -> list[gr.components.Component]:
    """Return the components that `drawn_in` and a new conversation set."""
    return [parts.conversation, parts.offers, parts.before, parts.present]


def controls(parts: ChatPanel, choice: gr.Radio, *, running: bool) -> Update:
    """Set the buttons for a running or a finished answer. `choice` is the language choice."""
    return {
        parts.ask: gr.update(visible=not running),
        parts.stop: gr.update(visible=running),
        parts.new: gr.update(visible=not running),
        choice: gr.update(interactive=not running),
    }
