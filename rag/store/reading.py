"""Where an indexing run gets the articles of its files from."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rag.ingest.files import LoadFailure, LoadNotice
from rag.ingest.loader import load_documents
from rag.store.followed_files import KnownFile
from rag.store.preparing import Embedded
from rag.types import Document

Item = Document | Embedded | LoadFailure | LoadNotice
"""What a file gives: its articles in order, each followed by its notices, and its failures."""


@dataclass(frozen=True, kw_only=True)
class FileToRead:
    """A file to read, its bytes, the folder that ids are relative to, and as the index knows it."""

    path: Path
    size: int
    base: Path
    known: KnownFile | None


class Reading(Protocol):
    """Reads the files of a run, here or on other machines."""

    def __call__(
        self, files: Iterable[FileToRead], vector_keys: Callable[[], Iterator[str]]
    ) -> Generator[Iterator[Item], None, None]:
        """Yield what each file gives, in order. Each must be read before the next one is asked for.

        `vector_keys()` yields the keys of the vectors that are stored.
        """
        ...


def read_here(
    files: Iterable[FileToRead],
    vector_keys: Callable[[], Iterator[str]],  # noqa: ARG001
) -> Generator[Iterator[Item], None, None]:
    """Read the files in this process, each article when it is asked for (`Reading`)."""
    for file in files:
        yield load_documents(file.path, file.base)
