"""Files -> `Document`. Every file under a root is either read or named with the reason why not."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from rag.corpus.boilerplate import readable_text
from rag.corpus.bylines import is_outlet_name
from rag.corpus.encoding import decode
from rag.corpus.files import (
    LoadFailure,
    doc_id,
    list_files,
    read_bytes,
    read_lines,
    shown,
    stored_path,
    too_large,
)
from rag.corpus.front_matter import (
    MAX_TITLE_CHARACTERS,
    FrontMatter,
    detect_language,
    host_name,
    read_front_matter,
)
from rag.corpus.json_lines import read_line
from rag.corpus.published import read_published
from rag.corpus.sentences import split_sentences
from rag.errors import DocumentError
from rag.messages import Message
from rag.types import Document

MAX_FILE_BYTES = 5 * 1024 * 1024
"""Far beyond any article; it bounds the time a hostile file can take."""
MAX_PACKED_BYTES = 50 * 1024 * 1024
"""The same for PDF and Word, which hold pictures and fonts as well."""
_PACKED_ENDINGS = (".pdf", ".docx")
_PAGE_ENDINGS = (".html", ".htm")

_STEM_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")


def iter_documents(root: Path) -> Iterator[Document | LoadFailure]:
    """Read every article under `root` in the order of `list_files`, each yielded as it is read.

    What can't be read is yielded as a `LoadFailure`, and the rest goes on. Raises
    `DocumentError` where `root` itself can't be used.
    """
    base = root.parent if root.is_file() else root
    listing = list_files(root)
    yield from listing.failures
    for file in listing.files:
        yield from load_documents(file.path, base)


def load_documents(path: Path, root: Path) -> Iterator[Document | LoadFailure]:
    """Read the articles of one file: those of each line of a `.jsonl`, else the one it is.

    What can't be read is yielded as a `LoadFailure`; nothing is raised.
    """
    if path.suffix.lower() == ".jsonl":
        yield from _load_lines(path, root)
        return
    try:
        yield load_document(path, root)
    except DocumentError as error:
        yield LoadFailure(path=path, reason=error.message)
    except Exception as error:
        yield LoadFailure(path=path, reason=_unparsed(path, error))


def load_document(path: Path, root: Path) -> Document:
    """Read a file that is one article; `root` is what its `doc_id` and `path` are relative to.

    The title is the front matter's, else the first heading, else the first sentence. Raises
    `DocumentError` where the file can't be read, is too large (`MAX_FILE_BYTES`,
    `MAX_PACKED_BYTES`), isn't text (`rag.corpus.encoding`), has a front matter that isn't YAML,
    or has no text.
    """
    document_id, name, ending = doc_id(path, root), shown(path.name), path.suffix.lower()
    data = read_bytes(path, MAX_PACKED_BYTES if ending in _PACKED_ENDINGS else MAX_FILE_BYTES)
    if not data.strip():
        raise _empty(name)
    return _document(
        _front_matter(data, name, ending),
        document_id=document_id,
        path=stored_path(path, root),
        content_hash=hashlib.sha256(data).hexdigest(),
    )


def _front_matter(data: bytes, name: str, ending: str) -> FrontMatter:
    """What the file says of its article, and the article as Markdown."""
    if ending in _PACKED_ENDINGS:
        from rag.corpus.packed import read_packed

        return read_packed(data, name, ending)
    text = decode(data, name)
    if ending in _PAGE_ENDINGS:
        from rag.corpus.web_page import read_page

        return read_page(text, name)
    try:
        return read_front_matter(text)
    except DocumentError as error:
        message = error.message
        raise DocumentError(en=f"{name}: {message.en}", zh=f"{name}：{message.zh}") from error


def _document(matter: FrontMatter, *, document_id: str, path: str, content_hash: str) -> Document:
    name = shown(path.rpartition("/")[2])
    readable = readable_text(matter.body)
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
    stem_date = _STEM_DATE.match(name)
    return Document(
        doc_id=document_id,
        path=path,
        title=matter.title or _title_of(readable.text),
        outlet=outlet,
        published=matter.published(language)
        or (read_published(stem_date[0], language) if stem_date else None),
        language=language,
        url=url,
        text=readable.text,
        content_hash=content_hash,
    )


def _load_lines(path: Path, root: Path) -> Iterator[Document | LoadFailure]:
    """The articles of a JSON Lines file, whose form `rag.corpus.json_lines` tells."""
    seen: dict[str, tuple[int, str]] = {}
    empty = True
    try:
        base, stored = doc_id(path, root), stored_path(path, root)
        for number, data in enumerate(read_lines(path, MAX_FILE_BYTES), 1):
            try:
                if data is not None and not data.strip():
                    continue
                empty = False
                if data is None:
                    raise too_large(f"{shown(path.name)}:{number}", MAX_FILE_BYTES)
                document = _line_document(data, base, stored, number)
                first, content = seen.setdefault(document.doc_id, (number, document.content_hash))
                if first == number:
                    yield document
                elif content != document.content_hash:
                    # The same line twice is one article; another with its id is a mistake.
                    raise _taken(f"{shown(stored)}:{number}", first)
            except DocumentError as error:
                yield LoadFailure(path=path, line=number, reason=error.message)
            except Exception as error:
                yield LoadFailure(path=path, line=number, reason=_unparsed(path, error))
        if empty:
            raise _empty(shown(path.name))
    except DocumentError as error:
        yield LoadFailure(path=path, reason=error.message)


def _line_document(data: bytes, base: str, stored: str, number: int) -> Document:
    """The article of one line."""
    name = f"{shown(stored)}:{number}"
    digest = hashlib.sha256(data.strip()).hexdigest()
    matter = read_line(decode(data, name), name)
    # Without an id of its own, an article keeps its id when lines above it come and go.
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
