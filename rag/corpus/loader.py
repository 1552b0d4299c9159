"""Files -> `Document`. Every file under a root is either read or named with the reason why not."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.corpus.boilerplate import readable_text
from rag.corpus.bylines import is_outlet_name
from rag.corpus.characters import cleaned
from rag.corpus.front_matter import (
    MAX_TITLE_CHARACTERS,
    detect_language,
    host_name,
    read_front_matter,
)
from rag.corpus.published import read_published
from rag.corpus.sentences import split_sentences
from rag.errors import DocumentError
from rag.messages import Message
from rag.types import Document

MAX_FILE_BYTES = 5 * 1024 * 1024
"""Far beyond any article; it bounds the time a hostile file can take."""
ENDINGS = (".md", ".txt")

_STEM_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")


@dataclass(frozen=True, kw_only=True)
class LoadFailure:
    """A file, or a folder, that can't be read, and why."""

    path: Path
    reason: Message


def find_files(root: Path) -> tuple[Path, ...]:
    """Every article file under `root`, or `root` itself if it is one, sorted by path.

    Files end in `.md` or `.txt`, in any case. Hidden files and folders are passed over, linked
    folders aren't entered, and a linked file counts only where its target lies under the root.
    Raises `DocumentError` where `root` doesn't exist or is neither a folder nor such a file.
    """
    return _scan(root)[0]


def iter_documents(root: Path) -> Iterator[Document | LoadFailure]:
    """Read every article under `root` in the order of `find_files`, each yielded as it is read.

    What can't be read is yielded as a `LoadFailure`, and the rest goes on. Raises
    `DocumentError` where `root` itself can't be used.
    """
    files, failures = _scan(root)
    yield from failures
    base = root.parent if root.is_file() else root
    seen: dict[str, Path] = {}
    for path in files:
        try:
            document_id = doc_id(path, base)
            if other := seen.get(document_id):
                raise DocumentError(
                    en=f"{shown(path.name)} has the same name as {shown(other.name)} but for its "
                    "ending: rename one of them.",
                    zh=f"{shown(path.name)} 与 {shown(other.name)} 除扩展名外同名："
                    "请给其中一个改名。",
                )
            seen[document_id] = path
            yield load_document(path, base)
        except DocumentError as error:
            yield LoadFailure(path=path, reason=error.message)
        except Exception as error:
            yield LoadFailure(path=path, reason=_unparsed(path, error))


def load_document(path: Path, root: Path) -> Document:
    """Read one article; `root` is the folder its `doc_id` and `path` are relative to.

    The title is the front matter's, else the first heading, else the first sentence. Raises
    `DocumentError` where the file can't be read, is larger than `MAX_FILE_BYTES`, isn't UTF-8
    text, has a front matter that isn't YAML, or has no text.
    """
    document_id = doc_id(path, root)
    name = shown(path.name)
    data = _bytes_of(path)
    text = _text_of(data, name)
    try:
        matter = read_front_matter(text)
    except DocumentError as error:
        message = error.message
        raise DocumentError(en=f"{name}: {message.en}", zh=f"{name}：{message.zh}") from error
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
    stem_date = _STEM_DATE.match(path.name)
    return Document(
        doc_id=document_id,
        path=unicodedata.normalize("NFC", _relative(path, root).as_posix()),
        title=matter.title or _title_of(readable.text),
        outlet=outlet,
        published=matter.published(language)
        or (read_published(stem_date[0], language) if stem_date else None),
        language=language,
        url=url,
        text=readable.text,
        content_hash=hashlib.sha256(data).hexdigest(),
    )


def _unparsed(path: Path, error: Exception) -> Message:
    kind, name = type(error).__name__, shown(path.name)
    return Message(
        code="DocumentError",
        en=f"{name} can't be parsed ({kind}): simplify its front matter and markup.",
        zh=f"{name} 无法解析（{kind}）：请简化其 front matter 和标记。",
    )


def doc_id(path: Path, root: Path) -> str:
    """The id of the article at `path`: its path relative to `root`, in NFC, without the ending.

    Raises `DocumentError` where `path` isn't under `root`, or its name can't be shown or stored.
    """
    relative = _relative(path, root)
    name = unicodedata.normalize("NFC", relative.with_suffix("").as_posix())
    if name != cleaned(name) or "\n" in name:
        raise DocumentError(
            en=f"The file name {shown(str(relative))} holds characters that can't be shown or "
            "stored: rename it.",
            zh=f"文件名 {shown(str(relative))} 含有无法显示或保存的字符：请改名。",
        )
    return name


def shown(name: str) -> str:
    """A file name for a message, with control characters and the like escaped."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in name
    )


def _relative(path: Path, root: Path) -> Path:
    try:
        return path.relative_to(root)
    except ValueError:
        raise DocumentError(
            en=f"{shown(str(path))} is not under {shown(str(root))}: give a folder that holds it.",
            zh=f"{shown(str(path))} 不在 {shown(str(root))} 之下：请给出包含它的文件夹。",
        ) from None


def _scan(root: Path) -> tuple[tuple[Path, ...], tuple[LoadFailure, ...]]:
    """The article files under `root`, and the folders that can't be opened."""
    if root.is_file() and _has_ending(root):
        return (root,), ()
    if not root.is_dir():
        raise DocumentError(
            en=f"{shown(str(root))} is neither a folder nor a .md or .txt file: give one that is.",
            zh=f"{shown(str(root))} 既不是文件夹，也不是 .md 或 .txt 文件：请给出其一。",
        )
    real_root = root.resolve()
    found: list[Path] = []
    failures: list[LoadFailure] = []
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            failures.append(LoadFailure(path=folder, reason=_unreadable(folder, error).message))
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            try:
                if entry.is_dir() and not entry.is_symlink():
                    folders.append(entry)
                elif _has_ending(entry) and _lies_under(entry, real_root):
                    found.append(entry)
            except OSError as error:
                failures.append(LoadFailure(path=entry, reason=_unreadable(entry, error).message))
    return tuple(sorted(found)), tuple(failures)


def _has_ending(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS


def _lies_under(path: Path, real_root: Path) -> bool:
    """Whether this is a regular file, or a link to one below the root."""
    if not path.is_file():
        # A link that leads nowhere or in circles is as good as no file; one that can't be
        # opened is reported when it is read.
        return False
    return not path.is_symlink() or path.resolve().is_relative_to(real_root)


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    name = shown(path.name)
    if len(data) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // (1024 * 1024)
        raise DocumentError(
            en=f"{name} is larger than {limit} MB: split it into articles.",
            zh=f"{name} 超过 {limit} MB：请拆分成单篇文章。",
        )
    if not data.strip():
        raise DocumentError(
            en=f"{name} is empty: fill it or remove it.",
            zh=f"{name} 是空文件：请补上内容或移走。",
        )
    return data


def _unreadable(path: Path, error: OSError) -> DocumentError:
    name, reason = shown(path.name), error.strerror or type(error).__name__
    return DocumentError(
        en=f"{name} can't be opened ({reason}): check its permissions.",
        zh=f"{name} 无法打开（{reason}）：请检查权限。",
    )


def _text_of(data: bytes, name: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            en=f"{name} is not UTF-8 text (byte {data[error.start]:#04x} at {error.start}): save "
            "it as UTF-8.",
            zh=f"{name} 不是 UTF-8 文本（第 {error.start} 字节为 {data[error.start]:#04x}）："
            "请另存为 UTF-8。",
        ) from None
    if "\0" in text:
        raise DocumentError(
            en=f"{name} holds a NUL character at {text.index(chr(0))}, so it is no text: save it "
            "as UTF-8 text or remove it.",
            zh=f"{name} 在第 {text.index(chr(0))} 个字符处含有 NUL，不是文本："
            "请另存为 UTF-8 文本或移走。",
        )
    return cleaned(text)


def _title_of(text: str) -> str:
    sentences = split_sentences(text)
    first = next((s for s in sentences if s.kind == "heading"), sentences[0])
    line = text[first.start : first.end]
    return line.lstrip("#- " if first.kind == "heading" else "- ")[:MAX_TITLE_CHARACTERS].rstrip()
