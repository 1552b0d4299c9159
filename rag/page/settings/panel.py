"""The components and events of the settings tab.

Only the browser keeps a reader's choices. They come with every question, so they survive a restart
of the server. Only the server keeps a key, while the page is open.

`read_choice` and `Models` check the values. Gradio's own checks are not used, because their error
messages are only in English and do not help a reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.events import Dependency

from rag.answering.options import MAX_SOURCES
from rag.errors import ChatModelError, ConfigError, RagError
from rag.messages import Language
from rag.page.markup import escaped, render_intro
from rag.page.owner import is_owner
from rag.page.parts import QUIET, STILL, Update, asset
from rag.page.settings.models import CONFIGURED, Choice, Models, read_choice
from rag.page.settings.texts import EN, Texts, texts
from rag.page.texts import HTML_LANGUAGE

_RAW: dict[str, Any] = {"preprocess": False, "queue": False, **QUIET}


@dataclass(frozen=True, kw_only=True)
class SettingsPanel:
    """The components of the settings. `stored` is the part that the browser keeps."""

    stored: gr.BrowserState
    whole: gr.Column
    none: gr.HTML
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
    """Return the component for what the browser keeps.

    It is made outside of the tabs, because the contents of a closed tab do not exist yet.
    """
    # Gradio encrypts the stored settings with a secret that every page contains. This protects
    # nothing. It is fixed, so that the settings stay readable after a restart of the server.
    stored = gr.BrowserState({}, storage_key="cited-rag-settings", secret="cited-rag")  # noqa: S106
    # A browser that has not read its store yet sends None. This differs from `{}`: the reader may
    # have rejected the operator's model.
    stored.preprocess = lambda payload: payload  # type: ignore[method-assign]
    return stored


def draw_settings(stored: gr.BrowserState) -> SettingsPanel:
    """Make the components, in their order on the page. `settings_in` sets their words."""
    with gr.Column(elem_id="rag-settings") as whole:
        composer = gr.Radio(interactive=True, elem_id="rag-writer")
        with gr.Column(elem_id="rag-served") as served:
            none = gr.HTML("", elem_id="rag-no-models", **STILL)
            endpoint = gr.Dropdown(interactive=True, filterable=False, elem_id="rag-endpoint")
            look = gr.Button(EN.look, size="sm", visible=False, elem_id="rag-look")
            model = gr.Dropdown(interactive=True, allow_custom_value=True, elem_id="rag-model")
            key = gr.Textbox(
                type="password",
                lines=1,
                interactive=True,
                # Browsers must not offer to save the key.
                html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
                elem_id="rag-key",
            )
        language = gr.Radio(interactive=True, elem_id="rag-answer-language")
        sources = gr.Dropdown(interactive=True, filterable=False, elem_id="rag-most-sources")
        line = gr.HTML("", elem_id="rag-saved", **STILL)
    return SettingsPanel(
        stored=stored,
        whole=whole,
        none=none,
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
    """Connect the events. `intro` says which model sees a question, and changes with the settings.

    All is drawn again from the browser's store when it changes, and `after` a change of the page's
    language.
    """

    def restore(stored: object, said: Language, request: gr.Request) -> Update:
        """Show the settings that this browser keeps, and who sees a question."""
        choice, whole = read_choice(stored, models.default)
        told = texts(said).kept if whole else texts(said).reset
        owner = is_owner(request)
        name, down = None, False
        try:
            name = models.name(choice)
            models.check(choice, owner=owner)
        except ChatModelError as error:
            told, down = error.message.text(said), True
        except ConfigError as error:
            name = None
            # The choice stays, and questions are refused. The text must not go to another model.
            told = error.message.text(said)
        return {
            **settings_in(parts, models, choice, said, owner=owner),
            parts.line: _render_line(told, said),
            intro: render_intro(name, said, down=down or models.is_down(name)),
        }

    def apply(request: gr.Request, *values_and_language: Any) -> Update:
        """Use what the reader chose, or say why it cannot be used."""
        *chosen, said = values_and_language
        return _applied(parts, models, chosen, said, owner=is_owner(request))

    def move(
        request: gr.Request, composer: object, endpoint: object, _model: object, *rest: Any
    ) -> Update:
        """Change the endpoint. For a local one, choose its first model at first."""
        names = models.found().get(str(endpoint), ())
        return apply(request, composer, endpoint, names[0] if names else "", *rest)

    values = [parts.composer, parts.endpoint, parts.model, parts.language, parts.sources]
    drawn = [*values, parts.served, parts.none, parts.look, parts.key, parts.line, intro]
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
    changed = [
        parts.served,
        parts.none,
        parts.endpoint,
        parts.model,
        parts.key,
        parts.line,
        parts.stored,
    ]
    for part in (parts.composer, parts.model, parts.language, parts.sources):
        part.input(apply, [*values, page_language], changed, **_RAW)
    parts.endpoint.input(move, [*values, page_language], changed, **_RAW)
    tab.select(None, js=asset("settings.js"), queue=False, **QUIET)
    _wire_server(parts, models, tab, page_language)


def _wire_server(
    parts: SettingsPanel, models: Models, tab: gr.Tab, page_language: gr.Radio
) -> None:
    """Connect the search for local model servers, and the input of a key."""

    def offer(endpoint: object, said: Language, request: gr.Request) -> Update:
        """Offer the models that run on this machine now."""
        owner = is_owner(request)
        if models.locals_for(owner=owner):
            models.look()
        choices = _endpoints(models, str(endpoint or ""), texts(said), owner=owner)
        none = _render_none(choices, said, owner=owner)
        return {parts.endpoint: gr.update(choices=choices), parts.none: none}

    def look(endpoint: object, said: Language, request: gr.Request) -> Update:
        """Do the same as `offer`, and say what was found."""
        offered, words = offer(endpoint, said, request), texts(said)
        found = words.comma.join(models.found())
        told = words.found.format(found) if found else words.none_found
        return {**offered, parts.line: _render_line(told, said)}

    def hold(key: object, endpoint: object, said: Language, request: gr.Request) -> Update:
        """Keep a key for the endpoint, and empty its box at once."""
        if not key:
            return {parts.key: ""}
        told = _held(models, request.session_hash, str(endpoint), str(key).strip(), said)
        return {parts.key: "", parts.line: _render_line(told, said)}

    asked = [parts.endpoint, page_language]
    parts.look.click(look, asked, [parts.endpoint, parts.none, parts.line], **_RAW)
    if models.local:
        tab.select(offer, asked, [parts.endpoint, parts.none], **_RAW)
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
    *,
    owner: bool,
) -> Update:
    """Let the browser keep the choice, or say why it cannot be used yet."""
    composer, endpoint, model, language, sources = chosen
    fields = {
        "composer": composer,
        # An empty choice comes as None.
        "endpoint": endpoint or CONFIGURED,
        "model": model or "",
        "language": language,
        "sources": sources,
    }
    choice, whole = read_choice(fields, models.default)
    told = "" if whole else texts(said).no_value
    try:
        models.check(choice, owner=owner)
    except RagError as error:
        told = error.message.text(said)
    if told:
        told = texts(said).not_in_use.format(told)
        return {
            **_drawn_model(parts, models, choice, said, owner=owner),
            parts.line: _render_line(told, said),
        }
    return {parts.stored: choice.stored()}


def _held(models: Models, session: str | None, endpoint: str, key: str, said: Language) -> str:
    """Keep a key. Returns the line that says so, or says why not."""
    try:
        models.keep_key(session, endpoint, key)
    except ConfigError as error:
        return error.message.text(said)
    return texts(said).key_held.format(endpoint)


def settings_in(
    parts: SettingsPanel, models: Models, choice: Choice, language: Language, *, owner: bool
) -> Update:
    """Return the settings in `language`, with the present choice."""
    words = texts(language)
    return {
        parts.composer: gr.update(
            choices=[(words.model_writes, "model"), (words.quotes, "quotes")],
            value=choice.composer,
            label=words.composer,
            info=words.composer_info,
        ),
        parts.look: gr.update(value=words.look, visible=bool(models.locals_for(owner=owner))),
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
        **_drawn_model(parts, models, choice, language, owner=owner),
    }


def _drawn_model(
    parts: SettingsPanel, models: Models, choice: Choice, language: Language, *, owner: bool
) -> Update:
    """Return the choices about the model, for the chosen composer and endpoint."""
    words = texts(language)
    endpoints = _endpoints(models, choice.endpoint, words, owner=owner)
    offered = [endpoint for _, endpoint in endpoints]
    names = [*models.found().get(choice.endpoint, ())]
    return {
        parts.served: gr.update(visible=choice.composer == "model"),
        parts.none: _render_none(endpoints, language, owner=owner),
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
            info=words.model_info if names or choice.endpoint == CONFIGURED else words.no_names,
        ),
        parts.key: gr.update(
            visible=choice.endpoint in models.listed,
            label=words.key.format(choice.endpoint),
            info=words.key_info,
        ),
    }


def _endpoints(models: Models, chosen: str, words: Texts, *, owner: bool) -> list[tuple[str, str]]:
    """Return the endpoints to choose from: configured, found here, listed, or the owner's own.

    The chosen one stays in the list while its server is down.
    """
    offered = [(words.configured.format(models.configured), CONFIGURED)]
    found = models.found()
    offered += [
        (words.on_this_machine.format(endpoint), endpoint)
        for endpoint in models.locals_for(owner=owner)
        if endpoint in found or endpoint == chosen
    ]
    offered += [(endpoint, endpoint) for endpoint in (*models.listed, *models.own(owner=owner))]
    return offered if models.configured else offered[1:]


def _render_none(endpoints: Sequence[object], language: Language, *, owner: bool) -> str:
    """Return why no endpoint can be chosen, if that is so."""
    if endpoints:
        return ""
    words = texts(language)
    line = words.no_models if owner else words.no_models_reader
    return f'<p class="rag-notice" lang="{HTML_LANGUAGE[language]}">{escaped(line)}</p>'


def _render_line(line: str, language: Language) -> str:
    """Return what was done, or why not. Screen readers read it out when it changes."""
    return f'<p class="rag-hint" role="status" lang="{HTML_LANGUAGE[language]}">{escaped(line)}</p>'
