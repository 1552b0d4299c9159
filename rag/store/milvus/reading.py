"""Open an index on a Milvus server, and read its articles and its state. No local store is needed.

Connections are kept, one for each address.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar, cast

import numpy as np

from rag.config import LOOPBACK, MilvusConfig
from rag.errors import IndexUnreachable
from rag.ingest.chunker import ChunkerSettings
from rag.messages import Language
from rag.milvus_address import MilvusAddress
from rag.store.articles import Catalogue, IndexStatus, Listed, document_not_found
from rag.store.database import Failure, Manifest, check_manifest
from rag.store.milvus.documents import ServedDocuments
from rag.store.milvus.layout import OwnerRecord, as_array, unpacked_terms, visible
from rag.store.milvus.parts import State, read_sample, read_state, read_statistics
from rag.store.milvus.records import (
    Committed,
    Outdated,
    not_whole,
    read_committed,
    read_dead,
    read_part,
)
from rag.store.milvus.section import ServedSection
from rag.store.milvus.server import Row, Server
from rag.store.overview import Dated
from rag.store.postings import Postings
from rag.store.searching import OpenIndex, Sample
from rag.types import Document, DocumentReference

_TRIES = 5
_PAUSE = 0.1
"""Seconds until the next try: an owner's commit takes a moment."""
_THREADS = 16
_SAMPLED = ("key", "doc_id", "terms", "vector", "text")
_Result = TypeVar("_Result")

_lock = threading.Lock()
_servers: dict[tuple[MilvusAddress, MilvusConfig], Future[Server]] = {}
_threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="milvus")


def connected(address: MilvusAddress) -> Server:
    """Return the connection to a server, which every index of the process shares.

    Who asks while it is being made waits for it, and gets its error if there is one.
    """
    known = address, MilvusConfig.from_environment()
    with _lock:
        made = _servers.get(known)
        mine = made is None
        if made is None:
            made = _servers[known] = Future()
    if mine:
        try:
            made.set_result(Server(*known))
        except BaseException as error:
            with _lock:
                del _servers[known]
            made.set_exception(error)
    return made.result()


@dataclass(frozen=True, kw_only=True)
class ServedIndex:
    """One complete generation of an index on a server, a `rag.store.searching.OpenIndex`."""

    manifest: Manifest
    documents: ServedDocuments
    sections: Sequence[ServedSection]
    languages: frozenset[Language]
    states: tuple[State, ...]
    stories: Callable[[], Mapping[str, tuple[str, ...]]]
    samples: Mapping[int, Row]

    @property
    def searched_at(self) -> str | None:
        """See `OpenIndex`."""
        host = self.documents.host
        return None if host in LOOPBACK else host

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """See `OpenIndex`."""
        return tuple(failure for state in self.states for failure in state.failures())

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """See `OpenIndex`."""
        return tuple(sorted({root for state in self.states for root in state.roots}))

    def all_documents(self) -> Iterator[Document]:
        """See `OpenIndex`."""
        return self.documents.whole()

    def story(self, doc_id: str) -> tuple[str, ...]:
        """See `OpenIndex`."""
        return self._stories.get(doc_id, (doc_id,))

    @cached_property
    def listed(self) -> tuple[Listed, ...]:
        """All articles without their texts, in no order."""
        return tuple(about.listed() for about in self.documents.about())

    @cached_property
    def _stories(self) -> Mapping[str, tuple[str, ...]]:
        return self.stories()


def open_served(
    address: MilvusAddress,
    *,
    fingerprint: str,
    chunker: ChunkerSettings,
    previous: OpenIndex | None = None,
) -> ServedIndex:
    """Open what is committed now.

    Raises `IndexMissing`, `IndexMismatch` (another format, model or chunker), `IndexUnreachable`
    and `ConfigError`.
    """
    server = connected(address)
    known = previous.samples if isinstance(previous, ServedIndex) else {}

    def opened() -> ServedIndex:
        committed = read_committed(server)
        manifest = committed.manifest()
        check_manifest(manifest, address, fingerprint=fingerprint, chunker=chunker)
        return _opened(server, committed, manifest, known)

    return _again(address, opened)


def manifest_of(address: MilvusAddress) -> Manifest:
    """Return the manifest of what is committed now. Raises as `open_served` does."""
    return read_committed(connected(address)).manifest()


def status_of(address: MilvusAddress) -> IndexStatus:
    """Return the state of an index. Raises as `open_served` does."""
    view = _view(address)
    listed = sorted(view.listed(), key=lambda article: article.doc_id)
    urls = view.urls
    return IndexStatus(
        manifest=view.manifest,
        roots=view.roots(),
        documents=tuple(
            DocumentReference(
                doc_id=article.doc_id,
                title=article.title,
                outlet=article.outlet,
                published=article.published,
                url=urls[article.doc_id],
            )
            for article in listed
        ),
        passages=view.manifest.passages,
        failures=tuple(failure for state in view.states for failure in state.failures()),
        notices=tuple(notice for state in view.states for notice in state.notices()),
        removed=tuple(sorted(title for state in view.states for title in state.removed)),
    )


def catalogue_of(address: MilvusAddress) -> Catalogue:
    """Return the article list of an index, the newest first. Raises as `open_served` does."""
    view = _view(address)
    listed = sorted(view.listed(), key=lambda article: article.doc_id)
    listed.sort(key=_moment, reverse=True)
    return Catalogue(
        manifest=view.manifest,
        roots=view.roots(),
        articles=tuple(listed),
        failures=tuple(failure for state in view.states for failure in state.failures()),
        notices=tuple(notice for state in view.states for notice in state.notices()),
    )


def document_of(address: MilvusAddress, doc_id: str) -> Document:
    """Return one article. Raises `DocumentNotFound`, and as `open_served` does."""
    known = doc_id.encode(errors="replace").decode()
    found = _view(address).documents.read([known])
    if known not in found:
        raise document_not_found(doc_id)
    return found[known]


def documents_of(address: MilvusAddress) -> Iterator[Document]:
    """Yield every article by id. Raises as `open_served` does.

    Also raises `IndexUnreachable` if articles are replaced before they are read.
    """
    view = _view(address)
    count = 0
    for document in view.documents.whole():
        count += 1
        yield document
    if count < view.manifest.documents:
        if manifest_of(address).commit_id == view.manifest.commit_id:
            raise not_whole(address, "articles are missing", "缺少文章")
        raise IndexUnreachable(
            en=f"The index {address} changed while its articles were read: run the same command"
            " again.",
            zh=f"读取文章期间索引 {address} 有变化：请再次运行同一命令。",
        )


def dated(opened: OpenIndex) -> list[Dated]:
    """Return the articles of an open index with their days, the newest first."""
    if not isinstance(opened, ServedIndex):
        return []
    listed = sorted(opened.listed, key=lambda article: article.doc_id)
    listed.sort(key=_moment, reverse=True)
    return [Dated(doc_id=a.doc_id, outlet=a.outlet, published=a.published) for a in listed]


@dataclass(frozen=True, kw_only=True)
class _View:
    """What is committed now, for reading without searching."""

    manifest: Manifest
    documents: ServedDocuments
    states: tuple[State, ...]
    urls: dict[str, str | None]

    def roots(self) -> tuple[str, ...]:
        return tuple(sorted({root for state in self.states for root in state.roots}))

    def listed(self) -> list[Listed]:
        found = []
        for about in self.documents.about():
            found.append(about.listed())
            url = about.columns[8]
            self.urls[found[-1].doc_id] = None if url is None else str(url)
        return found


def _view(address: MilvusAddress) -> _View:
    server = connected(address)

    def viewed() -> _View:
        committed = read_committed(server)
        manifest = committed.manifest()
        where = visible(list(committed.records.values()), read_dead(server, committed))
        return _View(
            manifest=manifest,
            documents=ServedDocuments(server, where, manifest.documents),
            states=states_of(server, committed),
            urls={},
        )

    return _again(address, viewed)


def _again(address: MilvusAddress, work: Callable[[], _Result]) -> _Result:
    """Do work that fails if an owner commits meanwhile, a few times if need be."""
    for _ in range(_TRIES):
        try:
            return work()
        except Outdated:
            time.sleep(_PAUSE)
    raise not_whole(address, "a part of its records is missing", "其记录缺少一部分")


def committed_of(address: MilvusAddress) -> Committed:
    """Return the records of all owners."""
    return read_committed(connected(address))


def states_of(server: Server, committed: Committed) -> tuple[State, ...]:
    """Return how each owner's store is kept up to date."""
    records = committed.records.values()
    return tuple(read_state(read_part(server, record, "state")) for record in records)


def _opened(
    server: Server, committed: Committed, manifest: Manifest, known: Mapping[int, Row]
) -> ServedIndex:
    records = list(committed.records.values())
    where = visible(records, read_dead(server, committed))
    documents = ServedDocuments(server, where, manifest.documents)
    samples: dict[int, Row] = {}
    sections = []
    for language in sorted({name for record in records for name in record.languages}):
        having = [record for record in records if language in record.languages]
        sampled = [_sample(server, record, language, known, samples) for record in having]
        figures = [record.languages[language] for record in having]
        sections.append(
            ServedSection(
                server,
                cast(Language, language),
                where,
                count=sum(each.count for each in figures),
                newest=max(each.newest for each in figures),
                statistics=[
                    read_statistics(read_part(server, record, f"terms-{language}"), each)
                    for record, each in zip(having, figures, strict=True)
                ],
                samples=[
                    (sample, each.count) for sample, each in zip(sampled, figures, strict=True)
                ],
                threads=_threads,
                prefetch=documents.read,
            )
        )

    # Read now, though most questions need none: it may be gone later.
    bodies = [read_part(server, record, "stories") for record in records]

    def stories() -> dict[str, tuple[str, ...]]:
        groups = [tuple(group) for body in bodies for group in json.loads(body)]
        return {doc_id: group for group in groups for doc_id in group}

    return ServedIndex(
        manifest=manifest,
        documents=documents,
        sections=tuple(sections),
        languages=frozenset(cast(Language, name) for record in records for name in record.told),
        states=states_of(server, committed),
        stories=stories,
        samples=samples,
    )


def _sample(
    server: Server,
    record: OwnerRecord,
    language: str,
    known: Mapping[int, Row],
    samples: dict[int, Row],
) -> Sample:
    """Return the sample of a language; its rows are added to `samples`."""
    keys = read_sample(read_part(server, record, f"sample-{language}"))
    found = {key: known[key] for key in keys if key in known}
    missing = [key for key in keys if key not in found]
    for row in server.with_keys("passages", missing, _SAMPLED):
        # As an array it needs a tenth of the memory.
        found[int(row["key"])] = {**row, "vector": np.array(row["vector"], np.float32)}
    if len(found) < len(keys):
        raise Outdated(language)
    samples |= found
    rows = [found[key] for key in keys]
    return Sample(
        vectors=as_array([row["vector"] for row in rows], record.manifest.dimensions),
        postings=Postings.of([unpacked_terms(row["terms"]) for row in rows]),
        texts=tuple(str(row["text"]) for row in rows),
    )


def _moment(article: Listed) -> float:
    return article.published.moment.timestamp() if article.published else float("-inf")
