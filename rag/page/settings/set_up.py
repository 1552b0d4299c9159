"""The guided set-up of a language model: its components and events.

A reader chooses a model, sees what will be sent where, tries it with one question, and uses it.
The question that led here is then answered again. Keys leave the page's boxes at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.errors import RagError
from rag.messages import Language
from rag.page.chat.controls import render_errand
from rag.page.chat.turns import Assistant, Turn
from rag.page.owner import is_owner
from rag.page.parts import QUIET, STILL, Update, asset
from rag.page.settings.models import Models, read_choice
from rag.page.settings.set_up_offer import (
    Wish,
    boxes,
    failed_trial,
    offered,
    render_busy,
    render_head,
    render_result,
    render_sent,
    try_model,
)
from rag.page.settings.set_up_texts import EN, system_of, texts
from rag.text.languages import text_language

_RAW: dict[str, Any] = {"preprocess": False, "queue": False, **QUIET}


@dataclass(frozen=True, kw_only=True)
class SetUpPanel:
    """The components of the set-up. `asked` is the number of the turn that led here, or ""."""

    asked: gr.State
    open: gr.Button
    whole: gr.Column
    head: gr.HTML
    which: gr.Radio
    look: gr.Button
    endpoint: gr.Textbox
    model: gr.Textbox
    key: gr.Textbox
    sent: gr.HTML
    attempt: gr.Button
    result: gr.HTML
    use: gr.Button
    cancel: gr.Button
    errand: gr.HTML


def draw_set_up() -> SetUpPanel:
    """Make the components, in their order on the page. `_drawn` sets their words."""
    opener = gr.Button(EN.open, size="sm", elem_id="rag-set-up-open")
    with gr.Column(visible=False, elem_id="rag-set-up") as whole:
        head = gr.HTML("", **STILL)
        which = gr.Radio(interactive=True, elem_id="rag-set-up-which")
        # `Wish` checks what a browser sends.
        which.preprocess = lambda payload: payload  # type: ignore[method-assign]
        look = gr.Button(EN.look, size="sm", elem_id="rag-set-up-look")
        endpoint = gr.Textbox(lines=1, interactive=True, visible=False, elem_id="rag-own-endpoint")
        model = gr.Textbox(lines=1, interactive=True, visible=False, elem_id="rag-own-model")
        key = gr.Textbox(
            type="password",
            lines=1,
            interactive=True,
            visible=False,
            # Browsers must not offer to save the key.
            html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
            elem_id="rag-own-key",
        )
        sent = gr.HTML("", **STILL)
        attempt = gr.Button(EN.try_it, variant="primary", elem_id="rag-set-up-try")
        result = gr.HTML("", **STILL)
        use = gr.Button(EN.use, variant="primary", visible=False, elem_id="rag-set-up-use")
        cancel = gr.Button(EN.cancel, size="sm", elem_id="rag-set-up-cancel")
    return SetUpPanel(
        asked=gr.State(""),
        open=opener,
        whole=whole,
        head=head,
        which=which,
        endpoint=endpoint,
        model=model,
        key=key,
        look=look,
        sent=sent,
        attempt=attempt,
        result=result,
        use=use,
        cancel=cancel,
        errand=gr.HTML("", js_on_load=asset("set_up.js"), apply_default_css=False),
    )


def wire_set_up(
    parts: SetUpPanel,
    models: Models,
    assistant: Assistant,
    conversation: gr.State,
    asking: gr.HTML,
    settings: gr.Column,
    stored: gr.BrowserState,
    language_choice: gr.Radio,
    questions: Callable[[], Sequence[str]],
) -> None:
    """Connect the events.

    `asking` is the part of the chat whose button leads here, `settings` what the set-up covers, and
    `questions` gives questions to try.
    """

    def opened(
        request: gr.Request, language: Language, turns: Sequence[Turn], asked: str
    ) -> Update:
        models.look()
        question = _question(turns, asked)
        return {
            **_drawn(parts, models, language, request, question, choose=True),
            parts.asked: asked,
            parts.whole: gr.update(visible=True),
            parts.open: gr.update(visible=False),
            settings: gr.update(visible=False),
            parts.errand: render_errand("focus"),
        }

    def open_from_answer(
        event: gr.EventData, language: Language, turns: Sequence[Turn], request: gr.Request
    ) -> Update:
        """Open the set-up for the question of a turn."""
        turn = event._data.get("turn") if isinstance(event._data, dict) else ""
        return opened(request, language, turns, turn if isinstance(turn, str) else "")

    def open_here(language: Language, request: gr.Request) -> Update:
        """Open the set-up from the settings."""
        return opened(request, language, (), "")

    def look(language: Language, turns: Sequence[Turn], asked: str, request: gr.Request) -> Update:
        """Look for model servers of this machine again."""
        return opened(request, language, turns, asked)

    def changed(which: object, endpoint: object, language: Language) -> Update:
        """Show the boxes that a choice needs, and where a question would go."""
        wish = Wish(value=which, endpoint=endpoint, model="", key="")
        needs_endpoint, needs_model = boxes(which)
        return {
            parts.endpoint: gr.update(visible=needs_endpoint),
            parts.model: gr.update(visible=needs_model),
            parts.key: gr.update(visible=needs_model),
            parts.sent: render_sent(wish.host(models), language),
            parts.result: "",
            parts.use: gr.update(visible=False),
        }

    def translate(
        language: Language, turns: Sequence[Turn], asked: str, request: gr.Request
    ) -> Update:
        """Draw the set-up in the page's new language."""
        return _drawn(parts, models, language, request, _question(turns, asked), choose=False)

    drawn = [parts.open, parts.head, parts.which, parts.endpoint, parts.model, parts.key]
    drawn += [parts.look, parts.sent, parts.attempt, parts.result, parts.use, parts.cancel]
    shown = [parts.asked, parts.whole, settings, parts.errand, *drawn]
    led_here = [language_choice, conversation]
    asking.set_up(open_from_answer, led_here, shown, queue=False, **QUIET)
    parts.open.click(open_here, language_choice, shown, **_RAW)
    parts.look.click(look, [*led_here, parts.asked], shown, queue=False, **QUIET)
    language_choice.input(translate, [*led_here, parts.asked], drawn, queue=False, **QUIET)
    gr.on(
        # Not `input` of the address: the library does not tell of a text that is pasted or dropped.
        [parts.which.input, parts.endpoint.change],
        changed,
        [parts.which, parts.endpoint, language_choice],
        [parts.endpoint, parts.model, parts.key, parts.sent, parts.result, parts.use],
        trigger_mode="always_last",
        **_RAW,
    )
    _wire_trial(
        parts, models, assistant, conversation, settings, stored, language_choice, questions
    )


def _wire_trial(
    parts: SetUpPanel,
    models: Models,
    assistant: Assistant,
    conversation: gr.State,
    settings: gr.Column,
    stored: gr.BrowserState,
    language_choice: gr.Radio,
    questions: Callable[[], Sequence[str]],
) -> None:
    """Connect the trial of a model, its use, and the way back to the settings."""

    def attempt(request: gr.Request, *values: Any) -> Iterator[Update]:
        """Ask the chosen model one question, and show what it says."""
        *filled, turns, asked, kept, language = values
        question = _question(turns, asked) or _example(questions(), language)
        owner = is_owner(request)
        base, _ = read_choice(kept, models.default)
        yield {
            parts.key: "",
            parts.use: gr.update(visible=False),
            parts.attempt: gr.update(variant="primary"),
            parts.result: render_busy(question, language),
        }
        try:
            wish = Wish(**dict(zip(("value", "endpoint", "model", "key"), filled, strict=True)))
            choice = wish.choice(models, request.session_hash, base, owner=owner)
            options = models.options(choice.stored(), request.session_hash, owner=owner)
            trial = try_model(assistant, options, question, language)
            models.tell(models.name(choice) or "", down=not trial.works)
        except RagError as error:
            trial = failed_trial(error.message, language)
        yield {
            parts.result: render_result(trial, language),
            parts.use: gr.update(visible=trial.works),
            # What comes next is the one button that stands out.
            parts.attempt: gr.update(variant="secondary" if trial.works else "primary"),
        }

    def use(request: gr.Request, *values: Any) -> Update:
        """Keep the choice in the browser, and answer the question that led here again."""
        *filled, turns, asked, kept, language = values
        base, _ = read_choice(kept, models.default)
        wish = Wish(value=filled[0], endpoint=filled[1], model=filled[2], key="")
        try:
            choice = wish.choice(models, request.session_hash, base, owner=is_owner(request))
        except RagError as error:
            trial = failed_trial(error.message, language)
            return {parts.result: render_result(trial, language)}
        question = _question(turns, asked)
        last = bool(question) and str(turns[-1].number) == asked
        details = {"turn": asked} if last else {"question": question}
        return {
            stored: choice.stored(),
            **closed(),
            parts.errand: render_errand("answer", **details) if question else "",
        }

    def closed() -> Update:
        """Show the settings again."""
        return {
            parts.whole: gr.update(visible=False),
            parts.open: gr.update(visible=True),
            settings: gr.update(visible=True),
        }

    def cancel(turns: Sequence[Turn], asked: str) -> Update:
        """Go back to the settings, or to the answer that led here."""
        back = render_errand("back", turn=asked) if _question(turns, asked) else ""
        return {**closed(), parts.errand: back}

    filled = [parts.which, parts.endpoint, parts.model, parts.key]
    said = [*filled, conversation, parts.asked, stored, language_choice]
    tried = [parts.key, parts.use, parts.result, parts.attempt]
    parts.attempt.click(attempt, said, tried, **QUIET)
    covered = [parts.whole, parts.open, settings]
    parts.use.click(use, said, [stored, parts.errand, parts.result, *covered], queue=False, **QUIET)
    back = [conversation, parts.asked]
    parts.cancel.click(cancel, back, [*covered, parts.errand], queue=False, **QUIET)


def _drawn(
    parts: SetUpPanel,
    models: Models,
    language: Language,
    request: gr.Request,
    question: str,
    *,
    choose: bool,
) -> Update:
    """Return the set-up in a language. With `choose`, the first model is chosen anew.

    `question` led here, and is answered again at the end. It is empty if it was none.
    """
    words = texts(language)
    choices = offered(models, language, owner=is_owner(request))
    searched = bool(models.locals_for(owner=is_owner(request)))
    system = system_of(request.headers.get("user-agent"))
    first = choices[0][1] if choices else None
    update: Update = {
        parts.open: gr.update(value=words.open),
        parts.head: render_head(models, choices, system, question, language),
        parts.which: gr.update(choices=choices, label=words.which, visible=bool(choices)),
        parts.endpoint: gr.update(label=words.endpoint, info=words.endpoint_info),
        parts.model: gr.update(label=words.model, info=words.model_info),
        parts.key: gr.update(label=words.key, info=words.key_info),
        parts.look: gr.update(value=words.look, visible=searched),
        parts.attempt: gr.update(value=words.try_it, visible=bool(choices)),
        parts.use: gr.update(value=words.use_and_answer if question else words.use),
        parts.cancel: words.back_to_answer if question else words.cancel,
    }
    if not choose:
        return update
    needs_endpoint, needs_model = boxes(first)
    wish = Wish(value=first, endpoint="", model="", key="")
    # What is set here is set once: a second update of a part would replace the first.
    update[parts.which] = gr.update(
        choices=choices, value=first, label=words.which, visible=bool(choices)
    )
    for part, shown, label, info in (
        (parts.endpoint, needs_endpoint, words.endpoint, words.endpoint_info),
        (parts.model, needs_model, words.model, words.model_info),
        (parts.key, needs_model, words.key, words.key_info),
    ):
        update[part] = gr.update(value="", visible=shown, label=label, info=info)
    use = words.use_and_answer if question else words.use
    update[parts.use] = gr.update(value=use, visible=False)
    update[parts.sent] = render_sent(wish.host(models), language) if choices else ""
    update[parts.result] = ""
    update[parts.attempt] = gr.update(value=words.try_it, visible=bool(choices), variant="primary")
    return update


def _question(turns: Sequence[Turn], asked: object) -> str:
    """Return the question of the turn that led here, or an empty text."""
    return next((turn.question for turn in turns if str(turn.number) == asked), "")


def _example(questions: Sequence[str], language: Language) -> str:
    """Return a question of the page's language to try, or an empty text."""
    return next((one for one in questions if text_language(one) == language), "")
