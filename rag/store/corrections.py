"""Keep what the owner of an index corrects by hand: the outlet, the title and the day of articles.

The files of the articles are never changed. The corrections are a file of their own in the folder
of the index (`FILE_NAME`), and are laid over an article each time its file is read.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from rag.errors import DocumentError, IndexDamaged
from rag.ingest.chunker import CHUNKER
from rag.ingest.loader import load_documents
from rag.models.embedder import Embedder
from rag.store.articles import Listed, document_not_found, stored_document
from rag.store.database import check_manifest
from rag.store.opening import open_writer
from rag.store.preparing import prepare
from rag.store.writer import Place, Writer
from rag.text.written_dates import read_published
from rag.types import Document
from rag.whole_files import write_whole

FILE_NAME = "corrections.json"
MAX_CHARACTERS = 300
"""The limit for an outlet and for a title."""


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What is corrected of one article. An empty text means that its file is right.

    `day` is an ISO date (`2025-02-13`).
    """

    outlet: str = ""
    title: str = ""
    day: str = ""

    def checked(self) -> Correction:
        """Return the correction without superfluous blanks. Raises `DocumentError`."""
        outlet, title, day = (" ".join(text.split()) for text in asdict(self).values())
        for text in (outlet, title):
            if not text.isprintable():
                raise DocumentError(
                    en="An outlet or a title holds a character that can't be shown: leave it out.",
                    zh="媒体名或标题含有无法显示的字符：请去掉它。",
                )
            if len(text) > MAX_CHARACTERS:
                raise DocumentError(
                    en=f"An outlet or a title is one line of at most {MAX_CHARACTERS} characters:"
                    f" this has {len(text)}.",
                    zh=f"媒体名和标题应为一行，最多 {MAX_CHARACTERS} 个字符；现有 {len(text)} 个。",
                )
        if day and not _is_day(day):
            raise DocumentError(
                en=f"{day[:30]!r} is no day: write it like 2025-02-13.",
                zh=f"{day[:30]!r} 不是日期：请写成 2025-02-13 的形式。",
            )
        return Correction(outlet=outlet, title=title, day=day)

    def over(self, document: Document) -> Document:
        """Return the article as it is corrected."""
        published = read_published(self.day, document.language) if self.day else None
        return replace(
            document,
            outlet=self.outlet or document.outlet,
            title=self.title or document.title,
            published=published or document.published,
        )

    def lacks(self, other: Correction) -> bool:
        """Return True if `other` corrects something that this one does not."""
        return any(
            theirs and not mine
            for mine, theirs in zip(asdict(self).values(), asdict(other).values(), strict=True)
        )


def as_corrected(document: Document | Listed) -> Correction:
    """Return the outlet, the title and the day that an article has, as a form shows them."""
    day = document.published.moment.date().isoformat() if document.published else ""
    return Correction(outlet=document.outlet or "", title=document.title, day=day)


def read_corrections(folder: Path) -> dict[str, Correction]:
    """Return the corrections of the index in `folder`, by article. Raises `IndexDamaged`."""
    path = folder / FILE_NAME
    try:
        kept = json.loads(path.read_text("utf-8"))
        return {str(doc_id): Correction(**fields).checked() for doc_id, fields in kept.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError, DocumentError) as error:
        raise IndexDamaged(
            en=f"{path} can't be read ({type(error).__name__}): mend it, or delete it, which undoes"
            " the corrections of articles.",
            zh=f"无法读取 {path}（{type(error).__name__}）：请修复或删除它；"
            "删除会撤销对文章的更正。",
        ) from error


def correct(folder: Path, corrections: Mapping[str, Correction], embedder: Embedder) -> None:
    """Correct articles by their ids, now and whenever their files are read again.

    An empty correction takes an earlier one back. Raises `DocumentNotFound` and `DocumentError`,
    and as `open_writer` does; nothing is changed then.
    """
    wanted = {doc_id: correction.checked() for doc_id, correction in corrections.items()}
    with open_writer(folder) as writer:
        manifest = writer.manifest()
        if manifest is not None:
            check_manifest(manifest, folder, fingerprint=embedder.fingerprint, chunker=CHUNKER)
        known = read_corrections(folder)
        with writer.commit():
            for doc_id, correction in wanted.items():
                place = writer.place_of(doc_id)
                if place is None:
                    raise document_not_found(doc_id)
                document = stored_document(folder, doc_id)
                if correction.lacks(known.get(doc_id, Correction())):
                    document = _as_in_file(document, place)
                _store(writer, correction.over(document), place, embedder)
            writer.finish_generation(embedder)
            # The last step: if it fails, the index is not changed either.
            _write(folder, {**known, **wanted})


def forget_corrections(folder: Path, doc_ids: Collection[str]) -> None:
    """Drop the corrections of articles that were deleted: another article may get their ids."""
    known = read_corrections(folder)
    left = {doc_id: one for doc_id, one in known.items() if doc_id not in doc_ids}
    if len(left) < len(known):
        _write(folder, left)


def _as_in_file(document: Document, place: Place) -> Document:
    """Return the article as its file has it, or as it is if the file can't be read."""
    for found in load_documents(Path(place.base, place.path), Path(place.base)):
        if isinstance(found, Document) and found.doc_id == place.natural_id:
            return replace(found, doc_id=document.doc_id)
    return document


def _store(writer: Writer, document: Document, place: Place, embedder: Embedder) -> None:
    article = prepare(
        document, embedder, natural_id=place.natural_id, base=place.base, path=place.path
    )
    # The file may have changed since the article was indexed.
    texts = article.texts()
    missing = sorted(writer.missing_keys(texts))
    if missing:
        vectors = embedder.embed_passages([texts[key] for key in missing], lambda _: None)
        writer.put_vectors(missing, vectors)
    writer.put_document(
        place.file_id,
        article.document,
        article.cut,
        natural_id=article.natural_id,
        generation=writer.next_generation(),
    )


def _write(folder: Path, corrections: Mapping[str, Correction]) -> None:
    kept = {doc_id: asdict(one) for doc_id, one in corrections.items() if one != Correction()}
    path = folder / FILE_NAME
    try:
        write_whole(path, json.dumps(kept, ensure_ascii=False, indent=1).encode())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DocumentError(
            en=f"{path} can't be written ({reason}): make room or allow writing there.",
            zh=f"{path} 无法写入（{reason}）：请腾出空间或开放写权限。",
        ) from error


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
