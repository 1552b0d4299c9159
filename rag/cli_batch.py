"""`rag ask --file`: answer a table of questions, and say what could not be asked."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.cli_indexing import open_assistant
from rag.progress_bars import progress
from rag.terminal import LANGUAGE, local, print_error, print_lines

if TYPE_CHECKING:
    from rag.batch.answering import AnsweredRow


def ask_file(
    questions: Path, out: Path, *, column: str | None, changes: bool, **options: Any
) -> None:
    """Answer the questions of a file, with progress, and print what was done.

    `options` are those of `Assistant.ask`.
    """
    from rag.batch.answering import check_files

    check_files(questions, out, column, changes=changes)
    assistant = open_assistant()
    done = 0
    with progress(local("Answering", "回答中")) as advance:

        def told(now: int, total: int) -> None:
            nonlocal done
            done = now
            advance(now, total)

        try:
            rows = assistant.answer_all(
                questions, out, column=column, changes=changes, on_progress=told, **options
            )
        except KeyboardInterrupt:
            print_error(
                local(
                    f"{done} rows are done: the same command goes on from there.",
                    f"已完成 {done} 行：再次运行同一命令即可继续。",
                )
            )
            raise
    _print_report(rows, out)


def _print_report(rows: tuple[AnsweredRow, ...], out: Path) -> None:
    for row in rows:
        if row.problem:
            said = row.problem.text(LANGUAGE)
            line = local(f"row {row.number} skipped: {said}", f"跳过第 {row.number} 行：{said}")
            print_error(line, style="yellow")
    states = Counter(row.answer.status if row.answer else "skipped" for row in rows)
    kept = sum(row.kept for row in rows)
    print_lines(
        [
            local(
                f"{out}: {states['answered']} answered, {states['partial']} in part,"
                f" {states['abstained']} not answered by the articles,"
                f" {states['skipped']} skipped; {kept} kept from before.",
                f"{out}：{states['answered']} 个已回答，{states['partial']} 个部分回答，"
                f"{states['abstained']} 个文章没有回答，{states['skipped']} 个已跳过；"
                f"{kept} 个沿用以前的回答。",
            )
        ]
    )
    for row in rows:
        if row.change and row.change.kind != "same":
            print_lines([f"{row.number}. {row.question}: {row.change.text(LANGUAGE)}"])
            print_lines([f"  - {sentence}" for sentence in row.change.removed], style="red")
            print_lines([f"  + {sentence}" for sentence in row.change.added], style="green")
