"""Read files into `Document` objects. A file that can't be read is returned as a failure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from rag.errors import DocumentError
from rag.ingest.bundles.parts import NoArticles, Part, as_markdown
from rag.ingest.bundles.reading import read_bundle, read_wechat_page
from rag.ingest.field_blocks import ReadingNotice
from rag.ingest.files import (
    LoadFailure,
    LoadNotice,
    decode,
    doc_id,
    list_files,
    read_bytes,
    read_lines,
    shown,
    stored_path,
    too_large,
)
from rag.ingest.front_matter import (
    MAX_TITLE_CHARACTERS,
    FrontMatter,
    detect_language,
    host_name,
    read_front_matter,
)
from rag.ingest.json_lines import read_line
from rag.messages import Language, Message
from rag.text.characters import folded
from rag.text.dates import read_dates
from rag.text.sentences import split_sentences
from rag.text.written_dates import read_published
from rag.types import Document, Published

MAX_FILE_BYTES = 5 * 1024 * 1024
"""No article is this large. The limit bounds the time that a malicious file can take."""
MAX_PACKED_BYTES = 50 * 1024 * 1024
"""The limit for PDF, Word and Rich Text, which also hold pictures, and for JSON."""
PACKED_ENDINGS = (".pdf", ".docx", ".rtf", ".json")
_PAGE_ENDINGS = (".html", ".htm")

_HEAD_CHARACTERS = 1000
_DAY_IN_NAME = re.compile(r"(?<!\d)(?:19|20)\d{2}[-/._]?(\d{2})[-/._]?(\d{2})(?!\d)")
_STEM_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")


def iter_documents(root: Path) -> Iterator[Document | LoadFailure | LoadNotice]:
    """Yield every article under `root`, in the order of `list_files`.

    A file or line that can't be read is yielded as a `LoadFailure`, and the reading goes on. Parts
    of an article that were not understood follow it as `LoadNotice`s. Raises `DocumentError` if
    `root` itself can't be used.
    """
    base = root.parent if root.is_file() else root
    listing = list_files(root)
    yield from listing.failures
    for file in listing.files:
        yield from load_documents(file.path, base)


def load_documents(path: Path, root: Path) -> Iterator[Document | LoadFailure | LoadNotice]:
    """Yield the articles of one file.

    It has one for each line of a `.jsonl` file, one for each article of an export
    (`rag.ingest.bundles`), else a single one.

    A file or line that can't be read is yielded as a `LoadFailure`. Parts of an article that were
    not understood follow it as `LoadNotice`s. A JSON file of something else than articles is a
    notice, too. Nothing is raised.
    """
    if path.suffix.lower() == ".jsonl":
        yield from _load_lines(path, root)
        return
    try:
        data, text, matter = _opened(path, root)
        parts = read_bundle(text, shown(path.name), path.suffix.lower())
        if parts is not None:
            yield from _load_parts(path, root, parts)
            return
        document, notices = _single(path, root, data, text, matter)
        yield document
        yield from _told(path, notices)
    except NoArticles as error:
        # Folders hold settings and data as JSON, which are no articles and no fault either.
        yield LoadNotice(path=path, reason=error.message)
    except DocumentError as error:
        yield LoadFailure(path=path, reason=error.message)
    except Exception as error:
        yield LoadFailure(path=path, reason=_unparsed(path, error))


def load_document(path: Path, root: Path) -> Document:
    """Read a file as one article. Its `doc_id` and `path` are relative to `root`.

    The title comes from the front matter, else from the first heading, else from the first
    sentence. Raises `DocumentError` if the file can't be read, is too large (`MAX_FILE_BYTES`,
    `MAX_PACKED_BYTES`), isn't text (`rag.ingest.files`), has a front matter that is too long, or
    has no text.
    """
    return _single(path, root, *_opened(path, root))[0]


def _opened(path: Path, root: Path) -> tuple[bytes, str, FrontMatter | None]:
    """Return the bytes of a file, its text, and its article if the text comes with one.

    Raises as `load_document` does.
    """
    # A name that can't be stored is told before anything is read.
    doc_id(path, root)
    name, ending = shown(path.name), path.suffix.lower()
    data = read_bytes(path, MAX_PACKED_BYTES if ending in PACKED_ENDINGS else MAX_FILE_BYTES)
    if not data.strip():
        raise _empty(name)
    if ending in (".pdf", ".docx"):
        from rag.ingest.word_and_pdf import read_packed

        matter = read_packed(data, name, ending)
        return data, matter.body, matter
    if ending == ".rtf":
        from rag.ingest.rich_text import read_rtf

        return data, read_rtf(data, name), None
    return data, decode(data, name), None


def _single(
    path: Path, root: Path, data: bytes, text: str, matter: FrontMatter | None
) -> tuple[Document, tuple[ReadingNotice, ...]]:
    """Return the one article of a file with its notices. Raises as `load_document` does."""
    return _document(
        matter or _front_matter(text, shown(path.name), path.suffix.lower()),
        document_id=doc_id(path, root),
        path=stored_path(path, root),
        content_hash=hashlib.sha256(data).hexdigest(),
    )


def _front_matter(text: str, name: str, ending: str) -> FrontMatter:
    """Return the fields of a file's article, and the article as Markdown."""
    if ending in _PAGE_ENDINGS:
        from rag.ingest.web_page import read_page

        return read_wechat_page(text) or read_page(text, name)
    if ending == ".rtf":
        from rag.ingest.word_and_pdf import printed_article

        return printed_article("\n\n".join(filter(None, map(as_markdown, text.split("\n")))))
    try:
        return read_front_matter(text)
    except DocumentError as error:
        message = error.message
        raise DocumentError(en=f"{name}: {message.en}", zh=f"{name}：{message.zh}") from error


def _load_parts(
    path: Path, root: Path, parts: Iterable[Part]
) -> Iterator[Document | LoadFailure | LoadNotice]:
    """Yield the articles of an export. The same article twice is one."""
    base, stored = doc_id(path, root), stored_path(path, root)
    seen: dict[str, str] = {}
    for part in parts:
        digest = hashlib.sha256(part.source.encode()).hexdigest()
        # An id says nothing of the place in the file, so it stays when articles are added.
        own = part.own_id or digest[:12]
        if seen.get(own, digest) != digest:
            own = f"{own}-{digest[:12]}"
        if own in seen:
            continue
        seen[own] = digest
        try:
            document, notices = _document(
                part.matter, document_id=f"{base}/{own}", path=stored, content_hash=digest
            )
            yield document
            yield from _told(path, notices, part.line)
        except DocumentError as error:
            yield LoadFailure(path=path, line=part.line, reason=error.message)
        except Exception as error:
            yield LoadFailure(path=path, line=part.line, reason=_unparsed(path, error))


def _document(
    matter: FrontMatter, *, document_id: str, path: str, content_hash: str
) -> tuple[Document, tuple[ReadingNotice, ...]]:
    name = shown(path.rpartition("/")[2])
    # Imported here: questions need no file, and compiling these patterns takes a tenth of a second.
    from rag.ingest.boilerplate import readable_text
    from rag.ingest.bylines import is_outlet_name, read_dateline

    readable = readable_text(folded(matter.body))
    if not any(character.isalnum() for character in readable.text):
        raise DocumentError(
            en=f"{name} has no text besides images, links and notices: add some or remove it.",
            zh=f"{name} 除图片、链接和声明外没有正文：请补上正文或移走该文件。",
        )
    language = detect_language(readable.text, matter.language)
    url = matter.url or readable.link
    author = matter.author
    outlet = (
        matter.outlet
        or (author if author and is_outlet_name(author) else None)
        or readable.outlet
        or (host_name(url) if url else None)
    )
    hints = _days_named(name, url, readable.text)
    published = (
        matter.published(language, hints)
        or read_dateline(folded(matter.body), language)
        or _published_by_name(name, language)
    )
    document = Document(
        doc_id=document_id,
        path=path,
        title=matter.title or _title_of(readable.text),
        outlet=outlet,
        published=published,
        language=language,
        url=url,
        text=readable.text,
        content_hash=content_hash,
    )
    unread = matter.unread_date(language, hints)
    return document, (*matter.notices, *((unread,) if unread else ()))


def _published_by_name(name: str, language: Language) -> Published | None:
    """Return the date at the start of a file's name, as Jekyll writes it, or None."""
    match = _STEM_DATE.match(name)
    return read_published(match[0], language) if match else None


def _days_named(name: str, url: str | None, text: str) -> frozenset[tuple[int, int]]:
    """Return the months and days in a file's name, its address and the first part of its text.

    They decide which day a date like `03/04/2025` means.
    """
    numbers = [match.groups() for match in _DAY_IN_NAME.finditer(f"{name} {url or ''}")]
    said, _ = read_dates(text[:_HEAD_CHARACTERS], None)
    return frozenset(
        [(int(month), int(day)) for month, day in numbers]
        + [(d.month, d.day) for d in said if d.month and d.day]
    )


def _load_lines(path: Path, root: Path) -> Iterator[Document | LoadFailure | LoadNotice]:
    """Yield the articles of a JSON Lines file (`rag.ingest.json_lines`)."""
    seen: dict[str, tuple[int, str]] = {}
    number = 0
    try:
        base, stored = doc_id(path, root), stored_path(path, root)
        lines = enumerate(read_lines(path, MAX_FILE_BYTES), 1)
        for number, data in ((n, line) for n, line in lines if line is None or line.strip()):
            try:
                if data is None:
                    raise too_large(f"{shown(path.name)}:{number}", MAX_FILE_BYTES)
                document, notices = _line_document(data, base, stored, number)
                first, content = seen.setdefault(document.doc_id, (number, document.content_hash))
                if first == number:
                    yield document
                    yield from _told(path, notices, number)
                elif content != document.content_hash:
                    # The same line twice is one article. Another line with its id is an error.
                    raise _taken(f"{shown(stored)}:{number}", first)
            except DocumentError as error:
                yield LoadFailure(path=path, line=number, reason=error.message)
            except Exception as error:
                yield LoadFailure(path=path, line=number, reason=_unparsed(path, error))
        if number == 0:
            raise _empty(shown(path.name))
    except DocumentError as error:
        yield LoadFailure(path=path, reason=error.message)


def _told(
    path: Path, notices: Iterable[ReadingNotice], line: int | None = None
) -> Iterator[LoadNotice]:
    """Yield the notices of a file. Those without a line get the `line` of their article."""
    for notice in notices:
        yield LoadNotice(path=path, line=notice.line or line, reason=notice.reason)


def _line_document(
    data: bytes, base: str, stored: str, number: int
) -> tuple[Document, tuple[ReadingNotice, ...]]:
    """Return the article of one line, and the notices about it."""
    name = f"{shown(stored)}:{number}"
    digest = hashlib.sha256(data.strip()).hexdigest()
    matter = read_line(decode(data, name), name)
    # Without its own id, an article gets one from its content, so other lines don't change it.
    own = matter.fields.get("id")
    document_id = f"{base}/{digest[:12] if own is None else own}"
    return _document(matter, document_id=document_id, path=stored, content_hash=digest)


def _empty(name: str) -> DocumentError:
    return DocumentError(
        en=f"{name} is empty: fill it or remove it.",
        zh=f"{name} 是空文件：请补上内容或移走。",
    )


def _taken(name: str, line: int) -> DocumentError:
    return DocumentError(
        en=f"{name} has the id of line {line}: give each article an id of its own.",
        zh=f"{name} 与第 {line} 行的 id 相同：请给每篇文章不同的 id。",
    )


def _unparsed(path: Path, error: Exception) -> Message:
    kind, name = type(error).__name__, shown(path.name)
    return Message(
        code="DocumentError",
        en=f"{name} can't be parsed ({kind}): simplify its front matter and markup.",
        zh=f"{name} 无法解析（{kind}）：请简化其 front matter 和标记。",
    )


def _title_of(text: str) -> str:
    sentences = split_sentences(text)
    first = next((s for s in sentences if s.kind == "heading"), sentences[0])
    line = text[first.start : first.end]
    return line.lstrip("#- " if first.kind == "heading" else "- ")[:MAX_TITLE_CHARACTERS].rstrip()
