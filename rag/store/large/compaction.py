"""Make the bulk of a large index: the search files that hold most of its articles."""

from __future__ import annotations

import json
import shutil
import uuid
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import IndexDamaged
from rag.ingest.near_duplicates import band_keys, group, read_signatures
from rag.messages import Language
from rag.store.articles import Stored
from rag.store.database import Manifest
from rag.store.large.bulk import (
    DESCRIPTION,
    FOLDER_PREFIX,
    FORMAT_VERSION,
    BulkUnusable,
    crc,
    description_checksum,
    open_bulk,
)
from rag.store.postings import write_postings
from rag.store.read_texts import ReadTexts
from rag.store.sections import days_of
from rag.store.vectors import sample_rows, write_vectors
from rag.store.writer import Writer
from rag.text.languages import passage_language
from rag.types import Published

MOST_OUTSIDE = 16_384
"""A new bulk is made for more new passages, or more removed articles, than this.

Up to this many are read from the store whenever the index is opened.
"""
_READ_AT_ONCE = 500

OnPassages = Callable[[int], None]
"""Is called with the number of passages that were written since the last call."""


def needs_compaction(writer: Writer, *, thorough: bool) -> bool:
    """Return True if so much was added or removed since the last bulk that a new one is needed.

    With `thorough`, its files are also checked, and a damaged bulk needs a new one as well.
    """
    manifest = writer.manifest()
    if manifest is None:
        return False
    if manifest.bulk and thorough:
        try:
            for part in open_bulk(writer.folder, manifest.bulk, manifest.dimensions).parts:
                part.vectors.check()
        except (BulkUnusable, IndexDamaged):
            return True
    return max(writer.outside(manifest.bulk_generation)) > MOST_OUTSIDE


def compact(writer: Writer, on_passages: OnPassages) -> None:
    """Write all articles of the index into a new bulk, and use it from now on.

    The files are complete before the manifest names them, so the old bulk stays in use if the
    process is cut off. Raises `OSError` if they can't be written, and `IndexDamaged`.
    """
    manifest = writer.manifest()
    if manifest is None:
        return
    name = f"{FOLDER_PREFIX}{uuid.uuid4().hex}"
    path = writer.folder / name
    try:
        path.mkdir()
        with ExitStack() as stack:
            _write(path, writer, manifest, on_passages, stack)
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise
    with writer.commit():
        writer.use_bulk(name, manifest.generation)


def _write(
    path: Path, writer: Writer, manifest: Manifest, on_passages: OnPassages, stack: ExitStack
) -> None:
    """Write the files of a bulk. `stack` closes and deletes the temporary ones."""
    scratch = path / "scratch"
    scratch.mkdir()
    # Last of all: Windows deletes no file that is open.
    stack.callback(shutil.rmtree, scratch)
    names, generations, checksums, signatures = [], [], [], []
    moments: list[datetime | None] = []
    languages: set[Language] = set()
    texts = _Spool(scratch / "articles", stack)
    parts: dict[Language, _Part] = {}
    for row, item in enumerate(_articles(writer, manifest.dimensions)):
        document = item.document
        names.append(document.doc_id.encode())
        generations.append(item.generation)
        checksums.append(item.checksum)
        signatures.append(item.signature)
        moments.append(document.published.moment if document.published else None)
        languages.add(document.language)
        texts.append(document.text.encode())
        for passage, vector, terms in zip(item.passages, item.vectors, item.terms, strict=True):
            language = passage_language(passage.text, document.language)
            if language not in parts:
                parts[language] = _Part(scratch, language, stack)
            place = (passage.passage_id, row, passage.start, passage.end)
            parts[language].append(place, document.published, vector.tobytes(), terms, passage.text)
        on_passages(len(item.passages))
    for language, part in parts.items():
        part.write(path, language, manifest.dimensions)
    signed = read_signatures(signatures)
    keys = np.stack(list(band_keys(signed)))
    order = np.argsort(keys, axis=1, kind="stable")
    stories = np.full(len(names), -1, np.int32)
    read = ReadTexts(len(texts), lambda row: texts[row].decode())
    for number, rows in enumerate(group(signed, read, moments)):
        stories[list(rows)] = number
    arrays = {
        "names": np.frombuffer(b"".join(names), np.uint8),
        "name-ends": np.cumsum([len(name) for name in names]),
        "generations": np.array(generations, np.int64),
        "checksums": np.array(checksums, np.int64),
        "stories": stories,
        "signatures": signed,
        "bands": np.take_along_axis(keys, order, axis=1),
        "band-rows": order.astype(np.int32),
    }
    for name, values in arrays.items():
        np.save(path / f"{name}.npy", values)
    about: dict[str, Any] = {
        "format": FORMAT_VERSION,
        "generation": manifest.generation,
        "passages": sum(len(part) for part in parts.values()),
        "languages": sorted(languages),
        "parts": {language: parts[language].sample for language in sorted(parts)},
        "files": {
            file.name: _description(file) for file in sorted(path.iterdir()) if file != scratch
        },
    }
    about["checksum"] = description_checksum(about)
    (path / DESCRIPTION).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")


def _articles(writer: Writer, dimensions: int) -> Iterator[Stored]:
    doc_ids = writer.doc_ids()
    for first in range(0, len(doc_ids), _READ_AT_ONCE):
        yield from writer.articles(doc_ids[first : first + _READ_AT_ONCE], dimensions)


def _description(file: Path) -> tuple[int, int | None]:
    """Return the size and the checksum of a file; no checksum for vectors, which have their own."""
    return file.stat().st_size, None if file.suffix == ".vectors" else crc(file)


class _Spool:
    """A list of byte strings in a temporary file."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self._file = stack.enter_context(path.open("w+b"))
        self._ends = array("q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def append(self, blob: bytes) -> None:
        self._file.write(blob)
        self._ends.append(self._ends[-1] + len(blob))

    def __getitem__(self, row: int) -> bytes:
        start, end = self._ends[row : row + 2]
        self._file.seek(start)
        return self._file.read(end - start)

    def __iter__(self) -> Iterator[bytes]:
        return (self[row] for row in range(len(self)))


class _Part:
    """Collects the passages of one language, and writes their files."""

    def __init__(self, scratch: Path, language: Language, stack: ExitStack) -> None:
        self._places = array("q")
        self._dates: list[Published | None] = []
        self._vectors = _Spool(scratch / f"{language}.vectors", stack)
        self._terms = _Spool(scratch / f"{language}.terms", stack)
        self._texts = _Spool(scratch / f"{language}.texts", stack)
        self.sample: list[str] = []

    def __len__(self) -> int:
        return len(self._dates)

    def append(
        self,
        place: tuple[int, int, int, int],
        date: Published | None,
        vector: bytes,
        terms: bytes,
        text: str,
    ) -> None:
        """Add a passage. `place` is its id, the row of its article, its start and its end."""
        self._places.extend(place)
        self._dates.append(date)
        self._vectors.append(vector)
        self._terms.append(terms)
        self._texts.append(text.encode())

    def write(self, path: Path, language: Language, dimensions: int) -> None:
        places = np.frombuffer(self._places, np.int64).reshape(-1, 4)
        np.save(path / f"{language}.passage-ids.npy", places[:, 0])
        np.save(path / f"{language}.documents.npy", places[:, 1].astype(np.int32))
        np.save(path / f"{language}.spans.npy", places[:, 2:].astype(np.int32))
        np.save(path / f"{language}.days.npy", days_of(self._dates))
        write_vectors(path, language, self._vectors, dimensions)
        write_postings(path, language, self._terms)
        rows = sample_rows(len(self)).tolist()
        write_postings(path, f"{language}.sample", (self._terms[row] for row in rows))
        self.sample = [self._texts[row].decode() for row in rows]
