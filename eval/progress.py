"""Progress bars of the evaluation, gone when the work is done."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TimeRemainingColumn,
)
from rich.text import Text

Watch = Callable[[str, int], Callable[[int], None]]
"""Given a task's name and total, gives what to tell how much more of it is done."""


def progress_bars(console: Console) -> Progress:
    """Bars with what is done of all, how fast, and how long it will take."""
    return Progress(
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


def watch_with(bars: Progress) -> Watch:
    """A bar for each task."""

    def watch(description: str, total: int) -> Callable[[int], None]:
        task = bars.add_task(description, total=total)
        return lambda count: bars.advance(task, count)

    return watch


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "")
