"""The share of true values, which most metrics use."""

from __future__ import annotations

from collections.abc import Iterable


def share(flags: Iterable[bool]) -> float:
    """Return the share of flags that are true, 0..1. There must be at least one flag."""
    values = list(flags)
    return sum(values) / len(values)
