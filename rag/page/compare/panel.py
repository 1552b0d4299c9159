"""The tab that compares outlets and lays out a story in time: its components and events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.answering.comparison.result import ComparisonProgress
from rag.config import MAX_QUESTION_CHARACTERS
from rag.messages import Language
from rag.page.chat.turns import Assistant
from rag.page.compare.rendering import (
    render_comparison,
    render_intro,
    render_progress,
    render_views,
)
from rag.page.compare.story import render_story
from rag.page.compare.texts import EN, texts
from rag.page.compare.views import View, draw_view, wire_view
from rag.page.parts import QUIET, STILL, Update, asset
from rag.page.scope.choice import Scope
from rag.page.scope.panel import draw_labels
from rag.page.scope.shelf import Narrow, Narrowed


@dataclass(frozen=True, kw_only=True)
class ComparePanel:
    """The components of the tab. `view` chooses between `outlets` and `story`.

    `assets/compare.css` hides the view that is not chosen, so that what runs or stands there stays.
    """

    view: gr.HTML
    intro: gr.HTML
    topic: gr.Textbox
    only: gr.HTML
    outlets: View
    story: View


def draw_comparing() -> ComparePanel:
    """Make the components, in their order on the page."""
    view = gr.HTML(render_views("en"), js_on_load=asset("compare.js"), apply_default_css=False)
    intro = gr.HTML(render_intro("en"), **STILL)
    topic = gr.Textbox(
        lines=1,
        max_lines=1,
        max_length=MAX_QUESTION_CHARACTERS,
        label=EN.label,
        placeholder=EN.placeholder,
        elem_id="rag-compare-topic",
    )
    return ComparePanel(
        view=view,
        intro=intro,
        topic=topic,
        only=draw_labels("rag-compare-only"),
        outlets=draw_view("compare", EN.compare, EN.stop),
        story=draw_view("story", EN.lay_out, EN.stop),
    )


def said_in(parts: ComparePanel, language: Language) -> Update:
    """Return the words of the tab in `language`. A finished result keeps its language."""
    words = texts(language)
    return {
        parts.view: render_views(language),
        parts.intro: render_intro(language),
        parts.topic: gr.update(label=words.label, placeholder=words.placeholder),
        parts.outlets.begin: words.compare,
        parts.outlets.stop: words.stop,
        parts.story.begin: words.lay_out,
        parts.story.stop: words.stop,
    }


def wire_comparing(
    parts: ComparePanel, assistant: Assistant, choice: gr.Radio, chosen: gr.State, narrow: Narrow
) -> None:
    """Connect the events.

    `choice` is the language choice, and `chosen` the `Scope` that `narrow` reads.
    """

    def compare(topic: str, narrowed: Narrowed, language: Language) -> Iterator[str]:
        """Compare the outlets."""
        for step in assistant.stream_comparison(topic, **_among(narrowed.scope)):
            if isinstance(step, ComparisonProgress):
                yield render_progress(step, language)
            else:
                yield render_comparison(step, language, asked=narrowed.asked)

    def lay_out(topic: str, narrowed: Narrowed, language: Language) -> Iterator[str]:
        """Lay out the story in time."""
        for step in assistant.stream_story(topic, **_among(narrowed.scope)):
            if isinstance(step, ComparisonProgress):
                yield render_progress(step, language)
            else:
                yield render_story(step, language, asked=narrowed.asked)

    def begun(language: Language) -> str:
        """Return what is shown while sentences are looked for."""
        return render_progress(ComparisonProgress(), language)

    for view, drawn in ((parts.outlets, compare), (parts.story, lay_out)):
        wire_view(view, parts.topic, choice, chosen, narrow, begun, drawn)
    parts.topic.submit(None, js=_BEGIN, queue=False, **QUIET)


_BEGIN = """() => [...document.querySelectorAll("#rag-compare, #rag-story")]
  .find((button) => button.checkVisibility())?.click()"""
"""Begins the work of the view that is seen, unless it runs already."""


def _among(scope: Scope) -> dict[str, Any]:
    """Return the chosen articles, outlets and days as arguments of the assistant."""
    return {
        "articles": scope.articles,
        "outlets": scope.outlets,
        "since": scope.since,
        "until": scope.until,
    }
