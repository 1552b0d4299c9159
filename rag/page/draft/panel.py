"""The tab that checks a draft: its components and events."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from rag.answering.draft import MOST_CHARACTERS, DraftSentence
from rag.errors import RagError
from rag.messages import Language
from rag.page.chat.turns import Assistant
from rag.page.draft.rendering import render_checked, render_opening
from rag.page.draft.texts import EN, texts
from rag.page.markup import render_error
from rag.page.parts import QUIET, Update, asset, swapped
from rag.page.scope.choice import Scope
from rag.page.scope.panel import draw_labels
from rag.page.scope.shelf import Narrow

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class DraftPanel:
    """The components of the tab."""

    opening: gr.HTML
    draft: gr.Textbox
    only: gr.HTML
    check: gr.Button
    stop: gr.Button
    checked: gr.HTML


def draw_draft() -> DraftPanel:
    """Make the components, in their order on the page."""
    opening = gr.HTML(render_opening("en"), js_on_load=asset("draft.js"), apply_default_css=False)
    draft = gr.Textbox(
        lines=8,
        max_lines=24,
        max_length=MOST_CHARACTERS,
        label=EN.label,
        placeholder=EN.placeholder,
        elem_id="rag-draft-text",
    )
    only = draw_labels("rag-draft-only")
    with gr.Row(elem_id="rag-draft-row"):
        check = gr.Button(EN.check, variant="primary", elem_id="rag-check")
        stop = gr.Button(EN.stop, visible=False, elem_id="rag-check-stop")
    return DraftPanel(
        opening=opening,
        draft=draft,
        only=only,
        check=check,
        stop=stop,
        checked=gr.HTML("", js_on_load=asset("report.js"), apply_default_css=False),
    )


def said_in(parts: DraftPanel, language: Language) -> Update:
    """Return the words of the tab in `language`. A finished result keeps its language."""
    words = texts(language)
    return {
        parts.opening: render_opening(language),
        parts.draft: gr.update(label=words.label, placeholder=words.placeholder),
        parts.check: words.check,
        parts.stop: words.stop,
    }


def wire_draft(
    parts: DraftPanel, assistant: Assistant, choice: gr.Radio, chosen: gr.State, narrow: Narrow
) -> None:
    """Connect the events.

    `choice` is the language choice, and `chosen` the `Scope` that `narrow` reads.
    """

    def check(draft: str, language: Language, scope: Scope) -> Iterator[Update]:
        """Check the text, and show each sentence as soon as it is checked."""
        done: list[DraftSentence] = []
        yield {
            **swapped(parts.check, parts.stop, running=True),
            parts.checked: render_checked(draft, done, language, running=True),
        }
        try:
            some = narrow(scope)
            render = partial(render_checked, draft, done, language, asked=some.asked)
            for sentence in assistant.stream_draft(
                draft,
                articles=some.scope.articles,
                outlets=some.scope.outlets,
                since=some.scope.since,
                until=some.scope.until,
            ):
                done.append(sentence)
                yield {parts.checked: render(running=True)}
            shown = render(running=False)
        except RagError as error:
            shown = render_error(error.message.text(language), language)
        except Exception:
            _log.exception("A draft could not be checked.")
            shown = render_error(texts(language).unexpected, language)
        yield {parts.checked: shown, **swapped(parts.check, parts.stop, running=False)}

    def opened(event: gr.EventData) -> Update:
        """Put the text of a file into the box. The browser has read the file."""
        text = getattr(event, "_data", None) or {}
        said = text.get("text", "") if isinstance(text, dict) else ""
        return {parts.draft: said[:MOST_CHARACTERS] if isinstance(said, str) else ""}

    def halt() -> Update:
        """Stop, and keep what is checked."""
        return swapped(parts.check, parts.stop, running=False)

    outputs: Sequence[Any] = [parts.checked, parts.check, parts.stop]
    checking = parts.check.click(
        check, [parts.draft, choice, chosen], outputs, concurrency_id="answers", **QUIET
    )
    parts.stop.click(
        halt, None, [parts.check, parts.stop], cancels=[checking], queue=False, **QUIET
    )
    parts.opening.opened(opened, None, [parts.draft], queue=False, **QUIET)
