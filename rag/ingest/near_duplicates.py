"""Near-duplicates: the same story in several outlets, recognised by MinHash.

A text's signature is the MinHash (Broder, 1997) of its shingles, runs of `SHINGLE_TOKENS` words
or Chinese characters. The share of equal entries of two signatures estimates the Jaccard
similarity of the two sets of shingles, with a standard error of at most 0.045.

Similar wording is not enough: the market reports of two companies, made from one template, differ
in little but their figures, and a guide that comes back each year in little but its date. So two
articles are one story only if their figures agree, their dates lie near one another, and they don't
begin with different members of a series, such as line 3 and line 5.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from rag.text.characters import HAN
from rag.text.identifiers import two_things

PERMUTATIONS = 128
SHINGLE_TOKENS = 4
SAME_STORY = 0.6
"""From this estimated similarity on, two articles can be one story."""
SAME_FIGURES = 0.6
"""The least share of the figures of the article with fewer of them that the other has too."""
SAME_TIME = timedelta(days=2)
"""The longest time between two articles of one story, where both are dated."""

Signatures = NDArray[np.uint32]
"""Shape (n, `PERMUTATIONS`)."""
Bands = NDArray[np.uint64]
"""Shape (bands, n): a key for each band of each signature."""

# Bands of 4 rows: a pair as similar as `SAME_STORY` shares a band with probability 0.99
# (1 - (1 - s^4)^32).
_BAND_ROWS = 4
_BAND_KEY = np.array([1, 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)
_PAIRS_AT_ONCE = 100_000
_OF_ONE_KEY = 20
_BEGINNING = 200
"""Characters, in which an article says what it is about."""
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")


def signature(text: str) -> bytes:
    """The MinHash of a text, `4 * PERMUTATIONS` bytes, little-endian."""
    # Imported late: it brings scipy, which takes longer than opening an index.
    from datasketch import MinHash

    tokens = _TOKEN.findall(text.casefold())
    last = max(1, len(tokens) - SHINGLE_TOKENS + 1)
    shingles = {" ".join(tokens[i : i + SHINGLE_TOKENS]).encode() for i in range(last)}
    minhash = MinHash(num_perm=PERMUTATIONS, hashfunc=zlib.crc32)
    minhash.update_batch(shingles)
    return np.asarray(minhash.hashvalues, dtype="<u4").tobytes()


def read_signatures(blobs: Iterable[bytes]) -> Signatures:
    """The signatures as rows of one array."""
    joined = np.frombuffer(b"".join(blobs), dtype="<u4").astype(np.uint32)
    return joined.reshape(-1, PERMUTATIONS)


def group(
    signatures: Signatures, texts: Sequence[str], moments: Sequence[datetime | None]
) -> tuple[tuple[int, ...], ...]:
    """The groups of two rows or more that are one story, as row numbers in rising order.

    Row i of `signatures` is that of `texts[i]`, published at `moments[i]`, with a time zone, if
    known. Rows are one story where a chain of pairs, each alike in words (`SAME_STORY`), figures
    (`SAME_FIGURES`), time (`SAME_TIME`) and what they begin with, leads from one to the other.
    Pairs are looked for among rows that share a band of equal entries.
    """
    if not len(signatures):
        return ()
    parents = list(range(len(signatures)))

    @cache
    def figures(row: int) -> frozenset[str]:
        return frozenset(_FIGURE.findall(texts[row]))

    def root(row: int) -> int:
        while parents[row] != row:
            parents[row] = parents[parents[row]]
            row = parents[row]
        return row

    for one, other in _similar_pairs(signatures):
        if (
            _near(moments[one], moments[other])
            and _agree(figures(one), figures(other))
            and not two_things(texts[one][:_BEGINNING], texts[other][:_BEGINNING])
        ):
            parents[root(other)] = root(one)
    groups: dict[int, list[int]] = {}
    for row in range(len(signatures)):
        groups.setdefault(root(row), []).append(row)
    return tuple(tuple(rows) for rows in groups.values() if len(rows) > 1)


def band_keys(signatures: Signatures) -> Iterator[NDArray[np.uint64]]:
    """A key for each row's band, band after band, each of shape (n,)."""
    for first in range(0, PERMUTATIONS, _BAND_ROWS):
        band = signatures[:, first : first + _BAND_ROWS].astype(np.uint64)
        # Two bands may get one key by chance: the rows are compared whole all the same.
        yield (band * _BAND_KEY).sum(axis=1)


def sharing_a_band(signatures: Signatures, bands: Bands, rows: NDArray[np.int32]) -> list[int]:
    """Which rows share a band with one of `signatures`, in rising order.

    `bands` are their keys, in rising order within each band, with `rows` beside them. Of very many
    with one key, some are told.
    """
    found: set[int] = set()
    for keys, ordered, beside in zip(band_keys(signatures), bands, rows, strict=True):
        first, last = (np.searchsorted(ordered, keys, side) for side in ("left", "right"))
        for start, end in zip(first.tolist(), last.tolist(), strict=True):
            found.update(beside[start : min(end, start + _OF_ONE_KEY)].tolist())
    return sorted(found)


def _similar_pairs(signatures: Signatures) -> list[tuple[int, int]]:
    """Pairs of rows, the lower first, that share a band and are similar enough."""
    found = [np.empty((0, 2), np.intp)]
    for keys in band_keys(signatures):
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        # Of rows with one key, each is paired with the first of them and the one before it.
        starts = np.concatenate([[True], ordered[1:] != ordered[:-1]])
        anchors = order[np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))]
        found += [
            np.stack([partners, order], axis=1)[~starts]
            for partners in (anchors, np.roll(order, 1))
        ]
    pairs = np.unique(np.concatenate(found), axis=0)
    similar = [
        np.mean(signatures[part[:, 0]] == signatures[part[:, 1]], axis=1) >= SAME_STORY
        for part in np.array_split(pairs, len(pairs) // _PAIRS_AT_ONCE + 1)
    ]
    return [(int(one), int(other)) for one, other in pairs[np.concatenate(similar)]]


def _near(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) <= SAME_TIME


def _agree(figures: frozenset[str], others: frozenset[str]) -> bool:
    fewer = min(len(figures), len(others))
    return len(figures & others) >= SAME_FIGURES * fewer
