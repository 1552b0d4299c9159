"""Run work in a thread, and show its progress meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

_SHOW_SECONDS = 0.25
"""Seconds between two progress updates."""

_Step = TypeVar("_Step")
_Shown = TypeVar("_Shown")
_Result = TypeVar("_Result")


def working(
    work: Callable[[Callable[[_Step], None]], _Result], show: Callable[[_Step], _Shown]
) -> Generator[_Shown, None, _Result]:
    """Run `work` in a thread. Yield what `show` makes of its newest step, and return its result.

    `work` gets a function that takes its steps. What it raises is raised here.
    """
    newest: list[_Step] = []
    shown: _Step | None = None
    # If the reader leaves, the work still runs to its end. Nothing waits for it, because the
    # server's thread that closes this generator serves all readers.
    thread = ThreadPoolExecutor(1)
    doing = thread.submit(work, lambda step: newest.__setitem__(slice(None), [step]))
    thread.shutdown(wait=False)
    while not doing.done():
        wait([doing], timeout=_SHOW_SECONDS)
        if newest and newest[0] != shown:
            shown = newest[0]
            yield show(shown)
    return doing.result()
