"""Read the records of an index: what each owner has committed, and the longer parts of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from rag.errors import IndexMismatch, IndexMissing
from rag.ingest.chunker import ChunkerSettings
from rag.messages import Message
from rag.milvus_address import MilvusAddress
from rag.store.database import Manifest
from rag.store.milvus.layout import (
    FORMAT_VERSION,
    OfLanguage,
    OwnerRecord,
    chunk_key,
    from_chunks,
    number_of,
    state_name,
)
from rag.store.milvus.server import Server, damaged

_COMMITTED = "*"


class Outdated(Exception):
    """Raised if a part is gone because its owner committed again: read the records anew."""


@dataclass(frozen=True, kw_only=True)
class Committed:
    """What all owners have committed at one moment, by name."""

    address: MilvusAddress
    records: Mapping[str, OwnerRecord]

    def manifest(self) -> Manifest:
        """Return the manifest of the whole index. Raises `IndexMissing` and `IndexMismatch`."""
        records = list(self.records.values())
        if not records:
            raise IndexMissing(
                en=f"There is no index at {self.address} yet: run `rag index FOLDER` with the"
                " folder of your articles.",
                zh=f"{self.address} 中还没有索引：请运行 `rag index 文件夹`（存放文章的文件夹）。",
            )
        self.check_format()
        first = records[0].manifest
        marks = sorted((r.owner, r.series, r.generation, r.manifest.commit_id) for r in records)
        return replace(
            first,
            index_id=f"{number_of(*sorted(r.series for r in records)):x}",
            commit_id=f"{number_of(*marks):x}",
            generation=sum(record.generation for record in records),
            updated=max(record.manifest.updated for record in records),
            documents=sum(record.manifest.documents for record in records),
            passages=sum(record.manifest.passages for record in records),
            reading=min(record.manifest.reading for record in records),
            bulk=None,
            bulk_generation=0,
        )

    def check_format(self) -> None:
        """Raise `IndexMismatch` for records of another version of this program."""
        for record in self.records.values():
            if record.format != FORMAT_VERSION:
                raise IndexMismatch(
                    en=f"The index {self.address} has format {record.format}, this program reads"
                    f" {FORMAT_VERSION}: use the same version of it as the machine that indexes,"
                    " or run `rag index --rebuild` there.",
                    zh=f"索引 {self.address} 的格式版本是 {record.format}，本程序读取"
                    f" {FORMAT_VERSION}：请使用与收录机器相同的版本，"
                    "或在那里运行 `rag index --rebuild`。",
                )


def read_committed(server: Server) -> Committed:
    """Return what is committed now; nothing if there is no index."""
    if not server.exists():
        return Committed(address=server.address, records={})
    rows = server.rows("records", f'owner == "{_COMMITTED}"', ["key", "body"])
    found = [_record(json.loads(str(row["body"]))) for row in rows]
    return Committed(
        address=server.address,
        records={record.owner: record for record in sorted(found, key=lambda r: r.owner)},
    )


def read_part(server: Server, record: OwnerRecord, name: str) -> bytes:
    """Return a part of a record. Raises `Outdated` if it is gone."""
    keys = [
        chunk_key(record.owner, state_name(record.series, record.generation), name, number)
        for number in range(record.chunks[name])
    ]
    found = {str(row["key"]): str(row["body"]) for row in server.with_keys("records", keys, _BODY)}
    if len(found) < len(keys):
        raise Outdated(name)
    return from_chunks([found[key] for key in keys])


def read_dead(server: Server, committed: Committed) -> dict[str, frozenset[int]]:
    """Return the revisions of each owner that must not be found any more."""
    return {
        record.owner: frozenset(np.frombuffer(read_part(server, record, "dead"), "<i8").tolist())
        for record in committed.records.values()
        if record.dead
    }


def not_whole(address: MilvusAddress, en: str, zh: str) -> Exception:
    """Return the error for an index that lacks something that its records name."""
    return damaged(address, Message(code="not_whole", en=en, zh=zh))


@dataclass(frozen=True, kw_only=True)
class MadeWith:
    """The embedding model and the chunker that articles are indexed with."""

    embedder: str
    fingerprint: str
    dimensions: int
    chunker: ChunkerSettings


def check_model(committed: Committed, owner: str, model: MadeWith) -> None:
    """Raise `IndexMismatch` if vectors of a model can't lie beside those of an index.

    All owners share a model and a chunker; a lone one may change them, but not the dimensions.
    """
    committed.check_format()
    for record in committed.records.values():
        theirs = record.manifest
        same = (theirs.fingerprint, theirs.chunker) == (model.fingerprint, model.chunker)
        if theirs.dimensions != model.dimensions or not (same or record.owner == owner):
            raise IndexMismatch(
                en=f"The index {committed.address} was made with embedding model"
                f" {theirs.embedder!r} ({theirs.fingerprint[:12]}), not with {model.embedder!r}"
                f" ({model.fingerprint[:12]}): set RAG_EMBEDDER back, or index into another"
                " name on that server.",
                zh=f"索引 {committed.address} 由嵌入模型 {theirs.embedder!r}"
                f"（{theirs.fingerprint[:12]}）建立，而不是 {model.embedder!r}"
                f"（{model.fingerprint[:12]}）：请改回 RAG_EMBEDDER，"
                "或在该服务器上换一个索引名称。",
            )


_BODY = ("key", "body")


def _record(value: dict[str, object]) -> OwnerRecord:
    fields = dict(value)
    manifest = dict(fields.pop("manifest"))  # type: ignore[call-overload]
    chunker = ChunkerSettings(**manifest.pop("chunker"))
    languages = dict(fields.pop("languages"))  # type: ignore[call-overload]
    return OwnerRecord(
        manifest=Manifest(chunker=chunker, **manifest),
        languages={name: OfLanguage(**each) for name, each in languages.items()},
        told=tuple(fields.pop("told")),  # type: ignore[arg-type]
        **fields,  # type: ignore[arg-type]
    )
