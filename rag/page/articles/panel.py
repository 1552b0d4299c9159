"""The components and events of the articles tab."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import gradio as gr
from gradio.events import Dependency

from rag.errors import RagError
from rag.messages import Language, Message
from rag.page.articles.browsing import Corrected, ListFilter, Outcome, Removed, View, list_page
from rag.page.articles.incoming import Incoming, discard
from rag.page.articles.rendering import (
    render_adding,
    render_article,
    render_gone,
    render_list,
    render_outcome,
    render_overview,
    render_step,
)
from rag.page.articles.texts import EN, ZH, texts
from rag.page.owner import is_owner
from rag.page.parts import QUIET, STILL, Update, asset
from rag.page.scope.choice import Scope
from rag.page.scope.panel import ScopeEvents, draw_labels
from rag.page.texts import language_sent
from rag.page.working import working
from rag.store.articles import Catalogue, Listed
from rag.types import Document
from rag.uploads.intake import MAX_FILES, Refusal, Upload
from rag.uploads.library import Added, OnStep, Step

_MAX_SEARCH_CHARACTERS = 200
_MAX_NAMES_LOST = 50
_MAX_FIELD_CHARACTERS = 1_000

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


class Library(Protocol):
    """The part of `rag.uploads.library.Library` that the tab uses."""

    @property
    def uploads(self) -> Path:
        """The folder of uploaded files."""

    def catalogue(self) -> Catalogue:
        """Return what is indexed now. Raises `IndexUnusable`."""

    def document(self, doc_id: str) -> Document:
        """Return one article. Raises `DocumentNotFound`."""

    def is_uploaded(self, article: Listed) -> bool:
        """Return True if the article can be removed here."""

    def add(self, uploads: Sequence[Upload], on_step: OnStep, *, outlet: str) -> Added:
        """Add files to the index. `outlet` is that of the articles that name none."""

    def correct(self, doc_id: str, *, outlet: str, title: str, day: str) -> None:
        """Correct an article by hand."""

    def remove(self, doc_id: str, on_step: OnStep, *, alone: bool) -> tuple[str, ...]:
        """Delete the file of an article, or `alone` the article. Return the titles of all gone."""


@dataclass(frozen=True, kw_only=True)
class ArticlesPanel:
    """The components of the tab. `listing` shows a page of the list, or one article."""

    view: gr.State
    overview: gr.HTML
    adding: gr.HTML
    outcome: gr.HTML
    search: gr.Textbox
    of_language: gr.Radio
    uploaded_only: gr.Checkbox
    ticked_only: gr.Checkbox
    only: gr.HTML
    listing: gr.HTML


def draw_articles() -> ArticlesPanel:
    """Make the components, in their order on the page."""
    words = EN
    script = asset("articles.js")
    overview = gr.HTML("", **STILL)
    # Whose page it is is known only a moment after it opens.
    adding = gr.HTML("", js_on_load=script, apply_default_css=False)
    outcome = gr.HTML("", **STILL)
    with gr.Row(elem_id="rag-filters"):
        search = gr.Textbox(
            lines=1,
            max_lines=1,
            max_length=_MAX_SEARCH_CHARACTERS,
            label=words.search,
            placeholder=words.search_hint,
            show_label=False,
            container=False,
            elem_id="rag-search",
        )
        of_language = gr.Radio(
            _language_choices("en"),
            value="",
            label=words.languages,
            show_label=False,
            container=False,
            elem_id="rag-of-language",
        )
        uploaded_only = gr.Checkbox(
            label=words.uploaded_only, container=False, elem_id="rag-uploaded-only"
        )
        ticked_only = gr.Checkbox(
            label=words.ticked_only, container=False, elem_id="rag-ticked-only"
        )
    only = draw_labels("rag-articles-only")
    listing = gr.HTML("", js_on_load=script + asset("ticks.js"), apply_default_css=False)
    return ArticlesPanel(
        view=gr.State(View()),
        overview=overview,
        adding=adding,
        outcome=outcome,
        search=search,
        of_language=of_language,
        uploaded_only=uploaded_only,
        ticked_only=ticked_only,
        only=only,
        listing=listing,
    )


def wire_articles(
    parts: ArticlesPanel,
    library: Library,
    tab: gr.Tab,
    language_choice: gr.Radio,
    incoming: Incoming | None,
    scope: ScopeEvents,
    feeding: Sequence[Dependency] = (),
) -> None:
    """Connect the events. Without `incoming`, nothing can be added or removed.

    `scope` has the choice of articles that questions are asked of. `feeding` are events after
    which there may be new articles.
    """
    does = _Happenings(parts=parts, library=library, incoming=incoming)
    filters: list[Any] = [parts.search, parts.of_language, parts.uploaded_only, parts.ticked_only]
    common: dict[str, Any] = {
        "inputs": [parts.view, language_choice, *filters, scope.chosen],
        "outputs": [parts.view, parts.overview, parts.listing, parts.outcome],
        **QUIET,
    }
    shown = tab.select(does.redraw, queue=False, **common)
    # An article that the page's address names is opened after this (`assets/places.js`).
    shown.then(
        None, js="() => document.dispatchEvent(new CustomEvent('cited-rag:listed'))", **QUIET
    )
    language_choice.input(does.redraw, queue=False, **common)
    scope.dropped.then(does.redraw, queue=False, **common)
    gr.on(
        [parts.search.change, *(choice.input for choice in filters[1:])],
        does.from_start,
        queue=False,
        trigger_mode="always_last",
        **common,
    )
    parts.listing.open_article(does.open_article, queue=False, **common)
    parts.listing.close_article(does.close_article, queue=False, **common)
    parts.listing.turn_page(does.turn_page, queue=False, **common)
    for event in feeding:
        event.then(does.redraw, queue=False, **common)
        scope.draw_after(event.then)
    if incoming is not None:
        added = parts.adding.files_sent(does.add, trigger_mode="multiple", **common)
        removed = parts.listing.remove_article(does.remove, **common)
        corrected = parts.listing.correct_article(does.correct, **common)
        for change in (added, removed, corrected):
            scope.draw_after(change.then)


@dataclass(frozen=True, kw_only=True)
class _Happenings:
    """The event handlers of the tab. All arguments after the view come from a browser."""

    parts: ArticlesPanel
    library: Library
    incoming: Incoming | None

    def redraw(
        self, request: gr.Request, view: View, language: Language, *wanted: object
    ) -> Update:
        """Show the tab as it is now."""
        return self._drawn(request, view, language, _wanted(*wanted))

    def from_start(
        self, request: gr.Request, view: View, language: Language, *wanted: object
    ) -> Update:
        """Show the first page of the filtered list."""
        return self._drawn(request, View(outcome=view.outcome), language, _wanted(*wanted))

    def open_article(
        self,
        event: gr.EventData,
        request: gr.Request,
        view: View,
        language: Language,
        *wanted: object,
    ) -> Update:
        """Show a whole article."""
        there = replace(view, reading=_sent(event, "value", str) or "", outcome=None)
        return self._drawn(request, there, language, _wanted(*wanted), focus=True)

    def close_article(
        self, request: gr.Request, view: View, language: Language, *wanted: object
    ) -> Update:
        """Go back to the reader's last place in the list."""
        there = replace(view, reading=None, came_from=view.reading)
        return self._drawn(request, there, language, _wanted(*wanted), focus=True)

    def turn_page(
        self,
        event: gr.EventData,
        request: gr.Request,
        view: View,
        language: Language,
        *wanted: object,
    ) -> Update:
        """Show another page of the list."""
        number = _sent(event, "value", str) or ""
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0
        there = replace(view, page=page, came_from=None)
        return self._drawn(request, there, language, _wanted(*wanted), focus=True)

    def add(
        self,
        event: gr.EventData,
        request: gr.Request,
        view: View,
        language: Language,
        *wanted: object,
    ) -> Iterator[Update]:
        """Add the files that were sent."""
        tokens = _strings(_sent(event, "tokens", list))
        received = self.incoming.take(tokens) if self.incoming else ()
        refused = [Refusal(name=r.name, reason=r.refusal) for r in received if r.refusal]
        lost = _strings(_sent(event, "lost", list))[:_MAX_NAMES_LOST]
        refused += [Refusal(name=name, reason=_LOST) for name in lost]
        uploads = [Upload(name=r.name, path=r.path) for r in received if r.path]
        count = _sent(event, "count", int) or 0
        outlet = (_sent(event, "outlet", str) or "")[:_MAX_FIELD_CHARACTERS]

        def work(on_step: OnStep) -> Outcome:
            try:
                if count > MAX_FILES:
                    return _too_many(count)
                added = self.library.add(uploads, on_step, outlet=outlet) if uploads else _NOTHING
                return replace(added, refused=(*refused, *added.refused))
            finally:
                discard(received)

        yield from self._changing(work, request, view, language, _wanted(*wanted))

    def remove(
        self,
        event: gr.EventData,
        request: gr.Request,
        view: View,
        language: Language,
        *wanted: object,
    ) -> Iterator[Update]:
        """Remove an article, and with `whole` all others of its file."""
        doc_id = _sent(event, "value", str) or ""
        alone = _sent(event, "whole", str) is None
        yield from self._changing(
            lambda on_step: Removed(titles=self.library.remove(doc_id, on_step, alone=alone)),
            request,
            view,
            language,
            _wanted(*wanted),
        )

    def correct(
        self,
        event: gr.EventData,
        request: gr.Request,
        view: View,
        language: Language,
        *wanted: object,
    ) -> Iterator[Update]:
        """Correct the outlet, the title or the day of an article."""
        doc_id = _sent(event, "value", str) or ""
        fields = {
            name: (_sent(event, name, str) or "")[:_MAX_FIELD_CHARACTERS]
            for name in ("outlet", "title", "day")
        }

        def work(on_step: OnStep) -> Outcome:
            on_step(Step(stage="indexing"))
            self.library.correct(doc_id, **fields)
            return Corrected()

        yield from self._changing(work, request, view, language, _wanted(*wanted), stay=True)

    def _changing(
        self,
        work: Callable[[OnStep], Outcome],
        request: gr.Request,
        view: View,
        language: Language,
        wanted: ListFilter,
        *,
        stay: bool = False,
    ) -> Generator[Update, None, None]:
        """Change the index, show the progress, and then the new list, or the article again."""
        language = language_sent(language)
        outcome: Outcome = _UNEXPECTED
        if not is_owner(request):
            yield self._drawn(request, replace(view, outcome=_NOT_OWNER), language, wanted)
            return
        try:
            outcome = yield from working(
                work, lambda step: {self.parts.outcome: render_step(step, language)}
            )
        except RagError as error:
            outcome = error.message
        except Exception:
            _log.exception("The articles could not be changed")
        there = replace(view, reading=view.reading if stay else None, outcome=outcome)
        yield self._drawn(request, there, language, wanted)

    def _drawn(
        self,
        request: gr.Request,
        view: View,
        language: Language,
        wanted: ListFilter,
        *,
        focus: bool = False,
    ) -> Update:
        """Return the tab as it is now.

        `focus` is true if the reader moved to another part of the tab.
        """
        language = language_sent(language)
        parts = self.parts
        editable = self.incoming is not None and is_owner(request)
        try:
            overview, listing, outcome = _drawn(
                self.library, view, language, wanted, editable=editable, focus=focus
            )
        except RagError as error:
            overview, listing, outcome = "", "", render_outcome(error.message, language)
        return {
            parts.view: view,
            parts.overview: overview,
            parts.listing: listing,
            parts.outcome: outcome,
        }


def said_in(parts: ArticlesPanel, language: Language, *, editable: bool) -> Update:
    """Return the words of the tab in `language`."""
    words = texts(language)
    return {
        parts.adding: render_adding(language, editable=editable),
        parts.search: gr.update(label=words.search, placeholder=words.search_hint),
        parts.of_language: gr.update(label=words.languages, choices=_language_choices(language)),
        parts.uploaded_only: gr.update(label=words.uploaded_only),
        parts.ticked_only: gr.update(label=words.ticked_only),
    }


def _drawn(
    library: Library,
    view: View,
    language: Language,
    wanted: ListFilter,
    *,
    editable: bool,
    focus: bool,
) -> tuple[str, str, str]:
    """Return the overview, the list or article, and the outcome, as HTML."""
    catalogue, uploads = library.catalogue(), str(library.uploads)
    overview = render_overview(catalogue, uploads, language, editable=editable)
    outcome = render_outcome(view.outcome, language)
    if view.reading is None:
        page = list_page(catalogue.articles, wanted, view.page, uploads)
        came_from = (view.came_from or "") if focus else None
        return overview, render_list(page, uploads, language, focus=came_from), outcome
    listed = next((a for a in catalogue.articles if a.doc_id == view.reading), None)
    if listed is None:
        return overview, render_gone(language, focus=focus), outcome
    together = sum(other.shares_file(listed) for other in catalogue.articles)
    article = render_article(
        library.document(listed.doc_id),
        listed,
        together,
        language,
        ticked=listed.doc_id in wanted.ticked,
        removable=editable and library.is_uploaded(listed),
        editable=editable,
        focus=focus,
    )
    return overview, article, outcome


def _language_choices(language: Language) -> list[tuple[str, str]]:
    words = texts(language)
    names = words.language_names
    return [(words.every_language, ""), (names["zh"], "zh"), (names["en"], "en")]


def _wanted(
    words: object = "",
    language: object = None,
    uploaded_only: object = None,
    ticked_only: object = None,
    scope: object = None,
) -> ListFilter:
    """Return the filters that the browser sent. Filters that were never shown have no value.

    `scope` is the session's own.
    """
    chosen: Language | None = None
    if language in ("zh", "en"):
        chosen = "zh" if language == "zh" else "en"
    return ListFilter(
        words=str(words or "")[:_MAX_SEARCH_CHARACTERS],
        language=chosen,
        uploaded_only=uploaded_only is True,
        ticked_only=ticked_only is True,
        ticked=frozenset(scope.articles) if isinstance(scope, Scope) else frozenset(),
    )


def _sent(event: gr.EventData, name: str, kind: type[_Result]) -> _Result | None:
    """Return what a browser sent with an event, or None if it has the wrong type."""
    try:
        value = getattr(event, name)
    except (AttributeError, TypeError):
        return None
    return value if isinstance(value, kind) else None


def _strings(values: list[Any] | None) -> list[str]:
    return [value for value in (values or [])[: MAX_FILES + 1] if isinstance(value, str)]


def _too_many(count: int) -> Message:
    return Message(
        code="too_many_files",
        en=EN.too_many.format(f"{count:,}", f"{MAX_FILES:,}"),
        zh=ZH.too_many.format(f"{count:,}", f"{MAX_FILES:,}"),
    )


_NOTHING = Added(new=(), replaced=(), same=(), refused=(), hidden=0, error=None)
_LOST = Message(code="lost", en=EN.lost, zh=ZH.lost)
_UNEXPECTED = Message(code="Unexpected", en=EN.unexpected, zh=ZH.unexpected)
_NOT_OWNER = Message(code="not_owner", en=EN.not_editable, zh=ZH.not_editable)
