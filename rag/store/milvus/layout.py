"""How an index lies on a Milvus server: keys, rows, and the record that makes rows visible.

Each machine that indexes articles is an *owner*: it has a store of its own, and publishes it. All
its rows carry the number of its `series` and the generation that they came with (`since`). They
are visible once the owner's record names that series and generation. The record is written last, in
one row, so an article's passages appear together. What replaces or removes articles lists their
revisions as `dead` in the same record, so the old passages disappear in the same moment.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.store.database import Manifest
from rag.store.milvus.server import TEXT_BYTES, Row
from rag.store.postings import K1, B
from rag.store.searching import Limits
from rag.text.words import read_counts

FORMAT_VERSION = 1
SERIES_BITS = 23
_NUMBER_BITS = 40
_CHUNK = 60_000
_NO_TERM = 0xFFFFFFFE
"""Stands for the terms of a passage that has none: a sparse vector must not be empty."""
_LARGEST_TERM = 0xFFFFFFFE
"""A server takes no larger place in a sparse vector."""


@dataclass(frozen=True, kw_only=True)
class OfLanguage:
    """The passages of an owner in one language.

    `newest` is the last day of its newest passage as an ordinal, 0 if none has a date.
    `total_length` is the number of terms in all passages.
    """

    count: int
    total_length: float
    newest: int


@dataclass(frozen=True, kw_only=True)
class OwnerRecord:
    """What an owner has committed. `manifest` is that of its store.

    `chunks` is the number of rows of each longer part of the record (`rag.store.milvus.parts`), and
    `dead` the number of revisions in the part of that name. `state` is a checksum of the part that
    says how the store is kept up to date. `told` are the languages of the articles.
    """

    owner: str
    format: int
    series: int
    generation: int
    state: int
    dead: int
    manifest: Manifest
    chunks: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, OfLanguage] = field(default_factory=dict)
    told: tuple[str, ...] = ()


def record_row(record: OwnerRecord) -> Row:
    """Return the row of an owner's record."""
    return {
        "key": f"owner/{record.owner}",
        "owner": "*",
        "body": json.dumps(asdict(record), ensure_ascii=False),
        "vector": [0.0, 0.0],
    }


def chunk_rows(owner: str, state: str, name: str, body: bytes) -> list[Row]:
    """Return the rows that hold a long part of an owner's record."""
    text = base64.b64encode(zlib.compress(body, 6)).decode()
    return [
        {
            "key": chunk_key(owner, state, name, number),
            "owner": owner,
            "body": text[first : first + _CHUNK],
            "vector": [0.0, 0.0],
        }
        for number, first in enumerate(range(0, len(text), _CHUNK))
    ]


def chunk_key(owner: str, state: str, name: str, number: int) -> str:
    """Return the key of a row of a long part. `state` is that of the record (`state_name`)."""
    return f"{owner}/{state}/{name}/{number}"


def state_name(series: int, generation: int) -> str:
    """Return the name of what a record makes visible: a new series begins with generation 1."""
    return f"{series:x}-{generation}"


def from_chunks(bodies: Sequence[str]) -> bytes:
    """Return what `chunk_rows` put into rows."""
    return zlib.decompress(base64.b64decode("".join(bodies)))


def passage_key(series: int, number: int) -> int:
    """Return the key of a passage: its series, and its number in the owner's store."""
    return series << _NUMBER_BITS | number


def passage_number(key: int) -> int:
    """Return the number of a passage in the owner's store."""
    return key & (1 << _NUMBER_BITS) - 1


def number_of(*parts: object) -> int:
    """Return a number of 63 bits that stands for some values: for an id, or for a revision."""
    whole = "\0".join(map(str, parts)).encode(errors="surrogatepass")
    return int.from_bytes(hashlib.blake2b(whole, digest_size=8).digest()) >> 1


def visible(records: Sequence[OwnerRecord], dead: Mapping[str, Collection[int]]) -> str:
    """Return the expression that is true for the rows that the records have committed."""
    alternatives = []
    for record in records:
        alternative = f"series == {record.series} and since <= {record.generation}"
        if gone := dead.get(record.owner):
            alternative += f" and revision not in {sorted(gone)}"
        alternatives.append(f"({alternative})")
    return f"({' or '.join(alternatives)})" if alternatives else "series == -1"


def limited(limits: Limits) -> str:
    """Return the expression for `Limits`, to put behind another one; empty if there are none."""
    found = ""
    if limits.days is not None:
        first, last = limits.days
        found += f" and first <= {last} and last >= {first} and last > 0"
    if limits.articles is not None:
        found += f" and document in {[number_of(doc_id) for doc_id in sorted(limits.articles)]}"
    return found


# Terms.


def packed_terms(counts: bytes) -> str:
    """Return the term counts of a passage (`rag.text.words.count_terms`) as text."""
    values = read_counts([counts])
    terms, often = (values >> np.uint64(8)).astype("<u4"), values.astype(np.uint8)
    return base64.b64encode(terms.tobytes() + often.tobytes()).decode()


def unpacked_terms(text: str) -> bytes:
    """Return the term counts that `packed_terms` made a text of."""
    blob = base64.b64decode(text)
    count = len(blob) // 5
    terms = np.frombuffer(blob, "<u4", count).astype("<u8")
    often = np.frombuffer(blob, np.uint8, count, 4 * count).astype("<u8")
    packed: NDArray[np.uint64] = terms << np.uint64(8) | often
    return packed.tobytes()


def sparse_terms(counts: bytes, mean_length: float) -> dict[int, float]:
    """Return the terms of a passage with what BM25 makes of their counts, for a mean length.

    Times the weights of a question's terms, this is nearly the passage's score. The true mean
    length changes with each commit, so the server only proposes passages by it.
    """
    values = read_counts([counts])
    terms = values >> np.uint64(8)
    often = (values & np.uint64(0xFF)).astype(np.float64)
    norm = K1 * (1 - B + B * often.sum() / mean_length)
    weights = often * (K1 + 1) / (often + norm)
    found = dict(zip(terms.tolist(), weights.tolist(), strict=True))
    return {t: w for t, w in found.items() if t < _LARGEST_TERM} or {_NO_TERM: 1e-6}


# Texts.


def text_parts(text: str) -> Iterator[str]:
    """Yield a text in parts that fit into a text field; at least one."""
    most = TEXT_BYTES // 4  # characters, however long they are in UTF-8
    for first in range(0, max(1, len(text)), most):
        yield text[first : first + most]


def as_array(vectors: Sequence[Any], dimensions: int) -> NDArray[np.float32]:
    """Return vectors of rows as an array, shape (n, dimensions)."""
    return np.array(vectors, np.float32).reshape(len(vectors), dimensions)
