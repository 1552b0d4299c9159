"""Evidence for tests: sentences of the seeds, with real vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.answering.evidence import Evidence, SentenceVectors, gather
from rag.answering.verification.claims import Verification, verify
from rag.models.chat import ChatMessage, ReplyPiece, TokenUsage
from rag.models.embedder import Embedder
from rag.retrieval.stories import Stories
from rag.store.snapshot import Snapshot
from rag.types import Hit


class Sources:
    """Finds sentences of the index by a part of their wording."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder) -> None:
        self.vectors = SentenceVectors(embedder)
        self.documents = snapshot.documents
        hits = [Hit(passage=passage, score=0.9) for passage in snapshot.passages]
        (query,) = embedder.embed_queries(["苹果"])
        self._all = gather(query, (), (), hits, snapshot.documents, Stories(snapshot), self.vectors)

    def of(self, *parts: str) -> tuple[Evidence, ...]:
        """For each part, the first sentence that holds it."""
        return tuple(next(e for e in self._all if part in e.text) for part in parts)

    def vector(self, text: str) -> NDArray[np.float32]:
        row: NDArray[np.float32] = self.vectors.of([text])[0]
        return row

    def check(self, claim: str, *parts: str) -> Verification:
        return verify(claim, self.vector(claim), self.of(*parts))


class ScriptedModel:
    """A chat model that says what it was given, piece by piece; to a repair it says `repair`, in
    characters.

    `prompts` are what it was asked, in order.
    """

    name = "scripted"
    endpoint = "http://127.0.0.1/v1"

    def __init__(self, *pieces: ReplyPiece, repair: str | Exception = "") -> None:
        self._replies: list[tuple[ReplyPiece, ...] | Exception] = [
            pieces,
            repair if isinstance(repair, Exception) else tuple(repair),
        ]
        self.given = 0
        self.prompts: list[str] = []

    def stream(self, messages: Sequence[ChatMessage]) -> Iterator[ReplyPiece]:
        self.prompts.append(messages[-1].content)
        reply = self._replies[min(len(self.prompts), 2) - 1]
        if isinstance(reply, Exception):
            raise reply
        for piece in reply:
            self.given += 1
            yield piece
        yield TokenUsage(prompt_tokens=5, completion_tokens=3)
