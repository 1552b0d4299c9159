"""What an index knows of the files that it follows, to tell what changed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class KnownDocument:
    """An article as the index knows it, to tell what changed.

    `natural_id` is the id that its file gives it; `doc_id` is another where that was taken, or
    where the article kept its id when its file moved.
    """

    doc_id: str
    natural_id: str
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class KnownFile:
    """A file as the index knows it; `stamp` is None where it must be read again in any case."""

    base: str
    path: str
    stamp: str | None
    documents: tuple[KnownDocument, ...]

    def document(self, natural_id: str) -> KnownDocument | None:
        """The article that the file gives this id, if the index knows one."""
        return self._by_natural_id.get(natural_id)

    @cached_property
    def _by_natural_id(self) -> dict[str, KnownDocument]:
        return {document.natural_id: document for document in self.documents}


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """An article that was removed by hand, and stays away though its file is there.

    `file` is the absolute path, `natural_id` the id that the file gives it.
    """

    file: str
    natural_id: str
    title: str
    content_hash: str
