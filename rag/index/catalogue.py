"""The articles of an index as a list: where each comes from, without its text or its vectors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from rag.index.articles import published_of, read_failures, read_roots
from rag.index.notices import Notice, read_notices
from rag.index.store import Failure, Manifest, connect, read_manifest
from rag.messages import Language
from rag.types import Published


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An article as a list names it. Its file is `path`, relative to the folder `base`."""

    doc_id: str
    title: str
    outlet: str | None
    published: Published | None
    language: Language
    base: str
    path: str

    @property
    def file(self) -> Path:
        """Where its file is, or was when it was last read."""
        return Path(self.base, self.path)

    def shares_file(self, other: Listed) -> bool:
        """Whether both are in one file, or are the same article."""
        return (self.base, self.path) == (other.base, other.path)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """What an index holds: the newest article first, those without a date last.

    `failures` are what could not be read when the files were last looked at, `notices` what was
    not understood of articles that are indexed.
    """

    manifest: Manifest
    roots: tuple[str, ...]
    articles: tuple[Listed, ...]
    failures: tuple[Failure, ...]
    notices: tuple[Notice, ...]


def read_catalogue(folder: Path) -> Catalogue:
    """The list of the index in `folder`. Raises as `rag.index.status.read_status` does."""
    with connect(folder) as connection:
        connection.execute("BEGIN")
        manifest = read_manifest(connection, folder)
        # Stored as ISO 8601 with zones of their own, dates are put in order as moments.
        rows = connection.execute(
            "SELECT doc_id, title, outlet, published, precision, zone_assumed, language, base,"
            " files.path FROM documents JOIN files USING (file_id)"
            " ORDER BY julianday(published) DESC, doc_id"
        )
        articles = tuple(
            Listed(
                doc_id=row[0],
                title=row[1],
                outlet=row[2],
                published=published_of(row[3], row[4], row[5]),
                language=cast(Language, row[6]),
                base=row[7],
                path=row[8],
            )
            for row in rows
        )
        return Catalogue(
            manifest=manifest,
            roots=read_roots(connection),
            articles=articles,
            failures=tuple(read_failures(connection)),
            notices=tuple(read_notices(connection)),
        )
