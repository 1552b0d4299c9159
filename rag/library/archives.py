"""What is in a zip file that a person uploaded, without trusting a word of what it says."""

from __future__ import annotations

import mmap
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.errors import DocumentError
from rag.library.names import short
from rag.messages import Message

_CHUNK_BYTES = 64 * 1024
_MAX_ENTRIES = 100_000
"""Each takes half a kilobyte of memory before its name is even looked at."""
_ENTRY = re.compile(rb"PK\x01\x02")
_ENCRYPTED, _UTF8 = 0x1, 0x800
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file in a zip: its name as a person would read it; `refusal` is why it can't be taken."""

    name: str
    info: zipfile.ZipInfo
    refusal: Message | None


@contextmanager
def open_zip(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """The zip at `path`; `name` is what a person calls it.

    Raises `DocumentError` where it is none, and for whatever is found broken inside the block.
    """
    try:
        if _entries(path) > _MAX_ENTRIES:
            raise DocumentError(
                en=f"{short(name)} holds more than {_MAX_ENTRIES:,} files: zip fewer at a time.",
                zh=f"{short(name)} 包含超过 {_MAX_ENTRIES:,} 个文件：请分批压缩。",
            )
        with zipfile.ZipFile(path) as archive:
            yield archive
    except _BROKEN as error:
        raise DocumentError(
            en=f"{short(name)} is no zip file that can be read ({type(error).__name__}): zip the"
            " articles anew.",
            zh=f"{short(name)} 不是可读取的 zip 文件（{type(error).__name__}）：请重新压缩文章。",
        ) from error


def entries(archive: zipfile.ZipFile) -> tuple[Entry, ...]:
    """The files of the zip, folders left out, in its own order."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    names = _names(infos)
    return tuple(
        Entry(name=name, info=info, refusal=_refusal(info, name))
        for info, name in zip(infos, names, strict=True)
    )


def unpacked(archive: zipfile.ZipFile, entry: Entry) -> Iterator[bytes]:
    """The bytes of a file, piece by piece, so that the reader can stop when it is too many.

    Raises `DocumentError` where they can't be had or don't agree with their checksum.
    """
    try:
        with archive.open(entry.info) as packed:
            while chunk := packed.read(_CHUNK_BYTES):
                yield chunk
    except (*_BROKEN, RuntimeError) as error:
        raise DocumentError(
            en=f"{short(entry.name)} is damaged in the zip ({type(error).__name__}): zip it anew.",
            zh=f"{short(entry.name)} 在 zip 中已损坏（{type(error).__name__}）：请重新压缩。",
        ) from error


def _entries(path: Path) -> int:
    """At least as many as there are: the signature may stand in a file's content as well."""
    if path.stat().st_size == 0:
        return 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        count = 0
        for _ in _ENTRY.finditer(data):
            count += 1
            if count > _MAX_ENTRIES:
                break
        return count


def _names(infos: Sequence[zipfile.ZipInfo]) -> list[str]:
    """The names, those that don't say they are UTF-8 in the encoding that suits all of them.

    Older Chinese Windows writes GBK without saying so, some systems UTF-8; the format's own
    is cp437, as which the library reads them.
    """
    raw = [_bytes(info) for info in infos if not info.flag_bits & _UTF8]
    encoding = next((name for name in ("utf-8", "gb18030") if _fits(raw, name)), "cp437")
    return [
        info.orig_filename if info.flag_bits & _UTF8 else _bytes(info).decode(encoding)
        for info in infos
    ]


def _bytes(info: zipfile.ZipInfo) -> bytes:
    # Not `filename`, which the library cuts at a NUL.
    return info.orig_filename.encode("cp437", errors="replace")


def _fits(names: Sequence[bytes], encoding: str) -> bool:
    try:
        return all(name.decode(encoding) for name in names)
    except UnicodeDecodeError:
        return False


def _refusal(info: zipfile.ZipInfo, name: str) -> Message | None:
    """Why a file can't be taken whatever is in it."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind and kind != stat.S_IFREG:
        return Message(
            code="not_regular",
            en=f"{short(name)} is a link or device, not a file: zip the file itself.",
            zh=f"{short(name)} 是链接或设备，不是文件：请压缩文件本身。",
        )
    if info.flag_bits & _ENCRYPTED:
        return Message(
            code="encrypted",
            en=f"{short(name)} is encrypted: zip it without a password.",
            zh=f"{short(name)} 已加密：请不设密码重新压缩。",
        )
    # Other methods may ask for gigabytes of memory to unpack a few bytes.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Message(
            code="compression",
            en=f"{short(name)} is compressed in an uncommon way: zip it anew, with “Deflate”.",
            zh=f"{short(name)} 使用了不常见的压缩方式：请用“Deflate”重新压缩。",
        )
    return None
