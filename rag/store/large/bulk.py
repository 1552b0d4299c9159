"""The bulk of a large index: search files that are memory-mapped when they are opened.

The store holds everything. The bulk holds the data that searching needs, in the form that is
searched, as it was at one generation. Later changes are read from the store. Articles that were
removed later are listed in the store and left out. A small index has no bulk.

The files can be made again at any time (`rag.store.large.compaction`), so damaged files are not
repaired: the store is read instead.
"""

from __future__ import annotations

import json
import re
import shutil
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged
from rag.ingest.near_duplicates import Bands, Signatures, sharing_a_band
from rag.messages import Language
from rag.store.postings import Postings
from rag.store.searching import PublicationDays, Sample
from rag.store.vectors import StoredVectors

FORMAT_VERSION = 1
DESCRIPTION = "bulk.json"
FOLDER_PREFIX = "bulk-"
_NAME = re.compile(FOLDER_PREFIX + "[0-9a-f]{32}")
_READ_AT_ONCE = 1 << 20
_UNUSABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RuntimeError,
    IndexDamaged,
)
"""The exceptions that reading damaged files can raise."""


class BulkUnusable(Exception):
    """Raised if files of the bulk are missing or damaged."""


@dataclass(frozen=True, kw_only=True)
class BulkPart:
    """The passages of one language, sorted by article and place. Row i of each array is passage i.

    `documents` are the rows of their articles in the bulk, `spans` the places in them, shape
    (n, 2).
    """

    language: Language
    passage_ids: NDArray[np.int64]
    documents: NDArray[np.int32]
    spans: NDArray[np.int32]
    days: PublicationDays
    vectors: StoredVectors
    postings: Postings
    sample: Sample


class Names:
    """The ids of articles, sorted by their UTF-8 bytes and identified by row."""

    def __init__(self, blob: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self._blob = blob
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, row: int) -> str:
        return self._bytes(row).decode()

    def row(self, name: str) -> int | None:
        """Return the row of an id, or None."""
        wanted = name.encode(errors="replace")
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._bytes(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self._bytes(low) == wanted else None

    def rows(self, names: Iterable[str]) -> list[int]:
        """Return the rows of these ids. Unknown ids are skipped."""
        return [row for row in map(self.row, names) if row is not None]

    def _bytes(self, row: int) -> bytes:
        start = int(self._ends[row - 1]) if row else 0
        return self._blob[start : int(self._ends[row])].tobytes()


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """Articles as they were at `generation`. Row i of each array is the article `names[i]`.

    `generations` and `checksums` identify the version of an article, as in the store. `stories` is
    the number of an article's story, or -1 if no other article is part of that story.
    """

    name: str
    generation: int
    passages: int
    languages: frozenset[Language]
    parts: tuple[BulkPart, ...]
    names: Names
    generations: NDArray[np.int64]
    checksums: NDArray[np.int64]
    stories: NDArray[np.int32]
    signatures: Signatures
    bands: Bands
    band_rows: NDArray[np.int32]

    def story(self, row: int) -> NDArray[np.int64]:
        """Return the rows of the articles of the same story, including this one."""
        number = self.stories[row]
        if number < 0:
            return np.array([row])
        order, ordered = self._by_story
        return order[slice(*np.searchsorted(ordered, [number, number + 1]))]

    def similar(self, signatures: Signatures) -> list[int]:
        """Return the rows of articles that may be similar to an article with these signatures."""
        return sharing_a_band(signatures, self.bands, self.band_rows)

    @cached_property
    def _by_story(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        order = np.argsort(self.stories, kind="stable")
        return order, self.stories[order]


def open_bulk(folder: Path, name: str, dimensions: int) -> Bulk:
    """Open the bulk in `folder / name`. Raises `BulkUnusable`.

    Every file except the vectors is read and compared with its checksum, which takes a second for a
    gigabyte. Each vector has its own checksum, which is compared when the vector is read.
    """
    path = folder / name
    try:
        about = read_description(path)
        for file, (size, checksum) in about["files"].items():
            if (path / file).stat().st_size != size or checksum not in (None, crc(path / file)):
                raise BulkUnusable(f"{file} is not as it was written")
        return Bulk(
            name=name,
            generation=about["generation"],
            passages=about["passages"],
            languages=frozenset(about["languages"]),
            parts=tuple(
                _open_part(path, language, texts, dimensions)
                for language, texts in about["parts"].items()
            ),
            names=Names(_mapped(path, "names"), _mapped(path, "name-ends")),
            generations=_mapped(path, "generations"),
            checksums=_mapped(path, "checksums"),
            stories=_mapped(path, "stories"),
            signatures=_mapped(path, "signatures"),
            bands=_mapped(path, "bands"),
            band_rows=_mapped(path, "band-rows"),
        )
    except _UNUSABLE as error:
        raise BulkUnusable(str(error)) from error


def drop_unused_files(folder: Path, used: Sequence[str | None]) -> None:
    """Delete the folders of all bulks that are not used.

    A process that has the files open can still read them.
    """
    for path in folder.glob(f"{FOLDER_PREFIX}*"):
        # The full name must match: the user may have a folder of their own, such as "bulk-2024".
        if _NAME.fullmatch(path.name) and path.name not in used:
            shutil.rmtree(path, ignore_errors=True)


def read_description(path: Path) -> dict[str, Any]:
    """Return the description file of the bulk in `path`.

    Raises `ValueError` if it has another format or fails its checksum.
    """
    about: dict[str, Any] = json.loads((path / DESCRIPTION).read_text(encoding="utf-8"))
    checksum = about.pop("checksum")
    if about["format"] != FORMAT_VERSION or checksum != description_checksum(about):
        raise ValueError("its description is not as it was written")
    return about


def description_checksum(about: dict[str, Any]) -> int:
    """Return the CRC-32 of a description without its checksum."""
    return zlib.crc32(json.dumps(about, sort_keys=True).encode())


def crc(path: Path) -> int:
    """Return the CRC-32 of a file."""
    checksum = 0
    with path.open("rb") as file:
        while block := file.read(_READ_AT_ONCE):
            checksum = zlib.crc32(block, checksum)
    return checksum


def _open_part(path: Path, language: Language, texts: Sequence[str], dimensions: int) -> BulkPart:
    vectors = StoredVectors(path, language, dimensions)
    return BulkPart(
        language=language,
        passage_ids=_mapped(path, f"{language}.passage-ids"),
        documents=_mapped(path, f"{language}.documents"),
        spans=_mapped(path, f"{language}.spans"),
        days=np.array(_mapped(path, f"{language}.days")),
        vectors=vectors,
        postings=Postings.open(path, language),
        sample=Sample(
            vectors=vectors.sample(),
            postings=Postings.open(path, f"{language}.sample"),
            texts=tuple(texts),
        ),
    )


def _mapped(path: Path, name: str) -> NDArray[Any]:
    return np.asarray(np.load(path / f"{name}.npy", mmap_mode="r"))
