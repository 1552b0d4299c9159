"""However often an indexer is killed, the index is whole, and the next run finishes the work."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.store.killing import kill_repeatedly

FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@FORKS
def test_an_index_survives_kills(tmp_path: Path) -> None:
    met = kill_repeatedly(tmp_path, kills=15, seed=1)
    assert met["killed"] == 15
    assert met["finished"] > 0
    assert met["with a bulk"] > 0


@pytest.mark.long
def test_an_index_survives_hundreds_of_kills(tmp_path: Path) -> None:
    met = kill_repeatedly(tmp_path, kills=400, seed=2)
    print(dict(met))  # noqa: T201
    assert met["in an update"] > 100
    assert met["in a rebuild"] > 20
