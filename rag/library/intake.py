"""Uploaded files -> files that can be indexed, below one folder; each other one with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from rag.corpus.files import ENDINGS, LoadFailure
from rag.corpus.loader import MAX_FILE_BYTES, MAX_PACKED_BYTES, load_documents
from rag.errors import DocumentError
from rag.library.archives import entries, open_zip, unpacked
from rag.library.names import checked_path, is_hidden, short
from rag.messages import Message
from rag.types import Document

MEGABYTE = 1024**2
MAX_UPLOAD_BYTES = 100 * MEGABYTE
"""Of one file as it is sent: the most that a zip or a file of JSON Lines may have."""
MAX_UNPACKED_BYTES = 500 * MEGABYTE
"""Of all files that are added at once, unpacked."""
MAX_FILES = 2_000
"""Added at once, unpacked. More are better indexed from their folder."""
ACCEPTED = (*ENDINGS, ".zip")

_ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".cab", ".iso")
_LIMITS = {".jsonl": MAX_UPLOAD_BYTES, ".docx": MAX_PACKED_BYTES, ".pdf": MAX_PACKED_BYTES}
_MAX_BAD_LINES = 100
"""Of a file of JSON Lines: with more, it was never meant to be one."""
_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that somebody wants in the index: what they call it, and where its bytes are."""

    name: str
    path: Path


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A file, or a line of one, that can't be taken in, and why."""

    name: str
    reason: Message


@dataclass(kw_only=True)
class Intake:
    """What became of uploaded files: `paths` are those taken, relative to their folder.

    `refused` names files, and lines of files whose other lines were taken; `hidden` counts what a
    system had put into a zip.
    """

    paths: list[PurePosixPath] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    hidden: int = 0
    unpacked: int = 0
    _taken: set[str] = field(default_factory=set)

    def refuse(self, name: str, reason: Message) -> None:
        """Remember why a file isn't taken."""
        self.refused.append(Refusal(name=name, reason=reason))

    def admit(self, path: PurePosixPath) -> None:
        """Make room for one more file. Raises `DocumentError` where its name or number can't be."""
        if len(self._taken) >= MAX_FILES:
            raise DocumentError(
                en=f"{short(str(path))} is one too many: add at most {MAX_FILES:,} files at once,"
                " or run `rag index` with their folder.",
                zh=f"{short(str(path))} 超出数量：一次最多添加 {MAX_FILES:,} 个文件，"
                "或对其文件夹运行 `rag index`。",
            )
        # Some systems take names for the same that differ in case alone.
        key = str(path).casefold()
        if key in self._taken:
            raise DocumentError(
                en=f"{short(str(path))} is there twice: give each file a name of its own.",
                zh=f"{short(str(path))} 重名：请给每个文件不同的名称。",
            )
        self._taken.add(key)

    def count(self, size: int) -> None:
        """Add `size` bytes. Raises `DocumentError` where all together are too many."""
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
    """Put what can be indexed of `uploads` below the empty `folder`; zips unpack to folders there.

    A file is taken if it has an article in it, and one that can't be taken spoils no other.
    `on_file` is called after each file. Raises `OSError` where `folder` can't be written.
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
    """The most bytes that a file of this name may have. Raises `DocumentError` for other kinds."""
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
    """The error for a file of more than `limit` bytes."""
    return DocumentError(
        en=f"{short(name)} has more than {limit // MEGABYTE} MB: split it.",
        zh=f"{short(name)} 超过 {limit // MEGABYTE} MB：请拆分。",
    )


_File = tuple[str, Iterator[bytes], Message | None]
"""The name of a file, its bytes, and why it can't be taken whatever they are."""


def _files(upload: Upload, intake: Intake) -> Iterator[_File]:
    """The files that an upload brings: itself, or what is in it."""
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
                    # By itself: behind the zip's name, an absolute path no longer looks like one.
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
    """Write one file, and keep it if there is an article in it."""
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
    """What of a file can't be read, and how many articles it has."""
    failures: list[LoadFailure] = []
    articles = 0
    for item in load_documents(target, folder):
        if not isinstance(item, LoadFailure):
            articles += isinstance(item, Document)
            continue
        failures.append(item)
        if len(failures) > _MAX_BAD_LINES:
            raise DocumentError(
                en=f"{short(name)} has more than {_MAX_BAD_LINES} lines that can't be read (line"
                f" {failures[0].line}: {failures[0].reason.en}): mend it first.",
                zh=f"{short(name)} 有超过 {_MAX_BAD_LINES} 行无法读取"
                f"（第 {failures[0].line} 行：{failures[0].reason.zh}）：请先修正。",
            )
    return failures, articles


def _taken_by_folder(name: str) -> DocumentError:
    return DocumentError(
        en=f"{short(name)} has the name of a folder, or a folder its name: rename one of them.",
        zh=f"{short(name)} 与某个文件夹重名：请改名。",
    )
