"""One view of the tab: the button that begins its work, the one that stops it, and its result."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.errors import RagError
from rag.messages import Language
from rag.page.compare.texts import texts
from rag.page.markup import render_error
from rag.page.parts import QUIET, Update, asset, swapped
from rag.page.scope.choice import Scope
from rag.page.scope.shelf import Narrow, Narrowed

_log = logging.getLogger(__name__)

Drawn = Callable[[str, Narrowed, Language], Iterator[str]]
"""A function that works on a topic and yields HTML: how far it is, and last the result."""


@dataclass(frozen=True, kw_only=True)
class View:
    """The components of one view."""

    begin: gr.Button
    stop: gr.Button
    result: gr.HTML


def draw_view(name: str, begin: str, stop: str) -> View:
    """Make the components, with `begin` and `stop` on the buttons. `name` makes their ids."""
    with gr.Column(elem_id=f"rag-view-{name}"):
        with gr.Row(elem_classes="rag-topic-row"):
            button = gr.Button(begin, variant="primary", elem_id=f"rag-{name}")
            halt = gr.Button(stop, visible=False, elem_id=f"rag-{name}-stop")
        result = gr.HTML("", js_on_load=asset("report.js"), apply_default_css=False)
    return View(begin=button, stop=halt, result=result)


def wire_view(
    parts: View,
    topic: gr.Textbox,
    choice: gr.Radio,
    chosen: gr.State,
    narrow: Narrow,
    begun: Callable[[Language], str],
    drawn: Drawn,
) -> None:
    """Connect the events.

    `choice` is the language choice, and `chosen` the `Scope` that `narrow` reads. `begun` returns
    what is shown at once, before `drawn` has found anything.
    """

    def work(topic: str, language: Language, scope: Scope) -> Iterator[Update]:
        """Do the work, and show how far it is."""
        yield {
            **swapped(parts.begin, parts.stop, running=True),
            parts.result: begun(language),
        }
        shown = ""
        try:
            for shown in drawn(topic, narrow(scope), language):
                yield {parts.result: shown}
        except RagError as error:
            shown = render_error(error.message.text(language), language)
        except Exception:
            _log.exception("The work on a topic failed.")
            shown = render_error(texts(language).unexpected, language)
        yield {parts.result: shown, **swapped(parts.begin, parts.stop, running=False)}

    def halt() -> Update:
        """Stop. What is not finished shows nothing."""
        return {parts.result: "", **swapped(parts.begin, parts.stop, running=False)}

    outputs: Sequence[Any] = [parts.result, parts.begin, parts.stop]
    working = parts.begin.click(
        work, [topic, choice, chosen], outputs, concurrency_id="answers", **QUIET
    )
    stopped = parts.stop.click(halt, None, outputs, cancels=[working], queue=False, **QUIET)
    # A line of progress may have been on its way when the work was stopped.
    stopped.then(halt, None, outputs, queue=False, **QUIET)
