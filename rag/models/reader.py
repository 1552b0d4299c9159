"""The interface of a reader: a model that reads two texts together.

For a question and a text, it finds the words that answer the question, if there are any. For a
claim and a source, it judges whether the source supports the claim.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

LONGEST_ANSWER = 40
"""The most tokens between the first and the last token of an answer."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TextReading:
    """The result of reading a text for a question.

    `answerable` is the probability (0 to 1) that the text answers the question. `inside`, `starts`
    and `ends`, float32 of shape (tokens,), are logits: that a token is inside the answering
    sentence, that it begins the answer, and that it ends the answer. `no_answer` is the sum of the
    last two for the token that means "no answer". `offsets`, int32 of shape (tokens, 2), are the
    start and the end (exclusive) of each token in `text`, in code points. `cut` is True if the text
    was longer than the model reads; the tokens then cover only its beginning.
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
        """Return the score of `text[start:end]` as an answer: the mean of `inside` over its tokens.

        This is a logit. It is minus infinity if none of the tokens was read.
        """
        touched = self._touched(start, end)
        return float(self.inside[touched].mean()) if len(touched) else -math.inf

    def answer_within(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the best answer inside `text[start:end]` as code points, or None if none was read.

        It is the span of at most `LONGEST_ANSWER` + 1 tokens with the largest sum of its start and
        end logits.
        """
        touched = self._touched(start, end)
        if not len(touched):
            return None
        first, last = divmod(int(self._sums(touched).argmax()), len(touched))
        begin = max(start, int(self.offsets[touched[first], 0]))
        stop = min(end, int(self.offsets[touched[last], 1]))
        # A token may include the blank before its word.
        words = self.text[begin:stop]
        begin += len(words) - len(words.lstrip())
        stop -= len(words) - len(words.rstrip())
        return (begin, stop) if begin < stop else None

    def answer_score(self, start: int, end: int) -> float:
        """Return the score of the best answer inside `text[start:end]`, minus that of "no answer".

        This is a logit. It is minus infinity if nothing was read.
        """
        touched = self._touched(start, end)
        return float(self._sums(touched).max()) - self.no_answer if len(touched) else -math.inf

    def _sums(self, touched: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return the logits of the answers between any two tokens, shape (tokens, tokens)."""
        places = np.arange(len(touched))
        length = places[None, :] - places[:, None]
        sums = self.starts[touched][:, None] + self.ends[touched][None, :]
        sums[(length < 0) | (length > LONGEST_ANSWER)] = -np.inf
        return np.asarray(sums)

    def _touched(self, start: int, end: int) -> NDArray[np.intp]:
        """Return the indexes of the tokens that overlap a span of code points."""
        return np.flatnonzero((self.offsets[:, 1] > start) & (self.offsets[:, 0] < end))


class Reader(Protocol):
    """Reads two texts together. It can be called from several threads.

    `fingerprint` identifies the weights, and `runtime` is the software that runs them here.
    `max_tokens` is the length of the longest text that is read, in tokens; a longer one is cut at
    its end.
    """

    name: str
    fingerprint: str
    runtime: str
    max_tokens: int

    def read(self, question: str, texts: Sequence[str]) -> list[TextReading]:
        """Return how each text answers the question, in order.

        Work that is cancelled (`rag.cancellation`) ends before its next batch.
        """
        ...

    def judge(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Judge pairs (claim, source), and return an array of shape (len(pairs), 3).

        Each row holds the probabilities that the source supports the claim, refutes it, or does
        neither.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without limit."""
        ...
