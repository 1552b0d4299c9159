"""Kills `rag feed run` with SIGKILL at random moments, as a process that reads a real site."""

from __future__ import annotations

import multiprocessing
import random
import time
from pathlib import Path

from rag.config import FetchConfig
from rag.feeds.following import Feeds
from rag.uploads.library import Library
from tests.conftest import HashEmbedder


def open_feeds(index: Path) -> Feeds:
    library = Library(index, HashEmbedder())
    config = FetchConfig(allow=frozenset({"127.0.0.1"}), pause=0.01)
    return Feeds(index, lambda: library, config)


def kill_runs(index: Path, kills: int, seed: int) -> int:
    """Kill that many runs, and return how many were killed at work."""
    rng = random.Random(seed)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.feeds.killing"])
    killed = 0
    for _ in range(kills):
        process = context.Process(target=_run, args=(index,))
        process.start()
        time.sleep(rng.uniform(0.05, 0.5))
        process.kill()
        process.join()
        killed += process.exitcode != 0
    return killed


def _run(index: Path) -> None:
    from rag.feeds import following

    # Small batches, so that there is much to be killed in.
    following.KEPT_AT_ONCE = 3
    open_feeds(index).run()
