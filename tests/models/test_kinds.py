"""The line between two kinds of texts."""

from __future__ import annotations

import numpy as np
import pytest

from rag.models.embedder import Embedder
from rag.models.kinds import fit_kinds


def test_each_kind_lies_on_its_side_whatever_else_differs() -> None:
    # The first number tells the kinds apart; the second is what the texts are about.
    one = np.array([[1, 0], [1, 5], [1, -5]], dtype=np.float32)
    other = np.array([[-1, 0], [-1, 5], [-1, -5]], dtype=np.float32)
    line = fit_kinds(one, other)
    # Ridge regression by hand: w = (XᵀX + 0.3)⁻¹Xᵀy = 6 / 6.3 for the first number.
    assert line.weights == pytest.approx([6 / 6.3, 0], abs=1e-4)
    assert line.scores(np.array([[1, 9], [-1, 9], [0, 9]], np.float32)) == pytest.approx(
        [6 / 6.3, -6 / 6.3, 0], abs=1e-4
    )


def test_more_examples_of_one_kind_move_the_middle() -> None:
    line = fit_kinds(np.ones((3, 2), np.float32), -np.ones((1, 2), np.float32))
    assert (
        line.scores(np.ones((1, 2), np.float32))[0]
        > 0
        > line.scores(-np.ones((1, 2), np.float32))[0]
    )


def test_sentences_on_new_subjects_are_told_apart(embedder: Embedder) -> None:
    line = fit_kinds(
        embedder.embed_passages(["他昨天辞职。", "The court fined the firm on Monday."]),
        embedder.embed_passages(["这很有意义。", "Fines may become more frequent."]),
    )
    event, opinion = line.scores(
        embedder.embed_passages(["The union elected a leader on Friday.", "这可能有助于发展。"])
    )
    assert event > opinion
