"""The address of an index on a Milvus server, and the folder on this machine that belongs to it.

An index is named by its folder everywhere. One on a Milvus server has a folder here as well, for
the store of what this machine indexes, for keys and for uploads. The folder's path holds the
address, so that each can be told from the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from rag.errors import ConfigError

PORT = 19530
_SCHEME = re.compile(r"milvus:(?:/{1,2}|$)", re.IGNORECASE)  # a `Path` drops slashes
_OTHER = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
"""Begins an address of something else. It may hold a password, and must not become a folder."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


@dataclass(frozen=True, kw_only=True)
class MilvusAddress:
    """A Milvus server, and the name of an index there."""

    host: str
    port: int
    name: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"milvus://{host}:{self.port}/{self.name}"


def read_address(text: str) -> MilvusAddress | None:
    """Return the address that a text is, or None if it is no address of Milvus.

    Raises `ConfigError` for one that can't be used.
    """
    text = text.replace("\\", "/")  # what a `Path` makes of it on Windows
    scheme = _SCHEME.match(text)
    if scheme is None and not _OTHER.match(text):
        return None
    address = _parts(text[scheme.end() :]) if scheme and text.isprintable() else None
    if address is None:
        raise ConfigError(
            en="The address of an index on a Milvus server can't be used: write"
            " milvus://HOST:PORT/NAME, the name of letters, digits and _; a token belongs in"
            " RAG_MILVUS_TOKEN.",
            zh="Milvus 服务器上的索引地址不可用：请写成 milvus://主机:端口/名称，"
            "名称由字母、数字和 _ 组成；令牌请写在 RAG_MILVUS_TOKEN 中。",
        )
    return address


def _parts(text: str) -> MilvusAddress | None:
    """Return the address that follows `milvus://`, or None if it can't be used."""
    try:
        parts = urlsplit(f"milvus://{text}")
        port = PORT if parts.port is None else parts.port
    except ValueError:
        return None
    name = parts.path.strip("/")
    plain = parts.username is None and not parts.query
    if not (parts.hostname and plain and port and _NAME.fullmatch(name)):
        return None
    return MilvusAddress(host=parts.hostname, port=port, name=name)


def folder_of(address: MilvusAddress, home: Path) -> Path:
    """Return the folder that belongs to an index on a server."""
    return home / "milvus" / quote(f"{address.host}:{address.port}", safe="") / address.name


def address_of(folder: Path, home: Path) -> MilvusAddress | None:
    """Return the address that a folder belongs to, or None for a folder of this machine only."""
    if folder.parent.parent != home / "milvus":
        return None
    host, _, port = unquote(folder.parent.name).rpartition(":")
    return MilvusAddress(host=host, port=int(port), name=folder.name) if port.isdigit() else None
