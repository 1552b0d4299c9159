"""Windows cover every sentence, hold to their limit, and tell of each sentence once."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.sentences import Window, windows


def spans(count: int) -> list[tuple[int, int]]:
    return [(10 * n, 10 * n + 9) for n in range(count)]


def test_neighbours_share_a_sentence() -> None:
    # Three of 40 fit into 128; the third is read again as the first of the next window.
    assert windows(spans(5), [40] * 5) == (
        Window(start=0, end=29, first=0, last=2, core=(0, 2)),
        Window(start=20, end=49, first=2, last=4, core=(3, 4)),
    )


def test_with_two_shared_every_sentence_has_one_before_and_one_after() -> None:
    found = windows(spans(7), [30] * 7, overlap=2)
    assert [(window.first, window.last) for window in found] == [(0, 3), (2, 5), (4, 6)]
    assert [window.core for window in found] == [(0, 2), (3, 4), (5, 6)]


def test_what_fits_is_one_window() -> None:
    assert windows(spans(3), [10, 20, 30]) == (
        Window(start=0, end=29, first=0, last=2, core=(0, 2)),
    )
    assert windows([], []) == ()


@given(
    tokens=st.lists(st.integers(0, 200), max_size=30),
    most=st.integers(1, 250),
    overlap=st.integers(0, 4),
)
def test_every_sentence_is_told_of_once(tokens: list[int], most: int, overlap: int) -> None:
    sentences = spans(len(tokens))
    found = windows(sentences, tokens, most=most, overlap=overlap)
    core = [n for window in found for n in range(window.core[0], window.core[1] + 1)]
    assert core == list(range(len(tokens)))
    for window in found:
        assert window.first <= window.core[0] <= window.core[1] <= window.last
        assert (window.start, window.end) == (
            sentences[window.first][0],
            sentences[window.last][1],
        )
        whole = sum(tokens[window.first : window.last + 1])
        assert whole <= most or window.first == window.last
    shared = [a.last - b.first + 1 for a, b in pairwise(found)]
    assert all(0 <= count <= overlap for count in shared)


def test_counts_of_other_sentences_are_refused() -> None:
    with pytest.raises(ValueError, match="2 counts of tokens for 3 sentences"):
        windows(spans(3), [1, 2])
    with pytest.raises(ValueError, match="windows of 0 tokens"):
        windows(spans(1), [1], most=0)
