"""Keep each answer in a file as soon as it is there, so that a stopped run goes on.

Beside `answers.xlsx` stands `answers.xlsx.kept.jsonl`. Each line is one JSON object: an answer with
the key of its question and the number of its round, the hash of an output that was written, or the
end of a round. Asking the same questions again is a new round.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

from rag.errors import AnswerFormatError, ConfigError
from rag.exports.saving import not_writable, save
from rag.types import Answer


@dataclass(kw_only=True)
class KeptAnswers:
    """The kept answers of one output file. `round` is the present one, from 1."""

    out: Path
    round: int = 1
    ended: int = 0
    now: dict[str, Answer] = field(default_factory=dict)
    before: dict[str, Answer] = field(default_factory=dict)
    hashes: set[str] = field(default_factory=set)
    file: IO[str] | None = None

    def keep(self, key: str, answer: Answer) -> None:
        """Write an answer to the disk."""
        # The passages that were read are most of an answer, and no output shows them.
        answer = replace(answer, hits=())
        self.now[key] = answer
        self._append(_answer_line(self.round, key, answer))

    def write_output(self, data: bytes) -> None:
        """Replace the output file, and end the round. Only the round's answers stay kept."""
        digest = hashlib.sha256(data).hexdigest()
        # Before the file is there: after a kill between the two it is known to be ours.
        self._append(json.dumps({"written": digest}))
        save(self.out, data)
        kept = {**self.before, **self.now}
        lines = [_answer_line(self.round, key, answer) for key, answer in kept.items()]
        self._rewrite([*lines, json.dumps({"written": digest})])

    def end_round(self) -> None:
        """End the round without an output file. Its answers stay kept, and those before them.

        A later run of the same questions tells again what changed, until there is another round.
        """
        lines = [_answer_line(self.round - 1, key, a) for key, a in self.before.items()]
        lines += [_answer_line(self.round, key, answer) for key, answer in self.now.items()]
        self._rewrite(lines)

    def _rewrite(self, lines: Sequence[str]) -> None:
        whole = [*lines, json.dumps({"ended": self.round})]
        self._close()
        save(kept_path(self.out), "".join(f"{line}\n" for line in whole).encode())

    def _close(self) -> None:
        """Close the file of kept answers: Windows replaces no file that is open."""
        if self.file is not None:
            self.file.close()
            self.file = None

    def _append(self, line: str) -> None:
        if self.file is None:
            raise ValueError("the kept answers are not open")
        self.file.write(line + "\n")
        self.file.flush()
        os.fsync(self.file.fileno())


def kept_path(out: Path) -> Path:
    """Return the file in which the answers for an output are kept."""
    return out.with_name(f"{out.name}.kept.jsonl")


@contextmanager
def kept_answers(out: Path, *, again: bool) -> Iterator[KeptAnswers]:
    """Open the kept answers of an output file until the block ends.

    With `again`, a new round begins, unless one was begun and not ended. Raises `ConfigError` if
    another run writes the same file, if the output exists and is not a run's own, or was changed
    since.
    """
    path = kept_path(out)
    try:
        with FileLock(out.with_name(f".{out.name}.lock"), timeout=0):
            kept = _read(path, out)
            if out.exists() and hashlib.sha256(out.read_bytes()).hexdigest() not in kept.hashes:
                raise ConfigError(
                    en=f"{out} exists and was not written by this command, or was changed since:"
                    " move it, or name another file.",
                    zh=f"{out} 已存在，且不是本命令写出的，或此后被改动过："
                    "请移走它，或另给文件名。",
                )
            begun = kept.round > kept.ended
            if again and not begun:
                kept = replace(
                    kept, round=kept.ended + 1, before={**kept.before, **kept.now}, now={}
                )
            with path.open("a", encoding="utf-8") as file:
                kept.file = file
                yield kept
    except Timeout as error:
        raise ConfigError(
            en=f"Another run is writing {out}: wait until it ends, or name another file.",
            zh=f"另一个进程正在写入 {out}：请等它结束，或另给文件名。",
        ) from error
    except OSError as error:
        raise not_writable(path, error) from error


def _read(path: Path, out: Path) -> KeptAnswers:
    """Return what is kept. The end of the file is cut off if a kill left half a line there."""
    kept = KeptAnswers(out=out)
    rounds: dict[str, dict[int, Answer]] = {}
    data = path.read_bytes() if path.exists() else b""
    whole = data.rfind(b"\n") + 1
    try:
        for line in data[:whole].splitlines():
            entry = json.loads(line)
            if "answer" in entry:
                answer = Answer.from_json(json.dumps(entry["answer"]))
                rounds.setdefault(str(entry["key"]), {})[int(entry["round"])] = answer
                kept.round = max(kept.round, int(entry["round"]))
            elif "written" in entry:
                kept.hashes.add(str(entry["written"]))
            else:
                kept.ended = max(kept.ended, int(entry["ended"]))
    except (ValueError, KeyError, TypeError, AnswerFormatError) as error:
        raise _damaged(path) from error
    if whole < len(data):
        with path.open("r+b") as file:
            file.truncate(whole)
    for key, by_round in rounds.items():
        if kept.round in by_round:
            kept.now[key] = by_round.pop(kept.round)
        if by_round:
            kept.before[key] = by_round[max(by_round)]
    return kept


def _answer_line(number: int, key: str, answer: Answer) -> str:
    fields = json.loads(answer.to_json())
    return json.dumps({"round": number, "key": key, "answer": fields}, ensure_ascii=False)


def _damaged(path: Path) -> ConfigError:
    return ConfigError(
        en=f"{path} is damaged, so its answers can't be used: delete it to ask all questions anew.",
        zh=f"{path} 已损坏，其中的答案无法使用：删除它即可重新提问。",
    )
