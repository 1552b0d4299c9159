"""Waiting for the files that an index follows to change; through watchfiles."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

import watchfiles

_QUIET_MILLISECONDS = 400
"""Changes that follow one another faster than this are one."""
_TICK_SECONDS = 2
_LOOK_SECONDS = 60


def changes(
    roots: Callable[[], Sequence[Path]], ignored: Path, stop: Event | None = None
) -> Iterator[frozenset[Path]]:
    """Yield whenever something under `roots` may have changed, until `stop` is set.

    What is yielded are the paths that changed, or nothing where all has to be looked at.

    `roots` is asked again and again, since other processes may add some; what happens under
    `ignored`, the index's own folder, is no change but under roots that lie in it. The system
    tells of most changes at once. It also yields without having been told: soon after the start,
    since what changes before the system listens is told by nobody, and then at longer and longer
    intervals, up to a minute, since not every file system tells and disks come back.
    """
    stop = stop or Event()
    interval = _TICK_SECONDS
    look = time.monotonic() + interval
    while not stop.is_set():
        there = _present(roots())
        for told in _ticks(there, ignored.absolute(), stop):
            if stop.is_set():
                return
            if told:
                yield told
            elif time.monotonic() >= look:
                interval = min(2 * interval, _LOOK_SECONDS)
                look = time.monotonic() + interval
                yield frozenset()
            if _present(roots()) != there:
                break


def _present(roots: Sequence[Path]) -> tuple[Path, ...]:
    return tuple(root for root in roots if root.exists())


def _ticks(roots: Sequence[Path], ignored: Path, stop: Event) -> Iterator[frozenset[Path]]:
    """Every two seconds, and at once where something changed: what did."""

    def matters(_: watchfiles.Change, path: str) -> bool:
        around = [root for root in roots if Path(path).is_relative_to(root)]
        if Path(path).is_relative_to(ignored):
            around = [root for root in around if root.is_relative_to(ignored)]
        inside = [Path(path).relative_to(root) for root in around]
        return any(not any(part.startswith(".") for part in rest.parts) for rest in inside)

    try:
        if roots:
            for changed in watchfiles.watch(
                *roots,
                watch_filter=matters,
                step=_QUIET_MILLISECONDS,
                stop_event=stop,
                rust_timeout=1000 * _TICK_SECONDS,
                yield_on_timeout=True,
                raise_interrupt=True,
            ):
                yield frozenset(Path(path) for _, path in changed)
            return
    except OSError:
        pass  # a root that went away meanwhile, or too many folders for the system to watch
    stop.wait(_TICK_SECONDS)
    yield frozenset()
