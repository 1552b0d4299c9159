"""Progress bars of the evaluation. They disappear when the work is done."""

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
"""Takes a task's name and total. Returns a function to call with the number of newly done items."""


def progress_bars(console: Console) -> Progress:
    """Return progress bars that show the count, the speed, and the time left."""
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
    """Return a function that adds a bar for each task."""

    def watch(description: str, total: int) -> Callable[[int], None]:
        task = bars.add_task(description, total=total)
        return lambda count: bars.advance(task, count)

    return watch


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "")
