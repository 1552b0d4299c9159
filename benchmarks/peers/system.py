"""What the race asks of each system; `run.py` measures them all through this."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sets import Text

HITS = 10
"""Passages that a search is asked for."""

Search = Callable[[str], Sequence[str]]
"""From a question to the documents of the passages found, best first."""

TOKENS = 512
"""What a peer's model may write. txtai's default; the others have none, and a small model that
repeats itself would go on to the end of its context."""


@dataclass(frozen=True)
class Articles:
    """The articles that questions are asked about: their folder, and what is to be read in it."""

    folder: Path
    texts: tuple[Text, ...]


@dataclass(frozen=True)
class ChatModel:
    """An OpenAI-compatible endpoint and the model to use there."""

    endpoint: str
    name: str
    seconds: float
    """How long to wait for an answer."""


@dataclass(frozen=True)
class Source:
    """What a marker of an answer stands for: a passage, as it was given to the model."""

    marker: int
    doc_id: str
    text: str


@dataclass(frozen=True)
class Reply:
    """An answer as a reader gets it.

    `reference` is the marker of the one source that is named for the answer as a whole, where a
    system does that instead of marking sentences. `whole` is our own `Answer`, as JSON.
    """

    text: str
    sources: tuple[Source, ...] = ()
    reference: int | None = None
    whole: Mapping[str, Any] | None = field(default=None)


class System(Protocol):
    """A system on one corpus. `packages` are those whose versions are told."""

    packages: tuple[str, ...]

    def index(self, documents: Sequence[Text]) -> int:
        """Make the documents searchable, by words and by vectors; the number of passages."""

    def searches(self) -> Mapping[str, Search]:
        """The ways to search what `index` indexed."""

    def answers(self, articles: Articles, model: ChatModel) -> Callable[[str], Reply]:
        """Make the articles ready to be asked about; from a question to its answer."""
