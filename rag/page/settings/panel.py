"""The parts of the settings, and what happens between them.

What a reader chose is kept by the browser alone and comes back with every question, so that a
server that was restarted knows it, too. A key is kept by the server alone, while the page is open.

Values are not read by the library's own checks, whose refusals are in English alone and of no use
to a reader, but by `read_choice` and `Models`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.events import Dependency

from rag.answering.options import MAX_SOURCES
from rag.errors import ConfigError
from rag.messages import Language
from rag.page.markup import escaped, render_intro
from rag.page.parts import QUIET, STILL, Update, asset
from rag.page.settings.models import CONFIGURED, Choice, Models, read_choice
from rag.page.settings.texts import EN, Texts, texts
from rag.page.texts import HTML_LANGUAGE

_RAW: dict[str, Any] = {"preprocess": False, "queue": False, **QUIET}


@dataclass(frozen=True, kw_only=True)
class SettingsPanel:
    """The components of the settings. `stored` is what the browser keeps of them."""

    stored: gr.BrowserState
    composer: gr.Radio
    served: gr.Column
    endpoint: gr.Dropdown
    look: gr.Button
    model: gr.Dropdown
    key: gr.Textbox
    language: gr.Radio
    sources: gr.Dropdown
    line: gr.HTML


def browser_store() -> gr.BrowserState:
    """What the browser keeps. Made outside of the tabs: what is in a closed one isn't there yet."""
    # The library encrypts what it stores, with a secret that every page holds: no protection, and
    # fixed, so that the settings outlive the server.
    stored = gr.BrowserState({}, storage_key="cited-rag-settings", secret="cited-rag")  # noqa: S106
    # A browser that has not read its store yet sends nothing. That is not `{}`: the reader may have
    # turned the operator's model away.
    stored.preprocess = lambda payload: payload  # type: ignore[method-assign]
    return stored


def draw_settings(models: Models, stored: gr.BrowserState) -> SettingsPanel:
    """Make the components, in the order in which they stand; `settings_in` says what they say."""
    with gr.Column(elem_id="rag-settings"):
        composer = gr.Radio(interactive=True, elem_id="rag-writer")
        with gr.Column(elem_id="rag-served") as served:
            endpoint = gr.Dropdown(interactive=True, filterable=False, elem_id="rag-endpoint")
            look = gr.Button(EN.look, size="sm", visible=bool(models.local), elem_id="rag-look")
            model = gr.Dropdown(interactive=True, allow_custom_value=True, elem_id="rag-model")
            key = gr.Textbox(
                type="password",
                lines=1,
                interactive=True,
                # No browser is to offer to keep it.
                html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
                elem_id="rag-key",
            )
        language = gr.Radio(interactive=True, elem_id="rag-answer-language")
        sources = gr.Dropdown(interactive=True, filterable=False, elem_id="rag-most-sources")
        line = gr.HTML("", elem_id="rag-saved", **STILL)
    return SettingsPanel(
        stored=stored,
        composer=composer,
        served=served,
        endpoint=endpoint,
        look=look,
        model=model,
        key=key,
        language=language,
        sources=sources,
        line=line,
    )


def wire_settings(
    parts: SettingsPanel,
    models: Models,
    tab: gr.Tab,
    intro: gr.HTML,
    page_language: gr.Radio,
    *,
    after: Sequence[Dependency],
) -> None:
    """Say what happens when. `intro` tells which model sees a question, and changes with it.

    All is drawn from what the browser keeps, whenever that changes, and `after` what changed the
    page's language.
    """

    def restore(stored: object, said: Language) -> Update:
        """The settings, and who sees a question, as this browser has it."""
        choice, whole = read_choice(stored, models.default)
        name, told = None, texts(said).kept if whole else texts(said).reset
        try:
            models.check(choice)
            name = models.name(choice)
        except ConfigError as error:
            # It stays chosen, and a question is refused: its text is not sent elsewhere instead.
            told = error.message.text(said)
        return {
            **settings_in(parts, models, choice, said),
            parts.line: _render_line(told, said),
            intro: render_intro(name, said),
        }

    def apply(*values_and_language: Any) -> Update:
        """Use what the reader chose, or say why it can't be used."""
        *chosen, said = values_and_language
        return _applied(parts, models, chosen, said)

    def move(composer: object, endpoint: object, _model: object, *rest: Any) -> Update:
        """Go to another endpoint: of a local one take the first model, till the reader does."""
        names = models.found().get(str(endpoint), ())
        return apply(composer, endpoint, names[0] if names else "", *rest)

    values = [parts.composer, parts.endpoint, parts.model, parts.language, parts.sources]
    drawn = [*values, parts.served, parts.look, parts.key, parts.line, intro]
    restoring: dict[str, Any] = {
        "fn": restore,
        "inputs": [parts.stored, page_language],
        "outputs": drawn,
        "queue": False,
        **QUIET,
    }
    parts.stored.change(**restoring)
    for event in after:
        event.then(**restoring)
    changed = [parts.served, parts.endpoint, parts.model, parts.key, parts.line, parts.stored]
    for part in (parts.composer, parts.model, parts.language, parts.sources):
        part.input(apply, [*values, page_language], changed, **_RAW)
    parts.endpoint.input(move, [*values, page_language], changed, **_RAW)
    tab.select(None, js=asset("settings.js"), queue=False, **QUIET)
    _wire_server(parts, models, tab, page_language)


def _wire_server(
    parts: SettingsPanel, models: Models, tab: gr.Tab, page_language: gr.Radio
) -> None:
    """What happens around the server: those of this machine are looked for, a key is held."""

    def offer(endpoint: object, said: Language) -> Update:
        """Offer the models that run on this machine now."""
        models.look()
        choices = _endpoints(models, str(endpoint or ""), texts(said))
        return {parts.endpoint: gr.update(choices=choices)}

    def look(endpoint: object, said: Language) -> Update:
        """As `offer`, and say what was found."""
        offered, words = offer(endpoint, said), texts(said)
        found = words.comma.join(models.found())
        told = words.found.format(found) if found else words.none_found
        return {**offered, parts.line: _render_line(told, said)}

    def hold(key: object, endpoint: object, said: Language, request: gr.Request) -> Update:
        """Take a key for the endpoint, and empty its box at once."""
        if not key:
            return {parts.key: ""}
        told = _held(models, request.session_hash, str(endpoint), str(key).strip(), said)
        return {parts.key: "", parts.line: _render_line(told, said)}

    asked = [parts.endpoint, page_language]
    parts.look.click(look, asked, [parts.endpoint, parts.line], **_RAW)
    if models.local:
        tab.select(offer, asked, parts.endpoint, **_RAW)
    gr.on(
        [parts.key.submit, parts.key.blur],
        hold,
        [parts.key, parts.endpoint, page_language],
        [parts.key, parts.line],
        **_RAW,
    )


def _applied(
    parts: SettingsPanel,
    models: Models,
    chosen: Sequence[object],
    said: Language,
) -> Update:
    """Have the browser keep what was chosen, or say why it can't be used yet."""
    composer, endpoint, model, language, sources = chosen
    fields = {
        "composer": composer,
        # Nothing chosen comes as None.
        "endpoint": endpoint or CONFIGURED,
        "model": model or "",
        "language": language,
        "sources": sources,
    }
    choice, whole = read_choice(fields, models.default)
    told = "" if whole else texts(said).no_value
    try:
        models.check(choice)
    except ConfigError as error:
        told = error.message.text(said)
    if told:
        told = texts(said).not_in_use.format(told)
        return {**_drawn_model(parts, models, choice, said), parts.line: _render_line(told, said)}
    return {parts.stored: choice.stored()}


def _held(models: Models, session: str | None, endpoint: str, key: str, said: Language) -> str:
    """Keep a key; the line that says so, or why not."""
    try:
        models.keep_key(session, endpoint, key)
    except ConfigError as error:
        return error.message.text(said)
    return texts(said).key_held.format(endpoint)


def settings_in(parts: SettingsPanel, models: Models, choice: Choice, language: Language) -> Update:
    """The settings in `language`, with what is chosen."""
    words = texts(language)
    return {
        parts.composer: gr.update(
            choices=[(words.model_writes, "model"), (words.quotes, "quotes")],
            value=choice.composer,
            label=words.composer,
            info=words.composer_info,
        ),
        parts.look: words.look,
        parts.language: gr.update(
            choices=[(words.as_question, "question"), ("中文", "zh"), ("English", "en")],
            value=choice.language,
            label=words.language,
            info=words.language_info,
        ),
        parts.sources: gr.update(
            choices=[(words.automatic, 0), *((str(n), n) for n in range(1, MAX_SOURCES + 1))],
            value=choice.sources,
            label=words.sources,
            info=words.sources_info,
        ),
        **_drawn_model(parts, models, choice, language),
    }


def _drawn_model(
    parts: SettingsPanel, models: Models, choice: Choice, language: Language
) -> Update:
    """What there is to choose about the model, once the composer and the endpoint are chosen."""
    words = texts(language)
    endpoints = _endpoints(models, choice.endpoint, words)
    offered = [endpoint for _, endpoint in endpoints]
    names = [*models.found().get(choice.endpoint, ())]
    return {
        parts.served: gr.update(visible=choice.composer == "model"),
        parts.endpoint: gr.update(
            choices=endpoints,
            value=choice.endpoint if choice.endpoint in offered else None,
            label=words.endpoint,
            info=words.endpoint_info,
        ),
        parts.model: gr.update(
            choices=names if choice.model in ("", *names) else [*names, choice.model],
            value=choice.model or None,
            visible=choice.endpoint != CONFIGURED,
            label=words.model,
            info=words.model_info,
        ),
        parts.key: gr.update(
            visible=choice.endpoint in models.listed,
            label=words.key.format(choice.endpoint),
            info=words.key_info,
        ),
    }


def _endpoints(models: Models, chosen: str, words: Texts) -> list[tuple[str, str]]:
    """What may be chosen: the configured one, those found here, those listed by the operator.

    The one that is chosen stays on offer while its server is down.
    """
    offered = [(words.configured.format(models.configured), CONFIGURED)]
    found = models.found()
    offered += [
        (words.on_this_machine.format(endpoint), endpoint)
        for endpoint in models.local
        if endpoint in found or endpoint == chosen
    ]
    offered += [(endpoint, endpoint) for endpoint in models.listed]
    return offered if models.configured else offered[1:]


def _render_line(line: str, language: Language) -> str:
    """What was done, or why not; read out by a screen reader when it changes."""
    return f'<p class="rag-hint" role="status" lang="{HTML_LANGUAGE[language]}">{escaped(line)}</p>'
