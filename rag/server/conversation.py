"""A conversation as chat clients send it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One message: its role as the client named it (system, user, assistant, …) and its text."""

    role: str
    text: str
