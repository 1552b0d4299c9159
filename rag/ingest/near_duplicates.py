"""Find near-duplicates with MinHash: the same story in several outlets.

The signature of a text is the MinHash (Broder, 1997) of its shingles, which are runs of
`SHINGLE_TOKENS` words or Chinese characters. The share of equal entries in two signatures
estimates the Jaccard similarity of the two sets of shingles, with a standard error of at most
0.045.

Similar wording is not enough. Market reports on two companies may differ only in their figures,
and a guide that is published each year only in its date. So two articles are one story only if
their figures agree, their dates are close, and they don't begin with different members of a series,
such as line 3 and line 5.
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
"""The least estimated similarity of two articles of one story."""
SAME_FIGURES = 0.6
"""The least share of common figures, relative to the article that has fewer figures."""
SAME_TIME = timedelta(days=2)
"""The longest time between two articles of one story, if both are dated."""

Signatures = NDArray[np.uint32]
"""Shape (n, `PERMUTATIONS`)."""
Bands = NDArray[np.uint64]
"""Shape (bands, n): a key for each band of each signature."""

# Bands of 4 rows: a pair as similar as `SAME_STORY` shares a band with probability 0.99
# (1 - (1 - s^4)^32).
_BAND_ROWS = 4
_BAND_KEY = np.array([1, 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)
_PAIRS_AT_ONCE = 100_000
_SHINGLES_AT_ONCE = 10_000
_OF_ONE_KEY = 20
_BEGINNING = 200
"""The number of characters at the start that are searched for members of a series."""
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")


def signature(text: str) -> bytes:
    """Return the MinHash of a text, `4 * PERMUTATIONS` bytes, little-endian."""
    tokens = _TOKEN.findall(text.casefold())
    last = max(1, len(tokens) - SHINGLE_TOKENS + 1)
    shingles = {" ".join(tokens[i : i + SHINGLE_TOKENS]).encode() for i in range(last)}
    hashes = _mixed(np.array([zlib.crc32(shingle) for shingle in shingles], np.uint32))
    factors, offsets = _permutations()
    least = np.full(PERMUTATIONS, 0xFFFFFFFF, np.uint32)
    # In parts, since a long text has a hundred thousand shingles.
    for start in range(0, len(hashes), _SHINGLES_AT_ONCE):
        part = hashes[start : start + _SHINGLES_AT_ONCE, None]
        least = np.minimum(least, (part * factors + offsets).min(axis=0))
    return least.astype("<u4").tobytes()


@cache
def _permutations() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return the factors and offsets of h -> a * h + b modulo 2^32, each of shape (128,).

    An odd factor makes the map a permutation. Indexes hold signatures that were made with these.
    """
    random = np.random.RandomState(1)
    odd = random.randint(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return odd, random.randint(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)


def _mixed(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Spread hashes evenly, with the last step of MurmurHash3 (Appleby, 2011)."""
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return hashes ^ (hashes >> np.uint32(16))


def read_signatures(blobs: Iterable[bytes]) -> Signatures:
    """Return the signatures as rows of one array."""
    joined = np.frombuffer(b"".join(blobs), dtype="<u4").astype(np.uint32)
    return joined.reshape(-1, PERMUTATIONS)


def group(
    signatures: Signatures, texts: Sequence[str], moments: Sequence[datetime | None]
) -> tuple[tuple[int, ...], ...]:
    """Return the groups of two or more rows that are one story, as rising row numbers.

    Row i of `signatures` belongs to `texts[i]`, published at `moments[i]`, which has a time zone,
    or is None if unknown. A pair of rows is alike if it agrees in words (`SAME_STORY`), figures
    (`SAME_FIGURES`), time (`SAME_TIME`) and beginning. Rows that are connected by such pairs are
    one story. Only rows that share a band of equal entries are compared.
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
    """Yield the keys of all rows for each band, shape (n,)."""
    for first in range(0, PERMUTATIONS, _BAND_ROWS):
        band = signatures[:, first : first + _BAND_ROWS].astype(np.uint64)
        # Different bands may get the same key by chance. The whole rows are compared later.
        yield (band * _BAND_KEY).sum(axis=1)


def sharing_a_band(signatures: Signatures, bands: Bands, rows: NDArray[np.int32]) -> list[int]:
    """Return the rows that share a band with one of `signatures`, in rising order.

    `bands` are the keys of the rows, in rising order within each band. `rows`, of the same shape,
    are their row numbers. If very many rows have the same key, only some of them are returned.
    """
    found: set[int] = set()
    for keys, ordered, beside in zip(band_keys(signatures), bands, rows, strict=True):
        first, last = (np.searchsorted(ordered, keys, side) for side in ("left", "right"))
        for start, end in zip(first.tolist(), last.tolist(), strict=True):
            found.update(beside[start : min(end, start + _OF_ONE_KEY)].tolist())
    return sorted(found)


def _similar_pairs(signatures: Signatures) -> list[tuple[int, int]]:
    """Return the pairs of rows, the lower first, that share a band and are similar enough."""
    found = [np.empty((0, 2), np.intp)]
    for keys in band_keys(signatures):
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        # Each row is paired with the first row of the same key, and with the one before it.
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
