"""Measure the cost of a run's answers: time, and the chat model's tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rag.types import Answer


@dataclass(frozen=True, kw_only=True)
class Cost:
    """The median and 95th percentile of seconds over `n` answers, and the tokens per answer.

    Tokens are means over the answers for which the endpoint reported them (`counted`), or None if
    it reported none.
    """

    n: int
    p50: float
    p95: float
    counted: int
    prompt_tokens: float | None
    completion_tokens: float | None

    def __str__(self) -> str:
        """Return the cost as one line of text."""
        time = f"Half of {self.n} answers took up to {self.p50:.2f} s, 95 % up to {self.p95:.2f} s."
        if self.prompt_tokens is None or self.completion_tokens is None:
            return time
        return (
            f"{time} {self.prompt_tokens:.0f} tokens sent and {self.completion_tokens:.0f} written "
            f"for each of the {self.counted} that a chat model had a part in."
        )


def cost(answers: Iterable[tuple[float, Answer | None]]) -> Cost | None:
    """Return the cost of answers, each given with its seconds, or None if there are none."""
    pairs = list(answers)
    if not pairs:
        return None
    p50, p95 = np.percentile([seconds for seconds, _ in pairs], [50, 95])
    used = [answer.model for _, answer in pairs if answer and answer.model]
    sent = [model.prompt_tokens for model in used if model.prompt_tokens is not None]
    written = [model.completion_tokens for model in used if model.completion_tokens is not None]
    return Cost(
        n=len(pairs),
        p50=float(p50),
        p95=float(p95),
        counted=len(sent),
        prompt_tokens=float(np.mean(sent)) if sent else None,
        completion_tokens=float(np.mean(written)) if written else None,
    )
