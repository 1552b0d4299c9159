"""Bringing an index up to date with the files of its roots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rag.corpus.chunker import CHUNKER, Span, chunk
from rag.corpus.loader import LoadFailure, iter_documents, shown
from rag.errors import ConfigError
from rag.index.store import (
    Failure,
    IndexedFile,
    Manifest,
    Writer,
    check_manifest,
    index_exists,
    open_writer,
    stored_roots,
    vector_key,
)
from rag.messages import Message
from rag.models.embedder import Embedder
from rag.types import Document


@dataclass(frozen=True, kw_only=True)
class IndexReport:
    """What one run of indexing did, counted in articles, and in passages where it says so.

    `failures` are the files of the given roots that could not be read; what the index held of
    them before is kept.
    """

    added: int
    changed: int
    removed: int
    unchanged: int
    passages_embedded: int
    failures: tuple[Failure, ...]
    documents: int
    generation: int


@dataclass(frozen=True, kw_only=True)
class _Loaded:
    root: str
    document: Document
    spans: tuple[Span, ...]
    keys: tuple[str, ...]

    def embedded_texts(self) -> list[str]:
        return [self.document.text[span.start : span.end] for span in self.spans]


@dataclass(frozen=True, kw_only=True)
class _Scan:
    """What there is to do for one root; `gone` are ids whose file is no longer there."""

    root: str
    fresh: tuple[_Loaded, ...]
    gone: tuple[str, ...]
    unchanged: int
    failures: tuple[Failure, ...]


def update_index(
    folder: Path,
    roots: Sequence[Path],
    embedder: Embedder,
    on_progress: Callable[[int, int], None] | None = None,
    *,
    rebuild: bool = False,
) -> IndexReport:
    """Make the index in `folder` follow the files of `roots`, in one transaction.

    New and changed articles (by content) are stored, those whose file is gone from its root are
    removed, and only passages whose text was never embedded are embedded; `on_progress` is told
    (passages embedded, passages to embed). A file that can't be read is reported and the rest
    goes on. Raises `ConfigError` for a root that does not exist, `IndexBusy` while another
    process writes, `IndexMismatch` where the index was made by another model or chunker, unless
    `rebuild` throws it away first.
    """
    resolved = [_existing(root) for root in roots]
    with open_writer(folder, rebuild=rebuild) as writer:
        before = writer.manifest()
        if before:
            check_manifest(before, folder, fingerprint=embedder.fingerprint, chunker=CHUNKER)
        known = {file.doc_id: file for file in writer.indexed_files()}
        owners = {doc_id: Path(file.root, file.path) for doc_id, file in known.items()}
        scans = [_scan(root, known, owners, embedder) for root in resolved]
        for scan in scans:
            writer.add_root(scan.root)
            for doc_id in scan.gone:
                writer.remove_document(doc_id)
            writer.replace_failures(scan.root, scan.failures)
        fresh = [item for scan in scans for item in scan.fresh]
        removed = sum(len(scan.gone) for scan in scans)
        embedded = _store(writer, fresh, embedder, on_progress)
        generation = before.generation if before else 0
        if fresh or removed or before is None:
            writer.drop_unused_vectors()
            generation += 1
            writer.write_manifest(_manifest(embedder, generation))
        documents = len(writer.indexed_files())
    added = sum(1 for item in fresh if item.document.doc_id not in known)
    return IndexReport(
        added=added,
        changed=len(fresh) - added,
        removed=removed,
        unchanged=sum(scan.unchanged for scan in scans),
        passages_embedded=embedded,
        failures=tuple(failure for scan in scans for failure in scan.failures),
        documents=documents,
        generation=generation,
    )


def known_roots(folder: Path) -> tuple[Path, ...]:
    """The roots that the index in `folder` follows; none if there is no index."""
    return stored_roots(folder) if index_exists(folder) else ()


def _scan(
    root: Path, known: Mapping[str, IndexedFile], owners: dict[str, Path], embedder: Embedder
) -> _Scan:
    """Compare the files of `root` with what is `known`; claims new ids in `owners`."""
    fresh, failures, seen, unchanged = [], [], set(), 0
    kept = {Path(f.root, f.path): f.doc_id for f in known.values()}
    for found in iter_documents(root):
        if isinstance(found, LoadFailure):
            failures.append(Failure(path=shown(str(found.path)), reason=found.reason))
            # What was read of it before stays, until it can be read again or is gone.
            seen.add(kept.get(found.path))
            continue
        base = root if root.is_dir() else root.parent
        path, owner = base / found.path, owners.get(found.doc_id)
        if owner is not None and owner != path and owner.exists():
            failures.append(_taken(path, found.doc_id, owner))
            continue
        owners[found.doc_id] = path
        seen.add(found.doc_id)
        old = known.get(found.doc_id)
        if old and owner == path and old.content_hash == found.content_hash:
            unchanged += 1
        else:
            fresh.append(_split(_root_of(root), found, embedder))
    gone = [
        file.doc_id
        for file in known.values()
        if file.doc_id not in seen and _belongs(Path(file.root, file.path), root)
    ]
    return _Scan(
        root=_root_of(root),
        fresh=tuple(fresh),
        gone=tuple(gone),
        unchanged=unchanged,
        failures=tuple(failures),
    )


def _root_of(root: Path) -> str:
    """The folder that paths are relative to: a single file's root is the folder it lies in."""
    return str(root if root.is_dir() else root.parent)


def _belongs(path: Path, root: Path) -> bool:
    return path == root or root in path.parents


def _manifest(embedder: Embedder, generation: int) -> Manifest:
    return Manifest(
        embedder=embedder.name,
        runtime=embedder.runtime,
        fingerprint=embedder.fingerprint,
        dimensions=embedder.dimensions,
        chunker=CHUNKER,
        generation=generation,
        updated=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _existing(root: Path) -> Path:
    try:
        return root.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise ConfigError(
            en=f"There is no file or folder {str(root)!r}: give the folder of your articles.",
            zh=f"没有名为 {str(root)!r} 的文件或文件夹：请给出存放文章的文件夹。",
        ) from error


def _taken(path: Path, doc_id: str, owner: Path) -> Failure:
    reason = Message(
        code="doc_id_taken",
        en=f"its id {doc_id!r} belongs to {str(owner)!r}: rename one of the two files",
        zh=f"它的编号 {doc_id!r} 已属于 {str(owner)!r}：请给其中一个文件改名",
    )
    return Failure(path=shown(str(path)), reason=reason)


def _split(root: str, document: Document, embedder: Embedder) -> _Loaded:
    spans = chunk(document.text, embedder.count_tokens, CHUNKER.budget, CHUNKER.floor)
    keys = tuple(
        vector_key(embedder.fingerprint, document.text[span.start : span.end]) for span in spans
    )
    return _Loaded(root=root, document=document, spans=spans, keys=keys)


def _store(
    writer: Writer,
    items: Sequence[_Loaded],
    embedder: Embedder,
    on_progress: Callable[[int, int], None] | None,
) -> int:
    """Embed what was never embedded, store all of `items`, and count the passages embedded."""
    texts = {
        key: text
        for item in items
        for key, text in zip(item.keys, item.embedded_texts(), strict=True)
    }
    missing = sorted(writer.missing_keys(texts))
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if on_progress:
            on_progress(done, len(missing))

    if missing:
        advance(0)
        vectors = embedder.embed_passages([texts[key] for key in missing], advance)
        writer.put_vectors(missing, vectors)
    for item in items:
        writer.put_document(item.root, item.document, item.spans, item.keys)
    return len(missing)
