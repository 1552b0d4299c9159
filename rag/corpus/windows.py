"""Windows over a text: neighbouring sentences that a model reads at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WINDOW_TOKENS = 128


@dataclass(frozen=True, kw_only=True)
class Window:
    """Sentences `first` to `last`, the last one included, by their place among those given.

    `text[start:end]` is what is read. `core` are the sentences that this window tells most about,
    first and last: every sentence is in the core of exactly one window.
    """

    start: int
    end: int
    first: int
    last: int
    core: tuple[int, int]


def windows(
    sentences: Sequence[tuple[int, int]],
    tokens: Sequence[int],
    *,
    most: int = WINDOW_TOKENS,
    overlap: int = 1,
) -> tuple[Window, ...]:
    """Windows of at most `most` tokens that cover all sentences, in order.

    `sentences` are (start, end) in code points, in order, `tokens` how many each has. Neighbouring
    windows share `overlap` sentences where they fit, so that a sentence is read with others around
    it; with 2, all have one before and one after. A sentence longer than `most` has a window to
    itself, which a reader may cut. Raises `ValueError` for counts that aren't of these sentences,
    or a limit below 1.
    """
    if len(sentences) != len(tokens):
        raise ValueError(f"{len(tokens)} counts of tokens for {len(sentences)} sentences")
    if most < 1 or overlap < 0:
        raise ValueError(f"windows of {most} tokens that share {overlap} sentences")
    spans: list[tuple[int, int]] = []
    new = 0
    while new < len(sentences):
        first, total = new, tokens[new]
        # What comes before gives way to the sentence that wasn't read yet.
        while first > max(0, new - overlap) and total + tokens[first - 1] <= most:
            first -= 1
            total += tokens[first]
        last = new
        while last + 1 < len(sentences) and total + tokens[last + 1] <= most:
            last += 1
            total += tokens[last]
        spans.append((first, last))
        new = last + 1
    found = []
    begin = 0
    for place, (first, last) in enumerate(spans):
        following = spans[place + 1][0] if place + 1 < len(spans) else last + 1
        # Of sentences that two windows share, the first half is told by the earlier one.
        shared = last + 1 - following
        core_last = max(begin, last - shared // 2)
        found.append(
            Window(
                start=sentences[first][0],
                end=sentences[last][1],
                first=first,
                last=last,
                core=(begin, core_last),
            )
        )
        begin = core_last + 1
    return tuple(found)
