"""One indexing run: find the changes in the files, and store them batch by batch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from rag.ingest.files import ArticleFile, LoadFailure, LoadNotice, stored_path
from rag.models.embedder import Embedder, Vectors
from rag.store.articles import stored_document
from rag.store.corrections import read_corrections
from rag.store.database import Failure
from rag.store.followed_files import (
    Exclusion,
    KnownFile,
    Scan,
    beneath,
    failures_of,
    scan,
    stamp_when_read,
)
from rag.store.notices import IndexProgress, IndexReport, Notice, OnIndexProgress, notices_of
from rag.store.opening import stored_state
from rag.store.preparing import Embedded, Prepared, prepare
from rag.store.reading import FileToRead, Item, Reading, read_here
from rag.store.writer import Writer
from rag.types import Document

_BATCH_PASSAGES = 512
"""About how many new passages one commit holds. A crash can lose them: some ten seconds' work."""
_BATCH_CHARACTERS = 4_000_000
_BATCH_FILES = 5_000


@dataclass(kw_only=True)
class _Batch:
    """The changes that the next commit stores.

    `stamps` belong to files whose articles are all stored with this commit. Each has the notices of
    its file with it.
    """

    articles: list[Prepared] = field(default_factory=list)
    stamps: list[tuple[str, str, str | None, tuple[LoadNotice, ...]]] = field(default_factory=list)
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
    """Extra work for the last commit of a run: files to forget and failures to store."""

    gone: tuple[KnownFile, ...]
    failures: Mapping[Path, Sequence[Failure]]


class Run:
    """One indexing run. Call `rag.store.indexing.update_index` instead of using it directly."""

    def __init__(
        self,
        writer: Writer,
        embedder: Embedder,
        on_progress: OnIndexProgress,
        files: Collection[Path] | None = None,
        prefix: str = "",
        *,
        reading: Reading = read_here,
    ) -> None:
        """`files` are absolute paths, and all that will be looked at. None means any file.

        The ids of new articles begin with `prefix`.
        """
        self._writer = writer
        self._reading = reading
        self._embedder = embedder
        self._on_progress = on_progress
        known = writer.files() if files is None else filter(None, map(writer.file, files))
        self._known = {Path(file.base, file.path): file for file in known}
        self._prefix = prefix
        # Ids that are given away, besides those of what is stored already.
        self._taken = set[str]()
        self._waiting = set[str]()
        self._excluded: dict[Path, list[Exclusion]] = {}
        self._exclude(writer.exclusions())
        # Articles whose file is gone, by content hash: another file may hold the same article.
        self._gone: dict[str, list[str]] = {}
        self._batch = _Batch()
        self._progress = IndexProgress(done=0, total=0, articles=0, passages=0)
        self._notices: list[Notice] = []
        self._corrections = read_corrections(writer.folder)
        self._counts = dict.fromkeys(("added", "changed", "moved", "removed", "unchanged"), 0)
        # Only in a rebuild: the index in use, and its articles that were not found again yet.
        self._old_folder: Path | None = None
        self._inherited: dict[str, tuple[KnownFile, str]] = {}
        # Exclusions whose file is gone, by content hash.
        self._homeless: dict[str, Exclusion] = {}

    def inherit(self, folder: Path) -> None:
        """Take over the ids, the exclusions and the articles of the index in use, for a rebuild."""
        files, exclusions = stored_state(folder)
        self._old_folder = folder
        self._known = {Path(file.base, file.path): replace(file, stamp=None) for file in files}
        for file in files:
            for document in file.documents:
                self._inherited[document.doc_id] = file, document.natural_id
                self._taken.add(document.doc_id)
        self._exclude(exclusions)
        with self._writer.commit():
            for exclusion in exclusions:
                self._writer.put_exclusion(exclusion)

    def follow(
        self, roots: Sequence[Path], named: Collection[Path], followed: Collection[Path]
    ) -> IndexReport:
        """Index every change under `roots`, and return the report of the run.

        `named` are the roots that the user gave. `followed` are the roots that the index follows.
        """
        with self._writer.commit():
            for root in roots:
                if not self._is_inside(root, followed):
                    self._writer.add_root(str(root))
            self._readmit(named)
        everything = {*roots, *followed}
        inner = [r for r in everything if r not in roots and any(beneath(r, o) for o in roots)]
        scans = [scan(root, self._known, everything) for root in (*roots, *sorted(inner))]
        there = {file.path for found in scans for file in found.fresh}
        gone = {
            Path(file.base, file.path): file
            for found in scans
            for file in found.gone
            if Path(file.base, file.path) not in there
        }
        for lost in gone.values():
            for known in lost.documents:
                self._gone.setdefault(known.content_hash, []).append(known.doc_id)
        self._homeless = {
            exclusion.content_hash: exclusion
            for path in gone
            for exclusion in self._excluded.pop(path, ())
        }
        sizes = {file.path: file.size for found in scans for file in found.fresh}
        self._progress = replace(self._progress, total=sum(sizes.values()))
        failures = {found.root: list(found.failures) for found in scans}
        fresh: dict[Path, tuple[ArticleFile, Scan]] = {}
        for found in scans:
            for file in found.fresh:
                fresh.setdefault(file.path, (file, found))
        unchanged = {Path(f.base, f.path): f for found in scans for f in found.unchanged}
        self._counts["unchanged"] += sum(len(file.documents) for file in unchanged.values())
        files = (self._to_read(file, found) for file, found in fresh.values())
        # Closed also after an error, since other processes may be reading.
        with closing(self._reading(files, self._writer.vector_keys)) as given:
            for (file, found), items in zip(fresh.values(), given, strict=True):
                failures[found.root] += self._read(file, found, items)
        self._carry_over(everything)
        self._flush(_Ending(gone=tuple(gone.values()), failures=failures))
        manifest = self._writer.manifest()
        return IndexReport(
            **self._counts,
            passages_embedded=self._progress.passages,
            failures=tuple(failure for found in scans for failure in failures[found.root]),
            notices=tuple(self._notices),
            documents=manifest.documents if manifest else 0,
            generation=manifest.generation if manifest else 0,
        )

    @staticmethod
    def _is_inside(root: Path, followed: Collection[Path]) -> bool:
        """Return True if `root` is a single file in a followed folder, and not hidden there."""
        around = [other for other in followed if other != root and beneath(root, other)]
        hidden = any(
            part.startswith(".") for other in around for part in root.relative_to(other).parts
        )
        return bool(around) and not hidden and root.is_file()

    def _readmit(self, named: Collection[Path]) -> None:
        """Drop the exclusions of files that the user named: naming a file allows it again."""
        for path in named:
            for exclusion in self._excluded.pop(path, ()):
                self._writer.drop_exclusion(exclusion)
                if path in self._known:
                    self._known[path] = replace(self._known[path], stamp=None)

    def _exclude(self, exclusions: Iterable[Exclusion]) -> None:
        for exclusion in exclusions:
            self._excluded.setdefault(Path(exclusion.file), []).append(exclusion)

    def _is_excluded(self, path: Path, document: Document) -> bool:
        """Return True if the user removed an article, from this file or before the file moved."""
        own = document.doc_id, document.content_hash
        # The id depends on the root around the file and may have changed: compare contents too.
        here = any(
            e.natural_id == own[0] or e.content_hash == own[1] for e in self._excluded.get(path, ())
        )
        if here and document.content_hash not in self._gone:
            return True
        moved = self._homeless.get(document.content_hash)
        if moved is not None:
            moved = replace(moved, file=str(path), natural_id=document.doc_id)
            self._exclude([moved])
            with self._writer.commit():
                self._writer.put_exclusion(moved)
        return moved is not None

    def _carry_over(self, roots: Collection[Path]) -> None:
        """In a rebuild, copy articles from the index in use whose file can't be read now."""
        gone = {doc_id for ids in self._gone.values() for doc_id in ids}
        for doc_id, (file, natural_id) in self._inherited.items():
            path = Path(file.base, file.path)
            wanted = any(beneath(path, root) for root in roots)
            if self._old_folder is None or not wanted or doc_id in gone or self._holds(doc_id):
                continue
            document = stored_document(self._old_folder, doc_id)
            self._add(self._prepared(document, natural_id, (file.base, file.path), None))
            if self._batch.full():
                self._flush()

    def _to_read(self, file: ArticleFile, found: Scan) -> FileToRead:
        known = self._known.get(file.path)
        base = Path(known.base) if known else found.base
        return FileToRead(path=file.path, size=file.size, base=base, known=known)

    def _read(self, file: ArticleFile, found: Scan, items: Iterator[Item]) -> tuple[Failure, ...]:
        """Put the changed articles of one file into the batch, and return the file's failures."""
        known = self._known.get(file.path)
        failures: list[LoadFailure] = []
        notices: list[LoadNotice] = []
        seen: set[str] = set()
        base = Path(known.base) if known else found.base
        unread = file.size
        for item in items:
            if isinstance(item, LoadFailure):
                failures.append(item)
                continue
            if isinstance(item, LoadNotice):
                notices.append(item)
                continue
            made = item if isinstance(item, Embedded) else None
            document = item.document if isinstance(item, Embedded) else item
            seen.add(document.doc_id)
            self._take(document, known, base, made)
            # For the progress, the size of an article's text is a good enough estimate.
            read = min(unread, len(document.text.encode()))
            unread -= read
            self._batch.size += read
            if self._batch.full():
                self._flush()
        self._batch.size += unread
        if failures and known is None and not seen:
            return failures_of(failures)
        if known and not failures:
            # Only without failures: a missing article may be one that could not be read.
            lost = [d.doc_id for d in known.documents if d.natural_id not in seen]
            self._batch.removed += lost
            self._counts["removed"] += len(lost)
            for doc_id in lost:
                self._inherited.pop(doc_id, None)
        place = str(base), known.path if known else stored_path(file.path, base)
        # A file that gave no article gets no stamp: its stored articles may come from another
        # reading version, and the next run reads it again.
        stamp = stamp_when_read(None if failures else file.stamp) if seen else None
        self._batch.stamps.append((*place, stamp, tuple(notices)))
        self._notices += notices_of(notices)
        if self._batch.full():
            self._flush()
        return failures_of(failures)

    def _take(
        self, document: Document, known: KnownFile | None, base: Path, made: Embedded | None
    ) -> None:
        """Put an article into the batch, unless it is already stored or was removed by hand."""
        path = known.path if known else document.path
        natural_id = document.doc_id
        old = known.document(natural_id) if known else None
        if old is None and self._is_excluded(base / path, document):
            return
        held = old is not None and self._holds(old.doc_id)
        same = held and old is not None and old.content_hash == document.content_hash
        if same and known and known.read_by_this_version:
            self._counts["unchanged"] += 1
            return
        doc_id = old.doc_id if old else self._new_id(document)
        document = replace(document, doc_id=doc_id)
        if doc_id in self._corrections:
            document = self._corrections[doc_id].over(document)
        article = self._prepared(document, natural_id, (str(base), path), made)
        if same and self._is_stored(article):
            self._counts["unchanged"] += 1
            return
        if old:
            self._counts["changed" if held else "added"] += 1
        self._add(article)

    def _prepared(
        self, document: Document, natural_id: str, place: tuple[str, str], made: Embedded | None
    ) -> Prepared:
        base, path = place
        return prepare(
            document, self._embedder, natural_id=natural_id, base=base, path=path, made=made
        )

    def _is_stored(self, article: Prepared) -> bool:
        """Return True if exactly this article is stored already."""
        return self._writer.is_stored(article.document, article.cut)

    def _add(self, article: Prepared) -> None:
        self._waiting.add(article.document.doc_id)
        self._batch.articles.append(article)
        self._batch.passages += len(article.cut.spans)
        self._batch.characters += len(article.document.text)

    def _holds(self, doc_id: str) -> bool:
        """Return True if an article with that id is stored or in the batch."""
        return doc_id in self._waiting or self._writer.holds(doc_id)

    def _new_id(self, document: Document) -> str:
        """Return the id for a new article.

        A moved article keeps its id. Any other article gets its natural id, with the prefix of the
        store and, if that is taken, a number.
        """
        if moved := self._gone.get(document.content_hash):
            self._counts["moved"] += 1
            return moved.pop()
        self._counts["added"] += 1
        natural = self._prefix + document.doc_id
        doc_id, number = natural, 2
        while doc_id in self._taken or self._writer.holds(doc_id):
            doc_id, number = f"{natural}~{number}", number + 1
        self._taken.add(doc_id)
        return doc_id

    def _flush(self, ending: _Ending | None = None) -> None:
        """Embed the new texts of the batch, and commit the batch, with `ending` if it is given."""
        batch, self._batch = self._batch, _Batch()
        self._waiting.clear()
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
            if ending is not None:
                self._writer.settle_reading()
        if batch.stamps or batch.articles:
            done, articles = start.done + batch.size, start.articles + len(batch.articles)
            self._report(replace(self._progress, done=done, articles=articles))

    def _embedded(self, batch: _Batch) -> tuple[Sequence[str], Vectors | None]:
        """Embed the texts of the batch that have no vector; return their keys and vectors."""
        texts = {key: text for article in batch.articles for key, text in article.texts().items()}
        missing = sorted(self._writer.missing_keys(texts))
        if not missing:
            return (), None
        start = self._progress

        def advance(count: int) -> None:
            passages = self._progress.passages + count
            done = start.done + batch.size * (passages - start.passages) // len(missing)
            self._report(replace(self._progress, passages=passages, done=done))

        advance(0)
        ready = {key: row for article in batch.articles for key, row in article.embedded.items()}
        here = [key for key in missing if key not in ready]
        vectors = self._embedder.embed_passages([texts[key] for key in here], advance)
        if len(here) == len(missing):
            return missing, vectors
        advance(len(missing) - len(here))
        ready.update(zip(here, vectors, strict=True))
        return missing, np.stack([ready[key] for key in missing])

    def _put(self, batch: _Batch) -> bool:
        """Store the batch, within a commit. Returns True if an article changed."""
        generation = self._writer.next_generation()
        files: dict[tuple[str, str], int] = {}
        for article in batch.articles:
            place = article.base, article.path
            if place not in files:
                files[place] = self._writer.put_file(*place)
            self._writer.put_document(
                files[place],
                article.document,
                article.cut,
                natural_id=article.natural_id,
                generation=generation,
            )
        for doc_id in batch.removed:
            self._writer.remove_document(doc_id)
        for stamp in batch.stamps:
            self._writer.set_stamp(*stamp)
        return bool(batch.articles or batch.removed)

    def _end(self, ending: _Ending) -> bool:
        """Remove articles that are gone and were not found elsewhere, within a commit.

        Also stores the failures. Returns True if an article was removed, or if the index has no
        generation yet.
        """
        lost = [doc_id for ids in self._gone.values() for doc_id in ids]
        self._counts["removed"] += len(lost)
        for doc_id in lost:
            self._writer.remove_document(doc_id)
        for file in ending.gone:
            self._writer.remove_file(file.base, file.path)
        # If the content was found in another file, `_is_excluded` made an exclusion for that.
        for exclusion in self._homeless.values():
            self._writer.drop_exclusion(exclusion)
        for root, failures in ending.failures.items():
            self._writer.replace_failures(str(root), failures)
        return bool(lost) or self._writer.manifest() is None

    def _report(self, progress: IndexProgress) -> None:
        self._progress = progress
        self._on_progress(progress)
