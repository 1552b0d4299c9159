"""The chat page: questions in, checked answers out, with every source one click away.

Gradio is known here and in `rag.page.serving` alone. The conversation is drawn by
`rag.page.rendering` into `gr.HTML` parts, not into `gr.Chatbot`: the chatbot reads its messages as
Markdown and cleans them, while here every byte of markup is ours and every byte from outside is
escaped. The parts keep their plain `${value}` template, which puts the value in as it is and never
reads it as a template again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import gradio as gr

from rag.config import MAX_QUESTION_CHARACTERS
from rag.errors import RagError
from rag.messages import Language
from rag.page.asking import Assistant, finder, take
from rag.page.examples import examples_for
from rag.page.rendering import render_hint, render_intro, render_turn, render_turns
from rag.page.texts import EN, ZH, Texts, preferred_language, texts
from rag.page.turns import Turn
from rag.retrieval.time_frame import time_frame_of

_QUESTIONS_AT_ONCE = 4
"""Questions answered at one time; the next wait in line."""
_STILL: dict[str, Any] = {"js_on_load": None, "apply_default_css": False}
"""An HTML part that nothing happens in."""


def build_page(assistant: Assistant, *, examples: Sequence[str] | None = None) -> gr.Blocks:
    """The page's parts and what happens between them; `build_app` adds its style.

    `examples` are questions to try; None offers those whose articles are in the corpus.
    """
    if examples is None:
        examples = examples_for(assistant.documents())
    # Telemetry is off by argument: the environment can't turn it on again.
    page: gr.Blocks = gr.Blocks(analytics_enabled=False, title=f"{EN.title} · {ZH.title}")
    with page:
        parts = _draw(assistant, examples)
        _wire(page, parts, assistant)
    # Without a limit of its own, one reader's slow answer would hold up everybody else's.
    page.queue(default_concurrency_limit=_QUESTIONS_AT_ONCE)
    return page


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """The components of the page. `before` shows all turns but the last, `present` the last."""

    conversation: gr.State
    intro: gr.HTML
    language: gr.Radio
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


_Update = dict[Any, Any]
"""What changes on the page: a component, and its new value or properties."""


def _draw(assistant: Assistant, examples: Sequence[str]) -> _Parts:
    """Make the components, in the order in which they stand."""
    words = EN  # Until the browser has told its language, a moment after the page is up.
    with gr.Row(elem_id="rag-head"):
        intro = gr.HTML(render_intro(assistant.chat_model_name, "en"), **_STILL)
        language = gr.Radio(
            [("中文", "zh"), ("English", "en")],
            value="en",
            label=f"{ZH.language} / {EN.language}",
            show_label=False,
            container=False,
            elem_id="rag-language",
        )
    script = asset("page.js")
    before = gr.HTML("", js_on_load=script, apply_default_css=False)
    present = gr.HTML("", js_on_load=script, apply_default_css=False)
    with gr.Column(visible=bool(examples), scale=0, elem_id="rag-offers") as offers:
        offers_label = gr.HTML(render_hint(words.examples, "en"), **_STILL)
        with gr.Row(elem_id="rag-examples"):
            offered = tuple(gr.Button(example, size="sm") for example in examples)
    with gr.Column(scale=0, elem_id="rag-composer"):
        hint = gr.HTML("", **_STILL)
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
    return _Parts(
        conversation=gr.State(()),
        intro=intro,
        language=language,
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


def _wire(page: gr.Blocks, parts: _Parts, assistant: Assistant) -> None:
    """Say what happens when."""

    def welcome(request: gr.Request) -> _Update:
        """Take up the browser's language."""
        language = preferred_language(request.headers.get("accept-language"))
        return {parts.language: language, **_interface(parts, assistant, language)}

    def translate(turns: tuple[Turn, ...], language: Language) -> _Update:
        """Say everything again in another language, but what was asked and answered."""
        return {
            **_interface(parts, assistant, language),
            **_all_turns(parts, turns, assistant, language),
        }

    def respond(
        asked: str,
        turns: tuple[Turn, ...],
        language: Language,
        since: str | None,
        until: str | None,
    ) -> Iterator[_Update]:
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
            **_all_turns(parts, (*turns, turn), assistant, language),
            **_controls(parts, running=True),
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
        yield {**_controls(parts, running=False), parts.hint: ""}

    def halt(turns: tuple[Turn, ...], language: Language) -> _Update:
        """Keep what had been checked when the reader stopped the answer."""
        turns = tuple(turn.stop() if turn.running else turn for turn in turns)
        return {
            parts.conversation: turns,
            **_all_turns(parts, turns, assistant, language),
            **_controls(parts, running=False),
        }

    def restart() -> _Update:
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

    # Private: no address of its own for programs, which have `rag.answer`.
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    said = [
        *(parts.intro, parts.offers_label, parts.question, parts.ask, parts.stop, parts.new),
        *(parts.days, parts.since, parts.until),
    ]
    drawn = [parts.conversation, parts.before, parts.present]
    controls = [parts.ask, parts.stop, parts.new, parts.language]
    asking: dict[str, Any] = {
        "fn": respond,
        "inputs": [
            *(parts.question, parts.conversation, parts.language),
            *(parts.since, parts.until),
        ],
        "outputs": [*drawn, *controls, parts.offers, parts.question, parts.hint],
        # Not "once": the browser counts a stopped answer as running until the model's next word,
        # and would drop the next question without a sign. `respond` itself takes one at a time.
        "trigger_mode": "multiple",
        **quiet,
    }
    page.load(welcome, None, [parts.language, *said], queue=False, **quiet)
    parts.language.input(
        translate, [parts.conversation, parts.language], [*said, *drawn], queue=False, **quiet
    )
    running = [gr.on([parts.ask.click, parts.question.submit], **asking)]
    for button in parts.offered:
        chosen = button.click(
            lambda example=button.value: example, None, parts.question, queue=False, **quiet
        )
        running.append(chosen.then(**asking))
    parts.stop.click(
        halt,
        [parts.conversation, parts.language],
        [*drawn, *controls],
        cancels=running,
        queue=False,
        **quiet,
    )
    parts.new.click(
        restart,
        None,
        [*drawn, parts.hint, parts.since, parts.until, parts.offers, parts.new],
        queue=False,
        **quiet,
    )


def _interface(parts: _Parts, assistant: Assistant, language: Language) -> _Update:
    """The page's own words in `language`."""
    words = texts(language)
    return {
        parts.intro: render_intro(assistant.chat_model_name, language),
        parts.offers_label: render_hint(words.examples, language),
        parts.question: gr.update(label=words.question, placeholder=words.placeholder),
        parts.ask: words.ask,
        parts.stop: words.stop,
        parts.new: words.new_conversation,
        parts.days: gr.update(label=words.days),
        parts.since: gr.update(label=words.since),
        parts.until: gr.update(label=words.until),
    }


def _all_turns(
    parts: _Parts, turns: tuple[Turn, ...], assistant: Assistant, language: Language
) -> _Update:
    """The whole conversation. Only its last turn is drawn again while an answer streams."""
    find = finder(assistant)
    return {
        parts.before: render_turns(turns[:-1], find, language),
        parts.present: render_turns(turns[-1:], find, language),
    }


def _controls(parts: _Parts, *, running: bool) -> _Update:
    """The buttons that go with a running or a finished answer.

    The language waits while an answer streams, which goes on in the language it began in.
    """
    return {
        parts.ask: gr.update(visible=not running),
        parts.stop: gr.update(visible=running),
        parts.new: gr.update(visible=not running),
        parts.language: gr.update(interactive=not running),
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


def asset(name: str) -> str:
    """The text of a file of the page."""
    return (files("rag.page") / "assets" / name).read_text(encoding="utf-8")
