"""What the tabs of the page have in common as parts of Gradio."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

Update = dict[Any, Any]
"""What changes on the page: a component, and its new value or properties."""

STILL: dict[str, Any] = {"js_on_load": None, "apply_default_css": False}
"""An HTML part that nothing happens in."""

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""An event of the page alone: no address of its own for programs, which have `rag.answer`."""


def asset(name: str) -> str:
    """The text of a file of the page."""
    return (files("rag.page") / "assets" / name).read_text(encoding="utf-8")
