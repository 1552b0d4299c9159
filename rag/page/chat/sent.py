"""Read what the browser sent with an event of the chat. It is not trusted."""

from __future__ import annotations

import gradio as gr

from rag.page.chat.turns import Turn


def said(event: gr.EventData, name: str) -> str:
    """Return the text that the browser sent under `name`, or an empty text."""
    data = event._data  # None if the browser sent nothing. Gradio's own access would fail then.
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""


def turn_named(event: gr.EventData, turns: tuple[Turn, ...]) -> Turn | None:
    """Return the turn whose number the event names, or None."""
    number = said(event, "turn")
    return next((turn for turn in turns if str(turn.number) == number), None)
