"""Bringing an index up to date with the files of its roots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rag.corpus.chunker import ChunkerSettings, Span, chunk
from rag.corpus.loader import find_files, load_document
from rag.errors import ConfigError, DocumentError
from rag.index.store import (
    Failure,
    Manifest,
    Writer,
    check_manifest,
    index_exists,
    open_writer,
    remove_index,
    stored_roots,
    vector_key,
)
from rag.messages import Message
from rag.models.embedder import Embedder
from rag.types import Document

CHUNKER = ChunkerSettings()


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
    if rebuild:
        remove_index(folder)
    with open_writer(folder) as writer:
        before = writer.manifest()
        if before:
            check_manifest(before, folder, fingerprint=embedder.fingerprint, chunker=CHUNKER)
        known = {file.doc_id: file for file in writer.indexed_files()}
        owners = {doc_id: (file.root, file.path) for doc_id, file in known.items()}
        fresh: list[_Loaded] = []
        removed = unchanged = 0
        failures: list[Failure] = []
        for root in resolved:
            writer.add_root(str(root))
            failed: list[Failure] = []
            seen: set[str] = set()
            for path in find_files(root):
                try:
                    document = load_document(path, root)
                except DocumentError as error:
                    failed.append(Failure(path=str(path), reason=error.message))
                    seen.update(d for d, f in known.items() if Path(f.path) == path)
                    continue
                owner = owners.setdefault(document.doc_id, (str(root), document.path))
                if owner != (str(root), document.path):
                    if Path(owner[1]).exists():
                        failed.append(_taken(path, document.doc_id, owner[1]))
                        continue
                    owners[document.doc_id] = (str(root), document.path)
                seen.add(document.doc_id)
                old = known.get(document.doc_id)
                if old and old.content_hash == document.content_hash and old.path == document.path:
                    unchanged += 1
                else:
                    fresh.append(_split(str(root), document, embedder))
            for doc_id, file in known.items():
                if file.root == str(root) and doc_id not in seen:
                    writer.remove_document(doc_id)
                    removed += 1
            writer.replace_failures(str(root), failed)
            failures += failed
        embedded = _store(writer, fresh, embedder, on_progress)
        documents = len(writer.indexed_files())
        generation = before.generation if before else 0
        if fresh or removed or before is None:
            writer.drop_unused_vectors()
            generation += 1
            writer.write_manifest(
                Manifest(
                    embedder=embedder.name,
                    fingerprint=embedder.fingerprint,
                    dimensions=embedder.dimensions,
                    chunker=CHUNKER,
                    generation=generation,
                    updated=datetime.now(UTC).isoformat(timespec="seconds"),
                )
            )
    added = sum(1 for item in fresh if item.document.doc_id not in known)
    return IndexReport(
        added=added,
        changed=len(fresh) - added,
        removed=removed,
        unchanged=unchanged,
        passages_embedded=embedded,
        failures=tuple(failures),
        documents=documents,
        generation=generation,
    )


def known_roots(folder: Path) -> tuple[Path, ...]:
    """The roots that the index in `folder` follows; none if there is no index."""
    return stored_roots(folder) if index_exists(folder) else ()


def _existing(root: Path) -> Path:
    try:
        return root.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise ConfigError(
            en=f"There is no file or folder {str(root)!r}: give the folder of your articles.",
            zh=f"没有名为 {str(root)!r} 的文件或文件夹：请给出存放文章的文件夹。",
        ) from error


def _taken(path: Path, doc_id: str, owner: str) -> Failure:
    reason = Message(
        code="doc_id_taken",
        en=f"its id {doc_id!r} belongs to {owner!r}: rename one of the two files",
        zh=f"它的编号 {doc_id!r} 已属于 {owner!r}：请给其中一个文件改名",
    )
    return Failure(path=str(path), reason=reason)


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
