"""Comparing the files under a root with what the index knows of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.corpus.files import ArticleFile, LoadFailure, list_files, shown
from rag.errors import DocumentError
from rag.index.known import KnownFile
from rag.index.store import Failure
from rag.messages import Message


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What there is to do for one root.

    `base` is the folder that ids are relative to. `fresh` are new files and those that may have
    changed, `unchanged` those that did not, `gone` those that the index knows and that are no
    longer there: only where that could be seen, never because something couldn't be read.
    """

    root: Path
    base: Path
    fresh: tuple[ArticleFile, ...]
    unchanged: tuple[KnownFile, ...]
    gone: tuple[KnownFile, ...]
    failures: tuple[Failure, ...]


def scan(root: Path, known: Mapping[Path, KnownFile], roots: Collection[Path]) -> Scan:
    """Compare the files under `root` with what is `known`, by absolute path.

    Of `roots`, all that are followed, the innermost around a file tells whether it is gone.
    """
    inner = [other for other in roots if other != root and beneath(other, root)]
    indexed = {
        path: file
        for path, file in known.items()
        if beneath(path, root) and not any(beneath(path, other) for other in inner)
    }
    base = root
    try:
        base = _folder_around(root, roots) if root.is_file() else root
        listing = list_files(root)
    except DocumentError as error:
        return _nothing(root, base, error.message if root.exists() else _missing(root, indexed))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return _nothing(root, base, _unreadable(reason))
    if not listing.files and not listing.failures and indexed:
        return _nothing(root, base, _emptied(root, indexed))
    present = {file.path: file for file in listing.files}
    unsure = [failure.path for failure in listing.failures]
    unchanged = {
        path: known[path]
        for path, file in present.items()
        if path in known and known[path].is_unchanged(file)
    }
    return Scan(
        root=root,
        base=base,
        fresh=tuple(file for file in listing.files if file.path not in unchanged),
        unchanged=tuple(unchanged.values()),
        gone=tuple(
            file
            for path, file in indexed.items()
            if path not in present and not any(beneath(path, place) for place in unsure)
        ),
        failures=failures_of(listing.failures),
    )


def _folder_around(file: Path, roots: Collection[Path]) -> Path:
    """What the id of a single file is relative to: a root around it, else the folder it lies in."""
    around = [root for root in roots if root != file and beneath(file, root)]
    return max(around, key=lambda root: len(root.parts), default=file.parent)


def beneath(path: Path, root: Path) -> bool:
    """Whether a file is this root, or lies under it."""
    return path == root or root in path.parents


def failures_of(failures: Iterable[LoadFailure]) -> tuple[Failure, ...]:
    """The failures as the index keeps them: with places that can be shown."""
    return tuple(
        Failure(
            path=shown(str(failure.path)) + (f":{failure.line}" if failure.line else ""),
            reason=failure.reason,
        )
        for failure in failures
    )


def _nothing(root: Path, base: Path, reason: Message) -> Scan:
    """A root that can't be followed now: nothing is done to what is indexed of it."""
    failure = Failure(path=shown(str(root)), reason=reason)
    return Scan(root=root, base=base, fresh=(), unchanged=(), gone=(), failures=(failure,))


def _missing(root: Path, indexed: Mapping[Path, KnownFile]) -> Message:
    name = shown(str(root))
    return Message(
        code="root_missing",
        en=f"it is not there, so its {_articles(indexed)} indexed articles are kept: mount its"
        f" disk, or run `rag remove --root {name}`",
        zh=f"该位置不存在，已索引的 {_articles(indexed)} 篇文章予以保留：请挂载其磁盘，"
        f"或运行 `rag remove --root {name}`",
    )


def _emptied(root: Path, indexed: Mapping[Path, KnownFile]) -> Message:
    name = shown(str(root))
    return Message(
        code="root_empty",
        en=f"it holds no article any more, so its {_articles(indexed)} indexed articles are kept:"
        f" mount its disk, or run `rag remove --root {name}`",
        zh=f"其中已没有任何文章，已索引的 {_articles(indexed)} 篇文章予以保留：请挂载其磁盘，"
        f"或运行 `rag remove --root {name}`",
    )


def _unreadable(reason: str) -> Message:
    return Message(
        code="root_unreadable",
        en=f"it can't be opened ({reason}), so what is indexed of it is kept: check its"
        " permissions",
        zh=f"无法打开（{reason}），已索引的内容予以保留：请检查权限",
    )


def _articles(indexed: Mapping[Path, KnownFile]) -> int:
    return sum(len(file.documents) for file in indexed.values())
