"""The articles of one index: what there is, adding files to them, and removing those again.

Uploaded files are kept in a folder of the index's own (`UPLOADS_NAME`), which the index follows
like any other: `rag index` finds them, and a rebuild keeps them. A file is written under another
name first and then renamed, so there is never half a file; one of the same name is replaced.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from rag.errors import DocumentError, IndexBusy, RagError
from rag.ingest.files import list_files
from rag.messages import Message
from rag.models.embedder import Embedder
from rag.store.articles import (
    Catalogue,
    Listed,
    document_not_found,
    read_catalogue,
    stored_document,
)
from rag.store.database import UPLOADS_NAME, current_manifest
from rag.store.indexing import readmit, remove, update_index
from rag.store.notices import OnIndexProgress
from rag.types import Document
from rag.uploads.intake import Refusal, Upload, take_in
from rag.uploads.names import short

_PATIENCE = 10.0
"""Seconds to wait for another process that writes to the index."""
WORK_PREFIX = ".taking-"
"""Of folders for what is only on its way; the index passes over hidden ones."""
_ABANDONED_SECONDS = 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Step:
    """How far adding or removing is: `done` of `total`, in files, or in bytes while indexing.

    `waiting` is for another who adds or removes, and has no count.
    """

    stage: Literal["waiting", "checking", "indexing"]
    done: int = 0
    total: int = 0


@dataclass(frozen=True, kw_only=True)
class Added:
    """What became of uploaded files, by their names; `hidden` counts what was passed over in zips.

    `replaced` had a file of the same name before, `same` one with the same bytes. With `error`, the
    files are kept, but the index could not be brought up to date: they come in with its next run.
    """

    new: tuple[str, ...]
    replaced: tuple[str, ...]
    same: tuple[str, ...]
    refused: tuple[Refusal, ...]
    hidden: int
    error: Message | None


OnStep = Callable[[Step], None]


class Library:
    """The articles of the index in `folder`. Safe between threads; one at a time writes.

    `on_change` is called when the index has changed.
    """

    def __init__(
        self, folder: Path, embedder: Embedder, on_change: Callable[[], None] = lambda: None
    ) -> None:
        self._folder = folder
        self.uploads = folder.resolve() / UPLOADS_NAME
        """The folder of uploaded files; it need not exist."""
        self._embedder = embedder
        self._on_change = on_change
        self._writing = threading.Lock()
        self._catalogue: Catalogue | None = None

    def catalogue(self) -> Catalogue:
        """The list of what is indexed now. Raises `IndexUnusable`."""
        known = self._catalogue
        if known is None or known.manifest.commit_id != current_manifest(self._folder).commit_id:
            known = self._catalogue = read_catalogue(self._folder)
        return known

    def document(self, doc_id: str) -> Document:
        """One article, as it is indexed now. Raises `DocumentNotFound` and `IndexUnusable`."""
        return stored_document(self._folder, doc_id)

    def is_uploaded(self, article: Listed) -> bool:
        """Whether an article can be removed here, since its file was uploaded."""
        return article.file.is_relative_to(self.uploads)

    def add(self, uploads: Sequence[Upload], on_step: OnStep = lambda _: None) -> Added:
        """Take files into the index; zips are unpacked. `uploads` themselves stay where they are.

        What can't be taken is named in the result. Raises `DocumentError` where the folder of
        uploads can't be written.
        """
        on_step(Step(stage="waiting"))
        with self._writing, self._workspace() as work:
            done = 0

            def count() -> None:
                nonlocal done
                done += 1
                on_step(Step(stage="checking", done=done))

            intake = take_in(uploads, work, count)
            found: dict[str, list[str]] = {"new": [], "replaced": [], "same": []}
            refused = list(intake.refused)
            for path in intake.paths:
                try:
                    found[_place(work, self.uploads, path)].append(str(path))
                except OSError as why:
                    refused.append(Refusal(name=str(path), reason=_not_stored(path, why)))
            stored = [name for names in found.values() for name in names]
            error = self._taken_up(stored, on_step) if stored else None
        return Added(
            new=tuple(found["new"]),
            replaced=tuple(found["replaced"]),
            same=tuple(found["same"]),
            refused=tuple(refused),
            hidden=intake.hidden,
            error=error,
        )

    def remove(self, doc_id: str, on_step: OnStep = lambda _: None) -> tuple[str, ...]:
        """Delete the uploaded file of an article, and all its articles; their titles.

        Raises `DocumentNotFound`, `DocumentError` for an article that was not uploaded, and
        `IndexUnusable`; nothing is deleted then.
        """
        on_step(Step(stage="waiting"))
        with self._writing, self._workspace() as work:
            articles = {article.doc_id: article for article in self.catalogue().articles}
            if doc_id not in articles:
                raise document_not_found(doc_id)
            article = articles[doc_id]
            file = article.file
            if not self.is_uploaded(article):
                raise _not_uploaded(article)
            kept = work / "removed"
            try:
                file.rename(kept)
            except FileNotFoundError:
                pass  # deleted by hand: the index is behind
            except OSError as error:
                raise _not_deleted(article, error) from error
            try:
                self._update(lambda: self._forget(on_step))
            except BaseException:
                if kept.exists():
                    kept.rename(file)
                raise
            _prune(file.parent, self.uploads)
        return tuple(other.title for other in articles.values() if other.shares_file(article))

    @contextmanager
    def _workspace(self) -> Iterator[Path]:
        """A new folder on the disk of the uploads, gone at the end."""
        try:
            self.uploads.mkdir(parents=True, exist_ok=True)
            for left in self.uploads.glob(f"{WORK_PREFIX}*"):
                if time.time() - left.stat().st_mtime > _ABANDONED_SECONDS:
                    shutil.rmtree(left, ignore_errors=True)
            work = Path(tempfile.mkdtemp(prefix=WORK_PREFIX, dir=self.uploads))
        except OSError as error:
            raise _not_writable(self.uploads, error) from error
        try:
            yield work
        except OSError as error:
            raise _not_writable(self.uploads, error) from error
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _taken_up(self, names: Sequence[str], on_step: OnStep) -> Message | None:
        """Bring the index up to date with stored files; why that could not be done."""
        files = {self.uploads / name for name in names}

        def update() -> None:
            # Who uploads a file wants it, even if it was removed by `rag remove` before.
            readmit(self._folder, files)
            update_index(self._folder, [self.uploads], self._embedder, _told(on_step))

        try:
            self._update(update)
        except RagError as error:
            return error.message
        return None

    def _forget(self, on_step: OnStep) -> None:
        """Bring the index up to date after a file was taken away."""
        if list_files(self.uploads).files:
            update_index(self._folder, [self.uploads], self._embedder, _told(on_step))
        else:
            # A followed folder that is suddenly empty would be taken for a disk that isn't mounted.
            remove(self._folder, roots=[self.uploads])

    def _update(self, work: Callable[[], None]) -> None:
        """Change the index, waiting a while for another process that does."""
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                work()
                break
            except IndexBusy:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
        self._on_change()


def _told(on_step: OnStep) -> OnIndexProgress:
    return lambda progress: on_step(
        Step(stage="indexing", done=progress.done, total=progress.total)
    )


def _place(work: Path, uploads: Path, path: PurePosixPath) -> Literal["new", "replaced", "same"]:
    """Put a file where it stays, in place of one of its name; what there was before."""
    source, target = work / path, uploads / path
    became: Literal["new", "replaced", "same"] = "new"
    if target.is_file():
        became = "same" if source.read_bytes() == target.read_bytes() else "replaced"
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    return became


def _prune(folder: Path, uploads: Path) -> None:
    """Remove folders that have become empty, up to the folder of uploads."""
    while folder != uploads and folder.is_relative_to(uploads):
        try:
            folder.rmdir()
        except OSError:
            return  # something is in it
        folder = folder.parent


def _not_stored(path: PurePosixPath, error: OSError) -> Message:
    reason = error.strerror or type(error).__name__
    return Message(
        code="not_stored",
        en=f"{short(str(path))} can't be stored ({reason}): rename it, or make room.",
        zh=f"{short(str(path))} 无法保存（{reason}）：请改名或腾出空间。",
    )


def _not_writable(uploads: Path, error: OSError) -> DocumentError:
    reason = error.strerror or type(error).__name__
    return DocumentError(
        en=f"The folder of uploads {short(str(uploads))} can't be written ({reason}): make room or"
        " allow writing there.",
        zh=f"上传文件夹 {short(str(uploads))} 无法写入（{reason}）：请腾出空间或开放写权限。",
    )


def _not_uploaded(article: Listed) -> DocumentError:
    return DocumentError(
        en=f"{short(article.title)} was not uploaded: delete its file {article.file}"
        " and run `rag index`.",
        zh=f"{short(article.title)} 不是上传的文章：请删除其文件 {article.file}"
        " 并运行 `rag index`。",
    )


def _not_deleted(article: Listed, error: OSError) -> DocumentError:
    reason = error.strerror or type(error).__name__
    return DocumentError(
        en=f"{short(article.path)} can't be deleted ({reason}): check its permissions.",
        zh=f"{short(article.path)} 无法删除（{reason}）：请检查权限。",
    )
