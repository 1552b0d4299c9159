"""Taking articles out of an index by hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from rag.errors import ConfigError
from rag.index.articles import document_not_found
from rag.index.opening import open_writer
from rag.index.scanning import beneath
from rag.index.status import read_status
from rag.index.store import index_exists
from rag.index.writer import Writer


def remove(folder: Path, doc_ids: Sequence[str] = (), roots: Sequence[Path] = ()) -> int:
    """Remove articles by id, and those of roots that are followed no more; how many, all told.

    An article that is removed by id stays away though its file is there, until that file is named
    to `rag.index.indexing.update_index`. Articles that also lie under another root stay. Raises
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
