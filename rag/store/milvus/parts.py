"""What an owner's record says of all its articles: how often terms are, samples, stories, state.

Each part is made of the owner's store in one pass, with little memory.
"""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.ingest.files import LoadNotice
from rag.ingest.near_duplicates import group, read_signatures
from rag.messages import Message
from rag.store.articles import published_of, read_failures, read_roots
from rag.store.corrections import FILE_NAME as CORRECTIONS
from rag.store.database import Failure
from rag.store.followed_files import exclusions
from rag.store.milvus.layout import OfLanguage, passage_key
from rag.store.notices import Notice, read_notices
from rag.store.read_texts import ReadTexts
from rag.store.sections import days_of
from rag.store.vectors import sample_rows
from rag.text.languages import passage_language
from rag.text.words import read_counts

_TERMS_AT_ONCE = 4_000_000


class StoredStatistics:
    """How often terms are in the passages of a language (`rag.store.postings.TermStatistics`)."""

    def __init__(
        self,
        passages: int,
        total_length: float,
        terms: NDArray[np.uint32],
        held: NDArray[np.uint32],
    ) -> None:
        """`terms` are in rising order, and `held[i]` is how many passages contain `terms[i]`."""
        self.terms = terms
        self.counts = held
        self._passages = passages
        self._total_length = total_length

    @property
    def total_length(self) -> float:
        """The number of terms in all passages."""
        return self._total_length

    def __len__(self) -> int:
        return self._passages

    def held(self, term: int) -> int:
        """Return the number of passages that contain a term."""
        at = int(np.searchsorted(self.terms, np.uint32(term)))
        return int(self.counts[at]) if at < len(self.terms) and self.terms[at] == term else 0


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of a record, by name, and the figures of each language."""

    bodies: Mapping[str, bytes]
    languages: Mapping[str, OfLanguage]
    told: tuple[str, ...]


def parts_of(connection: sqlite3.Connection, folder: Path, series: int) -> Parts:
    """Return the parts for a store, read within one transaction."""
    found: dict[str, _Language] = {}
    rows = connection.execute(
        "SELECT language, published, precision, zone_assumed, text, passage_id, start, end, terms"
        " FROM documents JOIN passages USING (doc_id) ORDER BY doc_id, passage_id"
    )
    for language, moment, precision, zone, text, number, start, end, terms in rows:
        own = passage_language(text[start:end], language)
        days = days_of([published_of(moment, precision, zone)])
        found.setdefault(own, _Language()).add(passage_key(series, number), days, terms)
    languages = {name: each.figures() for name, each in found.items()}
    told = connection.execute("SELECT DISTINCT language FROM documents ORDER BY language")
    bodies = {"stories": _stories(connection), "state": state_of(connection, folder)}
    for name, each in found.items():
        bodies[f"terms-{name}"] = each.terms()
        bodies[f"sample-{name}"] = each.sample()
    return Parts(bodies=bodies, languages=languages, told=tuple(name for (name,) in told))


def read_statistics(body: bytes, of: OfLanguage) -> StoredStatistics:
    """Return the statistics of a part."""
    with np.load(io.BytesIO(body)) as arrays:
        return StoredStatistics(of.count, of.total_length, arrays["terms"], arrays["held"])


def read_sample(body: bytes) -> list[int]:
    """Return the keys of the passages of a sample."""
    found: list[int] = np.frombuffer(body, "<i8").tolist()
    return found


class _Language:
    """Counts the passages of one language."""

    def __init__(self) -> None:
        self._keys: list[int] = []
        self._newest = 0
        self._length = 0
        self._waiting: list[NDArray[np.uint32]] = []
        self._size = 0
        self._terms = np.empty(0, np.uint32)
        self._held = np.empty(0, np.uint32)

    def add(self, key: int, days: NDArray[np.int32], counts: bytes) -> None:
        values = read_counts([counts])
        self._keys.append(key)
        self._newest = max(self._newest, int(days[0, 1]))
        self._length += int((values & np.uint64(0xFF)).sum())
        self._waiting.append((values >> np.uint64(8)).astype(np.uint32))
        self._size += len(values)
        if self._size > _TERMS_AT_ONCE:
            self._merge()

    def figures(self) -> OfLanguage:
        return OfLanguage(
            count=len(self._keys), total_length=float(self._length), newest=self._newest
        )

    def terms(self) -> bytes:
        self._merge()
        written = io.BytesIO()
        np.savez(written, terms=self._terms, held=self._held)
        return written.getvalue()

    def sample(self) -> bytes:
        keys = np.array(self._keys, "<i8")
        return keys[sample_rows(len(keys))].tobytes()

    def _merge(self) -> None:
        new, often = np.unique(
            np.concatenate([np.empty(0, np.uint32), *self._waiting]), return_counts=True
        )
        terms, places = np.unique(np.concatenate([self._terms, new]), return_inverse=True)
        held = np.concatenate([self._held.astype(np.int64), often])
        self._held = np.bincount(places, held, minlength=len(terms)).astype(np.uint32)
        self._terms = terms
        self._waiting, self._size = [], 0


# Stories.


def _stories(connection: sqlite3.Connection) -> bytes:
    names: list[str] = []
    signatures: list[bytes] = []
    moments = []
    for doc_id, signature, moment, precision, zone in connection.execute(
        "SELECT doc_id, signature, published, precision, zone_assumed FROM documents"
        " ORDER BY doc_id"
    ):
        published = published_of(moment, precision, zone)
        names.append(doc_id)
        signatures.append(signature)
        moments.append(published.moment if published else None)

    def text(row: int) -> str:
        found = connection.execute("SELECT text FROM documents WHERE doc_id = ?", (names[row],))
        return str(found.fetchone()[0])

    groups = group(read_signatures(signatures), ReadTexts(len(names), text), moments)
    stories = [[names[row] for row in rows] for rows in groups if len(rows) > 1]
    return json.dumps(stories, ensure_ascii=False).encode()


# State: what a store knows besides its articles.


def state_of(connection: sqlite3.Connection, folder: Path) -> bytes:
    """Return how a store is kept up to date: roots, files, failures, notices, corrections."""
    corrections = folder / CORRECTIONS
    state = {
        "roots": read_roots(connection),
        "files": connection.execute(
            "SELECT base, path, stamp FROM files ORDER BY base, path"
        ).fetchall(),
        "failures": [[f.path, *_told(f.reason)] for f in read_failures(connection)],
        "failed_under": connection.execute(
            "SELECT place, root FROM failures ORDER BY place"
        ).fetchall(),
        "notices": [[n.path, *_told(n.reason)] for n in read_notices(connection)],
        "noticed": connection.execute(
            "SELECT base, path, line, code, en, zh FROM notices JOIN files USING (file_id)"
            " ORDER BY base, path, line"
        ).fetchall(),
        "excluded": [
            [e.file, e.natural_id, e.title, e.content_hash] for e in exclusions(connection)
        ],
        "corrections": corrections.read_text("utf-8") if corrections.is_file() else "",
    }
    return json.dumps(state, ensure_ascii=False, sort_keys=True).encode()


@dataclass(frozen=True, kw_only=True)
class State:
    """What `state_of` wrote, for reading."""

    entries: Mapping[str, Any]

    @property
    def roots(self) -> tuple[str, ...]:
        """The roots that the store follows."""
        return tuple(self.entries["roots"])

    @property
    def removed(self) -> tuple[str, ...]:
        """The titles of articles that were removed by hand."""
        return tuple(title for _, _, title, _ in self.entries["excluded"])

    def noticed(self) -> dict[tuple[str, str], list[LoadNotice]]:
        """Return the notices of each file, by its base and path."""
        found: dict[tuple[str, str], list[LoadNotice]] = {}
        for base, path, line, code, en, zh in self.entries["noticed"]:
            reason = Message(code=code, en=en, zh=zh)
            notice = LoadNotice(path=Path(base, path), line=line, reason=reason)
            found.setdefault((base, path), []).append(notice)
        return found

    def failures(self) -> Iterator[Failure]:
        """Yield what could not be read."""
        for path, code, en, zh in self.entries["failures"]:
            yield Failure(path=path, reason=Message(code=code, en=en, zh=zh))

    def notices(self) -> Iterator[Notice]:
        """Yield what was not understood."""
        for path, code, en, zh in self.entries["notices"]:
            yield Notice(path=path, reason=Message(code=code, en=en, zh=zh))


def read_state(body: bytes) -> State:
    """Return the state of a part."""
    return State(entries=json.loads(body))


def _told(message: Message) -> tuple[str, str, str]:
    return message.code, message.en, message.zh
