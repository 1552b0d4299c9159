"""Prepare an article for storing: cut it into passages and count their terms."""

from __future__ import annotations

from collections.abc import Sequence
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
    spans: Sequence[Span]
    keys: Sequence[str]
    terms: Sequence[bytes]

    def rows(self) -> list[tuple[int, int, str, bytes]]:
        """Return the start, end, vector key and term counts of each passage."""
        return [
            (span.start, span.end, key, counts)
            for span, key, counts in zip(self.spans, self.keys, self.terms, strict=True)
        ]


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

    `embedded` has vectors that are there already, by their key.
    """

    base: str
    path: str
    document: Document
    natural_id: str
    cut: Cut
    embedded: dict[str, np.ndarray[tuple[int], np.dtype[np.float32]]]

    def texts(self) -> dict[str, str]:
        """Return the text of each passage, which is the text to embed, by its vector key."""
        text = self.document.text
        spans = zip(self.cut.keys, self.cut.spans, strict=True)
        return {key: text[span.start : span.end] for key, span in spans}


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
    return Prepared(
        base=base,
        path=path,
        document=document,
        natural_id=natural_id,
        cut=made.cut if made else cut(document.text, embedder),
        embedded=dict(zip(made.keys, made.vectors, strict=True)) if made else {},
    )
