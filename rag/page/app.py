"""Build the page: a header, and a tab each for questions, drafts, outlets, articles and settings.

Only this file, `parts`, `serving` and the panels import Gradio.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import gradio as gr

from rag.answering.options import Options
from rag.config import PAGE_DEFAULTS, PageConfig
from rag.feeds.following import Feeds
from rag.messages import Language
from rag.page.articles import panel as articles_tab
from rag.page.articles.incoming import Incoming
from rag.page.chat.controls import render_editing
from rag.page.chat.events import wire_chat
from rag.page.chat.examples import Offer, find_examples
from rag.page.chat.panel import draw_chat, drawn_in, said_in
from rag.page.chat.trouble import model_trouble
from rag.page.chat.turns import Assistant, Turn
from rag.page.compare import panel as compare_tab_parts
from rag.page.draft import panel as draft_tab_parts
from rag.page.feeds import panel as feeds_section
from rag.page.many import panel as many_questions
from rag.page.many.jobs import Jobs
from rag.page.markup import render_intro
from rag.page.owner import is_owner
from rag.page.parts import QUIET, Update, asset
from rag.page.places.events import wire_tab
from rag.page.scope.choice import Scope
from rag.page.scope.panel import ScopePanel, narrow_with, wire_scope
from rag.page.scope.shelf import Shelf, shelf_of_assistant, shelf_of_library
from rag.page.settings.models import Models, read_choice
from rag.page.settings.panel import browser_store, draw_settings, wire_settings
from rag.page.settings.set_up import draw_set_up, wire_set_up
from rag.page.settings.set_up_texts import texts as set_up_texts
from rag.page.shares import panel as sharing
from rag.page.shares.store import Shares
from rag.page.texts import EN, ZH, preferred_language, texts

_QUESTIONS_AT_ONCE = 4
"""The number of questions answered at the same time. Further questions wait."""


def build_page(
    assistant: Assistant,
    *,
    examples: Sequence[str] | None = None,
    library: articles_tab.Library | None = None,
    incoming: Incoming | None = None,
    feeds: Feeds | None = None,
    shares: Shares | None = None,
    jobs: Jobs | None = None,
    config: PageConfig = PAGE_DEFAULTS,
    private: bool = True,
) -> gr.Blocks:
    """Return the page with its components and events. `build_app` adds the style.

    `examples` are questions to try. If None, the page offers questions that the corpus answers.
    With a `library`, a tab lists its articles. With `incoming`, the owner can add and remove
    articles there, and with `feeds` follow feeds. With `shares`, the owner can share answers.
    With `jobs`, readers can send files of questions. `config` says which models readers may choose.
    If the page is not `private`, only the owner may choose those that run on this machine.
    """
    models = Models(assistant.chat_model_name, config, private=private)
    questions = find_examples(assistant) if examples is None else lambda: tuple(examples)
    shelf = _shelf_of(assistant, library)
    narrow = narrow_with(shelf)
    changes = partial(_may_change, incoming)

    # Telemetry is turned off by this argument, so the environment cannot turn it on again.
    page: gr.Blocks = gr.Blocks(analytics_enabled=False, title=f"{EN.title} · {ZH.title}")
    with page:
        with gr.Row(elem_id="rag-head"):
            intro = gr.HTML(
                render_intro(models.configured, "en", searched_at=assistant.searched_at),
                js_on_load=asset("toasts.js"),
                apply_default_css=False,
            )
            language = gr.Radio(
                [("中文", "zh"), ("English", "en")],
                value="en",
                label=f"{ZH.language} / {EN.language}",
                show_label=False,
                container=False,
                elem_id="rag-language",
            )
        stored = browser_store()
        with gr.Tabs(elem_id="rag-tabs"):
            with gr.Tab(EN.chat, elem_id="rag-tab-ask") as chat_tab:
                chat = draw_chat()
                many = many_questions.draw_many()
                share_dialog = sharing.draw_dialog()
            with gr.Tab(EN.check, elem_id="rag-tab-check") as draft_tab:
                draft = draft_tab_parts.draw_draft()
            with gr.Tab(EN.compare, elem_id="rag-tab-compare") as compare_tab:
                comparing = compare_tab_parts.draw_comparing()
            with gr.Tab(
                EN.articles, visible=library is not None, elem_id="rag-tab-articles"
            ) as library_tab:
                feeding = feeds_section.draw_feeds()
                articles = articles_tab.draw_articles()
            # This tab is drawn at once, because components of an undrawn tab cannot receive the
            # settings that the browser kept.
            with gr.Tab(
                EN.settings, render_children=True, elem_id="rag-tab-settings"
            ) as settings_tab:
                set_up = draw_set_up()
                settings = draw_settings(stored)
                shared = sharing.SharesPanel(dialog=share_dialog, listed=sharing.draw_listed())
        chat.reader.render()  # type: ignore[no-untyped-call]

        def interface(chosen: Language, *, editable: bool = False) -> Update:
            """Return the page's words in a language. The header changes with the settings."""
            return {
                chat_tab: gr.update(label=texts(chosen).chat),
                **said_in(chat, chosen),
                **many_questions.said_in(many, jobs, chosen, owner=editable),
                draft_tab: gr.update(label=texts(chosen).check),
                **draft_tab_parts.said_in(draft, chosen),
                compare_tab: gr.update(label=texts(chosen).compare),
                **compare_tab_parts.said_in(comparing, chosen),
                library_tab: gr.update(label=texts(chosen).articles),
                **feeds_section.said_in(feeding, feeds, chosen, owner=editable),
                **articles_tab.said_in(articles, chosen, editable=editable),
                settings_tab: gr.update(label=texts(chosen).settings),
                **sharing.said_in(shared, shares, chosen, owner=editable),
                set_up.open: gr.update(value=set_up_texts(chosen).open),
            }

        def welcome(request: gr.Request) -> Update:
            """Use the language of the address (`?lang=zh`), or else that of the browser."""
            chosen = _language_of(request)
            return {language: chosen, **interface(chosen, editable=changes(request))}

        def translate(
            turns: tuple[Turn, ...],
            offer: Offer,
            editing: int,
            chosen: Language,
            request: gr.Request,
        ) -> Update:
            """Change the page's language. Questions and answers stay as they are."""
            return {
                **interface(chosen, editable=changes(request)),
                **drawn_in(chat, turns, offer, assistant, chosen),
                chat.hint: render_editing(editing, chosen) if editing else "",
            }

        def leave(request: gr.Request) -> None:
            """Forget the key that was typed into a page, because the page is closed."""
            models.forget(request.session_hash)

        def offered(request: gr.Request) -> Offer:
            """Return what a new conversation of this reader begins with."""
            found = questions()
            return Offer(
                questions=found,
                articles=bool(found or assistant.documents()),
                owner=changes(request),
            )

        said = list(interface("en"))
        loaded = page.load(welcome, None, [language, *said], queue=False, **QUIET)
        page.unload(leave)
        translated = language.input(
            translate,
            [chat.conversation, chat.offer, chat.editing, language],
            [*said, chat.offers, chat.before, chat.present, chat.hint],
            queue=False,
            **QUIET,
        )
        # A reload keeps the language that was chosen.
        language.input(None, language, js="(l) => window.citedRag.speak(l)", queue=False, **QUIET)
        wire_settings(settings, models, settings_tab, intro, language, after=(loaded, translated))
        scope = ScopePanel(
            chosen=gr.State(Scope()),
            chooser=chat.chooser,
            beside=chat.only,
            in_draft=draft.only,
            in_compare=comparing.only,
            in_articles=articles.only,
        )
        scope_events = wire_scope(
            scope,
            shelf,
            language,
            articles.listing,
            [loaded.then, language.input, chat.new.click],
        )
        wire_chat(
            chat,
            assistant,
            language,
            loaded,
            offered,
            stored,
            partial(_options_of, models),
            scope.chosen,
            narrow,
            intro,
            partial(_heading, models, assistant.searched_at, intro),
        )
        for tab, name in (
            (chat_tab, ""),
            (draft_tab, "check"),
            (compare_tab, "compare"),
            (library_tab, "articles"),
            (settings_tab, "settings"),
        ):
            wire_tab(tab, name)
        draft_tab_parts.wire_draft(draft, assistant, language, scope.chosen, narrow)
        compare_tab_parts.wire_comparing(comparing, assistant, language, scope.chosen, narrow)
        wire_set_up(
            set_up,
            models,
            assistant,
            chat.conversation,
            chat.present,
            settings.whole,
            stored,
            language,
            questions,
        )
        if shares is not None:
            sharing.wire_shares(shared, chat, assistant, shares, language)
        if library is not None and jobs is not None:
            many_questions.wire_many(
                many,
                assistant,
                jobs,
                language,
                stored,
                partial(_options_of, models),
                scope.chosen,
                narrow,
                lambda: library.catalogue().manifest.commit_id,
                chat.errand,
            )
        if library is not None:
            fed = feeds_section.wire_feeds(feeding, feeds, library_tab, language) if feeds else ()
            articles_tab.wire_articles(
                articles, library, library_tab, language, incoming, scope_events, fed
            )
    # Without its own limit, a slow answer for one reader would delay all others.
    page.queue(default_concurrency_limit=_QUESTIONS_AT_ONCE)
    return page


def _shelf_of(assistant: Assistant, library: articles_tab.Library | None) -> Callable[[], Shelf]:
    if library:
        return shelf_of_library(library.catalogue)
    return shelf_of_assistant(assistant.documents)


def _may_change(incoming: Incoming | None, request: gr.Request) -> bool:
    """Return True if this reader may change the articles."""
    return incoming is not None and is_owner(request)


def _language_of(request: gr.Request) -> Language:
    match request.query_params.get("lang"):
        case "zh":
            return "zh"
        case "en":
            return "en"
    return preferred_language(request.headers.get("accept-language"))


def _options_of(models: Models, kept: object, request: gr.Request) -> Options:
    """Return how to answer the reader who sends this request."""
    return models.options(kept, request.session_hash, owner=is_owner(request))


def _heading(
    models: Models,
    searched_at: str | None,
    intro: gr.HTML,
    stored: object,
    language: Language,
    turn: Turn,
) -> Update:
    """Return the header after a turn, which has shown whether the model answers."""
    choice, _ = read_choice(stored, models.default)
    name = models.name(choice)
    trouble = model_trouble(turn)
    if name and (trouble or (turn.answer and turn.answer.model)):
        models.tell(name, down=trouble is not None)
    return {intro: render_intro(name, language, down=models.is_down(name), searched_at=searched_at)}
