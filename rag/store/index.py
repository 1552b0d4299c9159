"""An index, wherever it lies: in its folder, or on a Milvus server that its folder belongs to.

What is above the store reads and changes an index by these functions. An index on a server is
changed in its folder first, which is the store that all of it can be made of, and then published.
Each function imports what it needs: most commands need little, and the client of the server is for
such an index only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rag.config import MilvusConfig, milvus_address, shown_index
from rag.errors import IndexMissing

if TYPE_CHECKING:
    from rag.ingest.chunker import ChunkerSettings
    from rag.models.embedder import Embedder
    from rag.store.articles import Catalogue, IndexStatus
    from rag.store.corrections import Correction
    from rag.store.database import Manifest
    from rag.store.notices import IndexReport, OnIndexProgress
    from rag.store.overview import Dated
    from rag.store.reading import Reading
    from rag.store.searching import OpenIndex
    from rag.types import Document

# Reading.


def current_manifest(folder: Path) -> Manifest:
    """Return the manifest of an index. Raises `IndexUnusable`."""
    if address := milvus_address(folder):
        from rag.store.milvus import reading

        return reading.manifest_of(address)
    from rag.store import database

    return database.current_manifest(folder)


def read_index(
    folder: Path,
    *,
    fingerprint: str,
    chunker: ChunkerSettings,
    previous: OpenIndex | None = None,
) -> OpenIndex:
    """Open one complete generation of an index for searching.

    What a `previous` generation has read already is used again. Raises `IndexMissing`,
    `IndexMismatch` (another format, model or chunker), `IndexDamaged` or `IndexUnreachable`.
    """
    if address := milvus_address(folder):
        from rag.store.milvus import reading

        return reading.open_served(
            address, fingerprint=fingerprint, chunker=chunker, previous=previous
        )
    from rag.store.snapshot import read_snapshot

    return read_snapshot(folder, fingerprint=fingerprint, chunker=chunker, previous=previous)


def read_status(folder: Path) -> IndexStatus:
    """Return the state of an index. Raises `IndexUnusable`."""
    if address := milvus_address(folder):
        from rag.store.milvus import reading

        return reading.status_of(address)
    from rag.store import articles

    return articles.read_status(folder)


def read_catalogue(folder: Path) -> Catalogue:
    """Return the article list of an index. Raises `IndexUnusable`."""
    if address := milvus_address(folder):
        from rag.store.milvus import reading

        return reading.catalogue_of(address)
    from rag.store import articles

    return articles.read_catalogue(folder)


def stored_document(folder: Path, doc_id: str) -> Document:
    """Return one article. Raises `DocumentNotFound` and `IndexUnusable`."""
    if address := milvus_address(folder):
        from rag.store.milvus import reading

        return reading.document_of(address, doc_id)
    from rag.store import articles

    return articles.stored_document(folder, doc_id)


def stored_documents(folder: Path) -> Iterator[Document]:
    """Yield every article by id. Raises `IndexUnusable`."""
    if address := milvus_address(folder):
        from rag.store.milvus import reading

        return reading.documents_of(address)
    from rag.store import articles

    return articles.stored_documents(folder)


def articles_between(
    opened: OpenIndex, folder: Path | None, start: date | None, end: date | None
) -> list[Dated]:
    """Return the articles of some days, the newest first; see `rag.store.overview`."""
    from rag.store import overview

    if folder and milvus_address(folder):
        from rag.store.milvus.reading import dated

        return overview.between(dated(opened), start, end)
    return overview.articles_between(opened, folder, start, end)


def outlets_of(opened: OpenIndex, folder: Path | None) -> tuple[str, ...]:
    """Return the names of the outlets, those with most articles first, 2,000 at most."""
    from rag.store.overview import outlets_among

    return outlets_among(articles_between(opened, folder, None, None))


# Changing.


def first_root(folder: Path) -> Path | None:
    """Return `seeds/` of the current folder if an index is to be made from it; else None.

    Nothing is put on a server without being asked for.
    """
    from rag.store import indexing

    return None if milvus_address(folder) else indexing.first_root(folder)


def update_index(
    folder: Path,
    roots: Sequence[Path] | None,
    embedder: Embedder,
    on_progress: OnIndexProgress | None = None,
    *,
    rebuild: bool = False,
    files: Collection[Path] | None = None,
    reading: Reading | None = None,
) -> IndexReport:
    """Bring an index up to date with its files; see `rag.store.indexing.update_index`.

    Also raises `IndexUnreachable`. What was read is stored then, and the next run publishes it.
    """
    from rag.store import indexing

    told = on_progress or (lambda _: None)
    prefix = _prepare(folder, embedder)
    report = indexing.update_index(
        folder,
        roots,
        embedder,
        told,
        rebuild=rebuild,
        files=files,
        arrange=prefix is None,
        prefix=prefix or "",
        reading=reading,
    )
    _publish(folder, told)
    return report


def remove(folder: Path, doc_ids: Sequence[str] = (), roots: Sequence[Path] = ()) -> int:
    """Remove articles; see `rag.store.indexing.remove`. Also raises `IndexUnreachable`."""
    from rag.store import indexing

    _check_store(folder)
    count = indexing.remove(folder, doc_ids, roots)
    _publish(folder)
    return count


def correct(folder: Path, wanted: Mapping[str, Correction], embedder: Embedder) -> None:
    """Correct articles; see `rag.store.corrections.correct`. Also raises `IndexUnreachable`."""
    from rag.store import corrections

    _check_store(folder)
    corrections.correct(folder, wanted, embedder)
    _publish(folder)


def _publish(folder: Path, told: OnIndexProgress = lambda _: None) -> None:
    """Publish the store of an index on a server."""
    if address := milvus_address(folder):
        from rag.store.milvus.publishing import publish

        publish(folder, address, MilvusConfig.from_environment(), told)


def _prepare(folder: Path, embedder: Embedder) -> str | None:
    """Return what ids of new articles begin with in an index on a server, None for another.

    The store is made known to its server, because the ids depend on it.
    """
    address = milvus_address(folder)
    if address is None:
        return None
    from rag.store.milvus.publishing import announce

    return announce(folder, address, MilvusConfig.from_environment(), embedder)


def _check_store(folder: Path) -> None:
    """Raise `IndexMissing` if the articles of an index on a server are indexed elsewhere."""
    from rag.store.database import index_exists

    if milvus_address(folder) and not index_exists(folder):
        raise IndexMissing(
            en=f"The articles of {shown_index(folder)} are indexed on another machine, which has"
            f" their store ({folder} is not here): change them there.",
            zh=f"{shown_index(folder)} 的文章由另一台机器收录，其本地库在那里"
            f"（本机没有 {folder}）：请在那台机器上修改。",
        )
