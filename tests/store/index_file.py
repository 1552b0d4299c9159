"""The SQLite file of an index, for tests that look at its rows or change them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.store.database import FILE_NAME


@contextmanager
def index_file(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the file, and commit and close it at the end.

    A connection that is left to the garbage collector stays open for a while. Meanwhile SQLite does
    not look at what a killed writer had still written, and readers see it only later.
    """
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection, connection:
        yield connection
