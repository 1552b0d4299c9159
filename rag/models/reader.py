"""What the rest of the project asks of a reader: a model that reads two texts together.

With a question it tells which words of a text answer it, and whether any do; with a claim, whether
a source bears it out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

LONGEST_ANSWER = 40
"""Tokens between the first and the last one of an answer, at most."""

Stop = Callable[[], bool]
"""Tells that nobody waits for the answer any more."""


class ReadingStopped(Exception):
    """The reading was stopped before its end, since nobody waits for it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TextReading:
    """How a text answers a question.

    `answerable` is the probability (0 to 1) that it does. `inside`, `starts` and `ends`, float32
    of shape (tokens,), are the logits that a token is inside the answering sentence, and begins or
    ends the answer; `no_answer` is the sum of the two for the token that stands for no answer.
    `offsets`, int32 of shape (tokens, 2), are the code points of each token in
    `text`. `cut` tells that the text was longer than what the model reads: the tokens are those of
    its beginning.
    """

    text: str
    answerable: float
    no_answer: float
    inside: NDArray[np.float32]
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    offsets: NDArray[np.int32]
    cut: bool

    def sentence_score(self, start: int, end: int) -> float:
        """How surely `text[start:end]` answers: the mean of `inside` over its tokens, a logit.

        Minus infinity where none of its tokens was read.
        """
        touched = self._touched(start, end)
        return float(self.inside[touched].mean()) if len(touched) else -math.inf

    def answer_within(self, start: int, end: int) -> tuple[int, int] | None:
        """The best answer inside `text[start:end]`, in code points; None where nothing was read.

        Of all spans of at most `LONGEST_ANSWER` + 1 tokens, it is the one whose logits of start
        and end have the largest sum.
        """
        touched = self._touched(start, end)
        if not len(touched):
            return None
        first, last = divmod(int(self._sums(touched).argmax()), len(touched))
        begin = max(start, int(self.offsets[touched[first], 0]))
        stop = min(end, int(self.offsets[touched[last], 1]))
        # A token of a word may hold the blank before it.
        words = self.text[begin:stop]
        begin += len(words) - len(words.lstrip())
        stop -= len(words) - len(words.rstrip())
        return (begin, stop) if begin < stop else None

    def answer_score(self, start: int, end: int) -> float:
        """How surely the best answer inside `text[start:end]` is one, a logit above "no answer".

        Minus infinity where nothing was read.
        """
        touched = self._touched(start, end)
        return float(self._sums(touched).max()) - self.no_answer if len(touched) else -math.inf

    def _sums(self, touched: NDArray[np.intp]) -> NDArray[np.float32]:
        """The logits of each answer from one token to another, shape (tokens, tokens)."""
        places = np.arange(len(touched))
        length = places[None, :] - places[:, None]
        sums = self.starts[touched][:, None] + self.ends[touched][None, :]
        sums[(length < 0) | (length > LONGEST_ANSWER)] = -np.inf
        return np.asarray(sums)

    def _touched(self, start: int, end: int) -> NDArray[np.intp]:
        """The tokens that a span of code points touches."""
        return np.flatnonzero((self.offsets[:, 1] > start) & (self.offsets[:, 0] < end))


class Reader(Protocol):
    """Reads two texts together. Safe to call from several threads.

    `fingerprint` names the weights, `runtime` what computes them here. `max_tokens` is the longest
    text that is read, in its own tokens; a longer one is cut at its end.
    """

    name: str
    fingerprint: str
    runtime: str
    max_tokens: int

    def read(
        self, question: str, texts: Sequence[str], stop: Stop | None = None
    ) -> list[TextReading]:
        """How each text answers the question, in order.

        `stop` is asked between batches. Raises `ReadingStopped` where it says so.
        """
        ...

    def judge(
        self, pairs: Sequence[tuple[str, str]], stop: Stop | None = None
    ) -> NDArray[np.float32]:
        """Whether sources bear claims out, of pairs (claim, source); shape (len(pairs), 3).

        Each row holds the probabilities that the claim is supported, refuted, and neither. `stop`
        is as for `read`.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text alone, however many they are."""
        ...
