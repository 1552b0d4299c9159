"""Change an index: update it from its files, watch the files, and remove articles."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import ModuleType

from rag.errors import ConfigError, IndexUnusable
from rag.ingest.chunker import CHUNKER
from rag.ingest.files import ENDINGS, is_listed, list_files
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
from rag.store.reading import Reading, read_here
from rag.store.sync import Run
from rag.store.writer import Writer

# Watching the followed files.

_QUIET_MILLISECONDS = 400
"""Changes with shorter pauses between them are reported together."""
_TICK_SECONDS = 2
_LOOK_SECONDS = 60


def changes(
    roots: Callable[[], Sequence[Path]], ignored: Path, stop: Event | None = None
) -> Iterator[frozenset[Path]]:
    """Yield whenever something under `roots` may have changed, until `stop` is set.

    Yields the paths that changed, or an empty set if all files have to be looked at.

    `roots` is called again and again, since other processes may add roots. Changes under `ignored`,
    the index's own folder, count only if they are under a root that lies in it. The operating
    system reports most changes at once. An empty set is also yielded soon after the start, since
    changes before the watch begins are not reported. It is then yielded at growing intervals, up to
    a minute, since some file systems report nothing and a missing disk may come back.
    """
    _watchfiles()
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
    """Yield the changed paths at once, and an empty set after two seconds without a change.

    Ends early if a root goes away or the system can't watch so many folders.
    """
    watchfiles = _watchfiles()

    def matters(_: object, path: str) -> bool:
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
        pass  # a root went away, or the system can't watch so many folders
    stop.wait(_TICK_SECONDS)
    yield frozenset()


def _watchfiles() -> ModuleType:
    """Return the library that hears of changes. Raises `ConfigError` if it is not installed."""
    try:
        import watchfiles
    except ImportError:
        raise ConfigError(
            en='Watching needs the extra for it: run `pip install "cited-rag[watch]"`.',
            zh='持续跟踪变化需要相应扩展：请运行 `pip install "cited-rag[watch]"`。',
        ) from None
    return watchfiles


# Removing articles by hand.


def remove(folder: Path, doc_ids: Sequence[str] = (), roots: Sequence[Path] = ()) -> int:
    """Remove articles by id, stop following roots, and return the number of removed articles.

    An article that is removed by id stays out of the index although its file is there, until that
    file is given to `update_index`. If a root is removed, its articles that also lie under another
    root stay. Raises `DocumentNotFound` for an id that no article has, and `ConfigError` for a root
    that the index does not follow; nothing is removed then.
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
    """Allow the articles of `files` again that were removed by hand.

    They are indexed when their file is next read; an unchanged file is not read. Does nothing if
    there is no index.
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
    """Return the followed root that `root` names. Raises `ConfigError` if there is none."""
    if root.absolute() in roots:
        return root.absolute()
    with suppress(OSError, RuntimeError):  # a circle of links
        if (found := _same(root.resolve(), roots)) in roots:
            return found
    listed = ", ".join(sorted(map(str, roots)))
    raise ConfigError(
        en=f"The index does not follow {str(root)!r}: it follows {listed}.",
        zh=f"索引没有跟踪 {str(root)!r}：它跟踪的是 {listed}。",
    )


# Updating an index from the files of its roots.

_FEW_FILES = 100


def first_root(folder: Path) -> Path | None:
    """Return `seeds/` of the current folder, which a first index is made from by default.

    Returns None if there is no such folder, or if `folder` has an index already.
    """
    seeds = Path("seeds")
    return seeds if seeds.is_dir() and not index_exists(folder) else None


def made_of_seeds(folder: Path) -> Message:
    """Return the message that a first index is being built, which may take minutes."""
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
    arrange: bool = True,
    prefix: str = "",
    reading: Reading | None = None,
) -> IndexReport:
    """Update the index in `folder` from the files of `roots`, or of its known roots if None.

    New articles and articles with changed content are stored. An article that moved keeps its id,
    and articles whose file is gone are removed. Only texts that were never embedded are embedded.
    The run commits batches of whole articles. A run that is cut off loses its last batch at most,
    and the next run continues. Files that can't be read are reported, and their indexed articles
    stay, in a rebuild as well. A file that is given by itself is indexed even if it was removed by
    hand. Uploaded articles (`rag.uploads`) stay in a rebuild without being named. If no `roots` are
    given, `files` may name all files that can have changed; no others are looked at then. Unless
    `arrange` is set, a large index gets no search files, because it is not searched here. The ids
    of new articles begin with `prefix`. `reading` reads the other files (`rag.store.reading`).

    Raises `ConfigError` for a new root that does not exist, `IndexBusy` while another process
    writes, `IndexNotWritable`, and `IndexMismatch` if another model or chunker made the index,
    unless `rebuild` is set, which makes a new one (`rag.store.opening.open_writer`).
    """
    followed = known_roots(folder)
    named = tuple(dict.fromkeys(_resolved(root, followed) for root in roots or ()))
    with open_writer(folder, rebuild=rebuild) as writer:
        before = writer.manifest()
        if before is not None:
            check_manifest(before, folder, fingerprint=embedder.fingerprint, chunker=CHUNKER)
        _take_over_uploads(writer)
        told = on_progress or (lambda _: None)
        if roots is None and files is not None:
            report = _look_at(files, writer, embedder, told, prefix)
            if report:
                if arrange:
                    arrange_files(writer, told, thorough=False)
                return report
        run = Run(writer, embedder, told, None, prefix, reading=reading or read_here)
        if rebuild:
            run.inherit(folder)
        if roots is None:
            # Read the roots again: no other process can change them now.
            report = run.follow(known_roots(folder), (), known_roots(folder))
        elif rebuild:
            # A rebuild follows the given roots only, and the uploads, which users don't name.
            report = run.follow(tuple(dict.fromkeys((*named, *_uploads(folder)))), named, ())
        else:
            report = run.follow(named, named, known_roots(folder))
        if arrange:
            arrange_files(writer, told, thorough=True)
        return report


def _take_over_uploads(writer: Writer) -> None:
    """Follow the uploads of this folder in place of those of the folder that it was copied from.

    The index of a copied or moved folder knows its uploads by their old place.
    """
    own = writer.folder.resolve() / UPLOADS_NAME
    others = {Path(root) for root in writer.roots()} - {own}
    for root in (root for root in others if root.name == UPLOADS_NAME):
        known = writer.files()
        copied = [file for file in known if file.base == str(root)]
        taken = any(file.base == str(own) for file in known)
        if copied and not taken and all((own / file.path).is_file() for file in copied):
            with writer.commit():
                writer.move_root(str(root), str(own))
                writer.finish_generation()


def _look_at(
    files: Collection[Path],
    writer: Writer,
    embedder: Embedder,
    on_progress: OnIndexProgress,
    prefix: str,
) -> IndexReport | None:
    """Index the changes in these files, or return None if all files have to be looked at."""
    followed = known_roots(writer.folder)
    few = 0 < len(files) <= _FEW_FILES
    listed = few and all(any(is_listed(path, root) for root in followed) for path in files)
    # Failures are stored by root, so only a run over whole roots can update them.
    if not listed or writer.has_failures():
        return None
    report = Run(writer, embedder, on_progress, files, prefix).follow(
        tuple(set(files)), (), followed
    )
    if not report.failures:
        return report
    # A file that went away or can't be read was added as a root: undo that.
    with writer.commit():
        for path in set(files).difference(followed):
            writer.remove_root(str(path))
    return None


def arrange_files(writer: Writer, on_progress: OnIndexProgress, *, thorough: bool) -> None:
    """Write new search files for a large index if enough has changed since the last ones.

    With `thorough`, those that are there are checked. Raises `IndexNotWritable`.
    """
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
    """Return the roots that the index in `folder` follows; none if there is no usable index."""
    try:
        return stored_roots(folder) if index_exists(folder) else ()
    except IndexUnusable:
        return ()


def _uploads(folder: Path) -> tuple[Path, ...]:
    """Return the folder of uploaded articles if it holds any."""
    uploads = folder.resolve() / UPLOADS_NAME
    return (uploads,) if uploads.is_dir() and list_files(uploads).files else ()


def _resolved(root: Path, followed: Collection[Path]) -> Path:
    """Return the root with links resolved. A root that is already followed may be missing."""
    try:
        absolute = root.absolute()
        resolved = absolute if absolute in followed else root.resolve(strict=True)
        resolved = _same(resolved, followed)
        str(resolved).encode()
    except (OSError, RuntimeError, UnicodeEncodeError) as error:
        raise ConfigError(
            en=f"There is no file or folder {str(root)!r} that can be used: give the folder of your"
            " articles.",
            zh=f"没有可用的文件或文件夹 {str(root)!r}：请给出存放文章的文件夹。",
        ) from error
    if resolved.is_file() and absolute not in followed and resolved.suffix.lower() not in ENDINGS:
        kinds = " ".join(ENDINGS)
        raise ConfigError(
            en=f"The file {root.name!r} is not of a kind that can be read: give {kinds}.",
            zh=f"文件 {root.name!r} 的类型无法读取：请提供 {kinds}。",
        )
    return resolved


def _same(root: Path, followed: Collection[Path]) -> Path:
    """Return the followed root that is the same file or folder, or `root` itself.

    On macOS and Windows, a path with other upper and lower case letters leads to the same file.
    """
    for other in followed:
        with suppress(OSError):
            if other.samefile(root):
                return other
    return root
