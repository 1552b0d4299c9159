"""The components and events of choosing articles.

What is chosen is in the session's state: each tab of the browser has its own. What a browser sends
is not trusted: unknown outlets and articles are dropped, and there is a limit to all of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

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
    # The numbers of the last choice and the last ticks taken, as the browser counts them.
    taken = gr.State({"choice": 0, "ticks": 0})

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

    def take(kind: Literal["choice", "ticks"], change: _Change) -> Callable[..., Update]:
        """Return a function that takes what a browser sent, unless newer came before it."""

        def taking(
            event: gr.EventData, scope: Scope, latest: dict[str, int], language: Language
        ) -> Update:
            sent = _sent(event)
            number, query = _sent_number(sent), sent_texts([sent.get("query")], 1)
            if number < latest[kind]:
                kept: Update = gr.skip()
                return kept
            return {
                taken: {**latest, kind: number},
                **drawn(
                    change(scope, sent),
                    language,
                    number if kind == "choice" else None,
                    "".join(query)[:MOST_QUERY],
                ),
            }

        return taking

    def drop(event: gr.EventData, scope: Scope, language: Language) -> Update:
        """Take one label away, or all."""
        sent = _sent(event)
        return drawn(_without(scope, sent.get("what"), sent.get("value")), language)

    inputs = [parts.chosen, choice]
    # One after the other, since each changes what the one before it left. ("always_last" would call
    # again with what was sent first.)
    in_turn: dict[str, Any] = {
        "trigger_mode": "multiple",
        "concurrency_id": "choices",
        "concurrency_limit": 1,
        **QUIET,
    }
    counted = [parts.chosen, taken, choice]
    parts.chooser.choose(take("choice", _chosen), counted, [taken, *shown], **in_turn)
    listing.tick(take("ticks", _ticked), counted, [taken, *shown], **in_turn)
    for place in (parts.beside, parts.in_draft, parts.in_compare):
        place.drop_label(drop, inputs, shown, **in_turn)

    def draw_after(event: Callable[..., Dependency]) -> None:
        event(drawn, inputs, shown, **_AT_ONCE)

    for event in drawing:
        draw_after(event)
    return ScopeEvents(
        chosen=parts.chosen,
        dropped=parts.in_articles.drop_label(drop, inputs, shown, **in_turn),
        draw_after=draw_after,
    )


def narrow_with(shelf: Callable[[], Shelf]) -> Callable[[Scope], Narrowed]:
    """Return the function that reads a choice against the articles of the moment of asking."""
    # Without a choice, the list of articles is not needed, and need not be readable.
    return lambda scope: shelf().narrow(scope) if scope else Narrowed(scope=scope)


_Change = Callable[[Scope, dict[str, object]], Scope]
"""Returns a scope after what a browser sent."""


def _chosen(scope: Scope, sent: dict[str, object]) -> Scope:
    """Return the scope with the outlets and days of the chooser."""
    outlets = sent_texts(sent.get("outlets"), MOST_OUTLETS)
    return scope.with_outlets(outlets).with_days(
        sent_day(sent.get("since")), sent_day(sent.get("until"))
    )


def _ticked(scope: Scope, sent: dict[str, object]) -> Scope:
    """Return the scope with the articles whose ticks were changed in the list."""
    ticked = sent_texts(sent.get("ticked"), MOST_ARTICLES)
    return scope.with_articles((*ticked, *sent_texts(sent.get("unticked"), MOST_ARTICLES)), ticked)


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


def _sent_number(sent: dict[str, object]) -> int:
    number = sent.get("number")
    return number if isinstance(number, int) else 0
