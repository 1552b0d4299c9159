"""Bringing an index up to date with the files of its roots."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from rag.corpus.chunker import CHUNKER
from rag.corpus.files import is_listed, list_files
from rag.errors import ConfigError, IndexUnusable
from rag.index.compaction import compact, needs_compaction
from rag.index.opening import open_writer
from rag.index.report import IndexProgress, IndexReport, OnIndexProgress
from rag.index.run import Run
from rag.index.store import (
    UPLOADS_NAME,
    check_manifest,
    index_exists,
    not_arranged,
    stored_roots,
)
from rag.index.writer import Writer
from rag.messages import Message
from rag.models.embedder import Embedder

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
    What was uploaded (`rag.library`) stays in a rebuild without being named. Where no `roots` are
    given, `files` may tell which are all that can have changed: then no others are looked at.

    Raises `ConfigError` for a new root that does not exist, `IndexBusy` while another process
    writes, `IndexNotWritable`, and `IndexMismatch` where the index was made by another model or
    chunker, unless `rebuild` makes it anew (`rag.index.writer.open_writer`).
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
