"""Definitions that the tabs of the page share."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import gradio as gr

Update = dict[Any, Any]
"""The changes to the page: a component, and its new value or properties."""

STILL: dict[str, Any] = {"js_on_load": None, "apply_default_css": False}
"""Settings of an HTML component without events."""

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""Settings of an event for the page only. Programs use `rag.answer`, so it needs no API address."""


def swapped(begin: Any, stop: Any, *, running: bool) -> Update:
    """Show the button that stops work while it runs, and the one that begins it otherwise."""
    return {begin: gr.update(visible=not running), stop: gr.update(visible=running)}


def asset(name: str) -> str:
    """Return the text of one of the page's files."""
    return (files("rag.page") / "assets" / name).read_text(encoding="utf-8")
