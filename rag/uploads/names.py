"""Check the names of uploaded files, and turn them into paths below the folder of uploads."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from rag.errors import DocumentError
from rag.ingest.files import shown
from rag.text.characters import cleaned

MAX_PART_BYTES = 200
"""The most bytes of a file's or folder's name in UTF-8. File systems allow 255."""
MAX_DEPTH = 8
MAX_NAME_CHARACTERS = 400

_DRIVE = re.compile(r"[A-Za-z]:")
_UNUSABLE = re.compile(r'[<>:"|?*\x00]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\..*)?", re.IGNORECASE)
_OF_SYSTEMS = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
_SHOWN_CHARACTERS = 80


def is_hidden(name: str) -> bool:
    """Return True for a file that a system created, such as a dot file or a list of thumbnails."""
    parts = name.replace("\\", "/").split("/")
    return any(
        (part.startswith(".") and part not in (".", "..")) or part.casefold() in _OF_SYSTEMS
        for part in parts
    )


def checked_path(name: str) -> PurePosixPath:
    r"""Return the relative path for an uploaded file's name, in NFC, the same on every system.

    Folders are separated by `/` or `\`. Raises `DocumentError` for a name that leads out of its
    folder, that has invisible characters, that some system can't store, or that is too long.
    """
    path = unicodedata.normalize("NFC", name).replace("\\", "/")
    if path.startswith("/") or _DRIVE.match(path) or ".." in path.split("/"):
        raise DocumentError(
            en=f"The name {short(name)} leads out of its folder: give a name without folders above"
            " it.",
            zh=f"文件名 {short(name)} 指向所在文件夹之外：请去掉上级文件夹。",
        )
    if path != cleaned(path) or "\n" in path:
        raise DocumentError(
            en=f"The name {short(name)} holds characters that can't be seen: rename the file.",
            zh=f"文件名 {short(name)} 含有不可见的字符：请改名。",
        )
    parts = path.split("/")
    if (
        len(path) > MAX_NAME_CHARACTERS
        or len(parts) > MAX_DEPTH
        or any(len(part.encode()) > MAX_PART_BYTES for part in parts)
    ):
        raise DocumentError(
            en=f"The name {short(name)} is too long: give each file and folder at most"
            f" {MAX_PART_BYTES} bytes, and no more than {MAX_DEPTH - 1} folders.",
            zh=f"文件名 {short(name)} 过长：每个文件名和文件夹名不超过 {MAX_PART_BYTES} 字节，"
            f"文件夹不超过 {MAX_DEPTH - 1} 层。",
        )
    if any(_unusable(part) for part in parts):
        raise DocumentError(
            en=f"The name {short(name)} can't be stored on every system: leave out"
            ' < > : " | ? *, dots and blanks at the ends, and names like CON or NUL.',
            zh=f"文件名 {short(name)} 并非所有系统都能保存：请去掉"
            ' < > : " | ? *、首尾的点和空格，也不要用 CON、NUL 之类的名称。',
        )
    return PurePosixPath(path)


def short(name: str) -> str:
    """Return a file name for a message, cut short and with unprintable characters escaped."""
    visible = shown(name)
    cut = visible[:_SHOWN_CHARACTERS] + "…" * (len(visible) > _SHOWN_CHARACTERS)
    return f"“{cut}”"


def _unusable(part: str) -> bool:
    return (
        not part.strip()
        or part != part.strip()
        or part.startswith(".")
        or part.endswith(".")
        or bool(_UNUSABLE.search(part))
        or bool(_RESERVED.fullmatch(part))
    )
