"""The commands of the evaluation, over an assistant that never finds anything."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from eval import __main__ as command
from eval import guard
from eval.opening import Opened
from eval.questions import QUESTIONS, Question
from eval.records import read_run
from rag.types import Answer

SEEDS = str(Path(__file__).parents[2] / "seeds")
ABOUT = {"composer": "extractive", "chat_model": None, "articles": 5}
MakeAnswer = Callable[..., Answer]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, make_answer: MakeAnswer) -> list[str]:
    """An assistant that never finds anything, and what it was asked."""
    questions: list[str] = []

    def ask(question: Question, _: Sequence[Answer]) -> Answer:
        questions.append(question.text)
        return make_answer(status="abstained")

    @contextmanager
    def opened(*_: object) -> Iterator[Opened]:
        yield Opened(ask=ask, about=ABOUT)

    monkeypatch.setattr(command, "opened", opened)
    return questions


@pytest.fixture
def baseline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A baseline to write and to be held against, apart from the project's."""
    path = tmp_path / "baseline.jsonl"
    write, read = guard.write_baseline, guard.read_baseline
    monkeypatch.setattr(guard, "write_baseline", lambda run: write(run, path))
    monkeypatch.setattr(guard, "read_baseline", lambda: read(path))
    return path


def test_a_run_is_kept_whole(
    asked: list[str], baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline.write_text("", encoding="utf-8")
    out = tmp_path / "run"
    assert command.main(["run", SEEDS, "--out", str(out), "--verbose"]) == 0
    shown = capsys.readouterr().out
    assert "abstention recall" in shown
    assert "tsai-venue.en" in shown
    run = read_run(out)
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    assert len(run.records) == run.manifest["questions"] == len(lines) == len(asked)
    assert run.manifest["versions"]["openai"]
    first = run.records[0]
    assert first.answer is not None
    assert first.answer.status == "abstained"
    assert first.scores["fact recall"] == 0
    assert "citation precision" not in first.scores


def test_a_run_that_was_stopped_goes_on_where_it_was(
    asked: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    arguments = ["run", SEEDS, "--limit", "6", "--out", str(out)]
    assert command.main(arguments) == 0
    answers = out / "answers.jsonl"
    whole = answers.read_text(encoding="utf-8").splitlines(keepends=True)
    # As a kill leaves it: three lines, and a part of the fourth.
    answers.write_text("".join(whole[:3]) + whole[3][:40], encoding="utf-8")
    asked.clear()
    capsys.readouterr()
    assert command.main(arguments) == 0
    assert len(asked) == 3
    kept = [json.loads(line)["id"] for line in answers.read_text(encoding="utf-8").splitlines()]
    assert kept == [json.loads(line)["id"] for line in whole]
    # Other questions would make it another run.
    assert command.main(["run", SEEDS, "--limit", "4", "--out", str(out)]) == 2
    assert "another questions (6, now 4)" in " ".join(capsys.readouterr().err.split())


@pytest.mark.usefixtures("asked")
def test_a_run_is_held_against_the_baseline(
    baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    baseline.write_text("", encoding="utf-8")
    assert command.main(["run", SEEDS, "--out", str(out)]) == 0
    assert command.main(["baseline", str(out)]) == 0
    before = baseline.read_text(encoding="utf-8")
    assert command.main(["run", SEEDS, "--out", str(tmp_path / "same")]) == 0
    better = before.replace('"fact recall": 0.0', '"fact recall": 1.0', 9)
    baseline.write_text(better, encoding="utf-8")
    capsys.readouterr()
    assert command.main(["run", SEEDS, "--out", str(tmp_path / "worse")]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert re.search(r"fact recall fell from 0\.0\d\d to 0\.000; worse: ", shown)


@pytest.mark.usefixtures("asked")
def test_a_part_has_no_baseline_and_makes_none(
    baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "part"
    assert command.main(["run", SEEDS, "--limit", "4", "--out", str(out)]) == 0
    assert "Not compared with the baseline" in capsys.readouterr().out
    (out / "answers.jsonl").write_text("", encoding="utf-8")
    assert command.main(["baseline", str(out)]) == 2
    assert "is not a complete run" in capsys.readouterr().err
    assert not baseline.exists()


@pytest.mark.usefixtures("asked")
def test_a_run_has_a_report(tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert command.main(["run", SEEDS, "--limit", "8", "--out", str(out)]) == 0
    assert command.main(["report", str(out)]) == 0
    assert "8 questions" in (out / "report.html").read_text(encoding="utf-8")
    assert "| fact recall |" in (out / "summary.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("asked")
def test_two_runs_are_compared(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make_answer: MakeAnswer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    assert command.main(["run", SEEDS, "--limit", "40", "--out", str(before)]) == 0

    @contextmanager
    def talkative(*_: object) -> Iterator[Opened]:
        yield Opened(ask=lambda *_: make_answer(says=["116.7"]), about=ABOUT)

    monkeypatch.setattr(command, "opened", talkative)
    assert command.main(["run", SEEDS, "--limit", "40", "--out", str(after)]) == 0
    capsys.readouterr()
    assert command.main(["compare", str(before), str(after)]) == 0
    shown = capsys.readouterr().out
    for expected in ("after against before", "Worse: ", "Better: ", "answered: 116.7"):
        assert expected in shown
    assert command.main(["compare", str(before), str(tmp_path)]) == 2
    assert "holds no run" in capsys.readouterr().err


@pytest.mark.usefixtures("asked")
def test_a_run_that_cannot_be_made_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "set.jsonl"
    questions.write_text("{", encoding="utf-8")
    assert command.main(["run", SEEDS, "--questions", str(questions)]) == 2
    assert "set.jsonl, line 1: not JSON" in capsys.readouterr().err


def test_a_judge_that_there_is_none_of_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("RAG_MODEL", raising=False)
    assert command.main(["judge", str(tmp_path), "--by", "model"]) == 2
    assert "there is none: set RAG_MODEL" in " ".join(capsys.readouterr().err.split())


@pytest.mark.usefixtures("asked")
def test_a_run_of_another_version_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert command.main(["run", SEEDS, "--limit", "2", "--out", str(out)]) == 0
    answers = out / "answers.jsonl"
    older = answers.read_text(encoding="utf-8").replace('"cluster"', '"group"')
    answers.write_text(older, encoding="utf-8")
    assert command.main(["report", str(out)]) == 2
    assert "a run of another version ('cluster')" in " ".join(capsys.readouterr().err.split())
