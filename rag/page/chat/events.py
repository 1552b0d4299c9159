"""The events of the chat.

Data of buttons (`data-…`), kept conversations and the page's address come from the browser. They
are not trusted and are checked here.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import gradio as gr
from gradio.events import Dependency

from rag.answering.options import Options
from rag.config import MAX_QUESTION_CHARACTERS
from rag.errors import ChatModelError, RagError
from rag.exports.saving import document_bytes
from rag.messages import Language
from rag.page.chat.controls import render_editing, render_errand, render_hint
from rag.page.chat.examples import Offer
from rag.page.chat.keeping import conversation_json, conversation_markdown, laid_out
from rag.page.chat.offers import render_offer
from rag.page.chat.panel import ChatPanel, controls, drawn_in, drawn_parts
from rag.page.chat.rendering import render_turn
from rag.page.chat.sent import said, turn_named
from rag.page.chat.texts import Texts, texts
from rag.page.chat.turns import Assistant, RunningAnswers, Turn, finder, take
from rag.page.parts import QUIET, Update
from rag.page.places.events import wire_places
from rag.page.scope.choice import Scope
from rag.page.scope.shelf import Narrow, Narrowed

Turns = tuple[Turn, ...]
OptionsOf = Callable[[object, gr.Request], Options]
Heading = Callable[[object, Language, Turn], Update]

_AT_ONCE: dict[str, Any] = {"queue": False, **QUIET}
"""Settings of an event that does not wait for answers."""

_FORMS = {
    "md": "text/markdown",
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


_BEGIN = """() => {
  (window.citedRag ??= { kept: null }).loaded = true;
  window.citedRag.begin?.();
}"""
"""Tells `assets/chat.js` that the page works."""


def wire_chat(
    parts: ChatPanel,
    assistant: Assistant,
    choice: gr.Radio,
    loaded: Dependency,
    offered: Callable[[gr.Request], Offer],
    settings: gr.BrowserState,
    options_of: OptionsOf,
    chosen: gr.State,
    narrow: Narrow,
    intro: gr.HTML,
    heading: Heading,
) -> None:
    """Connect the events.

    `choice` is the language choice. It is locked while an answer streams, so the answer keeps its
    language. `loaded` is the event that gave the browser's language. `offered` finds questions to
    try. `options_of` reads the `settings` that the browser keeps, and raises a `RagError` if they
    cannot be used. `chosen` is the `Scope` of the questions, which `narrow` reads. `heading`
    returns the `intro` after a turn: it says whether the model answers.
    """
    running = RunningAnswers()
    _wire_asking(
        parts,
        assistant,
        choice,
        loaded,
        settings,
        options_of,
        running,
        chosen,
        narrow,
        intro,
        heading,
    )
    _wire_examples(parts, assistant, choice, loaded, offered)
    _wire_editing(parts, choice, running)
    _wire_saving(parts, choice)
    wire_places(parts, assistant, choice, loaded, running)


def _wire_asking(
    parts: ChatPanel,
    assistant: Assistant,
    choice: gr.Radio,
    loaded: Dependency,
    settings: gr.BrowserState,
    options_of: OptionsOf,
    running: RunningAnswers,
    chosen: gr.State,
    narrow: Narrow,
    intro: gr.HTML,
    heading: Heading,
) -> None:
    """Connect asking a question, and stopping an answer."""

    def respond(
        event: gr.EventData,
        typed: str,
        turns: Turns,
        editing: int,
        language: Language,
        scope: Scope,
        stored: object,
        request: gr.Request,
    ) -> Iterator[Update]:
        """Answer the typed question, an example, or the question of a turn again."""
        if said(event, "without") and isinstance(stored, dict):
            stored = {**stored, "composer": "quotes"}
        ask = partial(
            _answer,
            parts,
            choice,
            assistant,
            options=partial(options_of, stored, request),
            heading=partial(heading, stored, language),
            narrowed=partial(narrow, scope),
            language=language,
            running=running,
            session=request.session_hash,
        )
        if request.session_hash in running:
            yield {parts.hint: render_hint(texts(language).one_at_a_time, language)}
            return
        turns = _stopped(turns)
        again = turn_named(event, turns)
        example = said(event, "question")
        if again is not None:
            yield from ask(again.question, turns[: again.number - 1])
        elif example:
            yield from ask(example, turns)
        else:
            earlier = turns[: editing - 1] if editing else turns
            for number, update in enumerate(ask(typed, earlier)):
                # Empty the box once, when the question is accepted.
                taken = number == 0 and parts.conversation in update
                yield {**update, parts.question: ""} if taken else update

    def halt(turns: Turns, language: Language, request: gr.Request) -> Update:
        """Stop the answer and keep the sentences that are checked."""
        running.end(request.session_hash)
        turns = _stopped(turns)
        return {
            parts.conversation: turns,
            **drawn_in(parts, turns, Offer(), assistant, language),
            **controls(parts, choice, running=False),
            parts.errand: _keep(turns),
        }

    drawn = drawn_parts(parts)
    buttons = [parts.ask, parts.stop, parts.new, choice]
    outputs = [intro, *drawn, *buttons, parts.editing, parts.question, parts.hint, parts.errand]
    asking: dict[str, Any] = {
        # Not "once": the browser treats a stopped answer as running until the model's next word,
        # and would silently drop the next question. `respond` itself allows only one question at a
        # time.
        "trigger_mode": "multiple",
        "concurrency_id": "answers",
        **QUIET,
    }
    inputs = [parts.question, parts.conversation, parts.editing, choice, chosen, settings]
    gr.on([parts.ask.click, parts.question.submit], respond, inputs, outputs, **asking)
    parts.present.ask(respond, inputs, outputs, **asking)
    # Nothing is queued when the page is loaded: the stream of a queued event could be closed just
    # as the first question is asked, which would then be lost.
    loaded.then(None, None, None, js=_BEGIN, **_AT_ONCE)
    # Not `cancels`: Gradio's browser code acts on it at the model's next word, and would cancel a
    # question asked in between. A stopped answer ends by itself (`RunningAnswers`).
    parts.stop.click(
        halt, [parts.conversation, choice], [*drawn, *buttons, parts.errand], **_AT_ONCE
    )


def _wire_examples(
    parts: ChatPanel,
    assistant: Assistant,
    choice: gr.Radio,
    loaded: Dependency,
    offered: Callable[[gr.Request], Offer],
) -> None:
    """Connect the start of a conversation, with questions to try."""

    def offer(turns: Turns, language: Language, request: gr.Request) -> Update:
        """Show questions to try. They are found when the first reader comes."""
        offer = offered(request)
        shown = "" if turns else render_offer(offer, language)
        return {parts.offer: offer, parts.offers: shown}

    def restart(offer: Offer, language: Language) -> Update:
        """Start a new conversation."""
        return {
            parts.conversation: (),
            parts.editing: 0,
            **drawn_in(parts, (), offer, assistant, language),
            parts.hint: "",
            parts.new: gr.update(visible=False),
        }

    loaded.then(offer, [parts.conversation, choice], [parts.offer, parts.offers], **_AT_ONCE)
    parts.new.click(
        restart,
        [parts.offer, choice],
        [*drawn_parts(parts), parts.editing, parts.hint, parts.new],
        **_AT_ONCE,
    )


def _wire_editing(parts: ChatPanel, choice: gr.Radio, running: RunningAnswers) -> None:
    """Connect the editing of an earlier question."""

    def edit(event: gr.EventData, turns: Turns, language: Language, request: gr.Request) -> Update:
        """Put a question back into the box."""
        turn = turn_named(event, turns)
        if turn is None:
            return {parts.hint: gr.skip()}
        if request.session_hash in running:
            return {parts.hint: render_hint(texts(language).one_at_a_time, language)}
        return {
            parts.editing: turn.number,
            parts.question: turn.question,
            parts.hint: render_editing(turn.number, language),
        }

    def cancel() -> Update:
        """Leave the question as it was."""
        return {parts.editing: 0, parts.question: "", parts.hint: ""}

    box = [parts.editing, parts.question, parts.hint]
    parts.present.edit(edit, [parts.conversation, choice], box, **_AT_ONCE)
    parts.present.cancel(cancel, None, box, **_AT_ONCE)


def _wire_saving(parts: ChatPanel, choice: gr.Radio) -> None:
    """Connect saving the conversation as a file."""

    def export(event: gr.EventData, turns: Turns, language: Language) -> Update:
        """Return the conversation as a file that the browser saves."""
        form = said(event, "form")
        if form not in _FORMS or not turns:
            return {parts.errand: ""}
        try:
            file = _file(turns, form, language)
        except RagError as error:
            return {parts.hint: render_hint(error.message.text(language), language)}
        name = f"cited-rag-{datetime.now():%Y-%m-%d-%H%M}.{form}"
        errand = render_errand("save", name=name, type=_FORMS[form], **file)
        return {parts.errand: errand, parts.hint: ""}

    inputs = [parts.conversation, choice]
    parts.present.export(export, inputs, [parts.errand, parts.hint], **_AT_ONCE)


def _file(turns: Turns, form: str, language: Language) -> dict[str, str]:
    """Return a conversation as text, or as base64 if its format is not text."""
    if form == "json":
        return {"text": conversation_json(turns)}
    if form == "md":
        return {"text": conversation_markdown(turns, language)}
    data = document_bytes([laid_out(turn, language) for turn in turns], f".{form}")
    return {"base64": base64.b64encode(data).decode()}


def _answer(
    parts: ChatPanel,
    choice: gr.Radio,
    assistant: Assistant,
    asked: str,
    turns: Turns,
    *,
    narrowed: Callable[[], Narrowed],
    options: Callable[[], Options],
    heading: Callable[[Turn], Update],
    language: Language,
    running: RunningAnswers,
    session: str | None,
) -> Iterator[Update]:
    """Ask a question after `turns`, and draw its answer event by event, until it is stopped."""
    refusal, trouble = _refusal(asked, texts(language)), None
    try:
        some = narrowed()
        wished = replace(options(), articles=some.articles)
    except ChatModelError as error:
        trouble = error
    except RagError as error:
        refusal = refusal or error.message.text(language)
    if refusal:
        yield {parts.hint: render_hint(refusal, language)}
        return
    history = tuple(turn.answer for turn in turns if turn.answer is not None)
    turn = Turn(number=len(turns) + 1, question=asked.strip(), asked=some.asked)
    find = finder(assistant)
    goes_on = running.begin(session)
    try:
        yield {
            parts.conversation: (*turns, turn),
            **drawn_in(parts, (*turns, turn), Offer(), assistant, language),
            **controls(parts, choice, running=True),
            parts.editing: 0,
            parts.hint: "",
            # Kept from the start, so that a page loaded anew has the question.
            parts.errand: _keep((*turns, turn)),
        }
        taken = (
            iter([turn.failed(trouble.message)])
            if trouble
            else take(turn, assistant, history, some.frame, wished)
        )
        for newer in taken:
            if not goes_on():
                # Gradio sends the last update once more at the end. This one changes nothing.
                yield {parts.hint: gr.skip()}
                return
            turn = newer
            yield {
                parts.conversation: (*turns, turn),
                parts.present: render_turn(turn, find, language, last=True),
            }
    finally:
        # This also runs if the reader left or the browser cancelled.
        if goes_on():
            running.end(session)
    yield {
        **controls(parts, choice, running=False),
        parts.hint: "",
        parts.errand: _keep((*turns, turn)),
        **heading(turn),
    }


def _stopped(turns: Turns) -> Turns:
    """Return the turns, with every running one stopped."""
    return tuple(turn.stop() if turn.running else turn for turn in turns)


def _refusal(question: str, words: Texts) -> str:
    """Return why a question cannot be asked, or an empty text."""
    if not question.strip():
        return words.question_empty
    if len(question) > MAX_QUESTION_CHARACTERS:
        return words.question_too_long.format(len(question), MAX_QUESTION_CHARACTERS)
    return ""


def _keep(turns: Turns) -> str:
    """Return the task for the browser to keep the conversation."""
    return render_errand("keep", title=turns[0].question[:120], text=conversation_json(turns))
