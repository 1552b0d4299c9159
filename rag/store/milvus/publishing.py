"""Publish a local store to a Milvus server: write what is missing there, commit, and tidy up.

Nothing that is written is visible before the record of the owner names its generation
(`rag.store.milvus.layout`). A run that is cut off leaves rows that are not visible. The next one
keeps those that still fit the store, and deletes the others. Every row is written by a key of its
own, so writing it again after a lost reply makes no second one.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from filelock import FileLock, Timeout

from rag.config import MilvusConfig
from rag.ingest.chunker import CHUNKER
from rag.milvus_address import MilvusAddress
from rag.models.embedder import Embedder
from rag.store.articles import Stored, read_stored
from rag.store.database import Manifest, busy, connect, read_manifest
from rag.store.milvus.layout import (
    FORMAT_VERSION,
    OwnerRecord,
    chunk_rows,
    number_of,
    record_row,
    state_name,
    visible,
)
from rag.store.milvus.owner import Owner, register, with_series, write_owner
from rag.store.milvus.parts import Parts, parts_of, state_of
from rag.store.milvus.records import Committed, MadeWith, check_model, not_whole, read_committed
from rag.store.milvus.rows import Place, document_rows, passage_rows
from rag.store.milvus.server import Kind, Server
from rag.store.notices import IndexProgress, OnIndexProgress

_Item = TypeVar("_Item")

_PASSAGES_AT_ONCE = 500
_PARTS_AT_ONCE = 200
_ARTICLES_AT_ONCE = 100
_NUMBERS_AT_ONCE = 1_000


def publish(
    folder: Path,
    address: MilvusAddress,
    config: MilvusConfig,
    told: OnIndexProgress = lambda _: None,
    *,
    afresh: bool = False,
) -> OwnerRecord:
    """Make the index at an address hold what the store in `folder` holds, and return its record.

    With `afresh` everything is written again, and replaces what is there in one step. Raises
    `IndexUnreachable`, `IndexMismatch` for another model, `IndexBusy`, and as `connect` does.
    """
    server = Server(address, config)
    try:
        with FileLock(folder / "publishing.lock").acquire(timeout=0), connect(folder) as connection:
            connection.execute("BEGIN")
            manifest = read_manifest(connection, folder)
            return _Publication(server, connection, folder, manifest, told).run(afresh=afresh)
    except Timeout:
        raise busy(folder) from None
    finally:
        server.close()


def announce(
    folder: Path, address: MilvusAddress, config: MilvusConfig, embedder: Embedder | None = None
) -> str:
    """Make the store in `folder` known to the server; return what its articles' ids begin with.

    Raises `IndexUnreachable`, and `IndexMismatch` if the vectors of `embedder` do not fit in; both
    before any article is read.
    """
    server = Server(address, config)
    try:
        server.create_records()
        owner = register(folder, server)
        if embedder is not None:
            model = MadeWith(
                embedder=embedder.name,
                fingerprint=embedder.fingerprint,
                dimensions=embedder.dimensions,
                chunker=CHUNKER,
            )
            check_model(read_committed(server), owner.name, model)
        return owner.prefix or ""
    finally:
        server.close()


@dataclass(frozen=True, kw_only=True)
class _Difference:
    """What the server lacks, and what it has too much, by revision.

    `missing` are ids of articles, `dead` what is visible and must go.
    """

    missing: Sequence[str]
    dead: frozenset[int]


class _Publication:
    """One run."""

    def __init__(
        self,
        server: Server,
        connection: sqlite3.Connection,
        folder: Path,
        manifest: Manifest,
        told: OnIndexProgress,
    ) -> None:
        self._server = server
        self._connection = connection
        self._folder = folder
        self._manifest = manifest
        self._told = told

    def run(self, *, afresh: bool) -> OwnerRecord:
        server, manifest = self._server, self._manifest
        server.create(manifest.dimensions)
        owner = register(self._folder, server)
        committed = read_committed(server)
        model = MadeWith(
            embedder=manifest.embedder,
            fingerprint=manifest.fingerprint,
            dimensions=manifest.dimensions,
            chunker=manifest.chunker,
        )
        check_model(committed, owner.name, model)
        taken = [record.series for record in committed.records.values()]
        owner = with_series(self._folder, owner, manifest.index_id, taken, afresh=afresh)
        series = owner.series[-1]
        before = committed.records.get(owner.name)
        if before and before.series not in owner.series:  # an older copy of the store
            owner = replace(owner, series=(before.series, *owner.series))
        known = before if before and before.series == series else None
        if known and self._is_older(owner, known):
            # Its new passages may have the numbers of visible ones.
            return self.run(afresh=True)
        generation = known.generation if known else 0
        found = self._difference(series, generation)
        if not self._is_due(before, known, found):
            self._tidy(owner, before)
            return before  # type: ignore[return-value]
        parts = parts_of(self._connection, self._folder, series)
        lengths = _mean_lengths(parts, committed)
        for some in self._batches(found.missing):
            self._write(some, series, generation + 1, lengths)
        record = self._record(owner, parts, found.dead, generation + 1)
        counts = self._counts(record, found.dead)
        wanted = manifest.documents, manifest.passages
        if counts != wanted and not afresh:
            # The server lost some, or a request of a killed run came late: write all anew.
            return self.run(afresh=True)
        if counts != wanted:
            raise not_whole(
                server.address,
                f"{counts[0]} of {wanted[0]} articles, {counts[1]} of {wanted[1]} passages were"
                " written; the former state stays visible",
                f"已写入 {wanted[0]} 篇文章中的 {counts[0]} 篇、{wanted[1]} 个段落中的"
                f" {counts[1]} 个；原有内容仍然可用",
            )
        return self._commit(owner, record, parts, found.dead)

    def _is_older(self, owner: Owner, known: OwnerRecord) -> bool:
        """Return True if the store is an older copy of the one that published last."""
        theirs = known.manifest
        return (
            theirs.commit_id not in owner.commits or theirs.generation > self._manifest.generation
        )

    def _difference(self, series: int, generation: int) -> _Difference:
        """Compare the store with the server, and delete what an earlier run left there."""
        wanted = {
            number_of(doc_id, stored, checksum): str(doc_id)
            for doc_id, stored, checksum in self._connection.execute(
                "SELECT doc_id, generation, checksum FROM documents ORDER BY doc_id"
            )
        }
        own = f"series == {series}"
        sent = {
            int(row["revision"]): int(row["since"])
            for row in self._server.rows("documents", f"{own} and part == 0", _MARKS, slow=True)
        }
        left = {
            int(row["revision"])
            for kind in _ARTICLE_KINDS
            for row in self._server.rows(kind, f"{own} and since > {generation}", _MARKS, slow=True)
        }
        self._delete(series, left - wanted.keys())
        return _Difference(
            missing=[doc_id for revision, doc_id in wanted.items() if revision not in sent],
            dead=frozenset(
                revision
                for revision, since in sent.items()
                if since <= generation and revision not in wanted
            ),
        )

    def _is_due(
        self, before: OwnerRecord | None, known: OwnerRecord | None, found: _Difference
    ) -> bool:
        """Return True if there is anything to commit."""
        if before is None or known is None or found.missing or found.dead:
            return True
        if self._server.count("records", f'owner == "{known.owner}"') != sum(known.chunks.values()):
            return True  # a part of the record is lost
        state = zlib.crc32(state_of(self._connection, self._folder))
        return (known.manifest, known.state, known.dead) != (self._manifest, state, 0)

    def _batches(self, doc_ids: Sequence[str]) -> Iterator[list[Stored]]:
        done = passages = 0
        for some in _in_parts(doc_ids, _ARTICLES_AT_ONCE):
            batch: list[Stored] = []
            for item in read_stored(
                self._connection, self._folder, some, self._manifest.dimensions
            ):
                batch.append(item)
                passages += len(item.passages)
                if sum(len(each.passages) for each in batch) >= _PASSAGES_AT_ONCE:
                    yield batch
                    batch = []
            yield batch
            done += len(some)
            self._told(
                IndexProgress(
                    done=done,
                    total=len(doc_ids),
                    articles=done,
                    passages=passages,
                    task="publishing",
                )
            )

    def _write(
        self, items: Sequence[Stored], series: int, since: int, lengths: Mapping[str, float]
    ) -> None:
        """Write articles. The first part of each comes last: where it is, all of it is there."""
        passages = [row for item in items for row in passage_rows(item, series, since, lengths)]
        for some in _in_parts(passages, _PASSAGES_AT_ONCE):
            self._server.upsert("passages", some)
        documents = [
            row
            for item in items
            for row in document_rows(item, self._place(item.document.doc_id), series, since)
        ]
        documents.sort(key=lambda row: -int(row["part"]))
        for some in _in_parts(documents, _PARTS_AT_ONCE):
            self._server.upsert("documents", some)

    def _place(self, doc_id: str) -> Place:
        base, file, natural_id = self._connection.execute(
            "SELECT base, files.path, natural_id FROM documents JOIN files USING (file_id)"
            " WHERE doc_id = ?",
            (doc_id,),
        ).fetchone()
        return Place(base=base, file=file, natural_id=natural_id)

    def _record(
        self, owner: Owner, parts: Parts, dead: Collection[int], generation: int
    ) -> OwnerRecord:
        return OwnerRecord(
            owner=owner.name,
            format=FORMAT_VERSION,
            series=owner.series[-1],
            generation=generation,
            state=zlib.crc32(parts.bodies["state"]),
            dead=len(dead),
            manifest=self._manifest,
            languages=parts.languages,
            told=parts.told,
        )

    def _counts(self, record: OwnerRecord, dead: Collection[int]) -> tuple[int, int]:
        """Count the articles and passages that a record would make visible."""
        where = visible([record], {record.owner: dead})
        return (
            self._server.count("documents", f"{where} and part == 0"),
            self._server.count("passages", where),
        )

    def _commit(
        self, owner: Owner, record: OwnerRecord, parts: Parts, dead: Collection[int]
    ) -> OwnerRecord:
        """Make it visible in one step, and delete what it replaces."""
        bodies = {**parts.bodies, "dead": np.array(sorted(dead), "<i8").tobytes()}
        chunks = {
            name: chunk_rows(owner.name, state_name(record.series, record.generation), name, body)
            for name, body in bodies.items()
        }
        record = replace(record, chunks={name: len(rows) for name, rows in chunks.items()})
        for rows in chunks.values():
            for some in _in_parts(rows, _PARTS_AT_ONCE):
                self._server.upsert("records", some)
        self._server.flush()
        self._server.warm()
        # Noted before and after: a run may be cut off between the two.
        owner = replace(owner, commits=(*owner.commits, record.manifest.commit_id))
        write_owner(self._folder, owner)
        self._server.upsert("records", [record_row(record)])
        self._delete(record.series, dead)
        if dead:
            record = replace(record, dead=0)
            self._server.upsert("records", [record_row(record)])
        self._tidy(owner, record)
        return record

    def _tidy(self, owner: Owner, record: OwnerRecord | None) -> None:
        """Delete series that are not used any more, and parts of earlier records."""
        if record is None:
            return
        for series in owner.series[:-1]:
            for kind in _ARTICLE_KINDS:
                self._server.delete(kind, f"series == {series}")
        tidy = replace(owner, series=owner.series[-1:], commits=(record.manifest.commit_id,))
        if tidy != owner:
            write_owner(self._folder, tidy)
        current = f"{owner.name}/{state_name(record.series, record.generation)}/"
        old = [
            str(row["key"])
            for row in self._server.rows("records", f'owner == "{owner.name}"', ["key"])
            if not str(row["key"]).startswith(current)
        ]
        for some in _in_parts(old, _NUMBERS_AT_ONCE):
            self._server.delete("records", f"key in {json.dumps(some)}")

    def _delete(self, series: int, revisions: Collection[int]) -> None:
        for some in _in_parts(sorted(revisions), _NUMBERS_AT_ONCE):
            for kind in _ARTICLE_KINDS:
                self._server.delete(kind, f"series == {series} and revision in {some}")


_MARKS = ("key", "revision", "since")
_ARTICLE_KINDS: tuple[Kind, ...] = ("passages", "documents")
"""In this order: where the document is gone, its passages are, too."""


def _mean_lengths(parts: Parts, committed: Committed) -> dict[str, float]:
    """Return the mean length by language: of what is committed, or else of what comes now."""
    of_all = [parts.languages, *(record.languages for record in committed.records.values())]
    return {
        name: each.total_length / each.count
        for languages in of_all
        for name, each in languages.items()
        if each.total_length
    }


def _in_parts(items: Sequence[_Item], most: int) -> Iterator[list[_Item]]:
    rest = iter(items)
    while some := list(islice(rest, most)):
        yield some
