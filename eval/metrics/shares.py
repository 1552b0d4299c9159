"""The share of things that are so, which most metrics are."""

from __future__ import annotations

from collections.abc import Iterable


def share(flags: Iterable[bool]) -> float:
    """How many of the flags are true, of at least one: 0..1."""
    values = list(flags)
    return sum(values) / len(values)
