"""The API keys of an index, and the secret that signs its links.

A key looks like `rag-3f9a1c2e-…`: a public id, then a secret of 256 random bits. The file holds a
salted hash of the secret. A slow hash, as for passwords, is not needed, because nobody can guess so
many random bits.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from rag.errors import ConfigError
from rag.whole_files import write_whole

KeyScope = Literal["read", "write"]
FILE_NAME = "server.json"
_NAME = re.compile(r"[^\W_][\w .@-]{0,63}")
_KEY = re.compile(r"rag-([0-9a-f]{8})-([\w-]{43})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """What is stored of a key. Days are ISO 8601; a key works up to the end of its last day, UTC.

    `scope` "read" lets a program ask and read articles, and "write" also add and remove them.
    """

    key_id: str
    name: str
    scope: KeyScope
    salt: str
    hash: str
    created: str
    expires: str | None = None
    revoked: bool = False

    def works(self, today: date) -> bool:
        """Return True if the key may be used on that day."""
        in_time = self.expires is None or today <= date.fromisoformat(self.expires)
        return in_time and not self.revoked


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """The content of the file."""

    link_secret: bytes
    keys: tuple[ApiKey, ...]


class KeyRing:
    """The keys in the folder of an index. Another process may change them at any time."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._lock = threading.Lock()
        self._read: tuple[tuple[int, int] | None, _Kept] | None = None

    def add(self, name: str, scope: KeyScope = "read", expires: str | None = None) -> str:
        """Make a key and return it. It is not stored, so it can't be shown again.

        `expires` is a day such as 2027-01-31, or a number of days such as 30d. Raises `ConfigError`
        if the name is taken or a value can't be used.
        """
        if not _NAME.fullmatch(name):
            raise ConfigError(
                en=f"The key's name is {name!r}: give up to 64 letters, digits, spaces, . @ or -.",
                zh=f"密钥名称为 {name!r}：请使用至多 64 个字母、汉字、数字、空格或 . @ -。",
            )
        last = None if expires is None else _last_day(expires)
        key_id, secret, salt = (
            secrets.token_hex(4),
            secrets.token_urlsafe(32),
            secrets.token_hex(16),
        )
        made = ApiKey(
            key_id=key_id,
            name=name,
            scope=scope,
            salt=salt,
            hash=_hash(salt, secret),
            created=_today().isoformat(),
            expires=last,
        )
        with self._changing() as kept:
            if any(key.name == name and not key.revoked for key in kept.keys):
                raise ConfigError(
                    en=f"There is a key named {name!r} already: choose another name, or revoke it.",
                    zh=f"已有名为 {name!r} 的密钥：请换一个名称，或先撤销它。",
                )
            self._write(replace(kept, keys=(*kept.keys, made)))
        return f"rag-{key_id}-{secret}"

    def revoke(self, name: str) -> None:
        """Make the key of that name, or of that id, useless at once. Raises `ConfigError`."""
        with self._changing() as kept:
            meant = [k for k in kept.keys if name in (k.name, k.key_id) and not k.revoked]
            if not meant:
                raise ConfigError(
                    en=f"There is no key named {name!r}: `rag key list` shows the keys.",
                    zh=f"没有名为 {name!r} 的密钥：`rag key list` 可列出全部密钥。",
                )
            keys = tuple(replace(key, revoked=key.revoked or key in meant) for key in kept.keys)
            self._write(replace(kept, keys=keys))

    def keys(self) -> tuple[ApiKey, ...]:
        """Return all keys that were ever made, oldest first. Raises `ConfigError`."""
        return self._kept().keys

    def key_id(self, presented: str) -> str | None:
        """Return the id in the text of a key, or None if the text has not the form of a key."""
        match = _KEY.fullmatch(presented)
        return match[1] if match else None

    def find(self, presented: str) -> ApiKey | None:
        """Return the key that a client presents, or None if it doesn't work.

        The time that this takes tells nothing about the secret.
        """
        match = _KEY.fullmatch(presented)
        if not match:
            return None
        known = {key.key_id: key for key in self.keys()}.get(match[1])
        # An unknown id costs as much as a known one.
        salt, expected = (known.salt, known.hash) if known else ("", "")
        right = hmac.compare_digest(_hash(salt, match[2]), expected)
        return known if known and right and known.works(_today()) else None

    def link_secret(self) -> bytes:
        """Return the secret that signs links to articles. The first call makes it."""
        kept = self._kept()
        if kept.link_secret:
            return kept.link_secret
        with self._changing() as kept:
            kept = replace(kept, link_secret=kept.link_secret or secrets.token_bytes(32))
            self._write(kept)
        return kept.link_secret

    @contextmanager
    def _changing(self) -> Iterator[_Kept]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._path.with_suffix(".lock"), timeout=10):
                yield self._kept()
        except (OSError, TimeoutError) as error:
            raise ConfigError(
                en=f"The keys can't be stored in {self._path} ({error}): check the folder.",
                zh=f"密钥无法保存到 {self._path}（{error}）：请检查该文件夹。",
            ) from error

    def _kept(self) -> _Kept:
        """Return the content of the file, which is read again when it has changed."""
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
        except FileNotFoundError:
            return _Kept(link_secret=b"", keys=())
        except OSError as error:
            raise self._unreadable(error) from error
        with self._lock:
            if self._read is None or self._read[0] != stamp:
                try:
                    self._read = stamp, _from_json(json.loads(self._path.read_text("utf-8")))
                except (OSError, ValueError, TypeError, KeyError) as error:
                    raise self._unreadable(error) from error
            return self._read[1]

    def _write(self, kept: _Kept) -> None:
        fields = {
            "link_secret": kept.link_secret.hex(),
            "keys": [asdict(key) for key in kept.keys],
        }
        text = json.dumps(fields, ensure_ascii=False, indent=1)
        write_whole(self._path, text.encode(), private=True)

    def _unreadable(self, error: Exception) -> ConfigError:
        return ConfigError(
            en=f"The keys in {self._path} can't be read ({type(error).__name__}): check the file,"
            " or delete it and make new keys.",
            zh=f"无法读取 {self._path} 中的密钥（{type(error).__name__}）：请检查该文件，"
            "或删除后重新创建密钥。",
        )


def _from_json(fields: Any) -> _Kept:
    return _Kept(
        link_secret=bytes.fromhex(fields["link_secret"]),
        keys=tuple(ApiKey(**key) for key in fields["keys"]),
    )


def _hash(salt: str, secret: str) -> str:
    return hashlib.sha256(f"{salt}:{secret}".encode()).hexdigest()


def _today() -> date:
    return datetime.now(UTC).date()


def _last_day(expires: str) -> str:
    days = re.fullmatch(r"([1-9]\d{0,4})d", expires)
    try:
        last = _today() + timedelta(days=int(days[1])) if days else date.fromisoformat(expires)
    except ValueError:
        last = date.min
    if last < _today():
        raise ConfigError(
            en=f"The last day is {expires!r}: give a day to come, such as 2027-01-31 or 30d.",
            zh=f"失效日期为 {expires!r}：请给出将来的日期，例如 2027-01-31 或 30d。",
        )
    return last.isoformat()
