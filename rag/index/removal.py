"""Taking articles out of an index by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.errors import ConfigError
from rag.index.scanning import beneath
from rag.index.snapshot import document_not_found, read_status
from rag.index.writer import open_writer


def remove_documents(folder: Path, doc_ids: Sequence[str]) -> int:
    """Remove articles, and keep them away though their files are there; how many.

    Naming such a file to `rag.index.indexing.update_index` lets it in again. Raises
    `DocumentNotFound` for an id that no article has, and then removes none.
    """
    if not doc_ids:
        return 0
    read_status(folder)
    with open_writer(folder) as writer, writer.commit():
        for doc_id in dict.fromkeys(doc_ids):
            known = doc_id.encode(errors="replace").decode()
            if not writer.exclude(known):
                raise document_not_found(doc_id)
        writer.finish_generation()
    return len(dict.fromkeys(doc_ids))


def remove_root(folder: Path, root: Path) -> int:
    """Follow a folder or file no more, and remove the articles of it; how many.

    Articles that also lie under another root stay. Raises `ConfigError` where the index does not
    follow it.
    """
    roots = {Path(followed) for followed in read_status(folder).roots}
    named = {root.absolute(), root.resolve()} & roots
    if not named:
        listed = ", ".join(sorted(map(str, roots)))
        raise ConfigError(
            en=f"The index does not follow {str(root)!r}: it follows {listed}.",
            zh=f"索引没有跟踪 {str(root)!r}：它跟踪的是 {listed}。",
        )
    (followed,) = named
    others = roots - named
    removed = 0
    with open_writer(folder) as writer, writer.commit():
        for file in writer.files():
            path = Path(file.base, file.path)
            if beneath(path, followed) and not any(beneath(path, other) for other in others):
                for document in file.documents:
                    writer.remove_document(document.doc_id)
                    removed += 1
                writer.remove_file(file.file_id)
        writer.remove_root(str(followed))
        writer.finish_generation()
    return removed
