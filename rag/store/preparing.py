"""Prepare an article for storing: cut it into passages and count their terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rag.ingest.chunker import CHUNKER, Span, chunk
from rag.ingest.near_duplicates import signature
from rag.models.embedder import Embedder, Vectors
from rag.store.database import vector_key
from rag.text.words import count_terms
from rag.types import Document


@dataclass(frozen=True, kw_only=True)
class Cut:
    """What is made of an article's text alone.

    `keys[i]` is the vector key of `spans[i]`, `terms[i]` its term counts.
    """

    signature: bytes
    spans: tuple[Span, ...]
    keys: tuple[str, ...]
    terms: tuple[bytes, ...]


def cut(text: str, embedder: Embedder) -> Cut:
    """Cut a text into passages and count their terms. Nothing is embedded."""
    spans = chunk(text, embedder.count_tokens, CHUNKER.budget, CHUNKER.floor)
    texts = [text[span.start : span.end] for span in spans]
    return Cut(
        signature=signature(text),
        spans=spans,
        keys=tuple(vector_key(embedder.fingerprint, part) for part in texts),
        terms=tuple(map(count_terms, texts)),
    )


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """An article of a file whose text was cut, and whose new passages were embedded, elsewhere.

    Row i of `vectors`, shape (n, dimensions), is the vector with the key `keys[i]`. Vectors that
    were stored before are not among them.
    """

    document: Document
    cut: Cut
    keys: tuple[str, ...]
    vectors: Vectors


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An article that is ready to be stored, with its file.

    `keys[i]` is the vector key of `spans[i]`, `terms[i]` its term counts. `embedded` has vectors
    that are there already, by their key.
    """

    base: str
    path: str
    document: Document
    natural_id: str
    signature: bytes
    spans: tuple[Span, ...]
    keys: tuple[str, ...]
    terms: tuple[bytes, ...]
    embedded: dict[str, np.ndarray[tuple[int], np.dtype[np.float32]]]

    def texts(self) -> list[str]:
        """Return the text of each passage, which is the text to embed."""
        return [self.document.text[span.start : span.end] for span in self.spans]


def prepare(
    document: Document,
    embedder: Embedder,
    *,
    natural_id: str,
    base: str,
    path: str,
    made: Embedded | None = None,
) -> Prepared:
    """Prepare an article for storing. Nothing is embedded.

    `made` is what was made elsewhere of the same text.
    """
    parts = made.cut if made else cut(document.text, embedder)
    return Prepared(
        base=base,
        path=path,
        document=document,
        natural_id=natural_id,
        signature=parts.signature,
        spans=parts.spans,
        keys=parts.keys,
        terms=parts.terms,
        embedded=dict(zip(made.keys, made.vectors, strict=True)) if made else {},
    )
