"""The rows of an article on a Milvus server: one for each passage, and the article in parts."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rag.store.articles import Stored, columns_of
from rag.store.milvus.layout import (
    number_of,
    packed_terms,
    passage_key,
    sparse_terms,
    text_parts,
)
from rag.store.milvus.server import Row
from rag.store.sections import days_of
from rag.text.languages import passage_language

_MEAN_LENGTH = 200.0
"""The mean number of terms of a passage that sparse vectors are made for, if none is known yet."""
_LONGEST_ABOUT = 60_000


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an article comes from: a file of a base folder, and its own id there."""

    base: str
    file: str
    natural_id: str


def passage_rows(
    item: Stored, series: int, since: int, mean_lengths: Mapping[str, float]
) -> Iterator[Row]:
    """Yield a row for each passage. `mean_lengths` are in terms, by language."""
    document = item.document
    mark = _mark(item, series, since)
    [(first, last)] = days_of([document.published]).tolist()
    for passage, vector, terms in zip(item.passages, item.vectors, item.terms, strict=True):
        language = passage_language(passage.text, document.language)
        yield {
            **mark,
            "key": passage_key(series, passage.passage_id),
            "start": passage.start,
            "end": passage.end,
            "first": first,
            "last": last,
            "doc_id": document.doc_id,
            "language": language,
            "outlet": document.outlet or "",
            "terms": packed_terms(terms),
            "text": passage.text,
            "vector": vector,
            "sparse": sparse_terms(terms, mean_lengths.get(language, _MEAN_LENGTH)),
        }


def document_rows(item: Stored, place: Place, series: int, since: int) -> Iterator[Row]:
    """Yield a row for each part of an article's text. The first one says what it is."""
    document = item.document
    *columns, _, content_hash = columns_of(document)
    about = json.dumps(
        {
            "columns": [*columns, content_hash],
            "base": place.base,
            "file": place.file,
            "natural_id": place.natural_id,
            "signature": base64.b64encode(item.signature).decode(),
            "generation": item.generation,
            "checksum": item.checksum,
            "passages": len(item.passages),
            "crc": zlib.crc32(document.text.encode()),
        },
        ensure_ascii=False,
    )
    mark = _mark(item, series, since)
    [(first, last)] = days_of([document.published]).tolist()
    parts = list(text_parts(document.text))
    for number, part in enumerate(parts):
        yield {
            **mark,
            "key": f"{series:x}-{mark['revision']:x}-{number}",
            "part": number,
            "parts": len(parts),
            "first": first,
            "last": last,
            "doc_id": document.doc_id,
            "about": _short(about) if number == 0 else "",
            "text": part,
            "vector": [0.0, 0.0],
        }


def _mark(item: Stored, series: int, since: int) -> Row:
    doc_id = item.document.doc_id
    return {
        "series": series,
        "since": since,
        "revision": number_of(doc_id, item.generation, item.checksum),
        "document": number_of(doc_id),
    }


def _short(about: str) -> str:
    """Return the text as it is, or compressed if it may not fit into a field."""
    if len(about.encode()) <= _LONGEST_ABOUT:
        return about
    return "z" + base64.b64encode(zlib.compress(about.encode(), 9)).decode()
