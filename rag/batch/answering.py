"""Answer the questions of a table one by one, and write the table with the answers."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.batch.changes import Change, compare
from rag.batch.kept import KeptAnswers, kept_answers
from rag.batch.table import WRITABLE, Row, Table, read_table, write_table
from rag.config import message_language
from rag.errors import ConfigError, QuestionError
from rag.exports.layout import Source, lay_out, marker_of
from rag.exports.saving import ENDINGS, answers_bytes
from rag.messages import Language, Message
from rag.types import Answer

Ask = Callable[[str], Answer]
OnProgress = Callable[[int, int], None]

_ADDED: Mapping[str, str] = {
    "answer": "回答",
    "status": "状态",
    "sources": "出处",
    "quotes": "引文",
    "notices": "提示",
    "change": "变化",
    "before": "原来的回答",
}
"""The columns that are added, by their names in English, with those in Chinese."""
_STATUS: Mapping[str, str] = {
    "answered": "已回答",
    "partial": "部分回答",
    "abstained": "未回答",
    "skipped": "已跳过",
}


@dataclass(frozen=True, kw_only=True)
class AnsweredRow:
    """A row of the table with its answer, or with the `problem` for which it was skipped.

    `number` is the row's line in the file. `kept` is true if the answer was there from an earlier
    run. `change` is None unless the question was asked again.
    """

    number: int
    question: str
    answer: Answer | None
    problem: Message | None
    kept: bool
    change: Change | None


def answered_table(
    questions: Sequence[str] | str | os.PathLike[str],
    ask: Ask,
    *,
    out: str | os.PathLike[str] | None,
    column: str | None,
    settings: str,
    changes: bool,
    on_progress: OnProgress | None,
) -> tuple[AnsweredRow, ...]:
    """Ask each question, and write the table to `out`, if it is given.

    `questions` are a list or the path of a file. Each answer is kept beside `out` as soon as it is
    there, and is not asked again. `settings` name what answers depend on: with other settings, the
    questions are asked again. With `changes` all are asked again, and compared with the answers
    kept before. Raises `ConfigError` if a file can't be used.
    """
    path = Path(out) if out is not None else None
    table = check_files(questions, path, column, changes=changes)
    with kept_answers(path, again=changes) if path else contextlib.nullcontext() as kept:
        rows = []
        for row in answered_rows(table.rows, ask, kept, settings):
            rows.append(row)
            if on_progress:
                on_progress(len(rows), len(table.rows))
        if path and kept:
            kept.write_output(_output(table, rows, path, changes=changes))
    return tuple(rows)


def check_files(
    questions: Sequence[str] | str | os.PathLike[str],
    out: Path | None,
    column: str | None,
    *,
    changes: bool,
) -> Table:
    """Return the table of questions. Raises `ConfigError` if a file can't be used."""
    given = Path(questions) if isinstance(questions, str | os.PathLike) else list(questions)
    if out is not None:
        _check_output(out, given, changes=changes)
    elif changes:
        raise ConfigError(
            en="Changes are told against the answers kept beside a file: name it (--out).",
            zh="变化是与输出文件旁保存的答案相比：请给出该文件（--out）。",
        )
    return _questions_of(given, column)


def _questions_of(questions: Sequence[str] | Path, column: str | None) -> Table:
    """Return the table of a file, or of questions in a list. Raises `ConfigError`."""
    if isinstance(questions, Path):
        return read_table(questions, column)
    rows = tuple(
        Row(number=number, question=question, cells={"question": question})
        for number, question in enumerate(questions, start=1)
    )
    return Table(columns=("question",), rows=rows)


def _check_output(out: Path, questions: Sequence[str] | Path, *, changes: bool) -> None:
    endings = WRITABLE if changes else (*WRITABLE, *ENDINGS)
    if out.suffix.lower() not in endings:
        raise ConfigError(
            en=f"The answers can't be written as {out.name!r}: name a file that ends in"
            f" {', '.join(endings)}.",
            zh=f"无法将答案写成 {out.name!r}：文件名须以 {'、'.join(endings)} 结尾。",
        )
    both = isinstance(questions, Path) and out.exists() and questions.exists()
    if both and out.samefile(str(questions)):
        raise ConfigError(
            en=f"{out} is the file of the questions: name another file for the answers.",
            zh=f"{out} 就是问题文件：请为答案另给文件名。",
        )
    if not out.parent.is_dir():
        raise ConfigError(
            en=f"There is no folder {out.parent}: name a file in an existing folder.",
            zh=f"没有文件夹 {out.parent}：请给出已有文件夹中的文件名。",
        )


def answered_rows(
    rows: Iterable[Row], ask: Ask, kept: KeptAnswers | None, settings: str
) -> Iterator[AnsweredRow]:
    """Ask the question of each row, unless its answer is kept, and yield the answered row.

    What `ask` raises ends it, but a `QuestionError` is the row's own.
    """
    asked: dict[str, Answer] = kept.now if kept else {}
    for row in rows:
        answer, problem, had = None, row.problem, False
        name = hashlib.sha256(json.dumps([row.question, settings]).encode()).hexdigest()
        if problem is None:
            had = name in asked
            try:
                answer = asked[name] if had else ask(row.question)
            except QuestionError as error:
                problem = error.message
        if answer and not had:
            if kept:
                kept.keep(name, answer)
            else:
                asked[name] = answer
        before = kept.before.get(name) if kept else None
        yield AnsweredRow(
            number=row.number,
            question=row.question,
            answer=answer,
            problem=problem,
            kept=had,
            change=compare(before, answer) if before and answer else None,
        )


def _output(table: Table, rows: Sequence[AnsweredRow], out: Path, *, changes: bool) -> bytes:
    ending = out.suffix.lower()
    if ending not in WRITABLE:
        answers = [row.answer for row in rows if row.answer]
        return answers_bytes(answers, out)
    # Programs read JSON Lines: the names of their fields have one language.
    language = "en" if ending == ".jsonl" else message_language()
    return table_bytes(table, rows, ending, language, changes=changes)


def table_bytes(
    table: Table,
    rows: Sequence[AnsweredRow],
    ending: str,
    language: Language,
    *,
    changes: bool = False,
) -> bytes:
    """Return the file of a table with its answers. `ending` is one of `WRITABLE`.

    `rows` belong to the first rows of the table; the others are left out. With `changes`, there are
    columns for them. Raises `ConfigError` without openpyxl.
    """
    added = [name for name in _ADDED if changes or name not in ("change", "before")]
    names = {name: _free(name, language, table.columns) for name in added}
    filled = []
    for asked, row in zip(table.rows, rows, strict=False):
        values = _values(row, language)
        filled.append({**asked.cells, **{names[name]: values[name] for name in added}})
    return write_table([*table.columns, *names.values()], filled, ending)


def _free(name: str, language: Language, taken: Sequence[str]) -> str:
    """Return the name of a column that the table doesn't have yet."""
    wanted = _ADDED[name] if language == "zh" else name
    while wanted in taken:
        wanted += " (rag)"
    return wanted


def _values(row: AnsweredRow, language: Language) -> dict[str, object]:
    values: dict[str, object] = dict.fromkeys(_ADDED, "")
    status = row.answer.status if row.answer else "skipped"
    values["status"] = _STATUS[status] if language == "zh" else status
    if row.problem:
        values["notices"] = [row.problem.text(language)]
    if row.answer:
        layout = lay_out(row.answer, language)
        sources = [s for section in layout.sections for s in section.sources if s.marker]
        values["answer"] = row.answer.text
        values["sources"] = [_source_line(source) for source in sources]
        values["quotes"] = [
            marker_of(source) + layout.labels.quoted.format(source.quote) for source in sources
        ]
        values["notices"] = [*layout.before, *layout.after]
    if row.change:
        values["change"] = row.change.text(language)
        if row.change.kind != "same":
            values["before"] = row.change.before.text
    return values


def _source_line(source: Source) -> str:
    return " · ".join(part for part in (marker_of(source) + source.details, source.url) if part)
