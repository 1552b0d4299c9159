"""The tab that compares outlets: its components and events."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.answering.comparison.result import ComparisonProgress
from rag.config import MAX_QUESTION_CHARACTERS
from rag.errors import RagError
from rag.messages import Language
from rag.page.chat.turns import Assistant
from rag.page.compare.rendering import (
    render_comparison,
    render_intro,
    render_progress,
)
from rag.page.compare.texts import EN, texts
from rag.page.markup import render_error
from rag.page.parts import QUIET, STILL, Update, asset, swapped
from rag.page.scope.choice import Scope
from rag.page.scope.panel import draw_labels
from rag.page.scope.shelf import Narrow

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ComparePanel:
    """The components of the tab."""

    intro: gr.HTML
    topic: gr.Textbox
    only: gr.HTML
    compare: gr.Button
    stop: gr.Button
    compared: gr.HTML


def draw_comparing() -> ComparePanel:
    """Make the components, in their order on the page."""
    intro = gr.HTML(render_intro("en"), **STILL)
    topic = gr.Textbox(
        lines=1,
        max_lines=1,
        max_length=MAX_QUESTION_CHARACTERS,
        label=EN.label,
        placeholder=EN.placeholder,
        elem_id="rag-compare-topic",
    )
    only = draw_labels("rag-compare-only")
    with gr.Row(elem_id="rag-compare-row"):
        compare = gr.Button(EN.compare, variant="primary", elem_id="rag-compare")
        stop = gr.Button(EN.stop, visible=False, elem_id="rag-compare-stop")
    return ComparePanel(
        intro=intro,
        topic=topic,
        only=only,
        compare=compare,
        stop=stop,
        compared=gr.HTML("", js_on_load=asset("report.js"), apply_default_css=False),
    )


def said_in(parts: ComparePanel, language: Language) -> Update:
    """Return the words of the tab in `language`. A finished result keeps its language."""
    words = texts(language)
    return {
        parts.intro: render_intro(language),
        parts.topic: gr.update(label=words.label, placeholder=words.placeholder),
        parts.compare: words.compare,
        parts.stop: words.stop,
    }


def wire_comparing(
    parts: ComparePanel, assistant: Assistant, choice: gr.Radio, chosen: gr.State, narrow: Narrow
) -> None:
    """Connect the events.

    `choice` is the language choice, and `chosen` the `Scope` that `narrow` reads.
    """

    def compare(topic: str, language: Language, scope: Scope) -> Iterator[Update]:
        """Compare the outlets, and show how far it is."""
        yield {
            **swapped(parts.compare, parts.stop, running=True),
            parts.compared: render_progress(ComparisonProgress(), language),
        }
        shown = ""
        try:
            narrowed = narrow(scope)
            some = narrowed.scope
            for step in assistant.stream_comparison(
                topic,
                articles=some.articles,
                outlets=some.outlets,
                since=some.since,
                until=some.until,
            ):
                if isinstance(step, ComparisonProgress):
                    yield {parts.compared: render_progress(step, language)}
                else:
                    shown = render_comparison(step, language, asked=narrowed.asked)
        except RagError as error:
            shown = render_error(error.message.text(language), language)
        except Exception:
            _log.exception("Outlets could not be compared.")
            shown = render_error(texts(language).unexpected, language)
        yield {parts.compared: shown, **swapped(parts.compare, parts.stop, running=False)}

    def halt() -> Update:
        """Stop. What is not finished shows nothing."""
        return {parts.compared: "", **swapped(parts.compare, parts.stop, running=False)}

    outputs: Sequence[Any] = [parts.compared, parts.compare, parts.stop]
    comparing: list[Any] = [
        begin(compare, [parts.topic, choice, chosen], outputs, concurrency_id="answers", **QUIET)
        for begin in (parts.compare.click, parts.topic.submit)
    ]
    stopped = parts.stop.click(halt, None, outputs, cancels=comparing, queue=False, **QUIET)
    # A line of progress may have been on its way when the work was stopped.
    stopped.then(halt, None, outputs, queue=False, **QUIET)
