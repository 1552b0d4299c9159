"""Keep fetched articles: find those that are there already, store the others, and record them."""

from __future__ import annotations

import hashlib
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from rag.errors import DocumentError, IndexMissing, IndexUnusable
from rag.feeds.addresses import article_key, host_of
from rag.feeds.article import Article
from rag.feeds.record import KnownArticle, Record, Version
from rag.ingest.loader import load_document
from rag.ingest.near_duplicates import SAME_STORY, group, read_signatures, signature
from rag.messages import Message
from rag.store.articles import published_of
from rag.store.database import UPLOADS_NAME, connect
from rag.text.corrections import correction_notice
from rag.types import Document
from rag.uploads.intake import Upload
from rag.uploads.library import Library

SAME_TEXT = 0.9
"""The least estimated similarity of two articles of one outlet that are the same article.

Less alike, the newer is an update of its own. The same text in another outlet is another article:
the index counts both as one story.
"""
_SLUG_CHARACTERS = 40
_NO_WORD = re.compile(r"[^\w]+")

Outcome = Literal["new", "changed", "same", "duplicate", "removed", "refused", "failed"]
"""`new` and `changed` were stored. `same` did not change. `duplicate` is in the index already.
`removed` was removed by a person, and stays so. `refused` holds no article that can be read.
`failed` is tried again by the next run."""


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """An article that was fetched, before it is kept. `page_hash` is that of its kept page."""

    article: Article
    address: str
    feed: str | None
    page_hash: str
    entry_hash: str | None
    etag: str | None
    modified: str | None
    from_entry: bool = False
    asked_for: bool = False
    """True if a person named this address: an article that was removed is then taken again."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What became of an address. `doc_id` names the article, also the one that it duplicates.

    `correction` is "corrected" or "retracted" if a newly stored version says so, and "gone" if the
    page is no longer there. `reason` says why it was refused or failed, or quotes the correction.
    """

    address: str
    outcome: Outcome
    title: str = ""
    doc_id: str | None = None
    correction: str | None = None
    reason: Message | None = None


@dataclass(frozen=True, kw_only=True)
class _Ready:
    """An article whose file is written, and as the index will read it."""

    fetched: Fetched
    key: str
    known: KnownArticle | None
    name: str
    document: Document
    path: Path


def keep(
    fetched: Sequence[Fetched], record: Record, library: Library, index: Path
) -> tuple[Kept, ...]:
    """Store articles through the library, and record them after that. Returns one result each.

    If the index can't be updated, the articles fail and are not recorded, so the next run tries
    again. Raises `FetchError` if the record can't be written.
    """
    results: list[Kept] = []
    ready: dict[str, _Ready] = {}
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        for item in fetched:
            made = _prepare(item, record, folder, index)
            if isinstance(made, Kept):
                results.append(made)
                continue
            twin = _twin(made, list(ready.values()), index)
            if twin is not None:
                _note(record, made, "duplicate")
                results.append(_result(made, "duplicate", doc_id=twin))
            else:
                ready[made.name] = made
        if ready:
            uploads = [Upload(name=item.name, path=item.path) for item in ready.values()]
            added = library.add(uploads)
            refused = {refusal.name: refusal.reason for refusal in added.refused}
            results += [
                _stored(item, record, refused.get(name), added.error)
                for name, item in ready.items()
            ]
    return tuple(results)


def _prepare(item: Fetched, record: Record, folder: Path, index: Path) -> _Ready | Kept:
    """Write an article's file into `folder`, unless it is known and has not changed."""
    key = article_key(item.address)
    known = record.article(key)
    text = item.article.file_text()
    digest = hashlib.sha256(text.encode()).hexdigest()
    uploads = index.resolve() / UPLOADS_NAME
    if known and known.file and not item.asked_for and was_removed(known.file, index):
        return Kept(address=item.address, outcome="removed", title=item.article.title)
    older = uploads / known.file if known and known.file else None
    if known and known.file and older and older.is_file() and _says(older, digest, item.article):
        doc_id = _doc_id(known.file)
        _seen(record, known, item)
        return Kept(address=item.address, outcome="same", title=item.article.title, doc_id=doc_id)
    name = known.file if known and known.file else _name(item.article, key)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    try:
        document = load_document(path, folder)
    except DocumentError as error:
        note_look(record, key, known, item.address, item.feed, item.entry_hash)
        return Kept(
            address=item.address,
            outcome="refused",
            title=item.article.title,
            reason=error.message,
        )
    return _Ready(fetched=item, key=key, known=known, name=name, document=document, path=path)


def _says(file: Path, digest: str, article: Article) -> bool:
    """Return True if the file has the article's text already.

    Title and date don't count: a page and its entry in a feed give them in different ways.
    """
    data = file.read_bytes()
    if hashlib.sha256(data).hexdigest() == digest:
        return True
    text = data.decode(errors="replace").partition("\n---\n")[2]
    return text.strip() == article.body.strip()


def _stored(item: _Ready, record: Record, refusal: Message | None, error: Message | None) -> Kept:
    if refusal is not None:
        _note(record, item, "refused")
        return _result(item, "refused", reason=refusal)
    if error is not None:
        return _result(item, "failed", reason=error)
    document = item.document
    found = correction_notice(document.title, document.text)
    kind, said = found or (None, None)
    older = record.versions(item.key)
    # A notice that an older version had already is no news.
    fresh = found is not None and (not older or older[-1].notice != said)
    _note(
        record,
        item,
        "kept",
        Version(
            key=item.key,
            at=time.time(),
            address=item.fetched.address,
            page_hash=item.fetched.page_hash,
            content_hash=document.content_hash,
            title=document.title,
            correction=kind,
            notice=said,
        ),
    )
    return _result(
        item,
        "changed" if older else "new",
        doc_id=_doc_id(item.name),
        correction=kind if fresh else None,
        reason=Message(code="correction", en=said, zh=said) if fresh and said else None,
    )


def _result(
    item: _Ready,
    outcome: Outcome,
    *,
    doc_id: str | None = None,
    correction: str | None = None,
    reason: Message | None = None,
) -> Kept:
    return Kept(
        address=item.fetched.address,
        outcome=outcome,
        title=item.document.title,
        doc_id=doc_id,
        correction=correction,
        reason=reason,
    )


def _note(
    record: Record,
    item: _Ready,
    state: Literal["kept", "duplicate", "refused"],
    version: Version | None = None,
) -> None:
    """Record an article after it was stored, or found to be one that is there."""
    known, fetched, now = item.known, item.fetched, time.time()
    kept = state == "kept"
    record.put_article(
        KnownArticle(
            key=item.key,
            address=fetched.address,
            feed=fetched.feed or (known.feed if known else None),
            state=state,
            file=item.name if kept else (known.file if known else None),
            content_hash=item.document.content_hash if kept else None,
            page_hash=fetched.page_hash,
            entry_hash=fetched.entry_hash or (known.entry_hash if known else None),
            etag=fetched.etag,
            modified=fetched.modified,
            from_entry=fetched.from_entry,
            first=known.first if known else now,
            looked=now,
        ),
        version,
    )


def _seen(record: Record, known: KnownArticle, item: Fetched) -> None:
    record.put_article(
        replace(
            known,
            state="kept",
            feed=item.feed or known.feed,
            entry_hash=item.entry_hash or known.entry_hash,
            etag=item.etag,
            modified=item.modified,
            from_entry=item.from_entry,
            looked=time.time(),
        )
    )


def note_look(
    record: Record,
    key: str,
    known: KnownArticle | None,
    address: str,
    feed: str | None,
    entry_hash: str | None,
    *,
    gone: bool = False,
) -> None:
    """Record a look at an address that gave no new article.

    An address that never gave one is refused. `gone` says that the page of a kept one is gone.
    """
    now = time.time()
    empty = KnownArticle(
        key=key, address=address, feed=feed, state="refused", file=None, content_hash=None,
        page_hash=None, entry_hash=None, etag=None, modified=None, from_entry=False,
        first=now, looked=now,
    )  # fmt: skip
    known = known or empty
    state: Literal["gone", "refused"] = "gone" if gone else "refused"
    record.put_article(
        replace(
            known,
            # An article that was kept stays kept, although its page can't be read today.
            state=known.state if known.state == "kept" and not gone else state,
            entry_hash=entry_hash or known.entry_hash,
            looked=now,
        )
    )


def was_removed(file: str, index: Path) -> bool:
    """Return True if a person removed the article of that file, in the page or by `rag remove`."""
    path = index.resolve() / UPLOADS_NAME / file
    if not path.is_file():
        return True
    try:
        with connect(index) as connection:
            row = connection.execute("SELECT 1 FROM excluded WHERE file = ?", (str(path),))
            return row.fetchone() is not None
    except IndexMissing:
        return False


def _name(article: Article, key: str) -> str:
    """Return the path of a new article's file: host, day, title and a short hash of the address."""
    host = _NO_WORD.sub("-", host_of(article.address).removeprefix("www.").replace(".", "_dot_"))
    host = host.replace("_dot_", ".").strip("-.") or "web"
    slug = _NO_WORD.sub("-", article.title)[:_SLUG_CHARACTERS].strip("-")
    parts = [(article.date or "")[:10], slug, hashlib.sha256(key.encode()).hexdigest()[:8]]
    return f"{host}/{'-'.join(part for part in parts if part)}.md"


def _doc_id(name: str) -> str:
    return name.removesuffix(".md")


def _twin(item: _Ready, batch: Sequence[_Ready], index: Path) -> str | None:
    """Return the id of the same article in the batch or the index, or None."""
    document, own = item.document, signature(item.document.text)
    others = [
        (_doc_id(o.name), o.document, signature(o.document.text))
        for o in batch
        if o.document.outlet == document.outlet
    ]
    for doc_id, other, theirs in others:
        if _is_same(document, own, other, theirs, SAME_TEXT):
            return doc_id
    return _indexed_twin(item, own, index)


def _indexed_twin(item: _Ready, own: bytes, index: Path) -> str | None:
    document, key = item.document, item.key
    row_of_own = np.frombuffer(own, dtype="<u4")
    try:
        with connect(index) as connection:
            rows = connection.execute(
                "SELECT doc_id, outlet, url, signature, base, files.path FROM documents"
                " JOIN files USING (file_id) WHERE outlet IS ? OR url IS NOT NULL AND url LIKE ?",
                (document.outlet, f"%{host_of(item.fetched.address).removeprefix('www.')}%"),
            )
            place = index.resolve() / UPLOADS_NAME / item.name
            for doc_id, outlet, url, theirs, base, path in rows.fetchall():
                if Path(base, path) == place:
                    continue
                same_address = url is not None and article_key(url) == key
                if outlet != document.outlet and not same_address:
                    continue
                least = SAME_STORY if same_address else SAME_TEXT
                if np.mean(row_of_own == np.frombuffer(theirs, dtype="<u4")) < least:
                    continue
                (text, published, precision, assumed) = connection.execute(
                    "SELECT text, published, precision, zone_assumed FROM documents"
                    " WHERE doc_id = ?",
                    (doc_id,),
                ).fetchone()
                date = published_of(published, precision, assumed)
                other = replace(document, text=text, published=date)
                if _is_same(document, own, other, theirs, least):
                    return str(doc_id)
    except IndexUnusable:
        # Without an index there is nothing to compare with. Storing tells what is wrong.
        return None
    return None


def _is_same(one: Document, own: bytes, other: Document, theirs: bytes, least: float) -> bool:
    signatures = read_signatures([own, theirs])
    dates = [d.published.moment if d.published else None for d in (one, other)]
    return bool(np.mean(signatures[0] == signatures[1]) >= least) and bool(
        group(signatures, [one.text, other.text], dates)
    )
