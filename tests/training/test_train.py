"""Training: a run that was cut off goes on as if it hadn't been."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.training.test_build import SENTENCES
from training import train as training
from training.made_statements import statement_claims
from training.rows import (
    CLAIMS_FILE,
    HELD_OUT,
    QUESTIONS_FILE,
    Window,
    write_examples,
)
from training.train import Plan, train

PLAN = Plan(steps=3, rate=1e-4, seed=3, threads=2)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    text = " ".join(SENTENCES[:3])
    windows = [
        Window(
            language="en",
            question="Where does the 2th ship go?",
            text=text,
            answer=(start, end) if answered else (-1, -1),
            sentence=(start, end) if answered else (-1, -1),
            source="made up",
            kind="as it is" if answered else "sentence taken out",
        )
        for answered in (True, False)
        for start, end in [(text.index(SENTENCES[2]), len(text))]
    ]
    claims = list(statement_claims(random.Random(1), 40))
    (folder / HELD_OUT).mkdir(parents=True)
    for place in (folder, folder / HELD_OUT):
        write_examples(place / QUESTIONS_FILE, windows)
        write_examples(place / CLAIMS_FILE, claims)
    return folder


@pytest.mark.long
def test_a_run_that_was_cut_off_ends_with_the_same_weights(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "_SAVED_EVERY", 1)
    train(work, tmp_path / "whole", PLAN)

    step = training._Log.step
    with monkeypatch.context() as cut:
        # The state of step 1 is saved; step 2 is done, and lost.
        def stop(self: training._Log, done: int, steps: int, losses: list[float]) -> None:
            step(self, done, steps, losses)
            if done == 2:
                raise KeyboardInterrupt

        cut.setattr(training._Log, "step", stop)
        with pytest.raises(KeyboardInterrupt):
            train(work, tmp_path / "cut", PLAN)
    train(work, tmp_path / "cut", PLAN)
    one, two = (tmp_path / run / "reader.safetensors" for run in ("whole", "cut"))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.long
def test_a_stage_begins_with_the_weights_of_the_one_before(work: Path, tmp_path: Path) -> None:
    train(work, tmp_path / "first", PLAN)
    weights = tmp_path / "first" / "reader.safetensors"
    none = Plan(steps=0, rate=1e-4, seed=3, threads=2)
    train(work, tmp_path / "second", none, start=weights)
    assert (tmp_path / "second" / "reader.safetensors").read_bytes() == weights.read_bytes()
