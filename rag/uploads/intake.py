"""Turn uploaded files and zips into files that can be indexed, or refuse them with a reason."""

from __future__ import annotations

import mmap
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from rag.errors import DocumentError
from rag.ingest.files import ENDINGS, LoadFailure, LoadNotice
from rag.ingest.loader import MAX_FILE_BYTES, MAX_PACKED_BYTES, PACKED_ENDINGS, load_documents
from rag.messages import Message
from rag.types import Document
from rag.uploads.names import checked_path, is_hidden, short

# Zip files. They come from users, so nothing in them is trusted.

_CHUNK_BYTES = 64 * 1024
_MAX_ENTRIES = 100_000
"""The most entries of a zip. Each takes half a kilobyte of memory before it can be checked."""
_ENTRY = re.compile(rb"PK\x01\x02")
_ENCRYPTED, _UTF8 = 0x1, 0x800
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file in a zip. `refusal` is the reason why it can't be taken, or None."""

    name: str
    info: zipfile.ZipInfo
    refusal: Message | None


@contextmanager
def open_zip(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """Open the zip at `path`. `name` is its name for messages.

    Raises `DocumentError` if it is not a zip, or if a damaged part is found inside the block.
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
            " articles again.",
            zh=f"{short(name)} 不是可读取的 zip 文件（{type(error).__name__}）：请重新压缩文章。",
        ) from error


def entries(archive: zipfile.ZipFile) -> tuple[Entry, ...]:
    """Return the files of the zip without folders, in the order of the zip."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    names = _names(infos)
    return tuple(
        Entry(name=name, info=info, refusal=_refusal(info, name))
        for info, name in zip(infos, names, strict=True)
    )


def unpacked(archive: zipfile.ZipFile, entry: Entry) -> Iterator[bytes]:
    """Yield the bytes of a file in pieces, so that the caller can stop if there are too many.

    Raises `DocumentError` if they can't be read or don't match their checksum.
    """
    try:
        with archive.open(entry.info) as packed:
            while chunk := packed.read(_CHUNK_BYTES):
                yield chunk
    except (*_BROKEN, RuntimeError) as error:
        raise DocumentError(
            en=f"{short(entry.name)} is damaged in the zip ({type(error).__name__}): zip it again.",
            zh=f"{short(entry.name)} 在 zip 中已损坏（{type(error).__name__}）：请重新压缩。",
        ) from error


def _entries(path: Path) -> int:
    """Return an upper bound of the number of entries.

    The signature of an entry is counted, and it may also be in a file's content.
    """
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
    """Return the names. Those without a UTF-8 flag are read in an encoding that fits all of them.

    Older Chinese Windows writes GBK without a flag, and some systems UTF-8. The encoding of the
    format is cp437, which the library assumes.
    """
    raw = [_bytes(info) for info in infos if not info.flag_bits & _UTF8]
    encoding = next((name for name in ("utf-8", "gb18030") if _fits(raw, name)), "cp437")
    return [
        info.orig_filename if info.flag_bits & _UTF8 else _bytes(info).decode(encoding)
        for info in infos
    ]


def _bytes(info: zipfile.ZipInfo) -> bytes:
    # The library cuts `filename` at a NUL.
    return info.orig_filename.encode("cp437", errors="replace")


def _fits(names: Sequence[bytes], encoding: str) -> bool:
    try:
        return all(name.decode(encoding) for name in names)
    except UnicodeDecodeError:
        return False


def _refusal(info: zipfile.ZipInfo, name: str) -> Message | None:
    """Return the reason why a file can't be taken, whatever its content is, or None."""
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
    # Other methods may need gigabytes of memory to unpack a few bytes.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Message(
            code="compression",
            en=f"{short(name)} is compressed in an uncommon way: zip it again, with “Deflate”.",
            zh=f"{short(name)} 使用了不常见的压缩方式：请用“Deflate”重新压缩。",
        )
    return None


# Uploaded files.

MEGABYTE = 1024**2
MAX_UPLOAD_BYTES = 100 * MEGABYTE
"""The most bytes of one uploaded file, which may be a zip or JSON Lines."""
MAX_UNPACKED_BYTES = 500 * MEGABYTE
"""The most bytes, unpacked, of all files that are added at once."""
MAX_FILES = 2_000
"""The most files, unpacked, that are added at once. More should be indexed from their folder."""
ACCEPTED = (*ENDINGS, ".zip")

_ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".cab", ".iso")
_LIMITS = {".jsonl": MAX_UPLOAD_BYTES, **dict.fromkeys(PACKED_ENDINGS, MAX_PACKED_BYTES)}
_MAX_BAD_LINES = 100
"""The most unreadable lines of a JSON Lines file. With more, it is probably another format."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that a user uploaded: its name, and the path of its bytes."""

    name: str
    path: Path


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A file, or a line of a file, that can't be taken, with the reason."""

    name: str
    reason: Message


@dataclass(kw_only=True)
class Intake:
    """The result of taking uploaded files. `paths` are the taken files, relative to their folder.

    `refused` names refused files, and refused lines of files that were taken otherwise. `hidden` is
    the number of system files in zips, which are skipped.
    """

    paths: list[PurePosixPath] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    hidden: int = 0
    unpacked: int = 0
    _taken: set[str] = field(default_factory=set)

    def refuse(self, name: str, reason: Message) -> None:
        """Add a refused file with the reason."""
        self.refused.append(Refusal(name=name, reason=reason))

    def admit(self, path: PurePosixPath) -> None:
        """Count a file. Raises `DocumentError` if there are too many, or its name is taken."""
        if len(self._taken) >= MAX_FILES:
            raise DocumentError(
                en=f"{short(str(path))} is one too many: add at most {MAX_FILES:,} files at once,"
                " or run `rag index` with their folder.",
                zh=f"{short(str(path))} 超出数量：一次最多添加 {MAX_FILES:,} 个文件，"
                "或对其文件夹运行 `rag index`。",
            )
        # On some systems, names that differ only in case are the same.
        key = str(path).casefold()
        if key in self._taken:
            raise DocumentError(
                en=f"{short(str(path))} is there twice: give each file a name of its own.",
                zh=f"{short(str(path))} 重名：请给每个文件不同的名称。",
            )
        self._taken.add(key)

    def count(self, size: int) -> None:
        """Add `size` bytes. Raises `DocumentError` if the total is too large."""
        if self.unpacked + size > MAX_UNPACKED_BYTES:
            raise DocumentError(
                en=f"All files together unpack to more than {MAX_UNPACKED_BYTES // MEGABYTE} MB:"
                " add fewer at once.",
                zh=f"全部文件解压后超过 {MAX_UNPACKED_BYTES // MEGABYTE} MB：请分批添加。",
            )
        self.unpacked += size


def take_in(
    uploads: Iterable[Upload], folder: Path, on_file: Callable[[], None] | None = None
) -> Intake:
    """Write the files of `uploads` that can be indexed into the empty `folder`.

    A zip becomes a folder there. A file is taken if it has an article in it. A refused file does
    not affect the others. `on_file` is called after each file. Raises `OSError` if `folder` can't
    be written.
    """
    intake = Intake()
    for upload in uploads:
        for name, chunks, refusal in _files(upload, intake):
            try:
                if refusal is not None:
                    intake.refuse(name, refusal)
                else:
                    _take(name, chunks, folder, intake)
            except DocumentError as error:
                intake.refuse(name, error.message)
            if on_file:
                on_file()
    return intake


def upload_limit(name: str) -> int:
    """Return the most bytes for a file of this name. Raises `DocumentError` for other kinds."""
    ending = PurePosixPath(name).suffix.lower()
    if ending == ".zip":
        return MAX_UPLOAD_BYTES
    if ending not in ENDINGS:
        kinds = " ".join(ACCEPTED)
        raise DocumentError(
            en=f"{short(name)} is of no kind that can be read: give {kinds}.",
            zh=f"{short(name)} 的类型无法读取：请提供 {kinds}。",
        )
    return _LIMITS.get(ending, MAX_FILE_BYTES)


def too_much(name: str, limit: int) -> DocumentError:
    """Return the error for a file of more than `limit` bytes."""
    return DocumentError(
        en=f"{short(name)} has more than {limit // MEGABYTE} MB: split it.",
        zh=f"{short(name)} 超过 {limit // MEGABYTE} MB：请拆分。",
    )


_File = tuple[str, Iterator[bytes], Message | None]
"""The name of a file, its bytes, and the reason why it can't be taken, or None."""


def _files(upload: Upload, intake: Intake) -> Iterator[_File]:
    """Yield the files of an upload: the file itself, or the files in a zip."""
    if PurePosixPath(upload.name).suffix.lower() != ".zip":
        yield upload.name, _read(upload.path), None
        return
    try:
        with open_zip(upload.path, upload.name) as archive:
            stem = upload.name[: -len(".zip")]
            for entry in entries(archive):
                if is_hidden(entry.name):
                    intake.hidden += 1
                    continue
                name, refusal = f"{stem}/{entry.name}", entry.refusal
                try:
                    # Without the zip's name, since an absolute path after it would not be noticed.
                    checked_path(entry.name)
                    _not_packed(entry.name)
                except DocumentError as error:
                    refusal = error.message
                yield name, unpacked(archive, entry), refusal
    except DocumentError as error:
        intake.refuse(upload.name, error.message)


def _not_packed(name: str) -> None:
    if PurePosixPath(name).suffix.lower() in _ARCHIVES:
        raise DocumentError(
            en=f"{short(name)} is an archive in an archive: unpack it first.",
            zh=f"{short(name)} 是压缩包中的压缩包：请先解压。",
        )


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _take(name: str, chunks: Iterator[bytes], folder: Path, intake: Intake) -> None:
    """Write one file, and keep it if it has an article in it."""
    limit = upload_limit(name)
    path = checked_path(name)
    intake.admit(path)
    target = folder / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        size = 0
        with target.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise too_much(name, limit)
                intake.count(len(chunk))
                file.write(chunk)
        failures, articles = _articles(target, folder, name)
        for failure in failures:
            line = f":{failure.line}" if failure.line else ""
            intake.refuse(f"{name}{line}", failure.reason)
        if articles:
            intake.paths.append(path)
        else:
            target.unlink()
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise _taken_by_folder(name) from error
    except DocumentError:
        target.unlink(missing_ok=True)
        raise


def _articles(target: Path, folder: Path, name: str) -> tuple[list[LoadFailure], int]:
    """Return the failures of a file, and its number of articles."""
    failures: list[LoadFailure] = []
    notices: list[LoadNotice] = []
    articles = 0
    for item in load_documents(target, folder):
        if isinstance(item, LoadNotice):
            notices.append(item)
            continue
        if isinstance(item, Document):
            articles += 1
            continue
        failures.append(item)
        if len(failures) > _MAX_BAD_LINES:
            raise DocumentError(
                en=f"{short(name)} has more than {_MAX_BAD_LINES} lines that can't be read (line"
                f" {failures[0].line}: {failures[0].reason.en}): correct it first.",
                zh=f"{short(name)} 有超过 {_MAX_BAD_LINES} 行无法读取"
                f"（第 {failures[0].line} 行：{failures[0].reason.zh}）：请先修正。",
            )
    if not articles and not failures:
        # Who sends a file without articles is told why nothing came of it.
        failures = [LoadFailure(path=each.path, reason=each.reason) for each in notices]
    return failures, articles


def _taken_by_folder(name: str) -> DocumentError:
    return DocumentError(
        en=f"{short(name)} and a folder have the same name: rename one of them.",
        zh=f"{short(name)} 与某个文件夹重名：请改名。",
    )
