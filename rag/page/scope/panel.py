"""The components and events of choosing articles.

What is chosen is in the session's state: each tab of the browser has its own. What a browser sends
is not trusted: unknown outlets and articles are dropped, and there is a limit to all of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
from gradio.events import Dependency

from rag.errors import RagError
from rag.messages import Language
from rag.page.parts import QUIET, Update, asset
from rag.page.scope.choice import (
    MOST_ARTICLES,
    MOST_OUTLETS,
    MOST_QUERY,
    Scope,
    sent_day,
    sent_texts,
)
from rag.page.scope.rendering import render_chooser, render_labels
from rag.page.scope.shelf import Narrowed, Shelf

_log = logging.getLogger(__name__)

_DROPS = """element.addEventListener("click", ({ target }) => {
  const label = target.closest("[data-drop]");
  if (label) trigger("drop_label", { what: label.dataset.drop, value: label.dataset.value ?? "" });
});"""

_AT_ONCE: dict[str, Any] = {"queue": False, **QUIET}


@dataclass(frozen=True, kw_only=True)
class ScopePanel:
    """The components.

    `chosen` is a `Scope`. `beside` shows the labels at the question box, `in_draft` at the draft,
    `in_compare` at the topic, and `in_articles` above the list of articles.
    """

    chosen: gr.State
    chooser: gr.HTML
    beside: gr.HTML
    in_draft: gr.HTML
    in_compare: gr.HTML
    in_articles: gr.HTML


@dataclass(frozen=True, kw_only=True)
class ScopeEvents:
    """What the list of articles needs: the choice, and the events that concern it.

    After `dropped`, fewer articles are ticked. `draw_after` takes the `then` of an event after
    which there are other articles.
    """

    chosen: gr.State
    dropped: Dependency
    draw_after: Callable[[Callable[..., Dependency]], object]


def draw_chooser() -> gr.HTML:
    """Make the component for the timeline and the outlets."""
    return gr.HTML("", js_on_load=asset("scope.js"), apply_default_css=False, elem_id="rag-chooser")


def draw_labels(elem_id: str) -> gr.HTML:
    """Make a component for the labels."""
    return gr.HTML("", js_on_load=_DROPS, apply_default_css=False, elem_id=elem_id)


def wire_scope(
    parts: ScopePanel,
    shelf: Callable[[], Shelf],
    choice: gr.Radio,
    listing: gr.HTML,
    drawing: Sequence[Callable[..., Dependency]],
) -> ScopeEvents:
    """Connect the events, and return what the list of articles needs of them.

    `shelf` returns what there is to choose from, `choice` is the language choice, and `listing` the
    list in which articles are ticked. `drawing` are events after which all is drawn: they get the
    settings of an event.
    """
    labels = [parts.beside, parts.in_draft, parts.in_compare, parts.in_articles]
    shown = [parts.chosen, parts.chooser, *labels]

    def drawn(
        scope: Scope, language: Language, answers: int | None = None, query: str = ""
    ) -> Update:
        try:
            now = shelf()
        except RagError as error:
            # A question asked now says what is wrong.
            _log.warning("The list of articles could not be read: %s", error)
            return {parts.chosen: scope, **dict.fromkeys((parts.chooser, *labels), "")}
        scope = now.known(scope)
        return {
            parts.chosen: scope,
            parts.chooser: render_chooser(now, scope, language, answers=answers, query=query),
            parts.beside: render_labels(now, scope, language, choose=True),
            **dict.fromkeys(
                (parts.in_draft, parts.in_compare), render_labels(now, scope, language)
            ),
            parts.in_articles: render_labels(now, scope, language, to_ask=True),
        }

    def choose(event: gr.EventData, scope: Scope, language: Language) -> Update:
        """Take the days and outlets of the chooser. Outlets that it does not show stay."""
        sent = _sent(event)
        offered = set(sent_texts(sent.get("shown"), MOST_OUTLETS))
        kept = [outlet for outlet in scope.outlets if outlet not in offered]
        ticked = sent_texts(sent.get("outlets"), MOST_OUTLETS)
        days = sent_day(sent.get("since")), sent_day(sent.get("until"))
        scope = scope.with_outlets((*kept, *ticked)).with_days(*days)
        number, (query, *_) = sent.get("number"), (*sent_texts([sent.get("query")], 1), "")
        answers = number if isinstance(number, int) else None
        return drawn(scope, language, answers, query[:MOST_QUERY])

    def tick(event: gr.EventData, scope: Scope, language: Language) -> Update:
        """Take the articles that are ticked on the page of the list that is shown."""
        sent = _sent(event)
        on_page = sent_texts(sent.get("shown"), MOST_ARTICLES)
        ticked = sent_texts(sent.get("ticked"), MOST_ARTICLES)
        return drawn(scope.with_articles(on_page, ticked), language)

    def drop(event: gr.EventData, scope: Scope, language: Language) -> Update:
        """Take one label away, or all."""
        sent = _sent(event)
        return drawn(_without(scope, sent.get("what"), sent.get("value")), language)

    inputs = [parts.chosen, choice]
    # In the queue, one after the other: the last choice made is the last one taken. ("always_last"
    # would call again with what was sent first.)
    in_turn: dict[str, Any] = {"trigger_mode": "multiple", **QUIET}
    parts.chooser.choose(choose, inputs, shown, **in_turn)
    listing.tick(tick, inputs, shown, **in_turn)
    for place in (parts.beside, parts.in_draft, parts.in_compare):
        place.drop_label(drop, inputs, shown, **_AT_ONCE)

    def draw_after(event: Callable[..., Dependency]) -> None:
        event(drawn, inputs, shown, **_AT_ONCE)

    for event in drawing:
        draw_after(event)
    return ScopeEvents(
        chosen=parts.chosen,
        dropped=parts.in_articles.drop_label(drop, inputs, shown, **_AT_ONCE),
        draw_after=draw_after,
    )


def narrow_with(shelf: Callable[[], Shelf]) -> Callable[[Scope], Narrowed]:
    """Return the function that reads a choice against the articles of the moment of asking."""
    # Without a choice, the list of articles is not needed, and need not be readable.
    return lambda scope: shelf().narrow(scope) if scope else Narrowed(scope=scope)


def _without(scope: Scope, what: object, value: object) -> Scope:
    if what == "outlet":
        return scope.with_outlets(outlet for outlet in scope.outlets if outlet != value)
    if what == "outlets":
        return scope.with_outlets(())
    if what == "articles":
        return replace(scope, articles=())
    if what == "days":
        return scope.with_days(None, None)
    return Scope() if what == "all" else scope


def _sent(event: gr.EventData) -> dict[str, object]:
    data = event._data  # None if the browser sent nothing.
    return data if isinstance(data, dict) else {}
