"""The texts that activations are measured on, and others that a quantised model is checked with."""

from __future__ import annotations

import random
from importlib.resources import files

# Fewer texts, or fewer different lines in them, reduce the accuracy. More only take longer.
_TEXTS = 160
_LINES_OF_A_TEXT = (1, 1, 2, 3, 4, 6)
_SEED = 20_250_213
_PROBE_EVERY = 10


def calibration_texts() -> tuple[str, ...]:
    """Return texts from a sentence to a long passage, the same at each call."""
    lines = _lines()
    rest = [line for number, line in enumerate(lines) if number % _PROBE_EVERY]
    chance = random.Random(_SEED)  # noqa: S311
    return tuple(
        " ".join(chance.sample(rest, chance.choice(_LINES_OF_A_TEXT))) for _ in range(_TEXTS)
    )


def probe_texts() -> tuple[str, ...]:
    """Return the lines that no calibration text has."""
    return tuple(_lines()[::_PROBE_EVERY])


def _lines() -> list[str]:
    file = files("rag.models.bundled") / "calibration.txt"
    return file.read_text(encoding="utf-8").splitlines()
