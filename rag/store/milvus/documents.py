"""The articles of an index on a Milvus server, read when they are needed."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from rag.messages import Message
from rag.store.articles import Listed, document_of, published_of
from rag.store.milvus.layout import number_of
from rag.store.milvus.server import Row, Server, damaged
from rag.store.recent_documents import RecentDocuments
from rag.types import Document

_AT_ONCE = 100
_FIELDS = ("doc_id", "document", "revision", "part", "parts", "about", "text")


@dataclass(frozen=True, kw_only=True)
class About:
    """What a server holds of an article besides its text.

    `columns` are its `DOCUMENT_COLUMNS` without the text.
    """

    columns: tuple[str | int | None, ...]
    base: str
    file: str
    natural_id: str
    signature: bytes
    generation: int
    checksum: int
    passages: int
    crc: int

    def listed(self) -> Listed:
        """Return the article as a list shows it."""
        doc_id, _, title, outlet, moment, precision, zone, language, *_ = self.columns
        return Listed(
            doc_id=str(doc_id),
            title=str(title),
            outlet=None if outlet is None else str(outlet),
            published=published_of(moment, precision, zone),
            language="zh" if language == "zh" else "en",
            base=self.base,
            path=self.file,
        )

    def document(self, text: str) -> Document:
        """Return the article with its text."""
        *columns, content_hash = self.columns
        return document_of((*columns, text, content_hash))


def read_about(text: str) -> About:
    """Return what `about_text` was given."""
    if text[:1] == "z":
        text = zlib.decompress(base64.b64decode(text[1:])).decode()
    fields = json.loads(text)
    fields["columns"] = tuple(fields["columns"])
    fields["signature"] = base64.b64decode(fields["signature"])
    return About(**fields)


class ServedDocuments(Mapping[str, Document]):
    """Articles by id. The ones read last are kept. Several threads may use an instance.

    `where` is the expression that is true for what is visible, `count` the number of articles.
    """

    def __init__(self, server: Server, where: str, count: int) -> None:
        self._server = server
        self.host = server.address.host
        self.where = where
        self._count = count
        self._recent = RecentDocuments()

    def __getitem__(self, doc_id: str) -> Document:
        return self.read([doc_id])[doc_id]

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        rows = self._server.rows("documents", f"{self.where} and part == 0", ["doc_id"])
        yield from sorted(str(row["doc_id"]) for row in rows)

    def whole(self) -> Iterator[Document]:
        """Yield every article by id, without keeping it. Those that are replaced are skipped."""
        names = list(self)
        for first in range(0, len(names), _AT_ONCE):
            some = names[first : first + _AT_ONCE]
            read = self._stored(some)
            yield from (read[doc_id] for doc_id in some if doc_id in read)

    def about(self) -> Iterator[About]:
        """Yield every article without its text, in no order."""
        for row in self._server.rows("documents", f"{self.where} and part == 0", ["about"]):
            yield read_about(str(row["about"]))

    def read(self, doc_ids: Collection[str]) -> dict[str, Document]:
        """Return the articles that have these ids. Unknown ids are skipped."""
        return self._recent.read(doc_ids, self._stored)

    def _stored(self, doc_ids: Collection[str]) -> dict[str, Document]:
        numbers = [number_of(doc_id) for doc_id in doc_ids]
        by_revision: dict[int, list[Row]] = {}
        where = f"{self.where} and document in {numbers}"
        for row in self._server.rows("documents", where, _FIELDS):
            by_revision.setdefault(int(row["revision"]), []).append(row)
        found: dict[str, Document] = {}
        for rows in by_revision.values():
            document = self._joined(rows)
            if document is not None and document.doc_id in doc_ids:
                found[document.doc_id] = document
        return found

    def _joined(self, rows: list[Row]) -> Document | None:
        rows.sort(key=lambda row: int(row["part"]))
        if int(rows[0]["part"]) or len(rows) < int(rows[0]["parts"]):
            return None  # it is being deleted
        about = read_about(str(rows[0]["about"]))
        text = "".join(str(row["text"]) for row in rows)
        if zlib.crc32(text.encode()) != about.crc:
            name = str(about.columns[0])[:80]
            raise damaged(
                self._server.address,
                Message(
                    code="checksum",
                    en=f"article {name!r} fails its checksum",
                    zh=f"文章 {name!r} 未通过校验",
                ),
            )
        return about.document(text)
