"""What a run of indexing tells: how far it is, and what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rag.index.notices import Notice
from rag.index.store import Failure


@dataclass(frozen=True, kw_only=True)
class IndexReport:
    """What one run of indexing did, counted in articles, and in passages where it says so.

    `moved` articles kept their text and id and changed their file. `failures` are what could not
    be read of the given roots; what the index held of them before is kept. `notices` are what was
    not understood of the files that this run read, though their articles are indexed.
    """

    added: int
    changed: int
    moved: int
    removed: int
    unchanged: int
    passages_embedded: int
    failures: tuple[Failure, ...]
    notices: tuple[Notice, ...]
    documents: int
    generation: int


@dataclass(frozen=True, kw_only=True)
class IndexProgress:
    """How far a run of indexing is. `done` and `total` are bytes of files that had to be read.

    Then, in a large index, what it holds may be put in order for searching (`arranging`): they are
    passages there.
    """

    done: int
    total: int
    articles: int
    passages: int
    task: Literal["reading", "arranging"] = "reading"


OnIndexProgress = Callable[[IndexProgress], None]
