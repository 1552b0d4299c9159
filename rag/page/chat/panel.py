"""The parts of the chat; what happens between them is in `rag.page.chat.events`.

The conversation is drawn by `rag.page.chat.rendering` into `gr.HTML` parts, not into `gr.Chatbot`:
the chatbot reads its messages as Markdown and cleans them, while here every byte of markup is ours
and every byte from outside is escaped. The parts keep their plain `${value}` template, which puts
the value in as it is and never reads it as a template again.
"""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from rag.config import MAX_QUESTION_CHARACTERS
from rag.messages import Language
from rag.page.chat.controls import render_examples, render_kept
from rag.page.chat.rendering import render_turn, render_turns
from rag.page.chat.texts import EN, texts
from rag.page.chat.turns import Assistant, Turn, finder
from rag.page.parts import STILL, Update, asset


@dataclass(frozen=True, kw_only=True)
class ChatPanel:
    """The components of the chat. `before` shows all turns but the last, `present` the last.

    `conversation` is a tuple of turns, `examples` one of questions, `editing` the number of the
    turn whose question is being edited, or 0. `errand` is what the browser is asked to do, `reader`
    one whole article.
    """

    conversation: gr.State
    editing: gr.State
    examples: gr.State
    kept: gr.HTML
    before: gr.HTML
    present: gr.HTML
    reader: gr.HTML
    errand: gr.HTML
    offers: gr.HTML
    hint: gr.HTML
    days: gr.Accordion
    since: gr.Textbox
    until: gr.Textbox
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
    """Make the components, in the order in which they stand."""
    words = EN  # Until the browser has told its language, a moment after the page is up.
    kept = _scripted(asset("kept.js"), render_kept("en"))
    before = _scripted(_REDRAWN)
    present = _scripted(asset("chat.js"), elem_id="rag-present")
    reader = _scripted(asset("reader.js"))
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
            new = gr.Button(words.new_conversation, visible=False, elem_id="rag-new")
        with gr.Accordion(words.days, open=False, elem_id="rag-days") as days, gr.Row():
            since = _day(words.since)
            until = _day(words.until)
    return ChatPanel(
        conversation=gr.State(()),
        editing=gr.State(0),
        examples=gr.State(()),
        kept=kept,
        before=before,
        present=present,
        reader=reader,
        errand=errand,
        offers=offers,
        hint=hint,
        days=days,
        since=since,
        until=until,
        question=question,
        ask=ask,
        stop=stop,
        new=new,
    )


def _scripted(script: str, value: str = "", elem_id: str | None = None) -> gr.HTML:
    return gr.HTML(value, js_on_load=script, apply_default_css=False, elem_id=elem_id)


def _day(label: str) -> gr.Textbox:
    return gr.Textbox(lines=1, max_length=20, label=label, placeholder="YYYY-MM-DD")


def said_in(parts: ChatPanel, language: Language) -> Update:
    """The chat's own words in `language`."""
    words = texts(language)
    return {
        parts.kept: render_kept(language),
        parts.question: gr.update(label=words.question, placeholder=words.placeholder),
        parts.ask: words.ask,
        parts.stop: words.stop,
        parts.new: words.new_conversation,
        parts.days: gr.update(label=words.days),
        parts.since: gr.update(label=words.since),
        parts.until: gr.update(label=words.until),
    }


def drawn_in(
    parts: ChatPanel,
    turns: tuple[Turn, ...],
    examples: tuple[str, ...],
    assistant: Assistant,
    language: Language,
) -> Update:
    """The whole conversation, or examples where it has not begun.

    Only its last turn is drawn again while an answer streams.
    """
    find = finder(assistant)
    return {
        parts.offers: "" if turns else render_examples(examples, language),
        parts.before: render_turns(turns[:-1], find, language),
        parts.present: "".join(render_turn(turn, find, language, last=True) for turn in turns[-1:]),
    }
