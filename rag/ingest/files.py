"""List the article files under a root, with a stamp that shows changes, and decode them."""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import DocumentError
from rag.messages import Message
from rag.text.characters import cleaned

# Decoding.

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_ENCODINGS = ["gb18030", "big5", "big5hkscs", "utf_16_le", "utf_16_be", "cp1252"]
_SAMPLE_BYTES = 64 * 1024
_BROKEN_SHARE = 0.2


def decode(data: bytes, name: str) -> str:
    """Return the text of a file, cleaned (`rag.text.characters`).

    `name` is the file's name, for messages. Reads UTF-8, UTF-16, GB18030 and Big5 (also GBK,
    GB2312, Big5-HKSCS), and Windows-1252. UTF-8 is tried first; otherwise the encoding is guessed
    from the text. Raises `DocumentError` if the encoding is unknown, or if the file is UTF-8 with a
    few broken bytes, because another encoding would give wrong text.
    """
    text = _decoded(data, name)
    if "\0" in text:
        raise DocumentError(
            en=f"{name} holds a NUL character at {text.index(chr(0))}, so it is not text: save it "
            "as UTF-8 text or remove it.",
            zh=f"{name} 在第 {text.index(chr(0))} 个字符处含有 NUL，不是文本："
            "请另存为 UTF-8 文本或移走。",
        )
    return cleaned(text)


def _decoded(data: bytes, name: str) -> str:
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        found = None if encoding != "utf-8" or _almost_utf8(data) else _detected(data)
        if found is not None:
            return found
        raise DocumentError(
            en=f"{name} is not text in a known encoding (byte {data[error.start]:#04x} at"
            f" {error.start} is not UTF-8): save it as UTF-8.",
            zh=f"{name} 的文字编码无法识别（第 {error.start} 字节 {data[error.start]:#04x} 不是"
            " UTF-8）：请另存为 UTF-8。",
        ) from None


def _almost_utf8(data: bytes) -> bool:
    """Return True if most non-ASCII characters are valid UTF-8.

    The file is then damaged UTF-8, and not in another encoding.
    """
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return broken < _BROKEN_SHARE * sum(character > "\x7f" for character in text)


def _detected(data: bytes) -> str | None:
    # Imported here because few files need it.
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE_BYTES], cp_isolation=_ENCODINGS).best()
    if best is None:
        return None
    try:
        return data.decode(best.encoding)
    except UnicodeDecodeError:
        return None


# Files.

ENDINGS = (
    ".md", ".markdown", ".txt", ".html", ".htm", ".json", ".jsonl", ".docx", ".pdf", ".rtf",
)  # fmt: skip

_SETTLED_NANOSECONDS = 2_000_000_000
"""A file that changed less than this ago may change again and keep the same times."""


@dataclass(frozen=True, kw_only=True)
class LoadFailure:
    """A file, a folder, or a line of a file that can't be read, with the reason."""

    path: Path
    reason: Message
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class LoadNotice:
    """A part of a file, or of a line, that was not understood although its article is read."""

    path: Path
    reason: Message
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class ArticleFile:
    """A file with its size and stamp.

    `stamp` holds the size, the times and the inode number, and changes when the file is written. It
    is None if the file was written so recently that it could change again with the same stamp.
    """

    path: Path
    size: int
    stamp: str | None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The article files under a root, sorted by path, and the places that can't be opened."""

    files: tuple[ArticleFile, ...]
    failures: tuple[LoadFailure, ...]


def list_files(root: Path) -> Listing:
    """Return every article file under `root`, or `root` itself if it is one.

    Article files end in one of `ENDINGS`, in upper or lower case. Hidden files and folders are
    skipped. Linked folders are not entered, and a linked file counts only if its target lies under
    the root. Raises `DocumentError` if `root` doesn't exist or is neither a folder nor an article
    file.
    """
    if not root.is_dir():
        if root.is_file() and _has_ending(root.name):
            return Listing(files=(_article_file(root),), failures=())
        endings = " ".join(ENDINGS)
        raise DocumentError(
            en=f"{shown(str(root))} is neither a folder nor an article ({endings}): give one that"
            " is.",
            zh=f"{shown(str(root))} 既不是文件夹，也不是文章文件（{endings}）：请给出其一。",
        )
    real_root = root.resolve()
    files: list[ArticleFile] = []
    failures: list[LoadFailure] = []
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    path = folder / entry.name
                    try:
                        if entry.name.startswith("."):
                            continue
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(path)
                        elif _has_ending(entry.name) and _lies_under(entry, path, real_root):
                            files.append(_article_file(path))
                    except OSError as error:
                        reason = unreadable(path, error).message
                        failures.append(LoadFailure(path=path, reason=reason))
        except OSError as error:
            reason = unreadable(folder, error).message
            failures.append(LoadFailure(path=folder, reason=reason))
    # Comparing strings is ten times as fast as comparing paths.
    files.sort(key=lambda file: str(file.path))
    failures.sort(key=lambda failure: str(failure.path))
    return Listing(files=tuple(files), failures=tuple(failures))


def is_listed(path: Path, root: Path) -> bool:
    """Return True if `path` is an existing file that `list_files(root)` contains.

    Nothing is listed, so the result is False for linked files, which only a listing can find.
    """
    if not path.is_relative_to(root) or not _has_ending(path.name):
        return False
    inside = path.relative_to(root)
    hidden = any(part.startswith(".") for part in inside.parts)
    return not hidden and path.resolve() == root.resolve() / inside and path.is_file()


def find_files(root: Path) -> tuple[Path, ...]:
    """Return the paths of the files that `list_files` returns."""
    return tuple(file.path for file in list_files(root).files)


def doc_id(path: Path, root: Path) -> str:
    """Return the id of the article at `path`: its path under `root`, in NFC, without the ending.

    Raises `DocumentError` if `path` isn't under `root`, or its name can't be shown or stored.
    """
    return unicodedata.normalize("NFC", Path(stored_path(path, root)).with_suffix("").as_posix())


def stored_path(path: Path, root: Path) -> str:
    """Return `path` relative to `root`, with `/` between folders. Raises as `doc_id` does."""
    try:
        relative = path.relative_to(root)
    except ValueError:
        raise DocumentError(
            en=f"{shown(str(path))} is not under {shown(str(root))}: give a folder that holds it.",
            zh=f"{shown(str(path))} 不在 {shown(str(root))} 之下：请给出包含它的文件夹。",
        ) from None
    name = relative.as_posix()
    if unicodedata.normalize("NFC", name) != cleaned(name) or "\n" in name:
        raise DocumentError(
            en=f"The file name {shown(name)} holds characters that can't be shown or stored: rename"
            " it.",
            zh=f"文件名 {shown(name)} 含有无法显示或保存的字符：请改名。",
        )
    return name


def read_bytes(path: Path, limit: int) -> bytes:
    """Return the bytes of a file.

    Raises `DocumentError` if it can't be opened or has more than `limit` bytes.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(data) > limit:
        raise too_large(shown(path.name), limit)
    return data


def read_lines(path: Path, limit: int) -> Iterator[bytes | None]:
    """Yield the lines of a file, with None in place of a line longer than `limit` bytes.

    Raises `DocumentError` if the file can't be opened or read.
    """
    try:
        with path.open("rb") as file:
            while line := file.readline(limit + 1):
                if len(line) <= limit:
                    yield line
                    continue
                while len(line) > limit and not line.endswith(b"\n"):
                    line = file.readline(limit + 1)
                yield None
    except OSError as error:
        raise unreadable(path, error) from error


def too_large(name: str, limit: int) -> DocumentError:
    """Return the error for an article of more than `limit` bytes."""
    size = f"{limit // 1024**2} MB"
    return DocumentError(
        en=f"{name} is larger than {size}: split it into articles.",
        zh=f"{name} 超过 {size}：请拆分成单篇文章。",
    )


def unreadable(path: Path, error: OSError) -> DocumentError:
    """Return the error for a file or folder that can't be opened."""
    name, reason = shown(path.name), error.strerror or type(error).__name__
    return DocumentError(
        en=f"{name} can't be opened ({reason}): check its permissions.",
        zh=f"{name} 无法打开（{reason}）：请检查权限。",
    )


def shown(name: str) -> str:
    """Return a file name for a message, with unprintable characters escaped."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in name
    )


def _article_file(path: Path) -> ArticleFile:
    status = path.stat()
    changed = max(status.st_mtime_ns, status.st_ctime_ns)
    settled = changed + _SETTLED_NANOSECONDS < time.time_ns()
    stamp = f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"
    return ArticleFile(path=path, size=status.st_size, stamp=stamp if settled else None)


def _has_ending(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in ENDINGS  # noqa: PTH122


def _lies_under(entry: os.DirEntry[str], path: Path, real_root: Path) -> bool:
    """Return True if this is a regular file, or a link to one below the root."""
    if not entry.is_symlink():
        return entry.is_file()
    # A link without a target, or in a circle, is ignored. A file that can't be opened is
    # reported when it is read.
    return path.is_file() and path.resolve().is_relative_to(real_root)
