"""Waiting for the files of some roots to change; through watchfiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import watchfiles

_QUIET_MILLISECONDS = 400
"""Changes that follow one another faster than this are one."""
_LOOK_MILLISECONDS = 60_000
"""How often to look without having been told: not every file system tells, and disks come back."""


def changes(roots: Sequence[Path], stop: Event | None = None) -> Iterator[None]:
    """Yield whenever something under `roots` changed, and once a minute; until `stop` is set."""
    stop = stop or Event()
    while not stop.is_set():
        there = [root for root in roots if root.exists()]
        if not there:
            stop.wait(_LOOK_MILLISECONDS / 1000)
        for _ in (
            watchfiles.watch(
                *there,
                watch_filter=None,
                step=_QUIET_MILLISECONDS,
                stop_event=stop,
                rust_timeout=_LOOK_MILLISECONDS,
                yield_on_timeout=True,
                raise_interrupt=True,
            )
            if there
            else [()]
        ):
            if stop.is_set():
                return
            yield
            if [root for root in roots if root.exists()] != there:
                break
