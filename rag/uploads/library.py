"""List the articles of an index, add uploaded files, and remove them again.

Uploaded files are kept in a folder inside the index folder (`UPLOADS_NAME`). The index follows it
like any other root, so `rag index` finds the files, and a rebuild keeps them. A file is first
written under another name and then renamed, so no file is ever incomplete. A file of the same name
is replaced.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
)
from rag.store.corrections import (
    Correction,
    as_corrected,
    forget_corrections,
    read_corrections,
)
from rag.store.database import UPLOADS_NAME
from rag.store.index import (
    correct,
    current_manifest,
    read_catalogue,
    remove,
    stored_document,
    update_index,
)
from rag.store.indexing import readmit
from rag.store.notices import OnIndexProgress
from rag.types import Document
from rag.uploads.intake import Refusal, Upload, take_in
from rag.uploads.names import short
from rag.whole_files import replace_file

_PATIENCE = 10.0
"""How many seconds to wait for another process that writes to the index."""
WORK_PREFIX = ".taking-"
"""The prefix of temporary folders. They are hidden, so the index skips them."""
_ABANDONED_SECONDS = 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Step:
    """The progress of adding or removing: `done` of `total`, in files, or in bytes while indexing.

    The stage "waiting" means that another user adds or removes files; it has no count.
    """

    stage: Literal["waiting", "checking", "indexing"]
    done: int = 0
    total: int = 0


@dataclass(frozen=True, kw_only=True)
class Added:
    """The result of adding files, by their names.

    `new` files had a new name. `replaced` files had the name of an older file, and `same` files
    also had the same bytes. `hidden` is the number of system files in zips, which were skipped. If
    there is an `error`, the files are stored, but the index could not be updated; the next run of
    `rag index` adds them.
    """

    new: tuple[str, ...]
    replaced: tuple[str, ...]
    same: tuple[str, ...]
    refused: tuple[Refusal, ...]
    hidden: int
    error: Message | None


OnStep = Callable[[Step], None]


class Library:
    """The articles of the index in `folder`.

    Several threads may use it; only one writes at a time. `on_change` is called after the index has
    changed.
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

    @property
    def folder(self) -> Path:
        """The folder of the index."""
        return self._folder

    def catalogue(self) -> Catalogue:
        """Return the current article list. Raises `IndexUnusable`."""
        known = self._catalogue
        if known is None or known.manifest.commit_id != current_manifest(self._folder).commit_id:
            known = self._catalogue = read_catalogue(self._folder)
        return known

    def document(self, doc_id: str) -> Document:
        """Return one article. Raises `DocumentNotFound` and `IndexUnusable`."""
        return stored_document(self._folder, doc_id)

    def is_uploaded(self, article: Listed) -> bool:
        """Return True if an article's file was uploaded. Only such articles can be removed here."""
        return article.file.is_relative_to(self.uploads)

    def add(
        self, uploads: Sequence[Upload], on_step: OnStep = lambda _: None, *, outlet: str = ""
    ) -> Added:
        """Add files to the index. Zips are unpacked, and the files in `uploads` are not moved.

        `outlet` is that of the articles that name none. The result names the files that were
        refused. Raises `DocumentError` if the folder of uploads can't be written, or for an
        `outlet` that is none.
        """
        outlet = Correction(outlet=outlet).checked().outlet
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
            error = self._taken_up(stored, outlet, on_step) if stored else None
        return Added(
            new=tuple(found["new"]),
            replaced=tuple(found["replaced"]),
            same=tuple(found["same"]),
            refused=tuple(refused),
            hidden=intake.hidden,
            error=error,
        )

    def remove(
        self, doc_id: str, on_step: OnStep = lambda _: None, *, alone: bool = False
    ) -> tuple[str, ...]:
        """Delete the uploaded file of an article with all its articles, and return their titles.

        With `alone`, the other articles of the file stay, and so does the file. The article stays
        out of the index when the file is read again, until it is uploaded again. Raises
        `DocumentNotFound`, `DocumentError` for an article that was not uploaded, and
        `IndexUnusable`. Nothing is deleted then.
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
            if alone and sum(other.shares_file(article) for other in articles.values()) > 1:
                on_step(Step(stage="indexing"))
                self._update(lambda: self._exclude(doc_id))
                return (article.title,)
            kept = work / "removed"
            try:
                file.rename(kept)
            except FileNotFoundError:
                pass  # the user deleted the file already
            except OSError as error:
                raise _not_deleted(article, error) from error
            try:
                self._update(lambda: self._forget(on_step))
            except BaseException:
                if kept.exists():
                    kept.rename(file)
                raise
            _prune(file.parent, self.uploads)
            gone = {a.doc_id: a.title for a in articles.values() if a.shares_file(article)}
            forget_corrections(self._folder, gone)
        return tuple(gone.values())

    @contextmanager
    def _workspace(self) -> Iterator[Path]:
        """Make a temporary folder on the disk of the uploads, and delete it at the end."""
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

    def _taken_up(self, names: Sequence[str], outlet: str, on_step: OnStep) -> Message | None:
        """Update the index with stored files, and return the error message if that fails."""
        files = {self.uploads / name for name in names}

        def update() -> None:
            # Uploading a file allows it again, even if it was removed by `rag remove` before.
            readmit(self._folder, files)
            update_index(self._folder, [self.uploads], self._embedder, _told(on_step))
            if outlet:
                self._name_outlet(outlet, files)

        try:
            self._update(update)
        except RagError as error:
            return error.message
        return None

    def _name_outlet(self, outlet: str, files: Collection[Path]) -> None:
        """Give an outlet to the articles of these files that have none."""
        nameless = [a.doc_id for a in self.catalogue().articles if a.file in files and not a.outlet]
        known = read_corrections(self._folder)
        named = {
            doc_id: replace(known.get(doc_id, Correction()), outlet=outlet) for doc_id in nameless
        }
        if named:
            correct(self._folder, named, self._embedder)

    def correction(self, doc_id: str) -> Correction:
        """Return what was corrected of an article by hand. Raises `IndexDamaged`."""
        return read_corrections(self._folder).get(doc_id, Correction())

    def correct(
        self,
        doc_id: str,
        *,
        outlet: str | None = None,
        title: str | None = None,
        day: str | None = None,
    ) -> None:
        """Correct an article's outlet, title and day (`2025-02-13`).

        What is None or the same as before is no correction, and an empty text takes one back. The
        correction lies beside the index and holds whenever the file is read again. Raises
        `DocumentNotFound`, `DocumentError` for a value that can't be used, and `IndexUnusable`.
        """
        with self._writing:
            known, shown = self.correction(doc_id), as_corrected(self.document(doc_id))
            given = Correction(
                outlet=shown.outlet if outlet is None else outlet,
                title=shown.title if title is None else title,
                day=shown.day if day is None else day,
            ).checked()
            changed = Correction(
                outlet=known.outlet if given.outlet == shown.outlet else given.outlet,
                title=known.title if given.title == shown.title else given.title,
                day=known.day if given.day == shown.day else given.day,
            )
            if changed != known:
                self._update(lambda: correct(self._folder, {doc_id: changed}, self._embedder))

    def _exclude(self, doc_id: str) -> None:
        remove(self._folder, [doc_id])
        forget_corrections(self._folder, [doc_id])

    def _forget(self, on_step: OnStep) -> None:
        """Update the index after a file was deleted."""
        if list_files(self.uploads).files:
            update_index(self._folder, [self.uploads], self._embedder, _told(on_step))
        else:
            # An update would keep the articles of an empty folder, since its disk may be missing.
            remove(self._folder, roots=[self.uploads])

    def _update(self, work: Callable[[], None]) -> None:
        """Change the index. If another process is changing it, wait up to `_PATIENCE` seconds."""
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
    """Move a file into the folder of uploads, and return how it compares with an older one."""
    source, target = work / path, uploads / path
    became: Literal["new", "replaced", "same"] = "new"
    if target.is_file():
        became = "same" if source.read_bytes() == target.read_bytes() else "replaced"
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_file(source, target)
    return became


def _prune(folder: Path, uploads: Path) -> None:
    """Remove folders that have become empty, up to the folder of uploads."""
    while folder != uploads and folder.is_relative_to(uploads):
        try:
            folder.rmdir()
        except OSError:
            return  # the folder is not empty
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
