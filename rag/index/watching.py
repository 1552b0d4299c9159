"""Waiting for the files of some roots to change; through watchfiles."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import watchfiles

_QUIET_MILLISECONDS = 400
"""Changes that follow one another faster than this are one."""
_TICK_SECONDS = 2
_LOOK_SECONDS = 60


def changes(roots: Sequence[Path], stop: Event | None = None) -> Iterator[None]:
    """Yield whenever something under `roots` may have changed, until `stop` is set.

    The system tells of most changes at once. It also yields without having been told: soon after
    the start, since what changes before the system listens is told by nobody, and then at longer
    and longer intervals, up to a minute, since not every file system tells and disks come back.
    """
    stop = stop or Event()
    interval = _TICK_SECONDS
    look = time.monotonic() + interval
    while not stop.is_set():
        there = [root for root in roots if root.exists()]
        for told in _ticks(there, stop):
            if stop.is_set():
                return
            if told or time.monotonic() >= look:
                interval = min(2 * interval, _LOOK_SECONDS)
                look = time.monotonic() + interval
                yield
            if [root for root in roots if root.exists()] != there:
                break


def _ticks(roots: Sequence[Path], stop: Event) -> Iterator[bool]:
    """Every two seconds, and at once where something changed: whether something did."""
    if not roots:
        yield stop.wait(_TICK_SECONDS)
        return
    for changed in watchfiles.watch(
        *roots,
        watch_filter=None,
        step=_QUIET_MILLISECONDS,
        stop_event=stop,
        rust_timeout=1000 * _TICK_SECONDS,
        yield_on_timeout=True,
        raise_interrupt=True,
    ):
        yield bool(changed)
