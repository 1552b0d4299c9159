"""Bringing an index up to date with the files of its roots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag.corpus.chunker import CHUNKER, Span, chunk
from rag.corpus.files import ArticleFile, LoadFailure, stored_path
from rag.corpus.loader import load_documents
from rag.corpus.near_duplicates import signature
from rag.errors import ConfigError, IndexMismatch, IndexUnusable
from rag.index.scanning import Scan, failures_of, scan
from rag.index.store import (
    Failure,
    check_manifest,
    index_exists,
    stored_roots,
    vector_key,
)
from rag.index.writer import KnownDocument, KnownFile, Writer, open_writer, stored_exclusions
from rag.models.embedder import Embedder, Vectors
from rag.types import Document

_BATCH_PASSAGES = 512
"""A commit holds about this many new passages: what a crash can lose, some ten seconds' work."""
_BATCH_CHARACTERS = 4_000_000
_BATCH_FILES = 5_000


@dataclass(frozen=True, kw_only=True)
class IndexReport:
    """What one run of indexing did, counted in articles, and in passages where it says so.

    `moved` articles kept their text and id and changed their file. `failures` are what could not
    be read of the given roots; what the index held of them before is kept.
    """

    added: int
    changed: int
    moved: int
    removed: int
    unchanged: int
    passages_embedded: int
    failures: tuple[Failure, ...]
    documents: int
    generation: int


@dataclass(frozen=True, kw_only=True)
class IndexProgress:
    """How far a run of indexing is. `done` and `total` are bytes of files that had to be read."""

    done: int
    total: int
    articles: int
    passages: int


OnIndexProgress = Callable[[IndexProgress], None]


def update_index(
    folder: Path,
    roots: Sequence[Path],
    embedder: Embedder,
    on_progress: OnIndexProgress | None = None,
    *,
    rebuild: bool = False,
) -> IndexReport:
    """Make the index in `folder` follow the files of `roots`.

    New and changed articles (by content) are stored, a moved one keeps its id, those whose file
    is gone are removed, and only passages whose text was never embedded are embedded. It commits
    as it goes, whole articles at a time; a run that is cut off loses its last batch at most, and
    the next one goes on. What can't be read is reported, and what is indexed of it stays.

    Raises `ConfigError` for a new root that does not exist, `IndexBusy` while another process
    writes, `IndexNotWritable`, and `IndexMismatch` where the index was made by another model or
    chunker, unless `rebuild` makes it anew (`rag.index.writer.open_writer`).
    """
    followed = set(known_roots(folder))
    resolved = tuple(dict.fromkeys(_resolved(root, followed) for root in roots))
    exclusions = stored_exclusions(folder) if rebuild else ()
    with open_writer(folder, rebuild=rebuild) as writer:
        _check(writer, embedder, rebuild=rebuild)
        with writer.commit():
            for root in resolved:
                writer.add_root(str(root))
            for exclusion in exclusions:
                writer.put_exclusion(exclusion)
        run = _Run(writer, embedder, on_progress or (lambda _: None))
        return run.follow(resolved)


def known_roots(folder: Path) -> tuple[Path, ...]:
    """The roots that the index in `folder` follows; none if there is no index."""
    try:
        return stored_roots(folder) if index_exists(folder) else ()
    except IndexUnusable:
        return ()


def _resolved(root: Path, followed: set[Path]) -> Path:
    """The root without links. One that is followed already may be missing for now."""
    try:
        str(root).encode()
        absolute = root.absolute()
        return absolute if absolute in followed else root.resolve(strict=True)
    except (OSError, RuntimeError, UnicodeEncodeError) as error:
        raise ConfigError(
            en=f"There is no file or folder {str(root)!r}: give the folder of your articles.",
            zh=f"没有名为 {str(root)!r} 的文件或文件夹：请给出存放文章的文件夹。",
        ) from error


def _check(writer: Writer, embedder: Embedder, *, rebuild: bool) -> None:
    """Raise `IndexMismatch` unless the index was made with this model; begin a rebuild anew."""
    before = writer.manifest()
    if before is None:
        return
    try:
        check_manifest(before, writer.folder, fingerprint=embedder.fingerprint, chunker=CHUNKER)
    except IndexMismatch:
        if not rebuild:
            raise
        writer.clear()


@dataclass(frozen=True, kw_only=True)
class _Article:
    """An article to be stored, and of which file."""

    base: str
    path: str
    document: Document
    natural_id: str
    signature: bytes
    spans: tuple[Span, ...]
    keys: tuple[str, ...]

    def embedded_texts(self) -> list[str]:
        return [self.document.text[span.start : span.end] for span in self.spans]


@dataclass(kw_only=True)
class _Batch:
    """What the next commit stores; `stamps` are of files whose articles are then all stored."""

    articles: list[_Article] = field(default_factory=list)
    stamps: list[tuple[str, str, str | None]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    passages: int = 0
    characters: int = 0
    size: int = 0

    def full(self) -> bool:
        return (
            self.passages >= _BATCH_PASSAGES
            or self.characters >= _BATCH_CHARACTERS
            or len(self.stamps) >= _BATCH_FILES
        )


@dataclass(frozen=True, kw_only=True)
class _Ending:
    """What the last commit of a run does besides: files to forget, failures to remember."""

    gone: tuple[KnownFile, ...]
    failures: Mapping[Path, Sequence[Failure]]


class _Run:
    """One run of `update_index`: the state that its steps share."""

    def __init__(self, writer: Writer, embedder: Embedder, on_progress: OnIndexProgress) -> None:
        self._writer = writer
        self._embedder = embedder
        self._on_progress = on_progress
        self._known = {Path(file.base, file.path): file for file in writer.files()}
        self._taken = {d.doc_id for file in self._known.values() for d in file.documents}
        self._excluded = {(e.base, e.path, e.natural_id) for e in writer.exclusions()}
        # Articles whose file is gone, by content: one may turn up in another file.
        self._gone: dict[str, list[str]] = {}
        self._batch = _Batch()
        self._progress = IndexProgress(done=0, total=0, articles=0, passages=0)
        self._counts = dict.fromkeys(("added", "changed", "moved", "removed", "unchanged"), 0)

    def follow(self, roots: Sequence[Path]) -> IndexReport:
        """Take up every change under `roots`."""
        self._readmit(roots)
        scans = [scan(root, self._known) for root in roots]
        gone = {file.file_id: file for found in scans for file in found.gone}
        for lost in gone.values():
            for known in lost.documents:
                self._gone.setdefault(known.content_hash, []).append(known.doc_id)
        total = sum(file.size for found in scans for file in found.fresh)
        self._progress = replace(self._progress, total=total)
        failures = {found.root: list(found.failures) for found in scans}
        seen: set[Path] = set()
        for found in scans:
            self._counts["unchanged"] += sum(len(file.documents) for file in found.unchanged)
            for file in found.fresh:
                if file.path not in seen:
                    seen.add(file.path)
                    failures[found.root] += self._read(file, found)
        self._flush(_Ending(gone=tuple(gone.values()), failures=failures))
        manifest = self._writer.manifest()
        return IndexReport(
            **self._counts,
            passages_embedded=self._progress.passages,
            failures=tuple(failure for found in scans for failure in failures[found.root]),
            documents=manifest.documents if manifest else 0,
            generation=manifest.generation if manifest else 0,
        )

    def _readmit(self, roots: Sequence[Path]) -> None:
        """A file that is named by itself is wanted, even if it was removed by hand before."""
        for root in roots:
            place = str(root.parent), root.name
            if any((base, path) == place for base, path, _ in self._excluded):
                with self._writer.commit():
                    self._writer.drop_exclusions(*place)
                self._excluded = {e for e in self._excluded if e[:2] != place}

    def _read(self, file: ArticleFile, found: Scan) -> tuple[Failure, ...]:
        """Take up what changed in one file; what of it could not be read."""
        known = self._known.get(file.path)
        failures: list[LoadFailure] = []
        seen: set[str] = set()
        base = Path(known.base) if known else found.base
        unread = file.size
        for item in load_documents(file.path, base):
            if isinstance(item, LoadFailure):
                failures.append(item)
                continue
            seen.add(item.doc_id)
            self._take(item, known, base)
            # Only the file's own size is known: its articles' text is near enough on the way.
            read = min(unread, len(item.text.encode()))
            unread -= read
            self._batch.size += read
            if self._batch.full():
                self._flush()
        self._batch.size += unread
        if failures and known is None and not seen:
            return failures_of(failures)
        if known and not failures:
            # With a failure among them, any of those that are missing may be the broken one.
            lost = [d.doc_id for d in known.documents if d.natural_id not in seen]
            self._batch.removed += lost
            self._counts["removed"] += len(lost)
        place = str(base), known.path if known else stored_path(file.path, base)
        self._batch.stamps.append((*place, None if failures else file.stamp))
        if self._batch.full():
            self._flush()
        return failures_of(failures)

    def _take(self, document: Document, known: KnownFile | None, base: Path) -> None:
        """Put an article into the batch, unless it is stored as it is, or was removed by hand."""
        path = known.path if known else document.path
        natural_id = document.doc_id
        if (str(base), path, natural_id) in self._excluded:
            return
        old = known.document(natural_id) if known else None
        if old and old.content_hash == document.content_hash:
            self._counts["unchanged"] += 1
            return
        doc_id = self._doc_id(document, old)
        document = replace(document, doc_id=doc_id)
        spans = chunk(document.text, self._embedder.count_tokens, CHUNKER.budget, CHUNKER.floor)
        fingerprint = self._embedder.fingerprint
        keys = [vector_key(fingerprint, document.text[span.start : span.end]) for span in spans]
        self._batch.articles.append(
            _Article(
                base=str(base),
                path=path,
                document=document,
                natural_id=natural_id,
                signature=signature(document.text),
                spans=spans,
                keys=tuple(keys),
            )
        )
        self._batch.passages += len(spans)
        self._batch.characters += len(document.text)

    def _doc_id(self, document: Document, old: KnownDocument | None) -> str:
        """The id of an article: its own of before, else its natural one, else one beside that."""
        if old:
            self._counts["changed"] += 1
            return old.doc_id
        if moved := self._gone.get(document.content_hash):
            self._counts["moved"] += 1
            return moved.pop()
        self._counts["added"] += 1
        doc_id, number = document.doc_id, 2
        while doc_id in self._taken:
            doc_id, number = f"{document.doc_id}~{number}", number + 1
        self._taken.add(doc_id)
        return doc_id

    def _flush(self, ending: _Ending | None = None) -> None:
        """Embed what of the batch was never embedded, and commit it; with it the run's `ending`."""
        batch, self._batch = self._batch, _Batch()
        start = self._progress
        keys, vectors = self._embedded(batch)
        with self._writer.commit():
            if vectors is not None:
                self._writer.put_vectors(keys, vectors)
            changed = self._put(batch)
            if ending is not None:
                changed = self._end(ending) or changed
            if changed:
                self._writer.finish_generation(self._embedder)
        if batch.stamps or batch.articles:
            done, articles = start.done + batch.size, start.articles + len(batch.articles)
            self._report(replace(self._progress, done=done, articles=articles))

    def _embedded(self, batch: _Batch) -> tuple[Sequence[str], Vectors | None]:
        """Vectors of the batch's texts that were never embedded, and their keys."""
        texts = {
            key: text
            for article in batch.articles
            for key, text in zip(article.keys, article.embedded_texts(), strict=True)
        }
        missing = sorted(self._writer.missing_keys(texts))
        if not missing:
            return (), None
        start = self._progress

        def advance(count: int) -> None:
            passages = self._progress.passages + count
            done = start.done + batch.size * (passages - start.passages) // len(missing)
            self._report(replace(self._progress, passages=passages, done=done))

        advance(0)
        return missing, self._embedder.embed_passages([texts[key] for key in missing], advance)

    def _put(self, batch: _Batch) -> bool:
        """Store the batch, within a commit; whether an article changed."""
        generation = self._writer.next_generation()
        files: dict[tuple[str, str], int] = {}
        for article in batch.articles:
            place = article.base, article.path
            if place not in files:
                files[place] = self._writer.put_file(*place)
            self._writer.put_document(
                files[place],
                article.document,
                natural_id=article.natural_id,
                signature=article.signature,
                spans=article.spans,
                keys=article.keys,
                generation=generation,
            )
        for doc_id in batch.removed:
            self._writer.remove_document(doc_id)
        for stamp in batch.stamps:
            self._writer.set_stamp(*stamp)
        return bool(batch.articles or batch.removed)

    def _end(self, ending: _Ending) -> bool:
        """Remove what is gone and did not turn up elsewhere, within a commit; whether any was.

        Remembers what could not be read. True also where the index has no generation yet.
        """
        lost = [doc_id for ids in self._gone.values() for doc_id in ids]
        self._counts["removed"] += len(lost)
        for doc_id in lost:
            self._writer.remove_document(doc_id)
        for file in ending.gone:
            self._writer.remove_file(file.file_id)
        for root, failures in ending.failures.items():
            self._writer.replace_failures(str(root), failures)
        return bool(lost) or self._writer.manifest() is None

    def _report(self, progress: IndexProgress) -> None:
        self._progress = progress
        self._on_progress(progress)
