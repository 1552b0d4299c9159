"""Keep a run as a folder: what it depends on, and every answer as soon as it comes.

    RUN/manifest.json    what the run depends on: versions, models, index, questions, settings
    RUN/answers.jsonl    a line per question: its scores, its time, and the whole `Answer`

A stopped run can be continued, if everything it depends on is the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from eval.judging import Judged, read_judged
from eval.metrics.facts import FactCheck, check_facts
from eval.questions import Question
from eval.runner import Outcome, scored
from rag.errors import AnswerFormatError, ConfigError, first_line
from rag.types import Answer

_MANIFEST, _ANSWERS = "manifest.json", "answers.jsonl"
_PACKAGES = ("cited-rag", "faiss-cpu", "openai", "openvino", "sentence-transformers", "torch")
# The start time of a run is not something that it depends on.
_BEGUN = "begun"


@dataclass(frozen=True, kw_only=True)
class Record:
    """One question of a run, as it was kept. A metric that does not apply has no score."""

    question_id: str
    cluster: str
    type: str
    language: str
    question: str
    facts: tuple[FactCheck, ...]
    seconds: float
    scores: Mapping[str, float]
    error: str | None
    answer: Answer | None


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run as read from its folder. `judged` has the judges' verdicts, by the judges' names."""

    name: str
    manifest: Mapping[str, Any]
    records: tuple[Record, ...]
    judged: Mapping[str, tuple[Judged, ...]] = field(default_factory=dict)


def manifest_of(
    about: Mapping[str, Any], questions_from: str, questions: Sequence[Question]
) -> dict[str, Any]:
    """Return what a run depends on.

    This is `about` the assistant, its questions and their name, and the versions of packages.
    """
    return {
        _BEGUN: datetime.now(UTC).isoformat(timespec="seconds"),
        **about,
        "questions": len(questions),
        "questions_from": Path(questions_from).name,
        "questions_sha256": hashlib.sha256(repr(questions).encode()).hexdigest(),
        "versions": {package: version(package) for package in _PACKAGES},
    }


class RunFolder:
    """A run in progress in `folder`: a new one, or one that is continued."""

    def __init__(self, folder: Path, manifest: Mapping[str, Any]) -> None:
        """Raises `ConfigError` if the folder holds a run that depends on something else."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / _MANIFEST
        if path.is_file():
            _check_same(folder, _read_json(path), manifest)
        else:
            path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        kept = [_to_line(record) for record in _lines(folder / _ANSWERS)]
        # An incomplete last line is removed, so that nothing is appended to it.
        (folder / _ANSWERS).write_text("".join(kept), encoding="utf-8")

    def outcomes(self, questions: Iterable[Question]) -> dict[str, Outcome]:
        """Return the kept outcomes of these questions, by id, scored by the present metrics."""
        records = {record["id"]: record for record in _lines(self.folder / _ANSWERS)}
        return {
            question.question_id: scored(
                question,
                _answer(record["answer"]),
                error=record["error"],
                seconds=record["seconds"],
            )
            for question in questions
            if (record := records.get(question.question_id))
        }

    def add(self, outcome: Outcome) -> None:
        """Write the outcome of a question."""
        with (self.folder / _ANSWERS).open("a", encoding="utf-8") as file:
            file.write(_to_line(_record(outcome)))


def read_run(folder: Path) -> Run:
    """Read a run. Raises `ConfigError` if the folder holds no readable run."""
    if not (folder / _MANIFEST).is_file():
        raise ConfigError(
            en=f"{folder} holds no run: give a folder that `python -m eval run` made.",
            zh=f"{folder} 中没有评测记录：请给出 `python -m eval run` 生成的文件夹。",
        )
    try:
        records = tuple(map(_read_record, _lines(folder / _ANSWERS)))
    except (KeyError, TypeError, AnswerFormatError) as error:
        raise ConfigError(
            en=f"{folder} holds a run of another version ({first_line(error)}): run it again.",
            zh=f"{folder} 中的评测来自其他版本（{first_line(error)}）：请重新运行。",
        ) from error
    return Run(
        name=folder.name,
        manifest=_read_json(folder / _MANIFEST),
        records=records,
        judged=read_judged(folder),
    )


def _read_record(record: Mapping[str, Any]) -> Record:
    return Record(
        question_id=record["id"],
        cluster=record["cluster"],
        type=record["type"],
        language=record["language"],
        question=record["question"],
        facts=tuple(map(_fact, record["facts"])),
        seconds=record["seconds"],
        scores=record["scores"],
        error=record["error"],
        answer=_answer(record["answer"]),
    )


def _record(outcome: Outcome) -> dict[str, Any]:
    question = outcome.question
    return {
        "id": question.question_id,
        "cluster": question.cluster,
        "type": question.type,
        "language": question.language,
        "question": question.text,
        "facts": [asdict(fact) for fact in check_facts(question, outcome.answer)],
        "seconds": round(outcome.seconds, 4),
        "scores": outcome.by_metric,
        "error": outcome.error,
        "answer": json.loads(outcome.answer.to_json()) if outcome.answer else None,
    }


def _fact(record: Mapping[str, Any]) -> FactCheck:
    accept, quotes = tuple(record["accept"]), tuple(record["quotes"])
    return FactCheck(**{**record, "accept": accept, "quotes": quotes})


def _answer(record: Mapping[str, Any] | None) -> Answer | None:
    return Answer.from_json(json.dumps(record)) if record else None


def _to_line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


def _lines(path: Path) -> list[dict[str, Any]]:
    """Return the records of a file up to the first incomplete one."""
    records: list[dict[str, Any]] = []
    if path.is_file():
        # Not `splitlines`, because a text in a record may contain other line-ending characters.
        for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
            try:
                records.append(json.loads(line))
            except ValueError:
                break
    return records


def _read_json(path: Path) -> dict[str, Any]:
    try:
        read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(
            en=f"{path} can't be read ({error}): remove the folder, or give another.",
            zh=f"无法读取 {path}（{error}）：请删除该文件夹，或另给一个。",
        ) from error
    return read


def _check_same(folder: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    for key in sorted({*before, *now} - {_BEGUN}):
        if before.get(key) != now.get(key):
            raise ConfigError(
                en=f"{folder} holds a run with another {key} ({before.get(key)!r}, now "
                f"{now.get(key)!r}): give another folder.",
                zh=f"{folder} 中的评测 {key} 不同（原为 {before.get(key)!r}，现为"
                f" {now.get(key)!r}）：请换一个文件夹。",
            )
