"""Changing an index: bringing it up to date with its files, watching them, taking articles out."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event

import watchfiles

from rag.errors import ConfigError, IndexUnusable
from rag.ingest.chunker import CHUNKER
from rag.ingest.files import is_listed, list_files
from rag.messages import Message
from rag.models.embedder import Embedder
from rag.store.articles import document_not_found, read_status
from rag.store.database import (
    UPLOADS_NAME,
    check_manifest,
    index_exists,
    not_arranged,
    stored_roots,
)
from rag.store.followed_files import beneath
from rag.store.large.compaction import compact, needs_compaction
from rag.store.notices import IndexProgress, IndexReport, OnIndexProgress
from rag.store.opening import open_writer
from rag.store.sync import Run
from rag.store.writer import Writer

# Waiting for the files that an index follows to change; through watchfiles.

_QUIET_MILLISECONDS = 400
"""Changes that follow one another faster than this are one."""
_TICK_SECONDS = 2
_LOOK_SECONDS = 60


def changes(
    roots: Callable[[], Sequence[Path]], ignored: Path, stop: Event | None = None
) -> Iterator[frozenset[Path]]:
    """Yield whenever something under `roots` may have changed, until `stop` is set.

    What is yielded are the paths that changed, or nothing where all has to be looked at.

    `roots` is asked again and again, since other processes may add some; what happens under
    `ignored`, the index's own folder, is no change but under roots that lie in it. The system
    tells of most changes at once. It also yields without having been told: soon after the start,
    since what changes before the system listens is told by nobody, and then at longer and longer
    intervals, up to a minute, since not every file system tells and disks come back.
    """
    stop = stop or Event()
    interval = _TICK_SECONDS
    look = time.monotonic() + interval
    while not stop.is_set():
        there = _present(roots())
        for told in _ticks(there, ignored.absolute(), stop):
            if stop.is_set():
                return
            if told:
                yield told
            elif time.monotonic() >= look:
                interval = min(2 * interval, _LOOK_SECONDS)
                look = time.monotonic() + interval
                yield frozenset()
            if _present(roots()) != there:
                break


def _present(roots: Sequence[Path]) -> tuple[Path, ...]:
    return tuple(root for root in roots if root.exists())


def _ticks(roots: Sequence[Path], ignored: Path, stop: Event) -> Iterator[frozenset[Path]]:
    """Every two seconds, and at once where something changed: what did."""

    def matters(_: watchfiles.Change, path: str) -> bool:
        around = [root for root in roots if Path(path).is_relative_to(root)]
        if Path(path).is_relative_to(ignored):
            around = [root for root in around if root.is_relative_to(ignored)]
        inside = [Path(path).relative_to(root) for root in around]
        return any(not any(part.startswith(".") for part in rest.parts) for rest in inside)

    try:
        if roots:
            for changed in watchfiles.watch(
                *roots,
                watch_filter=matters,
                step=_QUIET_MILLISECONDS,
                stop_event=stop,
                rust_timeout=1000 * _TICK_SECONDS,
                yield_on_timeout=True,
                raise_interrupt=True,
            ):
                yield frozenset(Path(path) for _, path in changed)
            return
    except OSError:
        pass  # a root that went away meanwhile, or too many folders for the system to watch
    stop.wait(_TICK_SECONDS)
    yield frozenset()


# Taking articles out of an index by hand.


def remove(folder: Path, doc_ids: Sequence[str] = (), roots: Sequence[Path] = ()) -> int:
    """Remove articles by id, and those of roots that are followed no more; how many, all told.

    An article that is removed by id stays away though its file is there, until that file is named
    to `rag.store.indexing.update_index`. Articles that also lie under another root stay. Raises
    `DocumentNotFound` for an id that no article has, `ConfigError` for a root that the index does
    not follow, and then removes nothing.
    """
    before = read_status(folder)
    with open_writer(folder) as writer, writer.commit():
        for doc_id in dict.fromkeys(doc_ids):
            if not writer.exclude(doc_id.encode(errors="replace").decode()):
                raise document_not_found(doc_id)
        for root in roots:
            _remove_root(writer, root)
        writer.finish_generation()
        writer.settle_reading()
        after = writer.manifest()
    return before.manifest.documents - (after.documents if after else 0)


def readmit(folder: Path, files: Collection[Path]) -> None:
    """Let the articles of `files` in again that were removed by hand, when they are next read.

    A file that did not change since is not read. Nothing happens where there is no index.
    """
    if not index_exists(folder):
        return
    with open_writer(folder) as writer, writer.commit():
        for exclusion in writer.exclusions():
            if Path(exclusion.file) in files:
                writer.drop_exclusion(exclusion)


def _remove_root(writer: Writer, root: Path) -> None:
    roots = {Path(followed) for followed in writer.roots()}
    named = _followed(root, roots)
    for file in writer.files():
        path = Path(file.base, file.path)
        if beneath(path, named) and not any(beneath(path, other) for other in roots - {named}):
            for document in file.documents:
                writer.remove_document(document.doc_id)
            writer.remove_file(file.base, file.path)
    writer.remove_root(str(named))


def _followed(root: Path, roots: set[Path]) -> Path:
    """The followed root that a person means."""
    if root.absolute() in roots:
        return root.absolute()
    with suppress(OSError, RuntimeError):  # links in a circle
        if root.resolve() in roots:
            return root.resolve()
    listed = ", ".join(sorted(map(str, roots)))
    raise ConfigError(
        en=f"The index does not follow {str(root)!r}: it follows {listed}.",
        zh=f"索引没有跟踪 {str(root)!r}：它跟踪的是 {listed}。",
    )


# Bringing an index up to date with the files of its roots.

_FEW_FILES = 100


def first_root(folder: Path) -> Path | None:
    """Returns the articles that an index is made of unasked: `seeds/` of the current folder.

    None where there is none, or where `folder` has an index already.
    """
    seeds = Path("seeds")
    return seeds if seeds.is_dir() and not index_exists(folder) else None


def made_of_seeds(folder: Path) -> Message:
    """Says that an index is made unasked, which may take minutes."""
    return Message(
        code="made_of_seeds",
        en=f"No index in {folder} yet: building it from seeds/.",
        zh=f"{folder} 中还没有索引：先用 seeds/ 建立。",
    )


def update_index(
    folder: Path,
    roots: Sequence[Path] | None,
    embedder: Embedder,
    on_progress: OnIndexProgress | None = None,
    *,
    rebuild: bool = False,
    files: Collection[Path] | None = None,
) -> IndexReport:
    """Make the index in `folder` follow the files of `roots`; None: of those it follows already.

    New and changed articles (by content) are stored, a moved one keeps its id, those whose file
    is gone are removed, and only passages whose text was never embedded are embedded. It commits
    as it goes, whole articles at a time; a run that is cut off loses its last batch at most, and
    the next one goes on. What can't be read is reported, and what is indexed of it stays, in a
    rebuild as well. A file that is given by itself is taken in even if it was removed by hand.
    What was uploaded (`rag.uploads`) stays in a rebuild without being named. Where no `roots` are
    given, `files` may tell which are all that can have changed: then no others are looked at.

    Raises `ConfigError` for a new root that does not exist, `IndexBusy` while another process
    writes, `IndexNotWritable`, and `IndexMismatch` where the index was made by another model or
    chunker, unless `rebuild` makes it anew (`rag.store.writer.open_writer`).
    """
    followed = known_roots(folder)
    named = tuple(dict.fromkeys(_resolved(root, followed) for root in roots or ()))
    with open_writer(folder, rebuild=rebuild) as writer:
        before = writer.manifest()
        if before is not None:
            check_manifest(before, folder, fingerprint=embedder.fingerprint, chunker=CHUNKER)
        told = on_progress or (lambda _: None)
        if roots is None and files is not None:
            report = _look_at(files, writer, embedder, told)
            if report:
                _arrange(writer, told, thorough=False)
                return report
        run = Run(writer, embedder, told)
        if rebuild:
            run.inherit(folder)
        if roots is None:
            # Read again now that nobody else writes.
            report = run.follow(known_roots(folder), (), known_roots(folder))
        elif rebuild:
            # It follows nothing but what it is given, and what was uploaded, which nobody would
            # think of naming.
            report = run.follow(tuple(dict.fromkeys((*named, *_uploads(folder)))), named, ())
        else:
            report = run.follow(named, named, known_roots(folder))
        _arrange(writer, told, thorough=True)
        return report


def _look_at(
    files: Collection[Path], writer: Writer, embedder: Embedder, on_progress: OnIndexProgress
) -> IndexReport | None:
    """Take up what changed in these files; None where more than that has to be looked at."""
    followed = known_roots(writer.folder)
    few = 0 < len(files) <= _FEW_FILES
    listed = few and all(any(is_listed(path, root) for root in followed) for path in files)
    # What can't be read is remembered by the root that it lies under.
    if not listed or writer.has_failures():
        return None
    report = Run(writer, embedder, on_progress, files).follow(tuple(set(files)), (), followed)
    if not report.failures:
        return report
    # No file is a root for having been named here, though it went meanwhile or can't be read.
    with writer.commit():
        for path in set(files).difference(followed):
            writer.remove_root(str(path))
    return None


def _arrange(writer: Writer, on_progress: OnIndexProgress, *, thorough: bool) -> None:
    """Make the files that a large index is searched in, where so much is new that it pays."""
    manifest = writer.manifest()
    if manifest is None or not needs_compaction(writer, thorough=thorough):
        return
    progress = IndexProgress(
        done=0,
        total=manifest.passages,
        articles=manifest.documents,
        passages=manifest.passages,
        task="arranging",
    )

    def advance(count: int) -> None:
        nonlocal progress
        progress = replace(progress, done=progress.done + count)
        on_progress(progress)

    try:
        compact(writer, advance)
    except OSError as error:
        raise not_arranged(writer.folder, error.strerror or str(error)) from error


def known_roots(folder: Path) -> tuple[Path, ...]:
    """The roots that the index in `folder` follows; none if there is no index."""
    try:
        return stored_roots(folder) if index_exists(folder) else ()
    except IndexUnusable:
        return ()


def _uploads(folder: Path) -> tuple[Path, ...]:
    """The folder of uploaded articles, where it holds any."""
    uploads = folder.resolve() / UPLOADS_NAME
    return (uploads,) if uploads.is_dir() and list_files(uploads).files else ()


def _resolved(root: Path, followed: Collection[Path]) -> Path:
    """The root without links. One that is followed already may be missing for now."""
    try:
        absolute = root.absolute()
        resolved = absolute if absolute in followed else root.resolve(strict=True)
        str(resolved).encode()
    except (OSError, RuntimeError, UnicodeEncodeError) as error:
        raise ConfigError(
            en=f"There is no file or folder {str(root)!r} that can be used: give the folder of your"
            " articles.",
            zh=f"没有可用的文件或文件夹 {str(root)!r}：请给出存放文章的文件夹。",
        ) from error
    return resolved
