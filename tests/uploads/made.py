"""Uploads of every kind, good and bad."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

from rag.uploads.intake import Upload

SHIPS = "# Ships\n\nForty ships came to the harbour of Lund on Tuesday."
PORT = "# 新港口\n\n新港口周二开放。四十艘船到港。"


def uploaded(folder: Path, name: str, data: str | bytes) -> Upload:
    """An upload of that name, whose bytes lie under another."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"sent{len(list(folder.iterdir()))}"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return Upload(name=name, path=path)


def zipped(files: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def zipped_link(name: str, target: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, target)
    return stream.getvalue()


def zipped_raw(raw_name: bytes, data: str) -> bytes:
    """A zip whose name is in an encoding that it doesn't tell, as older systems write it."""
    placeholder = "x" * len(raw_name)
    return zipped({placeholder: data}, zipfile.ZIP_STORED).replace(placeholder.encode(), raw_name)


def encrypted(files: dict[str, str | bytes]) -> bytes:
    """The same zip with each file marked as encrypted, in both of its headers."""
    data = bytearray(zipped(files))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(signature)
        while start >= 0:
            data[start + offset] |= 1
            start = data.find(signature, start + 4)
    return bytes(data)


def lying(name: str, size: int, claimed: int) -> bytes:
    """A zip of one file of `size` zeros that claims to unpack to `claimed` bytes."""
    data = bytearray(zipped({name: b"0" * size}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.find(signature) + offset
        data[place : place + 4] = claimed.to_bytes(4, "little")
    return bytes(data)
