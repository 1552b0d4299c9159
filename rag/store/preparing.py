"""Prepare an article for storing: cut it into passages and count their terms."""

from __future__ import annotations

from dataclasses import dataclass

from rag.ingest.chunker import CHUNKER, Span, chunk
from rag.ingest.near_duplicates import signature
from rag.models.embedder import Embedder
from rag.store.database import vector_key
from rag.text.words import count_terms
from rag.types import Document


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An article that is ready to be stored, with its file.

    `keys[i]` is the vector key of `spans[i]`, `terms[i]` its term counts.
    """

    base: str
    path: str
    document: Document
    natural_id: str
    signature: bytes
    spans: tuple[Span, ...]
    keys: tuple[str, ...]
    terms: tuple[bytes, ...]

    def texts(self) -> list[str]:
        """Return the text of each passage, which is the text to embed."""
        return [self.document.text[span.start : span.end] for span in self.spans]


def prepare(
    document: Document, embedder: Embedder, *, natural_id: str, base: str, path: str
) -> Prepared:
    """Cut an article into passages and count their terms. Nothing is embedded."""
    spans = chunk(document.text, embedder.count_tokens, CHUNKER.budget, CHUNKER.floor)
    texts = [document.text[span.start : span.end] for span in spans]
    return Prepared(
        base=base,
        path=path,
        document=document,
        natural_id=natural_id,
        signature=signature(document.text),
        spans=spans,
        keys=tuple(vector_key(embedder.fingerprint, text) for text in texts),
        terms=tuple(map(count_terms, texts)),
    )
