import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from eval import __main__ as command
from eval import floors
from eval.questions import QUESTIONS
from eval.runner import Ask
from rag.types import Answer

SEEDS = str(Path(__file__).parents[2] / "seeds")
MakeAnswer = Callable[..., Answer]


@pytest.fixture
def abstainer(monkeypatch: pytest.MonkeyPatch, make_answer: MakeAnswer) -> None:
    """In place of an assistant: a way of asking that never finds anything."""

    @contextmanager
    def opened(*_: object) -> Iterator[Ask]:
        yield lambda _: make_answer(status="abstained")

    monkeypatch.setattr(command, "opened", opened)


@pytest.mark.usefixtures("abstainer")
def test_a_run_reports_and_writes_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "misses", lambda means: floors.misses(means, nothing_asked()))
    out = tmp_path / "run.json"
    assert command.main([SEEDS, "--json", str(out), "--verbose"]) == 0
    shown = capsys.readouterr().out
    assert "right abstentions" in shown
    assert "tsai-venue.en" in shown
    report = json.loads(out.read_text(encoding="utf-8"))
    overall = {r["metric"]: r["mean"] for r in report["rows"] if r["slice"] == "overall"}
    assert overall["right abstentions"] == 1.0
    assert overall["fact recall"] == 0.0
    assert overall["citation precision"] is None
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    assert len(report["questions"]) == report["settings"]["questions"] == len(lines)


@pytest.mark.usefixtures("abstainer")
def test_a_floor_fails_the_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    high = {**nothing_asked(), "fact recall": 0.5}
    monkeypatch.setattr(command, "misses", lambda means: floors.misses(means, high))
    assert command.main([SEEDS]) == 1
    assert "fact recall: 0.000, floor 0.500" in capsys.readouterr().out


@pytest.mark.usefixtures("abstainer")
def test_no_floor_applies_to_a_part(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "misses", pytest.fail)
    assert command.main([SEEDS, "--limit", "4"]) == 0
    assert "No floor applies" in capsys.readouterr().out


@pytest.mark.usefixtures("abstainer")
def test_a_run_that_cannot_be_made_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "set.jsonl"
    questions.write_text("{", encoding="utf-8")
    assert command.main([SEEDS, "--questions", str(questions)]) == 2
    assert "set.jsonl, line 1: not JSON" in capsys.readouterr().err


def nothing_asked() -> dict[str, float]:
    return {**dict.fromkeys(floors.FLOORS, 0.0), "false abstentions": 1.0}
