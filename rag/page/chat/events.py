"""What happens in the chat when a reader does something.

What a button of the conversation says of itself (`data-…`), what a kept conversation holds and
what an address asks come from the browser, and are held to what they may be here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

import gradio as gr
from gradio.events import Dependency

from rag.answering.options import Options
from rag.config import MAX_QUESTION_CHARACTERS
from rag.errors import RagError
from rag.messages import Language
from rag.page.chat.controls import render_editing, render_errand, render_examples, render_hint
from rag.page.chat.keeping import conversation_from_json, conversation_json, conversation_markdown
from rag.page.chat.panel import ChatPanel, drawn_in
from rag.page.chat.reading import render_reader
from rag.page.chat.rendering import render_turn
from rag.page.chat.texts import Texts, texts
from rag.page.chat.turns import Assistant, RunningAnswers, Turn, finder, take
from rag.page.parts import QUIET, Update
from rag.retrieval.time_frame import time_frame_of

Turns = tuple[Turn, ...]
OptionsOf = Callable[[object, str | None], Options]

_AT_ONCE: dict[str, Any] = {"queue": False, **QUIET}
"""An event that waits for no answer."""

_FORMS = {"md": "text/markdown", "json": "application/json"}


def wire_chat(
    parts: ChatPanel,
    assistant: Assistant,
    choice: gr.Radio,
    loaded: Dependency,
    offered: Callable[[], tuple[str, ...]],
    settings: gr.BrowserState,
    options_of: OptionsOf,
) -> None:
    """Say what happens when.

    `choice` is that of the language: it waits while an answer streams, which goes on in the
    language it began in. `loaded` is the event that told the browser's language; `offered` finds
    questions to try. `options_of` reads the `settings` that a session's browser keeps; it raises a
    `RagError` where they can't be used.
    """
    running = RunningAnswers()
    _wire_asking(parts, assistant, choice, loaded, settings, options_of, running)
    _wire_examples(parts, assistant, choice, loaded, offered)
    _wire_editing(parts, choice, running)
    _wire_reading(parts, assistant, choice)
    _wire_keeping(parts, assistant, choice, running)


def _wire_asking(
    parts: ChatPanel,
    assistant: Assistant,
    choice: gr.Radio,
    loaded: Dependency,
    settings: gr.BrowserState,
    options_of: OptionsOf,
    running: RunningAnswers,
) -> None:
    """Questions, and the end of an answer before it is whole."""

    def respond(
        event: gr.EventData,
        typed: str,
        turns: Turns,
        editing: int,
        language: Language,
        since: str | None,
        until: str | None,
        stored: object,
        request: gr.Request,
    ) -> Iterator[Update]:
        """Answer what was typed, or an example, or the question of a turn again."""
        ask = partial(
            _answer,
            parts,
            choice,
            assistant,
            options=partial(options_of, stored, request.session_hash),
            days=(since, until),
            language=language,
            running=running,
            session=request.session_hash,
        )
        if request.session_hash in running:
            yield {parts.hint: render_hint(texts(language).one_at_a_time, language)}
            return
        turns = _stopped(turns)
        again = _turn_named(event, turns)
        example = _said(event, "question")
        if again is not None:
            yield from ask(again.question, turns[: again.number - 1])
        elif example:
            yield from ask(example, turns)
        else:
            earlier = turns[: editing - 1] if editing else turns
            for number, update in enumerate(ask(typed, earlier)):
                # The box is emptied once, where the question was taken.
                taken = number == 0 and parts.conversation in update
                yield {**update, parts.question: ""} if taken else update

    def follow_link(
        request: gr.Request, turns: Turns, language: Language, stored: object
    ) -> Iterator[Update]:
        """Answer the question of the page's own address: `/?q=…`."""
        asked = request.query_params.get("q", "")
        if asked and not turns:
            options = partial(options_of, stored, request.session_hash)
            yield from _answer(
                parts,
                choice,
                assistant,
                asked,
                (),
                options=options,
                language=language,
                running=running,
                session=request.session_hash,
            )
        else:
            yield {parts.hint: gr.skip()}

    def halt(turns: Turns, language: Language, request: gr.Request) -> Update:
        """Keep what had been checked when the reader stopped the answer."""
        running.end(request.session_hash)
        turns = _stopped(turns)
        return {
            parts.conversation: turns,
            **drawn_in(parts, turns, (), assistant, language),
            **_controls(parts, choice, running=False),
            parts.errand: _keep(turns),
        }

    drawn = _drawn(parts)
    buttons = [parts.ask, parts.stop, parts.new, choice]
    outputs = [*drawn, *buttons, parts.editing, parts.question, parts.hint, parts.errand]
    asking: dict[str, Any] = {
        # Not "once": the browser counts a stopped answer as running until the model's next word,
        # and would drop the next question without a sign. `respond` itself takes one at a time.
        "trigger_mode": "multiple",
        "concurrency_id": "answers",
        **QUIET,
    }
    inputs = [
        *(parts.question, parts.conversation, parts.editing, choice),
        *(parts.since, parts.until, settings),
    ]
    gr.on([parts.ask.click, parts.question.submit], respond, inputs, outputs, **asking)
    parts.present.ask(respond, inputs, outputs, **asking)
    loaded.then(follow_link, [parts.conversation, choice, settings], outputs, **asking)
    # Not `cancels`: Gradio's browser side acts on it at the model's next word, and would cancel a
    # question that was asked in between. A stopped answer ends by itself (`RunningAnswers`).
    parts.stop.click(
        halt, [parts.conversation, choice], [*drawn, *buttons, parts.errand], **_AT_ONCE
    )


def _wire_examples(
    parts: ChatPanel,
    assistant: Assistant,
    choice: gr.Radio,
    loaded: Dependency,
    offered: Callable[[], tuple[str, ...]],
) -> None:
    """The start of a conversation: questions to try."""

    def offer(turns: Turns, language: Language) -> Update:
        """Questions to try, found when the first reader comes."""
        examples = offered()
        shown = "" if turns else render_examples(examples, language)
        return {parts.examples: examples, parts.offers: shown}

    def restart(examples: tuple[str, ...], language: Language) -> Update:
        """Forget the conversation."""
        return {
            parts.conversation: (),
            parts.editing: 0,
            **drawn_in(parts, (), examples, assistant, language),
            parts.hint: "",
            parts.since: "",
            parts.until: "",
            parts.new: gr.update(visible=False),
        }

    loaded.then(offer, [parts.conversation, choice], [parts.examples, parts.offers], **QUIET)
    parts.new.click(
        restart,
        [parts.examples, choice],
        [*_drawn(parts), parts.editing, parts.hint, parts.since, parts.until, parts.new],
        **_AT_ONCE,
    )


def _wire_editing(parts: ChatPanel, choice: gr.Radio, running: RunningAnswers) -> None:
    """A question of the conversation, back in the box."""

    def edit(event: gr.EventData, turns: Turns, language: Language, request: gr.Request) -> Update:
        """Put a question back into the box."""
        turn = _turn_named(event, turns)
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


def _wire_reading(parts: ChatPanel, assistant: Assistant, choice: gr.Radio) -> None:
    """Whole articles to read, and the conversation as a file."""

    def read(event: gr.EventData, turns: Turns, language: Language) -> str:
        """A whole article, with what the turn's answer cites of it marked."""
        turn = _turn_named(event, turns)
        cited = turn.answer.citations if turn is not None and turn.answer is not None else ()
        document = finder(assistant)(_said(event, "article"))
        return render_reader(document, cited, language)

    def export(event: gr.EventData, turns: Turns, language: Language) -> str:
        """The conversation as a file for the browser to save."""
        form = _said(event, "form")
        if form not in _FORMS or not turns:
            return ""
        text = (
            conversation_json(turns) if form == "json" else conversation_markdown(turns, language)
        )
        name = f"cited-rag-{datetime.now():%Y-%m-%d-%H%M}.{form}"
        return render_errand("save", name=name, type=_FORMS[form], text=text)

    inputs = [parts.conversation, choice]
    parts.present.read(read, inputs, parts.reader, **_AT_ONCE)
    parts.present.export(export, inputs, parts.errand, **_AT_ONCE)


def _wire_keeping(
    parts: ChatPanel, assistant: Assistant, choice: gr.Radio, running: RunningAnswers
) -> None:
    """Conversations that the browser has kept."""

    def reopen(event: gr.EventData, language: Language, request: gr.Request) -> Update:
        """Go on with a conversation that the browser has kept."""
        if request.session_hash in running:
            return {parts.hint: render_hint(texts(language).one_at_a_time, language)}
        key = _said(event, "id")[:100]
        try:
            kept = conversation_from_json(_said(event, "text"))
        except RagError as error:
            return {
                parts.hint: render_hint(error.message.text(language), language),
                parts.errand: render_errand("forget", id=key),
            }
        return {
            parts.conversation: kept,
            parts.editing: 0,
            **drawn_in(parts, kept, (), assistant, language),
            **_controls(parts, choice, running=False),
            parts.hint: "",
            parts.errand: render_errand("keep", id=key),
        }

    parts.kept.reopen(
        reopen,
        [choice],
        [
            *_drawn(parts),
            *(parts.ask, parts.stop, parts.new, choice),
            *(parts.editing, parts.hint, parts.errand),
        ],
        **_AT_ONCE,
    )


def _answer(
    parts: ChatPanel,
    choice: gr.Radio,
    assistant: Assistant,
    asked: str,
    turns: Turns,
    days: tuple[str | None, str | None] = (None, None),
    *,
    options: Callable[[], Options],
    language: Language,
    running: RunningAnswers,
    session: str | None,
) -> Iterator[Update]:
    """Ask a question after `turns`, and draw its answer event by event, until it is stopped."""
    refusal = _refusal(asked, texts(language))
    try:
        # A box that was never shown has no value.
        frame = time_frame_of(*(day or "" for day in days))
        wished = options()
    except RagError as error:
        refusal = refusal or error.message.text(language)
    if refusal:
        yield {parts.hint: render_hint(refusal, language)}
        return
    history = tuple(turn.answer for turn in turns if turn.answer is not None)
    turn = Turn(number=len(turns) + 1, question=asked.strip())
    find = finder(assistant)
    goes_on = running.begin(session)
    try:
        yield {
            parts.conversation: (*turns, turn),
            **drawn_in(parts, (*turns, turn), (), assistant, language),
            **_controls(parts, choice, running=True),
            parts.editing: 0,
            parts.hint: "",
        }
        for newer in take(turn, assistant, history, frame, wished):
            if not goes_on():
                # At the end Gradio sends the last update once more: this one changes nothing.
                yield {parts.hint: gr.skip()}
                return
            turn = newer
            yield {
                parts.conversation: (*turns, turn),
                parts.present: render_turn(turn, find, language, last=True),
            }
    finally:
        # Also where the reader left, or the browser cancelled it.
        if goes_on():
            running.end(session)
    yield {
        **_controls(parts, choice, running=False),
        parts.hint: "",
        parts.errand: _keep((*turns, turn)),
    }


def _stopped(turns: Turns) -> Turns:
    """The turns of which none runs any more."""
    return tuple(turn.stop() if turn.running else turn for turn in turns)


def _controls(parts: ChatPanel, choice: gr.Radio, *, running: bool) -> Update:
    """The buttons that go with a running or a finished answer."""
    return {
        parts.ask: gr.update(visible=not running),
        parts.stop: gr.update(visible=running),
        parts.new: gr.update(visible=not running),
        choice: gr.update(interactive=not running),
    }


def _drawn(parts: ChatPanel) -> list[gr.components.Component]:
    """What `drawn_in` and a new conversation set."""
    return [parts.conversation, parts.offers, parts.before, parts.present]


def _refusal(question: str, words: Texts) -> str:
    """Why a question can't be asked, or nothing."""
    if not question.strip():
        return words.question_empty
    if len(question) > MAX_QUESTION_CHARACTERS:
        return words.question_too_long.format(len(question), MAX_QUESTION_CHARACTERS)
    return ""


def _keep(turns: Turns) -> str:
    """The errand that has the browser keep the conversation."""
    return render_errand("keep", title=turns[0].question[:120], text=conversation_json(turns))


def _said(event: gr.EventData, name: str) -> str:
    """What the browser says with an event under `name`, or nothing where that is no text."""
    data = event._data  # None where it says nothing, which Gradio's own look-up stumbles over
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""


def _turn_named(event: gr.EventData, turns: Turns) -> Turn | None:
    """The turn whose number an event names, or None where there is none."""
    number = _said(event, "turn")
    return next((turn for turn in turns if str(turn.number) == number), None)
