"""Copy an index to a Milvus server or from it, without embedding anything, and compare the copy.

Both ways go on where a run was cut off. What was moved stays where it was.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from rag.config import MilvusConfig
from rag.errors import IndexMismatch, IndexUnreachable
from rag.ingest.chunker import CHUNKER, Span
from rag.messages import Message
from rag.milvus_address import MilvusAddress
from rag.models.embedder import Vectors
from rag.store.corrections import FILE_NAME as CORRECTIONS
from rag.store.database import (
    FILE_NAME,
    Failure,
    Manifest,
    check_manifest,
    closed_connection,
    connect,
    current_manifest,
    document_checksum,
    index_exists,
    read_manifest,
    vector_key,
)
from rag.store.followed_files import Exclusion
from rag.store.indexing import arrange_files
from rag.store.milvus.documents import About, ServedDocuments
from rag.store.milvus.layout import (
    OwnerRecord,
    number_of,
    passage_number,
    unpacked_terms,
    visible,
)
from rag.store.milvus.owner import ids_begin_with, read_owner, write_owner
from rag.store.milvus.parts import State
from rag.store.milvus.publishing import announce, publish
from rag.store.milvus.reading import committed_of, connected, states_of
from rag.store.milvus.records import Outdated, not_whole, read_dead
from rag.store.milvus.server import Row, Server
from rag.store.notices import IndexProgress, OnIndexProgress
from rag.store.opening import open_writer
from rag.store.preparing import Cut
from rag.store.writer import Writer
from rag.types import Document
from rag.whole_files import replace_file, write_whole

_SOURCE_NAME = "moved_from"
"""The file that says of which index, and which state of it, an unfinished copy is."""
_COPIED_NAME = "copied_commit"
"""The file that holds the commit of a store that was copied, and not changed since."""
_ARTICLES_AT_ONCE = 50
_PASSAGE_FIELDS = ("key", "document", "revision", "start", "end", "terms", "vector")


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What was copied, and compared with what it was copied from."""

    documents: int
    passages: int


def to_server(
    source: Path,
    folder: Path,
    address: MilvusAddress,
    config: MilvusConfig,
    told: OnIndexProgress = lambda _: None,
    *,
    again: bool = False,
) -> Moved:
    """Copy the index in `source` to a server. `folder` becomes its store there.

    With `again`, the store may hold another state of the index, and all is written anew. Raises
    `IndexMismatch` if the store holds another index or the server has other articles, and as
    `publish` does.
    """
    if again and read_owner(folder) is None and (kept := read_owner(source)):
        # A backup of the store: it goes on as the same owner.
        folder.mkdir(parents=True, exist_ok=True)
        write_owner(folder, kept)
    # First: without an index to move, the server is told nothing.
    manifest = current_manifest(source)
    if not ids_begin_with(source, announce(folder, address, config)):
        raise IndexMismatch(
            en=f"The index {address} has articles of other machines, which may have the same ids:"
            " give another name, or index the folders there with `rag index FOLDER`.",
            zh=f"索引 {address} 中已有其他机器收录的文章，编号可能相同："
            "请换一个名称，或用 `rag index 文件夹` 在那里收录。",
        )
    if not again and not _may_be_replaced(folder, manifest):
        raise IndexMismatch(
            en=f"The index {address} has its own articles already, from the store {folder}: give"
            " another name.",
            zh=f"索引 {address} 已有自己的文章（本地库为 {folder}）：请换一个名称。",
        )
    if source.resolve() != folder.resolve():
        _copy(source, folder)
        write_whole(folder / _COPIED_NAME, current_manifest(folder).commit_id.encode())
    record = publish(folder, address, config, told, afresh=again)
    _compare(folder, Server(address, config), record)
    return Moved(documents=manifest.documents, passages=manifest.passages)


def to_folder(
    address: MilvusAddress, folder: Path, told: OnIndexProgress = lambda _: None
) -> Moved:
    """Copy the index of all owners from a server into `folder`.

    A copy that was cut off is taken up again if the server still has the same state; otherwise all
    is copied. Raises `IndexMismatch` if there is an index in the folder already, and
    `IndexUnreachable`, also if somebody indexes there meanwhile.
    """
    try:
        return _to_folder(address, folder, told)
    except Outdated as error:
        raise IndexUnreachable(
            en=f"The index {address} changed while it was copied: run the same command again.",
            zh=f"复制期间索引 {address} 有变化：请再次运行同一命令。",
        ) from error


def _to_folder(address: MilvusAddress, folder: Path, told: OnIndexProgress) -> Moved:
    server = connected(address)
    if index_exists(folder) and _is_finished(folder):
        raise IndexMismatch(
            en=f"There is an index in {folder} already: give another folder.",
            zh=f"{folder} 中已有索引：请换一个文件夹。",
        )
    committed = committed_of(address)
    manifest = committed.manifest()
    check_manifest(manifest, address, fingerprint=manifest.fingerprint, chunker=CHUNKER)
    where = visible(list(committed.records.values()), read_dead(server, committed))
    documents = ServedDocuments(server, where, manifest.documents)
    done = passages = 0
    seen: set[str] = set()
    with open_writer(folder) as writer:
        # What was copied of another state is copied again.
        source, begun = folder / _SOURCE_NAME, f"{address} {manifest.commit_id}\n"
        goes_on = source.exists() and source.read_text() == begun
        write_whole(source, begun.encode())
        files: dict[tuple[str, str], int] = {}
        for some in _batches(documents.about()):
            names = {str(about.columns[0]): about for about in some}
            seen.update(names)
            missing = [a for name, a in names.items() if not (goes_on and writer.holds(name))]
            copies = list(_copies(server, where, documents, missing, manifest.fingerprint))
            with writer.commit():
                for copy in copies:
                    _put(writer, copy, files)
            done += len(some)
            passages += sum(about.passages for about in some)
            told(
                IndexProgress(
                    done=done,
                    total=manifest.documents,
                    articles=done,
                    passages=passages,
                    task="publishing",
                )
            )
        states = states_of(server, committed)
        with writer.commit():
            for doc_id in set(writer.doc_ids()) - seen:
                writer.remove_document(doc_id)
            for state in states:
                _put_state(writer, state)
            writer.adopt(manifest)
        corrections = [text for state in states if (text := state.entries["corrections"])]
        for text in corrections[:1]:
            write_whole(folder / CORRECTIONS, str(text).encode())
        arrange_files(writer, told, thorough=False)
        after = writer.manifest()
    source.unlink(missing_ok=True)
    if after is None or (after.documents, after.passages) != (done, passages):
        raise not_whole(address, "not all of it was read", "未能全部读取")
    return Moved(documents=done, passages=passages)


# To a server.


def _may_be_replaced(folder: Path, manifest: Manifest) -> bool:
    """Return True if a store holds nothing but what was copied from an index before."""
    if not index_exists(folder):
        return True
    own, copied = current_manifest(folder), folder / _COPIED_NAME
    if own.index_id != manifest.index_id:
        return False
    return own.commit_id == manifest.commit_id or (
        copied.is_file() and copied.read_text("utf-8") == own.commit_id
    )


def _copy(source: Path, folder: Path) -> None:
    """Copy the store, in one step, without search files: an index on a server needs none."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{FILE_NAME}.moving"
    part.unlink(missing_ok=True)
    with (
        connect(source) as connection,
        closed_connection(part, folder, "mode=rwc", seconds=5) as target,
    ):
        connection.backup(target)
        writer = Writer(target, folder)
        with writer.commit():
            writer.forget_bulk()
        target.execute("PRAGMA journal_mode = DELETE")
    for suffix in ("-wal", "-shm"):
        (folder / f"{FILE_NAME}{suffix}").unlink(missing_ok=True)
    replace_file(part, folder / FILE_NAME)
    if (source / CORRECTIONS).is_file():
        shutil.copyfile(source / CORRECTIONS, folder / CORRECTIONS)


def _compare(folder: Path, server: Server, record: OwnerRecord) -> None:
    """Compare every passage and article of an owner on the server with its store."""
    where = visible([record], {})
    with connect(folder) as connection:
        connection.execute("BEGIN")
        manifest = read_manifest(connection, folder)
        wrong = sum(
            not _is_same(connection, row)
            for row in server.rows("passages", where, _PASSAGE_FIELDS, slow=True)
        )
        documents = ServedDocuments(server, where, manifest.documents)
        stored = {
            (str(doc_id), int(checksum))
            for doc_id, checksum in connection.execute("SELECT doc_id, checksum FROM documents")
        }
        there = {(str(about.columns[0]), about.checksum) for about in documents.about()}
        texts = sum(1 for _ in documents.whole())  # compares the checksum of each
    if wrong or there != stored or texts != manifest.documents:
        raise not_whole(
            server.address,
            f"{wrong} passages and {len(there ^ stored)} articles differ from the store",
            f"有 {wrong} 个段落、{len(there ^ stored)} 篇文章与本地库不同",
        )
    server.close()


def _is_same(connection: sqlite3.Connection, row: Row) -> bool:
    found = connection.execute(
        "SELECT start, end, terms, vector FROM passages JOIN vectors USING (vector_key)"
        " WHERE passage_id = ?",
        (passage_number(int(row["key"])),),
    ).fetchone()
    vector = np.array(row["vector"], "<f4").tobytes()
    return bool(found == (int(row["start"]), int(row["end"]), unpacked_terms(row["terms"]), vector))


# From a server.


@dataclass(frozen=True, kw_only=True)
class _Copy:
    """An article as it is to be stored."""

    about: About
    document: Document
    cut: Cut
    vectors: Vectors


def _copies(
    server: Server,
    where: str,
    documents: ServedDocuments,
    abouts: Sequence[About],
    fingerprint: str,
) -> Iterator[_Copy]:
    """Yield articles with their passages, each compared with its checksum."""
    read = documents.read([str(about.columns[0]) for about in abouts])
    numbers = [number_of(doc_id) for doc_id in read]
    rows: dict[int, list[Row]] = {}
    if numbers:
        for row in server.rows(
            "passages", f"{where} and document in {numbers}", _PASSAGE_FIELDS, slow=True
        ):
            rows.setdefault(int(row["revision"]), []).append(row)
    for about in abouts:
        doc_id = str(about.columns[0])
        if doc_id not in read:
            raise Outdated(doc_id)
        own = rows.get(number_of(doc_id, about.generation, about.checksum), [])
        own.sort(key=lambda row: int(row["key"]))
        text = read[doc_id].text
        spans = [Span(start=int(row["start"]), end=int(row["end"])) for row in own]
        cut = Cut(
            signature=about.signature,
            spans=spans,
            keys=[vector_key(fingerprint, text[span.start : span.end]) for span in spans],
            terms=[unpacked_terms(row["terms"]) for row in own],
        )
        *columns, content_hash = about.columns
        checksum = document_checksum(
            (*columns, text, content_hash, about.generation), cut.rows(), cut.signature
        )
        if checksum != about.checksum:
            name = doc_id[:80]
            raise not_whole(
                server.address, f"article {name!r} fails its checksum", f"文章 {name!r} 未通过校验"
            )
        yield _Copy(
            about=about,
            document=read[doc_id],
            cut=cut,
            vectors=np.array([row["vector"] for row in own], np.float32),
        )


def _put(writer: Writer, copy: _Copy, files: dict[tuple[str, str], int]) -> None:
    place = copy.about.base, copy.about.file
    if place not in files:
        files[place] = writer.put_file(*place)
    keys = copy.cut.keys
    missing = writer.missing_keys(keys)
    rows = [row for row, key in enumerate(keys) if key in missing]
    if rows:
        writer.put_vectors([keys[row] for row in rows], copy.vectors[rows])
    writer.put_document(
        files[place],
        copy.document,
        copy.cut,
        natural_id=copy.about.natural_id,
        generation=1,
    )


def _put_state(writer: Writer, state: State) -> None:
    entries: Mapping[str, list[list[str]]] = state.entries
    for root in state.roots:
        writer.add_root(root)
    noticed = state.noticed()
    for base, path, stamp in entries["files"]:
        writer.put_file(base, path)
        writer.set_stamp(base, path, stamp, noticed.get((base, path), ()))
    reasons = {path: (code, en, zh) for path, code, en, zh in entries["failures"]}
    by_root: dict[str, list[Failure]] = {}
    for place, root in entries["failed_under"]:
        code, en, zh = reasons[place]
        failure = Failure(path=place, reason=Message(code=code, en=en, zh=zh))
        by_root.setdefault(root, []).append(failure)
    for root, failures in by_root.items():
        writer.replace_failures(root, failures)
    for file, natural_id, title, content_hash in entries["excluded"]:
        writer.put_exclusion(
            Exclusion(file=file, natural_id=natural_id, title=title, content_hash=content_hash)
        )


def _is_finished(folder: Path) -> bool:
    with connect(folder) as connection:
        (entries,) = connection.execute("SELECT count(*) FROM manifest").fetchone()
        return bool(entries)


def _batches(abouts: Iterator[About]) -> Iterator[list[About]]:
    while some := list(islice(abouts, _ARTICLES_AT_ONCE)):
        yield some
