"""The parts of the chat, and what happens between them.

The conversation is drawn by `rag.page.chat.rendering` into `gr.HTML` parts, not into `gr.Chatbot`:
the chatbot reads its messages as Markdown and cleans them, while here every byte of markup is ours
and every byte from outside is escaped. The parts keep their plain `${value}` template, which puts
the value in as it is and never reads it as a template again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.config import MAX_QUESTION_CHARACTERS
from rag.errors import RagError
from rag.messages import Language
from rag.page.chat.asking import Assistant, finder, take
from rag.page.chat.rendering import render_hint, render_turn, render_turns
from rag.page.chat.texts import EN, Texts, texts
from rag.page.chat.turns import Turn
from rag.page.parts import QUIET, STILL, Update, asset
from rag.retrieval.time_frame import time_frame_of


@dataclass(frozen=True, kw_only=True)
class ChatPanel:
    """The components of the chat. `before` shows all turns but the last, `present` the last."""

    conversation: gr.State
    before: gr.HTML
    present: gr.HTML
    offers: gr.Column
    offers_label: gr.HTML
    offered: tuple[gr.Button, ...]
    hint: gr.HTML
    days: gr.Accordion
    since: gr.Textbox
    until: gr.Textbox
    question: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    new: gr.Button


def draw_chat(examples: Sequence[str]) -> ChatPanel:
    """Make the components, in the order in which they stand; `examples` are questions to try."""
    words = EN  # Until the browser has told its language, a moment after the page is up.
    script = asset("chat.js")
    before = gr.HTML("", js_on_load=script, apply_default_css=False)
    present = gr.HTML("", js_on_load=script, apply_default_css=False)
    with gr.Column(visible=bool(examples), scale=0, elem_id="rag-offers") as offers:
        offers_label = gr.HTML(render_hint(words.examples, "en"), **STILL)
        with gr.Row(elem_id="rag-examples"):
            offered = tuple(gr.Button(example, size="sm") for example in examples)
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
        before=before,
        present=present,
        offers=offers,
        offers_label=offers_label,
        offered=offered,
        hint=hint,
        days=days,
        since=since,
        until=until,
        question=question,
        ask=ask,
        stop=stop,
        new=new,
    )


def _day(label: str) -> gr.Textbox:
    return gr.Textbox(lines=1, max_length=20, label=label, placeholder="YYYY-MM-DD")


def wire_chat(parts: ChatPanel, assistant: Assistant, language_choice: gr.Radio) -> None:
    """Say what happens when.

    `language_choice` waits while an answer streams, which goes on in the language it began in.
    """

    def controls(*, running: bool) -> Update:
        """The buttons that go with a running or a finished answer."""
        return {
            parts.ask: gr.update(visible=not running),
            parts.stop: gr.update(visible=running),
            parts.new: gr.update(visible=not running),
            language_choice: gr.update(interactive=not running),
        }

    def respond(
        asked: str,
        turns: tuple[Turn, ...],
        language: Language,
        since: str | None,
        until: str | None,
    ) -> Iterator[Update]:
        """Answer a question, event by event."""
        refusal = _refusal(asked, turns, texts(language))
        try:
            # A box that was never shown has no value.
            frame = time_frame_of(since or "", until or "")
        except RagError as error:
            refusal = refusal or error.message.text(language)
        if refusal:
            yield {parts.hint: render_hint(refusal, language)}
            return
        history = tuple(turn.answer for turn in turns if turn.answer is not None)
        turn = Turn(number=len(turns) + 1, question=asked.strip())
        find = finder(assistant)
        yield {
            parts.conversation: (*turns, turn),
            **drawn_in(parts, (*turns, turn), assistant, language),
            **controls(running=True),
            parts.offers: gr.update(visible=False),
            parts.question: "",
            parts.hint: "",
        }
        for newer in take(turn, assistant, history, frame):
            turn = newer
            yield {
                parts.conversation: (*turns, turn),
                parts.present: render_turn(turn, find, language),
            }
        yield {**controls(running=False), parts.hint: ""}

    def halt(turns: tuple[Turn, ...], language: Language) -> Update:
        """Keep what had been checked when the reader stopped the answer."""
        turns = tuple(turn.stop() if turn.running else turn for turn in turns)
        return {
            parts.conversation: turns,
            **drawn_in(parts, turns, assistant, language),
            **controls(running=False),
        }

    def restart() -> Update:
        """Forget the conversation."""
        return {
            parts.conversation: (),
            parts.before: "",
            parts.present: "",
            parts.hint: "",
            parts.since: "",
            parts.until: "",
            parts.offers: gr.update(visible=bool(parts.offered)),
            parts.new: gr.update(visible=False),
        }

    drawn = [parts.conversation, parts.before, parts.present]
    buttons = [parts.ask, parts.stop, parts.new, language_choice]
    asking: dict[str, Any] = {
        "fn": respond,
        "inputs": [
            *(parts.question, parts.conversation, language_choice),
            *(parts.since, parts.until),
        ],
        "outputs": [*drawn, *buttons, parts.offers, parts.question, parts.hint],
        # Not "once": the browser counts a stopped answer as running until the model's next word,
        # and would drop the next question without a sign. `respond` itself takes one at a time.
        "trigger_mode": "multiple",
        **QUIET,
    }
    running = [gr.on([parts.ask.click, parts.question.submit], **asking)]
    for button in parts.offered:
        chosen = button.click(
            lambda example=button.value: example, None, parts.question, queue=False, **QUIET
        )
        running.append(chosen.then(**asking))
    parts.stop.click(
        halt,
        [parts.conversation, language_choice],
        [*drawn, *buttons],
        cancels=running,
        queue=False,
        **QUIET,
    )
    parts.new.click(
        restart,
        None,
        [*drawn, parts.hint, parts.since, parts.until, parts.offers, parts.new],
        queue=False,
        **QUIET,
    )


def said_in(parts: ChatPanel, language: Language) -> Update:
    """The chat's own words in `language`."""
    words = texts(language)
    return {
        parts.offers_label: render_hint(words.examples, language),
        parts.question: gr.update(label=words.question, placeholder=words.placeholder),
        parts.ask: words.ask,
        parts.stop: words.stop,
        parts.new: words.new_conversation,
        parts.days: gr.update(label=words.days),
        parts.since: gr.update(label=words.since),
        parts.until: gr.update(label=words.until),
    }


def drawn_in(
    parts: ChatPanel, turns: tuple[Turn, ...], assistant: Assistant, language: Language
) -> Update:
    """The whole conversation. Only its last turn is drawn again while an answer streams."""
    find = finder(assistant)
    return {
        parts.before: render_turns(turns[:-1], find, language),
        parts.present: render_turns(turns[-1:], find, language),
    }


def _refusal(question: str, turns: tuple[Turn, ...], words: Texts) -> str:
    """Why a question can't be asked now, or nothing."""
    if turns and turns[-1].running:
        return words.one_at_a_time
    if not question.strip():
        return words.question_empty
    if len(question) > MAX_QUESTION_CHARACTERS:
        return words.question_too_long.format(len(question), MAX_QUESTION_CHARACTERS)
    return ""
