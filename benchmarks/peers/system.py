"""The interface of a system in the race. `run.py` measures all systems through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sets import Text

HITS = 10
"""The number of passages that a search returns."""

Search = Callable[[str], Sequence[str]]
"""A function from a question to the documents of the found passages, best first."""

TOKENS = 512
"""The most tokens that a peer's model may write. This is txtai's default. The others have no limit,
and a small model that repeats itself would go on to the end of its context."""


@dataclass(frozen=True)
class Articles:
    """The articles that questions are about: their folder, and their texts."""

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
    """The source of a marker in an answer: a passage, as it was given to the model."""

    marker: int
    doc_id: str
    text: str


@dataclass(frozen=True)
class Reply:
    """An answer as a reader gets it.

    `reference` is the marker of the one source of the whole answer, for a system that names one
    instead of marking sentences. `whole` is this project's own `Answer`, as JSON.
    """

    text: str
    sources: tuple[Source, ...] = ()
    reference: int | None = None
    whole: Mapping[str, Any] | None = field(default=None)


class System(Protocol):
    """A system with one corpus. The versions of its `packages` are reported."""

    packages: tuple[str, ...]

    def index(self, documents: Sequence[Text]) -> int:
        """Make the documents searchable by words and by vectors. Returns the number of passages."""

    def searches(self) -> Mapping[str, Search]:
        """Return the ways to search in the documents of `index`."""

    def answers(self, articles: Articles, model: ChatModel) -> Callable[[str], Reply]:
        """Prepare the articles, and return a function from a question to its answer."""
